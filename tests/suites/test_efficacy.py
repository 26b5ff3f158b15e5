"""The efficacy record: what it claims, and that its page says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generators.mutation.lookup import change_called
from generators.suites.actor_model import Message
from generators.suites.cases import Suite
from generators.suites.efficacy import Efficacy, kills_of, shortest_kills, survivors_judged
from generators.suites.efficacy_page import efficacy_page
from generators.suites.packets_seen import packets_seen
from generators.suites.random_testing import random_suite
from generators.suites.sessions import session_for
from generators.suites.subjects import subject
from model.messages import MESSAGES
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
    for survivor in record["shortest"]:
        assert survivor["requirements"] and survivor["mutant"] in record["unseen"]
    assert record["killed"] == sum(bool(entry["tests"]) for entry in able)
    assert record["killed_by_answers"] == sum(bool(entry["by_answers"]) for entry in able)


@pytest.mark.parametrize("role", ["home_agent", "ue"])
def test_every_survivor_has_a_test_or_a_reason_and_the_page_says_which(role: str) -> None:
    record = RECORD[role]
    survivors = {entry["mutant"] for entry in record["matrix"] if not entry["tests"]}
    shortest = {entry["mutant"] for entry in record["shortest"]}
    assert survivors == shortest | record["equivalent"].keys() | record["undecided"].keys()
    assert not record["equivalent"].keys() & record["undecided"].keys()
    page = efficacy_page({role: record})
    assert "| none | none |" not in page
    for name, pairs in record["undecided"].items():
        assert f"| {name} | none; undecided: {pairs} pairs compared |" in page


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
    same = survivors_judged(names, [entry]).equivalent
    assert list(same) == ["ha-nat-not-told"]
    measured = Efficacy(small_suite, matrix, same)
    assert measured.score == (1, 1)
    assert len(measured.fewest) == 1


def test_comparison_cut_at_its_limit_decides_nothing() -> None:
    entry = subject(load("minimal"), reading("intended"), "home_agent")
    cut = survivors_judged(["ha-nat-not-told", "ha-any-number"], [entry], most=3)
    assert cut.equivalent == {} and cut.undecided["ha-nat-not-told"] == 3


def test_random_suite_is_repeatable_and_the_right_home_agent_passes_it() -> None:
    entry = subject(load("minimal"), reading("intended"), "home_agent")
    first, again, other = (random_suite([entry], 50, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert sum(len(case.steps) for case in first.cases) == 50
    assert kills_of(first, "", session_for("in-process", "home_agent")).tests == ()


def test_shortest_test_tells_a_survivor_and_names_the_requirement() -> None:
    entry = subject(load("minimal"), reading("intended"), "home_agent")
    (kills,) = shortest_kills(["ha-any-number"], [entry], lambda name: session_for("in-process", "home_agent", name))
    assert kills.tests == kills.by_answers == ("ha-any-number-1",)
    assert "HA-F2F-01" in kills.requirements


def test_what_differs_in_the_model_and_not_in_its_bytes_is_one_to_a_tester() -> None:
    """At home the home address is the care-of address: the inner source is the same either way."""
    seen = packets_seen(load("minimal").at_width(16))
    usual = {**MESSAGES["BindingUpdate"].usual, "source": "home-address", "lifetime": "zero"}
    at_home = [seen((Message("BindingUpdate", tuple({**usual, "inner_source": word}.items())),))
               for word in ("care-of address", "home address")]  # fmt: skip
    assert at_home[0] == at_home[1]
    other = seen((Message("BindingUpdate", tuple({**usual, "sequence_number": 1}.items())),))
    assert other != at_home[0]


def test_what_only_the_variables_show_does_not_count_by_answers(small_suite: Suite) -> None:
    """A home agent that keeps the binding it removes answers as it should, until something shows it."""
    found = kills_of(small_suite, "ha-keeps-binding", session_for("in-process", "home_agent", "ha-keeps-binding"))
    assert set(found.by_answers) < set(found.tests)
