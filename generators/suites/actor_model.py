"""One actor of the model, cut out: what it may do on each stimulus. The tester plays everything around it,
so nothing is in flight. Fast enough to be explored; agrees with `adapters.reference.ReferenceActor`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from generators.suites.compiled_rows import Compiled, Fields, Values, compiled
from model.execution.actors import row_scope
from model.language.domains import Modular, Value
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.machines import TriggerKind
from model.language.messages import MessageType
from model.language.systems import ResolvedRow, System


class Message(NamedTuple):
    """A message that the actor sends: the fields that a sender writes, by name, in the type's order."""

    name: str
    fields: tuple[tuple[str, Value], ...]


Answers = tuple[Message, ...]


@dataclass(frozen=True)
class Stimulus:
    """What a tester does to the actor: an event, a message, the end of a timer, a request."""

    kind: TriggerKind
    name: str
    fields: tuple[tuple[str, Value], ...] = ()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.kind, self.name, self.fields))

    @cached_property
    def trigger(self) -> str:
        return f"{self.kind.value} {self.name}"


@dataclass(frozen=True)
class Reaction:
    """One permitted reaction. row: None if the actor takes no notice of the stimulus."""

    row: ResolvedRow | None
    answers: Answers
    after: Values


@dataclass(frozen=True)
class _Row:
    row: ResolvedRow
    guard: Compiled
    assignments: tuple[tuple[int, Compiled], ...]
    sends: tuple[tuple[str, tuple[tuple[str, Compiled], ...]], ...]


class ActorModel:
    """The behaviour of `role` in `system`. A state is the tuple of the actor's own variables."""

    def __init__(self, system: System, role: str) -> None:
        self.system = system
        self.role = role
        self.variables = [variable for variable in system.variables if variable.owner == role]
        self.names = [variable.name.removeprefix(f"{role}.") for variable in self.variables]
        self.place = {variable.name: place for place, variable in enumerate(self.variables)}
        self.control = self.place[f"{role}.state"]
        self._interpretation = Interpretation(system)
        start = self._interpretation.initial_states()[0]
        self._others = {
            variable.name: value for variable, value in zip(system.variables, start.values, strict=True)
            if variable.owner != role
        }  # fmt: skip
        self._given: dict[Stimulus, Fields] = {}
        self._rows: dict[tuple[str, str], list[_Row]] = {}
        self.rows = system.machine(role).rows
        for row in self.rows:
            entry = self._compiled(row)
            for state in row.states:
                self._rows.setdefault((row.trigger.key, state), []).append(entry)

    @cached_property
    def initial_states(self) -> list[Values]:
        """The states in which the actor may start, without repetitions, in the system's order."""
        wanted = [self.system.variable_index[variable.name] for variable in self.variables]
        starts = self._interpretation.initial_states()
        return list(dict.fromkeys(tuple(start.values[place] for place in wanted) for start in starts))

    @cached_property
    def visible(self) -> tuple[int, ...]:
        """The places of the variables that are no ghosts."""
        return tuple(place for place, variable in enumerate(self.variables) if not variable.ghost)

    @cached_property
    def numbers(self) -> Mapping[int, int]:
        """The places of visible sequence numbers, each with its modulus."""
        domains = {place: self.variables[place].domain for place in self.visible}
        return {place: domain.modulus for place, domain in domains.items() if isinstance(domain, Modular)}

    @cached_property
    def messages(self) -> Mapping[str, MessageType]:
        return {message.name: message for channel in self.system.channels for message in channel.messages}

    @cached_property
    def behaviour(self) -> tuple[object, ...]:
        """What the actor does, to be compared while both actors are in use: equal ones differ in no reaction."""
        return (*self.initial_states, *(_does(row) for row in self.rows))

    @property
    def surroundings(self) -> tuple[object, ...]:
        """All that a reaction depends on but for the rows: equal ones, and a row does the same in both actors."""
        return (self.names, [variable.domain for variable in self.variables], self._others,
                {name: message.usual for name, message in self.messages.items()})  # fmt: skip

    def behaviour_in(self, control: str) -> dict[str, tuple[object, ...]]:
        """The same by trigger, in one control state."""
        return {trigger: tuple(_does(entry.row)[2:] for entry in rows)
                for (trigger, state), rows in self._rows.items() if state == control}  # fmt: skip

    def requirements_changed_in(self, other: ActorModel) -> tuple[str, ...]:
        """The requirements of the rows that `other` does not have as they are here."""
        theirs = set(other.behaviour)
        rows = zip(self.rows, self.behaviour[len(self.initial_states) :], strict=True)
        return tuple(dict.fromkeys(name for row, own in rows if own not in theirs for name in row.requirements))

    def named(self, state: Values) -> dict[str, Value]:
        """The visible variables of a state by name."""
        return {self.names[place]: state[place] for place in self.visible}

    def start(self, initial: Fields) -> Values:
        """The initial state with these values. Raises ModelError if there is none."""
        for state in self.initial_states:
            values = dict(zip(self.names, state, strict=True))
            if all(values.get(name) == value for name, value in initial.items()):
                return state
        raise ModelError(f'"{self.role}" never starts with {dict(initial)}')

    def differing(self, state: Values) -> dict[str, Value]:
        """The variables in which initial states differ, as `state` has them."""
        places = [place for place in self.visible if len({entry[place] for entry in self.initial_states}) > 1]
        return {self.names[place]: state[place] for place in places}

    def reactions(self, state: Values, stimulus: Stimulus) -> list[Reaction]:
        """Everything that the actor may do on the stimulus; never empty: it may take no notice."""
        fields = self._given.get(stimulus)
        if fields is None:
            usual = self.messages[stimulus.name].usual if stimulus.kind is TriggerKind.RECEIPT else {}
            fields = self._given[stimulus] = {**usual, **dict(stimulus.fields)}
        found = []
        for entry in self._rows.get((stimulus.trigger, str(state[self.control])), ()):
            if entry.guard(state, fields):
                still = not (entry.assignments or entry.sends) and entry.row.dest in (None, state[self.control])
                found.append(Reaction(entry.row, *(((), state) if still else self._effects(entry, state, fields))))
        return found or [Reaction(None, (), state)]

    def _effects(self, entry: _Row, state: Values, fields: Fields) -> tuple[Answers, Values]:
        after = list(state)
        for place, value in entry.assignments:
            found = value(state, fields)
            if not self.variables[place].domain.contains(found):
                raise ModelError(f'"{entry.row.title}": "{self.names[place]}" becomes {found}, outside its domain')
            after[place] = found
        if entry.row.dest is not None:
            after[self.control] = entry.row.dest
        answers = tuple(
            Message(name, tuple((field, value(state, fields)) for field, value in written))
            for name, written in entry.sends
        )
        return answers, tuple(after)

    def _compiled(self, row: ResolvedRow) -> _Row:
        scope = row_scope(row, self.system)

        def function(expression: object) -> Compiled:
            return compiled(expression, self.place, self._others, scope)  # type: ignore[arg-type]

        channels = {channel.name: channel for channel in self.system.channels}
        return _Row(
            row, function(row.guard),
            tuple((self.place[name], function(value)) for name, value in row.assignments.items()
                  if name in self.place),
            tuple(
                (sending.message.name, tuple(
                    (name, function(value)) for name, value in sending.fields.items()
                    if name not in (channels[sending.channel].lane, channels[sending.channel].copy_mark)))
                for sending in row.sends),
        )  # fmt: skip


def _does(row: ResolvedRow) -> tuple[object, ...]:
    """States and what the row does there."""
    return (row.title, row.states, row.trigger.key, row.dest, id(row.guard),
            tuple((name, id(value)) for name, value in row.assignments.items()),
            tuple((one.channel, one.message.name, tuple((name, id(value)) for name, value in one.fields.items()))
                  for one in row.sends))  # fmt: skip
