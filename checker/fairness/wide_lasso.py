"""A lasso found at small sequence numbers, followed at full width by its action labels. Numbers advance from
turn to turn; the run is one for ever if, after however many turns, a state comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checker.explicit.action_code import action_and_position, label_of
from checker.explicit.laps import Laps, Loop
from checker.explicit.packing import Layout, mask
from checker.trace import Trace
from checker.widening import replay_at
from model.language.domains import Modular
from model.language.errors import ModelError
from model.language.systems import Action
from properties.fairness import FairnessGroup, Strength

MOST_STEPS = 8_000_000  # at full width; one turn for each number takes less than half of it
MOST_GROUPS = 64
Words = tuple[int, ...]


def follow(trace: Trace, wide: Laps, groups: Sequence[FairnessGroup]) -> str | None:
    """None if the run exists at full width for ever and is fair there; else why not, in words.

    In every turn each state differs from the one at the same place of the first turn in serial numbers
    only, so that a condition on states that reads none of them says the same of both.
    """
    assert trace.loop is not None
    once = replay_at(wide.system, replace(trace, loop=None))
    if once is None:
        return "it cannot be replayed"
    return _Follower(wide, once, trace.loop, groups).fault()


class _Follower:
    def __init__(self, search: Laps, once: Trace, loop: int, groups: Sequence[FairnessGroup]) -> None:
        if len(groups) > MOST_GROUPS:
            raise ModelError(f"a property can rest on {MOST_GROUPS} fairness groups, here are {len(groups)}")
        self.search = search
        self.system = once.system
        self.groups = groups
        self.steps = once.steps[loop:]
        self.states = [tuple(search.layout.encode(state)) for state in once.states[loop:]]
        self.same = _without_serial_numbers(search.layout)
        self.bits = [(self._bits(action, copy=False), self._bits(action, copy=True)) for action in self.system.actions]

    def fault(self) -> str | None:
        if not self.steps:
            possible = self._possible(self.states[0])
            return next(self._unfair(possible, possible, 0), None)
        number = self.system.action_index
        labels = [label_of(number[step.action.name], step.position) for step in self.steps]
        expected = [self._common(state) for state in self.states[1:]]
        found = self.search.go_round(self.states[0], Loop(labels, expected, self.same, self.bits), MOST_STEPS)
        if not found.possible:
            return f"in turn {found.turn + 1:,} step {found.step + 1} of the loop is not possible"
        if not found.came_back:
            return f"no state came back in {found.turn:,} turns"
        return next(self._unfair(found.everywhere, found.somewhere, found.taken), None)

    def _bits(self, action: Action, *, copy: bool) -> int:
        return sum(1 << bit for bit, group in enumerate(self.groups) if group.has(action, copy))

    def _common(self, words: Words) -> Words:
        return tuple(word & part for word, part in zip(words, self.same, strict=True))

    def _possible(self, state: Words) -> int:
        possible = 0
        for label in self.search.steps_from(state):
            action, _ = action_and_position(label)
            possible |= self.bits[action][self.search.takes_copy(state, label)]
        return possible

    def _unfair(self, everywhere: int, somewhere: int, taken: int) -> Iterator[str]:
        for bit, group in enumerate(self.groups):
            if taken >> bit & 1:
                continue
            if group.strength is Strength.WEAK and everywhere >> bit & 1:
                yield f'"{group.name}" stays possible and never happens'
            if group.strength is Strength.STRONG and somewhere >> bit & 1:
                yield f'"{group.name}" is possible again and again and never happens'


def _without_serial_numbers(layout: Layout) -> list[int]:
    """For each word of a state, the bits that belong to no serial number."""
    same = [mask(64)] * layout.words
    for index, variable in enumerate(layout.system.variables):
        if isinstance(variable.domain, Modular):
            for piece in layout.places(index):
                same[piece.word] &= ~(mask(piece.width) << piece.shift)
    for slot, places in zip(layout.slots, layout.slot_pieces, strict=True):
        serial = mask(slot.width)  # bits that hold a serial number in every type of message
        for fields in slot.fields:
            own = [place for place in fields.values() if isinstance(place.domain, Modular)]
            serial &= sum(mask(place.width) << place.shift for place in own)
        for pieces in places:
            for piece in pieces:
                same[piece.word] &= ~((serial >> piece.offset & mask(piece.width)) << piece.shift)
    return same

