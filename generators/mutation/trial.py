"""One mutant in one scenario: killed, refused by the table checks, not told apart, not reached, or unknown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from checker.behaviour import Behaviour, behaviour
from checker.checking import Run, check_scenario, without_symmetry
from checker.search import Limits, ProgressReport
from checker.verdict import Holds, Unknown, Violated
from generators.mutation.table_mutants import TableMutant
from model.handover import handover
from model.language.errors import ModelError
from model.language.systems import System
from model.language.table_checks import Z3_EFFORT, TableProblem
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, Property

FEW_STATES = 10_000  # up to here response properties are judged too
MOST_COMPARED = 70_000  # states of a system whose steps are compared one by one
MOST_TIMES_AS_MANY = 20  # states of a mutant, against the right model's, before the search is cut short
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
    """What one scenario shows of a mutant. killings: every property that tells, shortest trace first.
    same_figures: as many states and steps as the right model, which is not yet the same behaviour."""

    fate: Fate
    killings: tuple[Killing, ...] = ()
    reason: str = ""
    same_figures: bool = False


class _Known(Exception):
    """The mutated system is one that was tried before; its fingerprint."""


class Stage:
    """A scenario in which mutants are tried: the right model's run, and the properties that hold of it."""

    def __init__(
        self, scenario: Scenario, reading: Reading, properties: Sequence[Property],
        expected: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        """expected: the properties known to hold here; None: those that do hold."""
        self.scenario, self.reading = scenario, reading
        self.right: Run = check_scenario(scenario, reading, properties, engine=ENGINE)
        holding = {entry.property.identifier for entry in self.right.judgements if isinstance(entry.verdict, Holds)}
        if not self.right.exploration.complete:
            raise ModelError(f'mutants cannot be tried in "{scenario.name}": the right model was not explored whole')
        if expected is not None and not holding.issuperset(expected):
            missing = ", ".join(sorted(set(expected) - holding))
            raise ModelError(f'mutants cannot be tried in "{scenario.name}": {missing} should hold of the right model')
        few = (self.right.exploration.states or 0) <= FEW_STATES
        self.properties = [entry for entry in properties if entry.identifier in holding
                           and entry.modality != "should" and (few or entry.kind is not Kind.RESPONSE)]  # fmt: skip
        self.holding = holding
        dead = set(self.right.dead_rows)
        self.taken = {(row.machine, row.label) for machine in self.right.tables for row in machine.rows} - dead
        self._answers = {self.right.system.fingerprint: Trial(Fate.NOT_REACHED)}
        self._same: dict[str, bool | None] = {}

    @cached_property
    def behaviour(self) -> Behaviour | None:
        return behaviour(without_symmetry(self.right.system))

    def has(self, mutant: TableMutant) -> bool:
        """Whether the mutant can make a difference: its row is taken, or might be with another guard."""
        return mutant.guarding or self.takes(mutant)

    def takes(self, mutant: TableMutant) -> bool:
        """Whether the right model takes a row that the mutant changes."""
        return any((mutant.actor, label) in self.taken for label in mutant.rows)

    def try_(
        self, mutant: TableMutant, limits: Limits = Limits(), progress: ProgressReport | None = None  # noqa: B008
    ) -> Trial:
        """What this scenario shows of the mutant. Mutants that are the same system here are tried once.

        One that differs and is not killed is SURVIVED, also with the same figures: see `same_behaviour`.
        """
        if not self.has(mutant):
            return Trial(Fate.NOT_REACHED)
        try:
            return self._tried(mutant, limits, progress)
        except _Known as known:
            return self._answers[str(known)]
        except ModelError as error:
            return Trial(Fate.STILLBORN, reason=str(error))

    def same_behaviour(self, mutant: TableMutant) -> bool | None:
        """Whether the mutant has the right model's reachable states and steps; None if there are too many."""
        if (self.right.exploration.states or 0) > MOST_COMPARED:
            return None
        system = handover(self.scenario, self.reading, mutant.change)
        if system.fingerprint not in self._same:
            mine = behaviour(without_symmetry(system))
            self._same[system.fingerprint] = None if mine is None else mine == self.behaviour
        return self._same[system.fingerprint]

    def _tried(self, mutant: TableMutant, limits: Limits, progress: ProgressReport | None) -> Trial:
        states = max(FEWEST_STATES, MOST_TIMES_AS_MANY * (self.right.exploration.states or 0))
        bounded = Limits(limits.memory, limits.seconds, limits.states or states)

        def changed_table(alone: System) -> list[TableProblem]:
            from model.language.table_queries import table_problems

            if alone.fingerprint in self._answers:
                raise _Known(alone.fingerprint)
            if not mutant.guarding:
                return []  # rows overlap or leave gaps as before; the search sees every value that leaves its domain
            return table_problems(alone, alone.machine(mutant.actor), Z3_EFFORT)[0]

        run = check_scenario(
            self.scenario, self.reading, self.properties, change=mutant.change, engine=ENGINE, limits=bounded,
            progress=progress, table_checks=changed_table,
        )  # fmt: skip
        if run.exploration.interrupted:
            raise KeyboardInterrupt
        trial = self._judged(run)
        if trial.fate is not Fate.UNKNOWN and self.scenario.ue.count == 1:
            self._answers[run.system.fingerprint] = trial
        return trial

    def _judged(self, run: Run) -> Trial:
        found, right = run.exploration, self.right.exploration
        killings = self._killings(run)
        if killings:
            return Trial(Fate.KILLED, killings)
        doubt = next((entry.verdict.reason for entry in run.judgements if isinstance(entry.verdict, Unknown)), "")
        if not found.complete or doubt:
            return Trial(Fate.UNKNOWN, reason=doubt or found.stopped or "not explored whole")
        same = (found.states, found.transitions) == (right.states, right.transitions)
        return Trial(Fate.SURVIVED, same_figures=same)

    def _killings(self, run: Run) -> tuple[Killing, ...]:
        """The mutant's violations, shortest first; those of properties before those of the tables' own invariants."""
        named = {entry.identifier for entry in self.properties}
        found = []
        for entry in run.judgements:
            if isinstance(entry.verdict, Violated) and entry.property.identifier in self.holding:
                trace = entry.verdict.trace
                found.append(Killing(entry.property.identifier, None if trace is None else len(trace.steps)))
        return tuple(sorted(found, key=lambda killing: (
            killing.property not in named, killing.length is None, killing.length or 0, killing.property)))  # fmt: skip
