"""Checking one scenario under one reading: one exploration, every property judged from it.
No counterexample is shown that does not replay through the interpretation, through the
`transitions` machines and at full-width sequence numbers."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Protocol

from checker.assumptions import assumptions_of
from checker.search import Exploration, Limits, ProgressReport, Sighting
from checker.trace import Trace, replay
from checker.verdict import Evidence, Holds, Unknown, Verdict, Violated
from checker.widening import replay_at, shows
from model.execution.replay import confirm
from model.handover import Change, at_width, binding, handover_of_one
from model.language.binding import Binding
from model.language.errors import ModelError, nearest
from model.language.expressions import TRUE, enabled, negation
from model.language.observations import Observation, observe_states
from model.language.possible_values import with_actions, without_impossible_actions
from model.language.recomposition import Kept
from model.language.replication import Copies, observed_in_all, replicated
from model.language.systems import ResolvedMachine, System
from model.language.table_cache import checked_tables, require_sound_tables
from model.language.table_checks import TableProblem
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, Property, observations

MOST_STATES = 1_500_000  # of a state graph in which response properties are judged
DEAD_END = "nothing more can happen"
WIRE_BITS = 16  # of a sequence number in a real message (RFC 6275, 6.1.7)
ENGINES = {
    "auto": "checker.engines", "explicit": "checker.explicit.engine", "product": "checker.product.engine",
    "plain": "checker.plain_search", "bmc": "checker.symbolic.bounded", "induction": "checker.symbolic.proving",
    "portfolio": "checker.symbolic.portfolio",
}  # fmt: skip


TELLS_ACTIONS_APART = ("auto", "explicit", "product")  # engines that are spared actions that never happen


class Explore(Protocol):
    def __call__(
        self, system: System, observations: Sequence[Observation], limits: Limits,
        progress: ProgressReport | None = None,
    ) -> Exploration: ...  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """One property's verdict in a run."""

    property: Property
    verdict: Verdict


@dataclass(frozen=True)
class Run:
    """The answer for one scenario and reading.

    tables: the machines of one UE. dead_rows: (machine, row label) never taken.
    left_out: property -> why it is not judged here.
    surprises: what contradicts the scenario file (an antecedent that "cannot occur" does).
    """

    scenario: Scenario
    reading: Reading
    system: System
    tables: tuple[ResolvedMachine, ...]
    exploration: Exploration
    judgements: tuple[Judgement, ...]
    dead_rows: tuple[tuple[str, str], ...]
    left_out: Mapping[str, str]
    surprises: tuple[str, ...]

    def trace(self, identifier: str) -> Trace | None:
        """A counterexample if the property is violated, else a run in which it matters, if there is one."""
        match self.verdict(identifier):
            case Violated(_, trace):
                return trace
            case Holds(_, _, Sighting() as example):
                return confirmed_trace(self.system, identifier, example)
            case _:
                return None

    def verdict(self, identifier: str) -> Verdict:
        for judgement in self.judgements:
            if judgement.property.identifier == identifier:
                return judgement.verdict
        known = [judgement.property.identifier for judgement in self.judgements]
        raise ModelError(f'"{identifier}" was not judged in this run: {nearest(identifier, known)}')


def check_scenario(
    scenario: Scenario,
    reading: Reading,
    properties: Sequence[Property],
    *,
    change: Change | None = None,
    engine: str | Explore = "auto",
    limits: Limits = Limits(),  # noqa: B008
    progress: ProgressReport | None = None,
    reduce: bool = True,
    look_for_dead_ends: bool = False,
    table_checks: Callable[[System], list[TableProblem]] = checked_tables,
    kept: Kept | None = None,
) -> Run:
    """Explore `scenario` under `reading` (with a mutant's `change`) and judge `properties`.

    engine: a name, or a search function. reduce: false forbids everything that makes the search smaller
    without changing its answer. look_for_dead_ends: also for states in which nothing more can happen.
    table_checks: what looks at the tables first, for one whose other tables were checked before.
    kept: of runs that differ in `change` only.
    Properties that the scenario lists under `cannot_occur` are left out, and their antecedents watched.
    Raises ModelError if the model is not sound: overlapping or incomplete tables, unknown names.
    """
    judge = _Judge(scenario, reading, change, table_checks, kept or Kept(), reduce and engine in TELLS_ACTIONS_APART)
    left_out = {entry.identifier: why for entry in properties if (why := why_not(entry, scenario)) is not None}
    judged = [entry for entry in properties if entry.identifier not in left_out]
    judged += local_invariants(judge.alone)
    wanted = [found for entry in judged for found in judge.observations(entry)]
    watched = [found for entry in properties if entry.identifier in scenario.cannot_occur
               for found in judge.observations(entry) if found.name == entry.antecedent_name]  # fmt: skip
    ends = [dead_ends(judge.explored)] if look_for_dead_ends else []
    explored = judge.explored if reduce else without_symmetry(judge.system)
    exploration = judge.of_all_actions(explorer(engine)(explored, [*wanted, *watched, *ends], limits, progress))
    responses = [entry for entry in judged if entry.kind is Kind.RESPONSE]
    unfit = judge.unfit_for_responses(exploration) if responses else None
    if unfit is not None:
        left_out.update({entry.identifier: unfit for entry in responses})
        judged, responses = [entry for entry in judged if entry.kind is not Kind.RESPONSE], []
    followed = judge.responses(responses, exploration, limits, progress) if responses else {}
    surprises = tuple(
        f'"{found.name}", although the scenario says that it cannot occur'
        for found in watched
        if found.name in exploration.sightings
    )
    return Run(
        scenario, reading, judge.system, judge.alone.machines, exploration,
        tuple(Judgement(entry, followed.get(entry.identifier) or judge.verdict(entry, exploration))
              for entry in judged),
        judge.dead_rows(exploration) if exploration.complete else (), left_out, surprises,
    )  # fmt: skip


def why_not(entry: Property, scenario: Scenario, ues: float | None = None) -> str | None:
    """Why a property is not judged in a scenario; None if it is. ues: how many there are, if not as many as there."""
    if entry.identifier in scenario.not_judged:
        return scenario.not_judged[entry.identifier]
    if entry.needs and entry.needs not in scenario.capabilities:
        return f"the scenario has no {entry.needs}"
    if entry.least_ues > (scenario.ue.count if ues is None else ues):
        return f"says something of {entry.least_ues} UEs or more only"
    return scenario.cannot_occur.get(entry.identifier)


def without_symmetry(system: System) -> System:
    """The same system; a search of it has nothing to make use of."""
    return replace(system, symmetries=())


def dead_ends(system: System) -> Observation:
    """States in which no machine can act and no message is in flight."""
    groups = [machine.name for machine in system.machines]
    return observe_states(DEAD_END, ~enabled(*groups, "delivery"), system)


def explorer(name: str | Explore) -> Explore:
    """The search function of an engine, loaded only when it is needed."""
    if not isinstance(name, str):
        return name
    if name not in ENGINES:
        raise ModelError(f'unknown engine "{name}": {nearest(name, ENGINES)}')
    return import_module(ENGINES[name]).explore  # type: ignore[no-any-return]


def local_invariants(system: System) -> list[Property]:
    """What the tables rely on, as properties: the table checks assume it, so every run proves it."""
    return [
        Property(
            f"{machine.name}: {entry.name}", Kind.INVARIANT, "a table relies on it", (), TRUE, entry.condition,
            "", modality="assumed by the table checks", actor=machine.name,
        )
        for machine in system.machines
        for entry in machine.invariants
    ]  # fmt: skip


def looked_for(
    entry: Property, alone: System, bound: Binding, ues: int = 1, actions: Container[str] | None = None
) -> list[Observation]:
    """What to look for to judge a property, or what a table relies on. alone: with one UE. actions: those whose
    steps matter; all by default."""
    if not entry.clause and entry.actor in entry.identifier:
        broken = observe_states(entry.violation_name, negation(entry.then), alone)
        return [observed_in_all(broken, alone, ues)]
    return observations(entry, alone, bound, ues, actions)


def dead_rows(system: System, taken: set[str]) -> tuple[tuple[str, str], ...]:
    """Rows that none of the actions taken has; a row over several states counts once."""
    fired = {(row.machine, row.label) for action in system.actions if action.name in taken for row in action.rows}
    rows = dict.fromkeys((row.machine, row.label) for machine in system.machines for row in machine.rows)
    return tuple(row for row in rows if row not in fired)


def confirmed_trace(system: System, about: str, sighting: Sighting) -> Trace:
    """The run to a sighting, replayed through the interpretation and through the `transitions` machines."""
    trace = replay(system, about, sighting.initial, sighting.path)
    confirm(system, trace.initial, trace.path, [step.state for step in trace.steps])
    return trace


class _Judge:
    """Turns sightings into verdicts for one system."""

    def __init__(
        self, scenario: Scenario, reading: Reading, change: Change | None,
        table_checks: Callable[[System], list[TableProblem]], kept: Kept, spare: bool,
    ) -> None:  # fmt: skip
        """spare: leave actions that can never be taken out of what is explored."""
        self.scenario, self.reading, self.change = scenario, reading, change
        self.alone = handover_of_one(scenario, reading, change, kept=kept)
        self.copies: Copies | None = None
        self.system = self.alone
        if scenario.ue.count > 1:
            self.system, self.copies = replicated(self.alone, scenario.ue.count)
        require_sound_tables(self.alone, table_checks)
        self.explored, self.explored_alone = self.system, self.alone
        if spare:
            self.explored = without_impossible_actions(self.system)
            possible = {self._original(action.name) for action in self.explored.actions}
            self.explored_alone = with_actions(self.alone, possible)
        self.binding = binding(scenario, reading)
        self._observations: dict[str, list[Observation]] = {}

    @cached_property
    def wide_alone(self) -> System:
        return at_width(self.alone, WIRE_BITS, self.scenario, self.reading, self.change)

    @cached_property
    def wide_system(self) -> System:
        count = self.scenario.ue.count
        return self.wide_alone if count == 1 else replicated(self.wide_alone, count)[0]

    def observations(self, entry: Property) -> list[Observation]:
        """What to look for, whichever UE it happens to."""
        if entry.identifier not in self._observations:
            self._observations[entry.identifier] = self._looked_for(entry)
        return self._observations[entry.identifier]

    def _looked_for(
        self, entry: Property, *, wide: bool = False, actions: Container[str] | None = None
    ) -> list[Observation]:  # fmt: skip
        """wide: in the system at full width. actions: those of one UE whose steps matter; all by default."""
        bound = binding(self.scenario.at_width(WIRE_BITS), self.reading) if wide else self.binding
        alone = self.wide_alone if wide else self.explored_alone
        return looked_for(entry, alone, bound, self.scenario.ue.count, actions)

    def of_all_actions(self, exploration: Exploration) -> Exploration:
        """With the actions that were left out, which never happen."""
        if not exploration.fired:
            return exploration
        return replace(exploration, fired={action.name: exploration.fired.get(action.name, 0)
                                           for action in self.system.actions})  # fmt: skip

    def dead_rows(self, exploration: Exploration) -> tuple[tuple[str, str], ...]:
        """Rows that no action took, whichever UE's; a row over several states counts once."""
        if not exploration.fired:
            return ()
        taken = {self._original(name) for name, count in exploration.fired.items() if count}
        return dead_rows(self.alone, taken)

    def _original(self, action: str) -> str:
        """The action of one UE that this is a copy of."""
        return action if self.copies is None else self.copies.original_action[action][0]

    def verdict(self, entry: Property, exploration: Exploration) -> Verdict:
        evidence = replace(self._evidence(exploration), assumptions=assumptions_of(entry, self.scenario))
        violation = exploration.sightings.get(entry.violation_name)
        antecedent = exploration.sightings.get(entry.antecedent_name)
        if entry.kind is Kind.WITNESS:
            return self._witness_verdict(entry, antecedent, exploration, evidence)
        if violation is not None:
            return self._violated(entry, violation, evidence)
        reason = None if entry.violation_name in exploration.proved else self._doubt(exploration)
        if reason is not None:
            return Unknown(evidence, reason)
        conditional = any(found.name == entry.antecedent_name for found in self.observations(entry))
        unseen = exploration.complete or entry.antecedent_name in exploration.proved
        return Holds(evidence, vacuous=conditional and antecedent is None and unseen, example=antecedent)

    def unfit_for_responses(self, exploration: Exploration) -> str | None:
        """Why response properties are not judged in this run; None if they are."""
        if self.scenario.ue.count > 1:
            return "response properties are judged with one UE"
        if exploration.complete and (exploration.states or 0) > MOST_STATES:
            return f"response properties are judged up to {MOST_STATES:,} states, here are {exploration.states:,}"
        return None

    def responses(
        self, entries: Sequence[Property], exploration: Exploration, limits: Limits,
        progress: ProgressReport | None,
    ) -> Mapping[str, Verdict]:  # fmt: skip
        """Verdicts on response properties by ID, from a state graph built without reductions."""
        reason = self._doubt(exploration)
        if reason is not None:
            evidence, actions = self._evidence(exploration), self.system.actions
            return {entry.identifier: Unknown(replace(evidence, fairness=entry.assumptions_among(actions)), reason)
                    for entry in entries}  # fmt: skip
        from checker.fairness.judging import Judged, judge

        judged = Judged(
            without_symmetry(self.system), lambda: without_symmetry(self.wide_system), self.binding,
            self.scenario.bounds.sequence_number_bits, WIRE_BITS,
        )
        return judge(entries, judged, exploration, self._evidence(exploration), limits, progress)

    def _witness_verdict(
        self, entry: Property, found: Sighting | None, exploration: Exploration, evidence: Evidence
    ) -> Verdict:
        if found is not None:
            return Holds(evidence, example=found)
        reason = None if entry.antecedent_name in exploration.proved else self._doubt(exploration)
        return Violated(evidence, None) if reason is None else Unknown(evidence, reason)

    def _doubt(self, exploration: Exploration) -> str | None:
        return exploration.doubt(loss=self.scenario.channel.loss)

    def _violated(self, entry: Property, sighting: Sighting, evidence: Evidence) -> Verdict:
        trace = self._replayed(entry.violation_name, sighting)
        bits = self.scenario.bounds.sequence_number_bits
        if bits == WIRE_BITS:
            return Violated(evidence, trace)
        wide = replay_at(self.wide_system, trace)
        last = {self._original(step.action.name) for step in trace.steps[-1:]}
        looked_for = [found for found in self._looked_for(entry, wide=True, actions=last)
                      if found.name == entry.violation_name]  # fmt: skip
        if wide is not None and any(shows(wide, found) for found in looked_for):
            return Violated(evidence, trace)
        what = "does not exist" if wide is None else "violates nothing"
        return Unknown(
            evidence, f"width artefact: the run found at {bits}-bit sequence numbers {what} at {WIRE_BITS}"
        )

    def _replayed(self, about: str, sighting: Sighting) -> Trace:
        return confirmed_trace(self.system, about, sighting)

    def _evidence(self, exploration: Exploration) -> Evidence:
        words = self.scenario.abstractions()
        capacity = self.scenario.bounds.messages_in_flight
        if exploration.largest and all(most < capacity for most in exploration.largest.values()):
            words = [text for text in words if "in flight in each direction" not in text]
        return Evidence(
            exploration.engine, exploration.complete, exploration.states, exploration.transitions,
            exploration.depth, exploration.seconds, self.system.fingerprint, tuple(words),
            exploration.reductions,
        )  # fmt: skip
