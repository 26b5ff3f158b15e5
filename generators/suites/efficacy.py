"""How good a suite is: which mutants each of its tests finds, the fewest tests that find as many, the
requirements that tests look at, and what random testing finds with as many stimuli."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from generators.mutation.lookup import change_called
from generators.suites.cases import Suite, TestCase, steps_of
from generators.suites.covering import greedy_cover
from generators.suites.distinguishing import Distinction, compared
from generators.suites.packets_seen import packets_seen
from generators.suites.plan_form import traceability
from generators.suites.running import Session, Verdict, run_suite
from generators.suites.subjects import Subject
from model.language.errors import ModelError

SAME = "no stimulus in any reachable state of these set-ups tells it from the right one"
SAME_BYTES = "its messages differ in the model and never in their bytes: no packet tells it from the right one"


@dataclass(frozen=True)
class Kills:
    """What a suite says of one wrong system. tests: those that fail. requirements: that the verdicts name.

    by_answers: the tests that fail even if nothing can be observed but answers. first: the first failing verdict
    in words. others: counts of verdicts that are neither pass nor fail.
    """

    mutant: str
    tests: tuple[str, ...]
    by_answers: tuple[str, ...]
    requirements: tuple[str, ...]
    first: str
    others: Mapping[str, int] = field(default_factory=dict)


def kills_of(suite: Suite, mutant: str, session: Session) -> Kills:
    """Run the whole suite on one system, and tests that fail by observation once more without it."""
    try:
        results = list(run_suite(suite, session))
        failed = [result for result in results if result.verdict is Verdict.FAIL]
        doubtful = [result.case for result in failed if result.observed]
        blind = {result.case.identifier: result.verdict
                 for result in run_suite(suite, session, doubtful, observing=False)}  # fmt: skip
    finally:
        session.closed()
    others = {
        verdict.value: sum(result.verdict is verdict for result in results)
        for verdict in (Verdict.INCONCLUSIVE, Verdict.ERROR)
    }
    named = dict.fromkeys(name for result in failed for name in result.requirements)
    return Kills(
        mutant, tuple(result.case.identifier for result in failed),
        tuple(result.case.identifier for result in failed
              if blind.get(result.case.identifier, Verdict.FAIL) is Verdict.FAIL), tuple(named),
        str(failed[0]) if failed else "", {name: count for name, count in others.items() if count},
    )  # fmt: skip


@dataclass(frozen=True)
class Efficacy:
    """matrix: one entry a mutant. equivalent: mutants that no tester can tell, each with the reason.

    shortest: for each survivor for which there is one, the verdict of the shortest test that tells it. undecided:
    survivors of which neither is known, each with the pairs of states that were compared.
    """

    suite: Suite
    matrix: tuple[Kills, ...]
    equivalent: Mapping[str, str]
    random: tuple[Kills, ...] = ()
    shortest: tuple[Kills, ...] = ()
    undecided: Mapping[str, int] = field(default_factory=dict)

    @property
    def score(self) -> tuple[int, int]:
        """Mutants killed, and mutants that could be."""
        able = [entry for entry in self.matrix if entry.mutant not in self.equivalent]
        return sum(bool(entry.tests) for entry in able), len(able)

    @property
    def by_answers(self) -> int:
        """Mutants killed by answers alone, without a look at the variables."""
        return sum(bool(entry.by_answers) for entry in self.matrix if entry.mutant not in self.equivalent)

    @property
    def fewest(self) -> list[str]:
        """A choice of tests that kills as many mutants (greedy)."""
        kills: dict[str, set[str]] = {}
        for entry in self.matrix:
            for test in entry.tests:
                kills.setdefault(test, set()).add(entry.mutant)
        costs = {case.identifier: len(case.steps) + 1 for case in self.suite.cases}
        return sorted(greedy_cover(kills, costs)[0])

    def record(self) -> dict[str, Any]:
        """The figures as JSON data."""
        killed, able = self.score
        found = [entry.mutant for entry in self.random if entry.tests]
        return {
            "role": self.suite.role,
            "tests": len(self.suite.cases),
            "stimuli": sum(len(case.steps) for case in self.suite.cases),
            "messages": sum(case.messages for case in self.suite.cases),
            "killed": killed,
            "killed_by_answers": self.by_answers,
            "mutants": able,
            "equivalent": dict(self.equivalent),
            "undecided": dict(self.undecided),
            "shortest": [
                {"mutant": entry.mutant, "requirements": list(entry.requirements), "first": entry.first,
                 "by_answers": bool(entry.by_answers)}
                for entry in self.shortest
            ],
            "fewest": self.fewest,
            "random_killed": len([name for name in found if name not in self.equivalent]) if self.random else None,
            "random_missed": [entry.mutant for entry in self.random
                              if not entry.tests and entry.mutant not in self.equivalent],
            "requirements": {name: len(tests) for name, tests in sorted(traceability(self.suite).items())},
            "matrix": [
                {"mutant": entry.mutant, "tests": list(entry.tests), "by_answers": list(entry.by_answers),
                 "requirements": list(entry.requirements),
                 "first": entry.first, **({"others": dict(entry.others)} if entry.others else {})}
                for entry in self.matrix
            ],
        }  # fmt: skip


def matrix_of(
    suite: Suite, mutants: Iterable[str], session: Callable[[str], Session],
    report: Callable[[str], None] = lambda text: None,
) -> tuple[Kills, ...]:  # fmt: skip
    """Run `suite` against every mutant. session: for a mutant's identifier."""
    found: list[Kills] = []
    for name in mutants:
        report(name)
        found.append(kills_of(suite, name, session(name)))
    return tuple(found)


@dataclass
class Survivors:
    """equivalent: mutants that no tester can tell from the right actor in any of the set-ups, as all was compared;
    each with the reason. undecided: those of which too little was compared to say so, with the number of pairs."""

    equivalent: dict[str, str] = field(default_factory=dict)
    undecided: dict[str, int] = field(default_factory=dict)


def survivors_judged(names: Iterable[str], subjects: Sequence[Subject], most: int = 30_000,
                     report: Callable[[str], None] = lambda text: None) -> Survivors:  # fmt: skip
    """Which of these mutants can be told in one of these set-ups. most: pairs to compare in each set-up."""
    found = Survivors()
    for name in names:
        told, complete, differs, pairs = False, True, False, 0
        for entry in subjects:
            try:
                wrong = entry.changed(change_called(name))
            except ModelError:
                continue
            comparison = compared(entry.outcomes, wrong, most)
            if comparison.by_state is not None:  # in the model; but are there other bytes, or other variables?
                differs = True
                comparison = compared(entry.outcomes, wrong, most, packets_seen(entry.scenario))
            report(f"{name} in {entry.name}: {comparison.pairs} pairs compared")
            pairs += comparison.pairs
            complete = complete and comparison.complete
            told = told or comparison.by_state is not None
            if told:
                break
        if not told and complete:
            found.equivalent[name] = SAME_BYTES if differs else SAME
        elif not told:
            found.undecided[name] = pairs
    return found


def tests_for(names: Iterable[str], subjects: Sequence[Subject]) -> Suite:
    """The shortest test for each of these mutants, from the first set-up in which there is one: by answers where
    these tell it, else by what is observed."""
    role = subjects[0].actor.role
    cases = []
    for number, name in enumerate(names, start=1):
        found: tuple[Subject, Distinction] | None = None
        named: tuple[str, ...] = ()
        for entry in subjects:
            with suppress(ModelError):
                wrong = entry.changed(change_called(name))
                comparison = compared(entry.outcomes, wrong, seen_of=packets_seen(entry.scenario))
                best = comparison.by_answers or comparison.by_state
                if best is not None:
                    found = entry, best
                    named = entry.actor.requirements_changed_in(wrong)
                    break
        if found is not None:
            entry, best = found
            steps = steps_of(entry.actor, best.start, best.stimuli)
            cases.append(TestCase(
                f"{name}-{number}", role, f"tells {name}", (f"mutant {name}",), named, (), entry.name,
                tuple(entry.actor.differing(best.start).items()), steps))  # fmt: skip
    return Suite(role, {entry.name: entry.setup for entry in subjects}, tuple(cases))


def shortest_kills(names: Sequence[str], subjects: Sequence[Subject], session: Callable[[str], Session],
                   report: Callable[[str], None] = lambda text: None) -> tuple[Kills, ...]:  # fmt: skip
    """Run the shortest test for each of these mutants on it. session: for a mutant's identifier."""
    found: list[Kills] = []
    for case in (suite := tests_for(names, subjects)).cases:
        name = case.goals[0].partition(" ")[2]
        report(f"the shortest test for {name}: {len(case.steps)} stimuli")
        found.append(kills_of(replace(suite, cases=(case,)), name, session(name)))
    return tuple(found)
