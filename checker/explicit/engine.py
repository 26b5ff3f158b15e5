"""The explicit engine: compiles a system and explores all its states breadth first.
Same question and answer as `checker.plain_search`, some ten thousand times faster."""

from __future__ import annotations

import ctypes
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from time import monotonic

from checker.explicit.action_code import POSITION_BITS, action_and_position
from checker.explicit.checkpointing import Checkpointing
from checker.explicit.compilation import NativeCode, Optimisation
from checker.explicit.kernel import Kernel
from checker.explicit.packing import Layout
from checker.explicit.parts import Parts
from checker.explicit.pipe import MANY_STATES, MANY_WAITING, TwoProcessors, processors
from checker.explicit.preparation import Prepared
from checker.explicit.representatives import Representatives, symmetry_for
from checker.explicit.search_memory import ENTRY, NO_PARENT, SETTLED, Register, Status
from checker.explicit.system_text import SystemText
from checker.explicit.tables import FIRST_SLOTS, MOST_STATES, Tables
from checker.interruption import Interruption, noted
from checker.search import INTERRUPTED, Exploration, Limits, Progress, ProgressReport, Sighting
from checker.symmetry import Symmetry
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.observations import Observation
from model.language.systems import System

SECONDS_BETWEEN_REPORTS = 0.25
SECONDS_PER_BATCH = 0.05
FIRST_BATCH = 2000  # states
SMALL = 50_000  # states; from here on an optimised kernel pays
FEW_STATES = 2_000_000  # with joint steps; up to here optimised code of the system does not pay
CARRIED_OVER = ("context", "fired", "unseen", "sightings", "overflowed", "largest", "live")


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None,
    checkpointing: Checkpointing | None = None,
) -> Exploration:  # fmt: skip
    """Every reachable state, in order of distance, until done or a limit is passed.

    Of states that are alike but for names, as the system declares it, one is kept; figures stay those of
    all states. checkpointing: where the search is kept, and goes on from. Raises ModelError if a value
    leaves its domain, CheckpointError if what is kept there cannot be used.
    """
    started = monotonic()
    symmetry, parts, notes = symmetry_for(system, observations)
    with closing(ExplicitSearch(system, observations, limits, parts=parts, symmetry=symmetry)) as search:
        search.started = started
        return replace(search.result(search.run(progress, checkpointing)), notes=notes)


class ExplicitSearch:
    """One search: compiled code, its tables, its clock. Close it when done.

    It starts with code that is not optimised; a long search goes on with optimised code once that is
    ready (`optimise_from`: after so many states). With a symmetry, which must not cut the parts, its
    states are representatives. prepared: code of this system, or of one with other initial values.
    """

    def __init__(
        self, system: System, observations: Sequence[Observation], limits: Limits, *,
        optimise_from: int = FEW_STATES, first_slots: int = FIRST_SLOTS,
        parts: Parts | None = None, symmetry: Symmetry | None = None, prepared: Prepared | None = None,
    ) -> None:  # fmt: skip
        self.started = monotonic()
        self.seconds_before = 0.0  # of earlier processes, where a checkpoint is taken up
        self.resumed = 0  # states that come from it
        self.system = system
        self.observations = observations
        self.limits = limits
        self.layout = Layout(system, parts) if prepared is None else prepared.layout
        self.representatives = None if symmetry is None else Representatives(symmetry)
        written = SystemText(system, self.layout, observations, symmetry) if prepared is None else prepared.written
        self.text, self.most_successors, self.masks = written.text, written.most_successors, written.masks
        self.optimise_from = optimise_from
        self.optimisation: Optimisation | None = None
        shares = limits.states is None and symmetry is None and processors() > 1
        self.share_from = MANY_STATES if shares else MOST_STATES
        self.two_processors: TwoProcessors | None = None
        self.kernel = Kernel(self.masks)
        self._use(NativeCode.compiled(self.text) if prepared is None else NativeCode.loaded(prepared.machine_code))
        for name in ("unseen", "live"):
            for word in range(len(self.numbers[name])):
                self.numbers[name][word] = 2**64 - 1
        self.context[Register.STATE_LIMIT] = 2**63 if limits.states is None else limits.states
        self.tables = Tables(
            self.context, self.kernel, self.layout.part_words, self.masks, self.most_successors, limits.memory,
            first_slots, 0 if symmetry is None else symmetry.order - 1,
        )  # fmt: skip

    def _use(self, code: NativeCode) -> None:
        groups = (len(self.observations) + 63) // 64
        actions, channels = len(self.system.actions), len(self.system.channels)
        sizes = (len(Register), actions, groups, 64 * groups, channels, channels, self.masks)
        self.code = code
        address, word = ctypes.c_void_p, ctypes.c_uint64
        self._add = code.procedure("add", address)
        self._key_of = code.function("key_of", address)
        self._write_out = code.procedure("write_out", word, address)
        self.numbers = {name: code.numbers(name, size) for name, size in zip(CARRIED_OVER, sizes, strict=True)}
        self.context = self.numbers["context"]
        self._at = ctypes.addressof(self.context)
        self.context[Register.MEET] = code.address("meet")
        self.context[Register.JOINT] = code.address("joint")
        self.context[Register.LIVE] = ctypes.addressof(self.numbers["live"])
        if self.representatives is not None:
            self.context[Register.RENAME] = code.address("rename")
            self.context[Register.WEIGH] = code.address("weigh")

    def close(self) -> None:
        if self.optimisation is not None:
            self.optimisation.close()
        if self.two_processors is not None:
            self.two_processors.close()
        self.tables.close()
        self.code.close()
        self.kernel.close()

    def _optimise(self) -> None:
        """Start optimising when the search turns out long; go over to the better code when it is there."""
        if self.tables.count >= SMALL:
            self.kernel.optimise()
        if self.optimisation is None:
            if self.context[Register.JOINTLY] >= self.optimise_from:
                self.optimise_from = MOST_STATES
                with suppress(OSError):  # where no process can be started, the search goes on as it is
                    self.optimisation = Optimisation(self.text)
        elif self.optimisation.ended:
            machine_code = self.optimisation.result()
            self.optimisation.close()
            self.optimisation = None
            if machine_code:
                self._go_over(NativeCode.loaded(machine_code))

    def _go_over(self, code: NativeCode) -> None:
        """Continue with other code of the same text. An interruption at any point loses nothing."""
        former = self.code
        for name, numbers in self.numbers.items():
            ctypes.memmove(code.numbers(name, len(numbers)), numbers, ctypes.sizeof(numbers))
        self._use(code)
        self.tables.use(self.context)
        former.close()

    @property
    def seconds(self) -> float:
        """Spent on this search, in this process and earlier ones."""
        return self.seconds_before + monotonic() - self.started

    @property
    def depth(self) -> int:
        """The distance of the states last found."""
        deeper = self.context[Register.COUNT] > self.context[Register.LEVEL_END]
        return int(self.context[Register.DEPTH]) + int(deeper)

    # running

    def run(self, progress: ProgressReport | None = None, checkpointing: Checkpointing | None = None) -> str | None:
        """Explore; None if complete, else why not."""
        try:
            with noted() as interruption:
                if checkpointing is None:
                    return self._start(interruption) or self._continue(progress, interruption, None)
                with closing(checkpointing):
                    there = checkpointing.open(self)
                    stopped = checkpointing.restore(self) if there else self._start(interruption)
                    if stopped is None:
                        stopped = self._continue(progress, interruption, checkpointing)
                        checkpointing.save(self, interruption, complete=stopped is None)
                    return stopped
        except KeyboardInterrupt:
            return INTERRUPTED

    def _start(self, interruption: Interruption) -> str | None:
        buffer = (ctypes.c_uint64 * self.layout.words)()
        for state in Interpretation(self.system).initial_states():
            if interruption.requested:
                return INTERRUPTED
            if not (self.tables.make_room(self.tables.count + 1) and self.tables.make_room_in_parts()):
                return self._out_of_memory()
            for index, word in enumerate(self.layout.encode(state)):
                buffer[index] = word
            self._add(ctypes.addressof(buffer))
            self.kernel.settle(self._at)
        self.context[Register.LEVEL_END] = self.tables.count
        return None

    def _continue(
        self, progress: ProgressReport | None, interruption: Interruption, checkpointing: Checkpointing | None
    ) -> str | None:
        batch, reported = FIRST_BATCH, monotonic()
        while True:
            before = monotonic()
            status = Status(self._expanded(batch))
            now = monotonic()
            match status:
                case Status.DONE:
                    return None
                case Status.FAILED:
                    self._fail()
                case Status.STATE_LIMIT:
                    return f"limit of {self.limits.states:,} states reached at depth {self.depth}"
                case Status.TABLE_FULL:
                    if not self.tables.make_room(self.tables.count + SETTLED + self.most_successors + 1):
                        return self._out_of_memory()
                case Status.PARTS_FULL:
                    if not self.tables.make_room_in_parts():
                        return self._out_of_memory()
                case Status.PAUSED:
                    faster = SECONDS_PER_BATCH / max(now - before, 1e-6)
                    batch = max(1, int(batch * min(4.0, max(0.25, faster))))
            self._optimise()
            if interruption.requested:
                return INTERRUPTED
            if checkpointing is not None:
                checkpointing.save_if_due(self, interruption)
            if self.limits.seconds is not None and now - self.started > self.limits.seconds:
                return f"time limit of {self.limits.seconds:g} s reached at depth {self.depth}"
            if progress is not None and now - reported > SECONDS_BETWEEN_REPORTS:
                reported = now
                waiting = self.tables.count - int(self.context[Register.NEXT])
                transitions = sum(self.fired())
                progress(Progress(self.tables.count, transitions, self.depth, waiting, self.seconds, self.resumed))

    def _expanded(self, batch: int) -> int:
        """Expand at most so many states, on two processors where that pays."""
        waiting = self.tables.count - int(self.context[Register.NEXT])
        if self.two_processors is None and self.tables.count >= self.share_from and waiting >= MANY_WAITING:
            self._share()
        if self.two_processors is None or waiting < MANY_WAITING:
            return self.kernel.run(self._at, batch, self.most_successors)
        try:
            return self.two_processors.run(self.context, batch, self.most_successors)
        finally:
            self.tables.tell()

    def _share(self) -> None:
        """Bring in the second processor; where no thread or no memory is to be had, the search goes on alone."""
        plain = self.representatives is None  # states stand for themselves
        try:
            self.two_processors = TwoProcessors(self.kernel, self.most_successors) if plain else None
        except (OSError, MemoryError, RuntimeError):
            self.two_processors = None
        if self.two_processors is None:
            self.share_from = MOST_STATES

    def _out_of_memory(self) -> str:
        if self.limits.memory is None:
            return f"no more memory to be had at depth {self.depth}"
        return f"memory limit of {self.limits.memory / 2**20:g} MiB reached at depth {self.depth}"

    def _fail(self) -> None:
        """Raise the error that the interpretation has for the step that failed."""
        self._fail_at(self.state_words(int(self.context[Register.NEXT])))

    def _fail_at(self, words: Sequence[int]) -> None:
        number, position = action_and_position(int(self.code.numbers("failed", 1)[0]))
        action = self.system.actions[number]
        Interpretation(self.system).step(action, position, self.layout.decode(words))
        raise ModelError(f'action "{action.name}": a field of a message gets a value outside its domain')

    # the states found, by index in the order found; asking for steps counts them in `fired` once more

    def state_words(self, index: int) -> list[int]:
        """The words of a state, for `layout.decode`."""
        return self.words_of(self.tables.key(index))

    def words_of(self, key: int) -> list[int]:
        """The words of the state that is this pair of numbers."""
        words = (ctypes.c_uint64 * self.layout.words)()
        self._write_out(key, ctypes.addressof(words))
        return list(words)

    def index_of(self, words: Sequence[int]) -> int | None:
        """The index of a state; None if it was not found. Only once the search has ended."""
        self.tables.make_index()
        sought = (ctypes.c_uint64 * self.layout.words)(*words)
        key = int(self._key_of(ctypes.addressof(sought)))
        index = int(self.kernel.index_of(self._at, key)) if key else NO_PARENT
        return None if index == NO_PARENT else index

    def steps_from(self, index: int) -> list[tuple[int, int]]:
        """The steps out of a state that was expanded: label (see `action_and_position`), index of the successor.

        Only once the search has ended.
        """
        targets = (ctypes.c_uint64 * self.most_successors)()
        labels = (ctypes.c_uint64 * self.most_successors)()
        count = self.write_steps(index, ctypes.addressof(targets), ctypes.addressof(labels))
        return list(zip(labels[:count], targets[:count], strict=True))

    def write_steps(self, index: int, targets: int, labels: int) -> int:
        """The same, written to arrays of 64-bit numbers at two addresses; how many."""
        self.tables.make_index()
        self.tables.make_room_in_parts()
        return self.kernel.edges(self._at, index, self.most_successors, targets, labels)

    def write_steps_from(self, first: int, states: int, targets: int, labels: int, counts: int) -> None:
        """The same of so many states, one after the other; how many steps each has goes to a third array."""
        self.tables.make_index()
        done = 0
        while done < states:
            if not self.tables.make_room_in_parts():
                raise MemoryError
            filled = sum((ctypes.c_uint64 * done).from_address(counts)) if done else 0
            done += self.kernel.edges_from(
                self._at, first + done, states - done, self.most_successors,
                targets + 8 * filled, labels + 8 * filled, counts + 8 * done,
            )  # fmt: skip

    # steps out of any state, in a search that is not run

    @property
    def registers(self) -> int:
        """The address of the registers."""
        return self._at

    def functions(self) -> tuple[int, int]:
        """Addresses of native functions: `again` of the kernel, and `write_out`."""
        return self.kernel.address("again"), self.code.address("write_out")

    def key_for(self, words: Sequence[int]) -> int:
        """The pair of numbers that is this state; it is not added to those found."""
        if not (self.tables.make_room(1) and self.tables.make_room_in_parts()):
            raise MemoryError
        given = (ctypes.c_uint64 * self.layout.words)(*words)
        self._add(ctypes.addressof(given))
        self.context[Register.BUFFERED] = 0
        return int(ctypes.c_uint64.from_address(self.context[Register.BUFFER]).value)

    def steps_out_of(self, key: int) -> list[int]:
        """The labels of the steps out of a state."""
        ctypes.c_uint64.from_address(self.context[Register.STATES]).value = key
        while status := self.kernel.again(self._at, 0, self.most_successors):
            self.go_on_after(Status(status), key)
        count = ENTRY * int(self.context[Register.BUFFERED])
        found = (ctypes.c_uint64 * count).from_address(self.context[Register.BUFFER])[:]
        self.context[Register.BUFFERED] = 0
        return [found[start + 2] >> 32 for start in range(0, count, ENTRY)]

    def go_on_after(self, status: Status, key: int) -> None:
        """Make room where there was none. Raises MemoryError, and ModelError if a step out of the state fails."""
        if status is Status.FAILED:
            self._fail_at(self.words_of(key))
        if not self.tables.make_room_in_parts():
            raise MemoryError

    def rehash(self) -> None:
        """Work out the hashes of the parts' values again."""
        for part in (0, 1):
            self.code.procedure(f"rehash_all_{part}")()

    def rename_values(self) -> None:
        """Work out the images of the parts' values again, where states stand for others."""
        if self.representatives is not None:
            for part in (0, 1):
                self.code.procedure(f"introduce_all_{part}")()

    def fired(self) -> list[int]:
        """How often each action was taken so far."""
        self.kernel.tally(self._at, ctypes.addressof(self.numbers["fired"]), 32 + POSITION_BITS)
        return list(self.numbers["fired"])

    # the answer

    def result(self, stopped: str | None) -> Exploration:
        counts = self.fired()
        fired = {action.name: count for action, count in zip(self.system.actions, counts, strict=True)}
        channels = self.system.channels
        largest, overflowed = list(self.numbers["largest"]), list(self.numbers["overflowed"])
        states, depth, memory = self.tables.count, self.depth, self.tables.memory
        self.tables.bytes_allowed = None  # the limit was the search's: to show what it found takes a little more
        found = Exploration(
            "explicit", stopped is None, stopped, states, sum(fired.values()), depth,
            self.seconds, memory, self._sightings(), fired,
            {channel.name: count for channel, count in zip(channels, largest, strict=True)},
            frozenset(channel.name for channel, flag in zip(channels, overflowed, strict=True) if flag),
            self._levels(),
        )  # fmt: skip
        return found if self.representatives is None else self.representatives.exact(found, states)

    def _levels(self) -> tuple[int, ...]:
        """How many states at each distance: a level ends before the first state found from the next one."""
        found, levels = range(self.tables.count), list[int]()
        start, end = 0, bisect_left(found, True, key=lambda index: self.tables.parent(index) != NO_PARENT)
        while start < end:
            levels.append(self._states_between(start, end))
            start, end = end, bisect_left(found, end, lo=end, key=self.tables.parent)
        return tuple(levels)

    def _states_between(self, start: int, end: int) -> int:
        """How many states those with these indices stand for."""
        if self.representatives is None:
            return end - start
        states_of = self.code.function("states_of", ctypes.c_void_p, ctypes.c_uint64)
        return int(states_of(self.context[Register.STATES] + 8 * start, end - start))

    def _sightings(self) -> dict[str, Sighting]:
        origins, unseen = self.numbers["sightings"], self.numbers["unseen"]
        labels: dict[int, int] = {}
        sightings: dict[str, Sighting] = {}
        for number, observation in enumerate(self.observations):
            if unseen[number // 64] >> number % 64 & 1:
                continue
            origin = int(origins[number])
            last = self._step(origin >> 32) if origin >> 32 else None
            index = seen = origin & 0xFFFFFFFF
            path: list[tuple[int, tuple[str, int | None]]] = []  # indices with the steps that lead there
            while (parent := self.tables.parent(index)) != NO_PARENT:
                if index not in labels:
                    labels[index] = self._label(parent, index)
                path.append((index, self._step(labels[index])))
                index = parent
            initial = self.layout.decode(self.state_words(index))
            if self.representatives is None:
                steps = [step for _, step in reversed(path)] + ([] if last is None else [last])
                sightings[observation.name] = Sighting(initial, tuple(steps))
                continue
            self.representatives.starts(index, initial)
            for following, step in reversed(path):
                there = self.layout.decode(self.state_words(following))
                self.representatives.follows(index, step, following, there)
                index = following
            sightings[observation.name] = self.representatives.sighting(seen, last, observation)
        return sightings

    def _step(self, label: int) -> tuple[str, int | None]:
        action, position = action_and_position(label)
        return self.system.actions[action].name, position

    def _label(self, parent: int, index: int) -> int:
        """The action and position that lead from a state to its successor: the state is expanded again."""
        wanted = self.tables.key(index)
        self.tables.make_room_in_parts()
        self.kernel.again(self._at, parent, self.most_successors)
        if self.representatives is not None:
            self.code.procedure("rename")()
        count = int(self.context[Register.BUFFERED])
        buffer = (ctypes.c_uint64 * (ENTRY * count)).from_address(self.context[Register.BUFFER])
        for start in range(0, len(buffer), ENTRY):
            if buffer[start] == wanted:
                return int(buffer[start + 2]) >> 32
        raise RuntimeError(f"state {index} is not a successor of state {parent}")
