"""Each bad input gives one clear line on standard error and exit code 2, and never a stack trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from checker.checking import local_invariants
from checker.itf import Json, TraceFileError, save
from checker.trace import replay
from dsmip.explorer.session import BY_HAND
from dsmip.trace_files import stored_run, story_of
from model.handover import handover
from model.language.interpretation import Interpretation
from model.readings import reading
from model.scenarios import load
from properties.questions import ASKED
from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")
SCENARIO = """name = "mine"
description = "a test"

[[networks]]
name = "home"
family = "ipv6"
home = true

[[networks]]
name = "abroad"
family = "ipv6"

[bounds]
movements = 2
sequence_number_bits = 5
"""


def dsmip(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return run(*arguments, cwd=cwd)


def refused(*arguments: str, cwd: Path | None = None) -> str:
    done = dsmip(*arguments, cwd=cwd)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


def one_line(*arguments: str, cwd: Path | None = None) -> str:
    text = refused(*arguments, cwd=cwd)
    assert len(text.splitlines()) == 1, text
    return text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "minimaal"], 'unknown scenario "minimaal": did you mean "minimal"?'),
        (["check", "minimal", "--property", "BIND-99"], 'unknown property "BIND-99"'),
        (["check", "minimal", "--reading", "litteral"], 'did you mean "literal"?'),
        (["check", "minimal", "--choose", "AMB-02=sa_first"], "AMB-02 is one of bu-at-once, sa-first"),
        (["check", "minimal", "--choose", "AMB-99=x"], 'unknown ambiguity "AMB-99"'),
        (["check", "minimal", "--choose", "hss.AMB-02=sa-first"], 'unknown actor "hss"'),
        (["check", "minimal", "--choose", "AMB-01=every-handover"], "has no switch"),
        (["check", "minimal", "--mutant", "nobody"], 'mutant "nobody"'),
        (["check", "minimal", "--engine", "spin"], 'unknown engine "spin"'),
        (["check", "minimal", "--memory", "lots"], '--memory "lots"'),
        (["check", "minimal", "--time", "soon"], '--time "soon"'),
        (["check", "minimal", "--time", "9" * 400], "--time: at most 8760h, a year"),
        (["certificate", "check", "some.smt2", "--time", "99999999999999999999s"], "some.smt2: cannot be read"),
        (["prove", "BIND-1", "--time", "99999999999999999999s"], "--time: at most 8760h"),
        (["check", "minimal", "--memory", "9" * 400 + "T"], "no machine has so much"),
        (["check", "missing.toml"], "missing.toml: cannot be read"),
        (["trace", "show", "missing.itf.json"], "missing.itf.json"),
        (["diagram", "machine", "hss", "-o", "x.svg"], 'no machine "hss"'),
        (["diagram", "machine", "ue", "-o", "x.gif"], "svg"),
        (["testgen", "W-F2H", "--role", "hss", "-o", "test_x.py"], '--role "hss"'),
        (["testgen", "W-F2H", "-o", "x.txt"], "ends in .py"),
        (["testgen", "W-NAT", "-o", "test_x.py"], "W-NAT cannot occur in minimal: no NAT"),
        (["requirements", "UE-XX-01"], '"UE-XX-01"'),
        (["simulate", "minimal"], "--seed N"),
    ],
)
def test_unknown_names_are_refused_in_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    assert words in one_line(*arguments, cwd=tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("movements = 2", "movments = 2", 'line 14: unknown key "bounds.movments": did you mean "movements"?'),
        ("movements = 2", "movements = 99", '"bounds.movements" is 99'),
        ("movements = 2", 'movements = "two"', "\"bounds.movements\" is 'two'"),
        ('family = "ipv6"\nhome', 'family = "ipx"\nhome', "allowed: 'ipv6' or 'ipv4'"),
        ("home = true", "home = 1", "true or false"),
        ("home = true\n", "", "exactly one network must have home = true"),
        ('name = "mine"', 'name = "Mine!"', "lower-case"),
        ('name = "mine"\n', "", 'the key "name" is missing'),
        ("sequence_number_bits = 5", "sequence_number_bits = 3", "must exceed the Binding Updates that can be lost"),
        ("[bounds]", "[bounds", "broken TOML"),
        ('name = "abroad"', 'name = "home"', 'two networks are called "home"'),
        ("[bounds]", "[chanel]\nloss = true\n\n[bounds]", 'unknown key "chanel": did you mean "channel"?'),
        ('"a test"', '"a \\u001b[31mtest"', 'line 2: "description" has the control character U+001B'),
        ('"a test"', '"a \\u202etest"', 'line 2: "description" has the control character U+202E'),
        ("[bounds]", '[cannot_occur]\nBIND-1 = "\\u0007"\n\n[bounds]',
         '"cannot_occur.BIND-1" has the control character U+0007'),
        ("movements = 2", '"mov\\u001b[31m" = 2', 'unknown key "bounds.movU+001B[31m"'),
        ("[bounds]", "[channel]\nduplication = true\n\n[bounds]", "bounds.duplications"),
    ],
)
def test_a_wrong_scenario_file_is_refused_with_the_place(old: str, new: str, words: str, tmp_path: Path) -> None:
    assert old in SCENARIO
    (tmp_path / "mine.toml").write_text(SCENARIO.replace(old, new, 1))
    text = one_line("check", "mine.toml", cwd=tmp_path)
    assert "mine.toml" in text
    assert words in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json", "not JSON"),
        ("[]", "mine.itf.json"),
        ('{"vars": [], "states": []}', "another tool"),
        ('{"#meta": {"tool": "apalache"}, "vars": [], "states": []}', "apalache"),
    ],
)
def test_a_broken_or_foreign_trace_is_refused(content: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "mine.itf.json").write_text(content)
    assert words in one_line("trace", "show", "mine.itf.json", cwd=tmp_path)


def test_a_trace_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    dsmip("check", "minimal", "--reading", "literal", "--property", "BIND-1", "--no-charts", "--save-traces", "t",
          cwd=tmp_path)  # fmt: skip
    (file,) = (tmp_path / "t").iterdir()
    title, offence = story_of(*stored_run(file))
    assert title == offence and offence.startswith("BIND-1: ")
    document = json.loads(file.read_text())
    del document["states"][3]
    file.write_text(json.dumps(document))
    assert "step" in one_line("trace", "replay", str(file))


def test_a_trace_of_no_property_is_refused_and_a_property_that_a_run_keeps_is_not_called_violated(
    tmp_path: Path,
) -> None:
    system = handover(load("minimal"), reading("intended", []))
    first = Interpretation(system).initial_states()[0]
    about: dict[str, Json] = {"scenario": load("minimal").model_dump(), "reading": "intended", "choices": []}
    file = tmp_path / "a.itf.json"
    for name in ("x" * 5_000, "", "<b>\n"):
        save(replay(system, name, first, []), file, about)
        with pytest.raises(TraceFileError, match=r"unknown property .*; save the trace again") as raised:
            stored_run(file)
        assert len(str(raised.value)) < len(str(file)) + 200 and "\n" not in str(raised.value)
    relied_on = local_invariants(system)[0].identifier
    named = ((BY_HAND, ""), ("W-F2H", ""), (ASKED, ""), (relied_on, ""))
    for name, kept in (("BIND-1", " (this run does not break it)"), *named):
        save(replay(system, name, first, []), file, {**about, "fingerprint": "0"})
        title, offence = story_of(*stored_run(file))
        assert title.startswith(name) and title.endswith(kept) and not offence


def test_an_output_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "--save-traces" in one_line("check", "minimal", "--save-traces", "file/traces", cwd=tmp_path)
    assert "no/such" in one_line("diagram", "machine", "ue", "-o", "no/such/ue.svg", cwd=tmp_path)
    assert "no/such" in one_line("testgen", "W-F2H", "-o", "no/such/test_x.py", cwd=tmp_path)


def test_a_folder_called_model_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "__init__.py").write_text("")
    done = subprocess.run(
        [PROGRAM, "scenarios"], capture_output=True, text=True, cwd=tmp_path, timeout=60,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 2
    assert str(tmp_path) in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert dsmip("scenarios", cwd=tmp_path).returncode == 0


def test_an_unknown_option_is_bad_use() -> None:
    assert "--propety" in refused("check", "minimal", "--propety", "BIND-1")


def test_an_endless_file_is_no_scenario(tmp_path: Path) -> None:
    endless = tmp_path / "endless.toml"
    endless.symlink_to("/dev/zero")
    done = subprocess.run([PROGRAM, "check", endless], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "it is not a file of at most" in done.stderr


def test_closed_standard_output_is_one_line() -> None:
    done = subprocess.run(f"{PROGRAM} scenarios >&-", shell=True, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "standard output is closed" in done.stderr


def test_a_reader_that_goes_away_is_no_failure() -> None:
    script = f"{PROGRAM} scenarios | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
