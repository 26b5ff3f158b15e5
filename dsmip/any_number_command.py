"""`dsmip prove --any-number-of-ues`: verdicts for any number of UEs, at 16 bits, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.checking import WIRE_BITS, Run
from checker.parameterised.any_number import KINDS, Closed, check_any_number
from checker.search import Limits
from checker.verdict import Holds
from dsmip import quantities
from dsmip.check_results import results_of
from dsmip.console import output, reporting
from dsmip.mutant_option import change_of
from dsmip.proof_output import finish
from model.language.errors import ModelError
from model.readings import reading
from model.scenario_sets import is_shipped
from model.scenarios import load
from properties.registry import ALL_PROPERTIES, property_called


def run_any_number(
    properties: Sequence[str], scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], *,
    mutant: str | None, time: str | None, refused: Mapping[str, object], as_json_text: bool,
) -> int:  # fmt: skip
    """Judge properties for any number of UEs. refused: options that say nothing here, with their values.

    Returns the exit code, as `dsmip check` does.
    """
    for name, value in refused.items():
        if value:
            raise ModelError(f"--{name} says nothing with --any-number-of-ues: leave it out")
    wanted = [property_called(name) for name in properties] or [
        entry for entry in ALL_PROPERTIES if entry.kind in KINDS
    ]
    change, limits = change_of(mutant), Limits(seconds=None if time is None else quantities.seconds(time))
    runs: list[Run] = []
    results = []
    notes: list[str] = []
    for scenario in [load(name) for name in scenarios or ["two-ue"]]:
        expect = is_shipped(scenario) and not (properties or choices or mutant)
        for entry in [reading(name, choices) for name in readings or ["intended"]]:
            with reporting(f"{scenario.name}, {entry.name}, any number of UEs") as progress:
                run, closed = check_any_number(
                    scenario.at_width(WIRE_BITS), entry, wanted, change=change, limits=limits, progress=progress
                )
            runs.append(run)
            results += results_of(run, expect=expect, folder=None, mutant=mutant)
            where = f"any number of UEs as in {scenario.name}, {entry.name}"
            notes += [f"{where}: {note}" for note in notes_on(run, closed)]
            if run.exploration.interrupted:
                break
    console = output()
    if not as_json_text:
        names = ", ".join(dict.fromkeys(run.scenario.name for run in runs))
        console.print(f"Any number of UEs, each with the links, bounds and choices of a UE in {names}; how many UEs"
                      " there are says nothing here.")  # fmt: skip
    return finish(console, results, runs, notes, as_json_text=as_json_text, json_notes=notes)


def notes_on(run: Run, closed: Closed) -> list[str]:
    """What another UE may do to what UEs share, and why it is all."""
    if not closed.exploration.complete:
        return ["what other UEs may do is not known: the exploration was not complete"]
    from checker.symbolic.bounded import SolverGaveUp
    from checker.symbolic.meeting_check import other_changes

    meeting, changes = closed.meeting, closed.others.changes
    said = "; ".join(meeting.text(change) for change in changes) or "nothing"
    notes = [f"what another UE may do to what UEs share: {said}"]
    basis = "every step of the UE in every state explored is one of these"
    try:
        beyond = other_changes(meeting, changes)
    except SolverGaveUp as error:
        return [*notes, f"{basis}; Z3 does not say for states in general: {error}"]
    if any(not entry.property.clause and not isinstance(entry.verdict, Holds) for entry in run.judgements):
        return [*notes, f"{basis}; Z3 was not asked about states in general: an invariant of the tables does not hold"]
    if beyond:
        return [*notes, f"{basis}; from states in general, which Z3 asks about, {', '.join(beyond)} may do more"]
    return [*notes, f"{basis}; Z3 finds no other from any state within the tables' invariants, which hold here too"]
