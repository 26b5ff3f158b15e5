"""One actor as a `transitions` machine built from its table. Guards and effects are evaluated on the
state before the step, so that the rows of an event do not see each other's effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from transitions import EventData, Machine, MachineError

from model.language.domains import Domain, Modular, Sizes, Value
from model.language.errors import ModelError, nearest
from model.language.expressions import Expression, all_of, full, negation
from model.language.interpretation import Fields, Interpretation, State
from model.language.machines import Alter, TriggerKind
from model.language.systems import ResolvedMachine, ResolvedRow, System
from model.language.type_checking import Scope

NOTHING: Mapping[str, str] = MappingProxyType({})


class ExecutionError(ModelError):
    """A step that the machines refuse or take differently. Says which machine, trigger and state."""


@dataclass(frozen=True, eq=False)
class Firing:
    """What guards and effects may look at. before: the whole system's state before the step.

    fields: message or event fields by scope ("received", "event"). alternative: ambiguity -> choice.
    """

    before: State
    fields: Fields = field(default_factory=dict)
    alternative: Mapping[str, str] = field(default_factory=dict)


class Message(NamedTuple):
    """A message a row sends: `fields` as written, `carried` as it travels."""

    channel: str
    message: str
    fields: Mapping[str, Value]
    carried: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one row did. assignments: without the destination. event: the event's fields, computed."""

    row: ResolvedRow
    assignments: Mapping[str, Value]
    messages: tuple[Message, ...]
    alters: tuple[Alter, ...]
    event: Mapping[str, Value]


class EmptyModel:
    """What `transitions` decorates: nothing of its own, so that no trigger or state can clash."""

    state: str


class Condition:
    """A condition of a transition, named by its expression in words (written only when somebody asks)."""

    def __init__(self, check: Callable[[EventData], bool], expression: Expression) -> None:
        self.expression = expression
        self._check = check

    def __call__(self, data: EventData) -> bool:
        return self._check(data)

    @property
    def __name__(self) -> str:
        return str(self.expression)


class Actor:
    """One machine of a system. `variables` holds all but the control state, by full name."""

    def __init__(self, machine: ResolvedMachine, interpretation: Interpretation, state: State) -> None:
        self.name = machine.name
        self.table = machine
        self._interpretation = interpretation
        self._system = interpretation.system
        self._control = f"{machine.name}.state"
        self.variables: dict[str, Value] = {}
        self._model = EmptyModel()
        self._outcome: Outcome | None = None
        self._row_of: dict[object, ResolvedRow] = {}
        self._scopes = {id(row): row_scope(row, self._system) for row in machine.rows}
        self.machine = Machine(
            model=self._model, states=list(machine.states), initial=machine.states[0],
            auto_transitions=False, send_event=True,
        )  # fmt: skip
        for row in machine.rows:
            self._add(row)
        self.restore(state)

    @property
    def state(self) -> str:
        return self._model.state

    def __getitem__(self, name: str) -> Value:
        """A variable by its name, with or without the machine's: `actor["number"]`."""
        full_name = name if name.startswith(f"{self.name}.") else f"{self.name}.{name}"
        if full_name == self._control:
            return self.state
        if full_name not in self.variables:
            known = [known.removeprefix(f"{self.name}.") for known in self.variables]
            raise ExecutionError(f'machine "{self.name}" has no variable "{name}": {nearest(name, known)}')
        return self.variables[full_name]

    def assign(self, name: str, value: Value) -> None:
        """Give a variable (full name) a value; the control state too."""
        if name == self._control:
            self.machine.set_state(str(value), self._model)
        else:
            self.variables[name] = value

    def restore(self, state: State) -> None:
        """Take this actor's variables and control state from a state of the system."""
        for variable, value in zip(self._system.variables, state.values, strict=True):
            if variable.owner == self.name:
                self.assign(variable.name, value)

    def fire(self, trigger: str, firing: Firing) -> Outcome:
        """Fire a trigger ("timer send"): the control state moves, the rest is returned.

        Raises ExecutionError if no row takes it; the control state is then unchanged.
        """
        if trigger not in self.machine.events:
            raise ExecutionError(
                f'machine "{self.name}" has no trigger "{trigger}": {nearest(trigger, self.machine.events)}'
            )
        self._outcome = None
        try:
            fired = self.machine.events[trigger].trigger(self._model, firing=firing)
        except MachineError:  # no row at all for this state
            fired = False
        outcome: Outcome | None = self._outcome
        if not fired or outcome is None:
            raise ExecutionError(self._refusal(trigger, firing))
        return outcome

    def row_for(self, trigger: str, firing: Firing) -> ResolvedRow | None:
        """The row that would take the trigger now: the first whose conditions hold."""
        event = self.machine.events.get(trigger)
        if event is None:
            return None
        data = EventData(None, event, self.machine, self._model, args=(), kwargs={"firing": firing})
        for transition in event.transitions.get(self.state, []):
            if all(condition.check(data) for condition in transition.conditions):
                return self._row_of[transition.conditions[0].func]
        return None

    def event_fields(self, row: ResolvedRow, firing: Firing) -> Mapping[str, Value]:
        """The event's fields as `row` computes or gets them."""
        return self._fields(row, firing).get("event", {})

    def _refusal(self, trigger: str, firing: Firing) -> str:
        where = f'machine "{self.name}", state "{self.state}"'
        rows = [row for row in self.table.rows if row.trigger.key == trigger and self.state in row.states]
        if not rows:
            return f'{where}: no row for "{trigger}"'
        choices: dict[str, dict[str, None]] = {}
        for row in rows:
            for ambiguity, name in row.alternative.items():
                if ambiguity not in firing.alternative:
                    choices.setdefault(ambiguity, {})[name] = None
        hint = "".join(f"; {ambiguity} is open, choose {' or '.join(names)}" for ambiguity, names in choices.items())
        return f'{where}: no row takes "{trigger}" now (tried: {", ".join(row.title for row in rows)}){hint}'

    # the table

    def _add(self, row: ResolvedRow) -> None:
        scope = self._scopes[id(row)]

        def evaluated(expression: Expression, firing: Firing) -> Value:
            return self._interpretation.evaluate(expression, firing.before, self._fields(row, firing), scope)

        def alternative(data: EventData) -> bool:
            firing = firing_of(data)
            matches = all(firing.alternative.get(name) == value for name, value in row.alternative.items())
            return matches and self._brings_free_fields(row, firing)

        def guard(data: EventData) -> bool:
            return bool(evaluated(row.guard, firing_of(data)))

        def room(data: EventData) -> bool:
            return bool(evaluated(room_to_send, firing_of(data)))

        def effects(data: EventData) -> None:
            firing = firing_of(data)
            messages = tuple(
                Message(
                    sending.channel, sending.message.name,
                    {name: evaluated(value, firing) for name, value in sending.fields.items()},
                    {name: evaluated(sending.carried[name], firing) for name in sending.message.fields},
                )
                for sending in row.sends
            )  # fmt: skip
            assignments = {name: evaluated(value, firing) for name, value in row.assignments.items()}
            self._outcome = Outcome(row, assignments, messages, row.alters, self.event_fields(row, firing))

        alternative.__name__ = ", ".join(f"{name}: {value}" for name, value in row.alternative.items()) or "always"
        effects.__name__ = row.title
        conditions: list[Callable[[EventData], bool]] = [alternative, Condition(guard, row.guard)]
        if row.sends and row.trigger.kind is not TriggerKind.RECEIPT:
            room_to_send = all_of(negation(full(sending.channel)) for sending in row.sends)
            conditions.append(Condition(room, room_to_send))
        self._row_of[alternative] = row
        self.machine.add_transition(
            row.trigger.key, source=list(row.states), dest=row.dest, conditions=list(conditions), before=effects
        )

    def _emits(self, row: ResolvedRow) -> bool:
        return row.trigger.event is not None and row.trigger.event.emitter == self.name

    def _brings_free_fields(self, row: ResolvedRow, firing: Firing) -> bool:
        """Whether an event comes with just the fields that its emitter's row leaves free."""
        if row.trigger.event is None or not self._emits(row):
            return True
        return set(firing.fields.get("event", {})) == set(row.trigger.event.fields) - set(row.emits)

    def _fields(self, row: ResolvedRow, firing: Firing) -> Fields:
        if not row.emits:
            return firing.fields
        scope = self._scopes[id(row)]
        computed = {
            name: self._interpretation.evaluate(value, firing.before, firing.fields, scope)
            for name, value in row.emits.items()
        }
        return {**firing.fields, "event": {**firing.fields.get("event", {}), **computed}}


def firing_of(data: EventData) -> Firing:
    firing = data.kwargs["firing"]
    assert isinstance(firing, Firing)
    return firing


def row_scope(row: ResolvedRow, system: System) -> Scope:
    """The domains of the fields that a row's expressions may use."""
    fields: dict[str, Mapping[str, Domain]] = {}
    if row.trigger.kind is TriggerKind.RECEIPT:
        carried = (message for channel in system.channels for message in channel.messages)
        message = next(message for message in carried if message.name == row.trigger.name)
        fields["received"] = {name: entry.domain for name, entry in message.fields.items()}
    if row.trigger.event is not None:
        widths = _widths(system)
        fields["event"] = {
            name: domain.resolve(widths) if isinstance(domain, Modular) else domain
            for name, domain in row.trigger.event.fields.items()
        }
    return Scope(system, fields)


def _widths(system: System) -> Sizes:
    """The widths in use: an event names its fields' domains as the model does, unresolved."""
    domains = [variable.domain for variable in system.variables]
    domains += [
        entry.domain for channel in system.channels for message in channel.messages
        for entry in message.fields.values()
    ]  # fmt: skip
    return Sizes(widths={domain.width: domain.bits for domain in domains if isinstance(domain, Modular)})
