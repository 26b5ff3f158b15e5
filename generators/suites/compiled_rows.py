"""Expressions of an actor's rows as Python functions of its variables and of the message or event fields.
The tester's alone: nothing is in flight and every channel has room. Agrees with `Interpretation`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from model.language.domains import Modular, Value
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.type_checking import Scope, operand_domain

Values = tuple[Value, ...]
Fields = Mapping[str, Value]
Compiled = Callable[[Values, Fields], Any]


def compiled(expression: Expression, own: Mapping[str, int], others: Fields, scope: Scope) -> Compiled:
    """The expression as a function of (own values, fields).

    own: name of a variable -> its place. others: the values that variables of other actors keep.
    """
    text = _text(expression, own, others, scope)
    function: Compiled = eval(f"lambda v, f: {text}", {"__builtins__": {}})  # text is made below, of literals only
    return function


def _text(expression: Expression, own: Mapping[str, int], others: Fields, scope: Scope) -> str:
    def text(operand: Expression) -> str:
        return _text(operand, own, others, scope)

    operands, payload = expression.operands, expression.payload
    match expression.operator:
        case Operator.CONSTANT:
            return repr(payload)
        case Operator.VARIABLE:
            name = str(payload)
            return f"v[{own[name]}]" if name in own else repr(others[name])
        case Operator.FIELD:
            assert isinstance(payload, tuple)
            return f"f[{payload[1]!r}]"
        case Operator.NOT:
            return f"(not {text(operands[0])})"
        case Operator.AND:
            return "(" + " and ".join(map(text, operands)) + ")"
        case Operator.OR:
            return "(" + " or ".join(map(text, operands)) + ")"
        case Operator.EQUAL:
            return f"({text(operands[0])} == {text(operands[1])})"
        case Operator.LESS:
            return f"({text(operands[0])} < {text(operands[1])})"
        case Operator.ADD | Operator.SUBTRACT | Operator.AHEAD:
            return _arithmetic(expression.operator, text(operands[0]), text(operands[1]),
                               operand_domain(expression, scope))  # fmt: skip
        case Operator.IF:
            return f"({text(operands[1])} if {text(operands[0])} else {text(operands[2])})"
        case Operator.IN_FLIGHT | Operator.FULL:
            return "False"
        case other:
            raise ModelError(f'"{other.value}" has no value for an actor alone: {expression}')


def _arithmetic(operator: Operator, left: str, right: str, domain: object) -> str:
    if not isinstance(domain, Modular):
        return f"({left} {'+' if operator is Operator.ADD else '-'} {right})"
    if operator is Operator.ADD:
        return f"(({left} + {right}) % {domain.modulus})"
    difference = f"(({left} - {right}) % {domain.modulus})"
    return difference if operator is Operator.SUBTRACT else f"(1 <= {difference} < {domain.modulus // 2})"
