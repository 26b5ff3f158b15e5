"""Saved traces: replayed from the scenario and the reading they embed."""

from __future__ import annotations

from pathlib import Path

from checker.fairness.lasso_check import lasso_faults
from checker.fairness.responses import response_of
from checker.itf import StoredTrace, TraceFileError, load, replayed
from checker.trace import Trace
from dsmip.check_results import show_chart, statement_of
from dsmip.console import output
from dsmip.mutant_option import change_of
from model.execution.replay import confirm
from model.handover import binding, handover
from model.language.errors import ModelError
from model.language.plain_text import visible
from model.readings import reading
from model.scenarios import from_data
from properties.kinds import Kind
from properties.registry import BY_IDENTIFIER


def stored_run(file: Path) -> tuple[StoredTrace, Trace]:
    """The trace in `file`, replayed two ways; a run for ever closes, is fair and breaks its property.

    Raises TraceFileError naming the file and what is wrong.
    """
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
        given = from_data(scenario, f"{file}, embedded scenario")
        read = reading(str(stored.meta.get("reading", "")), [str(choice) for choice in choices])
        system = handover(given, read, change)
    except ModelError as error:
        raise TraceFileError(f"{file}: {error}") from None
    trace = replayed(stored, system)
    confirm(system, trace.initial, trace.path, [step.state for step in trace.steps])
    broken = BY_IDENTIFIER.get(str(stored.meta.get("property", "")))
    if broken is not None and broken.kind is Kind.RESPONSE:
        faults = lasso_faults(trace, response_of(broken, system, binding(given, read)))
        if faults:
            raise TraceFileError(f"{file}: no counterexample to {broken.identifier}: {faults[0]}")
    return stored, trace


def title_of(stored: StoredTrace) -> str:
    """What the trace shows: a property with its statement, or what else it was saved as."""
    identifier = str(stored.meta.get("property", ""))
    return f"{identifier}: {statement_of(identifier)}" if identifier in BY_IDENTIFIER else visible(identifier)


def words_of_setup(stored: StoredTrace) -> str:
    """ "scenario minimal, reading literal with AMB-10=…, mutant x": what was run."""
    scenario, choices = stored.meta.get("scenario"), stored.meta.get("choices")
    name = scenario.get("name") if isinstance(scenario, dict) else ""
    words = f"scenario {name}, reading {stored.meta.get('reading')}"
    if isinstance(choices, list) and choices:
        words += f" with {', '.join(str(choice) for choice in choices)}"
    return visible(f"{words}, mutant {stored.meta['mutant']}" if stored.meta.get("mutant") else words)


def show_trace(file: Path, unfold: bool = False) -> None:
    stored, trace = stored_run(file)
    console = output()
    console.print(f"{title_of(stored)}\n{words_of_setup(stored)}")
    show_chart(console, trace, title_of(stored), unfold=unfold)


def replay_trace(file: Path) -> None:
    stored, trace = stored_run(file)
    for_ever = "" if trace.loop is None else " The run goes on for ever, is fair and breaks the property."
    output().print(
        f"{file}: {title_of(stored)}: {len(trace)} steps replay through the interpretation and the state machines."
        f"{for_ever}"
    )
