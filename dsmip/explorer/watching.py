"""Which properties a step breaks: invariants by the state it leads to, step properties by the step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker.checking import why_not
from checker.trace import TraceStep
from model.handover import Change, binding, handover_of_one
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, observations
from properties.registry import ALL_PROPERTIES


@dataclass(frozen=True)
class Watched:
    """A property and what to look for: its violation."""

    identifier: str
    statement: str
    violation: Observation


def watched_in(scenario: Scenario, reading: Reading, change: Change | None = None) -> list[Watched]:
    """The invariants and step properties that a check of the scenario (with a mutant's `change`) judges."""
    alone = handover_of_one(scenario, reading, change)
    filled = binding(scenario, reading)
    return [
        Watched(entry.identifier, entry.statement, found)
        for entry in ALL_PROPERTIES
        if entry.kind in (Kind.INVARIANT, Kind.STEP) and why_not(entry, scenario) is None
        for found in observations(entry, alone, filled, scenario.ue.count)
        if found.name == entry.violation_name and not found.impossible
    ]


def broken_at(interpretation: Interpretation, state: State, watched: Iterable[Watched]) -> list[Watched]:
    """The properties that are false in a state."""
    return [
        entry for entry in watched
        if entry.violation.in_states is not None and interpretation.holds(entry.violation.in_states, state)
    ]  # fmt: skip


def broken_by(
    interpretation: Interpretation, before: State, step: TraceStep, watched: Sequence[Watched]
) -> list[Watched]:
    """The properties that are false of a step, or in the state after it."""
    fields = interpretation.taken(step.action, before, step.position)
    scope = interpretation.scope(step.action)
    found = []
    for entry in watched:
        condition = entry.violation.in_steps.get(step.action.name)
        if condition is not None and interpretation.evaluate(condition, before, fields, scope):
            found.append(entry)
    return found + broken_at(interpretation, step.state, watched)
