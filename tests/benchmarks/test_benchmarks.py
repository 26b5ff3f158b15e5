"""The benchmark command: counts agree, what it writes is whole, and a missing peer is left out with a word."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.comparison import compare
from benchmarks.contestants import Case, Contestant, Measurement, dsmip_check, dsmip_exploration, spin
from benchmarks.measured_process import Cost, ProgramError, run
from benchmarks.probe_limit import probe_limit
from benchmarks.proving import Attempt, Proving, prove
from benchmarks.report import as_json, as_markdown
from benchmarks.scaling import variants

TINY = """
name = "tiny"
description = "One foreign link, one movement."

[[networks]]
name = "home"
family = "ipv6"
home = true

[[networks]]
name = "foreign-a"
family = "ipv6"

[bounds]
movements = 1
retransmissions = 0
messages_in_flight = 1
"""


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return str(path)


def quiet(line: str) -> None:
    """Nobody waits for the benchmarks of a test."""


def fixed(name: str, states: int) -> Contestant:
    counted = Measurement(Cost(2.0, 1.0, 0.5, 2**20), Cost(1.0, 1.0, 0.0, 2**20), states, 7)
    return Contestant(name, (), lambda case, seconds: replace(counted, cost=Cost(2.0 * states, 1.0, 0.5, 2**20)))


@pytest.mark.broad
def test_engines_and_spin_count_the_same_of_the_same_model(tiny: str) -> None:
    contestants = [dsmip_exploration("explicit"), dsmip_check("explicit"), spin("SPIN", ["-DNOREDUCE"], "-O0")]
    found = compare("tiny", Case(tiny, "intended", False), contestants, 1, 120, quiet)
    assert found.counts_differ == []
    assert found.entries[0].runs[0].states > 20
    left_out = [entry.name for entry in found.entries if entry.left_out]
    assert left_out == ([] if shutil.which("spin") and shutil.which("gcc") else ["SPIN"])


@pytest.mark.broad
def test_the_command_leaves_out_what_is_not_installed_and_writes_both_files(
    tiny: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    folder = tmp_path / "results"
    assert main([str(folder), "--small", tiny, "--only", "cold", "--rounds", "1"]) == 0
    assert "SPIN, no reduction left out: spin and gcc not installed" in capsys.readouterr().err
    text = (folder / "benchmarks.md").read_text()
    assert "left out: rumur and gcc not installed" in text
    assert text.count("All counts are the same.") == 2
    data = json.loads((folder / "benchmarks.json").read_text())
    entries = data["comparisons"][1]["entries"]
    assert entries[0]["runs"][0]["states"] == entries[1]["runs"][0]["states"] > 20
    assert data["machine"]["Python"]


def test_counts_that_differ_are_said_and_ratios_are_of_pairs() -> None:
    found = compare("fixed", Case("minimal", "intended", False), [fixed("one", 10), fixed("other", 11)], 2, 1, quiet)
    assert found.counts_differ == ["other counts 11 states and 7 transitions"] * 2
    assert found.ratios(found.entries[1], lambda entry: entry.cost.wall) == pytest.approx((1.1, 1.1, 1.1))
    assert "**Counts differ:** other counts 11 states" in as_markdown({}, [found], None, [])
    assert json.loads(as_json({}, [found], None, []))["comparisons"][0]["counts_differ"]


def test_a_program_that_does_not_end_is_ended_and_left_out(tmp_path: Path) -> None:
    def endless(case: Case, seconds: float) -> Measurement:
        run(["sleep", "60"], tmp_path, seconds)
        raise AssertionError

    found = compare(
        "endless", Case("minimal", "intended", False), [Contestant("sleeper", (), endless)], 3, 0.2, quiet
    )
    assert found.entries[0].left_out == "sleep did not end within 0.2 s"
    assert "left out: sleep did not end" in as_markdown({}, [found], None, [])


def test_a_program_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="sh ended with exit code 3: no such model"):
        run(["sh", "-c", "echo no such model >&2; exit 3"], tmp_path, 10)


def test_the_probe_limit_counts_what_was_asked_for() -> None:
    found = probe_limit(table_bits=12, probes=1 << 16)
    assert (found.table_bytes, found.probes) == (8 << 12, 1 << 16)
    assert found.rate > 0


def test_every_scaling_scenario_is_one_the_product_accepts() -> None:
    from model.scenarios import from_data

    for setting, value, data in variants():
        scenario = from_data({"name": "scaled", "description": "a size", **data}, "scaled")
        assert str(value) in f"{scenario.ue.count} {len(scenario.networks) - 1} {scenario.bounds}", setting


def test_proofs_that_contradict_each_other_are_said() -> None:
    attempts = (Attempt("BIND-1", "holds", "unknown", 20.0), Attempt("SA-1", "violated", "holds", 1.0))
    found = Proving("minimal", "intended", 7.0, 21.0, 20.0, attempts)
    assert found.contradicting == ["SA-1"]
    text = as_markdown({}, [], None, [], found)
    assert "21.0 s, 3.0 times as long; 1 of 2 decided" in text
    assert "**They contradict each other** on SA-1." in text
    assert json.loads(as_json({}, [], None, [], found))["proving"]["contradicting"] == ["SA-1"]


@pytest.mark.slow
def test_abc_and_dsmip_prove_the_same_at_16_bits(tiny: str) -> None:
    found = prove(tiny, "intended", 5, 600, quiet)
    assert found.contradicting == []
    if shutil.which("yosys") and shutil.which("berkeley-abc"):
        decided = [entry for entry in found.attempts if entry.verdict != "unknown"]
        assert len(decided) > 15
    else:
        assert found.left_out is not None and "not installed" in found.left_out


@pytest.mark.parametrize("arguments, said", [
    (["/dev/null/results"], "cannot write there"),
    (["{tmp}", "--small", "no-such"], 'unknown scenario "no-such"'),
])  # fmt: skip
def test_bad_use_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([entry.replace("{tmp}", str(tmp_path)) for entry in arguments]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]
