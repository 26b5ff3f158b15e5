"""Observations of a whole system, taken apart into terms that each belong to one part: what a part's
own states and steps say of the terms decides whether an observation is matched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from checker.product.splitting import Split
from model.language.domains import Boolean, Domain, Integer
from model.language.expressions import (
    FALSE,
    TRUE,
    Expression,
    Operator,
    all_of,
    any_of,
    build_tree,
    constant,
    equality,
    if_then_else,
    post_order,
)
from model.language.observations import Observation
from model.language.systems import System
from model.language.type_checking import Scope, domain_of, scope_of_action

MOST_VALUES = 64  # of a term compared with a term of another part

Formula: TypeAlias = "Term | Joined"


class Unfactorable(Exception):
    """An observation compares parts in a way that cannot be taken apart. The message says which."""


@dataclass(frozen=True)
class Term:
    """A condition on one part, by its number there: among those on states, or on steps of `action`."""

    part: int
    number: int
    action: str | None = None


@dataclass(frozen=True)
class Joined:
    """operator: NOT, AND, OR, IF or EQUAL (of truth values)."""

    operator: Operator
    operands: tuple[Formula, ...]


@dataclass(frozen=True)
class Sight:
    """One way to match an observation: `formula` holds in a state, or at a step of `action` of part
    `acting`. fires: number of a term that holds at every such step, where the formula needs one."""

    formula: Formula
    acting: int | None = None
    action: str | None = None
    fires: int | None = None

    @property
    def decided_by_one_part(self) -> bool:
        return isinstance(self.formula, Term) and self.acting in (None, self.formula.part)


@dataclass
class Terms:
    """The terms of one part: of its states, and of the steps of each action."""

    observed: dict[Expression, int] = field(default_factory=dict)
    watched: dict[str, dict[Expression, int]] = field(default_factory=dict)

    def number(self, condition: Expression, action: str | None) -> int:
        known = self.observed if action is None else self.watched.setdefault(action, {})
        return known.setdefault(condition, len(known))


def holds(formula: Formula, vectors: Sequence[int]) -> bool:
    """The truth of a formula. vectors: for each part the terms that hold, as bits."""
    if isinstance(formula, Term):
        return bool(vectors[formula.part] >> formula.number & 1)
    operands = formula.operands
    match formula.operator:
        case Operator.NOT:
            return not holds(operands[0], vectors)
        case Operator.AND:
            return all(holds(operand, vectors) for operand in operands)
        case Operator.OR:
            return any(holds(operand, vectors) for operand in operands)
        case Operator.EQUAL:
            return holds(operands[0], vectors) == holds(operands[1], vectors)
        case _:
            return holds(operands[1] if holds(operands[0], vectors) else operands[2], vectors)


def terms_in(formula: Formula) -> set[Term]:
    if isinstance(formula, Term):
        return {formula}
    return {term for operand in formula.operands for term in terms_in(operand)}


class Factoring:
    """Takes observations apart, and collects the terms of each part."""

    def __init__(self, system: System, split: Split) -> None:
        self.system = system
        self.terms = [Terms() for _ in split.parts]
        self.part_of: Mapping[str, int] = {
            name: number for number, part in enumerate(split.parts) for name in (*part.variables, *part.channels)
        }
        self._acting = {name: number for number, part in enumerate(split.parts) for name in part.actions}
        self._plain = Scope(system, {})

    def sights(self, observation: Observation) -> list[Sight]:
        """The ways to match `observation`. Raises Unfactorable."""
        found: list[Sight] = []
        try:
            if observation.in_states is not None:
                condition = _Condition(self, observation.in_states, None, None)
                found += [Sight(formula) for formula in condition.alternatives()]
            for action, expression in observation.in_steps.items():
                part = self._acting[action]
                condition = _Condition(self, expression, part, action)
                for formula in condition.alternatives():
                    sight = Sight(formula, part, action)
                    if not sight.decided_by_one_part:
                        sight = replace(sight, fires=self.terms[part].number(TRUE, action))
                    found.append(sight)
        except Unfactorable as error:
            raise Unfactorable(f'"{observation.name}" compares two parts: {error}') from None
        return found

    def scope(self, action: str | None) -> Scope:
        if action is None:
            return self._plain
        return scope_of_action(self.system, self.system.actions[self.system.action_index[action]])


class _Condition:
    """One condition: on states, or on what is before a step of an action of part `acting`."""

    def __init__(self, factoring: Factoring, condition: Expression, acting: int | None, action: str | None) -> None:
        self.factoring = factoring
        self.condition = condition
        self.acting, self.action = acting, action
        self.scope = factoring.scope(action)
        self.parts: dict[Expression, frozenset[int]] = {}

    def alternatives(self) -> list[Formula]:
        if self.condition is FALSE:
            return []
        if self.condition.operator is Operator.OR and len(self._parts(self.condition)) > 1:
            return [self._formula(part) for part in self._grouped(self.condition)]
        return [self._formula(self.condition)]

    def _parts(self, expression: Expression) -> frozenset[int]:
        """Which parts an expression speaks of."""
        for node in post_order(expression, stop=self.parts):
            if node not in self.parts:
                found = frozenset().union(*(self.parts[operand] for operand in node.operands))
                match node.operator:
                    case Operator.VARIABLE | Operator.FULL:
                        found |= self._owner(str(node.payload))
                    case Operator.IN_FLIGHT:
                        assert isinstance(node.payload, tuple)
                        found |= self._owner(str(node.payload[0]))
                    case Operator.FIELD if self.acting is not None:
                        assert isinstance(node.payload, tuple)
                        if node.payload[0] == "received":
                            found |= {self.acting}
                self.parts[node] = found
        return self.parts[expression]

    def _owner(self, name: str) -> frozenset[int]:
        part = self.factoring.part_of.get(name)
        return frozenset() if part is None else frozenset({part})

    def _grouped(self, junction: Expression) -> list[Expression]:
        """The operands, those of one part put together."""
        alone: dict[int, list[Expression]] = {}
        others = []
        for operand in junction.operands:
            parts = self._parts(operand)
            if len(parts) > 1:
                others.append(operand)
            else:
                alone.setdefault(min(parts, default=self.acting or 0), []).append(operand)
        join = all_of if junction.operator is Operator.AND else any_of
        return [join(operands) for operands in alone.values()] + others

    def _formula(self, node: Expression) -> Formula:
        parts = self._parts(node)
        if len(parts) <= 1:
            return self._term(node, parts)
        match node.operator:
            case Operator.AND | Operator.OR:
                return Joined(node.operator, tuple(self._formula(operand) for operand in self._grouped(node)))
            case Operator.NOT | Operator.IF:
                return Joined(node.operator, tuple(self._formula(operand) for operand in node.operands))
            case Operator.EQUAL if isinstance(domain_of(node.operands[0], self.scope), Boolean):
                return Joined(node.operator, tuple(self._formula(operand) for operand in node.operands))
            case Operator.EQUAL | Operator.LESS | Operator.AHEAD:
                return self._formula(self._by_value(node))
        raise Unfactorable(str(node))

    def _term(self, node: Expression, parts: frozenset[int]) -> Term:
        terms = self.factoring.terms
        part = min(parts, default=self.acting or 0)
        if part == self.acting:
            return Term(part, terms[part].number(node, self.action), self.action)
        if not parts:  # of what is shared: every part has the term, so that their code stays alike
            for own in terms:
                own.number(node, None)
        return Term(part, terms[part].number(node, None))

    def _by_value(self, node: Expression) -> Expression:
        """A comparison between parts, written out over the values of one side."""
        left, right = node.operands
        if left.operator is Operator.IF and (len(self._parts(left)) > 1 or len(self._parts(right)) > 1):
            condition, *branches = left.operands
            then, otherwise = (build_tree(node.operator, None, (branch, right)) for branch in branches)
            return if_then_else(condition, then, otherwise)
        if len(self._parts(left)) > 1 or len(self._parts(right)) > 1:
            raise Unfactorable(str(node))
        for listed, is_left in ((left, True), (right, False)):
            domain = domain_of(listed, self.scope)
            if domain is not None and domain.size <= MOST_VALUES and _stays_within(listed, domain):
                return any_of(
                    equality(listed, value) & self._compared(node, *((value, right) if is_left else (left, value)))
                    for value in map(constant, domain.values)
                )
        raise Unfactorable(str(node))

    @staticmethod
    def _compared(node: Expression, left: Expression, right: Expression) -> Expression:
        same = node.operator is Operator.EQUAL
        return equality(left, right) if same else build_tree(node.operator, None, (left, right))


def _stays_within(expression: Expression, domain: Domain) -> bool:
    """Whether its values are all of `domain`: sums of bounded integers may lie outside."""
    return expression.operator in (Operator.VARIABLE, Operator.FIELD) or not isinstance(domain, Integer)
