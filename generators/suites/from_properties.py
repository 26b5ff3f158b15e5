"""Tests from properties: the run in which a property matters (its witness or near-miss: the antecedent occurs
and the property still holds), as one actor sees it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.checking import check_scenario, confirmed_trace
from checker.search import Limits
from generators.adapters.protocol import Fields
from generators.suites.actor_model import Stimulus
from generators.suites.goals import Candidate
from generators.suites.subjects import Subject
from generators.tester_view import RoleView, role_view
from model.language.errors import ModelError
from model.scenarios import load, shipped
from properties.kinds import Kind
from properties.registry import ALL_PROPERTIES

MOST_STATES = 60_000  # every run that is looked for is short
SMALL_BITS = 6


def runs_of_properties(entry: Subject) -> Iterator[tuple[str, str, Candidate]]:
    """(goal, meaning, candidate) for each property that this set-up exercises."""
    name = entry.scenario.name
    scenario = load(name) if name in shipped() else entry.scenario.at_width(SMALL_BITS)
    judged = [one for one in ALL_PROPERTIES if one.kind is not Kind.RESPONSE]
    run = check_scenario(scenario, entry.reading, judged, engine="explicit", limits=Limits(states=MOST_STATES))
    bits = scenario.bounds.sequence_number_bits
    for one in judged:
        sighting = run.exploration.sightings.get(one.antecedent_name)
        if one.identifier in run.left_out or sighting is None:
            continue
        trace = confirmed_trace(run.system, one.identifier, sighting)
        try:
            view = role_view(trace, entry.actor.role, scenario, entry.reading)
        except ModelError:
            continue  # no step of this run concerns the role
        kind = "witness" if one.kind is Kind.WITNESS else "near miss"
        start = entry.actor.start(view.initial)
        yield (f"property {one.identifier}", f"{one.statement} ({kind})",
               Candidate(entry.name, start, tuple(_stimuli(view, bits))))  # fmt: skip


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
