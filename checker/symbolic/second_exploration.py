"""A second exploration, from the text of a certificate alone: every state that its moves reach, many at a time, and
what is seen there. A second solver confirms that it starts from every initial state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.search import INTERRUPTED, Limits
from checker.symbolic.second_solver import SecondSolver
from checker.symbolic.text_evaluation import Batch, Column, Rows, Term, TermReader
from model.language.errors import ModelError

AT_ONCE = 1 << 16  # states
FIRST_ROOM = 1 << 12
NOBODY, SEED = -1, 1
CONSTANT = re.compile(r"\(declare-const \|([^|]+)\| (Bool|\(_ BitVec (\d+)\))\)")
MOST_STATES = 20_000_000
FUNCTION = re.compile(r"\(define-fun (\|[^|]+\||\S+) \(\) (Bool|\(_ BitVec \d+\)) (.*)\)")
MOVE = re.compile(r"move\.(\d+)\.(guard|fault|next\.(.+))")
States = NDArray[np.uint8]  # a row a state


@dataclass
class Move:
    guard: Term
    fault: Term
    effects: dict[str, Term] = field(default_factory=dict)


@dataclass
class SystemRead:
    """A system section as read. widths: component -> bits, 0 for a truth value."""

    widths: dict[str, int]
    start: Term
    moves: list[Move]
    seen: list[Term]


@dataclass(frozen=True)
class SecondExploration:
    """seen: numbers of what was seen of `seen` in the section. faulty: moves in which a value left its domain, or a
    reply was lost on a channel that loses nothing. stopped: None if every state was reached."""

    states: int
    seen: frozenset[int]
    faulty: frozenset[int]
    stopped: str | None
    seconds: float


def read_system(section: str) -> SystemRead:
    """The parts of a system section. Raises ModelError."""
    widths = {found[1]: int(found[3] or 0) for found in CONSTANT.finditer(section)}
    reader = TermReader(widths)
    named: dict[str, Term] = {}
    moves: list[Move] = []
    for line in section.splitlines():
        found = FUNCTION.fullmatch(line)
        if found is None:
            continue
        name, term = found[1].strip("|"), reader.read(found[3])
        if (part := MOVE.fullmatch(name)) is None:
            named[name] = term
        elif part[2] == "guard":
            moves.append(Move(term, term))
        elif part[2] == "fault":
            moves[-1].fault = term
        else:
            moves[-1].effects[part[3]] = term
    if "start" not in named:
        raise ModelError("no start in the system")
    seen = [named[f"seen.{number}"] for number in range(sum(name.startswith("seen.") for name in named))]
    return SystemRead(widths, named["start"], moves, seen)


class _Field(NamedTuple):
    """Where a component stands in a row, and the kind of number there."""

    offset: int
    kind: type[np.unsignedinteger]

    def of(self, rows: States) -> Column:
        end = self.offset + self.kind().itemsize
        found: Column = np.ascontiguousarray(rows[:, self.offset : end]).view(self.kind)[:, 0]
        return found

    def put(self, rows: States, values: Column) -> None:
        size = self.kind().itemsize
        rows[:, self.offset : self.offset + size] = values.astype(self.kind)[:, None].view(np.uint8)


class Layout:
    """A state as bytes: one, two or four for each component, filled up to eight."""

    def __init__(self, widths: Mapping[str, int]) -> None:
        self.fields: dict[str, _Field] = {}
        offset = 0
        for name, width in widths.items():
            kind: type[np.unsignedinteger] = np.uint8 if width <= 8 else np.uint16 if width <= 16 else np.uint32
            if width > 32:
                raise ModelError(f'"{name}" is too wide to explore')
            self.fields[name] = _Field(offset, kind)
            offset += kind().itemsize
        self.bytes = -(-offset // 8) * 8

    def rows(self, states: Sequence[Mapping[str, int]]) -> States:
        rows = np.zeros((len(states), self.bytes), dtype=np.uint8)
        for name, entry in self.fields.items():
            entry.put(rows, np.array([state[name] for state in states], dtype=np.uint64))
        return rows

    def batch(self, rows: States) -> Batch:
        return Batch(Columns(self.fields, rows), len(rows))

    def after(self, effects: Mapping[str, Term], batch: Batch, rows: States, taken: Rows) -> States:
        """What a move with these effects makes of those rows of a batch from which it is taken."""
        after = rows[taken]
        for name, term in effects.items():
            self.fields[name].put(after, batch.values(term, taken))
        return after


class Columns(Mapping[str, Column]):
    """The codes of each component, read when they are first asked for."""

    def __init__(self, fields: Mapping[str, _Field], rows: States) -> None:
        self._fields, self._rows = fields, rows
        self._read: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._read:
            self._read[name] = self._fields[name].of(self._rows)
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


class StateSet:
    """States without doubles, the first come first, batch by batch. What may be alike is compared byte by byte."""

    def __init__(self, size: int) -> None:
        self.count = 0
        self._rows = np.zeros((FIRST_ROOM, size), dtype=np.uint8)
        self._hashes = np.zeros(FIRST_ROOM, dtype=np.uint64)
        self._places = np.full(4 * FIRST_ROOM, NOBODY, dtype=np.int64)
        self._odd = 2 * np.random.default_rng(SEED).integers(1 << 63, size=size // 8, dtype=np.uint64) + 1

    def rows(self, first: int, last: int) -> States:
        return self._rows[first:last]

    def add(self, rows: States) -> None:
        """Those that are not there yet."""
        first, size = self.count, len(rows)
        self._make_room(size)
        self._rows[first : first + size] = rows
        self._hashes[first : first + size] = self._hash(rows)
        fresh, places = self._insert(np.arange(first, first + size))
        numbers = np.arange(first, first + len(fresh))
        self._places[places] = numbers
        self._rows[numbers] = self._rows[fresh]
        self._hashes[numbers] = self._hashes[fresh]
        self.count += len(fresh)

    def _insert(self, waiting: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Those that had no equal, and the places that they took."""
        last = np.uint64(len(self._places) - 1)
        at = (self._hashes[waiting] & last).astype(np.int64)
        fresh, places = [waiting[:0]], [at[:0]]
        while len(waiting):
            free = self._places[at] == NOBODY
            self._places[at[free]] = waiting[free]  # of several, one stays
            there = self._places[at]
            own = there == waiting
            fresh.append(waiting[own])
            places.append(at[own])
            waiting, at, there = waiting[~own], at[~own], there[~own]
            alike = self._hashes[waiting] == self._hashes[there]
            alike[alike] = (self._rows[waiting[alike]] == self._rows[there[alike]]).all(axis=1)
            waiting, at = waiting[~alike], (at[~alike] + 1) & int(last)
        order = np.argsort(found := np.concatenate(fresh))
        return found[order], np.concatenate(places)[order]

    def _make_room(self, more: int) -> None:
        needed = self.count + more
        if needed > len(self._rows):
            room = max(needed, 2 * len(self._rows)) - len(self._rows)
            self._rows = np.concatenate([self._rows, np.zeros((room, self._rows.shape[1]), dtype=np.uint8)])
            self._hashes = np.concatenate([self._hashes, np.zeros(room, dtype=np.uint64)])
        if 2 * needed > len(self._places):
            self._places = np.full(1 << (4 * needed - 1).bit_length(), NOBODY, dtype=np.int64)
            self._insert(np.arange(self.count))

    def _hash(self, rows: States) -> NDArray[np.uint64]:
        words = np.ascontiguousarray(rows).view(np.uint64)
        mixed: NDArray[np.uint64] = (words * self._odd).sum(axis=1, dtype=np.uint64)
        mixed ^= mixed >> np.uint64(32)
        mixed *= self._odd[0]
        return mixed ^ (mixed >> np.uint64(29))


def explore_text(
    section: str, initial: Sequence[Mapping[str, int]], solver: SecondSolver, *, states: int | None = None,
    seconds: float | None = None, report: Callable[[int], None] | None = None,
) -> SecondExploration:  # fmt: skip
    """Every state that the moves of a system section reach.

    initial: codes by component, of the initial states; `solver`, which has read nothing yet, must confirm that there
    are no others. report: gets the number of states so far. Raises ModelError if the initial states are not these.
    """
    started, limits = monotonic(), Limits(states=states, seconds=seconds)
    system = read_system(section)
    search = TextSearch(system)
    rows = search.layout.rows(initial)
    if len(search.layout.batch(rows).where(system.start)) != len(initial):
        raise ModelError("not every initial state of the model is one of the text")
    solver.define(section)
    if solver.can_hold(["start", *(_another(system.widths, state) for state in initial)]) is not False:
        raise ModelError(f"{solver.name} does not confirm that there are no other initial states")
    search.found.add(rows)
    stopped = None
    try:
        for done in search.run():
            if stopped := limits.reached(search.found.count, monotonic() - started):
                break
            if report is not None:
                report(done)
    except KeyboardInterrupt:
        stopped = INTERRUPTED
    return SecondExploration(
        search.found.count, frozenset(search.seen), frozenset(search.faulty), stopped, monotonic() - started
    )


def _another(widths: Mapping[str, int], state: Mapping[str, int]) -> str:
    """The condition that a state is not this one."""
    parts = [f"(= |{name}| #b{state[name]:0{width}b})" if width else
             f"(= |{name}| {'true' if state[name] else 'false'})" for name, width in widths.items()]  # fmt: skip
    return f"(not (and true {' '.join(parts)}))"


class TextSearch:
    """Takes the states in the order in which they came, a batch at a time."""

    def __init__(self, system: SystemRead) -> None:
        self.system, self.layout = system, Layout(system.widths)
        self.found = StateSet(self.layout.bytes)
        self.seen: set[int] = set()
        self.faulty: set[int] = set()

    def run(self) -> Iterator[int]:
        """Gives the number of states after each batch of their successors."""
        first = 0
        while first < self.found.count:
            last = min(self.found.count, first + AT_ONCE)
            self._expand(self.found.rows(first, last).copy())
            first = last
            yield self.found.count

    def _expand(self, rows: States) -> None:
        batch = self.layout.batch(rows)
        for number, move in enumerate(self.system.moves):
            taken = batch.where(move.guard)
            if len(taken):
                if len(batch.where(move.fault, taken)):
                    self.faulty.add(number)
                self.found.add(self.layout.after(move.effects, batch, rows, taken))
        for number, condition in enumerate(self.system.seen):
            if number not in self.seen and len(batch.where(condition)):
                self.seen.add(number)
