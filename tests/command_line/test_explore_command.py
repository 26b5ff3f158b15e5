"""`dsmip explore`: prints one address, serves until Ctrl-C, refuses bad use in one line."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from checker.checking import check_scenario
from checker.itf import save
from dsmip.check_results import embedded
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called
from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")


def refused(*arguments: str | Path) -> str:
    done = run("explore", "--no-browser", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A counterexample to SA-5 in a file."""
    run = check_scenario(load("minimal"), reading("literal"), [property_called("SA-5")])
    trace = run.trace("SA-5")
    assert trace is not None
    file = tmp_path_factory.mktemp("traces") / "sa-5.itf.json"
    save(trace, file, embedded(run, "SA-5"))
    return file


def test_it_serves_the_end_of_a_trace_until_ctrl_c(saved: Path) -> None:
    command = [PROGRAM, "explore", "--no-browser", "--trace", saved]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        try:
            assert address.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(f"{address}state", timeout=20) as answer:
                assert b'"broken": [["SA-5", ' in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors.splitlines()[-1] == "ended" and "Traceback" not in errors


def test_bad_use_is_one_line(saved: Path, tmp_path: Path) -> None:
    assert 'unknown scenario "minimaal"' in refused("minimaal")
    assert "cannot be read" in refused("--trace", tmp_path / "nobody.itf.json")
    assert "leave the others out" in refused("minimal", "--trace", saved)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        text = refused("--port", str(taken.getsockname()[1]))
    assert "Address already in use" in text and len(text.splitlines()) == 1
