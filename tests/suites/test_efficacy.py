"""The efficacy record: what it claims, and that its page says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generators.mutation.lookup import change_called
from generators.suites.cases import Suite
from generators.suites.efficacy import Efficacy, equivalent_among, kills_of
from generators.suites.efficacy_page import efficacy_page
from generators.suites.random_testing import random_suite
from generators.suites.sessions import session_for
from generators.suites.subjects import subject
from model.readings import reading
from model.scenarios import load

DOCS = Path(__file__).resolve().parents[2] / "docs"
RECORD = json.loads((DOCS / "efficacy.json").read_text(encoding="utf-8"))


def test_page_is_made_from_the_record() -> None:
    assert (DOCS / "efficacy.md").read_text(encoding="utf-8") == efficacy_page(RECORD)


@pytest.mark.parametrize("role", ["home_agent", "ue"])
def test_every_mutant_that_the_suite_was_made_for_fails_with_a_requirement(role: str) -> None:
    record = RECORD[role]
    able = [entry for entry in record["matrix"] if entry["mutant"] not in record["equivalent"]]
    assert len(able) == record["mutants"] >= 25
    for entry in able:
        change_called(entry["mutant"])
        assert bool(entry["tests"]) == bool(entry["requirements"])
        assert entry["tests"] or entry["mutant"] in record["unseen"], entry["mutant"]
        assert set(entry["by_answers"]) <= set(entry["tests"])
    assert record["killed"] == sum(bool(entry["tests"]) for entry in able)
    assert record["killed_by_answers"] == sum(bool(entry["by_answers"]) for entry in able)


@pytest.mark.parametrize("role", ["home_agent", "ue"])
def test_fewest_tests_keep_the_score(role: str) -> None:
    record = RECORD[role]
    fewest = set(record["fewest"])
    assert all(fewest & set(entry["tests"]) for entry in record["matrix"] if entry["tests"])
    assert len(fewest) < record["tests"]


def test_measured_score_counts_no_equivalent_mutant(small_suite: Suite) -> None:
    entry = subject(load("minimal"), reading("intended"), "home_agent")
    names = ["ha-any-number", "ha-nat-not-told"]  # minimal has no NAT
    matrix = tuple(kills_of(small_suite, name, session_for("in-process", "home_agent", name)) for name in names)
    same = equivalent_among(names, [entry])
    assert list(same) == ["ha-nat-not-told"]
    measured = Efficacy(small_suite, matrix, same)
    assert measured.score == (1, 1)
    assert len(measured.fewest) == 1


def test_random_suite_is_repeatable_and_the_right_home_agent_passes_it() -> None:
    entry = subject(load("minimal"), reading("intended"), "home_agent")
    first, again, other = (random_suite([entry], 50, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert sum(len(case.steps) for case in first.cases) == 50
    assert kills_of(first, "", session_for("in-process", "home_agent")).tests == ()


def test_what_only_the_variables_show_does_not_count_by_answers(small_suite: Suite) -> None:
    """A home agent that keeps the binding it removes answers as it should, until something shows it."""
    found = kills_of(small_suite, "ha-keeps-binding", session_for("in-process", "home_agent", "ha-keeps-binding"))
    assert set(found.by_answers) < set(found.tests)
