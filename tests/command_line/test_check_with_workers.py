"""`dsmip check --engine cluster`: the known answers; a killed worker or Ctrl-C ends in unknown, no process stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line.at_a_terminal import AtATerminal
from tests.command_line.started_processes import children

PROGRAM = Path(sys.executable).with_name("dsmip")
LARGE = ["reordering", "--reading", "intended", "--property", "BIND-1", "--json", "--engine", "cluster"]
WORKER = "checker.cluster"  # words of its command line
BESIDE_RAY = {name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"}


def interruptible() -> None:
    """A background job starts with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([PROGRAM, "check", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=BESIDE_RAY, preexec_fn=interruptible)  # fmt: skip


def at_work(*arguments: str) -> tuple[AtATerminal, list[int]]:
    """A search that has found states, and its workers."""
    running = AtATerminal(PROGRAM, "check", *arguments, environment=BESIDE_RAY)
    workers = children(running.process, WORKER, 2)
    running.until("states, ")
    return running, workers


def all_gone(processes: list[int]) -> bool:
    for _ in range(400):
        if not any(Path(f"/proc/{process}").exists() for process in processes):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.broad
def test_the_known_answers_come_out() -> None:
    process = started("minimal", "--engine", "cluster", "--workers", "2", "--json")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found = json.loads(out)["results"]
    assert {entry["engine"] for entry in found} == {"cluster"}
    assert all(entry["verdict"] == entry["expected"] for entry in found)


@pytest.mark.broad
def test_a_killed_worker_leaves_unknown_and_says_why() -> None:
    running, workers = at_work(*LARGE, "--workers", "2")
    os.kill(workers[1], signal.SIGKILL)
    out, said = running.end()
    assert running.process.returncode == 3, said
    assert all_gone(workers)
    (found,) = [entry for entry in json.loads(out)["results"] if entry["property"] == "BIND-1"]
    assert found["verdict"] == "unknown"
    assert "was lost with the states it owned" in found["reason"] and "signal 9" in found["reason"]
    assert not any(run["complete"] for run in json.loads(out)["runs"])


@pytest.mark.broad
def test_ctrl_c_while_workers_are_started_leaves_unknown_and_no_process() -> None:
    running = AtATerminal(PROGRAM, "check", *LARGE, "--workers", "2", environment=BESIDE_RAY)
    interrupted(running, children(running.process, WORKER, 2))


def test_ctrl_c_while_workers_search_leaves_unknown_and_no_process() -> None:
    interrupted(*at_work(*LARGE, "--workers", "2"))


def interrupted(running: AtATerminal, workers: list[int]) -> None:
    out, said = running.interrupt()
    assert running.process.returncode == 3, said
    assert "interrupted" in said and "Traceback" not in said
    assert all_gone(workers)
    if out:
        assert {entry["verdict"] for entry in json.loads(out)["results"]} == {"unknown"}


@pytest.mark.broad
def test_workers_end_when_their_search_is_killed() -> None:
    process = started(*LARGE, "--workers", "2")
    workers = children(process, WORKER, 2)
    process.kill()
    process.communicate()
    assert all_gone(workers)


@pytest.mark.parametrize(("arguments", "words"), [
    (["--workers", "2"], "--workers: give --engine cluster with it"),
    (["--cluster", "auto"], "--cluster: give --engine cluster with it"),
    (["--engine", "cluster", "--workers", "0"], "--workers 0"),
    (["--engine", "clutser"], 'did you mean "cluster"?'),
])  # fmt: skip
def test_a_wrong_option_is_refused_in_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    done = subprocess.run([PROGRAM, "check", "minimal", *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr and len(done.stderr.splitlines()) == 1
