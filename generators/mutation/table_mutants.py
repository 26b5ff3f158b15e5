"""Every mutant that the operators make of the protocol actors' tables. Identifiers come from row labels
and names, never from positions in the table, so that they survive changes elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from generators.changes import together
from generators.mutation.effect_operators import effect_variations
from generators.mutation.guard_operators import guard_variations
from generators.mutation.message_operators import message_variations
from generators.mutation.row_operators import row_variations
from generators.mutation.variation import Rule, Variation, rules, slug
from model.handover import Change
from model.home_agent import home_agent
from model.language.errors import ModelError, nearest
from model.language.machines import Machine
from model.user_equipment import ue

SHORT_NAMES = {"ue": "ue", "home_agent": "ha"}
OPERATORS = {
    "drop-row": "a row is missing",
    "no-effect": "a row is taken and does nothing",
    "keep-state": "the control state is kept instead of changed",
    "other-state": "a row leads to the state of a neighbour",
    "exchange-rows": "two checks come in the wrong order",
    "drop-term": "a term of a guard is not asked",
    "negate-term": "a term of a guard is negated",
    "drop-alternative": "one of several alternatives in a guard is missing",
    "other-constant": "a guard compares with another value",
    "boundary": "a comparison takes equality too",
    "window-too-wide": "the sequence window begins one too early",
    "window-too-narrow": "the sequence window begins one too late",
    "drop-effect": "a variable is not set",
    "negate-value": "a truth value is stored the wrong way round",
    "other-value": "another value is stored or sent",
    "always-then": "a condition of a value is taken as true",
    "always-else": "a condition of a value is taken as false",
    "drop-value-term": "a term of a value is missing",
    "off-by-one": "a number is one too low or too high",
    "other-source": "a value is taken from another variable or field of the same kind",
    "drop-send": "a message is not sent",
    "omit-field": "a field or option of a message is left out",
    "set-bit": "a bit of a message is always set",
    "other-status": "the acknowledgement has another status",
    "exchange-fields": "two addresses in a message change places",
}


@dataclass(frozen=True)
class TableMutant:
    """One small wrong change of a table.

    rows: labels; several where rows send the same value in a field, which one routine would write. clause,
    requirements: of the rows. title: what it does wrong, in words. guarding: it changes when a row is taken, not
    only what it does.
    """

    identifier: str
    operator: str
    actor: str
    rows: tuple[str, ...]
    title: str
    clauses: tuple[str, ...]
    requirements: tuple[str, ...]
    change: Change
    guarding: bool


@cache
def all_mutants() -> tuple[TableMutant, ...]:
    """Every mutant of the UE's and the home agent's tables, row by row in the order written."""
    return tuple(mutants_of([ue, home_agent]))


def mutants_of(machines: Iterable[Machine]) -> list[TableMutant]:
    """The mutants of these tables; `machines` are not changed."""
    found: list[TableMutant] = []
    taken: dict[str, int] = {}
    for machine in machines:
        groups: dict[tuple[object, ...], list[tuple[Rule, Variation]]] = {}
        for rule in rules(machine):
            for number, variation in enumerate(_variations(rule)):
                groups.setdefault(variation.builder or (rule.label, number), []).append((rule, variation))
        found += [_mutant(group, taken) for group in groups.values()]
    return found


@cache
def by_identifier() -> Mapping[str, TableMutant]:
    return {entry.identifier: entry for entry in all_mutants()}


def table_mutant(identifier: str) -> TableMutant:
    """The mutant with this identifier. Raises ModelError naming the nearest one."""
    known = by_identifier()
    if identifier not in known:
        raise ModelError(f'unknown mutant "{identifier}": {nearest(identifier, known)}')
    return known[identifier]


def _variations(rule: Rule) -> Iterable[Variation]:
    yield from row_variations(rule)
    yield from guard_variations(rule)
    yield from effect_variations(rule)
    yield from message_variations(rule)


def _mutant(group: Sequence[tuple[Rule, Variation]], taken: dict[str, int]) -> TableMutant:
    rule, variation = group[0]
    labels = tuple(dict.fromkeys(entry.label for entry, _ in group))
    where = slug(rule.label) if len(labels) == 1 else str(variation.builder[0])
    parts = [SHORT_NAMES.get(rule.machine.name, rule.machine.name), variation.operator, where, variation.detail]
    identifier = ".".join(slug(part) for part in parts if part)
    taken[identifier] = taken.get(identifier, 0) + 1
    if taken[identifier] > 1:
        identifier = f"{identifier}.{taken[identifier]}"
    cases = [item for entry, _ in group for item in entry.cases]
    shown = f'"{rule.label}"' if len(labels) == 1 else f'"{rule.label}" and {len(labels) - 1} more'
    return TableMutant(
        identifier, variation.operator, rule.machine.name, labels, f"{shown}: {variation.description}",
        tuple(dict.fromkeys(item.clause for item in cases if item.clause)),
        tuple(dict.fromkeys(name for item in cases for name in item.requirements)),
        together(*(entry.change for _, entry in group)), any(entry.guarding for _, entry in group),
    )  # fmt: skip
