"""Whether a computed number can leave the range it is written to."""

from __future__ import annotations

from model.language.domains import Domain, Integer
from model.language.expressions import Expression, Operator


def may_leave(expression: Expression, domain: Domain) -> bool:
    """Whether the value might lie outside `domain`, as far as the expression shows."""
    if not isinstance(domain, Integer):
        return False
    low, high = _bounds(expression, domain)
    return low < domain.low or high > domain.top


def _bounds(expression: Expression, domain: Integer) -> tuple[int, int]:
    """Least and greatest value; variables and fields are checked to lie within the domain."""
    match expression.operator:
        case Operator.CONSTANT:
            return int(expression.payload), int(expression.payload)  # type: ignore[arg-type]
        case Operator.ADD | Operator.SUBTRACT:
            (low, high), (other_low, other_high) = (_bounds(operand, domain) for operand in expression.operands)
            if expression.operator is Operator.ADD:
                return low + other_low, high + other_high
            return low - other_high, high - other_low
        case Operator.IF:
            (low, high), (other_low, other_high) = (_bounds(operand, domain) for operand in expression.operands[1:])
            return min(low, other_low), max(high, other_high)
        case _:
            return domain.low, domain.top
