"""One worker of a distributed search: the states it owns, with the explicit engine's compiled code and
tables of its own. It knows the other workers by number only, and neither the model nor how parcels travel."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from checker.checkpoint import make_durable, read_segment, segment_name, write_segment
from checker.cluster.partition_text import Mode, Post, WorkerKernel, entry_words
from checker.explicit.action_code import POSITION_BITS
from checker.explicit.compilation import NativeCode, Optimisation
from checker.explicit.memory import Region
from checker.explicit.search_memory import ENTRY, NO_PARENT, Register, Status, of_part
from checker.explicit.tables import FIRST_SLOTS, MOST_STATES, Tables

OUTBOX_ROOM = 1 << 15  # entries
CACHED = 1 << 16  # keys remembered as sent lately
OPTIMISE_FROM = 500_000  # states
SECONDS_PER_STEP = 0.25
BYTES_PER_STATE = 2  # beside those of the tables: who has the predecessor
MOST_WORKERS = 1 << 16


@dataclass(frozen=True)
class Program:
    """What a worker knows of a system: LLVM text, compiled where the worker runs, and sizes.

    part_words: 64-bit words of each part of a state. masks, groups: joint entries, observations by 64.
    """

    text: str
    part_words: tuple[int, ...]
    masks: int
    most_successors: int
    actions: int
    channels: int
    groups: int

    @property
    def words(self) -> int:
        return sum(self.part_words)


@dataclass(frozen=True)
class Order:
    """What to do once parcels are taken in. deepen: go on to the next level first. unseen: bits of the
    observations still looked for, 64 a number."""

    deepen: bool
    unseen: tuple[int, ...]
    expand: bool = True


@dataclass(frozen=True)
class Report:
    """What came out of one step. level: states of the level; waiting: those not yet expanded.

    received, sent: entries from and to each worker. strays: entries that came to the wrong worker.
    failed: label and index of a step whose values leave their domain. full: no more memory.
    """

    states: int
    level: int
    waiting: int
    transitions: int
    received: tuple[int, ...]
    sent: tuple[int, ...]
    strays: int
    unseen: tuple[int, ...]
    failed: tuple[int, int] | None
    full: bool
    memory: int


@dataclass(frozen=True)
class Tally:
    """Counts of one worker at the end. sightings: number of observation -> label << 32 | index."""

    fired: tuple[int, ...]
    overflowed: tuple[int, ...]
    largest: tuple[int, ...]
    sightings: dict[int, int]


class Partition:
    """The states that worker `number` of `workers` owns. memory: bytes for its tables, None for no limit."""

    def __init__(self, program: Program, number: int, workers: int, memory: int | None) -> None:
        self.program = program
        self.number = number
        self.workers = workers
        self.full = False
        self._level_start = self._level_end = 0
        self._own_sightings = [0] * program.groups  # bits
        self._optimise_from = OPTIMISE_FROM
        self._optimisation: Optimisation | None = None
        self._kernel = WorkerKernel(program.masks, program.words)
        self._post = self._kernel.post
        self._use(NativeCode.compiled(program.text))
        for name in ("unseen", "live"):
            self.numbers[name][:] = [2**64 - 1] * len(self.numbers[name])
        self.context[Register.STATE_LIMIT] = 2**63
        allowed = None if memory is None else memory * 6 // 7  # the rest is for the senders
        self._tables = Tables(self.context, self._kernel, program.part_words, program.masks, program.most_successors,
                              allowed, FIRST_SLOTS)  # fmt: skip
        self._senders = Region(BYTES_PER_STATE * FIRST_SLOTS)
        self._room = max(OUTBOX_ROOM, 4 * program.most_successors)
        self._entry = 8 * entry_words(program.words)
        self._outboxes = [Region(self._entry * self._room) for _ in range(workers)]
        self._addresses = (ctypes.c_uint64 * workers)(*(outbox.address for outbox in self._outboxes))
        self._filled = (ctypes.c_uint64 * workers)()
        self._cache = Region(8 * CACHED)
        for place, value in {
            Post.WORKERS: workers, Post.SELF: number, Post.CACHE: self._cache.address, Post.CACHE_MASK: CACHED - 1,
            Post.OUTBOXES: ctypes.addressof(self._addresses), Post.FILLED: ctypes.addressof(self._filled),
        }.items():  # fmt: skip
            self._post[place] = value
        self._fit()

    def _use(self, code: NativeCode) -> None:
        program = self.program
        sizes = {
            "context": len(Register), "fired": program.actions, "unseen": program.groups, "live": program.masks,
            "sightings": 64 * program.groups, "overflowed": program.channels, "largest": program.channels,
        }  # fmt: skip
        address, word = ctypes.c_void_p, ctypes.c_uint64
        self._code = code
        self.numbers = {name: code.numbers(name, size) for name, size in sizes.items()}
        self.context = self.numbers["context"]
        self._at = ctypes.addressof(self.context)
        self._failed = code.numbers("failed", 1)
        self._add = code.procedure("add", address)
        self._take_in = code.procedure("take_in", address, word, address)
        self._write_out = code.procedure("write_out", word, address)
        self._key_of = code.function("key_of", address)
        self.context[Register.MEET] = code.address("meet")
        self.context[Register.JOINT] = code.address("joint")
        self.context[Register.LIVE] = ctypes.addressof(self.numbers["live"])
        self._post[Post.WRITE_OUT] = code.address("write_out")

    def close(self) -> None:
        if self._optimisation is not None:
            self._optimisation.close()
        self._tables.close()
        for region in (self._senders, self._cache, *self._outboxes):
            region.close()
        self._code.close()
        self._kernel.close()

    @property
    def states(self) -> int:
        return self._tables.count

    @property
    def memory(self) -> int:
        return self._tables.memory + BYTES_PER_STATE * self.states

    # room

    def _make_room(self, states: int) -> bool:
        """For so many more states, and for the parts of one state's successors; False if there is none."""
        enough = self._tables.make_room(self.states + states) and self._tables.make_room_in_parts()
        self.full = not (enough and self._fit())
        return not self.full

    def _fit(self) -> bool:
        """Room for the senders of as many states as the tables hold."""
        try:
            while self._senders.size < BYTES_PER_STATE * (self._tables.capacity + 1):
                self._senders.grow(2 * self._senders.size)
        except (OSError, MemoryError):
            return False
        finally:
            self._post[Post.SENDERS] = self._senders.address
        return True

    def _free(self) -> int:
        """States that can be taken in, whatever their parts are."""
        parts = [int(self.context[of_part("ROOM", part)] - self.context[of_part("HELD", part)]) for part in (0, 1)]
        return min(self._tables.capacity - self.states, *parts)

    # the search

    def begin(self, states: Sequence[Sequence[int]]) -> Report:
        """Take those of the initial states that this worker owns, as the first level."""
        self._post[Post.MODE] = Mode.LEAVE
        buffer = (ctypes.c_uint64 * self.program.words)()
        for words in states:
            if not self._make_room(1):
                break
            buffer[:] = list(words)
            self._add(ctypes.addressof(buffer))
            self._kernel.settle(self._at)
        self._level_end = self.states
        return self._report([0] * self.workers)

    def step(self, order: Order, *parcels: bytes) -> tuple[Report, list[bytes]]:
        """Take in one parcel from each worker, then expand until the level ends, an outbox is full or some
        time has passed. Returns one parcel for each worker."""
        received = [len(parcel) // self._entry for parcel in parcels]
        self._empty_outboxes()
        for sender, parcel in enumerate(parcels):
            if self.full or not self._absorb(sender, parcel):
                return self._report(received), [b""] * self.workers
        if order.deepen:
            self._level_start, self._level_end = self._level_end, self.states
        self.numbers["unseen"][:] = list(order.unseen)
        if order.expand:
            self._expand()
        for group, unseen in enumerate(self.numbers["unseen"]):
            self._own_sightings[group] |= order.unseen[group] & ~unseen
        self._optimise()
        outgoing = [
            ctypes.string_at(outbox.address, self._entry * count)
            for outbox, count in zip(self._outboxes, self._filled, strict=True)
        ]
        return self._report(received), outgoing

    def _absorb(self, sender: int, parcel: bytes) -> bool:
        self._post[Post.MODE], self._post[Post.SENDER] = Mode.REFUSE, sender
        content = ctypes.create_string_buffer(parcel, len(parcel)) if parcel else None
        done, count = 0, len(parcel) // self._entry
        while done < count:
            some = min(count - done, self._free())
            if some < min(count - done, self.program.most_successors):
                if not self._make_room(min(count - done, self._room)):
                    return False
                continue
            assert content is not None
            self._take_in(ctypes.addressof(content) + done * self._entry, some, self._kernel.settle_address)
            done += some
        return True

    def _expand(self) -> None:
        self._post[Post.MODE], self._post[Post.SENDER] = Mode.SEND, self.number
        most, until = self.program.most_successors, monotonic() + SECONDS_PER_STEP
        while (waiting := self._level_end - int(self.context[Register.NEXT])) and monotonic() < until:
            fitting = (self._room - int(self._post[Post.FULLEST])) // most
            if fitting == 0:
                return
            self.context[Register.LEVEL_END] = self._level_end
            match Status(self._kernel.run(self._at, min(waiting, fitting), most)):
                case Status.FAILED:
                    return
                case Status.TABLE_FULL | Status.PARTS_FULL:
                    if not self._make_room(fitting * most + self._room):
                        return
                case _:
                    pass

    def _empty_outboxes(self) -> None:
        self._filled[:] = [0] * self.workers
        self._post[Post.FULLEST] = 0

    def _fired(self) -> list[int]:
        self._kernel.tally(self._at, ctypes.addressof(self.numbers["fired"]), 32 + POSITION_BITS)
        return list(self.numbers["fired"])

    def _report(self, received: Sequence[int]) -> Report:
        label, following = int(self._failed[0]), int(self.context[Register.NEXT])
        return Report(
            self.states, self._level_end - self._level_start, self._level_end - following, sum(self._fired()),
            tuple(received), tuple(self._filled), int(self._post[Post.STRAYS]), tuple(self.numbers["unseen"]),
            (label, following) if label else None, self.full, self.memory,
        )  # fmt: skip

    def _optimise(self) -> None:
        """As the explicit engine does: optimise beside a long search, then go over to the better code."""
        if self._optimisation is None:
            if self.states >= self._optimise_from:
                self._optimise_from = MOST_STATES + 1
                with suppress(OSError):
                    self._optimisation = Optimisation(self.program.text)
        elif self._optimisation.ended:
            machine_code = self._optimisation.result()
            self._optimisation.close()
            self._optimisation = None
            if machine_code:
                former, code = self._code, NativeCode.loaded(machine_code)
                for name, numbers in self.numbers.items():
                    ctypes.memmove(code.numbers(name, len(numbers)), numbers, ctypes.sizeof(numbers))
                self._use(code)
                self._tables.use(self.context)
                former.close()

    # checkpoints

    def save(self, folder: str, record: Mapping[str, Any]) -> dict[str, Any] | str:
        """Write the states that `record` does not have yet into a segment; the record that has them, or why
        not. record: what the last checkpoint knows of this worker, empty if there is none."""
        rows, held = record.get("rows", 0), record.get("held", [0, 0])
        segments = list(record.get("segments", []))
        if [self.states, *self._tables.held()] != [rows, *held]:
            path = self._folder(folder) / segment_name(len(segments) + 1)
            try:
                path.parent.mkdir(exist_ok=True)
                written = write_segment(path, self._blocks(rows, self.states, held, self._tables.held()))
                make_durable(path.parent)
            except OSError as error:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
                return error.strerror or str(error)
            assert written is not None
            segments.append({"name": path.name, "rows": self.states, "held": self._tables.held(), **written})
        self._fired()
        return {
            "rows": self.states, "held": self._tables.held(), "segments": segments,
            "next": int(self.context[Register.NEXT]), "level": [self._level_start, self._level_end],
            "sighted": list(self._own_sightings),
            "numbers": {name: list(array) for name, array in self.numbers.items() if name != "context"},
        }  # fmt: skip

    def restore(self, folder: str, record: Mapping[str, Any]) -> Report:
        """Put a new worker where the saved one was. Raises CheckpointError, KeyError, TypeError, ValueError."""
        rows, held = int(record["rows"]), [int(count) for count in record["held"]]
        try:
            self._tables.make_room_for_values(held)
        except (OSError, MemoryError):
            self.full = True
        if self.full or not (self._tables.make_room(rows + 1) and self._fit()):
            self.full = True
            return self._report([0] * self.workers)
        first, first_held = 0, [0, 0]
        for segment in record["segments"]:
            end, end_held = segment["rows"], segment["held"]
            if any(not before <= now <= last for before, now, last
                   in zip([first, *first_held], [end, *end_held], [rows, *held], strict=True)):  # fmt: skip
                raise ValueError
            read_segment(self._folder(folder), segment, self._blocks(first, end, first_held, end_held))
            first, first_held = end, end_held
        if (first, first_held) != (rows, held):
            raise ValueError
        self._level_start, self._level_end = record["level"]
        if not 0 <= record["next"] <= self._level_end <= rows:
            raise ValueError
        self.context[Register.COUNT], self.context[Register.NEXT] = rows, record["next"]
        for part in (0, 1):
            self.context[of_part("HELD", part)] = held[part]
        for name, array in self.numbers.items():
            if name != "context":
                array[:] = record["numbers"][name]
        self._own_sightings = list(record["sighted"])
        for part in (0, 1):
            self._code.procedure(f"rehash_all_{part}")()
        self._tables.fill_again()
        return self._report([0] * self.workers)

    def _folder(self, folder: str) -> Path:
        return Path(folder) / f"worker-{self.number + 1}"

    def _blocks(self, first: int, end: int, held: Sequence[int], held_then: Sequence[int]) -> list[memoryview]:
        senders = (ctypes.c_ubyte * (BYTES_PER_STATE * (end - first))).from_address(
            self._senders.address + BYTES_PER_STATE * first
        )
        return [*self._tables.blocks(first, end, held, held_then), memoryview(senders).cast("B")]

    # the answer

    def tally(self) -> Tally:
        origins = {number: int(origin) for number, origin in enumerate(self.numbers["sightings"])
                   if self._own_sightings[number // 64] >> number % 64 & 1}  # fmt: skip
        overflowed, largest = self.numbers["overflowed"], self.numbers["largest"]
        return Tally(tuple(self._fired()), tuple(overflowed), tuple(largest), origins)

    def whence(self, indices: Sequence[int]) -> list[tuple[tuple[int, ...], tuple[int, int] | None]]:
        """The words of states, and worker and index of their predecessors (None: initial)."""
        words = (ctypes.c_uint64 * self.program.words)()
        found: list[tuple[tuple[int, ...], tuple[int, int] | None]] = []
        for index in indices:
            self._write_out(self._tables.key(index), ctypes.addressof(words))
            sender = int(ctypes.c_uint16.from_address(self._senders.address + BYTES_PER_STATE * index).value)
            parent = self._tables.parent(index)
            found.append((tuple(words), None if parent == NO_PARENT else (sender, parent)))
        return found

    def labels(self, steps: Sequence[tuple[int, tuple[int, ...]]]) -> list[int]:
        """The label of each step, given by index of the state before and words of the state after."""
        return [self._label(index, after) for index, after in steps]

    def _label(self, index: int, after: tuple[int, ...]) -> int:
        self._tables.make_room_in_parts()
        self._kernel.again(self._at, index, self.program.most_successors)
        sought = (ctypes.c_uint64 * len(after))(*after)
        key = int(self._key_of(ctypes.addressof(sought)))
        count = int(self.context[Register.BUFFERED])
        buffer = (ctypes.c_uint64 * (ENTRY * count)).from_address(self.context[Register.BUFFER])
        for start in range(0, len(buffer), ENTRY):
            if buffer[start] == key:
                return int(buffer[start + 2]) >> 32
        raise RuntimeError(f"a state of another worker is not a successor of state {index} of worker {self.number}")
