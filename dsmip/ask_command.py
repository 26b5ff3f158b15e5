"""`dsmip ask`: a question about the model in one line, answered by a complete exploration or by a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from checker.checking import Run, check_scenario
from checker.itf import save
from checker.trace import Trace
from checker.verdict import Holds, Unknown, Verdict, Violated
from dsmip import quantities
from dsmip.check_results import embedded, show_chart, show_limits
from dsmip.console import output, reporting
from dsmip.mutant_option import change_of
from model.handover import handover_of_one
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load
from properties.question_parser import Form
from properties.questions import Question, names_of, question

YES, NO, UNKNOWN = 0, 1, 3
WORDS = {YES: "yes", NO: "no", UNKNOWN: "unknown"}


def answer(
    text: str | None, scenario_name: str, reading_name: str, choices: Sequence[str], mutant: str | None, *,
    names: bool, memory: str | None, time: str | None, save_to: Path | None, as_json_text: bool,
) -> int:  # fmt: skip
    """The exit code: 0 yes, 1 no, 3 unknown. Raises ModelError for a question that makes no sense."""
    scenario, read, change = load(scenario_name), reading(reading_name, choices), change_of(mutant)
    system = handover_of_one(scenario, read, change)
    if names:
        _show_names(names_of(system), as_json_text=as_json_text)
        return YES
    if text is None:
        raise ModelError('no question; try: dsmip ask "reachable registered and not bound", or: dsmip ask --names')
    asked = question(text, system)
    limits = quantities.limits(memory, time)
    with reporting(f"{scenario.name}, {read.name}") as progress:
        run = check_scenario(scenario, read, [asked.property], change=change, limits=limits, progress=progress)
    verdict = run.verdict(asked.property.identifier)
    code = code_of(asked, verdict)
    trace = run.trace(asked.property.identifier)
    if save_to is not None and trace is not None:
        save(trace, save_to, embedded(run, asked.property.identifier, mutant))
    if as_json_text:
        print(json.dumps(_as_json(asked, run, verdict, code, trace, save_to), indent=1))
    else:
        _show(asked, run, verdict, code, trace)
    return code


def code_of(asked: Question, verdict: Verdict) -> int:
    match verdict:
        case Holds():
            return YES
        case Violated():
            return NO
        case Unknown():
            return UNKNOWN


def _as_json(
    asked: Question, run: Run, verdict: Verdict, code: int, trace: Trace | None, saved: Path | None
) -> dict[str, object]:
    return {
        "question": asked.text,
        "asks": asked.form.value,
        "answer": WORDS[code],
        "vacuous": isinstance(verdict, Holds) and verdict.vacuous,
        "reason": verdict.reason if isinstance(verdict, Unknown) else None,
        "scenario": run.scenario.name,
        "reading": run.reading.name,
        "choices": list(run.reading.switched_texts),
        "states": verdict.evidence.states,
        "complete": verdict.evidence.complete,
        "abstractions": list(verdict.evidence.abstractions),
        "steps": None if trace is None else [step.action.name for step in trace.steps],
        "trace": str(saved) if saved is not None and trace is not None else None,
    }


def _show(asked: Question, run: Run, verdict: Verdict, code: int, trace: Trace | None) -> None:
    console = output()
    where = f"{run.scenario.name}, {', '.join([run.reading.name, *run.reading.switched_texts])}"
    explored = f"{verdict.evidence.states or 0:,} states"
    match verdict:
        case Unknown(_, reason):
            words = f"unknown: {reason} ({explored} seen)"
        case _ if asked.form is Form.REACHABLE and trace is not None:
            words = f"yes, after {len(trace)} steps"
        case _ if asked.form is Form.REACHABLE:
            words = f"no: it never occurs ({explored}, all of them)"
        case Holds(_, True):
            words = f"yes, but never put to the test: what it starts from never occurs ({explored}, all of them)"
        case Holds():
            words = f"yes, always ({explored}, all of them)"
        case Violated():
            words = f"no: a run of {len(trace) if trace else 0} steps shows it"
    console.print(f"{where}: {words}")
    if trace is not None and (asked.form is Form.REACHABLE or code == NO):
        console.print()
        show_chart(console, trace, asked.text)
    console.print()
    show_limits(console, [run])


def _show_names(names: Sequence[tuple[str, str, str]], *, as_json_text: bool) -> None:
    if as_json_text:
        print(json.dumps([dict(zip(("name", "values", "meaning"), entry, strict=True)) for entry in names], indent=1))
        return
    table = Table(title="What a question may speak of", title_justify="left")
    for column in ("name", "values", "meaning"):
        table.add_column(column, overflow="fold")
    for entry in names:
        table.add_row(*entry)
    console = output()
    console.print(table)
    console.print("name' is the value after a step. Words: and, or, not, implies, =, !=, <, >, is one of (a, b),"
                  " is ahead of, sends M, receives M, in flight M where (...).")  # fmt: skip
