"""`dsmip report`: explore, then write one HTML file that needs nothing else."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from checker.checking import Run, check_scenario
from diagrams.report.document import report_html
from dsmip import quantities
from dsmip.check_command import DEFAULT_READINGS, INTERRUPTED
from dsmip.check_results import Result, results_of
from dsmip.console import reporting, say
from dsmip.failures import INTERRUPTION, UNKNOWN
from dsmip.files import refuse_unwritable, write_atomically
from dsmip.report_contents import contents_of
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load, shipped
from properties.registry import ALL_PROPERTIES, property_called

NAMED_IN_TITLE = 3  # scenarios; more are counted


def write_report(
    scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], properties: Sequence[str],
    target: Path, *, memory: str | None, time: str | None,
) -> int:  # fmt: skip
    """The exit code: 0, or 3 if something was cut short. Raises ModelError and OutputError."""
    if target.suffix.lower() not in (".html", ".htm"):
        raise ModelError(f'--output "{target}": a report ends in .html')
    refuse_unwritable(target)
    loaded = [load(name) for name in dict.fromkeys(scenarios)] or [load(name) for name in shipped()]
    read = [reading(name, choices) for name in dict.fromkeys(readings or DEFAULT_READINGS)]
    wanted = [property_called(name) for name in properties] or list(ALL_PROPERTIES)
    limits = quantities.limits(memory, time)
    expect = not choices and not properties
    runs: list[Run] = []
    results: list[Result] = []
    unfinished = ""
    for scenario, entry in [(scenario, entry) for scenario in loaded for entry in read]:
        try:
            with reporting(f"{scenario.name}, {entry.name}") as progress:
                run = check_scenario(scenario, entry, wanted, limits=limits, progress=progress)
        except KeyboardInterrupt:
            unfinished = f"Interrupted at {scenario.name}, {entry.name}; what comes after it is not here."
            break
        shipped_one = scenario.name in shipped() and scenario == load(scenario.name)
        runs.append(run)
        results += results_of(run, expect=expect and shipped_one, folder=None)
        if run.exploration.stopped == INTERRUPTED:
            unfinished = f"Interrupted in {scenario.name}, {entry.name}; what comes after it is not here."
            break
    if unfinished:
        say(INTERRUPTION)
    contents = contents_of(
        runs, results, title=_title([entry.name for entry in loaded]),
        command=_command(scenarios, readings, choices, properties), made=f"{datetime.now(UTC):%d %B %Y, %H:%M} UTC",
        version=version("dsmip"), unfinished=unfinished,
    )  # fmt: skip
    write_atomically(target, report_html(contents))
    say(f"written: {target}")
    return UNKNOWN if unfinished or any(not run.exploration.complete for run in runs) else 0


def _title(scenarios: Sequence[str]) -> str:
    if len(scenarios) == len(shipped()):
        return "Verification of the handover procedure"
    names = ", ".join(scenarios) if len(scenarios) <= NAMED_IN_TITLE else f"{len(scenarios)} scenarios"
    return f"Verification of the handover procedure: {names}"


def _command(
    scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], properties: Sequence[str]
) -> str:
    """What to type for the same report."""
    options = [("--reading", readings), ("--choose", choices), ("--property", properties)]
    return shlex.join(["dsmip", "report", *scenarios, *(part for option, values in options for value in values
                                                       for part in (option, value))])  # fmt: skip
