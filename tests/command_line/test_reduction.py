"""`dsmip check --no-reduction`: the same answers without symmetry, and no word of one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from checker.checking import check_scenario
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES

PROGRAM = Path(sys.executable).with_name("dsmip")
ALIKE = """
name = "alike"
description = "Two foreign links of one kind."
networks = [
    {name = "home", family = "ipv6", home = true},
    {name = "a", family = "ipv6"},
    {name = "b", family = "ipv6"},
]
[channel]
loss = true
[bounds]
movements = 2
sequence_number_bits = 5
"""
FIGURES = ("states", "transitions", "depth", "verdict")


def check(*arguments: str) -> dict[str, Any]:
    done = subprocess.run([PROGRAM, "check", *arguments, "--json"], capture_output=True, text=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    return dict(json.loads(done.stdout))


def test_no_reduction_agrees_and_every_verdict_says_which_was_used(tmp_path: Path) -> None:
    file = tmp_path / "alike.toml"
    file.write_text(ALIKE)
    arguments = (str(file), "--reading", "literal", "--engine", "explicit")
    used, unused = (check(*arguments, *more)["results"] for more in ((), ("--no-reduction",)))
    assert [[entry[name] for name in FIGURES] for entry in used] == [[e[name] for name in FIGURES] for e in unused]
    for entry in used:
        assert entry["reductions"][0].startswith("symmetry of networks a, b (")
        assert entry["reductions"][0].endswith(" representatives)")
    assert all(entry["reductions"] == [] for entry in unused)
    assert any(entry["verdict"] == "violated" for entry in used)


def test_counterexamples_are_given_in_real_names() -> None:
    """Every trace is replayed by the interpretation and the `transitions` machines before it is shown."""
    scenario = load("minimal")
    second = scenario.networks[1].model_copy(update={"name": "foreign-b"})
    scenario = scenario.model_copy(update={"networks": [*scenario.networks, second], "cannot_occur": {}})
    run = check_scenario(scenario, reading("literal"), ALL_PROPERTIES, engine="explicit")
    full = check_scenario(scenario, reading("literal"), ALL_PROPERTIES, engine="explicit", reduce=False)
    assert run.exploration.reductions and not full.exploration.reductions
    names = set()
    for entry in run.judgements:
        trace, other = run.trace(entry.property.identifier), full.trace(entry.property.identifier)
        assert (trace is None) == (other is None)
        if trace is not None and other is not None:
            assert len(trace) == len(other)
            names |= {name for name, _ in trace.path if "(to " in name}
    assert len(names) > 1
    assert run.dead_rows == full.dead_rows


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two-ue", "clause-5.2"])
def test_symmetry_gives_the_recorded_figures_of_large_scenarios(name: str) -> None:
    run, full = (
        check_scenario(load(name), reading("literal"), ALL_PROPERTIES, engine="explicit", reduce=reduce).exploration
        for reduce in (True, False)
    )
    assert run.reductions and not full.reductions
    for figure in ("states", "transitions", "depth", "levels", "fired", "largest", "overflowed"):
        assert getattr(run, figure) == getattr(full, figure), figure
    assert {key: len(entry.path) for key, entry in run.sightings.items()} == {
        key: len(entry.path) for key, entry in full.sightings.items()
    }
