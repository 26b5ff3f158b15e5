"""docs/testing.md is run as it stands: the commands, and the home agent with its adapter of some thirty lines."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generators.suites.building import build_suite
from generators.suites.cases import Suite
from generators.suites.running import Result, Session, Verdict, run_suite
from model.readings import reading
from model.scenarios import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])}
    if words[0] == "env":
        name, _, value = words[1].partition("=")
        environment[name] = value
        words = words[2:]
    programs = {"pytest": [sys.executable, "-m", "pytest"], "dsmip": [str(Path(sys.executable).with_name("dsmip"))]}
    words[:1] = programs[words[0]]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=200)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page")
    agent, adapter = CODE
    (place / "my_home_agent.py").write_text(agent)
    (place / "my_adapter.py").write_text(adapter)
    return place


@pytest.mark.slow
def test_every_command_of_the_page_does_what_it_says(folder: Path) -> None:
    assert len(COMMANDS) == 6
    for command in COMMANDS:
        done = run(command, folder)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    assert "pass" in run(COMMANDS[3], folder).stdout


@pytest.fixture(scope="module")
def suite() -> Suite:
    return build_suite([load("minimal")], reading("intended"), "home_agent", ("rows", "requirements"))


def verdicts_on(suite: Suite, agent: str) -> list[Result]:
    names: dict[str, Any] = {}
    exec(agent, names)
    exec(CODE[1].replace("from my_home_agent import HomeAgent", ""), names)
    return list(run_suite(suite, Session(names["Adapter"], lambda: None)))


def test_home_agent_of_the_page_passes(suite: Suite) -> None:
    assert [str(result) for result in verdicts_on(suite, CODE[0]) if result.verdict is not Verdict.PASS] == []


def test_defect_of_the_page_is_found_and_named(suite: Suite) -> None:
    wrong = CODE[0].replace("self.bound, self.last = False, number\n", "self.bound, self.last = False, None\n")
    assert wrong != CODE[0]
    failed = [result for result in verdicts_on(suite, wrong) if result.verdict is Verdict.FAIL]
    assert failed
    assert any({"HA-F2F-01", "HA-F2H-01"} & set(result.requirements) for result in failed)


def test_adapter_is_as_short_as_the_page_says() -> None:
    assert sum(bool(line.strip()) for line in CODE[1].splitlines()) <= 30
