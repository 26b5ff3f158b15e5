"""Resolved expressions as Z3 terms: truth values as Bool, everything else as the code of a value in a
bit-vector, compared unsigned. Imports Z3; import this module only where a solver is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from ctypes import Array, c_void_p
from typing import NamedTuple

import z3

from model.language.domains import Boolean, Domain, Integer, Modular, Value, bits_of
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator
from model.language.rewriting import nodes_of
from model.language.systems import System
from model.language.type_checking import Scope, domain_of, operand_domain


class Constant(NamedTuple):
    """A Z3 constant and the domain whose codes it ranges over."""

    term: z3.ExprRef
    domain: Domain


class Number(NamedTuple):
    """An integer term: `term` (unsigned) counts from `low`; no value lies above `high`. Always
    `width_of(low, high)` bits wide."""

    term: z3.BitVecRef
    low: int
    high: int

    def counted_from(self, low: int, width: int) -> z3.BitVecRef:
        """The same integer counted from a bound no higher than its own, in `width` bits."""
        shorter = width - self.term.size()
        term = z3.ZeroExt(shorter, self.term) if shorter > 0 else self.term
        return term if self.low == low else term + (self.low - low)


def width_of(low: int, high: int) -> int:
    """Bits that count from `low` to `high`."""
    return max(1, (high - low).bit_length())


def _field_scopes(node: Expression) -> list[str]:
    payloads = [field.payload for field in nodes_of(node, Operator.FIELD)]
    return [str(payload[0]) for payload in payloads if isinstance(payload, tuple)]


class Encoder:
    """The constants of one system in a Z3 context of its own.

    Variables, message fields and what is asked of channels are all constants: a term says nothing of
    how they hang together. Add `ranges()` to a solver after the terms are built.
    """

    def __init__(self, system: System, context: z3.Context | None = None) -> None:
        self.system = system
        self.context = context or z3.Context()
        self.constants: dict[str, Constant] = {}
        self._questions: dict[tuple[Expression, str], str] = {}

    def constant(self, name: str, domain: Domain) -> z3.ExprRef:
        """The constant of this name, made at its first use."""
        found = self.constants.get(name)
        if found is None:
            if isinstance(domain, Boolean):
                term: z3.ExprRef = z3.Bool(name, self.context)
            else:
                term = z3.BitVec(name, bits_of(domain), self.context)
            found = self.constants[name] = Constant(term, domain)
        elif found.domain != domain:
            raise ModelError(f'"{name}" is encoded in two domains')
        return found.term

    def variable(self, name: str) -> z3.ExprRef:
        return self.constant(name, self.system.domain(name))

    def question(self, node: Expression, label: str) -> str:
        """The name of what `node` asks of a channel: one for a node, unless fields of a trigger matter."""
        key = (node, label if any(scope != "flight" for scope in _field_scopes(node)) else "")
        if key not in self._questions:
            self._questions[key] = f"{node} #{len(self._questions)}"  # the texts of two nodes may be alike
        return self._questions[key]

    def ranges(self, after: int = 0) -> list[z3.BoolRef]:
        """What keeps every constant, but the first `after`, among the codes of its domain."""
        return [
            z3.ULT(constant.term, z3.BitVecVal(constant.domain.size, bits_of(constant.domain), self.context))
            for constant in list(self.constants.values())[after:]
            if isinstance(constant.term, z3.BitVecRef) and constant.domain.size < 1 << bits_of(constant.domain)
        ]

    def value_term(self, value: Value, domain: Domain) -> z3.ExprRef:
        """A value of a domain as a literal term."""
        if isinstance(domain, Boolean):
            return self.truth_value(bool(value))
        return z3.BitVecVal(domain.encode(value), bits_of(domain), self.context)

    def truth_value(self, value: bool) -> z3.BoolRef:
        return z3.BoolVal(value, self.context)

    def every(self, parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
        return self._joined(z3.Z3_mk_and, list(parts))

    def some(self, parts: Iterable[z3.BoolRef]) -> z3.BoolRef:
        return self._joined(z3.Z3_mk_or, list(parts))

    def _joined(
        self, make: Callable[[c_void_p, int, Array[z3.Ast]], z3.Ast], parts: Sequence[z3.BoolRef]
    ) -> z3.BoolRef:
        """As `z3.And` and `z3.Or`, which look at every part several times."""
        terms = (z3.Ast * len(parts))(*(part.as_ast() for part in parts))
        return z3.BoolRef(make(self.context.ref(), len(parts), terms), self.context)

    def value_in(self, model: z3.ModelRef, constant: Constant) -> Value:
        """The value of a constant in a model; constants the model leaves open get one too."""
        found = model.eval(constant.term, model_completion=True)
        if isinstance(found, z3.BitVecNumRef):
            return constant.domain.decode(found.as_long())
        return z3.is_true(found)

    def terms(self, scope: Scope, label: str = "") -> Terms:
        """Terms of expressions in a scope. `label` keeps the fields of different triggers apart."""
        return Terms(self, scope, label)


class Terms:
    """Terms of expressions whose names mean what `scope` says.

    `FULL` and `IN_FLIGHT` are free truth values, one for each distinct node: more is allowed than any
    channel could hold. A table that passes with them free passes; a problem found may need contents
    that no channel can have. `leaves` maps each node that became a constant to it.
    """

    def __init__(self, encoder: Encoder, scope: Scope, label: str = "") -> None:
        self.encoder = encoder
        self.scope = scope
        self.label = label
        self.leaves: dict[Expression, Constant] = {}
        self._truths: dict[Expression, z3.BoolRef] = {}
        self._numbers: dict[Expression, Number] = {}

    def term(self, expression: Expression, domain: Domain) -> z3.ExprRef:
        """The code of the expression in `domain`. An integer outside a domain of integers has no
        code there: compare `number` with the bounds first."""
        match domain:
            case Boolean():
                return self.truth(expression)
            case Integer():
                number = self.number(expression)
                low, high = min(number.low, domain.low), max(number.high, domain.top)
                wide = number.counted_from(low, width_of(low, high)) - (domain.low - low)
                return z3.Extract(bits_of(domain) - 1, 0, wide)
            case _:
                return self._code(expression, domain)

    def truth(self, expression: Expression) -> z3.BoolRef:
        """A truth value as a Bool."""
        found = self._truths.get(expression)
        if found is None:
            found = self._truths[expression] = self._truth(expression)
        return found

    def number(self, expression: Expression) -> Number:
        """An integer with the bounds that its operands give it."""
        found = self._numbers.get(expression)
        if found is None:
            found = self._numbers[expression] = self._number(expression)
        return found

    def equal(self, expression: Expression, other: Expression, domain: Domain) -> z3.BoolRef:
        """The equality of two expressions of a domain."""
        match domain:
            case Boolean():
                return self.truth(expression) == self.truth(other)
            case Integer():
                left, right = self._side_by_side(expression, other)
                return left == right
            case _:
                return self._code(expression, domain) == self._code(other, domain)

    def outside(self, expression: Expression, domain: Integer) -> z3.BoolRef | None:
        """The expression lies outside `domain`; None if its bounds already exclude that."""
        number = self.number(expression)
        if domain.low <= number.low and number.high <= domain.top:
            return None
        low, high = min(number.low, domain.low), max(number.high, domain.top)
        width = width_of(low, high)
        term = number.counted_from(low, width)
        bottom, top = (z3.BitVecVal(bound - low, width, self.encoder.context) for bound in (domain.low, domain.top))
        return self.encoder.some([z3.ULT(term, bottom), z3.ULT(top, term)])

    def leaf(self, node: Expression) -> z3.ExprRef:
        """The constant of a variable, a field or a question to a channel."""
        found = self.leaves.get(node)
        if found is None:
            domain = domain_of(node, self.scope)
            assert domain is not None
            term = self.encoder.constant(self._name(node), domain)
            found = self.leaves[node] = Constant(term, domain)
        return found.term

    def _name(self, node: Expression) -> str:
        match node.operator:
            case Operator.VARIABLE:
                return str(node.payload)
            case Operator.NEXT:
                return f"{node.payload}'"
            case Operator.FIELD:
                return f"{self.label}: {node}"
            case _:
                return self.encoder.question(node, self.label)

    def _truth(self, node: Expression) -> z3.BoolRef:
        operands = node.operands
        match node.operator:
            case Operator.CONSTANT:
                return self.encoder.truth_value(bool(node.payload))
            case Operator.VARIABLE | Operator.NEXT | Operator.FIELD | Operator.FULL | Operator.IN_FLIGHT:
                term = self.leaf(node)
                if not isinstance(term, z3.BoolRef):
                    raise ModelError(f'"{node}" is not a truth value')
                return term
            case Operator.NOT:
                return z3.Not(self.truth(operands[0]))
            case Operator.AND:
                return self.encoder.every(self.truth(operand) for operand in operands)
            case Operator.OR:
                return self.encoder.some(self.truth(operand) for operand in operands)
            case Operator.EQUAL:
                return self.equal(operands[0], operands[1], self._operand_domain(node))
            case Operator.LESS:
                domain = self._operand_domain(node)
                if isinstance(domain, Integer):
                    return z3.ULT(*self._side_by_side(operands[0], operands[1]))
                return z3.ULT(self._code(operands[0], domain), self._code(operands[1], domain))
            case Operator.AHEAD:
                domain = self._operand_domain(node)
                assert isinstance(domain, Modular)
                steps = self._code(operands[0], domain) - self._code(operands[1], domain)
                half = z3.BitVecVal(domain.modulus // 2 - 1, domain.bits, self.encoder.context)
                return z3.ULT(steps - 1, half)
            case Operator.IF:
                return z3.If(*(self.truth(operand) for operand in operands))
            case other:
                raise ModelError(f'"{other.value}" has no term: {node}')

    def _operand_domain(self, node: Expression) -> Domain:
        """As `operand_domain`; integers that are all constants are a domain of their own."""
        constants = [operand.payload for operand in node.operands if operand.operator is Operator.CONSTANT]
        numbers = [value for value in constants if type(value) is int]
        if len(numbers) == len(node.operands):
            return Integer(min(numbers), max(numbers))
        return operand_domain(node, self.scope)

    def _side_by_side(self, left: Expression, right: Expression) -> tuple[z3.BitVecRef, z3.BitVecRef]:
        """Two integers counted from the same bound, equally wide."""
        first, second = self.number(left), self.number(right)
        low, high = min(first.low, second.low), max(first.high, second.high)
        width = width_of(low, high)
        return first.counted_from(low, width), second.counted_from(low, width)

    def _number(self, node: Expression) -> Number:
        match node.operator:
            case Operator.CONSTANT:
                assert type(node.payload) is int
                return Number(z3.BitVecVal(0, 1, self.encoder.context), node.payload, node.payload)
            case Operator.VARIABLE | Operator.NEXT | Operator.FIELD:
                term, domain = self.leaf(node), domain_of(node, self.scope)
                assert isinstance(domain, Integer) and isinstance(term, z3.BitVecRef)
                return Number(term, domain.low, domain.top)
            case Operator.ADD:
                left, right = (self.number(operand) for operand in node.operands)
                low, high = left.low + right.low, left.high + right.high
                width = width_of(low, high)
                return Number(left.counted_from(left.low, width) + right.counted_from(right.low, width), low, high)
            case Operator.SUBTRACT:
                left, right = (self.number(operand) for operand in node.operands)
                low, high = left.low - right.high, left.high - right.low
                width = width_of(low, high)
                spare = z3.BitVecVal(right.high - right.low, width, self.encoder.context)
                below = spare - right.counted_from(right.low, width)
                return Number(left.counted_from(left.low, width) + below, low, high)
            case Operator.IF:
                then, otherwise = (self.number(operand) for operand in node.operands[1:])
                low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
                width = width_of(low, high)
                condition = self.truth(node.operands[0])
                return Number(
                    z3.If(condition, then.counted_from(low, width), otherwise.counted_from(low, width)), low, high
                )
            case other:
                raise ModelError(f'"{other.value}" is not an integer: {node}')

    def _code(self, node: Expression, domain: Domain) -> z3.BitVecRef:
        """The code of an enumeration's or a serial number's value."""
        operands = node.operands
        match node.operator:
            case Operator.CONSTANT:
                assert isinstance(node.payload, bool | int | str)
                if not domain.contains(node.payload):
                    raise ModelError(f'"{node}" is outside its domain')
                return z3.BitVecVal(domain.encode(node.payload), bits_of(domain), self.encoder.context)
            case Operator.VARIABLE | Operator.NEXT | Operator.FIELD:
                term = self.leaf(node)
                if not isinstance(term, z3.BitVecRef) or term.size() != bits_of(domain):
                    raise ModelError(f'"{node}" does not fit where it stands')
                return term
            case Operator.ADD:
                return self._code(operands[0], domain) + self._code(operands[1], domain)
            case Operator.SUBTRACT:
                return self._code(operands[0], domain) - self._code(operands[1], domain)
            case Operator.IF:
                return z3.If(
                    self.truth(operands[0]), self._code(operands[1], domain), self._code(operands[2], domain)
                )
            case other:
                raise ModelError(f'"{other.value}" has no code in a domain: {node}')
