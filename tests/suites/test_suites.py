"""What suites contain, the forms they are written in, what they say of right and wrong systems in this process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from generators.adapters.reference import reference
from generators.suites.building import build_suite
from generators.suites.cases import Suite, as_data, from_data
from generators.suites.forms import FORMS, written
from generators.suites.plan_form import traceability
from generators.suites.running import Session, Verdict, run_suite
from generators.suites.sessions import session_for
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load
from tests.suites.conftest import KILLED, build_small_suite
from tests.suites.silent import Silent

ROOT = Path(__file__).resolve().parents[2]


def verdicts(suite: Suite, mutant: str | None = None) -> list[Verdict]:
    return [result.verdict for result in run_suite(suite, session_for("in-process", "home_agent", mutant))]


def test_every_row_is_reached_or_left_out_with_a_reason(small_suite: Suite) -> None:
    assert sum(goal.startswith("row ") for goal in small_suite.goals) == 18
    assert sum(goal.startswith("row ") for goal in small_suite.left_out) == 4
    assert all(small_suite.left_out.values())
    assert {goal for case in small_suite.cases for goal in case.goals} == set(small_suite.goals)


def test_each_test_has_purpose_clause_and_requirements(small_suite: Suite) -> None:
    for case in small_suite.cases:
        assert case.purpose
        assert case.steps
        assert case.clauses or not any(one.rows for one in case.steps[-1].permitted)


def test_right_home_agent_passes_everything(small_suite: Suite) -> None:
    assert set(verdicts(small_suite)) == {Verdict.PASS}


@pytest.mark.parametrize("mutant", KILLED)
def test_wrong_home_agent_fails_with_its_requirement(small_suite: Suite, mutant: str) -> None:
    results = list(run_suite(small_suite, session_for("in-process", "home_agent", mutant)))
    failed = [result for result in results if result.verdict is Verdict.FAIL]
    assert failed
    assert all(result.requirements for result in failed)


def test_wrong_field_tells_which_requirement_is_disregarded(small_suite: Suite) -> None:
    results = run_suite(small_suite, session_for("in-process", "home_agent", "ha-peer-not-moved"))
    named = {name for result in results for name in result.requirements}
    assert named == {"HA-F2F-11", "REF-B10"}


def test_open_choice_permits_every_alternative_and_then_only_what_follows_from_it() -> None:
    """AMB-28, literal: a removal that meets an entry marked invalid may be answered 0 or 133."""
    literal = reading("literal", ["AMB-22=keep-invalid"])
    suite = build_suite([load("minimal")], literal, "home_agent", ["rows"])
    several = [case for case in suite.cases if any(len(step.permitted) > 1 for step in case.steps)]
    assert several
    for value in ("status-0", "status-133"):
        system = reference({**suite.setup(several[0]), "preferences": {"AMB-28": value}}, "home_agent")
        session = Session(lambda setup, system=system: system, lambda: None)  # type: ignore[misc]
        assert {result.verdict for result in run_suite(suite, session, several)} == {Verdict.PASS}


def test_suite_survives_json(small_suite: Suite) -> None:
    data = json.loads(json.dumps(as_data(small_suite)))
    assert as_data(from_data(data)) == data
    with pytest.raises(ValueError, match="dsmip-suite/1"):
        from_data({**data, "format": "other"})


def test_equal_arguments_give_an_equal_suite(small_suite: Suite) -> None:
    assert as_data(build_small_suite()) == as_data(small_suite)


def test_plan_traces_every_requirement_to_tests(small_suite: Suite) -> None:
    plan = written(small_suite, ".md")
    found = traceability(small_suite)
    assert {"HA-F2F-01", "HA-F2H-01", "HA-F2H-02", "HA-F2F-11"} <= set(found)
    for name, tests in found.items():
        assert f"| {name} | {', '.join(tests)} |" in plan


def test_ttcn_text_is_balanced_and_has_every_test(small_suite: Suite) -> None:
    text = re.sub(r'"[^"]*"|//[^\n]*', "", written(small_suite, ".ttcn"))
    assert text.count("{") == text.count("}")
    assert text.count("testcase tc_") == len(small_suite.cases)


def test_unknown_form_and_role_are_refused(small_suite: Suite) -> None:
    with pytest.raises(ModelError, match=r'no form "\.txt"'):
        written(small_suite, ".txt")
    with pytest.raises(ModelError, match="unknown role"):
        build_suite([load("minimal")], reading("intended"), "agent")
    assert ".json" in FORMS


def test_pytest_module_stands_alone(small_suite: Suite, tmp_path: Path) -> None:
    """In an empty folder, with an adapter that imports nothing of ours: it plays back what the suite permits."""
    source = written(small_suite, ".py")
    assert "generators" not in source.replace('"generators.adapters.reference:home_agent"', "")
    (tmp_path / "test_generated.py").write_text(source)
    for command in (["check", "--select", "B,C4,E,F,I,PTH,RUF,SIM,UP"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "120", str(tmp_path)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=tmp_path, env=environment,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert f"{len(small_suite.cases)} passed" in done.stdout and "warning" not in done.stdout


def test_silence_is_a_failure_where_an_answer_is_due(small_suite: Suite) -> None:
    results = list(run_suite(small_suite, Session(lambda setup: Silent(), lambda: None)))
    assert Verdict.FAIL in {result.verdict for result in results}
    assert any("it sent nothing, expected BindingAcknowledgement" in result.reason for result in results)
