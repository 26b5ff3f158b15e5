"""The efficacy record: what it claims, and that its page says the same."""

from __future__ import annotations

import json
from pathlib import Path

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


def test_every_mutant_that_can_be_told_fails_with_a_requirement() -> None:
    able = [entry for entry in RECORD["matrix"] if entry["mutant"] not in RECORD["equivalent"]]
    assert len(able) == RECORD["mutants"] >= 25
    for entry in able:
        change_called(entry["mutant"])
        assert entry["tests"], entry["mutant"]
        assert entry["requirements"], entry["mutant"]
    assert RECORD["killed"] == len(able)


def test_fewest_tests_keep_the_score() -> None:
    fewest = set(RECORD["fewest"])
    assert all(fewest & set(entry["tests"]) for entry in RECORD["matrix"] if entry["tests"])
    assert len(fewest) < RECORD["tests"]


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
