"""`dsmip report`: explore, then write one HTML file that needs nothing else."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from checker.checking import Run
from diagrams.labels import plain_line, shortened
from diagrams.report.document import report_html
from dsmip.check_results import Result, results_of
from dsmip.checks import checks_for
from dsmip.console import say
from dsmip.engine_options import EngineOptions
from dsmip.failures import UNKNOWN
from dsmip.files import refuse_unwritable, write_atomically
from dsmip.report_contents import contents_of
from model.language.errors import ModelError
from model.scenario_sets import is_shipped

NAMED_IN_TITLE = 3  # scenarios; more are counted


def write_report(
    scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], properties: Sequence[str],
    target: Path, *, memory: str | None, time: str | None, scenario_set_name: str | None = None,
    jobs: int | None = None,
) -> int:  # fmt: skip
    """The exit code: 0, or 3 if something was cut short. Raises ModelError and OutputError."""
    if target.suffix.lower() not in (".html", ".htm"):
        raise ModelError(f'--output "{target}": a report ends in .html')
    refuse_unwritable(target)
    made = time_of_making()
    checks = checks_for(
        list(dict.fromkeys(scenarios)), scenario_set_name, list(dict.fromkeys(readings)), choices, properties,
        memory, time,
    )  # fmt: skip
    expect = not choices and not properties
    runs: list[Run] = []
    results: list[Result] = []
    unfinished = ""
    try:
        for run in checks.runs(jobs, engine=EngineOptions()):
            runs.append(run)
            results += results_of(run, expect=expect and is_shipped(run.scenario), folder=None)
    except (KeyboardInterrupt, BrokenProcessPool) as reason:
        why = "Interrupted" if isinstance(reason, KeyboardInterrupt) else "A worker was killed (out of memory?)"
        wanted = len(checks.scenarios) * len(checks.readings)
        unfinished = f"{why} after {len(runs)} of {wanted} explorations; the others are not here."
        say(f"dsmip: {unfinished[0].lower()}{unfinished[1:]}")
    contents = contents_of(
        runs, results, title=_title([entry.name for entry in checks.scenarios] if scenarios else []),
        command=_command(scenarios, scenario_set_name, readings, choices, properties),
        made=f"{made:%d %B %Y, %H:%M} UTC", version=version("dsmip"), unfinished=unfinished,
        timed=not os.environ.get("SOURCE_DATE_EPOCH"),
    )  # fmt: skip
    write_atomically(target, report_html(contents))
    say(f"written: {target}")
    return UNKNOWN if unfinished or any(not run.exploration.complete for run in runs) else 0


def time_of_making() -> datetime:
    """Now, or the time in SOURCE_DATE_EPOCH (seconds since 1970), with which equal runs make equal reports.

    Raises ModelError.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if not given:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(given), UTC)
    except (ValueError, OverflowError, OSError):
        raise ModelError(f"SOURCE_DATE_EPOCH={shortened(plain_line(given), 40)}: not a number of seconds since 1970; "
                         "unset it") from None  # fmt: skip


def _title(scenarios: Sequence[str]) -> str:
    if not scenarios:
        return "Verification of the handover procedure"
    names = ", ".join(scenarios) if len(scenarios) <= NAMED_IN_TITLE else f"{len(scenarios)} scenarios"
    return f"Verification of the handover procedure: {names}"


def _command(
    scenarios: Sequence[str], set_name: str | None, readings: Sequence[str], choices: Sequence[str],
    properties: Sequence[str],
) -> str:  # fmt: skip
    """What to type for the same report."""
    options = [("--set", [set_name] if set_name else []), ("--reading", readings), ("--choose", choices),
               ("--property", properties)]  # fmt: skip
    return shlex.join(["dsmip", "report", *scenarios, *(part for option, values in options for value in values
                                                       for part in (option, value))])  # fmt: skip
