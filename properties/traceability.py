"""Which rows realise a requirement and which properties check it; what nobody answers for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from model.language.machines import Machine
from properties.catalogue import REQUIREMENTS, Requirement


class Checking(Protocol):
    """What is needed of a property here."""

    @property
    def identifier(self) -> str: ...

    @property
    def requirements(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Traced:
    """A requirement with the rows that realise it, as (machine, label), and the properties that check it."""

    requirement: Requirement
    rows: tuple[tuple[str, str], ...]
    properties: tuple[str, ...]

    @property
    def answered_for(self) -> bool:
        return bool(self.rows or self.properties or self.requirement.out_of_scope)


def matrix(
    machines: Iterable[Machine], properties: Iterable[Checking], requirements: Mapping[str, Requirement] = REQUIREMENTS
) -> list[Traced]:
    """Every requirement with its rows and properties, in the order of the catalogue.

    Rows that share machine and label (one rule in several states) are named once.
    """
    rows: dict[str, dict[tuple[str, str], None]] = {}
    for machine in machines:
        for row in machine.rows():
            for identifier in row.case.requirements:
                rows.setdefault(identifier, {})[machine.name, row.label] = None
    checked: dict[str, dict[str, None]] = {}
    for entry in properties:
        for identifier in entry.requirements:
            checked.setdefault(identifier, {})[entry.identifier] = None
    return [
        Traced(requirement, tuple(rows.get(identifier, ())), tuple(checked.get(identifier, ())))
        for identifier, requirement in requirements.items()
    ]


def left_over(traced: Iterable[Traced]) -> list[Requirement]:
    """Requirements that no row realises, no property checks and no reason puts out of scope."""
    return [entry.requirement for entry in traced if not entry.answered_for]


def unknown_references(
    machines: Iterable[Machine], properties: Iterable[Checking], requirements: Mapping[str, Requirement] = REQUIREMENTS
) -> dict[str, tuple[str, ...]]:
    """Identifiers that the catalogue lacks, with the rows ("ue: label") and properties that use them."""
    users: dict[str, dict[str, None]] = {}
    for machine in machines:
        for row in machine.rows():
            for identifier in row.case.requirements:
                users.setdefault(identifier, {})[f"{machine.name}: {row.label}"] = None
    for entry in properties:
        for identifier in entry.requirements:
            users.setdefault(identifier, {})[entry.identifier] = None
    return {identifier: tuple(found) for identifier, found in sorted(users.items()) if identifier not in requirements}
