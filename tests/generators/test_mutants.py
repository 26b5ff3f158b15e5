"""Every mutant is found out: by the property it names, and by the test made from the counterexample."""

from __future__ import annotations

from functools import cache

import pytest

from checker.checking import Run, check_scenario
from checker.search import Limits
from checker.verdict import Holds, Violated
from generators import pytest_module
from generators.changes import adding_effects, changing, losing_effects, losing_row, losing_trigger, sending
from generators.mutants import MUTANTS, Mutant, mutant
from model.handover import Change, handover
from model.language.errors import ModelError
from model.readings import ACTORS, reading
from model.scenarios import load, shipped
from properties.registry import property_called
from tests.generators.drive import complaint

FAR_ENOUGH = Limits(states=400_000)  # every counterexample is found long before
EVERY_MUTANT = pytest.mark.parametrize("entry", MUTANTS, ids=lambda entry: entry.identifier)


@cache
def run_of(identifier: str) -> Run:
    entry = mutant(identifier)
    return check_scenario(
        load(entry.scenario), reading(entry.reading), [property_called(entry.killed_by)],
        change=entry.change, limits=FAR_ENOUGH,
    )  # fmt: skip


@cache
def unmutated_run(scenario: str, reading_name: str) -> Run:
    names = {entry.killed_by for entry in MUTANTS if (entry.scenario, entry.reading) == (scenario, reading_name)}
    return check_scenario(load(scenario), reading(reading_name), [property_called(name) for name in sorted(names)])


@pytest.mark.sampled(5)
@EVERY_MUTANT
def test_mutant_is_killed_by_the_property_it_names(entry: Mutant) -> None:
    verdict = run_of(entry.identifier).verdict(entry.killed_by)
    assert isinstance(verdict, Violated)
    assert verdict.trace is not None


@pytest.mark.sampled(5)
@EVERY_MUTANT
def test_property_holds_without_the_mutant(entry: Mutant) -> None:
    assert isinstance(unmutated_run(entry.scenario, entry.reading).verdict(entry.killed_by), Holds)


@pytest.mark.sampled(5)
@EVERY_MUTANT
def test_test_made_from_the_counterexample_fails_on_the_mutant_only(entry: Mutant) -> None:
    run = run_of(entry.identifier)
    trace = run.trace(entry.killed_by)
    assert trace is not None
    source = pytest_module.test_module(trace, entry.actor, run.scenario, run.reading, property_called(entry.killed_by))
    assert complaint(source) == ""
    assert complaint(source, entry.change) != ""


def test_mutants_have_names_of_their_own_and_name_what_exists() -> None:
    assert len({entry.identifier for entry in MUTANTS}) == len(MUTANTS) >= 14
    for entry in MUTANTS:
        assert entry.scenario in shipped()
        assert entry.actor in ACTORS
        assert entry.requirements


def test_change_leaves_the_shipped_tables_alone() -> None:
    scenario, intended = load("minimal"), reading("intended")
    before = handover(scenario, intended).fingerprint
    assert handover(scenario, intended, mutant("ha-keeps-binding").change).fingerprint != before
    assert handover(scenario, intended).fingerprint == before


def test_unknown_mutant_gets_the_nearest_name() -> None:
    with pytest.raises(ModelError, match='did you mean "ha-any-number"'):
        mutant("ha-any-numbr")


@pytest.mark.parametrize(
    "change",
    [
        changing("ue", "registration aknowledged", dest=None),
        losing_row("ue", "registration aknowledged"),
        sending("ue", "registration aknowledged", lifetime="zero"),
        losing_effects("ue", "registration aknowledged"),
        adding_effects("ue", "registration aknowledged"),
    ],
)
def test_change_of_an_unknown_row_gets_the_nearest_name(change: Change) -> None:
    with pytest.raises(ModelError, match='did you mean "registration acknowledged"'):
        handover(load("minimal"), reading("intended"), change)


def test_change_of_an_unknown_trigger_gets_the_nearest_name() -> None:
    with pytest.raises(ModelError, match='did you mean "timer retransmission"'):
        handover(load("minimal"), reading("intended"), losing_trigger("ue", "timer retransmision"))
