"""Tests from properties: the run in which a property matters (its witness or near-miss: the antecedent occurs
and the property still holds), as one actor sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from checker.checking import check_scenario, confirmed_trace
from checker.search import Limits
from generators.adapters.protocol import Fields
from generators.suites.actor_model import Stimulus
from generators.suites.goals import Candidate, Goals
from generators.suites.subjects import Subject
from generators.tester_view import RoleView, role_view
from model.language.errors import ModelError
from model.language.expressions import TRUE
from model.scenarios import load, shipped
from properties.kinds import Kind, Property
from properties.registry import ALL_PROPERTIES

MOST_STATES = 60_000  # every run that is looked for is short
SMALL_BITS = 6


def runs_of_properties(entry: Subject, goals: Goals) -> None:
    """Adds the run of each property that this set-up exercises; the others are left out with the reason.

    Of a response property it is a run that calls for the response: a test ends, so it cannot show that none comes.
    """
    name, role = entry.scenario.name, entry.actor.role
    scenario = load(name) if name in shipped() else entry.scenario.at_width(SMALL_BITS)
    judged = [_without_response(one) for one in ALL_PROPERTIES]
    run = check_scenario(scenario, entry.reading, judged, engine="explicit", limits=Limits(states=MOST_STATES))
    bits = scenario.bounds.sequence_number_bits
    for one in judged:
        goal = f"property {one.identifier}"
        sighting = run.exploration.sightings.get(one.antecedent_name)
        if one.whenever is TRUE and one.kind is not Kind.WITNESS:
            goals.leave_out(goal, "it has no condition: every test is a run to which it applies")
        elif one.identifier in run.left_out:
            goals.leave_out(goal, run.left_out[one.identifier])
        elif sighting is None:
            part = "" if run.exploration.complete else f" within {MOST_STATES} states"
            goals.leave_out(goal, f"what it looks for does not occur in {name}{part}")
        else:
            trace = confirmed_trace(run.system, one.identifier, sighting)
            try:
                view = role_view(trace, role, scenario, entry.reading)
            except ModelError:
                goals.leave_out(goal, f'no step of its run in {name} concerns "{role}"')
                continue
            kind = "witness" if one.kind is Kind.WITNESS else "near miss"
            start = entry.actor.start(view.initial)
            goals.add(goal, f"{one.statement} ({kind})", Candidate(entry.name, start, tuple(_stimuli(view, bits))))


def _without_response(one: Property) -> Property:
    if one.kind is not Kind.RESPONSE:
        return one
    return replace(one, kind=Kind.INVARIANT if one.in_states else Kind.STEP, then=TRUE, fairness=())


def _stimuli(view: RoleView, bits: int) -> Iterator[Stimulus]:
    """The view's stimuli with sequence numbers of 16 bits: the same distances as in the small run."""
    for step in view.steps:
        fields = _wide(step.stimulus.fields, bits)
        yield Stimulus(step.stimulus.kind, step.stimulus.name, tuple(sorted(fields.items())))


def _wide(fields: Fields, bits: int) -> Fields:
    half = 1 << (bits - 1)
    result = dict(fields)
    if "sequence_number" in result:
        number = int(result["sequence_number"])
        result["sequence_number"] = number if number < half else number + 65_536 - (1 << bits)
    return result
