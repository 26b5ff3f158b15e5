"""Domains of expressions, and the checks a system must pass before anything runs it: known names,
values inside their domains, ghosts never read by guards. Errors name the action and the value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from model.language.domains import BOOLEAN, Boolean, Domain, Integer, Modular, Value, describe
from model.language.errors import ModelError, nearest
from model.language.expressions import Expression, Operator
from model.language.rewriting import nodes_of
from model.language.systems import Action, System, SystemChannel

BOOLEAN_OPERATORS = {
    Operator.NOT, Operator.AND, Operator.OR, Operator.EQUAL, Operator.LESS, Operator.AHEAD,
    Operator.IN_FLIGHT, Operator.FULL, Operator.SENDS, Operator.RECEIVES, Operator.OCCURS, Operator.ENABLED,
    Operator.IN_SOME_COPY, Operator.IN_AT_MOST_ONE_COPY,
}  # fmt: skip


class Scope:
    """What names mean: variables of the system, fields of the message at hand."""

    def __init__(self, system: System, fields: Mapping[str, Mapping[str, Domain]]) -> None:
        self.variables = {variable.name: variable.domain for variable in system.variables}
        self.fields = fields
        self.channels = {channel.name: channel for channel in system.channels}
        self.sound: dict[Expression, Domain] = {}  # what was found to lie in a domain
        self._inner: dict[tuple[str, str | None], Scope] = {}

    def with_flight(self, channel: SystemChannel, message: str | None) -> Scope:
        """Inside the condition of IN_FLIGHT: the fields of messages on that channel."""
        key = (channel.name, message)
        if key not in self._inner:
            inner = self._inner[key] = object.__new__(Scope)
            inner.variables = self.variables
            inner.channels = self.channels
            inner.fields = {**self.fields, "flight": channel_fields(channel, message)}
            inner.sound = {}
            inner._inner = {}
        return self._inner[key]


def channel_fields(channel: SystemChannel, message: str | None) -> dict[str, Domain]:
    return {
        name: entry.domain
        for kind in channel.messages
        if message in (None, kind.name)
        for name, entry in kind.fields.items()
    }


def scope_of_action(system: System, action: Action) -> Scope:
    """Names that an action's own expressions may use."""
    flight = [(alter.channel, alter.message) for alter in action.alters][-1:]
    key = (action.channel, None if action.channel is None else action.message, *flight)
    found = system.scopes.get(key)
    if found is None:
        fields: dict[str, Mapping[str, Domain]] = {}
        if action.channel is not None:
            channel = system.channels[system.channel_index[action.channel]]
            fields["received"] = channel_fields(channel, action.message)
        for name, message in flight:
            fields["flight"] = channel_fields(system.channels[system.channel_index[name]], message)
        found = system.scopes[key] = Scope(system, fields)
    assert isinstance(found, Scope)
    return found


def domain_of(expression: Expression, scope: Scope) -> Domain | None:
    """The domain of an expression; None for a constant that is not a truth value."""
    operator = expression.operator
    if operator is Operator.CONSTANT:
        return BOOLEAN if isinstance(expression.payload, bool) else None
    if operator in BOOLEAN_OPERATORS:
        return BOOLEAN
    if operator in (Operator.VARIABLE, Operator.NEXT):
        name = str(expression.payload)
        if name not in scope.variables:
            raise ModelError(f'unknown variable "{name}": {nearest(name, scope.variables)}')
        return scope.variables[name]
    if operator is Operator.FIELD:
        assert isinstance(expression.payload, tuple)
        kind, name = str(expression.payload[0]), str(expression.payload[1])
        if kind not in scope.fields:
            raise ModelError(f'"{expression}" has no meaning here: there is no {kind} message')
        if name not in scope.fields[kind]:
            raise ModelError(f'the {kind} message has no field "{name}": {nearest(name, scope.fields[kind])}')
        return scope.fields[kind][name]
    if operator is Operator.IF:
        return _common(expression.operands[1:], scope)
    if operator in (Operator.ADD, Operator.SUBTRACT):
        return _common(expression.operands, scope)
    raise ModelError(f'"{operator.value}" must be filled in before a system is built: {expression}')


def _common(operands: tuple[Expression, ...], scope: Scope) -> Domain | None:
    for operand in operands:
        found = domain_of(operand, scope)
        if found is not None:
            return found
    return None


def operand_domain(expression: Expression, scope: Scope) -> Domain:
    """The domain in which the operands of a comparison or an arithmetic node are encoded."""
    found = _common(expression.operands, scope)
    if found is None:
        raise ModelError(f"nothing tells the domain of: {expression}")
    return found


def check_expression(expression: Expression, expected: Domain, scope: Scope) -> None:
    """Raise ModelError unless every node makes sense and the whole lies in `expected`."""
    if scope.sound.get(expression) != expected:
        _require_sound(expression, expected, scope)
        scope.sound[expression] = expected


def _require_sound(expression: Expression, expected: Domain, scope: Scope) -> None:
    operator = expression.operator
    if operator is Operator.CONSTANT:
        value = expression.payload
        if not isinstance(value, bool | int | str) or not expected.contains(value):
            raise ModelError(f'"{value}" is outside {describe(expected)}')
        return
    found = domain_of(expression, scope)
    if found is not None and found != expected and not _fits(found, expected):
        raise ModelError(f'"{expression}" is {describe(found)}, but {describe(expected)} is needed')
    match operator:
        case Operator.NOT | Operator.AND | Operator.OR | Operator.IN_SOME_COPY | Operator.IN_AT_MOST_ONE_COPY:
            for operand in expression.operands:
                check_expression(operand, BOOLEAN, scope)
        case Operator.EQUAL | Operator.LESS | Operator.AHEAD | Operator.ADD | Operator.SUBTRACT:
            domain = operand_domain(expression, scope)
            if operator is Operator.AHEAD and not isinstance(domain, Modular):
                raise ModelError(f'only serial numbers can be "ahead": {expression}')
            if operator in (Operator.ADD, Operator.SUBTRACT, Operator.LESS) and not isinstance(
                domain, Modular | Integer
            ):
                raise ModelError(f"only numbers can be compared or added: {expression}")
            if operator in (Operator.ADD, Operator.SUBTRACT) and isinstance(domain, Integer):
                for operand in expression.operands:
                    if operand.operator is not Operator.CONSTANT:
                        check_expression(operand, domain, scope)
            else:
                for operand in expression.operands:
                    check_expression(operand, domain, scope)
        case Operator.IF:
            check_expression(expression.operands[0], BOOLEAN, scope)
            check_expression(expression.operands[1], expected, scope)
            check_expression(expression.operands[2], expected, scope)
        case Operator.IN_FLIGHT:
            assert isinstance(expression.payload, tuple)
            channel = _channel(str(expression.payload[0]), scope)
            message = expression.payload[1]
            check_expression(
                expression.operands[0], BOOLEAN, scope.with_flight(channel, None if message is None else str(message))
            )
        case Operator.FULL:
            _channel(str(expression.payload), scope)
        case _:
            pass


def _fits(inner: Domain, outer: Domain) -> bool:
    """Integers fit where the wider range of integers is expected."""
    if not isinstance(inner, Integer) or not isinstance(outer, Integer):
        return False
    return outer.low <= inner.low and inner.top <= outer.top


def _channel(name: str, scope: Scope) -> SystemChannel:
    if name not in scope.channels:
        raise ModelError(f'unknown channel "{name}": {nearest(name, scope.channels)}')
    return scope.channels[name]


def check_system(system: System, actions: Sequence[Action] | None = None) -> None:
    """Every name known, every value inside its domain, no ghost in a guard. actions: those of the system that
    were not checked before; None: all. Raises ModelError."""
    ghosts = {variable.name for variable in system.variables if variable.ghost}
    for variable in system.variables:
        if not variable.initial:
            raise ModelError(f'variable "{variable.name}" has no initial value')
        for value in variable.initial:
            _check_value(value, variable.domain, f'variable "{variable.name}", initial value')
    for channel in system.channels:
        if channel.capacity < 1:
            raise ModelError(f'channel "{channel.name}" needs a capacity of at least 1, not {channel.capacity}')
        for message in channel.messages:
            for name in (channel.lane, channel.copy_mark):
                message.require(name)
            for name, entry in message.fields.items():
                _check_value(entry.default, entry.domain, f'{message.name}, default of field "{name}"')
    _checked("the condition on initial states", system.initially, BOOLEAN, Scope(system, {}))
    for machine in system.machines:
        for invariant in machine.invariants:
            _checked(f'machine "{machine.name}", local invariant "{invariant.name}"',
                     invariant.condition, BOOLEAN, Scope(system, {}))  # fmt: skip
    for action in system.actions if actions is None else actions:
        check_action(system, action, ghosts)


def _check_value(value: Value, domain: Domain, where: str) -> None:
    if not domain.contains(value):
        raise ModelError(f'{where}: "{value}" is outside {describe(domain)}')


def _checked(where: str, expression: Expression, expected: Domain, scope: Scope) -> None:
    try:
        check_expression(expression, expected, scope)
    except ModelError as error:
        raise ModelError(f"{where}: {error}") from None


def check_action(system: System, action: Action, ghosts: set[str]) -> None:
    where = f'action "{action.name}"'
    scope = scope_of_action(system, action)
    _checked(f"{where}, guard", action.guard, BOOLEAN, scope)
    for node in nodes_of(action.guard, Operator.VARIABLE):
        if str(node.payload) in ghosts:
            raise ModelError(f'{where}, guard: reads "{node.payload}", which is for properties only')
    for name, value in action.assignments.items():
        if name not in scope.variables:
            raise ModelError(f'{where}: assigns the unknown variable "{name}": {nearest(name, scope.variables)}')
        _checked(f'{where}, new value of "{name}"', value, scope.variables[name], scope)
        if name not in ghosts:
            for node in nodes_of(value, Operator.VARIABLE):
                if str(node.payload) in ghosts:
                    raise ModelError(f'{where}: "{name}" depends on "{node.payload}", which is for properties only')
    for sending in action.sends:
        for fields in (sending.fields, sending.carried):
            for name, value in fields.items():
                _checked(f"{where}, {sending.message.name}.{name}", value,
                         sending.message.fields[name].domain, scope)  # fmt: skip
    for alter in action.alters:
        channel = _channel(alter.channel, scope)
        inner = scope.with_flight(channel, alter.message)
        _checked(f"{where}, messages in flight", alter.when, BOOLEAN, inner)
        for name, value in alter.fields.items():
            _checked(f"{where}, {alter.message}.{name}", value, channel_fields(channel, alter.message)[name], inner)


def is_boolean(domain: Domain | None) -> bool:
    return isinstance(domain, Boolean)
