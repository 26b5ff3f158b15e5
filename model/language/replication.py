"""Several copies of one system side by side, sharing the variables that are declared `shared`.
Copies are alike and act one at a time; whatever a copy does it may do under any number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

from model.language.domains import Value
from model.language.errors import ModelError
from model.language.expressions import (
    QUANTIFIERS,
    Expression,
    Operator,
    all_of,
    any_of,
    build_tree,
    mentions,
    post_order,
    rebuilt,
)
from model.language.machines import Alter, Event, LocalInvariant, Trigger
from model.language.observations import Observation
from model.language.symmetry import Interchangeable, Thing
from model.language.systems import (
    Action,
    ResolvedMachine,
    ResolvedRow,
    Sending,
    System,
    SystemChannel,
    SystemVariable,
)
from model.language.type_checking import check_system

ALONE = "all copies share this"
Rename = Callable[[Expression], Expression]


@dataclass(frozen=True)
class Copies:
    """What was copied and under which names. names: original -> the copies' names, in order."""

    original: System
    count: int
    shared: frozenset[str]
    variables: Mapping[str, tuple[str, ...]]
    channels: Mapping[str, tuple[str, ...]]
    actions: Mapping[str, tuple[str, ...]]

    @cached_property
    def original_action(self) -> Mapping[str, tuple[str, int]]:
        """An action's name in the original, and the number of the copy that takes it (from 0)."""
        return {
            copied: (original, number)
            for original, names in self.actions.items()
            for number, copied in enumerate(names)
        }


def copied_name(name: str, number: int) -> str:
    """The name of a machine or channel in copy `number` (from 0)."""
    return f"{name}_{number + 1}"


def copied_variable(name: str, number: int) -> str:
    owner, _, rest = name.partition(".")
    return f"{copied_name(owner, number)}.{rest}"


def copied_action(name: str, number: int) -> str:
    return f"[{number + 1}] {name}"


def replicated(system: System, count: int) -> tuple[System, Copies]:
    """`count` copies of `system` side by side.

    Copies start independently of each other; a shared variable must have one initial value, and the
    condition on initial states must not speak of it. Raises ModelError otherwise.
    """
    if count < 1:
        raise ModelError(f"{count} copies of a system make no sense; at least 1 is needed")
    shared = frozenset(variable.name for variable in system.variables if variable.shared)
    _require_copyable(system, shared)
    copiers = [_Copier(system, shared, number) for number in range(count)]
    variables = [variable for variable in system.variables if variable.name in shared]
    for copier in copiers:
        variables += [copier.variable(entry) for entry in system.variables if entry.name not in shared]
    owners = dict.fromkeys(entry.owner for entry in system.variables if entry.name in shared)
    machines = [ResolvedMachine(owner, "shared", ALONE, (ALONE,), (), ()) for owner in owners]
    result = System(
        system.name,
        tuple(variables),
        tuple(copier.channel(channel) for copier in copiers for channel in system.channels),
        (*machines, *(copier.machine(machine) for copier in copiers for machine in system.machines)),
        tuple(copier.action(action) for copier in copiers for action in system.actions),
        all_of(copier.expression(system.initially) for copier in copiers),
        tuple(_symmetries(system, copiers)),
    )
    check_system(result)
    numbers = range(count)
    return result, Copies(
        system, count, shared,
        {entry.name: tuple(copied_variable(entry.name, number) for number in numbers)
         for entry in system.variables if entry.name not in shared},
        {channel.name: tuple(copied_name(channel.name, number) for number in numbers) for channel in system.channels},
        {action.name: tuple(copied_action(action.name, number) for number in numbers) for action in system.actions},
    )  # fmt: skip


def _symmetries(system: System, copiers: Sequence[_Copier]) -> Iterator[Interchangeable]:
    """Those of the original, in each copy on its own, and the copies themselves."""
    for declared in system.symmetries:
        for copier in copiers:
            yield copier.symmetry(declared)
    if len(copiers) > 1:
        yield Interchangeable(f"the {len(copiers)} copies", tuple(copier.thing() for copier in copiers), presumed=True)


def _require_copyable(system: System, shared: frozenset[str]) -> None:
    for variable in system.variables:
        if variable.name in shared and len(variable.initial) != 1:
            raise ModelError(f'the shared variable "{variable.name}" needs exactly one initial value')
    for node in post_order(system.initially):
        if node.operator is Operator.VARIABLE and node.payload in shared:
            raise ModelError(f'the condition on initial states speaks of "{node.payload}", which copies share')


def observed_in_all(observation: Observation, system: System, count: int) -> Observation:
    """The observation of one copy, made in any of `count` copies; its quantifiers are written out.

    With one copy names stay as they are.
    """
    if count == 1 and not any(mentions(condition, *QUANTIFIERS) for condition in _conditions(observation)):
        return observation
    shared = frozenset(variable.name for variable in system.variables if variable.shared)
    copiers = [_Copier(system, shared, number) for number in range(count)]
    renames: list[Rename] = [copier.expression for copier in copiers] if count > 1 else [lambda node: node]
    in_states: Expression | None = None
    if observation.in_states is not None:
        parts = [_unquantified(observation.in_states, rename, renames) for rename in renames]
        in_states = any_of(parts)
    in_steps: dict[str, Expression] = {}
    for number, rename in enumerate(renames):
        for name, condition in observation.in_steps.items():
            action = copied_action(name, number) if count > 1 else name
            in_steps[action] = _unquantified(condition, rename, renames)
    return Observation(observation.name, in_states, in_steps)


def _conditions(observation: Observation) -> Iterator[Expression]:
    if observation.in_states is not None:
        yield observation.in_states
    yield from observation.in_steps.values()


def _unquantified(condition: Expression, rename: Rename, renames: Sequence[Rename]) -> Expression:
    """`condition` for one copy. What stands in a quantifier is said of each copy in turn."""
    settled: dict[Expression, Expression] = {}
    for node in post_order(condition):
        if node.operator in QUANTIFIERS:
            inner = [each(node.operands[0]) for each in renames]
            if node.operator is Operator.IN_SOME_COPY:
                settled[node] = any_of(inner)
            else:
                settled[node] = all_of(~(one & other) for one, other in combinations(inner, 2))
    return _rewritten(condition, rename, settled)


def _rewritten(condition: Expression, rename: Rename, settled: Mapping[Expression, Expression]) -> Expression:
    """`condition` renamed, but for the nodes in `settled`, which are replaced as they are."""
    done: dict[Expression, Expression] = dict(settled)
    for node in post_order(condition, stop=settled):
        if node not in done:
            operands = tuple(done[operand] for operand in node.operands)
            done[node] = rename(node) if not operands else _renamed_node(node, operands, rename)
    return done[condition]


def _renamed_node(node: Expression, operands: tuple[Expression, ...], rename: Rename) -> Expression:
    if node.operator is Operator.IN_FLIGHT:
        shell = rename(build_tree(node.operator, node.payload, node.operands))
        return build_tree(node.operator, shell.payload, operands)
    return rebuilt(node, operands)


class _Copier:
    """Makes one copy: everything but message types and shared variables gets its number."""

    def __init__(self, system: System, shared: frozenset[str], number: int) -> None:
        self.system = system
        self.shared = shared
        self.number = number
        self._done: dict[Expression, Expression] = {}
        self._events: dict[int, Event] = {}
        self._rows: dict[int, ResolvedRow] = {}

    def name(self, name: str) -> str:
        return name if name in self.shared else copied_variable(name, self.number)

    def expression(self, expression: Expression) -> Expression:
        done = self._done
        for node in post_order(expression, stop=done):
            if node not in done:
                done[node] = self._node(node, tuple(done[operand] for operand in node.operands))
        return done[expression]

    def _node(self, node: Expression, operands: tuple[Expression, ...]) -> Expression:
        match node.operator:
            case Operator.VARIABLE | Operator.NEXT:
                return build_tree(node.operator, self.name(str(node.payload)), operands)
            case Operator.IN_FLIGHT:
                assert isinstance(node.payload, tuple)
                channel = copied_name(str(node.payload[0]), self.number)
                return build_tree(node.operator, (channel, node.payload[1]), operands)
            case Operator.FULL:
                return build_tree(node.operator, copied_name(str(node.payload), self.number), operands)
            case _:
                return rebuilt(node, operands)

    def _values(self, values: Mapping[str, Expression]) -> dict[str, Expression]:
        return {name: self.expression(value) for name, value in values.items()}

    def variable(self, variable: SystemVariable) -> SystemVariable:
        return replace(variable, name=self.name(variable.name), owner=copied_name(variable.owner, self.number))

    def channel(self, channel: SystemChannel) -> SystemChannel:
        return replace(channel, name=copied_name(channel.name, self.number))

    def thing(self) -> Thing:
        """All that is this copy's own."""
        variables = tuple(self.name(entry.name) for entry in self.system.variables if entry.name not in self.shared)
        channels = tuple(copied_name(channel.name, self.number) for channel in self.system.channels)
        return Thing(f"copy {self.number + 1}", variables, channels)

    def symmetry(self, declared: Interchangeable) -> Interchangeable:
        """A symmetry of the original within this copy."""
        own = self.thing()
        within = frozenset((*own.variables, *own.channels))
        if declared.within is not None:
            within &= {self.name(name) for name in declared.within if name in self.system.variable_index} | {
                copied_name(name, self.number) for name in declared.within
            }
        things = tuple(
            replace(
                thing, variables=tuple(map(self.name, thing.variables)),
                channels=tuple(copied_name(name, self.number) for name in thing.channels),
            )
            for thing in declared.things
        )  # fmt: skip
        return replace(declared, what=f"{declared.what} in each copy", things=things, within=within, presumed=True)

    def machine(self, machine: ResolvedMachine) -> ResolvedMachine:
        invariants = tuple(
            LocalInvariant(entry.name, self.expression(entry.condition)) for entry in machine.invariants
        )
        rows = tuple(self.row(row) for row in machine.rows)
        return replace(machine, name=copied_name(machine.name, self.number), rows=rows, invariants=invariants)

    def row(self, row: ResolvedRow) -> ResolvedRow:
        if id(row) not in self._rows:
            self._rows[id(row)] = replace(
                row,
                machine=copied_name(row.machine, self.number), trigger=self._trigger(row.trigger),
                guard=self.expression(row.guard), own_guard=self.expression(row.own_guard),
                assignments=self._assignments(row.assignments),
                sends=tuple(map(self._sending, row.sends)), alters=tuple(map(self._alter, row.alters)),
                emits=self._values(row.emits),
            )  # fmt: skip
        return self._rows[id(row)]

    def _assignments(self, assignments: Mapping[str, Expression]) -> dict[str, Expression]:
        return {self.name(name): self.expression(value) for name, value in assignments.items()}

    def _trigger(self, trigger: Trigger) -> Trigger:
        if trigger.event is None:
            return trigger
        event = self._events.get(id(trigger.event))
        if event is None:
            event = Event(
                copied_name(trigger.event.name, self.number), copied_name(trigger.event.emitter, self.number),
                trigger.event.fields, trigger.event.unrefusable,
            )  # fmt: skip
            self._events[id(trigger.event)] = event
        return replace(trigger, name=event.name, event=event)

    def _sending(self, sending: Sending) -> Sending:
        return Sending(
            copied_name(sending.channel, self.number), sending.message, self._values(sending.fields),
            self._values(sending.carried),
        )  # fmt: skip

    def _alter(self, alter: Alter) -> Alter:
        return Alter(
            copied_name(alter.channel, self.number), alter.message, self.expression(alter.when),
            self._values(alter.fields),
        )  # fmt: skip

    def action(self, action: Action) -> Action:
        rows = tuple(self.row(row) for row in action.rows)
        machines = {machine.name for machine in self.system.machines} | set(self.system.channel_index)
        return replace(
            action,
            name=copied_action(action.name, self.number),
            machine=copied_name(action.machine, self.number) if action.machine in machines else action.machine,
            trigger=rows[0].trigger.key if rows else action.trigger,
            guard=self.expression(action.guard), assignments=self._assignments(action.assignments),
            sends=tuple(map(self._sending, action.sends)), alters=tuple(map(self._alter, action.alters)),
            channel=None if action.channel is None else copied_name(action.channel, self.number),
            rows=rows, event=self._values(action.event), delivery=self._values(action.delivery),
        )  # fmt: skip


def values_of_copy(copies: Copies, system: System, values: Sequence[Value], number: int) -> tuple[Value, ...]:
    """The values of one copy's own variables, in the original's order."""
    return tuple(values[system.variable_index[names[number]]] for names in copies.variables.values())
