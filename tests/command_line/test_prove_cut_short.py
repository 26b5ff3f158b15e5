"""`dsmip prove`, `bmc` and `certificate check` without time, without a solver, or interrupted: never a "holds"."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from ctypes import ArgumentError
from pathlib import Path

import pytest

from dsmip.failures import one_line_errors
from tests.command_line.at_a_terminal import AtATerminal

DSMIP = Path(sys.executable).with_name("dsmip")
VERDICTS = {"unknown"}


def verdicts(text: str) -> set[str]:
    return {entry["verdict"] for entry in json.loads(text)["results"]}


@pytest.mark.parametrize("command", ["prove", "bmc"])
def test_out_of_time_is_unknown(command: str) -> None:
    run = subprocess.run([DSMIP, command, "BIND-1", "--time", "0.001s", "--json"], capture_output=True, text=True)
    assert run.returncode == 3 and not run.stderr
    results = json.loads(run.stdout)["results"]
    assert verdicts(run.stdout) == VERDICTS
    assert all("time limit of 0.001 s reached" in entry["reason"] for entry in results)


@pytest.mark.parametrize("command, words", [("prove", "induction: "), ("bmc", "runs of ")])
def test_ctrl_c_in_the_middle_of_it_leaves_unknown_and_no_stack_trace(command: str, words: str) -> None:
    steps = ["--steps", "200"] if command == "bmc" else []
    running = AtATerminal(DSMIP, command, "BIND-1", "--scenario", "minimal", "--json", *steps)
    running.until(words)
    out, err = running.interrupt()
    assert running.process.returncode == 3 and "Traceback" not in err
    assert verdicts(out) == VERDICTS if out else "interrupted" in err


@pytest.mark.parametrize("text, code", [("argument 1: KeyboardInterrupt: ", 3), ("argument 1: wrong type", None)])
def test_ctrl_c_in_the_middle_of_a_call_of_a_solver_is_an_interruption(
    text: str, code: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit if code else ArgumentError) as caught, one_line_errors():
        raise ArgumentError(text)
    assert getattr(caught.value, "code", None) == code
    assert ("interrupted" in capsys.readouterr().err) == (code is not None)


def test_a_missing_second_solver_is_bad_use(tmp_path: Path) -> None:
    (tmp_path / "bitwuzla.py").write_text("raise ImportError\n")
    file = tmp_path / "proof.smt2"
    file.write_text("; dsmip certificate, version 1\n")
    run = subprocess.run([DSMIP, "certificate", "check", str(file)], capture_output=True, text=True,
                         env={**os.environ, "PYTHONPATH": str(tmp_path)})  # fmt: skip
    assert run.returncode == 2 and not run.stdout
    assert run.stderr == "dsmip: the solver bitwuzla is not installed: pip install bitwuzla\n"
