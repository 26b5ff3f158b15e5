"""Channels without bounds: whatever any run was seen to send may arrive at any time, in any order, any number of
times, or never. States without channels and messages are kept apart, and grow until no move makes anything new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from checker.search import Limits, Progress, ProgressReport
from checker.symbolic.components import Components
from checker.symbolic.second_exploration import AT_ONCE, Layout, Move, States, StateSet
from checker.symbolic.system_text import MoveText, SystemText
from checker.symbolic.text_evaluation import Batch, Term, TermReader
from checker.symbolic.text_syntax import SmtLib
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.observations import Observation
from model.language.systems import ActionKind, System

NO_MOVES = (ActionKind.LOSS, ActionKind.DUPLICATION)  # what is in a set may stay there or not
Codes = dict[str, int]


@dataclass(frozen=True)
class MessageSets:
    """What was found. states: of variables alone. sent: channel -> all that may be in flight, as codes by component
    of one slot. seen: names of observations. stopped: None if nothing new can turn up."""

    states: int
    sent: Mapping[str, Sequence[Codes]]
    seen: frozenset[str]
    stopped: str | None


class _Needs(NamedTuple):
    """Whose message a move takes, if any, and in which channels it alters one if there is one."""

    taken: str | None
    altered: tuple[str, ...]


@dataclass
class _Move(Move):
    """sightings: name of an observation -> what is seen as the move is taken."""

    sightings: dict[str, Term] = field(default_factory=dict)


@dataclass
class _Group:
    """Moves with the same needs. states, messages: how many it was tried with."""

    moves: list[_Move] = field(default_factory=list)
    states: int = 0
    messages: tuple[int, ...] = ()


def explore_with_sets(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None
) -> MessageSets:  # fmt: skip
    """Explore `system`, whose guards must not ask what is in flight, with a set of messages for each channel.

    What is not sighted there, unless it stopped, never occurs in `system`, whatever its channels' faults and
    capacities. Raises ModelError if a value leaves its domain.
    """
    search = _Search(system, observations)
    started = monotonic()
    stopped = None
    for count in search.run():
        seconds = monotonic() - started
        if stopped := limits.reached(count, seconds):
            break
        if progress is not None:
            progress(Progress(count, 0, 0, 0, seconds))
    return MessageSets(search.states.count, search.sent(), frozenset(search.seen), stopped)


class _Search:
    def __init__(self, system: System, observations: Sequence[Observation]) -> None:
        channels = tuple(replace(channel, capacity=1, loses=True, reorders=True) for channel in system.channels)
        self.system = replace(system, channels=channels, symmetries=())
        self.text = SystemText(self.system, SmtLib())
        self.components: Components = self.text.components
        self.reader = TermReader({name: self.text.bits(name) for name in self.components.names})
        self.layout = Layout(self.reader.widths)
        self.masks = {channel.name: self._mask(channel.name) for channel in channels}
        self.own: NDArray[np.uint8] = 1 - sum(self.masks.values(), np.zeros(self.layout.bytes, dtype=np.uint8))
        self.states = StateSet(self.layout.bytes)
        self.messages = {channel.name: StateSet(self.layout.bytes) for channel in channels}
        self.seen: set[str] = set()
        self.in_states = {entry.name: self.reader.read(self.text.condition(entry.in_states))
                          for entry in observations if entry.in_states is not None}  # fmt: skip
        self.groups: dict[_Needs, _Group] = {}
        for move in self.text.moves:
            if move.action.kind not in NO_MOVES:
                self.groups.setdefault(_needs(move), _Group()).moves.append(self._move(move, observations))
        self.looked_at = 0

    def _mask(self, channel: str) -> NDArray[np.uint8]:
        """1 where the bytes of a channel's slot are."""
        mask = np.zeros(self.layout.bytes, dtype=np.uint8)
        for name in self.components.slots[channel][0].names:
            place = self.layout.fields[name]
            mask[place.offset : place.offset + place.kind().itemsize] = 1
        return mask

    def _move(self, move: MoveText, observations: Sequence[Observation]) -> _Move:
        read = self.reader.read
        return _Move(
            read(move.guard), read(move.fault), {name: read(term) for name, term in move.effects.items()},
            {entry.name: read(self.text.step_condition(move, entry.in_steps[move.action.name]))
             for entry in observations if move.action.name in entry.in_steps},
        )  # fmt: skip

    def sent(self) -> dict[str, list[Codes]]:
        found: dict[str, list[Codes]] = {}
        for channel, known in self.messages.items():
            columns = self.layout.batch(known.rows(0, known.count)).columns
            names = self.components.slots[channel][0].names
            found[channel] = [{name: int(columns[name][row]) for name in names} for row in range(known.count)]
        return found

    def run(self) -> Iterator[int]:
        """Gives the number of states now and then."""
        initial = [self.components.codes(state) for state in Interpretation(self.system).initial_states()]
        self.states.add(self.layout.rows(initial))
        before = -1
        while before != (before := self._size()):
            for needs, group in self.groups.items():
                for _ in self._tried(needs, group):
                    yield self.states.count
            self._look()

    def _size(self) -> int:
        return self.states.count + sum(known.count for known in self.messages.values())

    def _tried(self, needs: _Needs, group: _Group) -> Iterator[None]:
        """Moves from every state, with all messages, from which they were not tried yet."""
        nothing = np.zeros((1, self.layout.bytes), dtype=np.uint8)
        carried, counts = nothing, []
        for channel in (*([needs.taken] if needs.taken else []), *needs.altered):
            known = self.messages[channel]
            rows = known.rows(0, known.count)
            counts.append(known.count)
            rows = np.concatenate([nothing, rows]) if channel in needs.altered else rows
            carried = (carried[:, None] + rows[None, :]).reshape(-1, self.layout.bytes)
        first, last = group.states if tuple(counts) == group.messages else 0, self.states.count
        group.states, group.messages = last, tuple(counts)
        if not len(carried):
            return
        many = max(1, AT_ONCE // len(carried))
        for start in range(first, last, many):
            states = self.states.rows(start, min(last, start + many))
            rows = (states[:, None] + carried[None, :]).reshape(-1, self.layout.bytes)
            batch = self.layout.batch(rows)
            for move in group.moves:
                self._step(move, batch, rows)
            yield

    def _step(self, move: _Move, batch: Batch, rows: States) -> None:
        taken = batch.where(move.guard)
        if not len(taken):
            return
        if len(batch.where(move.fault, taken)):
            raise ModelError("a value leaves its domain")
        for name, condition in move.sightings.items():
            if name not in self.seen and len(batch.where(condition, taken)):
                self.seen.add(name)
        after = self.layout.after(move.effects, batch, rows, taken)
        self.states.add(after * self.own)
        for channel in self.system.channels:
            self._send(channel.name, after, channel.copy_mark if channel.duplicates else None)

    def _send(self, channel: str, rows: States, mark: str | None) -> None:
        slot = self.components.slots[channel][0]
        new = rows[self.layout.fields[slot.kind].of(rows) != 0] * self.masks[channel]
        if not len(new):
            return
        self.messages[channel].add(new)
        if mark is not None:
            self.layout.fields[slot.fields[0][mark]].put(new, np.ones(len(new), dtype=np.uint8))
            self.messages[channel].add(new)

    def _look(self) -> None:
        """For what is looked for in states. Their conditions must not ask what is in flight."""
        last = self.states.count
        for start in range(self.looked_at, last, AT_ONCE):
            batch: Batch = self.layout.batch(self.states.rows(start, min(last, start + AT_ONCE)))
            for name, condition in self.in_states.items():
                if name not in self.seen and len(batch.where(condition)):
                    self.seen.add(name)
        self.looked_at = last


def _needs(move: MoveText) -> _Needs:
    taken = None if move.slot is None else str(move.action.channel)
    altered = dict.fromkeys(alter.channel for alter in move.action.alters)
    return _Needs(taken, tuple(name for name in altered if name != taken))
