"""Properties for any number of UEs: one UE is explored step by step among all others, each of which may do to
what UEs share what this one can do. Every UE is this one, so nothing else can happen to it: by induction over
the steps of a run of any number of UEs, what each of them goes through is a run of what is explored here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from checker.assumptions import assumptions_of
from checker.checking import (
    Explore,
    Judgement,
    Run,
    check_scenario,
    confirmed_trace,
    explorer,
    local_invariants,
    why_not,
)
from checker.parameterised.meeting import Change, Meeting, meeting_of
from checker.parameterised.others import Others
from checker.search import Exploration, Limits, ProgressReport, Sighting
from checker.verdict import Evidence, Holds, Unknown, Verdict, Violated
from model.handover import Change as Mutation
from model.handover import binding, handover_of_one
from model.language.expressions import TRUE, negation
from model.language.observations import Observation, observe_states
from model.language.systems import System
from model.language.table_cache import require_sound_tables
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, Property, observations_of_one

ENGINE = "any number"
KINDS = (Kind.INVARIANT, Kind.STEP)


@dataclass(frozen=True)
class Closed:
    """The others of one UE, closed: no step of the UE does anything that the others may not do as well."""

    meeting: Meeting
    others: Others
    exploration: Exploration


def close(
    alone: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None,
    engine: str | Explore = "explicit",
) -> Closed:  # fmt: skip
    """Explore one copy of `alone` among others until it does nothing to what is shared that others may not do.

    observations: of one copy, with their quantifiers; the exploration has them of it among all others.
    The exploration is not complete if a limit was passed. Raises ModelError if copies do not meet in little.
    """
    meeting = meeting_of(alone, observations)
    sought = dict(meeting.sought())
    changes: set[Change] = set()
    while True:
        others = Others(meeting, changes)
        missing = {change: seen for change, seen in sought.items() if change not in changes and not seen.impossible}
        wanted = [others.observed(entry) for entry in observations]
        found = explorer(engine)(others.system, [*wanted, *missing.values()], limits, progress)
        new = {change for change, seen in missing.items() if seen.name in found.sightings}
        if not new or not found.complete:
            return Closed(meeting, others, found)
        changes |= new


def check_any_number(
    scenario: Scenario, reading: Reading, properties: Sequence[Property], *, change: Mutation | None = None,
    limits: Limits = Limits(), progress: ProgressReport | None = None, engine: str | Explore = "explicit",  # noqa: B008
) -> tuple[Run, Closed]:  # fmt: skip
    """Judge invariants and step properties for any number of UEs like the scenario's.

    Raises ModelError if the model is not sound, or UEs meet in more than can be followed.
    """
    alone, filled = handover_of_one(scenario, reading, change), binding(scenario, reading)
    require_sound_tables(alone)
    left_out = {entry.identifier: why for entry in properties if (why := _left_out(entry, scenario))}
    judged = [entry for entry in properties if entry.identifier not in left_out] + local_invariants(alone)
    looked_for = {
        entry.identifier: observations_of_one(entry, alone, filled) if entry.clause
        else [observe_states(entry.violation_name, negation(entry.then), alone)]
        for entry in judged
    }  # fmt: skip
    closed = close(alone, [seen for entries in looked_for.values() for seen in entries], limits, progress, engine)
    found = replace(closed.exploration, engine=ENGINE)
    judge = _Judge(scenario, alone, replace(closed, exploration=found))
    judgements = [Judgement(entry, judge.verdict(entry, looked_for[entry.identifier])) for entry in judged]
    open_ones = [
        entry.property for entry in judgements
        if isinstance(entry.verdict, Unknown) and entry.property.violation_name in found.sightings
    ]  # fmt: skip
    if open_ones and found.complete:
        two = _with_two(scenario, reading, open_ones, change, limits, progress)
        judgements = [
            replace(entry, verdict=two.get(entry.property.identifier, entry.verdict)) for entry in judgements
        ]
    return Run(
        scenario, reading, closed.others.system, alone.machines, found, tuple(judgements), (), left_out, ()
    ), closed


def _with_two(
    scenario: Scenario, reading: Reading, properties: Sequence[Property], change: Mutation | None, limits: Limits,
    progress: ProgressReport | None,
) -> dict[str, Verdict]:  # fmt: skip
    """What two real UEs break of the properties, by identifier."""
    two = scenario.model_copy(update={"ue": scenario.ue.model_copy(update={"count": 2})})
    run = check_scenario(two, reading, properties, change=change, limits=limits, progress=progress)
    return {entry.property.identifier: entry.verdict for entry in run.judgements
            if isinstance(entry.verdict, Violated)}  # fmt: skip


def _left_out(entry: Property, scenario: Scenario) -> str | None:
    if entry.kind not in KINDS:
        return "only invariants and step properties are judged for any number of UEs"
    return why_not(entry, scenario, inf)


class _Judge:
    def __init__(self, scenario: Scenario, alone: System, closed: Closed) -> None:
        self.scenario, self.alone, self.closed = scenario, alone, closed
        found = closed.exploration
        self.evidence = Evidence(
            found.engine, found.complete, found.states, found.transitions, found.depth, found.seconds,
            closed.others.system.fingerprint, (*self._abstractions(),), found.reductions,
        )  # fmt: skip

    def _abstractions(self) -> list[str]:
        """The scenario's bounds are each UE's."""
        one = self.scenario.model_copy(update={"ue": self.scenario.ue.model_copy(update={"count": 1})})
        meeting = self.closed.meeting
        asked = ", ".join(str(entry) for entry in meeting.asked)
        count = f", and whether none, one or several of them have: {asked}" if asked else ""
        words = f"any number of UEs, with these bounds each; of all but one only what UEs share is followed " \
                f"({', '.join(meeting.shared)}{count}); ports are not modelled, so that UEs behind one NAT do not meet"
        return [words if text.startswith("one UE, ") else text for text in one.abstractions()]

    def verdict(self, entry: Property, looked_for: Sequence[Observation]) -> Verdict:
        found = self.closed.exploration
        violation = found.sightings.get(entry.violation_name)
        if violation is not None:
            return self._violated(entry, violation)
        evidence = replace(self.evidence, assumptions=assumptions_of(entry, self.scenario))
        reason = found.doubt(loss=self.scenario.channel.loss)
        if reason is not None:
            return Unknown(evidence, reason)
        conditional = any(seen.name == entry.antecedent_name for seen in looked_for) and entry.whenever is not TRUE
        return Holds(evidence, vacuous=conditional and entry.antecedent_name not in found.sightings)

    def _violated(self, entry: Property, sighting: Sighting) -> Verdict:
        """A run without steps of others is one of a UE that is alone; others' steps may be no run of anybody's."""
        strange = sum(self.closed.others.is_of_others(action) for action, _ in sighting.path)
        if strange:
            return Unknown(
                self.evidence,
                f"a run of {len(sighting.path)} steps, {strange} of them by other UEs, shows it; two UEs do not, and "
                "whether more of them can take those steps just then is not known",
            )
        values = sighting.initial.values[: len(self.alone.variables)]
        return Violated(self.evidence, confirmed_trace(
            self.alone, entry.violation_name, replace(sighting, initial=sighting.initial._replace(values=values))
        ))  # fmt: skip
