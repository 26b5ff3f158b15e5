"""`dsmip export`: files for other model checkers, and bad input in one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")


def export(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = run("export", *arguments)
    assert done.returncode == code, done.stderr
    return done


def test_export_writes_a_file_with_its_origin_and_what_is_known(tmp_path: Path) -> None:
    done = export("promela", "minimal", "-o", tmp_path / "new", "--reading", "literal", "--json")
    document = json.loads(done.stdout)
    assert document["known"] == {"states": 453, "transitions": 2089, "depth": 16}
    (file,) = map(Path, document["files"])
    assert file == tmp_path / "new" / "minimal_literal.pml"
    text = file.read_text()
    assert "reading: literal" in text
    assert document["fingerprint"] in text
    assert "known: 453 states, 2,089 transitions, depth 16" in text


@pytest.mark.parametrize("name, suffixes", [
    ("promela", {".pml"}), ("murphi", {".m"}), ("tla", {".tla", ".cfg"}), ("smv", {".smv"}),
    ("verilog", {".v"}),
])  # fmt: skip
def test_every_format_can_be_written(tmp_path: Path, name: str, suffixes: set[str]) -> None:
    export(name, "minimal", "-o", tmp_path, "--property", "BIND-1", "--property", "SA-1")
    files = list(tmp_path.iterdir())
    assert {file.suffix for file in files} == suffixes
    assert {file.stem for file in files} == {"minimal_intended"}
    assert all("BIND_1" in file.read_text() or "BIND-1" in file.read_text() for file in files)


def test_exported_properties_can_be_chosen(tmp_path: Path) -> None:
    export("promela", "minimal", "-o", tmp_path, "--property", "BIND-1")
    text = (tmp_path / "minimal_intended.pml").read_text()
    assert "BIND-1 (must hold)" in text
    assert "BIND-3" not in text


def test_an_exported_mutant_has_no_recorded_counts(tmp_path: Path) -> None:
    done = export("promela", "minimal", "-o", tmp_path, "--mutant", "ue-update-without-association", "--json")
    assert json.loads(done.stdout)["known"] is None
    assert "mutant: ue-update-without-association" in next(tmp_path.glob("*.pml")).read_text()


def test_an_export_at_another_width_says_so(tmp_path: Path) -> None:
    done = export("verilog", "minimal", "-o", tmp_path, "--bits", "16", "--property", "BIND-1", "--json")
    assert json.loads(done.stdout)["known"] is None
    (file,) = tmp_path.iterdir()
    assert file.name == "minimal_intended_16_bits.v"
    assert "reg [15:0] ue_sequence_number" in file.read_text()


@pytest.mark.parametrize("arguments, says", [
    (["promela", "minimal", "-o", "x", "--bits", "3"], "--bits 3: bounds.sequence_number_bits = 3 is too small"),
    (["promella", "minimal", "-o", "x"], 'unknown format "promella": did you mean "promela"?'),
    (["promela", "minimall", "-o", "x"], "minimal"),
    (["promela", "minimal", "-o", "x", "--property", "BIND-100"], 'unknown property "BIND-100"'),
    (["promela", "minimal", "-o", "/dev/null/x"], "cannot be made"),
])  # fmt: skip
def test_bad_use_is_told_in_one_line(arguments: list[str], says: str) -> None:
    done = export(*arguments, code=2)
    assert done.stdout == ""
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
