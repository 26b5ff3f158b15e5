"""The tables of a search and their growth: states found, their predecessors, the hash table, the values of
the two parts of a state and their steps. Hash tables are rebuilt from what they index, so never copied."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from checker.explicit.kernel import Kernel
from checker.explicit.memory import Region
from checker.explicit.search_memory import ENTRY, IMAGE, SETTLED, STEP, Record, Register, of_part

FIRST_SLOTS = 1 << 15
FEWEST_SLOTS = 1 << 4
USUAL_LOAD = 0.75
HIGHEST_LOAD = 0.9  # when the memory limit forbids a larger table
MOST_STATES = (1 << 32) - 2  # indices have 32 bits
BYTES_PER_STATE = 8 + 4  # key and predecessor
Numbers = ctypes.Array[ctypes.c_uint64]


class PartTable:
    """The values that one part of the states has had, numbered from 1, and what is known of each."""

    def __init__(
        self, part: int, words: int, record_words: int, kernel: Kernel, room: int, images: int = 0
    ) -> None:
        self.part = part
        self.bytes_per_value = 8 * (words + record_words + IMAGE * images)
        self._widths = (8 * words, 8 * record_words, 8 * IMAGE * images)
        self._kernel = kernel
        self.room = room
        self.slots = 2 * room
        self._values, self._records, self._images = (Region(max(8, width) * (room + 1)) for width in self._widths)
        self._slots = Region(4 * self.slots)

    @property
    def memory(self) -> int:
        return self.room * self.bytes_per_value + 4 * self.slots

    def grow(self, context: Numbers) -> None:
        """Room for twice as many values."""
        for region, width in zip((self._values, self._records, self._images), self._widths, strict=True):
            region.grow(max(8, width) * (2 * self.room + 1))
        self._slots.close()
        self._slots = Region(8 * self.slots)
        self.room *= 2
        self.slots *= 2
        self.fill_again(context)

    def fill_again(self, context: Numbers) -> None:
        """Make the empty hash table that of the values there are."""
        self.tell(context)
        self._kernel.reslot[self.part](ctypes.addressof(context))

    def block(self, first: int, end: int) -> memoryview:
        """The memory of the values numbered from `first` + 1 up to `end`."""
        return _bytes(self._values, self._widths[0], first + 1, end + 1)

    def tell(self, context: Numbers) -> None:
        addresses = {"VALUES": self._values.address, "RECORDS": self._records.address, "SLOTS": self._slots.address,
                     "IMAGES": self._images.address}  # fmt: skip
        for name, number in {**addresses, "SLOT_MASK": self.slots - 1, "ROOM": self.room}.items():
            context[of_part(name, self.part)] = number

    def close(self) -> None:
        for region in (self._values, self._records, self._images, self._slots):
            region.close()


class Tables:
    """bytes_allowed: None for no limit. Memory counted: the hash tables, the states in use, the parts.

    part_words: of each part. masks: joint entries by 64. most_successors: of one state. images: of each
    value of a part, by number.
    """

    def __init__(self, context: Numbers, kernel: Kernel, part_words: Sequence[int], masks: int,
                 most_successors: int, bytes_allowed: int | None, first_slots: int = FIRST_SLOTS,
                 images: int = 0) -> None:  # fmt: skip
        self.context = context
        self.most_successors = most_successors
        self.bytes_allowed = bytes_allowed
        self._kernel = kernel
        slots = first_slots
        while bytes_allowed is not None and slots > FEWEST_SLOTS and slots * 8 > bytes_allowed // 4:
            slots //= 2
        self.slots = slots
        self.load = USUAL_LOAD
        self._table = Region(8 * slots)
        self._reserved = slots
        self._states = Region(8 * slots)
        self._parents = Region(4 * slots)
        self._buffer = Region(8 * ENTRY * (SETTLED + most_successors + 1))
        room = 1 << (most_successors + 1).bit_length()
        self.parts = [
            PartTable(part, words, Record.MASKS + masks, kernel, room, images)
            for part, words in enumerate(part_words)
        ]
        self._steps_room = 2 * room
        self._steps = Region(8 * STEP * self._steps_room)
        self._index: Region | None = None
        self.tell()

    def use(self, context: Numbers) -> None:
        """Go on with this context, a copy of the one before."""
        self.context = context

    @property
    def count(self) -> int:
        return int(self.context[Register.COUNT])

    @property
    def memory(self) -> int:
        return self._fixed + self.count * BYTES_PER_STATE

    @property
    def _fixed(self) -> int:
        """Bytes of what does not grow state by state."""
        return 8 * self.slots + sum(part.memory for part in self.parts) + 8 * STEP * self._steps_room

    @property
    def capacity(self) -> int:
        """States for which there is room."""
        room = min(self._reserved, int(self.slots * self.load), MOST_STATES)
        if self.bytes_allowed is not None:
            room = min(room, max(0, self.bytes_allowed - self._fixed) // BYTES_PER_STATE)
        return room

    def make_room(self, needed: int) -> bool:
        """Grow until `needed` states fit; False if no more is allowed or to be had."""
        if needed <= self.context[Register.CAPACITY]:
            return True
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
            self.tell()
        return True

    def make_room_in_parts(self) -> bool:
        """Grow until all that one state can lead to fits; False if no more is allowed or to be had."""
        if self._has_room_in_parts:
            return True
        try:
            for part in self.parts:
                while int(self.context[of_part("HELD", part.part)]) + self.most_successors > part.room:
                    if not self._is_allowed(part.memory):
                        return False
                    part.grow(self.context)
            while int(self.context[Register.STEPS_USED]) + self.most_successors > self._steps_room:
                if not self._is_allowed(8 * STEP * self._steps_room):
                    return False
                self._steps.grow(2 * 8 * STEP * self._steps_room)
                self._steps_room *= 2
        except (OSError, MemoryError):
            return False
        finally:
            self.tell()
        return True

    @property
    def _has_room_in_parts(self) -> bool:
        most = self.most_successors
        return (
            self.context[Register.HELD_0] + most <= self.context[Register.ROOM_0]
            and self.context[Register.HELD_1] + most <= self.context[Register.ROOM_1]
            and self.context[Register.STEPS_USED] + most <= self.context[Register.STEPS_ROOM]
        )

    def _is_allowed(self, more: int) -> bool:
        return self.bytes_allowed is None or self.memory + more <= self.bytes_allowed

    def _grow_table(self) -> bool:
        more = 8 * self.slots
        if not self._is_allowed(more + int(self.count * BYTES_PER_STATE * 0.2)):
            if self.load == HIGHEST_LOAD:
                return False
            self.load = HIGHEST_LOAD
            return True
        self._table.close()
        self._table = Region(2 * more)
        self.slots *= 2
        self._fill_table()
        return True

    def _fill_table(self) -> None:
        self.tell()
        self._kernel.rebuild(ctypes.addressof(self.context))

    def _grow_states(self) -> None:
        self._states.grow(2 * self._states.size)
        self._parents.grow(2 * self._parents.size)
        self._reserved *= 2

    def tell(self) -> None:
        """Let the compiled code know where everything is, and how much fits."""
        for register, number in {
            Register.STATES: self._states.address, Register.PARENTS: self._parents.address,
            Register.TABLE: self._table.address, Register.SHIFT: 65 - self.slots.bit_length(),
            Register.BUFFER: self._buffer.address, Register.CAPACITY: self.capacity,
            Register.STEPS: self._steps.address, Register.STEPS_ROOM: self._steps_room,
        }.items():  # fmt: skip
            self.context[register] = number
        for part in self.parts:
            part.tell(self.context)

    # checkpoints

    def held(self) -> list[int]:
        """How many values each part has had."""
        return [int(self.context[of_part("HELD", part.part)]) for part in self.parts]

    def make_room_for_values(self, held: Sequence[int]) -> None:
        """Room for so many values of each part. Raises OSError, MemoryError."""
        for part, wanted in zip(self.parts, held, strict=True):
            while wanted + self.most_successors > part.room:
                part.grow(self.context)

    def blocks(self, first: int, end: int, held: Sequence[int], held_then: Sequence[int]) -> list[memoryview]:
        """The memory of the states from `first` up to `end`, of their predecessors, and of the parts' values
        beyond the first `held`, up to `held_then`; valid until the tables grow."""
        return [
            _bytes(self._states, 8, first, end), _bytes(self._parents, 4, first, end),
            *(part.block(before, after) for part, before, after in zip(self.parts, held, held_then, strict=True)),
        ]  # fmt: skip

    def fill_again(self) -> None:
        """Make the empty hash tables those of the states and values put into the blocks."""
        for part in self.parts:
            part.fill_again(self.context)
        self._fill_table()

    def make_index(self) -> None:
        """From now on states can be found by key; for a search that has ended."""
        if self._index is None:
            slots = 1 << (2 * self.count + 1).bit_length()
            self._index = Region(4 * slots)
            self.context[Register.INDEX] = self._index.address
            self.context[Register.INDEX_MASK] = slots - 1
            self._kernel.make_index(ctypes.addressof(self.context))

    def key(self, index: int) -> int:
        """A state as a pair of numbers."""
        return int(ctypes.c_uint64.from_address(self._states.address + 8 * index).value)

    def parent(self, index: int) -> int:
        return int(ctypes.c_uint32.from_address(self._parents.address + 4 * index).value)

    def close(self) -> None:
        for part in self.parts:
            part.close()
        for region in (self._table, self._states, self._parents, self._buffer, self._steps):
            region.close()
        if self._index is not None:
            self._index.close()


def _bytes(region: Region, width: int, first: int, end: int) -> memoryview:
    """The bytes of the items `first` up to `end`, of `width` bytes each."""
    array = (ctypes.c_ubyte * (width * (end - first))).from_address(region.address + width * first)
    return memoryview(array).cast("B")
