"""Machines: control states, variables and a table of rows. The table is data: mutants change it,
readings fill in its choices, every back end reads it. Nothing here knows about mobility."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import TypeAlias

from model.language.domains import BOOLEAN, Domain, Enumeration, Value, plain
from model.language.errors import ModelError, nearest
from model.language.expressions import (
    TRUE,
    Assignment,
    Expression,
    Operand,
    Operator,
    build_tree,
    literal,
    negation,
    variable,
)
from model.language.messages import FieldView, MessageType, Template


@dataclass(frozen=True)
class Send:
    """Put a message on a channel. A reply answers a received message and is lost if there is no room."""

    template: Template
    channel: str


@dataclass(frozen=True)
class Alter:
    """Change fields of every message in flight on a channel that satisfies `when` (flight fields)."""

    channel: str
    message: str
    when: Expression
    fields: Mapping[str, Expression]


@dataclass(frozen=True)
class EffectChoice:
    """Effects that depend on how an ambiguity is read."""

    ambiguity: str
    alternatives: Mapping[str, tuple[Effect, ...]]


Effect: TypeAlias = Assignment | Send | Alter | EffectChoice
Effects: TypeAlias = "Effect | Sequence[Effects]"


def flat(effects: Effects) -> tuple[Effect, ...]:
    """One effect, or lists of effects within lists, as one tuple."""
    if isinstance(effects, Assignment | Send | Alter | EffectChoice):
        return (effects,)
    result: list[Effect] = []
    for effect in effects:
        result.extend(flat(effect))
    return tuple(result)


def chosen(ambiguity: str, **alternatives: Operand) -> Expression:
    """An expression (or destination) that depends on how `ambiguity` is read.

    Alternatives are the public names with `_` for `-`: `bu_at_once=...`. A property that is asked under readings which
    leave the choice open says what is true then: `left_open=...`.
    """
    names = tuple(name.replace("_", "-") for name in alternatives)
    operands = tuple(literal(value) for value in alternatives.values())
    return build_tree(Operator.CHOICE, (ambiguity, names), operands)


def chosen_effects(ambiguity: str, **alternatives: Effects) -> EffectChoice:
    """Effects that depend on how `ambiguity` is read; names as for `chosen`."""
    return EffectChoice(
        ambiguity, {name.replace("_", "-"): flat(effects) for name, effects in alternatives.items()}
    )


class TriggerKind(Enum):
    RECEIPT = "receives"
    TIMER = "timer"
    DECISION = "decides"
    EVENT = "event"


@dataclass(frozen=True, eq=False)
class Event:
    """Something that happens to several actors at once. The emitting machine computes its fields; a
    field that a row of the emitter does not compute takes every value."""

    name: str
    emitter: str
    fields: Mapping[str, Domain] = field(default_factory=dict)
    unrefusable: bool = False  # every subscriber must have a row in every state

    @property
    def view(self) -> FieldView:
        return FieldView("event", self.fields, self.name)


@dataclass(frozen=True)
class Trigger:
    """What makes a row fire: receipt of a message, a timer, a decision, an environment event."""

    kind: TriggerKind
    name: str
    message: MessageType | None = None
    event: Event | None = None

    @property
    def key(self) -> str:
        """How the trigger is named everywhere: "receives BindingUpdate", "timer retransmission"."""
        return f"{self.kind.value} {self.name}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trigger) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def receipt(message: MessageType) -> Trigger:
    return Trigger(TriggerKind.RECEIPT, message.name, message=message)


def timer(name: str) -> Trigger:
    return Trigger(TriggerKind.TIMER, name)


def decision(name: str) -> Trigger:
    return Trigger(TriggerKind.DECISION, name)


def event(source: Event) -> Trigger:
    return Trigger(TriggerKind.EVENT, source.name, event=source)


@dataclass(frozen=True)
class Case:
    """One row of a table as written: guard, effects, destination and where it comes from.

    dest: None keeps the state; an expression may be a choice between states.
    emits: for the machine that emits an event, expressions for the event's fields; a field not
    named takes every value (one action each). place: where it is written, "model/home_agent.py:12".
    """

    label: str
    when: Expression = TRUE
    then: tuple[Effect, ...] = ()
    dest: Expression | None = None
    clause: str = ""
    requirements: tuple[str, ...] = ()
    note: str = ""
    emits: Mapping[str, Expression] = field(default_factory=dict)
    discards: bool = False
    place: str = field(default="", compare=False)


def _place() -> str:
    """Where the language is being used: file, from the project's folder on if it lies there, and line."""
    language = Path(__file__).parent
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and Path(frame.f_code.co_filename).parent == language:
        frame = frame.f_back
    if frame is None:
        return ""
    file, project = Path(frame.f_code.co_filename), language.parents[1]
    shown = file.relative_to(project).as_posix() if file.is_relative_to(project) else file.name
    return f"{shown}:{frame.f_lineno}"


def case(
    label: str,
    *,
    when: Operand = True,
    then: Effects = (),
    dest: Operand | None = None,
    clause: str = "",
    requirements: Iterable[str] = (),
    note: str = "",
    emits: Mapping[str, Operand] | None = None,
) -> Case:
    return Case(
        label, literal(when), flat(then), None if dest is None else literal(dest), clause,
        tuple(requirements), note, {name: literal(value) for name, value in (emits or {}).items()}, place=_place(),
    )  # fmt: skip


def discarding(
    label: str, *, when: Operand = True, note: str = "", clause: str = "", requirements: Iterable[str] = ()
) -> Case:
    """A case that takes the message and does nothing, for the reason in `note`."""
    return Case(label, literal(when), (), None, clause, tuple(requirements), note, {}, discards=True, place=_place())


otherwise = case


@dataclass(frozen=True)
class Decision:
    """Cases tried in the order written, for one trigger in some states. When the table is built each
    guard is conjoined with the negation of those above it, which keeps the rows disjoint."""

    trigger: Trigger
    states: tuple[str, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Row:
    """A case with the negations of its predecessors in its guard, in the states where it applies."""

    machine: str
    trigger: Trigger
    states: tuple[str, ...]
    case: Case
    guard: Expression

    @property
    def label(self) -> str:
        return self.case.label


@dataclass(frozen=True)
class VariableDeclaration:
    """A variable of one machine; `name` is "machine.variable". Ghosts serve properties only; shared
    ones are common to all copies of the system."""

    name: str
    domain: Domain
    initial: tuple[Value | Expression, ...]
    meaning: str
    ghost: bool = False
    shared: bool = False


@dataclass(frozen=True)
class LocalInvariant:
    """Something the table checks may assume about this machine and every run proves."""

    name: str
    condition: Expression


class Machine:
    """One actor: control states, variables, rows. `role` tells environment from protocol actors."""

    def __init__(
        self, name: str, states: type[Enum], initial: Enum, *, role: str = "actor", meaning: str = ""
    ) -> None:
        self.name = name
        self.role = role
        self.meaning = meaning
        self.states = tuple(str(state.value) for state in states)
        self.variables: dict[str, VariableDeclaration] = {}
        self.decisions: list[Decision] = []
        self.invariants: list[LocalInvariant] = []
        self.state = self.variable(
            "state", Enumeration.of(states), initial=initial, meaning="the control state"
        )

    def variable(
        self, name: str, domain: Domain = BOOLEAN, *, initial: Operand | Sequence[Operand] = False, meaning: str = "",
        ghost: bool = False, shared: bool = False,
    ) -> Expression:  # fmt: skip
        """Declare a variable; several initial values (a list) make several initial states."""
        full_name = f"{self.name}.{name}"
        if full_name in self.variables:
            raise ModelError(f'machine "{self.name}" declares the variable "{name}" twice')
        values = [initial] if isinstance(initial, Expression | bool | int | str | Enum) else initial
        self.variables[full_name] = VariableDeclaration(
            full_name, domain,
            tuple(value if isinstance(value, Expression) else plain(value) for value in values),
            meaning, ghost, shared,
        )  # fmt: skip
        return variable(full_name)

    def ghost(
        self, name: str, domain: Domain = BOOLEAN, *, initial: Operand | Sequence[Operand] = False, meaning: str = ""
    ) -> Expression:
        """Declare a variable that rows write and only properties read."""
        return self.variable(name, domain, initial=initial, meaning=meaning, ghost=True)

    def transition(
        self,
        label: str,
        *,
        trigger: Trigger,
        source: Enum | Sequence[Enum],
        dest: Operand | None = None,
        when: Operand = True,
        then: Effects = (),
        clause: str = "",
        requirements: Iterable[str] = (),
        note: str = "",
        emits: Mapping[str, Operand] | None = None,
    ) -> None:
        """Add a row of its own (its guard must be disjoint from other rows' of the trigger)."""
        self.on(trigger, in_states=source).decide(
            case(label, when=when, then=then, dest=dest, clause=clause, requirements=requirements,
                 note=note, emits=emits)
        )  # fmt: skip

    def on(self, trigger: Trigger, in_states: Enum | Sequence[Enum] | None = None) -> Deciding:
        """Start an ordered decision: `machine.on(trigger, in_states=...).decide(case(...), ...)`."""
        states = self._states(in_states)
        return Deciding(self, trigger, states)

    def discards(
        self, trigger: Trigger, in_states: Enum | Sequence[Enum], reason: str, *, clause: str = "",
        requirements: Iterable[str] = (),
    ) -> None:  # fmt: skip
        """Say that the trigger has no effect in these states, and why."""
        self.on(trigger, in_states).decide(
            discarding(reason, note=reason, clause=clause, requirements=requirements)
        )

    def invariant(self, name: str, condition: Expression) -> None:
        self.invariants.append(LocalInvariant(name, condition))

    def _states(self, chosen_states: Enum | Sequence[Enum] | None) -> tuple[str, ...]:
        if chosen_states is None:
            return self.states
        given = [chosen_states] if isinstance(chosen_states, Enum) else list(chosen_states)
        names = tuple(str(state.value) for state in given)
        for name in names:
            if name not in self.states:
                raise ModelError(
                    f'machine "{self.name}" has no state "{name}": {nearest(name, self.states)}'
                )
        return names

    def rows(self) -> list[Row]:
        """The table: every case as a row, in the order written."""
        return [row for entry in self.decisions for row in self.rows_of(entry)]

    def rows_of(self, entry: Decision) -> list[Row]:
        """The same of one decision."""
        result: list[Row] = []
        above: list[Expression] = []
        for item in entry.cases:
            guard = TRUE
            for earlier in above:
                guard = guard & negation(earlier)
            guard = guard & item.when
            result.append(Row(self.name, entry.trigger, entry.states, item, guard))
            above.append(item.when)
        return result

    def copy(self) -> Machine:
        """A machine of its own with the same table, for mutants to change."""
        other = object.__new__(Machine)
        other.__dict__.update(self.__dict__)
        other.variables = dict(self.variables)
        other.decisions = list(self.decisions)
        other.invariants = list(self.invariants)
        return other

    def change(self, label: str, **changes: object) -> None:
        """Replace parts (`when`, `then`, `dest`) of the case with this label, wherever it stands."""
        found = False
        for index, entry in enumerate(self.decisions):
            cases = []
            for item in entry.cases:
                if item.label == label:
                    found = True
                    item = replace(item, **changes)  # type: ignore[arg-type]
                cases.append(item)
            self.decisions[index] = replace(entry, cases=tuple(cases))
        if not found:
            labels = [item.label for entry in self.decisions for item in entry.cases]
            raise ModelError(f'machine "{self.name}" has no row "{label}": {nearest(label, labels)}')

    def find(self, label: str) -> Case:
        """The first case with this label."""
        for entry in self.decisions:
            for item in entry.cases:
                if item.label == label:
                    return item
        labels = [item.label for entry in self.decisions for item in entry.cases]
        raise ModelError(f'machine "{self.name}" has no row "{label}": {nearest(label, labels)}')


class Deciding:
    """The second half of `machine.on(...)`."""

    def __init__(self, machine: Machine, trigger: Trigger, states: tuple[str, ...]) -> None:
        self._machine = machine
        self._trigger = trigger
        self._states = states

    def decide(self, *cases: Case) -> None:
        self._machine.decisions.append(Decision(self._trigger, self._states, cases))


def send(template: Template, *, on: object) -> Send:
    """The effect of putting a message on a channel (a Channel or its name)."""
    name = on if isinstance(on, str) else on.name  # type: ignore[attr-defined]
    return Send(template, str(name))
