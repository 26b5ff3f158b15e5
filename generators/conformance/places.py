"""Where the home agent may be, one possibility at a time, and sets of such places in which none is superfluous."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from generators.conformance.surroundings import NothingToSay
from generators.conformance.tracking import MOST_STATES, Values


class Place(NamedTuple):
    """One possibility. fresh: it has a binding whose acceptance is not yet seen. waiting: updates seen and not yet
    processed. answers: sent by the model and not yet seen, ascending. Both by their numbers."""

    values: Values
    fresh: bool
    waiting: frozenset[int]
    answers: tuple[int, ...]


class Places:
    """Places of which none can do all that another can. Of two that differ only in what is under way, the one with
    more does whatever the other does: an update or an answer under way may always be lost."""

    def __init__(self, places: Iterable[Place] = ()) -> None:
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
