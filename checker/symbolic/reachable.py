"""States that an explored small instance reaches, and for every atom the set of them in which it holds,
as the bits of one integer. What no state in the sample shows is a candidate, never a fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import permutations, product
from random import Random

from checker.explicit.engine import ExplicitSearch
from checker.search import Limits, ProgressReport
from checker.symbolic.atoms import Atom, Vocabulary
from model.language.channel_contents import Contents, Flight, field_value
from model.language.interpretation import State
from model.language.systems import System, SystemChannel

SEED = 1
Codes = Mapping[str, int]


class Sample:
    """states: those whose atoms were looked at (with every order of messages that slots allow).

    complete: they are all there are in the small instance. reached: how many that instance has.
    """

    def __init__(self, vocabulary: Vocabulary, states: Sequence[Codes], reached: int, complete: bool) -> None:
        self.vocabulary, self.reached, self.complete = vocabulary, reached, complete
        self.size = len(states)
        self.everything = (1 << self.size) - 1
        self.positive: dict[Atom, int] = {}
        for atom in vocabulary.atoms:
            holds = vocabulary.holds(atom)
            self.positive[atom] = int("".join("1" if holds(codes) else "0" for codes in states), 2) if states else 0

    def add(self, vocabulary: Vocabulary, codes: Codes) -> None:
        """Count one more state, of a system like the sampled one, among those reached."""
        for atom in self.positive:
            self.positive[atom] = self.positive[atom] << 1 | vocabulary.holds(atom)(codes)
        self.size += 1
        self.everything = (1 << self.size) - 1

    def bits(self, atom: Atom, positive: bool) -> int:
        found = self.positive[atom]
        return found if positive else self.everything ^ found


def explored_sample(system: System, most: int, limits: Limits, progress: ProgressReport | None = None) -> Sample:
    """Explore `system` and look at up to `most` of its states, chosen at random (always the same ones)."""
    vocabulary = Vocabulary(system)
    with closing(ExplicitSearch(system, [], limits)) as search:
        stopped = search.run(progress)
        count = search.tables.count
        chosen: Sequence[int] = range(count)
        if count > most:
            chosen = sorted(Random(SEED).sample(range(count), most))
        states = [search.layout.decode(search.tables.state(index)) for index in chosen]
    codes = [
        vocabulary.components.codes(variant) for state in states for variant in in_every_order(system, state)
    ]  # fmt: skip
    return Sample(vocabulary, codes, count, stopped is None and count <= most)


def in_every_order(system: System, state: State) -> Iterator[State]:
    """The state with its messages in each order that slots may have: within a lane of queues it is fixed."""
    variants = [_orders(channel, contents) for channel, contents in zip(system.channels, state.channels, strict=True)]
    for contents in product(*variants):
        yield State(state.values, tuple(contents))


def _orders(channel: SystemChannel, contents: Contents) -> list[Contents]:
    if len(contents) < 2:
        return [contents]
    allowed = dict.fromkeys(
        order for order in permutations(contents) if channel.reorders or _lanes(channel, order) == _lanes(channel, contents)
    )
    return list(allowed)


def _lanes(channel: SystemChannel, contents: Sequence[Flight]) -> list[Flight]:
    return sorted(contents, key=lambda flight: str(field_value(channel, flight, channel.lane)))
