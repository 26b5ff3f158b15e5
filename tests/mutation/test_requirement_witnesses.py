"""Every run beside a requirement is a run of the model that ends where the requirement matters, and the mutant beside
it does there what is recorded."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from dsmip.known_answers import known_answers
from dsmip.requirement_records import InTheRecord, choosing, covered, preferred, requirement_witnesses
from generators.coverage import Kill, OnTheRun
from generators.requirement_mutants import Candidate, Choosing
from generators.requirement_witnesses import look_for, smallest_first, smallest_runs, trace_in_which_it_matters
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load, shipped
from properties.matters_registry import WHEN_IT_MATTERS
from properties.registry import BY_IDENTIFIER
from properties.when_it_matters import by_requirement

RECORDED = requirement_witnesses()
MOST_SHARING = 4  # requirements that one step may show
WITH_MUTANT = [entry for entry in RECORDED if entry.shown is not None]
CHEAP = [entry for entry in WITH_MUTANT if entry.witness.scenario == "minimal"]
DEAR = [entry for entry in WITH_MUTANT if entry.witness.scenario != "minimal"]
FEW_STATES = 90_000  # of scenarios that are explored again
WITHOUT_RUN = {"REF-G8"}  # see coverage_reasons.toml
WITHOUT_DECLARATION = {"GEN-04", "REF-B3", "REF-C10", "REF-D3"}

each = pytest.mark.parametrize("entry", RECORDED, ids=lambda entry: entry.requirement)


def test_it_is_declared_of_every_requirement_with_rows_when_it_matters() -> None:
    realised = {entry.requirement.identifier for entry in covered() if entry.rows}
    assert realised - set(WHEN_IT_MATTERS) == WITHOUT_DECLARATION
    assert set(WHEN_IT_MATTERS) <= realised


def test_every_declaration_has_a_run() -> None:
    assert set(WHEN_IT_MATTERS) - {entry.requirement for entry in RECORDED} == WITHOUT_RUN


def test_one_requirement_is_not_declared_twice() -> None:
    entry = next(iter(WHEN_IT_MATTERS.values()))
    with pytest.raises(ModelError, match="twice"):
        by_requirement((entry, entry))


def test_no_run_shows_more_than_a_handful_of_requirements() -> None:
    shared = Counter((entry.witness.scenario, tuple(entry.witness.initial.items()), entry.witness.path)
                     for entry in RECORDED)  # fmt: skip
    assert max(shared.values()) <= MOST_SHARING


@each
def test_run_ends_where_the_requirement_matters(entry: InTheRecord) -> None:
    trace = trace_in_which_it_matters(WHEN_IT_MATTERS[entry.requirement], entry.witness)
    assert len(trace) == len(entry.witness.path)


def test_run_that_ends_before_it_matters_is_refused() -> None:
    entry = next(entry for entry in CHEAP if len(entry.witness.path) > 1)
    shorter = replace(entry.witness, path=entry.witness.path[:-1])
    with pytest.raises(ModelError):
        trace_in_which_it_matters(WHEN_IT_MATTERS[entry.requirement], shorter)


def test_run_of_another_situation_in_the_same_row_is_refused() -> None:
    by_name = {entry.requirement: entry for entry in RECORDED}
    over_ipv6 = by_name["HA-F2F-04"].witness
    with pytest.raises(ModelError, match="does not end where it matters"):
        trace_in_which_it_matters(WHEN_IT_MATTERS["HA-F2F-06"], over_ipv6)


@cache
def choice() -> Choosing:
    return choosing()


def mutant_does_as_recorded(entry: InTheRecord) -> None:
    assert entry.shown is not None
    assert choice().again(WHEN_IT_MATTERS[entry.requirement], entry.witness, entry.shown.mutant) == entry.shown
    declared = preferred().get(entry.requirement)
    elsewhere = declared is not None and declared.elsewhere
    assert entry.shown.on_the_run is (OnTheRun.ALIKE if elsewhere else OnTheRun.DISREGARDS)
    assert declared is None or entry.shown.mutant == declared.mutant
    assert entry.requirement in BY_IDENTIFIER[entry.shown.property].requirements


@pytest.mark.parametrize("entry", CHEAP, ids=lambda entry: entry.requirement)
def test_mutant_beside_a_requirement_differs_on_its_run(entry: InTheRecord) -> None:
    mutant_does_as_recorded(entry)


@pytest.mark.slow
@pytest.mark.parametrize("entry", DEAR, ids=lambda entry: entry.requirement)
def test_every_mutant_beside_a_requirement_differs_on_its_run(entry: InTheRecord) -> None:
    mutant_does_as_recorded(entry)


@pytest.mark.slow
@pytest.mark.parametrize("entry", CHEAP, ids=lambda entry: entry.requirement)
def test_mutant_beside_a_requirement_is_chosen_again(entry: InTheRecord) -> None:
    assert choice().choice(WHEN_IT_MATTERS[entry.requirement], entry.witness) == entry.shown


def test_right_model_is_no_mutant_of_itself() -> None:
    entry = next(entry for entry in RECORDED if entry.requirement == "HA-F2H-01")
    unchanged = Candidate("right", "home_agent", "", lambda machines: None, (), (), (
        Kill("right", "BIND-9", "minimal", None, ()),))  # fmt: skip
    shown = choice().comparison(WHEN_IT_MATTERS["HA-F2H-01"], entry.witness).of(unchanged)
    assert shown is not None and shown.on_the_run is OnTheRun.ALIKE and not shown.there


def test_runs_recorded_in_the_smallest_scenario_are_shortest_there_and_nothing_contradicts_them() -> None:
    wanted = [WHEN_IT_MATTERS[entry.requirement] for entry in RECORDED if entry.witness.scenario == "minimal"]
    looked = look_for(load("minimal"), reading("intended"), wanted)
    lengths = {entry.requirement: len(entry.witness.path) for entry in RECORDED}
    assert {name: len(witness.path) for name, witness in looked.found.items()} == {
        entry.requirement: lengths[entry.requirement] for entry in wanted}  # fmt: skip
    assert looked.disregarded == ()


@pytest.mark.slow
def test_runs_come_from_the_smallest_scenario_that_has_one() -> None:
    states = {name: known_answers()[name, "intended"].states for name in shipped()}
    small = [name for name in smallest_first(shipped(), states.__getitem__) if states[name] <= FEW_STATES
             and not load(name).attacker.exists and not load(name).choices]  # fmt: skip
    wanted = [entry for entry in WHEN_IT_MATTERS.values() if (entry.reading, entry.choices) == ("intended", ())]
    found = smallest_runs(wanted, small, reading("intended"), lambda name, looked: None)
    assert {name: (run.scenario, len(run.path)) for name, run in found.items()} == {
        entry.requirement: (entry.witness.scenario, len(entry.witness.path)) for entry in RECORDED
        if entry.witness.scenario in small and entry.requirement in {one.requirement for one in wanted}}  # fmt: skip


def test_scenarios_with_an_attacker_or_a_fixed_choice_are_looked_at_last() -> None:
    order = smallest_first(shipped(), len)
    last = [load(name).attacker.exists or bool(load(name).choices) for name in order]
    assert last == sorted(last)
    assert "two-ue" not in order
