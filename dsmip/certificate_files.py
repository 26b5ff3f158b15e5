"""What a certificate says of its origin, what it excludes, and certificates of what a complete exploration shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from checker.checking import Run, why_not
from checker.symbolic.explored_certificates import explored_again, explored_text
from checker.symbolic.second_solver import second_solver
from checker.verdict import Holds
from dsmip import quantities
from dsmip.check_results import embedded
from dsmip.console import say, working
from dsmip.files import write_atomically
from model.handover import Change, binding, handover, handover_of_one
from model.language.errors import ModelError
from model.language.observations import Observation
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, observations
from properties.registry import property_called

CERTIFIED = (Kind.INVARIANT, Kind.STEP)


def about(run: Run, mutant: str | None, held: Sequence[str]) -> dict[str, object]:
    """Scenario, reading and the like, and the properties that are proved."""
    found: dict[str, object] = dict(embedded(run, "", mutant))
    del found["property"]
    return {**found, "properties": list(held)}


def violations_of(
    scenario: Scenario, entry: Reading, change: Change | None, identifiers: Sequence[str]
) -> dict[str, list[Observation]]:
    """What must never be seen for each property to hold. Raises ModelError for a property that does not exist, that
    is neither an invariant nor of steps, or that says nothing in the scenario: no certificate shows those."""
    alone = handover_of_one(scenario, entry, change)
    filled = binding(scenario, entry)
    found: dict[str, list[Observation]] = {}
    for identifier in identifiers:
        asked = property_called(identifier)
        if asked.kind not in CERTIFIED:
            raise ModelError(f"{identifier} is no invariant and no property of steps: no certificate shows it")
        found[identifier] = [seen for seen in observations(asked, alone, filled, scenario.ue.count)
                             if seen.name == asked.violation_name]  # fmt: skip
        if not found[identifier] or why_not(asked, scenario):
            raise ModelError(f"{identifier} is not judged in {scenario.name}: no certificate shows it")
    return found


def write_explored(
    folder: Path, run: Run, entry: Reading, change: Change | None, mutant: str | None, solver: str, time: str | None
) -> None:  # fmt: skip
    """Explore again, from the text; where that agrees with a complete exploration, write it as a certificate of all
    that holds. Raises ModelError if it does not agree."""
    held = [judgement.property.identifier for judgement in run.judgements
            if isinstance(judgement.verdict, Holds) and judgement.property.clause
            and judgement.property.kind in CERTIFIED]  # fmt: skip
    if not held or run.exploration.states is None or not run.exploration.complete:
        return
    where = f"{run.scenario.name}, {entry.name}"
    system, seen = handover(run.scenario, entry, change), violations_of(run.scenario, entry, change, held)
    limit = None if time is None else quantities.seconds(time)
    with working(f"{where}: exploring what the certificate says") as report:
        found = explored_again(system, seen, second_solver(solver, limit), seconds=limit,
                               report=lambda states: report(f"{states:,} states"))  # fmt: skip
    if found.stopped is not None:
        say(f"dsmip: {where}: explored again, {found.states:,} states, {found.stopped}: no certificate of it")
        return
    if found.seen or found.faulty:
        wrong = [held[number] for number in sorted(found.seen)] or ["a value leaves its domain"]
        raise ModelError(f"{where}: a second exploration contradicts the first: {', '.join(wrong)}")
    path = folder / f"{run.scenario.name}-{entry.name}-explored.smt2"
    write_atomically(path, explored_text(about(run, mutant, held), system, seen, found.states))
    say(f"dsmip: certificate in {path}: {found.states:,} states, explored twice")
