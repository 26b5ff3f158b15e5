"""A condition as alternatives, each a conjunction of pieces that one part of a state decides as far as
possible. So most alternatives are ruled out by what is known of one part's value alone."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explicit.parts import Parts
from model.language.domains import Boolean
from model.language.expressions import Expression, Operator, all_of, negation
from model.language.systems import System

MOST = 16  # alternatives of a condition; beyond that it stays whole
TRUTHS = (Operator.NOT, Operator.AND, Operator.OR, Operator.EQUAL, Operator.LESS, Operator.AHEAD,
          Operator.IN_FLIGHT, Operator.FULL)  # fmt: skip

Conjunctions = list[list[Expression]]


def alternatives(condition: Expression, system: System, parts: Parts) -> list[Expression]:
    """Conditions of which at least one holds exactly where `condition` holds."""
    return [all_of(pieces) for pieces in _Alternatives(system, parts).of(condition, True)]


class _Alternatives:
    def __init__(self, system: System, parts: Parts) -> None:
        self.system = system
        self.parts = parts

    def of(self, condition: Expression, wanted: bool) -> Conjunctions:
        whole = [[condition if wanted else negation(condition)]]
        if self.parts.seat(condition) is not None:
            return whole
        operands = condition.operands
        match condition.operator:
            case Operator.NOT:
                found = self.of(operands[0], not wanted)
            case Operator.AND | Operator.OR:
                each = [self.of(operand, wanted) for operand in operands]
                found = _every(each) if (condition.operator is Operator.AND) is wanted else _any(each)
            case Operator.EQUAL if all(self._is_truth(operand) for operand in operands):
                left, right = operands
                found = _any([
                    _every([self.of(left, truth), self.of(right, truth is wanted)]) for truth in (True, False)
                ])  # fmt: skip
            case Operator.IF:
                test, then, otherwise = operands
                found = _any([
                    _every([self.of(test, True), self.of(then, wanted)]),
                    _every([self.of(test, False), self.of(otherwise, wanted)]),
                ])  # fmt: skip
            case _:
                return whole
        return found if len(found) <= MOST else whole

    def _is_truth(self, expression: Expression) -> bool:
        if expression.operator is Operator.VARIABLE:
            return isinstance(self.system.domain(str(expression.payload)), Boolean)
        return expression.operator in TRUTHS or isinstance(expression.payload, bool)


def _any(each: Sequence[Conjunctions]) -> Conjunctions:
    return [pieces for conjunctions in each for pieces in conjunctions]


def _every(each: Sequence[Conjunctions]) -> Conjunctions:
    result: Conjunctions = [[]]
    for conjunctions in each:
        result = [[*left, *right] for left in result for right in conjunctions]
        if len(result) > MOST:
            return result  # incomplete, and too many: whoever asked keeps the condition whole
    return result
