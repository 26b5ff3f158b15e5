"""`dsmip findings`: what the text breaks, what mends it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dsmip.findings_command import about

PROGRAM = Path(sys.executable).with_name("dsmip")


def findings(*arguments: str | Path, code: int = 0) -> str:
    done = subprocess.run([PROGRAM, "findings", *arguments], capture_output=True, text=True, timeout=1500)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_findings_of_the_smallest_scenario(tmp_path: Path) -> None:
    document = json.loads(findings("minimal", "--json", "--save-traces", tmp_path))
    assert document["complete"]
    assert document["repairs"] == [[
        "AMB-01=from-registered", "AMB-08=re-establish", "AMB-10=whenever-possibly-bound", "AMB-11=keep-until-done",
        "AMB-19=unless-source-is-home-address", "AMB-25=as-care-of-home", "AMB-32=sa-first",
    ]]  # fmt: skip
    broken = {entry["property"]: entry for entry in document["broken"]}
    assert set(broken) == {"SA-1", "SA-5", "SA-6", "SA-15", "BIND-1", "BIND-16", "ADDR-7b"}
    assert broken["BIND-1"]["repairs"] == [["AMB-10=whenever-possibly-bound"]]
    for entry in broken.values():
        replayed = subprocess.run([PROGRAM, "trace", "replay", entry["trace"]], capture_output=True, timeout=60)
        assert replayed.returncode == 0
    assert "AMB-29" in document["not_needed"]
    alone = {entry["ambiguity"]: [found["property"] for found in entry["breaks_alone"]]
             for entry in document["findings"]}  # fmt: skip
    assert alone["AMB-32"] == ["SA-1", "SA-5"]
    assert alone["AMB-25"] == ["SA-15"]
    assert alone["AMB-29"] == []
    own = document["own_choices"]
    assert own["ue"]["sets"] == [[
        "ue.AMB-08=re-establish", "ue.AMB-10=whenever-possibly-bound", "ue.AMB-11=keep-until-done",
        "ue.AMB-32=sa-first",
    ]]  # fmt: skip
    assert own["home_agent"]["sets"] == [["home_agent.AMB-19=unless-source-is-home-address"]]
    assert [entry["property"] for entry in own["ue"]["cannot_keep"]] == ["SA-15"]  # it takes both ends
    assert own["ue"]["peers_left_out"] == {}


@pytest.mark.slow
def test_the_page_of_findings_is_what_the_program_finds_today(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "findings.md"
    text = page.read_text(encoding="utf-8")
    scenarios = text.partition("dsmip findings ")[2].partition(" --markdown")[0].split()
    findings(*scenarios, "--markdown", tmp_path / "findings.md")
    assert (tmp_path / "findings.md").read_text(encoding="utf-8") == text


def test_a_scenario_of_which_nothing_is_known_is_refused() -> None:
    assert "is not a shipped scenario" in findings("my-own.toml", code=2)


@pytest.mark.parametrize(("name", "hint"), [
    ("AMB-99", "the nearest are AMB-33 and AMB-34"), ("AMB-x", "they are called AMB-01 to AMB-34"),
    ("minimum", 'did you mean "minimal"?'),
])  # fmt: skip
def test_an_unknown_name_gets_one_line_with_the_nearest(name: str, hint: str) -> None:
    said = findings(name, code=2)
    assert hint in said and said.count("\n") == 1


def test_single_ambiguities_are_shown_without_the_others() -> None:
    document = {"findings": [{"ambiguity": "AMB-19", "breaks": ["ADDR-7b"]}, {"ambiguity": "AMB-10", "breaks": []}],
                "broken": [{"property": "ADDR-7b"}, {"property": "BIND-1"}], "readings_agree": {"AMB-33": {}}}
    kept = about(document, ["AMB-19"])
    assert kept["findings"] == document["findings"][:1] and kept["broken"] == document["broken"][:1]
    assert kept["readings_agree"] == {} and kept["no_switch"] == {}


@pytest.mark.slow
def test_a_search_cut_short_says_so() -> None:
    document = json.loads(findings("minimal", "--json", "--memory", "1K", code=3))
    assert not document["complete"]
    assert document["repairs"] == []
