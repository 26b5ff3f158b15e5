"""Scenarios checked at the same time give what they give one after the other; a dead worker is no answer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from checker.checking import Run, check_scenario
from dsmip.many_checks import jobs_for, results_in_order
from model.language.errors import ModelError
from model.readings import reading
from model.scenario_sets import LARGE, VARIANTS, scenario_set
from model.scenarios import load, shipped
from properties.registry import ALL_PROPERTIES

PROGRAM = Path(sys.executable).with_name("dsmip")


def one_run(name: str) -> list[Run]:
    return [check_scenario(load(name), reading("literal"), ALL_PROPERTIES)]


def refused() -> list[Run]:
    raise ModelError("not this one")


def killed() -> list[Run]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def nothing(done: int) -> None:
    pass


@pytest.mark.broad
def test_runs_come_in_their_order_and_are_what_one_process_finds() -> None:
    names = ["prefix-translation", "minimal"]
    runs = list(results_in_order([partial(one_run, name) for name in names], 2, nothing))
    assert [run.scenario.name for run in runs] == names
    for run in runs:
        alone = one_run(run.scenario.name)[0]
        assert run.judgements[0].property in ALL_PROPERTIES
        assert (run.exploration.states, run.exploration.transitions) == (
            alone.exploration.states, alone.exploration.transitions,
        )  # fmt: skip
        assert [type(entry.verdict) for entry in run.judgements] == [type(entry.verdict) for entry in alone.judgements]


def noted(path: Path, name: str) -> list[Run]:
    with path.open("a") as file:
        file.write(f"{name}\n")
    return []


def test_the_heaviest_begin_first(tmp_path: Path) -> None:
    tasks = [partial(noted, tmp_path / "order", name) for name in ("light", "heavy", "middle")]
    assert list(results_in_order(tasks, 1, nothing, [1, 3, 2])) == []
    assert (tmp_path / "order").read_text().split() == ["heavy", "middle", "light"]


def test_what_a_worker_refuses_is_refused() -> None:
    with pytest.raises(ModelError, match="not this one"):
        list(results_in_order([refused, refused], 2, nothing))


def test_a_killed_worker_is_noticed() -> None:
    from concurrent.futures.process import BrokenProcessPool

    with pytest.raises(BrokenProcessPool):
        list(results_in_order([killed, killed], 2, nothing))


def test_there_are_never_more_jobs_than_scenarios() -> None:
    assert jobs_for(1, None) == 1
    assert jobs_for(3, 8) == 3
    assert jobs_for(0, 4) == 1


def test_every_shipped_scenario_is_in_one_set() -> None:
    assert sorted(scenario_set("default") + scenario_set("variants") + scenario_set("large")) == sorted(shipped())
    assert set(scenario_set("variants")) == set(VARIANTS) <= set(shipped())
    assert set(scenario_set("large")) == set(LARGE) <= set(shipped())
    assert scenario_set("all") == shipped()


@pytest.mark.parametrize(("arguments", "words"), [
    (["--set", "larg"], 'unknown set "larg"'), (["minimal", "--set", "large"], "not both"),
])  # fmt: skip
def test_a_wrong_set_is_refused_in_one_line(arguments: list[str], words: str) -> None:
    done = subprocess.run([PROGRAM, "check", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
