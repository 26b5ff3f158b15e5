"""Saved traces: replayed from the scenario and the reading they embed."""

from __future__ import annotations

from pathlib import Path

from checker.itf import StoredTrace, TraceFileError, load, replayed
from checker.trace import Trace
from dsmip.check_results import show_chart, statement_of
from dsmip.console import output
from dsmip.mutant_option import change_of
from model.execution.replay import confirm
from model.handover import handover
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import from_data


def stored_run(file: Path) -> tuple[StoredTrace, Trace]:
    """The trace in `file`, replayed two ways. Raises TraceFileError naming the file and what is wrong."""
    try:
        stored = load(file)
    except (TypeError, ValueError, RecursionError):
        raise TraceFileError(f"{file}: values of the wrong type; the file is damaged, save the trace again") from None
    scenario, choices = stored.meta.get("scenario"), stored.meta.get("choices", [])
    if not isinstance(scenario, dict) or not isinstance(choices, list):
        raise TraceFileError(f"{file}: no scenario is embedded; save the trace again with dsmip check --save-traces")
    mutant = stored.meta.get("mutant")
    change = change_of(None if mutant is None else str(mutant))
    try:
        system = handover(
            from_data(scenario, f"{file}, embedded scenario"),
            reading(str(stored.meta.get("reading", "")), [str(choice) for choice in choices]),
            change,
        )
    except ModelError as error:
        raise TraceFileError(f"{file}: {error}") from None
    trace = replayed(stored, system)
    confirm(system, trace.initial, trace.path, [step.state for step in trace.steps])
    return stored, trace


def title_of(stored: StoredTrace) -> str:
    identifier = str(stored.meta.get("property", ""))
    return f"{identifier}: {statement_of(identifier)}"


def show_trace(file: Path) -> None:
    stored, trace = stored_run(file)
    console = output()
    scenario = stored.meta["scenario"]
    assert isinstance(scenario, dict)
    console.print(f"{title_of(stored)}\nscenario {scenario.get('name')}, reading {stored.meta.get('reading')}")
    show_chart(console, trace, title_of(stored))


def replay_trace(file: Path) -> None:
    stored, trace = stored_run(file)
    output().print(
        f"{file}: {title_of(stored)}: {len(trace)} steps replay through the interpretation and the state machines."
    )
