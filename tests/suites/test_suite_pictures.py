"""What a suite covers, as a picture of the machine it tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagrams.errors import DiagramError
from diagrams.row_text import Mark
from diagrams.state_diagram import table_of
from dsmip.machine_drawing import Request, draw_machine
from dsmip.suite_coverage import covered_by_tests, rows_in_suite
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
    machine, own = table_of(system, "home_agent")
    assert len(rows) == len(own) == len(machine.rows)
    texts = {entry.row.title: entry.text for entry in rows}
    steps = sum(
        step.stimulus.name == "BindingUpdate" and any("initial registration" in p.rows for p in step.permitted)
        for case in small_suite.cases for step in case.steps
    )  # fmt: skip
    assert steps > 1
    assert (texts["initial registration"].mark, texts["initial registration"].note) == (Mark.FIRED, f"{steps} times")
    unreached = texts["the home address is unique"]
    assert (unreached.mark, unreached.note) == (Mark.NEVER, "no tester can bring it about in minimal")


def test_a_suite_without_tests_of_a_row_leaves_it_unmarked_as_fired(small_suite: Suite, saved: Path) -> None:
    _, own = table_of(rows_in_suite(saved, "home_agent")[0], "home_agent")
    none = Suite("home_agent", small_suite.setups, ())
    assert {entry.text.mark for entry in covered_by_tests(own, none)} == {Mark.NEVER}


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
