"""Operators that alter what a row stores: an assignment lost, another value, a part of a value dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generators.changes import losing_effects, of_every_effect
from generators.mutation.guard_operators import BUDGETS
from generators.mutation.variation import Rule, Variation, domain_in, named, other_value, short
from model.addresses import ADDRESS
from model.handover import Change
from model.language.domains import Modular
from model.language.expressions import (
    Assignment,
    Expression,
    Operator,
    all_of,
    any_of,
    constant,
    field_of,
    negation,
    post_order,
    variable,
)
from model.language.machines import Effect

# What a careless implementation might take instead: the same domain, the same actor or message.
CONFUSED_WITH = {
    "ue": {
        "ue.address": "ue.care_of_address",
        "ue.care_of_address": "ue.address",
        "ue.association_address": "ue.address",
        "received.sequence_number": "ue.sequence_number",
    },
    "home_agent": {
        "received.source": "home_agent.care_of_address",
        "received.sequence_number": "home_agent.sequence_number",
        "home_agent.care_of_address": "home_agent.peer_address",
        "home_agent.peer_address": "home_agent.care_of_address",
    },
}


def effect_variations(rule: Rule) -> Iterator[Variation]:
    lost: set[str] = set()
    for assignment in rule.assignments():
        name, value = assignment.variable, assignment.value
        if name in BUDGETS:
            continue
        field = short(name)
        if name not in lost:
            lost.add(name)
            change = losing_effects(rule.machine.name, rule.label, variable(name))
            yield Variation("drop-effect", field, f"does not set {field}", change)
        for operator, detail, words, other in other_values(rule, value, name):
            yield Variation(operator, f"{field}-{detail}" if detail else field, f"{field}: {words}",
                            _assigning(rule, assignment, other))  # fmt: skip


def other_values(
    rule: Rule, value: Expression, name: str | None = None
) -> Iterator[tuple[str, str, str, Expression]]:  # fmt: skip
    """(operator, detail, words, value): small changes of a value. name: the variable it is assigned to."""
    match value.operator:
        case Operator.CONSTANT if isinstance(value.payload, bool):
            yield "negate-value", "", f"{not value.payload} instead of {value.payload}".lower(), negation(value)
        case Operator.CONSTANT if name is not None:
            other = other_value(rule.machine.variables[name].domain, value.payload)
            if other is not None:
                yield "other-value", named(constant(other)), f'"{other}" instead of "{value.payload}"', constant(other)
        case Operator.IF:
            condition, then, otherwise = value.operands
            if settles_in_the_scenario(condition):
                return
            yield "always-then", named(condition), f"always {then}, whether or not {condition}", then
            yield "always-else", named(condition), f"always {otherwise}, whether or not {condition}", otherwise
        case Operator.AND | Operator.OR:
            for part in value.operands:
                rest = [other for other in value.operands if other is not part]
                left = all_of(rest) if value.operator is Operator.AND else any_of(rest)
                yield "drop-value-term", named(part), f"without regard to: {part}", left
        case Operator.ADD if value.operands[1] is constant(1):
            counted = value.operands[0]
            yield "off-by-one", "same", f"{counted} itself, not the next", counted
            yield "off-by-one", "skips", f"{counted} plus 2", counted + 2
        case _:
            pass
    confused = confused_with(rule, value)
    if confused is not None and str(confused) != name:
        yield "other-source", named(confused), f"{confused} instead of {value}", confused


def settles_in_the_scenario(condition: Expression) -> bool:
    """Whether only settings of the scenario decide it."""
    decided_later = (Operator.VARIABLE, Operator.FIELD, Operator.CHOICE)
    return all(node.operator not in decided_later for node in post_order(condition))


def confused_with(rule: Rule, value: Expression) -> Expression | None:
    """Another variable or field of the same domain, for a plain read of one."""
    other = CONFUSED_WITH.get(rule.machine.name, {}).get(str(value))
    if other is None or value.operator not in (Operator.VARIABLE, Operator.FIELD):
        return None
    domain = domain_in(rule.machine, rule.trigger, value)
    if domain is not ADDRESS and not isinstance(domain, Modular):
        return None
    scope, _, name = other.partition(".")
    return field_of(scope, name) if scope == "received" else variable(other)


def _assigning(rule: Rule, assignment: Assignment, value: Expression) -> Change:
    def rewritten(effect: Effect) -> Effect:
        if isinstance(effect, Assignment) and effect.variable == assignment.variable:
            return replace(effect, value=value) if effect.value is assignment.value else effect
        return effect

    return of_every_effect(rule.machine.name, rule.label, rewritten)


