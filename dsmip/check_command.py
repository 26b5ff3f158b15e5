"""`dsmip check`: run the explorations one after the other, then print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from checker.checking import Run, check_scenario
from checker.search import Limits
from dsmip import quantities
from dsmip.check_results import Result, as_json, exit_code, results_of, show
from dsmip.console import output, reporting, say, working
from dsmip.engine_options import EngineOptions
from dsmip.failures import INTERRUPTION, UNKNOWN
from dsmip.files import OutputError
from dsmip.many_checks import jobs_for, results_in_order
from dsmip.mutant_option import change_of
from model.handover import Change
from model.language.errors import ModelError
from model.readings import Reading, reading
from model.scenario_sets import scenario_set
from model.scenarios import Scenario, load, shipped
from properties.kinds import Property
from properties.registry import ALL_PROPERTIES, property_called

DEFAULT_READINGS = ("literal", "intended")
INTERRUPTED = "interrupted"


def run_checks(
    scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], properties: Sequence[str], *,
    mutant: str | None, engine: EngineOptions, folder: Path | None, memory: str | None, time: str | None, charts: bool,
    as_json_text: bool, verbose: bool = False, reduce: bool = True, scenario_set_name: str | None = None,
    jobs: int | None = None,
) -> int:  # fmt: skip
    """The exit code. Everything given is looked at before the first exploration starts."""
    if scenarios and scenario_set_name is not None:
        raise ModelError("--set: give a set or names of scenarios, not both")
    loaded = [load(name) for name in scenarios or scenario_set(scenario_set_name or "default")]
    read = [reading(name, choices) for name in readings or DEFAULT_READINGS]
    wanted = [property_called(name) for name in properties] or list(ALL_PROPERTIES)
    limits = quantities.limits(memory, time)
    change = change_of(mutant)
    if folder is not None:
        ensure_folder(folder, "--save-traces")
    if engine.checkpoint is not None:
        ensure_folder(engine.checkpoint, "--checkpoint")
    expect = not choices and mutant is None and not properties
    runs: list[Run] = []
    results: list[Result] = []
    tasks = [
        partial(checked, scenario, read, wanted, change=change, engine=engine, limits=limits, reduce=reduce,
                look_for_dead_ends=verbose)
        for scenario in loaded
    ]  # fmt: skip
    whole = True
    try:
        for run in at_the_same_time(tasks, jobs_for(len(tasks), 1 if engine.has_workers else jobs)):
            runs.append(run)
            shipped_one = run.scenario.name in shipped() and run.scenario == load(run.scenario.name)
            results += results_of(run, expect=expect and shipped_one, folder=folder, mutant=mutant)
            if run.exploration.stopped == INTERRUPTED:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        say(INTERRUPTION)
        charts = whole = False
    except BrokenProcessPool:
        say("dsmip: a worker was killed (out of memory?); what was not finished is unknown; --jobs 1 needs least")
        charts = whole = False
    return _finish(results, runs, charts=charts, as_json_text=as_json_text, verbose=verbose, whole=whole)


def checked(
    scenario: Scenario, readings: Sequence[Reading], properties: Sequence[Property], *, engine: EngineOptions,
    change: Change | None, limits: Limits, reduce: bool, look_for_dead_ends: bool,
) -> Iterator[Run]:  # fmt: skip
    """The runs of one scenario, a reading each; none after an interrupted one."""
    for entry in readings:
        with reporting(f"{scenario.name}, {entry.name}") as progress:
            yield check_scenario(
                scenario, entry, properties, change=change, engine=engine.search(f"{scenario.name}-{entry.name}"),
                limits=limits, progress=progress, reduce=reduce, look_for_dead_ends=look_for_dead_ends,
            )  # fmt: skip


def at_the_same_time(tasks: Sequence[Callable[[], Iterator[Run]]], jobs: int) -> Iterator[Run]:
    """The runs in their order; with one job, in this process."""
    if jobs == 1:
        for task in tasks:
            yield from task()
        return
    with working("scenarios") as tell:
        yield from results_in_order(tasks, jobs, lambda done: tell(f"{done} of {len(tasks)} done, {jobs} at a time"))


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
        case 0:
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


