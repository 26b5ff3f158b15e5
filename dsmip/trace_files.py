"""Saved traces: replayed from the scenario and the reading they embed."""

from __future__ import annotations

from pathlib import Path

from checker.checking import local_invariants
from checker.fairness.lasso_check import lasso_faults
from checker.fairness.responses import response_of
from checker.itf import StoredTrace, TraceFileError, load, replayed
from checker.trace import Trace
from diagrams.labels import plain_line, shortened
from dsmip.check_results import show_chart, statement_of
from dsmip.console import output
from dsmip.explorer.session import BY_HAND
from dsmip.explorer.watching import broken_at, broken_by, watched_in
from dsmip.mutant_option import change_of
from model.execution.replay import confirm
from model.handover import Change, binding, handover, handover_of_one
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.plain_text import visible
from model.readings import Reading, reading
from model.scenarios import Scenario, from_data
from properties.kinds import Kind
from properties.questions import ASKED
from properties.registry import BY_IDENTIFIER


def stored_run(file: Path) -> tuple[StoredTrace, Trace]:
    """The trace in `file`, replayed two ways; a run for ever closes, is fair and breaks its property.

    Its fingerprint is for the reader and not compared: a file of another model is good as long as it is, state by
    state, a run of today's. Raises TraceFileError naming the file and what is wrong.
    """
    try:
        stored = load(file)
    except (TypeError, ValueError, RecursionError):
        raise TraceFileError(f"{file}: values of the wrong type; the file is damaged, save the trace again") from None
    if not isinstance(stored.meta.get("scenario"), dict) or not isinstance(stored.meta.get("choices", []), list):
        raise TraceFileError(f"{file}: no scenario is embedded; save the trace again with dsmip check --save-traces")
    identifier = str(stored.meta.get("property", ""))
    try:
        given, read, change = _setting(stored)
        system = handover(given, read, change)
        known = identifier in (*BY_IDENTIFIER, BY_HAND, ASKED) or identifier in [
            entry.identifier for entry in local_invariants(handover_of_one(given, read, change))
        ]
    except ModelError as error:
        raise TraceFileError(f"{file}: {error}") from None
    if not known:
        name = shortened(plain_line(identifier), 60)
        raise TraceFileError(f'{file}: unknown property "{name}"; save the trace again with dsmip check --save-traces')
    trace = replayed(stored, system)
    confirm(system, trace.initial, trace.path, [step.state for step in trace.steps])
    broken = BY_IDENTIFIER.get(identifier)
    if broken is not None and broken.kind is Kind.RESPONSE:
        faults = lasso_faults(trace, response_of(broken, system, binding(given, read)))
        if faults:
            raise TraceFileError(f"{file}: no counterexample to {broken.identifier}: {faults[0]}")
    return stored, trace


def _setting(stored: StoredTrace) -> tuple[Scenario, Reading, Change | None]:
    """What the file says it was run in. Raises ModelError."""
    mutant, scenario, choices = (stored.meta.get(name) for name in ("mutant", "scenario", "choices"))
    assert isinstance(scenario, dict)
    switched = [str(choice) for choice in choices] if isinstance(choices, list) else []
    given = from_data(scenario, f"{stored.file}, embedded scenario")
    read = reading(str(stored.meta.get("reading", "")), switched)
    return given, read, change_of(None if mutant is None else str(mutant))


def offence_of(stored: StoredTrace, trace: Trace) -> str:
    """The title if the run as replayed breaks its property, else nothing: it may reach a witness, or only come to the
    test of what holds."""
    entry = BY_IDENTIFIER.get(str(stored.meta.get("property", "")))
    if entry is None or entry.kind is Kind.WITNESS:
        return ""
    if entry.kind is not Kind.RESPONSE:  # whose runs for ever are refused unless they break it
        watched = [found for found in watched_in(*_setting(stored)) if found.identifier == entry.identifier]
        interpretation, states = Interpretation(trace.system), list(trace.states)
        last = broken_by(interpretation, states[-2], trace.steps[-1], watched) if trace.steps else \
            broken_at(interpretation, states[-1], watched)  # fmt: skip
        if not last:
            return ""
    return title_of(stored)


def title_of(stored: StoredTrace) -> str:
    """What the trace shows: a property with its statement, or what else it was saved as."""
    identifier = str(stored.meta.get("property", ""))
    return f"{identifier}: {statement_of(identifier)}" if identifier in BY_IDENTIFIER else visible(identifier)


def story_of(stored: StoredTrace, trace: Trace) -> tuple[str, str]:
    """The title, which says so where a property is kept by the run, and what the run breaks (`offence_of`)."""
    title, offence = title_of(stored), offence_of(stored, trace)
    entry = BY_IDENTIFIER.get(str(stored.meta.get("property", "")))
    kept = entry is not None and entry.kind is not Kind.WITNESS and not offence
    return f"{title} (this run does not break it)" if kept else title, offence


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
    title, offence = story_of(stored, trace)
    console.print(f"{title}\n{words_of_setup(stored)}")
    show_chart(console, trace, offence, unfold=unfold)


def replay_trace(file: Path) -> None:
    stored, trace = stored_run(file)
    title, _ = story_of(stored, trace)
    for_ever = "" if trace.loop is None else " The run goes on for ever, is fair and breaks the property."
    output().print(
        f"{file}: {title}: {len(trace)} steps replay through the interpretation and the state machines."
        f"{for_ever}"
    )
