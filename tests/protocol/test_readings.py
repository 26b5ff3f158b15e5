"""Readings and choices: every ambiguity with alternatives can be switched, for all or for one actor."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from model.handover import handover
from model.language.errors import ModelError
from model.language.table_checks import check_tables
from model.readings import ACTORS, AMBIGUITIES, READINGS, reading
from model.scenarios import load

PUBLIC = [(entry.identifier, value) for entry in AMBIGUITIES if entry.public for value in entry.alternatives]


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("identifier", "value"), PUBLIC)
def test_every_choice_composes_for_all_and_for_each_actor(identifier: str, value: str) -> None:
    scenario = load("minimal")
    for prefix in ("", *(f"{actor}." for actor in ACTORS)):
        handover(scenario, reading("intended", [f"{prefix}{identifier}={value}"]))


@pytest.mark.sampled(6)
@pytest.mark.parametrize("identifier", sorted({identifier for identifier, _ in PUBLIC} - {"AMB-12"}))
def test_every_choice_makes_a_difference_to_the_model(identifier: str) -> None:
    alternatives = [value for name, value in PUBLIC if name == identifier]
    base = ["AMB-07=home-address-is-care-of"] if identifier == "AMB-23" else []
    scenario = load({"AMB-31": "address-detection", "AMB-34": "network-detach"}.get(identifier, "clause-5.2"))
    prints = {handover(scenario, reading("intended", [*base, f"{identifier}={value}"])).fingerprint
              for value in alternatives}  # fmt: skip
    assert len(prints) > 1


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", READINGS)
def test_tables_of_every_reading_are_disjoint_and_complete(name: str) -> None:
    for scenario in ("minimal", "clause-5.2", "address-detection"):
        problems = check_tables(handover(load(scenario), reading(name)))
        assert [str(problem) for problem in problems if problem.severity == "error"] == []


def test_a_reading_knows_nothing_of_what_it_did_not_choose() -> None:
    system = handover(load("clause-5.2"), reading("intended"))
    assert not [row.title for machine in system.machines for row in machine.rows if row.alternative]


def test_a_choice_given_twice_is_refused() -> None:
    with pytest.raises(ModelError, match="twice"):
        reading("intended", ["AMB-02=sa-first", "AMB-02=bu-at-once"])


@pytest.mark.broad
def test_a_system_is_the_same_in_every_process() -> None:
    show = ("from model.handover import handover; from model.scenarios import load; from model.readings import reading;"
            "print(handover(load('nat'), reading('literal')).fingerprint)")  # fmt: skip
    found = {
        subprocess.run([sys.executable, "-c", show], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                       capture_output=True, text=True, timeout=120).stdout
        for seed in ("0", "1", "2", "3")
    }  # fmt: skip
    assert len(found) == 1
