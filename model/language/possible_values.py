"""Which values variables and message fields can ever have, each taken by itself, and which actions can ever
be taken with them. More than really happens, never less: an action that is not here never happens."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from model.language.domains import Domain, Value
from model.language.expressions import Expression, Operator, conjuncts
from model.language.systems import Action, ActionKind, System

Values: TypeAlias = "frozenset[Value] | None"  # None: any value of the domain
Place: TypeAlias = tuple[str, str]  # of a value: (a scope of fields or "", the name of a field or variable)

MOST_VALUES = 64  # of one place that are told apart
TRUE_ONLY, FALSE_ONLY, EITHER = frozenset({True}), frozenset({False}), frozenset({True, False})


def without_impossible_actions(system: System) -> System:
    """The same reachable states and steps, described with fewer actions."""
    return with_actions(system, PossibleValues(system).actions)


def with_actions(system: System, names: Container[str]) -> System:
    """The system with these of its actions only."""
    return replace(system, actions=tuple(action for action in system.actions if action.name in names))


class PossibleValues:
    """variables: the values of each by name. messages: (channel, message type) -> the values of each field;
    no entry: never in flight. actions: names of those that can be taken."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.variables: dict[str, Values] = {entry.name: _few(entry.initial) for entry in system.variables}
        self.messages: dict[tuple[str, str], dict[str, Values]] = {}
        self.actions: set[str] = set()
        self._more = True
        while self._more:
            self._more = False
            for action in system.actions:
                self._take(action)

    def _take(self, action: Action) -> None:
        """Add what this action leads to, if it is possible with the values so far."""
        known: dict[Place, Values] = {("", name): values for name, values in self.variables.items()}
        if action.takes_message:
            fields = self.messages.get((str(action.channel), str(action.message)))
            if fields is None:
                return
            known.update({("received", name): values for name, values in fields.items()})
        for part in conjuncts(action.guard):
            for place, values in _demanded(part):
                known[place] = _common(known.get(place), values)
            if part.operator is Operator.NOT and part.operands[0].operator is not Operator.OR:
                for place, values in _demanded(part.operands[0]):  # which is all that this operand says
                    if (among := known.get(place)) is not None:
                        known[place] = among - values
        if frozenset() in known.values():
            return
        at = _Evaluation(known, self.messages)
        if True not in at.truth(action.guard):
            return
        self.actions.add(action.name)
        for name, expression in action.assignments.items():
            self._add(self.variables, name, at.values(expression), self._system.domain(name))
        for alter in action.alters:
            if (altered := self.messages.get((alter.channel, alter.message))) is not None:
                for name in alter.fields:
                    self._add(altered, name, None, None)
        for sending in action.sends:
            sent = self.messages.setdefault((sending.channel, sending.message.name), {})
            for name, entry in sending.message.fields.items():
                self._add(sent, name, at.values(sending.carried[name]), entry.domain)
        if action.kind is ActionKind.DUPLICATION:
            channel = self._system.channels[self._system.channel_index[str(action.channel)]]
            self._add(self.messages[channel.name, str(action.message)], channel.copy_mark, TRUE_ONLY, None)

    def _add(self, where: dict[str, Values], name: str, values: Values, domain: Domain | None) -> None:
        """domain: of what has too many values to tell apart, where it is small itself."""
        if values is None and domain is not None and domain.size <= MOST_VALUES:
            values = frozenset(domain.values)
        former = where.get(name, frozenset())
        if former is None:
            return
        together = None if values is None else _few((*former, *values))
        if name not in where or together != former:
            where[name] = together
            self._more = True


def _few(values: tuple[Value, ...]) -> Values:
    distinct = frozenset(values)
    return distinct if len(distinct) <= MOST_VALUES else None


def _common(left: Values, right: Values) -> Values:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def _demanded(condition: Expression) -> Iterator[tuple[Place, frozenset[Value]]]:
    """Values that a place must have one of for the condition to be true, where that is plain to see."""
    match condition.operator:
        case Operator.VARIABLE | Operator.FIELD:
            yield _place(condition), TRUE_ONLY
        case Operator.EQUAL:
            for side, other in (condition.operands, condition.operands[::-1]):
                if side.operator in (Operator.VARIABLE, Operator.FIELD) and other.operator is Operator.CONSTANT:
                    assert isinstance(other.payload, bool | int | str)
                    yield _place(side), frozenset({other.payload})
        case Operator.OR:
            demands = [dict(_demanded(part)) for part in condition.operands]
            for place in demands[0]:
                if all(place in demand for demand in demands):
                    yield place, frozenset().union(*(demand[place] for demand in demands))
        case _:
            return


def _place(expression: Expression) -> Place:
    if isinstance(expression.payload, tuple):
        return str(expression.payload[0]), str(expression.payload[1])
    return "", str(expression.payload)


class _Evaluation:
    """Values of expressions where places have one of the values known."""

    def __init__(
        self, known: Mapping[Place, Values], messages: Mapping[tuple[str, str], Mapping[str, Values]]
    ) -> None:
        self._known = known
        self._in_flight = messages.keys()
        self._done: dict[Expression, Values] = {}

    def truth(self, condition: Expression) -> frozenset[Value]:
        found = self.values(condition)
        return EITHER if found is None else found

    def values(self, expression: Expression) -> Values:
        if expression not in self._done:
            self._done[expression] = self._computed(expression)
        return self._done[expression]

    def _computed(self, expression: Expression) -> Values:
        operands = expression.operands
        match expression.operator:
            case Operator.CONSTANT:
                assert isinstance(expression.payload, bool | int | str)
                return frozenset({expression.payload})
            case Operator.VARIABLE | Operator.FIELD:
                return self._known.get(_place(expression))
            case Operator.NOT:
                return frozenset(not value for value in self.truth(operands[0]))
            case Operator.AND:
                return self._junction(operands, False)
            case Operator.OR:
                return self._junction(operands, True)
            case Operator.EQUAL:
                left, right = self.values(operands[0]), self.values(operands[1])
                if left is None or right is None:
                    return EITHER
                if not left & right:
                    return FALSE_ONLY
                return TRUE_ONLY if len(left) == len(right) == 1 else EITHER
            case Operator.LESS:
                left, right = self.values(operands[0]), self.values(operands[1])
                if left is None or right is None:
                    return EITHER
                return frozenset(low < high for low in left for high in right)  # type: ignore[operator]
            case Operator.IF:
                branches = [operands[1 if value else 2] for value in self.truth(operands[0])]
                found = [self.values(branch) for branch in branches]
                return None if None in found else _few(tuple(value for values in found for value in values or ()))
            case Operator.IN_FLIGHT:
                assert isinstance(expression.payload, tuple)
                channel, message = expression.payload
                there = any(name == channel and message in (None, kind) for name, kind in self._in_flight)
                return EITHER if there else FALSE_ONLY
            case _:
                return None

    def _junction(self, operands: tuple[Expression, ...], decisive: bool) -> frozenset[Value]:
        """Of a conjunction (an operand that is false decides) or a disjunction (one that is true)."""
        outcomes: set[Value] = {not decisive}
        for operand in operands:
            found = self.truth(operand)
            if (not decisive) not in found:
                return frozenset({decisive})
            outcomes |= found & {decisive}
        return frozenset(outcomes)
