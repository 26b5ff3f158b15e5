"""`dsmip prove`, `bmc` and `certificate check` as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from checker.checking import check_scenario
from checker.symbolic.induction import InductiveSearch
from dsmip.certificate_command import check_file
from dsmip.certificate_files import write_explored
from dsmip.mutant_option import change_of
from dsmip.prove_command import run_proofs
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called
from tests.program import run

DSMIP = Path(sys.executable).with_name("dsmip")


def dsmip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments, timeout=600)


def test_a_file_that_is_no_certificate_is_bad_use(tmp_path: Path) -> None:
    file = tmp_path / "proof.smt2"
    file.write_text("(check-sat)\n")
    run = dsmip("certificate", "check", str(file))
    assert run.returncode == 2 and not run.stdout
    assert run.stderr == f"dsmip: {file}: not a certificate that `dsmip prove --certificate` wrote\n"


def test_a_solver_that_does_not_exist_is_bad_use(tmp_path: Path) -> None:
    file = tmp_path / "proof.smt2"
    file.write_text("; dsmip certificate, version 1\n")
    run = dsmip("certificate", "check", str(file), "--solver", "cvc4")
    assert run.returncode == 2 and 'did you mean "cvc5"' in run.stderr


def test_simple_paths_without_more_states_are_bad_use() -> None:
    run = dsmip("prove", "BIND-1", "--simple-path")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "dsmip: --simple-path: give --k N with it, N at least 2\n"


def test_a_bounded_search_that_finds_nothing_ends_with_exit_code_3() -> None:
    run = dsmip("bmc", "BIND-1", "--steps", "1", "--json")
    (result,) = [entry for entry in json.loads(run.stdout)["results"] if entry["property"] == "BIND-1"]
    assert run.returncode == 3
    assert (result["verdict"], result["engine"], result["depth"], result["states"]) == ("unknown", "bmc", 1, None)


@pytest.mark.slow
def test_a_proof_its_certificate_and_a_tampered_copy(tmp_path: Path) -> None:
    run = dsmip("prove", "BIND-11", "ADDR-6", "--certificate", str(tmp_path), "--json")
    results = {entry["property"]: entry for entry in json.loads(run.stdout)["results"]}
    assert run.returncode == 0
    assert results["BIND-11"]["verdict"] == results["ADDR-6"]["verdict"] == "holds"
    assert results["BIND-11"]["engine"] == "explicit and induction" and results["BIND-11"]["states"] == 2879
    file = tmp_path / "minimal-intended.smt2"
    assert dsmip("certificate", "check", str(file)).returncode == 0
    text = file.read_text()
    file.write_text(text.replace("(define-fun seen.0 () Bool ", "(define-fun seen.0 () Bool (and false ", 1))
    tampered = dsmip("certificate", "check", str(file))
    assert tampered.returncode == 1 and "REFUSED" in tampered.stderr


def test_the_certificate_of_what_rests_on_exploration_alone_is_explored_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(InductiveSearch, "run", lambda search: search.result)
    code = run_proofs(["BIND-3"], [], ["literal"], [], mutant=None, time=None, steps=0, certificates=tmp_path,
                      solver="bitwuzla", invariant=False, as_json_text=True)  # fmt: skip
    printed = capsys.readouterr()
    assert code == 0 and {entry["verdict"] for entry in json.loads(printed.out)["results"]} == {"holds"}
    assert "induction proved none of the properties: no invariant" in printed.err
    (file,) = tmp_path.iterdir()
    assert file.name == "minimal-literal-explored.smt2"
    assert check_file(file, "bitwuzla", None) == 0
    assert "proves BIND-3 in minimal, literal: all 453 states that it says" in capsys.readouterr().out
    text = file.read_text()
    file.write_text(text.replace("; explored: 453 states", "; explored: 452 states"))
    assert check_file(file, "bitwuzla", None) == 1
    assert "REFUSED: 453 states were reached, not 452" in capsys.readouterr().err
    file.write_text(text)
    assert check_file(file, "bitwuzla", "0.001s") == 3
    assert "UNKNOWN: not explored to the end: " in capsys.readouterr().err
    head, about, rest = text.split("\n", 2)
    for properties, words in {
        '["BIND-3", "LIVE-5"]': "LIVE-5 is no invariant and no property of steps", "[]": "names no property",
        '["W-F2H"]': "W-F2H is no invariant", '["BIND-3", "BIND-3"]': "names a property twice",
    }.items():
        file.write_text("\n".join([head, about.replace('["BIND-3"]', properties), rest]))
        with pytest.raises(ModelError, match=words):
            check_file(file, "bitwuzla", None)


def test_a_certificate_says_what_is_not_the_shipped_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mutant = "ue.drop-row.leaves-for-another-access-network"
    scenario = load("minimal").model_copy(update={"description": "another"})
    run = check_scenario(scenario, reading("literal"), [property_called("SA-1")], change=change_of(mutant))
    write_explored(tmp_path, run, reading("literal"), change_of(mutant), mutant, "bitwuzla", None)
    (file,) = tmp_path.iterdir()
    assert check_file(file, "bitwuzla", None) == 0
    assert f"proves SA-1 in minimal, not as it ships, literal, WITH THE MUTANT {mutant}: " in capsys.readouterr().out


def test_the_pool_is_safe_for_any_number_of_ues() -> None:
    run = dsmip("prove", "V4-2", "--any-number-of-ues", "--json")
    document = json.loads(run.stdout)
    assert run.returncode == 0, run.stderr
    (result,) = [entry for entry in document["results"] if entry["property"] == "V4-2"]
    assert (result["scenario"], result["verdict"], result["engine"]) == ("two-ue", "holds", "any number")
    assert any("any number of UEs" in text for text in result["abstractions"])
    assert any("Z3 finds no other" in note for note in document["notes"])


def test_what_says_nothing_for_any_number_of_ues_is_bad_use() -> None:
    run = dsmip("prove", "V4-2", "--any-number-of-ues", "--invariant")
    assert run.returncode == 2 and not run.stdout
    assert run.stderr == "dsmip: --invariant says nothing with --any-number-of-ues: leave it out\n"
