"""Operators that alter when a row is taken: terms of its guard dropped, negated or weakened.
Terms that only scenarios decide, budgets and timing assumptions are left alone: they are not protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generators.changes import of_every_case
from generators.mutation.variation import Rule, Variation, domain_in, named, other_value
from model.handover import Change
from model.language.expressions import (
    TRUE,
    Expression,
    Operator,
    all_of,
    any_of,
    conjuncts,
    constant,
    negation,
    post_order,
)
from model.language.machines import Case
from model.language.rewriting import substituted

BUDGETS = ("ue.retransmissions_left", "ue.refreshes_left", "ue.data_left")  # they bound scenarios, not the protocol


def guard_variations(rule: Rule) -> Iterator[Variation]:
    for term in terms_of(rule):
        text, detail = str(term), named(term)
        yield Variation("drop-term", detail, f"no longer asks: {text}", _with_term(rule, term, TRUE), True)
        yield Variation("negate-term", detail, f"asks the opposite of: {text}",
                        _with_term(rule, term, negation(term)), True)  # fmt: skip
        if term.operator is Operator.OR:
            for part in term.operands:
                rest = any_of(other for other in term.operands if other is not part)
                yield Variation("drop-alternative", named(part), f"no longer lets through: {part}",
                                _with_term(rule, term, rest), True)  # fmt: skip
        yield from _comparisons(rule, term)


def terms_of(rule: Rule) -> list[Expression]:
    """The conjuncts of the guards as written that speak of the protocol, each once."""
    found: dict[Expression, None] = {}
    for item in rule.cases:
        for term in conjuncts(item.when):
            if _is_protocol(term):
                found[term] = None
    return list(found)


def _is_protocol(term: Expression) -> bool:
    nodes = list(post_order(term))
    if any(node.operator in (Operator.IN_FLIGHT, Operator.FULL) for node in nodes):
        return False
    return any(
        node.operator is Operator.FIELD or (node.operator is Operator.VARIABLE and node.payload not in BUDGETS)
        for node in nodes
    )


def _with_term(rule: Rule, term: Expression, other: Expression) -> Change:
    def rewritten(item: Case) -> Case:
        parts = conjuncts(item.when)
        if not any(part is term for part in parts):
            return item
        return replace(item, when=all_of(other if part is term else part for part in parts))

    return of_every_case(rule.machine.name, rule.label, rewritten)


def _comparisons(rule: Rule, term: Expression) -> Iterator[Variation]:
    """Comparisons within a term: boundaries, and constants of the same domain."""
    for node in post_order(term):
        match node.operator:
            case Operator.AHEAD:
                ahead, of = node.operands
                for operator, shifted, words in (
                    ("window-too-wide", of - 1, "also takes a number equal to the last one as newer"),
                    ("window-too-narrow", of + 1, "does not take the very next number as newer"),
                ):
                    window = ahead.is_ahead_of(shifted)
                    yield Variation(operator, named(node), f"{words}: {node}", _within(rule, term, node, window), True)
            case Operator.LESS:
                left, right = node.operands
                yield Variation("boundary", named(node), f"takes equality too: {node}",
                                _within(rule, term, node, ~(right < left)), True)  # fmt: skip
            case Operator.EQUAL:
                yield from _other_constants(rule, term, node)
            case _:
                pass


def _other_constants(rule: Rule, term: Expression, node: Expression) -> Iterator[Variation]:
    for compared, fixed in (node.operands, node.operands[::-1]):
        if fixed.operator is not Operator.CONSTANT:
            continue
        domain = domain_in(rule.machine, rule.trigger, compared)
        other = other_value(domain, fixed.payload)
        if other is None or domain is None or domain.size == 2:
            continue  # with two values it is the negation
        yield Variation(
            "other-constant", f"{named(compared)}-{named(constant(other))}",
            f'compares with "{other}" instead of "{fixed.payload}": {node}',
            _within(rule, term, node, compared == constant(other)), True,
        )  # fmt: skip


def _within(rule: Rule, term: Expression, node: Expression, other: Expression) -> Change:
    return _with_term(rule, term, substituted(term, {node: other}))
