"""Mutants in one scenario: killed, refused by the table checks, not told apart, not reached, or unknown."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from checker.behaviour import Behaviour, behaviour
from checker.checking import Run, check_scenario, looked_for, without_symmetry
from checker.search import Exploration, Limits
from checker.verdict import Holds, Unknown, Violated
from generators.mutation.joined import RIGHT, Joined, content_of
from generators.mutation.table_mutants import TableMutant
from model.handover import binding, handover_of_one
from model.language.errors import ModelError
from model.language.recomposition import Kept
from model.language.systems import System
from model.language.table_checks import Z3_EFFORT
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, Property

FEW_STATES = 50_000  # up to here response properties are judged too
MOST_DIGESTED = 1_100_000  # states of systems that are compared by digests of their steps
TOGETHER = 48  # mutants compiled as one system
MOST_TIMES_AS_MANY = 8  # states of a mutant, against the right model's, before the search is cut short
FEWEST_STATES = 200_000
ENGINE = "explicit"


class Fate(Enum):
    """What became of a mutant. The last three of one scenario may be outdone by another scenario."""

    KILLED = "killed"
    STILLBORN = "stillborn"  # types, table checks or the ranges of values refuse it: nobody could run it
    SURVIVED = "survived"  # it behaves otherwise, and no property minds
    UNKNOWN = "unknown"  # a limit was hit
    EQUIVALENT = "equivalent"  # the same reachable states and steps
    NOT_REACHED = "not reached"  # the changed row is never taken, or is not there


@dataclass(frozen=True)
class Killing:
    """A property that holds of the right model and not of the mutant. length: steps of the shortest trace;
    None for a witness that is lost, which has none."""

    property: str
    length: int | None


@dataclass(frozen=True)
class Trial:
    """What one scenario shows of a mutant. killings: every property that tells, shortest trace first; response
    properties are asked where no other tells. same: of one that is not killed, whether all its states and steps
    are those of the right model; None if it has as many and they could not be compared."""

    fate: Fate
    killings: tuple[Killing, ...] = ()
    reason: str = ""
    same: bool | None = False


@dataclass
class _Candidate:
    """A mutant's system, and the places of all mutants that are this system here."""

    mutant: TableMutant
    system: System
    places: list[int]


class Stage:
    """A scenario of one UE in which mutants are tried: the right model's run, and the properties that hold of it."""

    def __init__(
        self, scenario: Scenario, reading: Reading, properties: Sequence[Property],
        expected: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        """expected: the properties known to hold here; None: those that do hold."""
        if scenario.ue.count != 1:
            raise ModelError(f'mutants cannot be tried in "{scenario.name}": it has {scenario.ue.count} UEs')
        self.scenario, self.reading = scenario, reading
        self.right: Run = check_scenario(scenario, reading, properties, engine=ENGINE)
        self.states = self.right.exploration.states or 0
        holding = {entry.property.identifier for entry in self.right.judgements if isinstance(entry.verdict, Holds)}
        if not self.right.exploration.complete:
            raise ModelError(f'mutants cannot be tried in "{scenario.name}": the right model was not explored whole')
        if expected is not None and not holding.issuperset(expected):
            missing = ", ".join(sorted(set(expected) - holding))
            raise ModelError(f'mutants cannot be tried in "{scenario.name}": {missing} should hold of the right model')
        judged = [entry.property for entry in self.right.judgements
                  if entry.property.identifier in holding and entry.property.modality != "should"]  # fmt: skip
        self.seen_in_search = [entry for entry in judged if entry.kind is not Kind.RESPONSE]
        self.responses = [entry for entry in judged if entry.kind is Kind.RESPONSE and self.states <= FEW_STATES]
        self.named = {entry.identifier for entry in properties}
        dead = set(self.right.dead_rows)
        self.taken = {(row.machine, row.label) for machine in self.right.tables for row in machine.rows} - dead
        self._kept = Kept()
        self._right = without_symmetry(handover_of_one(scenario, reading, kept=self._kept))
        self._answers: dict[Hashable, Trial] = {content_of(self._right): Trial(Fate.NOT_REACHED)}

    @cached_property
    def _behaviour(self) -> Behaviour | None:
        return behaviour(self._right)

    def has(self, mutant: TableMutant) -> bool:
        """Whether the mutant can make a difference: its row is taken, or might be with another guard."""
        return mutant.guarding or self.takes(mutant)

    def takes(self, mutant: TableMutant) -> bool:
        """Whether the right model takes a row that the mutant changes."""
        return any((mutant.actor, label) in self.taken for label in mutant.rows)

    def try_(self, mutants: Sequence[TableMutant], limits: Limits = Limits()) -> list[Trial]:  # noqa: B008
        """What this scenario shows of each mutant. Mutants that are the same system here are tried once."""
        found: dict[int, Trial] = {}
        candidates: dict[Hashable, _Candidate] = {}
        for place, mutant in enumerate(mutants):
            if not self.has(mutant):
                found[place] = Trial(Fate.NOT_REACHED)
                continue
            try:
                system = self._composed(mutant)
                content = content_of(system)
                if content in self._answers:
                    found[place] = self._answers[content]
                    continue
                if content not in candidates:
                    self._require_sound_table(mutant, system)
                    candidates[content] = _Candidate(mutant, system, [])
                candidates[content].places.append(place)
            except ModelError as error:
                found[place] = Trial(Fate.STILLBORN, reason=str(error))
        different = list(candidates.items())
        for start in range(0, len(different), TOGETHER):
            portion = different[start : start + TOGETHER]
            trials = self._searched([candidate for _, candidate in portion], self._bounded(limits))
            for (content, candidate), trial in zip(portion, trials, strict=True):
                if trial.fate is not Fate.UNKNOWN:
                    self._answers[content] = trial
                found.update(dict.fromkeys(candidate.places, trial))
        return [found[place] for place in range(len(mutants))]

    def fingerprint(self, mutant: TableMutant) -> str:
        """Of the mutant's system here; of what refuses it, if it is none."""
        try:
            return self._composed(mutant).fingerprint
        except ModelError as error:
            return str(error)

    def definitions(self, identifiers: Collection[str] | None = None) -> list[str]:
        """What was asked, in full: the properties with these identifiers; None: all that are asked here."""
        return [str(entry) for entry in (*self.seen_in_search, *self.responses)
                if identifiers is None or entry.identifier in identifiers]  # fmt: skip

    def _composed(self, mutant: TableMutant) -> System:
        return without_symmetry(handover_of_one(self.scenario, self.reading, mutant.change, kept=self._kept))

    def _require_sound_table(self, mutant: TableMutant, system: System) -> None:
        """Where guards are changed, the triggers concerned; else rows overlap or leave gaps as before, and the
        search sees every value that leaves its domain."""
        if not mutant.guarding:
            return
        from model.language.table_queries import table_problems

        machine = system.machine(mutant.actor)
        before = {id(row) for row in self._right.machine(mutant.actor).rows}
        after = {id(row) for row in machine.rows}
        changed = {row.trigger.key for entry in (machine, self._right.machine(mutant.actor)) for row in entry.rows
                   if id(row) in before ^ after}  # fmt: skip
        problems = table_problems(system, machine, Z3_EFFORT, changed)[0]
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            raise ModelError(f"{errors[0]}{more}")

    def _bounded(self, limits: Limits) -> Limits:
        states = max(FEWEST_STATES, MOST_TIMES_AS_MANY * self.states)
        return Limits(limits.memory, limits.seconds, limits.states or states)

    # searching

    def _searched(self, candidates: Sequence[_Candidate], limits: Limits) -> list[Trial]:
        joined = Joined(self._right, [entry.system for entry in candidates])
        bound = binding(self.scenario, self.reading)
        differences = [joined.difference(number) for number in range(1, len(joined.members))]
        watched = [found for entry in self.seen_in_search for found in looked_for(entry, joined.system, bound)]
        joined.watch([*watched, *differences])
        right = joined.explore(RIGHT, Limits())
        if (right.states, right.transitions) != (self.states, self.right.exploration.transitions):
            raise RuntimeError(f'"{self.scenario.name}": beside mutants the right model has {right.states} states')
        return [
            self._trial(candidate, joined, number, differences[number - 1].name, right, limits)
            for number, candidate in enumerate(candidates, 1)
        ]

    def _trial(
        self, candidate: _Candidate, joined: Joined, number: int, difference: str, right: Exploration, limits: Limits
    ) -> Trial:
        try:
            found = joined.explore(number, limits)
        except ModelError as error:
            return Trial(Fate.STILLBORN, reason=str(error))
        if found.interrupted:
            raise KeyboardInterrupt
        trial = self._judged(candidate, found)
        if trial.fate is not Fate.SURVIVED:
            return trial
        figures = (found.states, found.transitions) == (right.states, right.transitions)
        alike = difference not in right.sightings and difference not in found.sightings
        if alike and not figures:
            raise RuntimeError(f"{candidate.mutant.identifier}: the same steps, and {found.states} states")
        if not alike and figures and candidate.mutant.guarding:
            return Trial(Fate.SURVIVED, same=self._same_digest(candidate))
        return Trial(Fate.SURVIVED, same=alike)

    def _same_digest(self, candidate: _Candidate) -> bool | None:
        """Whether states and steps are the same, whatever rows they come from: where a guard is changed, another
        row may do what one no longer does. None if there are too many."""
        if self.states > MOST_DIGESTED:
            return None
        return behaviour(candidate.system) == self._behaviour

    # judging

    def _judged(self, candidate: _Candidate, found: Exploration) -> Trial:
        told = [entry for entry in self.seen_in_search
                if (entry.antecedent_name not in found.sightings if entry.kind is Kind.WITNESS
                    else entry.violation_name in found.sightings)]  # fmt: skip
        asked = [entry for entry in told if found.complete or entry.kind is not Kind.WITNESS]
        overflow = bool(found.overflowed) and not self.scenario.channel.loss
        runs: list[Run] = []
        if asked or overflow:
            runs.append(self._run(candidate, asked or self.seen_in_search, found))
        if not any(map(self._killings, runs)) and self.responses and found.complete:
            runs.append(self._run(candidate, self.responses, found))
        for run in runs:
            killings = self._killings(run)
            if killings:
                return Trial(Fate.KILLED, killings)
        doubt = next((entry.verdict.reason for run in runs for entry in run.judgements
                      if isinstance(entry.verdict, Unknown)), "")  # fmt: skip
        if not found.complete or doubt:
            return Trial(Fate.UNKNOWN, reason=doubt or found.stopped or "not explored whole")
        return Trial(Fate.SURVIVED)

    def _run(self, candidate: _Candidate, properties: Sequence[Property], found: Exploration) -> Run:
        """Judge the mutant's own system, with traces replayed, from what a search of it among others has found."""
        run = check_scenario(
            self.scenario, self.reading, [entry for entry in properties if entry.identifier in self.named],
            change=candidate.mutant.change, engine=lambda *_: found, table_checks=lambda _: [],
            kept=self._kept,
        )  # fmt: skip
        if content_of(run.system) != content_of(candidate.system):
            raise RuntimeError(f"{candidate.mutant.identifier}: another system than the one that was searched")
        return run

    def _killings(self, run: Run) -> tuple[Killing, ...]:
        """The mutant's violations, shortest first; those of properties before those of the tables' own invariants."""
        holding = {entry.identifier for entry in (*self.seen_in_search, *self.responses)}
        found = []
        for entry in run.judgements:
            if isinstance(entry.verdict, Violated) and entry.property.identifier in holding:
                trace = entry.verdict.trace
                found.append(Killing(entry.property.identifier, None if trace is None else len(trace.steps)))
        return tuple(sorted(found, key=lambda entry: (
            entry.property not in self.named, entry.length is None, entry.length or 0, entry.property)))  # fmt: skip
