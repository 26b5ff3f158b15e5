"""`dsmip mutants`, `dsmip mutants run` and `dsmip requirements --coverage`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dsmip.commands import application
from generators.mutation.table_mutants import OPERATORS, all_mutants
from model.language.errors import ModelError
from properties.catalogue import REQUIREMENTS
from tests.command_line.at_a_terminal import AtATerminal
from tests.command_line.started_processes import children

PROGRAM = Path(sys.executable).with_name("dsmip")


def dsmip(*arguments: str) -> Result:
    return CliRunner().invoke(application, arguments)


def test_mutants_are_counted_by_operator_and_fate() -> None:
    result = dsmip("mutants")
    assert result.exit_code == 0
    assert "ha-keeps-binding" in result.stdout
    assert f"Mutants of the tables: {len(all_mutants())}" in result.stdout


def test_mutants_of_one_operator_and_machine_are_listed_with_their_fates() -> None:
    records = json.loads(dsmip("mutants", "--operator", "drop-send", "--machine", "ha", "--json").stdout)
    assert [record["mutant"] for record in records] == [
        entry.identifier for entry in all_mutants() if entry.operator == "drop-send" and entry.actor == "home_agent"]
    assert all(record["fate"] and record["requirements"] for record in records)


def test_one_mutant_is_shown_in_full() -> None:
    record = json.loads(dsmip("mutants", "ha.keep-state.removal", "--json").stdout)
    assert (record["operator"], record["rows"], record["clauses"]) == ("keep-state", ["removal"], ["5.2.3.3"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--operator", "drop-sned"], 'did you mean "drop-send"'),
        (["--machine", "ham"], 'did you mean "ha"'),
        (["ha.keep-state.removl"], 'did you mean "ha.keep-state.removal"'),
        (["ha.keep-state.removal", "minimal"], "one mutant at a time"),
        (["run", "minimal", "--mutant", "ha.keep-state.removl"], 'did you mean "ha.keep-state.removal"'),
        (["run", "minimall", "--mutant", "ha.keep-state.removal"], 'did you mean "minimal"'),
    ],
)
def test_unknown_name_gets_the_nearest_one(arguments: list[str], words: str) -> None:
    error = dsmip("mutants", *arguments).exception
    assert isinstance(error, ModelError)
    assert words in str(error)


def test_run_kills_a_mutant_and_gives_the_score() -> None:
    result = dsmip("mutants", "run", "minimal", "--mutant", "ha.keep-state.removal", "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert [outcome["fate"] for outcome in document["outcomes"]] == ["killed"]
    assert [(score["operator"], score["score"]) for score in document["scores"]] == [("keep-state", 1), ("all", 1)]
    assert document["scores"][0]["operator"] in OPERATORS


def test_run_cut_short_by_a_limit_is_unknown() -> None:
    result = dsmip("mutants", "run", "minimal", "--mutant", "ha.other-state.removal.detecting-duplicates",
                   "--memory", "1K")  # fmt: skip
    assert result.exit_code == 3


def test_coverage_has_every_requirement_in_four_columns() -> None:
    records = json.loads(dsmip("requirements", "--coverage", "--json").stdout)
    assert [record["requirement"] for record in records] == list(REQUIREMENTS)
    for record in records:
        columns = (record["rows"], record["properties"], record["witness"], record["mutant"])
        assert record["missing"] == [name for name, column in zip(
            ("rows", "properties", "witness", "mutant"), columns, strict=True) if not column]
        assert bool(record["missing"]) == bool(record["reason"])


def test_coverage_of_one_requirement_shows_its_witness_and_mutants() -> None:
    text = dsmip("requirements", "UE-F2H-01", "--coverage").stdout
    assert "it matters when: home link detection finds the home link; the list entry is valid;" in text
    assert "(ue.list_entry = valid)" in text
    assert "witness, in minimal, 9 steps, the last by ue: home link, binding to remove:" in text
    assert "mutant: ue-registers-at-home does not do there what is asked for, and breaks ADDR-6 by it" in text
    assert "ue-no-deregistration by BIND-1" in text


def test_ctrl_c_ends_a_run_over_all_mutants() -> None:
    running = AtATerminal(PROGRAM, "mutants", "run", "minimal", "--processes", "1")
    running.until("mutants")
    interrupted(running)


def test_ctrl_c_ends_a_run_whose_workers_are_being_started() -> None:
    """At a terminal it reaches the workers as well, which import their modules at that moment."""
    running = AtATerminal(PROGRAM, "mutants", "run", "minimal", "--processes", "2")
    workers = children(running.process, "spawn_main", 2)
    interrupted(running)
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_workers_end_with_the_process_that_is_killed() -> None:
    running = AtATerminal(PROGRAM, "mutants", "run", "minimal", "--processes", "2")
    workers = children(running.process, "spawn_main", 2)
    running.process.kill()
    running.end()
    for _ in range(600):
        if not any(Path(f"/proc/{worker}").exists() for worker in workers):
            return
        time.sleep(0.05)
    raise AssertionError("a worker has outlived the process that started it")


def interrupted(running: AtATerminal) -> None:
    out, said = running.interrupt()
    assert (running.process.returncode, out) == (3, ""), said
    assert said.endswith("dsmip: interrupted; what was not finished is unknown\r\n")
    assert "Traceback" not in said
