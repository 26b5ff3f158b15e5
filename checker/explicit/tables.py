"""The tables of a search and their growth: states found, their predecessors, the hash table.
The hash table can be rebuilt from the states, so it is never copied."""

from __future__ import annotations

import ctypes

from checker.explicit.compilation import NativeCode
from checker.explicit.kernel_text import Register
from checker.explicit.memory import Region

FIRST_SLOTS = 1 << 15
FEWEST_SLOTS = 1 << 4
USUAL_LOAD = 0.7
HIGHEST_LOAD = 0.9  # when the memory limit forbids a larger table
MOST_STATES = (1 << 32) - 2  # indices have 32 bits


class Tables:
    """bytes_allowed: None for no limit. Memory counted: the hash table and the states in use."""

    def __init__(self, code: NativeCode, words: int, bytes_allowed: int | None, first_slots: int = FIRST_SLOTS) -> None:
        self.use(code)
        self.words = words
        self.bytes_per_state = 8 * words + 4
        self.bytes_allowed = bytes_allowed
        slots = first_slots
        while bytes_allowed is not None and slots > FEWEST_SLOTS and slots * 8 > bytes_allowed // 2:
            slots //= 2
        self.slots = slots
        self.load = USUAL_LOAD
        self._table = Region(8 * slots)
        self._reserved = slots
        self._states = Region(8 * words * slots)
        self._parents = Region(4 * slots)
        self._tell()

    def use(self, code: NativeCode) -> None:
        """Work with this code; its context must be that of the search so far."""
        self.context = code.numbers("context", len(Register))
        self._rebuild = code.procedure("rebuild")

    @property
    def count(self) -> int:
        return int(self.context[Register.COUNT])

    @property
    def memory(self) -> int:
        return 8 * self.slots + self.count * self.bytes_per_state

    @property
    def capacity(self) -> int:
        """States for which there is room."""
        room = min(self._reserved, int(self.slots * self.load), MOST_STATES)
        if self.bytes_allowed is not None:
            room = min(room, max(0, self.bytes_allowed - 8 * self.slots) // self.bytes_per_state)
        return room

    def make_room(self, needed: int) -> bool:
        """Grow until `needed` states fit; False if no more is allowed or to be had."""
        try:
            while self.capacity < needed:
                if needed > MOST_STATES:
                    return False
                if needed > int(self.slots * self.load):
                    if not self._grow_table():
                        return False
                elif needed > self._reserved:
                    self._grow_states()
                else:
                    return False
        except (OSError, MemoryError):
            return False
        finally:
            self._tell()
        return True

    def _grow_table(self) -> bool:
        larger = 16 * self.slots
        if self.bytes_allowed is not None and larger + self.count * self.bytes_per_state * 1.2 > self.bytes_allowed:
            if self.load == HIGHEST_LOAD:
                return False
            self.load = HIGHEST_LOAD
            return True
        self._table.close()
        self._table = Region(larger)
        self.slots *= 2
        self._tell()
        self._rebuild()
        return True

    def _grow_states(self) -> None:
        self._states.grow(2 * self._states.size)
        self._parents.grow(2 * self._parents.size)
        self._reserved *= 2

    def _tell(self) -> None:
        self.context[Register.STATES] = self._states.address
        self.context[Register.PARENTS] = self._parents.address
        self.context[Register.TABLE] = self._table.address
        self.context[Register.MASK] = self.slots - 1
        self.context[Register.CAPACITY] = self.capacity

    def state(self, index: int) -> list[int]:
        """The words of a state."""
        return list((ctypes.c_uint64 * self.words).from_address(self._states.address + 8 * self.words * index))

    def parent(self, index: int) -> int:
        return int(ctypes.c_uint32.from_address(self._parents.address + 4 * index).value)

    # checkpoints

    def blocks(self, first: int, end: int) -> tuple[memoryview, memoryview]:
        """The memory of the states from `first` up to `end`, and of their predecessors; valid until the
        tables grow."""
        return self._bytes(self._states, 8 * self.words, first, end), self._bytes(self._parents, 4, first, end)

    def _bytes(self, region: Region, width: int, first: int, end: int) -> memoryview:
        array = (ctypes.c_ubyte * (width * (end - first))).from_address(region.address + width * first)
        return memoryview(array).cast("B")

    def fill_again(self) -> None:
        """Make the empty hash table that of the states put into the blocks."""
        self._rebuild()

    def close(self) -> None:
        for region in (self._table, self._states, self._parents):
            region.close()
