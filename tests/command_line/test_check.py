"""`dsmip check`: exit codes, JSON, limits, interruption."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.at_a_terminal import AtATerminal
from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")
KEYS = {"scenario", "reading", "choices", "property", "kind", "verdict", "expected", "engine", "states", "transitions",
        "depth", "seconds", "reductions", "abstractions", "assumptions", "trace"}  # fmt: skip


def check(*arguments: str, code: int = 0) -> str:
    done = run("check", *arguments, timeout=300)
    assert done.returncode == code, done.stderr + done.stdout[-1000:]
    return done.stdout


def results(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    document = json.loads(check(*arguments, "--json", code=code))
    assert document["version"]
    return list(document["results"])


def test_json_has_the_promised_keys_and_expectations() -> None:
    found = results("minimal")
    assert all(entry.keys() >= KEYS for entry in found)
    assert {entry["reading"] for entry in found} == {"literal", "intended"}
    assert all(entry["verdict"] == entry["expected"] for entry in found)
    assert {entry["property"] for entry in found if entry["assumptions"]} == {"BIND-6"}


def test_figures_of_a_run_add_up() -> None:
    (run,) = json.loads(check("minimal", "--reading", "literal", "--json"))["runs"]
    assert sum(run["states_by_distance"]) == run["states"] == 453
    assert len(run["states_by_distance"]) == run["depth"] + 1
    assert run["rows_fired"] + len(run["dead_rows"]) == run["rows"]
    assert run["most_messages"] == {"uplink": 1, "downlink": 1}
    assert run["capacity_reached"] == ["uplink", "downlink"]


def test_verbose_shows_which_rows_never_fired_and_how_full_the_channels_became() -> None:
    shown = check("minimal", "--reading", "literal", "--verbose", "--no-charts")
    assert "never: ue: is out of coverage" in shown
    assert "uplink: at most 1 message(s), room for 1 (reached" in shown
    assert "nearest dead end after 3 steps: ue at home" in shown


def test_nothing_is_expected_of_a_choice_a_mutant_or_a_named_property() -> None:
    for arguments, code in (
        (["--choose", "AMB-10=whenever-possibly-bound", "--reading", "literal"], 1),
        (["--mutant", "ue-no-deregistration", "--reading", "intended"], 1),
        (["--property", "BIND-3", "--reading", "intended"], 0),
    ):
        assert {entry["expected"] for entry in results("minimal", *arguments, code=code)} == {None}


def test_a_violation_that_is_not_expected_is_exit_code_1() -> None:
    check("minimal", "--property", "BIND-1", "--reading", "literal", code=1)


def test_a_violated_should_never_changes_the_exit_code() -> None:
    found = {entry["property"]: entry["verdict"]
             for entry in results("minimal", "--property", "SA-7", "--reading", "intended")}  # fmt: skip
    assert found["SA-7"] == "violated"


@pytest.mark.parametrize("limit", [["--memory", "20M"], ["--time", "1s"]])
def test_a_search_that_is_cut_short_is_unknown_and_exit_code_3(limit: list[str]) -> None:
    found = results("clause-5.2", "--reading", "intended", "--property", "BIND-3", *limit, code=3)
    assert {entry["verdict"] for entry in found} == {"unknown"}
    assert "limit" in found[0]["reason"]


def test_ctrl_c_ends_in_unknown_with_the_figures_so_far() -> None:
    running = AtATerminal(PROGRAM, "check", "clause-5.2", "--reading", "intended", "--property", "BIND-3", "--json")
    running.until(" states")
    out, err = running.interrupt()
    assert running.process.returncode == 3, err
    assert "Traceback" not in err
    if out:
        (found, *_) = json.loads(out)["results"]
        assert found["verdict"] == "unknown"
        assert found["states"] > 0


def test_a_saved_counterexample_replays_elsewhere(tmp_path: Path) -> None:
    check("minimal", "--reading", "literal", "--no-charts", "--save-traces", str(tmp_path))
    saved = sorted(path.name for path in tmp_path.iterdir())
    assert "minimal-literal-BIND-1.itf.json" in saved
    for name in (saved[0], "minimal-literal-BIND-1.itf.json"):
        done = run("trace", "replay", tmp_path / name)
        assert done.returncode == 0, done.stderr


def test_a_counterexample_of_a_mutant_replays_on_the_mutant(tmp_path: Path) -> None:
    check("minimal", "--reading", "intended", "--mutant", "ue-no-deregistration", "--property", "BIND-1", "--no-charts",
          "--save-traces", str(tmp_path), code=1)  # fmt: skip
    done = run("trace", "replay", tmp_path / "minimal-intended-BIND-1.itf.json")
    assert done.returncode == 0, done.stderr


def test_a_violation_that_is_recorded_is_shown_with_its_reason() -> None:
    shown = " ".join(check("minimal", "--reading", "literal").split())
    assert "recorded as known: AMB-11: the text lets the UE give it up first" in shown
    assert "no security association" in shown and "not security association" not in shown


def test_the_plain_engine_gives_the_same_answers() -> None:
    figures = [
        [(entry["property"], entry["verdict"], entry["states"], entry["transitions"], entry["depth"])
         for entry in results("minimal", "--engine", engine)]
        for engine in ("plain", "explicit")
    ]  # fmt: skip
    assert figures[0] == figures[1]


def test_the_explicit_path_loads_neither_z3_nor_numpy_nor_scapy_nor_ray() -> None:
    check("minimal", "--reading", "intended", "--property", "BIND-1")  # fills the cache of the table checks
    code = (
        "import sys\nfrom dsmip.api import check\ncheck('minimal', properties=['BIND-1'])\n"
        "print(sorted({'z3', 'numpy', 'scapy', 'ray'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_response_is_printed_with_the_fairness_it_assumes_and_its_run_replays(tmp_path: Path) -> None:
    asked = ("liveness-nat", "--reading", "intended", "--property", "NAT-5", "--save-traces", str(tmp_path))
    entry = next(entry for entry in results(*asked, code=1) if entry["property"] == "NAT-5")
    assert (entry["kind"], entry["verdict"]) == ("response", "violated")
    assert "delivery of an original BindingUpdate (strong)" in entry["fairness"]
    file = Path(entry["trace"])
    document = json.loads(file.read_text())
    assert document["loop"] == len(document["states"]) - 1
    replayed = run("trace", "replay", file)
    assert replayed.returncode == 0 and "goes on for ever" in " ".join(replayed.stdout.split())
    del document["loop"]
    file.write_text(json.dumps(document))
    refused = run("trace", "replay", file)
    assert refused.returncode == 2 and "no counterexample to NAT-5: the run has no loop" in refused.stderr


def test_nothing_is_called_expected_where_nothing_is_recorded() -> None:
    shown = check("minimal", "--reading", "intended", "--property", "BIND-3", "--no-charts")
    assert "0 violated, 0 unknown." in shown
    assert "as expected" not in shown


def test_two_scenarios_of_one_name_cannot_be_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "minimal"\ndescription = "two links"\n[[networks]]\nname = "home"\nfamily = "ipv6"\n'
                    'home = true\n[[networks]]\nname = "cafe"\nfamily = "ipv6"\n')  # fmt: skip
    done = run("check", "minimal", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert 'another scenario of this run is called "minimal" too' in done.stderr
