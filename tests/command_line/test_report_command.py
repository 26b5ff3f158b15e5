"""`dsmip report`: what it refuses, what it says of a run cut short, and that a file is whole or not there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from checker.checking import Run, check_scenario
from dsmip import checks, report_command
from dsmip.files import OutputError
from dsmip.mutation_tables import FATES, recorded
from dsmip.report_mutation import mutation, requirement_coverage
from generators.mutation.trial import Fate
from model.language.errors import ModelError
from properties.catalogue import REQUIREMENTS
from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")


def report(*arguments: str | Path, code: int = 0) -> str:
    done = run("report", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == "" and "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["minimal", "-o", "report.txt"], '--output "report.txt": a report ends in .html'),
        (["minimaal", "-o", "a.html"], 'unknown scenario "minimaal": did you mean "minimal"?'),
        (["minimal", "-o", "a.html", "--reading", "litteral"], 'did you mean "literal"?'),
        (["minimal", "-o", "a.html", "--property", "BIND-99"], 'unknown property "BIND-99"'),
        (["minimal", "-o", "no-such-folder/a.html"], "there is no folder no-such-folder; create it first"),
    ],
)
def test_bad_use_is_one_line_before_anything_is_explored(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "check_scenario", lambda *given, **options: pytest.fail("explored"))
    with pytest.raises((ModelError, OutputError), match=re.escape(words)):
        scenario, _, target, *options = arguments
        named = {name: [value] for name, value in zip(options[::2], options[1::2], strict=True)}
        report_command.write_report(
            [scenario], named.get("--reading", []), [], named.get("--property", []), Path(target), memory=None,
            time=None,
        )  # fmt: skip


def test_the_time_of_making_is_that_of_source_date_epoch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert f"{report_command.time_of_making():%d %B %Y, %H:%M}" == "02 January 1970, 00:00"
    for wrong in ("yesterday", "9" * 400):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", wrong)
        with pytest.raises(ModelError, match=r"SOURCE_DATE_EPOCH=.*: not a number of seconds") as raised:
            report_command.write_report(["minimal"], [], [], [], tmp_path / "a.html", memory=None, time=None)
        assert len(str(raised.value)) < 140


@pytest.mark.slow
def test_with_source_date_epoch_equal_runs_make_equal_reports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    for name in ("a.html", "b.html"):
        report("minimal", "--reading", "intended", "--property", "BIND-1", "-o", tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_refusal_is_one_line(tmp_path: Path) -> None:
    assert len(report("minimal", "-o", tmp_path, code=2).splitlines()) == 1


def test_a_run_cut_short_is_unknown_in_the_report_and_in_the_exit_code(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    report("minimal", "--reading", "intended", "--property", "BIND-3", "--memory", "1K", "-o", target, code=3)
    html = target.read_text(encoding="utf-8")
    assert "not complete: memory limit" in html
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_ctrl_c_leaves_a_report_of_what_was_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, calls = tmp_path / "a.html", []

    def once(*given: Any, **options: Any) -> Run:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return check_scenario(*given, **options)

    monkeypatch.setattr(checks, "check_scenario", once)
    code = report_command.write_report(["minimal"], [], [], ["BIND-1"], target, memory=None, time=None)
    html = target.read_text(encoding="utf-8")
    assert code == 3
    assert "Interrupted after 1 of 2 explorations" in html and "Violated under literal" in html


OWN = """name = "mine"
description = "<script>alert(1)</script> & 'quoted' {{ 7*7 }}"
[[networks]]
name = "home"
family = "ipv6"
home = true
[[networks]]
name = "abroad"
family = "ipv6"
[bounds]
movements = 1
sequence_number_bits = 5
"""


def test_an_own_scenario_needs_no_program_and_its_text_stays_text(tmp_path: Path) -> None:
    scenario, target = tmp_path / "mine.toml", tmp_path / "a.html"
    scenario.write_text(OWN, encoding="utf-8")
    command = [PROGRAM, "report", scenario, "minimal", "--jobs", "2", "--reading", "literal", "--property", "SA-5",
               "-o", target]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={"PATH": ""})
    assert done.returncode == 0, done.stderr
    html = target.read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;quoted&#39; {{ 7*7 }}" in html
    assert "<script>alert" not in html
    assert "class=\"state-diagram\"" in html
    assert '"id":"mine-literal-SA-5"' in html and '"id":"minimal-literal-SA-5"' in html


def test_a_choice_that_mends_is_named_and_nothing_is_violated(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    report("minimal", "--reading", "literal", "--choose", "AMB-10=whenever-possibly-bound", "--property", "BIND-1",
           "-o", target)  # fmt: skip
    html = target.read_text(encoding="utf-8")
    assert "No property is violated." in html
    assert "literal, AMB-10=whenever-possibly-bound" in html


@pytest.mark.slow
def test_the_report_of_the_default_run_stays_small(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    done = subprocess.run([PROGRAM, "report", "-o", target], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size < 3_000_000
    html = target.read_text(encoding="utf-8")
    assert "Nothing differs from the recorded answers." in html


def test_the_recorded_campaign_of_mutants_stands_in_the_report_whole() -> None:
    told, known = mutation(), recorded()
    assert sum(told.scores[-1].counts) == len(known.outcomes) > 0
    for column, fate in enumerate(FATES):
        assert told.scores[-1].counts[column] == len(known.with_fate(fate))
    listed = {identifier for _, survivors in told.survivors for identifier, _ in survivors}
    assert listed == {outcome.mutant for outcome in known.with_fate(Fate.SURVIVED, Fate.UNKNOWN)}


def test_each_requirement_has_its_witness_and_its_kill_or_what_is_missing() -> None:
    found = requirement_coverage()
    assert set(found) == set(REQUIREMENTS)
    for entry in found.values():
        assert (entry.witness and entry.killed) or entry.missing
