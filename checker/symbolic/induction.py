"""Proof by induction with learned lemmas: what is looked for never occurs because an invariant excludes it
that holds at the start and is kept by every move. States that get in the way teach new lemmas.
The result says what was proved under which lemmas; `certificates` checks it again, from nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from time import monotonic
from typing import NamedTuple

import z3

from checker.symbolic.atoms import Vocabulary
from checker.symbolic.bounded import MILLISECONDS, SolverGaveUp, ask
from checker.symbolic.encoding import Encoding
from checker.symbolic.lemmas import Learner, Lemma, Literal
from checker.symbolic.reachable import Sample
from checker.symbolic.relevance import Relevance

Report = Callable[[str], None]
MOST_LEMMAS = 6000
TOGETHER = 0.7  # of the time left, for all goals at once
SALVAGE = 0.5  # of the time left then, for what can be kept of that
SHARES = (0.02, 1.0)  # of the time left, that each goal may take: the easy ones first
UNDECIDED = "a state that looks reachable shows it"
FEW_TO_PROVE = 8  # steps for which it is not worth asking first whether the move can be taken at all


@dataclass
class Goal:
    """Something that must not occur. where: terms over a state (with a move's guard for steps), one of
    which would be true. failed: why it could not be proved."""

    name: str
    where: Sequence[z3.BoolRef]
    failed: str | None = None
    proved: bool = False


@dataclass
class Invariant:
    """What a search ended with. lemmas: true at the start, and together kept by every move. queries: put to Z3."""

    lemmas: list[Lemma] = field(default_factory=list)
    dropped: int = 0
    queries: int = 0
    seconds: float = 0.0


class Found(NamedTuple):
    """A state that Z3 came up with."""

    codes: dict[str, int]
    model: z3.ModelRef


class InductiveSearch:
    """One search for an invariant that proves the `goals` at the width of `encoding`, one after the other:
    what was proved stays proved, whatever comes after."""

    def __init__(
        self, encoding: Encoding, sample: Sample, goals: Sequence[Goal], *, seconds: float | None = None,
        rlimit: int = 0, report: Report | None = None,
    ) -> None:  # fmt: skip
        self.started = monotonic()
        self.encoding, self.goals, self.seconds, self.report = encoding, goals, seconds, report
        self.deadline: float | None = None
        self.vocabulary = Vocabulary(encoding.system)
        self.learner = Learner(self.vocabulary, sample)
        self.rlimit = rlimit
        self.lemmas: dict[Lemma, z3.BoolRef] = {}
        self.pending: list[dict[Lemma, None]] = [{} for _ in encoding.moves]
        self.terms: dict[Literal, z3.BoolRef] = {}
        self.terms_after: list[dict[Literal, z3.BoolRef]] = [{} for _ in encoding.moves]
        self.breaks: list[dict[Lemma, z3.BoolRef]] = [{} for _ in encoding.moves]
        self.impossible: set[int] = set()  # moves that the lemmas exclude
        self.result = Invariant()
        self.relevance = Relevance(encoding, self.term, rlimit)
        self._new_solver()

    def run(self) -> Invariant:
        """Raises KeyboardInterrupt; goals tell how far it came. Without the first, nothing else is tried."""
        first, *others = self.goals
        self._try(first, 1.0)
        if first.proved and len(others) > 1:
            self._try_together(others)
        for share in SHARES if self.seconds is not None else SHARES[-1:]:
            for goal in others if first.proved else ():
                if not goal.proved and goal.failed != UNDECIDED:
                    self._try(goal, share)
        self.result.seconds = monotonic() - self.started
        return self.result

    def _try_together(self, goals: Sequence[Goal]) -> None:
        """Prove all goals at once: most of their lemmas serve several. If the time is up, those lemmas that keep
        each other stay, and what they exclude is proved."""
        self._limit(TOGETHER)
        try:
            self._prove_together(goals)
            if not any(goal.failed is None for goal in goals):
                self._go_back()
        except SolverGaveUp:
            self._limit(SALVAGE)
            try:
                self._keep_each_other()
            except SolverGaveUp:
                self._go_back()
                return
        self.result.lemmas = list(self.lemmas)
        self._limit(SALVAGE)
        for goal in goals:
            try:
                goal.proved = goal.failed is None and self.state_with(self.encoding.encoder.some(goal.where)) is None
            except SolverGaveUp:
                break

    def _limit(self, share: float) -> None:
        """The deadline, at a share of the time left."""
        if self.seconds is not None:
            now, end = monotonic(), self.started + self.seconds
            self.deadline = now + (end - now) * share

    def _try(self, goal: Goal, share: float) -> None:
        """Prove one goal within a share of the time left, or go back to the lemmas that are known to be kept."""
        self._limit(share)
        goal.failed = None
        try:
            self._prove(goal)
        except SolverGaveUp as error:
            goal.failed = str(error)
        if goal.failed is None:
            goal.proved = True
            self.result.lemmas = list(self.lemmas)
        else:
            self._go_back()

    def _go_back(self) -> None:
        self.lemmas = {lemma: self.lemmas[lemma] for lemma in self.result.lemmas}
        self.pending = [{} for _ in self.encoding.moves]
        self._new_solver()

    def _prove(self, goal: Goal) -> None:
        self._prove_together([goal])

    def _prove_together(self, goals: Sequence[Goal]) -> None:
        """Lemmas that exclude the goals, but for those that are seen to fail, and are true at the start and kept by
        every move."""
        dropped, open_goals = -1, list(goals)
        while dropped != self.result.dropped and open_goals:
            dropped = self.result.dropped
            for goal in open_goals:
                self._exclude(goal)
            open_goals = [goal for goal in open_goals if goal.failed is None]
            if open_goals:
                self._close(open_goals[0].name if len(open_goals) == 1 else f"{len(open_goals)} questions")
                self._start_true()
            if dropped != self.result.dropped:
                for lemma in self.lemmas:
                    self._expect(lemma)

    def _exclude(self, goal: Goal) -> None:
        """Learn from every state within the lemmas in which one of the goal's conditions is true."""
        anywhere = self.encoding.encoder.some(goal.where)
        while not goal.failed and (found := self.state_with(anywhere)) is not None:
            true = (term for term in goal.where if self.encoding.code_in(found.model, term))
            if not self.learn(found.codes, next(true, anywhere)):
                goal.failed = UNDECIDED

    def _close(self, name: str) -> None:
        """Make the lemmas inductive: learn from every state from which a move breaks one; a lemma that is
        broken from a state that looks reachable is dropped."""
        while any(self.pending):
            for number in range(len(self.encoding.moves)):
                while self.pending[number]:
                    self._keep(number)
            self.say(f"{name}: {len(self.lemmas)} lemmas, {sum(map(len, self.pending))} steps to prove,"
                     f" {self.result.queries} queries")  # fmt: skip

    def _keep(self, number: int) -> None:
        """Ask whether one move keeps all lemmas it has still to keep."""
        waiting, guard = list(self.pending[number]), self.encoding.moves[number].guard
        if number not in self.impossible and len(waiting) > FEW_TO_PROVE and self.state_with(guard) is None:
            self.impossible.add(number)
        if number in self.impossible:
            self.pending[number].clear()
            return
        encoder = self.encoding.encoder
        broken = encoder.some([self.broken(number, lemma) for lemma in waiting])
        found = self.state_with(encoder.every([guard, broken]))
        if found is None:
            for lemma in waiting:
                self.pending[number].pop(lemma, None)
            return
        after = self._after(number, found)
        first = next(lemma for lemma in waiting if self.learner.excludes(lemma, after))
        if not self.learn(found.codes, encoder.every([guard, self.broken(number, first)])):
            self._reached(after)

    def _after(self, number: int, found: Found) -> dict[str, int]:
        """The state that a move leads to from the one found."""
        effects = self.encoding.moves[number].effects
        return {**found.codes, **{name: self.encoding.code_in(found.model, term) for name, term in effects.items()}}

    def _keep_each_other(self) -> None:
        """Drop lemmas until every move keeps the rest, and all of these are true at the start (Houdini)."""
        self._start_true()
        for lemma in self.lemmas:
            self._expect(lemma)
        while any(self.pending):
            broken: dict[Lemma, None] = {}
            for number, move in enumerate(self.encoding.moves):
                waiting = [lemma for lemma in self.pending[number] if lemma not in broken]
                while waiting:
                    bad = self.encoding.encoder.some([self.broken(number, lemma) for lemma in waiting])
                    found = self.state_with(self.encoding.encoder.every([move.guard, bad]))
                    if found is None:
                        break
                    after = self._after(number, found)
                    kept = [lemma for lemma in waiting if not self.learner.excludes(lemma, after)]
                    assert len(kept) < len(waiting)
                    broken |= dict.fromkeys(lemma for lemma in waiting if lemma not in kept)
                    waiting = kept
                self.pending[number].clear()
            self._drop(broken)
            for lemma in self.lemmas if broken else ():
                self._expect(lemma)
            self.say(f"{len(self.lemmas)} lemmas may keep each other")

    def _start_true(self) -> None:
        """Drop lemmas that are not true in every initial state."""
        solver = z3.Solver(ctx=self.encoding.context)
        solver.add(self.encoding.is_initial())
        while self.lemmas and ask(solver, self.encoding.encoder.some(z3.Not(term) for term in self.lemmas.values())):
            self._reached(self.encoding.state_in(solver.model()))

    def _reached(self, codes: Mapping[str, int]) -> None:
        """Drop the lemmas that exclude a state, and learn none of them again."""
        self.learner.count_as_reached(codes)
        self._drop([entry for entry in self.lemmas if self.learner.excludes(entry, codes)])

    def _drop(self, lemmas: Iterable[Lemma]) -> None:
        for lemma in lemmas:
            del self.lemmas[lemma]
            self.result.dropped += 1
            for waiting in self.pending:
                waiting.pop(lemma, None)
        self._new_solver()

    def broken(self, number: int, lemma: Lemma) -> z3.BoolRef:
        """The lemma is not true after a move."""
        effects, terms, known = self.encoding.moves[number].effects, self.terms_after[number], self.breaks[number]

        def literal_term(literal: Literal) -> z3.BoolRef:
            if effects.keys().isdisjoint(literal.atom.names):
                return self.term(literal)
            if literal not in terms:
                term = self.vocabulary.term(literal.atom, self.encoding, effects)
                terms[literal] = term if literal.positive else z3.Not(term)
            return terms[literal]

        if lemma not in known:
            known[lemma] = lemma.denial(literal_term, self.encoding)
        return known[lemma]

    def term(self, literal: Literal) -> z3.BoolRef:
        if literal not in self.terms:
            term = self.vocabulary.term(literal.atom, self.encoding)
            self.terms[literal] = term if literal.positive else z3.Not(term)
        return self.terms[literal]

    def state_with(self, term: z3.BoolRef) -> Found | None:
        """A state within the lemmas so far in which the term is true."""
        self.result.queries += 1
        if len(self.lemmas) > MOST_LEMMAS:
            raise SolverGaveUp(f"{MOST_LEMMAS:,} lemmas were not enough")
        until = inf
        if self.deadline is not None:
            left = self.deadline - monotonic()
            if left <= 0:
                raise SolverGaveUp("timeout")
            self.solver.set("timeout", max(1, int(left * MILLISECONDS)))
            until = monotonic() + 0.9 * left
        label = z3.Bool(f"question {self.result.queries}", self.encoding.context)
        self.solver.add(z3.Implies(label, term))
        found = None
        if ask(self.solver, label, until=0.0 if self.rlimit else until):
            model = self.solver.model()
            found = Found(self.encoding.state_in(model), model)
        self.solver.add(z3.Not(label))
        return found

    def learn(self, codes: Mapping[str, int], term: z3.BoolRef) -> bool:
        """New lemmas that exclude this state, in which the term is true; False if there is none."""
        facts = self.relevance.facts(self.learner.facts(codes), term, self.deadline)
        found = self.learner.lemmas_from(facts) if facts is not None else []
        found = found or self.learner.lemmas(codes)
        for lemma in found:
            self.add(lemma)
        return bool(found)

    def add(self, lemma: Lemma) -> None:
        if lemma not in self.lemmas:
            self.lemmas[lemma] = lemma.term(self.term, self.encoding)
            self.solver.add(self.lemmas[lemma])
            self._expect(lemma)

    def _expect(self, lemma: Lemma) -> None:
        """Every move that touches the lemma has to be shown to keep it."""
        for number, move in enumerate(self.encoding.moves):
            if not lemma.names.isdisjoint(move.effects):
                self.pending[number][lemma] = None

    def _new_solver(self) -> None:
        self.impossible.clear()
        self.solver = z3.Solver(ctx=self.encoding.context)
        self.solver.set("random_seed", 0)
        if self.rlimit:
            self.solver.set("rlimit", self.rlimit)
        self.solver.add(*self.encoding.well_formed())
        self.solver.add(*self.lemmas.values())

    def say(self, text: str) -> None:
        if self.report is not None:
            self.report(text)


def never(parts: Iterable[z3.BoolRef]) -> list[z3.BoolRef]:
    """Terms without those that are plainly false."""
    return [part for part in parts if not z3.is_false(part)]
