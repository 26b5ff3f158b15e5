"""`dsmip check`: run the explorations, then print."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from checker.checking import Run
from dsmip.asked_properties import require_judged
from dsmip.check_results import Result, as_json, exit_code, results_of, show
from dsmip.checks import checks_for
from dsmip.console import output, say
from dsmip.engine_options import EngineOptions
from dsmip.failures import INTERRUPTION, UNKNOWN, WORKER_KILLED
from dsmip.files import OutputError
from dsmip.mutant_option import change_of
from model.scenario_sets import is_shipped


def run_checks(
    scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], properties: Sequence[str], *,
    mutant: str | None, engine: EngineOptions, folder: Path | None, memory: str | None, time: str | None, charts: bool,
    as_json_text: bool, verbose: bool = False, reduce: bool = True, scenario_set_name: str | None = None,
    jobs: int | None = None,
) -> int:  # fmt: skip
    """The exit code. Everything given is looked at before the first exploration starts."""
    checks = checks_for(scenarios, scenario_set_name, readings, choices, properties, memory, time)
    change = change_of(mutant)
    if folder is not None:
        ensure_folder(folder, "--save-traces")
    if engine.checkpoint is not None:
        ensure_folder(engine.checkpoint, "--checkpoint")
    expect = not choices and mutant is None and not properties
    runs: list[Run] = []
    results: list[Result] = []
    whole = True
    try:
        for run in checks.runs(jobs, engine=engine, change=change, reduce=reduce, look_for_dead_ends=verbose):
            runs.append(run)
            results += results_of(run, expect=expect and is_shipped(run.scenario), folder=folder, mutant=mutant)
    except KeyboardInterrupt:
        say(INTERRUPTION)
        charts = whole = False
    except BrokenProcessPool:
        say(f"{WORKER_KILLED}; --jobs 1 needs least")
        charts = whole = False
    require_judged(runs, properties)
    return _finish(results, runs, charts=charts, as_json_text=as_json_text, verbose=verbose, whole=whole)


def _finish(
    results: Sequence[Result], runs: Sequence[Run], *, charts: bool, as_json_text: bool, verbose: bool,
    whole: bool = True,
) -> int:  # fmt: skip
    """Print, and give the exit code. whole: nothing that was asked for is missing."""
    if as_json_text:
        print(json.dumps(as_json(results, runs), indent=1))
    else:
        console = output()
        show(console, results, runs, charts=charts, verbose=verbose)
        console.print(summary(results, runs, whole=whole))
    return exit_code(results, runs) or (0 if whole else UNKNOWN)


def summary(results: Sequence[Result], runs: Sequence[Run], *, whole: bool = True) -> str:
    """The last line: what came out, and whether it is what is known to come out."""
    code = exit_code(results, runs) or (0 if whole else UNKNOWN)
    unexpected = [result for result in results
                  if result.expected is not None and result.word not in (result.expected, "unknown")]  # fmt: skip
    words = [result.word for result in results]
    figures = ", ".join(f"{words.count(value)} {value}" for value in ("holds", "violated", "unknown"))
    match code:
        case 0 if any(result.expected is not None for result in results):
            return f"{figures}: all as expected."
        case 3:
            return f"{figures}: not everything could be decided."
        case _ if unexpected:
            names = ", ".join(f"{entry.judgement.property.identifier} ({entry.run.scenario.name}, "
                              f"{entry.run.reading.name})" for entry in unexpected[:4])  # fmt: skip
            return f"{figures}: {len(unexpected)} not as expected: {names}"
        case _:
            return f"{figures}."


def ensure_folder(folder: Path, option: str) -> None:
    """Make a folder for results, and see that files can be written there. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".dsmip-probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = f"cannot write there: {error.strerror}; name another folder"
        raise OutputError(f"{option} {folder}: {reason}") from None


