"""Where the home agent may be, one possibility at a time, and sets of such places in which none is superfluous."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from generators.conformance.surroundings import NothingToSay
from generators.conformance.tracking import MOST_STATES, Values

MOST_COMPARISONS = 1_000_000  # in one pass over a flow: some seconds; beyond it nothing can be said


class Place(NamedTuple):
    """One possibility. fresh: it has a binding whose acceptance is not yet seen. waiting: updates seen and not yet
    processed. answers: sent by the model and not yet seen, ascending. Both by their numbers."""

    values: Values
    fresh: bool
    waiting: frozenset[int]
    answers: tuple[int, ...]


class Effort:
    """What one pass over a flow has cost so far, in comparisons of places."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, comparisons: int) -> None:
        """Raises NothingToSay where it becomes too much."""
        self.spent += comparisons
        if self.spent > MOST_COMPARISONS:
            raise NothingToSay(f"more than {MOST_COMPARISONS:,} comparisons of states would be needed")


class Places:
    """Places of which none can do all that another can. Of two that differ only in what is under way, the one with
    more does whatever the other does: an update or an answer under way may always be lost."""

    def __init__(self, effort: Effort, places: Iterable[Place] = ()) -> None:
        self._effort = effort
        self._kept: dict[tuple[Values, bool], list[Place]] = {}
        self._count = 0
        for place in places:
            self.add(place)

    def __iter__(self) -> Iterator[Place]:
        for group in self._kept.values():
            yield from group

    def __len__(self) -> int:
        return self._count

    def __contains__(self, place: Place) -> bool:
        return place in self._kept.get((place.values, place.fresh), ())

    def add(self, place: Place) -> bool:
        """Whether the place is new; what it makes superfluous goes. Raises NothingToSay where there are too many."""
        group = self._kept.setdefault((place.values, place.fresh), [])
        self._effort.spend(1 + len(group))
        if any(_does_all_of(other, place) for other in group):
            return False
        before = len(group)
        group[:] = [other for other in group if not _does_all_of(place, other)]
        group.append(place)
        self._count += len(group) - before
        if self._count > MOST_STATES:
            raise NothingToSay(f"more than {MOST_STATES} states would have to be tracked")
        return True


def _does_all_of(one: Place, other: Place) -> bool:
    return one.waiting >= other.waiting and _contains(one.answers, other.answers)


def _contains(larger: tuple[int, ...], smaller: tuple[int, ...]) -> bool:
    """Both ascending; a number that stands twice must stand twice."""
    rest = iter(larger)
    return all(any(found == wanted for found in rest) for wanted in smaller)
