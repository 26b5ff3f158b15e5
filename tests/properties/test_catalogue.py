"""The catalogue is complete, rows and properties refer to it, and nothing in it is forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import pytest

from model.handover import TABLES
from model.language.errors import ModelError
from model.language.machines import Machine, timer
from properties.catalogue import CLAUSE_REQUIREMENTS, REQUIREMENTS, Requirement, requirement
from properties.referenced_rules import REFERENCED_RULES
from properties.registry import ALL_PROPERTIES
from properties.traceability import Traced, left_over, matrix, unknown_references

STATED = [
    f"{prefix}-{number:02}"
    for prefix, last in {
        "GEN": 6, "UE-GEN": 1, "UE-H2F": 7, "UE-F2F": 9, "UE-F2H": 3, "HA-H2F": 1, "HA-F2F": 11, "HA-F2H": 2,
    }.items()
    for number in range(1, last + 1)
]  # fmt: skip
REFERENCED = [
    f"REF-{section}{number}"
    for section, last in {"A": 15, "B": 15, "C": 18, "D": 7, "E": 2}.items()
    for number in range(1, last + 1)
]
ROWS = [pytest.param(row, id=f"{row.machine}: {row.label}") for machine in TABLES for row in machine.rows()]

def made_up(identifier: str, *, out_of_scope: str | None = None) -> Requirement:
    return Requirement(identifier, "9.9", "shall", "ue", "The lamp is switched on.", "nowhere", out_of_scope)


class LampState(Enum):
    OFF = "off"
    ON = "on"


def lamp(*identifiers: str) -> Machine:
    """A machine whose only row refers to these requirements, in two states."""
    machine = Machine("lamp", LampState, LampState.OFF)
    for state in LampState:
        machine.transition("is pressed", trigger=timer("button"), source=state, clause="9.9", requirements=identifiers)
    return machine


@dataclass(frozen=True)
class Claim:
    identifier: str
    requirements: tuple[str, ...]


def test_every_statement_of_the_clause_is_in_the_catalogue_in_order() -> None:
    assert [entry.identifier for entry in CLAUSE_REQUIREMENTS] == STATED


def test_every_referenced_rule_is_in_the_catalogue() -> None:
    assert set(REFERENCED) <= {entry.identifier for entry in REFERENCED_RULES}


def test_no_identifier_is_used_twice() -> None:
    assert len(REQUIREMENTS) == len(CLAUSE_REQUIREMENTS) + len(REFERENCED_RULES)


@pytest.mark.parametrize("entry", REQUIREMENTS.values(), ids=REQUIREMENTS)
def test_every_requirement_says_what_and_where(entry: Requirement) -> None:
    assert entry.clause.startswith("5.")
    assert entry.text.endswith((".", ")."))
    assert entry.source
    assert entry.identifier.startswith("REF-") != entry.source.startswith("TS 24.303")


@pytest.mark.parametrize("entry", REFERENCED_RULES, ids=lambda entry: entry.identifier)
def test_every_referenced_rule_names_its_document(entry: Requirement) -> None:
    assert "RFC " in entry.source or entry.source.startswith("draft-")


@pytest.mark.parametrize(
    "entry",
    [entry for entry in REQUIREMENTS.values() if entry.out_of_scope is not None],
    ids=lambda entry: entry.identifier,
)
def test_a_reason_for_leaving_out_says_what_that_means_for_verdicts(entry: Requirement) -> None:
    reason = entry.out_of_scope or ""
    assert reason.startswith("not modelled")
    what, _, effect = reason.partition("effect on verdicts: ")
    assert len(what) > len("not modelled: ") and effect.strip()


def test_nothing_that_the_clause_states_is_out_of_scope() -> None:
    assert [entry.identifier for entry in CLAUSE_REQUIREMENTS if entry.out_of_scope is not None] == []


@pytest.mark.parametrize("row", ROWS)
def test_every_row_names_a_clause_and_known_requirements(row: object) -> None:
    case = row.case  # type: ignore[attr-defined]
    assert case.clause.startswith("5.")
    assert case.requirements
    assert set(case.requirements) <= REQUIREMENTS.keys()


def test_rows_and_properties_refer_to_known_requirements_only() -> None:
    assert unknown_references(TABLES, ALL_PROPERTIES) == {}


def test_every_property_checks_some_requirement() -> None:
    assert [entry.identifier for entry in ALL_PROPERTIES if not entry.requirements] == []


def test_nothing_is_left_over() -> None:
    assert [entry.identifier for entry in left_over(matrix(TABLES, ALL_PROPERTIES))] == []


def test_no_reason_is_stale() -> None:
    traced = matrix(TABLES, ALL_PROPERTIES)
    stale = {
        entry.requirement.identifier
        for entry in traced
        if entry.requirement.out_of_scope is not None and (entry.rows or entry.properties)
    }
    assert stale == set()


def test_a_requirement_that_nobody_answers_for_is_left_over() -> None:
    forgotten = made_up("LAMP-1")
    traced = matrix(TABLES, ALL_PROPERTIES, {**REQUIREMENTS, "LAMP-1": forgotten})
    assert left_over(traced) == [forgotten]


def test_row_property_or_reason_each_answer_for_a_requirement() -> None:
    entries = [made_up("LAMP-1"), made_up("LAMP-2"), made_up("LAMP-3", out_of_scope="no lamp"), made_up("LAMP-4")]
    traced = matrix([lamp("LAMP-1")], [Claim("LIGHT", ("LAMP-2",))], {entry.identifier: entry for entry in entries})
    assert left_over(traced) == [entries[3]]


def test_an_empty_reason_is_no_reason() -> None:
    assert left_over([Traced(made_up("LAMP-1", out_of_scope=""), (), ())]) == [made_up("LAMP-1", out_of_scope="")]


def test_the_matrix_names_each_row_and_property_once_in_the_catalogue_s_order() -> None:
    entries = {"LAMP-2": made_up("LAMP-2"), "LAMP-1": made_up("LAMP-1")}
    claims = [Claim("LIGHT", ("LAMP-1",)), Claim("DARK", ("LAMP-1", "LAMP-1"))]
    assert matrix([lamp("LAMP-1", "LAMP-2")], claims, entries) == [
        Traced(entries["LAMP-2"], (("lamp", "is pressed"),), ()),
        Traced(entries["LAMP-1"], (("lamp", "is pressed"),), ("LIGHT", "DARK")),
    ]


def test_an_unknown_reference_is_reported_with_its_users() -> None:
    found = unknown_references([lamp("GEN-01", "LAMP-1")], [Claim("LIGHT", ("LAMP-1", "GEN-02", "GEN-99"))])
    assert found == {"GEN-99": ("LIGHT",), "LAMP-1": ("lamp: is pressed", "LIGHT")}


def test_a_mistyped_identifier_gets_the_nearest_one() -> None:
    assert requirement("REF-A7").identifier == "REF-A7"
    with pytest.raises(ModelError, match=r'unknown requirement "HA-F2F-1": did you mean "HA-F2F-1\d"\?'):
        requirement("HA-F2F-1")
