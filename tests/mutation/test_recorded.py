"""The recorded outcomes are those of the tables as they are; survivors and holes have reasons in writing, and
reasons have something to explain."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from dsmip.coverage_page import coverage_page
from dsmip.mutation_pages import mutants_page
from dsmip.mutation_tables import hole_reasons, recorded, survival_reasons, why_it_survives, witnesses
from dsmip.requirement_records import covered
from generators.coverage import RowWitness, reason_for, unexplained, witness_trace
from generators.mutation.campaign import outcomes_of
from generators.mutation.parallel import stages_for
from generators.mutation.results import as_record
from generators.mutation.table_mutants import table_mutant
from generators.mutation.trial import Fate
from properties.catalogue import REQUIREMENTS
from properties.registry import BY_IDENTIFIER

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = 6
KILLED = recorded().with_fate(Fate.KILLED)
CHEAP = [outcome for outcome in KILLED if outcome.scenario == "minimal"]


@pytest.fixture(scope="module")
def drawn() -> list[str]:
    return [outcome.mutant for outcome in Random(24303).sample(CHEAP, SAMPLE)]


def test_drawn_mutants_are_killed_as_recorded(drawn: list[str]) -> None:
    stages = stages_for(["minimal"], recorded().reading)
    for again in outcomes_of([table_mutant(name) for name in drawn], stages):
        assert as_record(again) == as_record(recorded().outcomes[again.mutant])


@pytest.mark.slow
def test_every_recorded_outcome_comes_out_again() -> None:
    stages = {stage.scenario.name: stage for stage in stages_for(recorded().scenarios, recorded().reading)}
    wanted: dict[tuple[str, ...], list[str]] = {}
    for name, outcome in recorded().outcomes.items():
        concerned = {outcome.scenario, *outcome.differs, *outcome.same, *outcome.same_figures}
        names = tuple(scenario for scenario in recorded().scenarios if scenario in concerned)
        if names:
            wanted.setdefault(names, []).append(name)
    for names, mutants in wanted.items():
        for again in outcomes_of([table_mutant(name) for name in mutants], [stages[name] for name in names]):
            assert as_record(again) == as_record(recorded().outcomes[again.mutant])


def test_killing_properties_exist_or_are_what_a_table_relies_on() -> None:
    for outcome in KILLED:
        for killing in outcome.killings:
            assert killing.property in BY_IDENTIFIER or killing.property.startswith(("ue: ", "home_agent: "))


def test_every_survivor_has_a_reason_in_writing() -> None:
    survivors = recorded().with_fate(Fate.SURVIVED, Fate.UNKNOWN)
    assert [outcome.mutant for outcome in survivors if not why_it_survives(outcome.mutant)] == []


def test_every_written_reason_explains_a_survivor() -> None:
    survivors = [outcome.mutant for outcome in recorded().with_fate(Fate.SURVIVED, Fate.UNKNOWN)]
    for entry in survival_reasons():
        for pattern in entry.mutants:
            assert any(why_it_survives(name) == entry.reason for name in survivors
                       if type(entry)((pattern,), entry.reason).applies_to(name)), pattern  # fmt: skip


def test_every_requirement_with_an_empty_column_says_why() -> None:
    assert [entry.requirement.identifier for entry in unexplained(covered(), hole_reasons())] == []


def test_every_reason_for_an_empty_column_is_needed() -> None:
    holes = {entry.requirement.identifier for entry in covered()
             if entry.missing and not entry.requirement.out_of_scope}  # fmt: skip
    assert set(hole_reasons()) <= set(REQUIREMENTS)
    assert set(hole_reasons()) - holes == set()


def test_requirement_with_a_hole_and_no_reason_is_named() -> None:
    hole = next(entry for entry in covered() if entry.missing and not entry.requirement.out_of_scope)
    assert unexplained([hole], {}) == [hole]
    assert reason_for(hole, {}) == ""


@pytest.mark.parametrize("witness", [entry for entry in witnesses() if entry.scenario == "minimal"],
                         ids=lambda entry: entry.row)  # fmt: skip
def test_runs_recorded_for_rows_of_the_smallest_scenario_replay(witness: RowWitness) -> None:
    assert len(witness_trace(witness)) == len(witness.path)


@pytest.mark.slow
def test_every_run_recorded_for_a_row_replays() -> None:
    for witness in witnesses():
        assert len(witness_trace(witness)) == len(witness.path)


@pytest.mark.parametrize(("name", "page"), [("coverage.md", coverage_page), ("mutants.md", mutants_page)])
def test_page_is_what_the_records_say(name: str, page: object) -> None:
    assert callable(page)
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page()
