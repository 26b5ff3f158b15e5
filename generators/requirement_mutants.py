"""The mutant that is shown beside a requirement: one that disregards it in the very step in which it matters, found
out there by a property that checks it; else the nearest to that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from checker.checking import check_scenario
from checker.trace import Trace
from checker.verdict import Violated
from generators.coverage import Kill, OnTheRun, RowWitness, Shown
from generators.requirement_witnesses import StepConditions, trace_in_which_it_matters
from model.handover import Change, handover_of_one
from model.language.errors import ModelError
from model.language.interpretation import State
from model.language.recomposition import Kept
from model.language.systems import Action, System
from model.readings import Reading, reading
from model.scenarios import Scenario, load
from properties.kinds import Kind, Property
from properties.registry import BY_IDENTIFIER
from properties.when_it_matters import Matters

DOES_NOTHING = ("drop-row", "no-effect", "drop-send", "exchange-rows")  # operators that leave little of a row
MOST_EXPLORED = 20  # mutants of which all states are looked at, for one requirement


@dataclass(frozen=True)
class Candidate:
    """A mutant that is known to be killed. rows: labels of the actor's rows that it changes; of a mutant with a
    name of its own, none are told. operator: that made it, if one did. requirements: of its rows. kills: properties
    that are known to find it out."""

    identifier: str
    actor: str
    operator: str
    change: Change
    rows: tuple[str, ...]
    requirements: tuple[str, ...]
    kills: tuple[Kill, ...]


@dataclass(frozen=True)
class Taken:
    """One way in which a system can take the last step of a run."""

    action: Action
    position: int | None
    before: State
    after: State


@dataclass(frozen=True)
class Followed:
    """A run as a mutant takes it. last: the ways in which it can take the last step, from where the earlier ones
    have led it."""

    what: OnTheRun
    earlier: Sequence[Taken]
    last: Sequence[Taken]

    def breaks_first_at_the_end(self, property_: Property, conditions: StepConditions) -> bool:
        """Whether the last step violates the property, and none before it did."""
        return (any(_breaks(property_, step, conditions) for step in self.last)
                and not any(_breaks(property_, step, conditions) for step in self.earlier))  # fmt: skip


class RightAndWrong:
    """One scenario under one reading, in which mutants follow runs of the right model."""

    def __init__(self, scenario: Scenario, read: Reading) -> None:
        self.scenario, self.read = scenario, read
        self._kept = Kept()
        self._wrong: dict[str, System | None] = {}
        handover_of_one(scenario, read, kept=self._kept)

    def system(self, mutant: Candidate) -> System | None:
        """The mutant's system here; None if it is none."""
        if mutant.identifier not in self._wrong:
            try:
                found = handover_of_one(self.scenario, self.read, mutant.change, kept=self._kept)
            except ModelError:
                found = None
            self._wrong[mutant.identifier] = found
        return self._wrong[mutant.identifier]


class Comparison:
    """A run in which a requirement matters, and what mutants make of it."""

    def __init__(self, entry: Matters, witness: RowWitness, place: RightAndWrong, holding: Collection[str]) -> None:
        """holding: properties that hold of the right model here."""
        self.entry, self.place = entry, place
        self.trace: Trace = trace_in_which_it_matters(entry, witness)
        checking = [found for identifier in holding if (found := BY_IDENTIFIER.get(identifier)) is not None
                    and entry.requirement in found.requirements]  # fmt: skip
        self.properties = [found for found in checking if found.kind in (Kind.INVARIANT, Kind.STEP)]
        self.witnesses = [found for found in checking if found.kind is Kind.WITNESS]

    def of(self, mutant: Candidate) -> Shown | None:
        """What the mutant does, with the most telling property; None if none is known that checks the requirement,
        or the mutant makes no system here."""
        system = self.place.system(mutant)
        if system is None:
            return None
        conditions = StepConditions(system, self.place.scenario, self.place.read)
        try:
            followed = self._followed(conditions)
            broken = [entry for entry in self.properties if followed.breaks_first_at_the_end(entry, conditions)]
        except ModelError:
            return None  # a value leaves its domain: nobody could run it
        if broken:
            nearest = min(broken, key=lambda entry: (len(entry.requirements), entry.identifier))
            return Shown(mutant.identifier, followed.what, nearest.identifier, True, self.place.scenario.name,
                         len(self.trace))  # fmt: skip
        told = [kill for kill in mutant.kills if self.entry.requirement in checked_by(kill.property)]
        if not told:
            return None
        kill = min(told, key=lambda entry: (entry.length is None, len(checked_by(entry.property))))
        return Shown(mutant.identifier, followed.what, kill.property, False, kill.scenario, kill.length)

    def by_a_lost_witness(self, mutant: Candidate) -> Shown | None:
        """The mutant with a property that says what must occur here, and with the mutant does not, though all its
        states were looked at."""
        system = self.place.system(mutant)
        if system is None:
            return None
        try:
            what = self._followed(StepConditions(system, self.place.scenario, self.place.read)).what
        except ModelError:
            return None
        if what is not OnTheRun.DISREGARDS or not self.witnesses:
            return None
        run = check_scenario(self.place.scenario, self.place.read, self.witnesses, change=mutant.change)
        for entry in run.judgements:
            if isinstance(entry.verdict, Violated) and entry.verdict.trace is None:
                return Shown(mutant.identifier, what, entry.property.identifier, False, self.place.scenario.name, None)
        return None

    def _followed(self, conditions: StepConditions) -> Followed:
        system, interpretation = conditions.system, conditions.interpretation
        state = self.trace.initial
        earlier: list[Taken] = []
        if state not in interpretation.initial_states():
            return Followed(OnTheRun.ELSEWHERE, earlier, [])
        for step in self.trace.steps[:-1]:
            number = system.action_index.get(step.action.name)
            if number is None or not interpretation.is_enabled(system.actions[number], step.position, state):
                return Followed(OnTheRun.ELSEWHERE, earlier, [])
            after = interpretation.step(system.actions[number], step.position, state).state
            earlier.append(Taken(system.actions[number], step.position, state, after))
            state = after
        last = self.trace.steps[-1]
        steps = []
        for action in system.actions:
            if _stimulus(action) == _stimulus(last.action) and interpretation.is_enabled(action, last.position, state):
                after = interpretation.step(action, last.position, state).state
                steps.append(Taken(action, last.position, state, after))
        situation, demand, actor = self.entry.situation, self.entry.demand, self.entry.actor
        for taken in steps:
            if conditions.hold(situation & ~demand, actor, taken.action, taken.position, taken.before):
                return Followed(OnTheRun.DISREGARDS, earlier, steps)
        same = steps and all(taken.after == last.state for taken in steps)
        return Followed(OnTheRun.ALIKE if same else OnTheRun.OTHERWISE, earlier, steps)


def checked_by(identifier: str) -> Sequence[str]:
    """The requirements that a property checks; none where a table's own invariant is meant."""
    found = BY_IDENTIFIER.get(identifier)
    return () if found is None else found.requirements


def _stimulus(action: Action) -> tuple[object, ...]:
    """What makes an action happen, whichever row then says what is done."""
    event = tuple((name, str(value)) for name, value in action.event.items())
    return action.kind, action.machine, action.trigger, action.channel, action.message, event


def _breaks(property_: Property, step: Taken, conditions: StepConditions) -> bool:
    violation = conditions.violation_of(property_, step.action)
    if violation.in_states is not None:
        return conditions.interpretation.holds(violation.in_states, step.after)
    return conditions.seen(violation, step.action, step.position, step.before)


class Choosing:
    """Chooses the mutant that is shown beside each requirement."""

    def __init__(
        self, candidates: Sequence[Candidate], holding: Callable[[str, str, tuple[str, ...]], Collection[str]],
        preferred: Mapping[str, str], without: Container[str],
    ) -> None:  # fmt: skip
        """holding: the properties that hold of the right model in a scenario under a reading with these choices.
        preferred: the mutant to show, by requirement, where its change says most. without: requirements that no
        mutant violates."""
        self._candidates = candidates
        self._holding = holding
        self._preferred, self._without = preferred, without
        self._places: dict[tuple[str, str, tuple[str, ...]], RightAndWrong] = {}

    @cached_property
    def _by_identifier(self) -> Mapping[str, Candidate]:
        return {entry.identifier: entry for entry in self._candidates}

    def comparison(self, entry: Matters, witness: RowWitness) -> Comparison:
        key = (witness.scenario, witness.reading, witness.choices)
        if key not in self._places:
            self._places[key] = RightAndWrong(load(witness.scenario), reading(witness.reading, witness.choices))
        return Comparison(entry, witness, self._places[key], self._holding(*key))

    def again(self, entry: Matters, witness: RowWitness, mutant: str) -> Shown | None:
        """What one mutant makes of the run."""
        comparison, wrong = self.comparison(entry, witness), self._by_identifier[mutant]
        return comparison.of(wrong) or comparison.by_a_lost_witness(wrong)

    def choice(self, entry: Matters, witness: RowWitness) -> Shown | None:
        """The preferred mutant, else the most telling one of those that do not do what is asked for: first such as are
        found out in that step."""
        if entry.requirement in self._without:
            return None
        if (name := self._preferred.get(entry.requirement)) is not None:
            return self.again(entry, witness, name)
        comparison = self.comparison(entry, witness)
        in_order = self._in_order(entry, comparison.trace.steps[-1].action)
        best: tuple[tuple[object, ...], Shown] | None = None
        for mutant in in_order:
            shown = comparison.of(mutant)
            if shown is None or shown.on_the_run is not OnTheRun.DISREGARDS:
                continue
            rank = (entry.requirement not in mutant.requirements, not shown.there)
            if best is None or rank < best[0]:
                best = rank, shown
            if rank == (False, False):
                break
        if best is not None:
            return best[1]
        bearing = [mutant for mutant in in_order if entry.requirement in mutant.requirements][:MOST_EXPLORED]
        return next((shown for mutant in bearing if (shown := comparison.by_a_lost_witness(mutant))), None)

    def _in_order(self, entry: Matters, action: Action) -> list[Candidate]:
        """Those that change a row of the step, or are known to be killed by a property that checks the requirement.
        First what does a thing wrongly, then what does nothing; such with a name of their own before others; then
        those of which properties speak that check little else."""
        rows = {(row.machine, row.label) for row in action.rows}

        def order(mutant: Candidate) -> tuple[object, ...]:
            checks = sorted(len(found) for kill in mutant.kills
                            if entry.requirement in (found := checked_by(kill.property)))  # fmt: skip
            named = not mutant.rows
            return (entry.requirement not in mutant.requirements, not named and not changes_it(mutant),
                    mutant.operator in DOES_NOTHING, not named, not checks, checks[:1], len(mutant.requirements))

        def changes_it(mutant: Candidate) -> bool:
            return any((mutant.actor, label) in rows for label in mutant.rows)

        def concerned(mutant: Candidate) -> bool:
            return (changes_it(mutant) or (not mutant.rows and entry.requirement in mutant.requirements)
                    or any(entry.requirement in checked_by(kill.property) for kill in mutant.kills))

        return sorted(filter(concerned, self._candidates), key=order)
