"""Runs round and round a loop of steps, in compiled code: a run for ever is one whose state comes back."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from checker.explicit.action_code import POSITION_BITS, label_of
from checker.explicit.compilation import NativeCode
from checker.explicit.engine import ExplicitSearch
from checker.explicit.lap_text import Ended, Lap, lap_text
from checker.explicit.search_memory import Status
from checker.interruption import noted
from checker.search import Limits
from model.language.systems import System

BATCH = 100_000  # steps between two looks at whether somebody interrupts
Words = Sequence[int]


@dataclass(frozen=True)
class Loop:
    """What to repeat. labels: of the steps. expected: the state after each of them, as far as it stays the same
    in every turn; same: those bits of each word. bits: of each action, and of each action that takes a copy."""

    labels: Sequence[int]
    expected: Sequence[Words]
    same: Words
    bits: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Round:
    """Where a run ended. came_back: a state did; else `turn` and `step` (from 0) say where it stopped, and
    possible whether that is because the step cannot be taken. everywhere, somewhere, taken: bits of what all
    states of the cycle can do, of what some can, and of the steps in it."""

    came_back: bool
    possible: bool
    turn: int
    step: int
    everywhere: int
    somewhere: int
    taken: int


class Laps:
    """Steps out of any state of a system, and runs round loops of them. Close it when done."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.search = ExplicitSearch(system, [], Limits())
        self.layout = self.search.layout
        self._code = NativeCode.compiled(lap_text())
        address, word = ctypes.c_void_p, ctypes.c_uint64
        self._go_round = self._code.function("go_round", address, address, word, word)

    def close(self) -> None:
        self._code.close()
        self.search.close()

    def steps_from(self, words: Words) -> list[int]:
        """The labels of all steps out of a state."""
        return self.search.steps_out_of(self.search.key_for(words))

    def takes_copy(self, words: Words, label: int) -> bool:
        """Whether a step out of the state takes a message that the network made."""
        mark = self._copy_marks[label]
        return bool(mark and words[(mark - 1) >> 6] >> ((mark - 1) & 63) & 1)

    def go_round(self, start: Words, loop: Loop, most_steps: int) -> Round:
        """Take the steps of the loop in turn until a state comes back at the start of a turn.

        Raises KeyboardInterrupt, MemoryError, and ModelError if an action fails.
        """
        words = self.layout.words
        arrays = {
            Lap.WANTED: _array(loop.labels), Lap.EXPECTED: _array([word for state in loop.expected for word in state]),
            Lap.SAME: _array(loop.same), Lap.BITS: _array([bits for pair in loop.bits for bits in pair]),
            Lap.COPIES: self._copy_marks, Lap.BEFORE: (ctypes.c_uint64 * words)(),
            Lap.AFTER: (ctypes.c_uint64 * words)(),
        }  # fmt: skip
        lap = (ctypes.c_uint64 * len(Lap))()
        for place, array in arrays.items():
            lap[place] = ctypes.addressof(array)
        lap[Lap.AGAIN], lap[Lap.WRITE_OUT] = self.search.functions()
        lap[Lap.STEPS], lap[Lap.WORDS], lap[Lap.PATIENCE] = len(loop.labels), words, 1
        lap[Lap.KEY] = lap[Lap.KEPT] = self.search.key_for(start)
        lap[Lap.EVERYWHERE] = 2**64 - 1
        left = most_steps
        with noted() as interruption:
            while left > 0 and not interruption.requested:
                given = min(left, BATCH)
                ended = self._go_round(self.search.registers, ctypes.addressof(lap), given, self.search.most_successors)
                if ended in (Ended.CAME_BACK, Ended.IMPOSSIBLE):
                    return _round(lap, came_back=ended == Ended.CAME_BACK, possible=ended == Ended.CAME_BACK)
                if ended == Ended.PAUSED:
                    left -= given
                else:
                    self.search.go_on_after(Status(ended - Ended.STOPPED), int(lap[Lap.KEY]))
        if interruption.requested:
            raise KeyboardInterrupt
        return _round(lap, came_back=False, possible=True)

    @cached_property
    def _copy_marks(self) -> ctypes.Array[ctypes.c_uint64]:
        """By label: where the copy mark of the message taken is, as `Lap.COPIES` says."""
        marks = (ctypes.c_uint64 * (len(self.system.actions) + 1 << POSITION_BITS))()
        for number, action in enumerate(self.system.actions):
            if action.channel is None:
                continue
            for position, pieces in enumerate(self.layout.slot_pieces[self.system.channel_index[action.channel]]):
                marks[label_of(number, position)] = 64 * pieces[0].word + pieces[0].shift + 1
        return marks


def _round(lap: ctypes.Array[ctypes.c_uint64], *, came_back: bool, possible: bool) -> Round:
    places = (Lap.TURN, Lap.STEP, Lap.EVERYWHERE, Lap.SOMEWHERE, Lap.TAKEN)
    return Round(came_back, possible, *(int(lap[place]) for place in places))


def _array(numbers: Sequence[int]) -> ctypes.Array[ctypes.c_uint64]:
    return (ctypes.c_uint64 * len(numbers))(*numbers)

