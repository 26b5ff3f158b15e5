"""`dsmip ask`: answers, exit codes, names."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")


def ask(*arguments: str | Path, code: int) -> str:
    done = run("ask", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("question, code, words", [
    ("reachable ue.state = abandoned", 0, "yes, after"),
    ("reachable registered and not bound", 1, "no: it never occurs (2,879 states, all of them)"),
    ("always registered implies bound", 0, "yes, always"),
    ("when sends BindingAcknowledgement and sent.status = 134: bound", 0, "never put to the test"),
    ("after receives BindingAcknowledgement: registered", 1, "no: a run of"),
    ("ue.stat = home", 2, 'question, column 1: unknown name "ue.stat": did you mean "ue.state"?'),
])  # fmt: skip
def test_answers_and_exit_codes(question: str, code: int, words: str) -> None:
    assert words in ask(question, code=code)


def test_a_search_cut_short_is_unknown() -> None:
    shown = ask("always not bound or true", "clause-5.2", "--memory", "20M", code=3)
    assert "unknown: memory limit" in shown


def test_the_run_that_shows_it_is_saved_and_replays(tmp_path: Path) -> None:
    file = tmp_path / "run.itf.json"
    document = json.loads(ask("reachable registered", "--json", "--save-trace", file, code=0))
    assert document["answer"] == "yes"
    assert document["trace"] == str(file)
    shown = run("trace", "replay", file)
    assert (shown.returncode, shown.stderr) == (0, "")


def test_names_are_listed_with_their_values() -> None:
    names = {entry["name"]: entry for entry in json.loads(ask("--names", "--json", code=0))}
    assert "registered" in names["ue.state"]["values"]
    assert names["quiescent"]["meaning"]
