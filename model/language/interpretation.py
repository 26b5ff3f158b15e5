"""What a system means: evaluation of expressions, the actions enabled in a state, the state after a
step. Short and slow on purpose; every other back end is compared with this one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from model.language.channel_contents import (
    Contents,
    Flight,
    canonical,
    deliverable,
    duplicable,
    duplicated,
    losable,
)
from model.language.domains import Domain, Modular, Value
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.systems import Action, ActionKind, System, SystemChannel
from model.language.type_checking import Scope, operand_domain, scope_of_action


class State(NamedTuple):
    """values: one a variable, in the system's order. channels: contents, in the system's order."""

    values: tuple[Value, ...]
    channels: tuple[Contents, ...]


class Step(NamedTuple):
    """An action, the position of the message it takes (None if it takes none), the state after it.

    overflow: a reply found its channel full and is gone.
    """

    action: Action
    position: int | None
    state: State
    overflow: bool


Fields = Mapping[str, Mapping[str, Value]]


class _Scopes(dict[str, Scope]):
    """Scope by action name, made when it is first asked for."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self._system = system

    def __missing__(self, name: str) -> Scope:
        found = self[name] = scope_of_action(self._system, self._system.actions[self._system.action_index[name]])
        return found


class Interpretation:
    """The behaviour of one system."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._scopes = _Scopes(system)
        self._plain_scope = Scope(system, {})

    def initial_states(self) -> list[State]:
        """Every combination of initial values that satisfies `initially`, with empty channels."""
        empty: tuple[Contents, ...] = tuple(() for _ in self.system.channels)
        combinations = product(*(variable.initial for variable in self.system.variables))
        states = [State(values, empty) for values in combinations]
        return [state for state in states if self.holds(self.system.initially, state)]

    def scope(self, action: Action) -> Scope:
        """The names that an action's expressions may use."""
        return self._scopes[action.name]

    def holds(self, condition: Expression, state: State) -> bool:
        """The truth of a condition over variables and channels."""
        return bool(self.evaluate(condition, state, {}, self._plain_scope))

    def steps(self, state: State) -> Iterator[Step]:
        """Every step possible in `state`: each enabled action, once for each message it can take."""
        for action in self.system.actions:
            for position in self.positions(action, state):
                if self.evaluate(action.guard, state, self.taken(action, state, position), self._scopes[action.name]):
                    yield self.step(action, position, state)

    def positions(self, action: Action, state: State) -> list[int] | list[None]:
        """The messages to which `action` could apply: [None] for an action that takes none."""
        if action.channel is None:
            return [None]
        index = self.system.channel_index[action.channel]
        channel, contents = self.system.channels[index], state.channels[index]
        assert action.message is not None
        kind = channel.index_of(action.message)
        match action.kind:
            case ActionKind.RECEIPT | ActionKind.UNDELIVERABLE:
                candidates = deliverable(channel, contents)
            case ActionKind.LOSS:
                candidates = losable(channel, contents)
            case _:
                candidates = duplicable(channel, contents)
        return [position for position in candidates if contents[position].message == kind]

    def is_enabled(self, action: Action, position: int | None, state: State) -> bool:
        if position not in self.positions(action, state):
            return False
        return bool(
            self.evaluate(action.guard, state, self.taken(action, state, position), self._scopes[action.name])
        )

    def taken(self, action: Action, state: State, position: int | None) -> Fields:
        """The fields of the message an action takes, under the scope "received"."""
        if position is None or action.channel is None:
            return {}
        index = self.system.channel_index[action.channel]
        return {"received": field_values(self.system.channels[index], state.channels[index][position])}

    def step(self, action: Action, position: int | None, state: State) -> Step:
        """The state after an enabled action. Raises ModelError if a value leaves its domain."""
        fields = self.taken(action, state, position)
        scope = self._scopes[action.name]
        values = list(state.values)
        for name, expression in action.assignments.items():
            index = self.system.variable_index[name]
            value = self.evaluate(expression, state, fields, scope)
            if not self.system.variables[index].domain.contains(value):
                raise ModelError(f'action "{action.name}": "{name}" becomes {value}, outside its domain')
            values[index] = value
        channels = [list(contents) for contents in state.channels]
        if action.kind is ActionKind.DUPLICATION:
            assert action.channel is not None and position is not None
            index = self.system.channel_index[action.channel]
            channels[index] = list(duplicated(self.system.channels[index], state.channels[index], position))
        elif position is not None:
            assert action.channel is not None
            del channels[self.system.channel_index[action.channel]][position]
        self._alter(action, channels, state, fields)
        overflow = False
        for sending in action.sends:
            index = self.system.channel_index[sending.channel]
            channel = self.system.channels[index]
            if len(channels[index]) >= channel.capacity:
                overflow = True
                continue
            carried = tuple(
                self.evaluate(sending.carried[name], state, fields, scope) for name in sending.message.fields
            )
            channels[index].append(Flight(channel.index_of(sending.message.name), carried))
        contents = tuple(
            canonical(channel, flights) for channel, flights in zip(self.system.channels, channels, strict=True)
        )
        return Step(action, position, State(tuple(values), contents), overflow)

    def _alter(self, action: Action, channels: list[list[Flight]], state: State, taken: Fields) -> None:
        for alter in action.alters:
            index = self.system.channel_index[alter.channel]
            channel = self.system.channels[index]
            kind = channel.index_of(alter.message)
            scope = self._plain_scope.with_flight(channel, alter.message)
            for position, flight in enumerate(channels[index]):
                fields = {**taken, "flight": field_values(channel, flight)}
                if flight.message == kind and self.evaluate(alter.when, state, fields, scope):
                    changed = {n: self.evaluate(v, state, fields, scope) for n, v in alter.fields.items()}
                    channels[index][position] = Flight(
                        kind, tuple(changed.get(name, value) for name, value in fields["flight"].items())
                    )

    def evaluate(self, expression: Expression, state: State, fields: Fields, scope: Scope) -> Value:
        """The value of an expression in a state, with the message fields at hand."""

        def value(operand: Expression) -> Value:
            return self.evaluate(operand, state, fields, scope)

        operands = expression.operands
        payload = expression.payload
        match expression.operator:
            case Operator.CONSTANT:
                assert isinstance(payload, bool | int | str)
                return payload
            case Operator.VARIABLE:
                return state.values[self.system.variable_index[str(payload)]]
            case Operator.FIELD:
                assert isinstance(payload, tuple)
                return fields[str(payload[0])][str(payload[1])]
            case Operator.NOT:
                return not value(operands[0])
            case Operator.AND:
                return all(value(operand) for operand in operands)
            case Operator.OR:
                return any(value(operand) for operand in operands)
            case Operator.EQUAL:
                return value(operands[0]) == value(operands[1])
            case Operator.LESS:
                return value(operands[0]) < value(operands[1])  # type: ignore[operator]
            case Operator.ADD | Operator.SUBTRACT | Operator.AHEAD:
                domain = operand_domain(expression, scope)
                return arithmetic(expression.operator, value(operands[0]), value(operands[1]), domain)
            case Operator.IF:
                return value(operands[1]) if value(operands[0]) else value(operands[2])
            case Operator.IN_FLIGHT:
                return self._any_in_flight(expression, state, fields, scope)
            case Operator.FULL:
                index = self.system.channel_index[str(payload)]
                return len(state.channels[index]) >= self.system.channels[index].capacity
            case other:
                raise ModelError(f'"{other.value}" has no value in a state: {expression}')

    def _any_in_flight(self, expression: Expression, state: State, fields: Fields, scope: Scope) -> bool:
        assert isinstance(expression.payload, tuple)
        name, message = expression.payload
        index = self.system.channel_index[str(name)]
        channel = self.system.channels[index]
        kinds = range(len(channel.messages)) if message is None else [channel.index_of(str(message))]
        inner = scope.with_flight(channel, None if message is None else str(message))
        return any(
            self.evaluate(expression.operands[0], state, {**fields, "flight": field_values(channel, flight)}, inner)
            for flight in state.channels[index]
            if flight.message in kinds
        )


def arithmetic(operator: Operator, left: Value, right: Value, domain: Domain) -> Value:
    """Addition, subtraction and serial-number order; modulo 2**bits in a Modular domain."""
    if not isinstance(domain, Modular):
        return int(left) + int(right) if operator is Operator.ADD else int(left) - int(right)
    if operator is Operator.ADD:
        return (int(left) + int(right)) % domain.modulus
    difference = (int(left) - int(right)) % domain.modulus
    if operator is Operator.SUBTRACT:
        return difference
    return 1 <= difference < domain.modulus // 2


def field_values(channel: SystemChannel, flight: Flight) -> dict[str, Value]:
    """The fields of a message in flight by name."""
    return dict(zip(channel.messages[flight.message].fields, flight.values, strict=True))
