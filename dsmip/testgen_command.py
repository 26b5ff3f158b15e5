"""`dsmip testgen`: a counterexample or a witness becomes a pytest module."""

from __future__ import annotations

from pathlib import Path

from checker.checking import check_scenario
from dsmip.console import reporting, say
from dsmip.files import write_atomically
from dsmip.mutant_option import change_of
from generators.pytest_module import test_module
from model.language.errors import ModelError, nearest
from model.readings import ACTORS, reading
from model.scenarios import load
from properties.registry import property_called


def write_test(
    identifier: str, target: Path, role: str, scenario_name: str, reading_name: str, choices: list[str],
    mutant: str | None,
) -> None:  # fmt: skip
    """Write the test. Raises ModelError if the property gives no run in this scenario."""
    if role not in ACTORS:
        raise ModelError(f'--role "{role}": {nearest(role, ACTORS)}')
    if target.suffix != ".py":
        raise ModelError(f'--output "{target}": a pytest module ends in .py')
    entry, scenario, read = property_called(identifier), load(scenario_name), reading(reading_name, choices)
    change = change_of(mutant)
    with reporting(f"{scenario.name}, {read.name}") as progress:
        run = check_scenario(scenario, read, [entry], change=change, progress=progress)
    if entry.identifier in run.left_out:
        raise ModelError(f"{identifier} cannot occur in {scenario.name}: {run.left_out[entry.identifier]}")
    trace = run.trace(identifier)
    if trace is None:
        raise ModelError(
            f"{identifier} gives no run in {scenario.name} under {read.name}: it is neither violated nor exercised"
        )
    write_atomically(target, test_module(trace, role, scenario, read, entry))
    say(f"written: {target} ({len(trace)} steps; run it with pytest)")
