"""What a suite covers, as a picture of the machine it tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from diagrams.errors import DiagramError
from diagrams.row_text import Mark
from diagrams.state_diagram import table_of
from dsmip.machine_drawing import Request, draw_machine
from dsmip.suite_coverage import covered_by_tests, rows_in_suite, words_of_suite
from generators.suites.cases import Suite, as_data
from model.language.errors import ModelError


@pytest.fixture
def saved(small_suite: Suite, tmp_path: Path) -> Path:
    file = tmp_path / "suite.json"
    file.write_text(json.dumps(as_data(small_suite)), encoding="utf-8")
    return file


def test_a_row_is_marked_with_the_steps_that_may_take_it_and_others_with_the_reason(
    small_suite: Suite, saved: Path
) -> None:
    system, rows, about = rows_in_suite(saved, "home_agent")
    assert about == f"what {len(small_suite.cases)} tests bring about"
    machine, _ = table_of(system, "home_agent")
    places = [(entry.row.trigger, entry.row.title, state) for entry in rows for state in entry.row.states]
    assert len(places) == len(set(places))
    assert set(places) == {(row.trigger, row.title, state) for row in machine.rows for state in row.states}
    texts = {entry.row.title: entry.text for entry in reversed(rows)}
    steps = sum(
        step.stimulus.name == "BindingUpdate" and any("initial registration" in p.rows for p in step.permitted)
        for case in small_suite.cases for step in case.steps
    )  # fmt: skip
    assert steps > 1
    assert (texts["initial registration"].mark, texts["initial registration"].note) == (Mark.FIRED, f"{steps} times")
    unreached = texts["the home address is unique"]
    assert (unreached.mark, unreached.note) == (Mark.NEVER, "no tester can bring it about in minimal")


def test_the_picture_says_for_which_suite_scenario_and_reading_it_is(saved: Path) -> None:
    assert words_of_suite(saved).startswith(f"suite {saved.name}: scenario minimal, reading ")


def test_a_suite_without_tests_of_a_row_leaves_it_unmarked_as_fired(small_suite: Suite, saved: Path) -> None:
    _, own = table_of(rows_in_suite(saved, "home_agent")[0], "home_agent")
    none = Suite("home_agent", small_suite.setups, ())
    assert {entry.text.mark for entry in covered_by_tests(own, none, {})} == {Mark.NEVER}


def test_a_row_is_credited_only_in_the_states_from_which_tests_take_it(small_suite: Suite, saved: Path) -> None:
    """A suite of the steps before the first binding alone: nothing of the state `bound` is covered."""
    system, rows, _ = rows_in_suite(saved, "home_agent")
    several = {entry.row.title for entry in table_of(system, "home_agent")[1] if len(entry.row.states) > 1}
    first = [replace(case, steps=case.steps[:1]) for case in small_suite.cases]
    cut = Suite("home_agent", small_suite.setups, tuple(first))
    found = covered_by_tests(table_of(system, "home_agent")[1], cut, dict.fromkeys(cut.setups, system))
    fired = [entry for entry in found if entry.text.mark is Mark.FIRED]
    assert {state for entry in fired for state in entry.row.states} == {"no binding"}
    split = {entry.row.title for entry in fired} & several
    assert split
    for title in split:
        (never,) = [entry for entry in found if entry.row.title == title and entry.text.mark is Mark.NEVER]
        assert "bound" in never.row.states and "no binding" not in never.row.states
    assert sum(len(entry.row.states) for entry in rows) == sum(len(e.row.states) for e in found)


def test_a_suite_of_another_model_is_refused(small_suite: Suite, saved: Path) -> None:
    data = as_data(small_suite)
    data["cases"][0]["steps"][0]["permitted"][0]["rows"] = ["no such row"]
    saved.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ModelError, match="takes other rows than the suite says"):
        rows_in_suite(saved, "home_agent")


def test_the_picture_is_drawn_and_what_does_not_fit_is_one_clear_line(saved: Path, tmp_path: Path) -> None:
    target = tmp_path / "picture.svg"
    draw_machine(Request("home_agent", target, suite=saved))
    assert "tests bring about" in target.read_text(encoding="utf-8")
    with pytest.raises(DiagramError, match='its tests are for "home_agent" and say nothing of "ue"'):
        draw_machine(Request("ue", target, suite=saved))
    with pytest.raises(DiagramError, match="a suite says itself for which scenario"):
        draw_machine(Request("home_agent", target, suite=saved, scenario="minimal"))
    with pytest.raises(DiagramError, match="one picture shows one thing"):
        draw_machine(Request("home_agent", target, suite=saved, explored=True))
    good = json.loads(saved.read_text(encoding="utf-8"))
    for damaged in ([], {**good, "setups": 1.5}, {**good, "setups": {"one": {}}}, {**good, "left_out": "<script>"}):
        (tmp_path / "other.json").write_text(json.dumps(damaged), encoding="utf-8")
        with pytest.raises(ModelError, match="no suite"):
            draw_machine(Request("home_agent", target, suite=tmp_path / "other.json"))
