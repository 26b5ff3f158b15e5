"""Operators on whole rows: lost, taken without effect, in another order, into another state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from generators.changes import losing_row, of_every_case
from generators.mutation.variation import Rule, Variation, slug
from model.handover import Change
from model.language.expressions import TRUE, Expression, Operator, constant
from model.language.machines import Case, Machine


def row_variations(rule: Rule) -> Iterator[Variation]:
    actor = rule.machine.name
    yield Variation("drop-row", "", "the row is missing", losing_row(actor, rule.label), True)
    if any(item.then or item.dest is not None for item in rule.cases):
        yield Variation(
            "no-effect", "", "the row is taken and does nothing",
            of_every_case(actor, rule.label, lambda item: replace(item, then=(), dest=None)),
        )  # fmt: skip
    if any(item.dest is not None for item in rule.cases):
        yield Variation("keep-state", "", "the state is kept",
                        of_every_case(actor, rule.label, lambda item: replace(item, dest=None)))  # fmt: skip
        for state in _other_destinations(rule):
            yield Variation("other-state", slug(state), f'goes to "{state}" instead', _going_to(rule, state))
    yield from _exchanged_with_the_next(rule)


def _other_destinations(rule: Rule) -> list[str]:
    """Where rows for the same trigger go that this one does not: the first such state."""
    own = {item.dest for item in rule.cases}
    found: dict[Expression, None] = {}
    for entry in rule.machine.decisions:
        if entry.trigger == rule.trigger:
            for item in entry.cases:
                if item.dest is not None and item.dest.operator is Operator.CONSTANT and item.dest not in own:
                    found[item.dest] = None
    return [str(dest.payload) for dest in found][:1]


def _going_to(rule: Rule, state: str) -> Change:
    def rewritten(item: Case) -> Case:
        return item if item.dest is None else replace(item, dest=constant(state))

    return of_every_case(rule.machine.name, rule.label, rewritten)


def _exchanged_with_the_next(rule: Rule) -> Iterator[Variation]:
    """The order of two neighbours in an ordered decision; a last row without a guard stays last."""
    followers: dict[str, None] = {}
    for entry in rule.decisions:
        for item, following in zip(entry.cases, entry.cases[1:], strict=False):
            if item.label == rule.label and following.when is not TRUE:
                followers[following.label] = None
    for follower in followers:
        yield Variation("exchange-rows", slug(follower), f'comes after "{follower}" in the order of checks',
                        _after(rule, follower), True)  # fmt: skip


def _after(rule: Rule, follower: str) -> Change:
    def change(machines: Mapping[str, Machine]) -> None:
        machine = machines[rule.machine.name]
        for index, entry in enumerate(machine.decisions):
            cases = list(entry.cases)
            for place in range(len(cases) - 1):
                if (cases[place].label, cases[place + 1].label) == (rule.label, follower):
                    cases[place], cases[place + 1] = cases[place + 1], cases[place]
                    break
            machine.decisions[index] = replace(entry, cases=tuple(cases))

    return change
