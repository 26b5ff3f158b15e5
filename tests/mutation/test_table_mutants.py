"""What the operators make of a table, and what they leave alone."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from generators.mutants import MUTANTS
from generators.mutation.lookup import change_called
from generators.mutation.table_mutants import OPERATORS, all_mutants, mutants_of, table_mutant
from model.handover import MACHINES, handover
from model.language.errors import ModelError
from model.language.machines import Machine
from model.readings import reading
from model.scenarios import load
from properties.catalogue import REQUIREMENTS
from tests.mutation.toggles import lamp

LAMP = mutants_of([lamp()])


def changed(identifier: str) -> Machine:
    """The lamp with one of its mutants' changes."""
    machine = lamp()
    next(entry for entry in LAMP if entry.identifier == identifier).change({"lamp": machine})
    return machine


def test_rows_of_a_toy_table_are_mutated_in_every_way_that_fits() -> None:
    assert {entry.identifier for entry in LAMP if entry.rows == ("red and bright",)} == {
        "lamp.drop-row.red-and-bright",
        "lamp.no-effect.red-and-bright",
        "lamp.keep-state.red-and-bright",
        "lamp.exchange-rows.red-and-bright.pressed-often",
        "lamp.drop-term.red-and-bright.bright",
        "lamp.negate-term.red-and-bright.bright",
        "lamp.drop-term.red-and-bright.colour-red",
        "lamp.negate-term.red-and-bright.colour-red",
        "lamp.other-constant.red-and-bright.colour-green",
        "lamp.drop-effect.red-and-bright.bright",
        "lamp.negate-value.red-and-bright.bright",
    }


def test_dropped_term_is_no_longer_asked() -> None:
    assert str(changed("lamp.drop-term.red-and-bright.bright").find("red and bright").when) == "lamp.colour = red"


def test_boundary_takes_equality_too() -> None:
    assert str(changed("lamp.boundary.pressed-often.pressed-3").find("pressed often").when) == "not (3 < lamp.pressed)"


def test_number_off_by_one_stays_or_skips() -> None:
    values = [str(changed(f"lamp.off-by-one.pressed-often.pressed-{how}").find("pressed often").then[0].value)  # type: ignore[union-attr]
              for how in ("same", "skips")]  # fmt: skip
    assert values == ["lamp.pressed", "lamp.pressed + 2"]


def test_exchanged_rows_keep_their_guards() -> None:
    cases = changed("lamp.exchange-rows.red-and-bright.pressed-often").decisions[0].cases
    assert [item.label for item in cases] == ["pressed often", "red and bright", "switched on"]


def test_last_row_without_a_guard_is_not_moved_up() -> None:
    assert not [entry for entry in LAMP if entry.operator == "exchange-rows" and "pressed often" in entry.rows]


def test_ghosts_are_not_mutated() -> None:
    assert not [entry for entry in LAMP if entry.identifier.endswith(".switched")]


def test_every_mutant_of_the_protocol_has_a_name_of_its_own_and_a_clause() -> None:
    assert not [name for name, count in Counter(entry.identifier for entry in all_mutants()).items() if count > 1]
    for entry in all_mutants():
        assert re.fullmatch(r"(ue|ha)(\.[a-z0-9-]+)+", entry.identifier)
        assert entry.clauses and entry.requirements and set(entry.requirements) <= set(REQUIREMENTS)
        assert entry.title.startswith(f'"{entry.rows[0]}"')


def test_every_operator_finds_work_in_the_protocol() -> None:
    assert {entry.operator for entry in all_mutants()} == set(OPERATORS)


def test_every_row_of_ue_and_home_agent_has_mutants() -> None:
    rows = {(row.machine, row.label) for machine in MACHINES if machine.role == "actor" for row in machine.rows()}
    assert {(entry.actor, label) for entry in all_mutants() for label in entry.rows} == rows


def test_making_mutants_leaves_the_tables_alone() -> None:
    scenario, intended = load("minimal"), reading("intended")
    before = handover(scenario, intended).fingerprint
    mutant = table_mutant("ha.keep-state.removal")
    assert handover(scenario, intended, mutant.change).fingerprint != before
    assert handover(scenario, intended).fingerprint == before


def test_mutants_with_names_of_their_own_are_found_too() -> None:
    assert change_called("ha-keeps-binding") is next(e.change for e in MUTANTS if e.identifier == "ha-keeps-binding")
    assert change_called("ha.keep-state.removal") is table_mutant("ha.keep-state.removal").change


def test_unknown_mutant_gets_the_nearest_name() -> None:
    with pytest.raises(ModelError, match=r'did you mean "ha.keep-state.removal"'):
        change_called("ha.keep-state.removl")
