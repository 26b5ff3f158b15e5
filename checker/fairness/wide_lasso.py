"""A lasso found at small sequence numbers, followed at full width by its action labels. Numbers advance from
turn to turn; the run is one for ever if, after however many turns, a state comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checker.explicit.action_code import action_and_position
from checker.explicit.engine import ExplicitSearch
from checker.explicit.packing import Layout, mask
from checker.search import Limits
from checker.trace import Trace
from checker.widening import replay_at
from model.language.domains import Modular
from model.language.systems import System
from properties.fairness import FairnessGroup, Strength

MOST_STEPS = 3_000_000  # at full width; one turn for each number takes less than half of it
Words = tuple[int, ...]


class WideSearch:
    """Steps out of any state of a system at full width. Close it when done."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.search = ExplicitSearch(system, [], Limits())
        self.layout = self.search.layout
        self._indices: dict[Words, int] = {}

    def successors(self, state: Words) -> list[tuple[int, int]]:
        """Label and key of every state after this one."""
        if state not in self._indices:
            self._indices[state] = self.search.adopt(state)
        return self.search.successors(self._indices[state])

    def words(self, key: int) -> Words:
        return tuple(self.search.words_of(key))

    def close(self) -> None:
        self.search.close()


def follow(trace: Trace, wide: WideSearch, groups: Sequence[FairnessGroup]) -> str | None:
    """None if the run exists at full width for ever and is fair there; else why not, in words.

    In every turn each state differs from the one at the same place of the first turn in serial numbers
    only, so that a condition on states that reads none of them says the same of both.
    """
    assert trace.loop is not None
    once = replay_at(wide.system, replace(trace, loop=None))
    if once is None:
        return "it cannot be replayed"
    return _Follower(wide, once, trace.loop, groups).fault()


class _Turn:
    """What one turn meets: groups possible in all of its states, groups possible in some."""

    def __init__(self) -> None:
        self.everywhere = -1
        self.somewhere = 0

    def meets(self, possible: int) -> None:
        self.everywhere &= possible
        self.somewhere |= possible


class _Follower:
    def __init__(self, search: WideSearch, once: Trace, loop: int, groups: Sequence[FairnessGroup]) -> None:
        self.search = search
        self.system = once.system
        self.groups = groups
        self.steps = once.steps[loop:]
        self.states = [tuple(search.layout.encode(state)) for state in once.states[loop:]]
        self.same = _without_serial_numbers(search.layout)
        self.bits = [
            [sum(1 << bit for bit, group in enumerate(groups) if group.has(action, copy)) for copy in (False, True)]
            for action in self.system.actions
        ]
        self.taken = 0

    def fault(self) -> str | None:
        turns: dict[Words, _Turn] = {}
        state = self.states[0]
        while state not in turns:
            if len(turns) * max(1, len(self.steps)) > MOST_STEPS:
                return f"no state came back in {len(turns):,} turns"
            turn = turns[state] = _Turn()
            for number in range(len(self.steps)):
                following = self._step(number, state, turn)
                if following is None:
                    return f"in turn {len(turns):,} step {number + 1} of the loop is not possible"
                state = following
            if not self.steps:
                turn.meets(self._possible(state, self.search.successors(state)))
        names = list(turns)
        return next(self._unfair([turns[name] for name in names[names.index(state) :]]), None)

    def _step(self, number: int, state: Words, turn: _Turn) -> Words | None:
        """The state after step `number` of the loop: the same message at the same place if that will do."""
        wanted = self.steps[number]
        successors = self.search.successors(state)
        turn.meets(self._possible(state, successors))
        expected = self._common(self.states[number + 1])
        found: Words | None = None
        taken = 0
        for label, key in successors:
            action, position = action_and_position(label)
            if self.system.actions[action] is not wanted.action:
                continue
            following = self.search.words(key)
            if self._common(following) == expected and (found is None or position == wanted.position):
                found = following
                taken = self.bits[action][self._takes_copy(state, action, position)]
        self.taken |= taken
        return found

    def _common(self, words: Words) -> Words:
        return tuple(word & part for word, part in zip(words, self.same, strict=True))

    def _possible(self, state: Words, successors: Sequence[tuple[int, int]]) -> int:
        possible = 0
        for label, _ in successors:
            action, position = action_and_position(label)
            one, other = self.bits[action]
            possible |= other if one != other and self._takes_copy(state, action, position) else one
        return possible

    def _takes_copy(self, state: Words, action: int, position: int | None) -> bool:
        channel = self.system.actions[action].channel
        if channel is None or position is None:
            return False
        first = self.search.layout.slot_pieces[self.system.channel_index[channel]][position][0]
        return bool(state[first.word] >> first.shift & 1)

    def _unfair(self, turns: Sequence[_Turn]) -> Iterator[str]:
        for bit, group in enumerate(self.groups):
            if self.taken >> bit & 1:
                continue
            if group.strength is Strength.WEAK and all(turn.everywhere >> bit & 1 for turn in turns):
                yield f'"{group.name}" stays possible and never happens'
            if group.strength is Strength.STRONG and any(turn.somewhere >> bit & 1 for turn in turns):
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


__all__ = ["follow"]
