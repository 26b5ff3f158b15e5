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

Report = Callable[[str], None]
MOST_LEMMAS = 6000
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
        self._new_solver()

    def run(self) -> Invariant:
        """Raises KeyboardInterrupt; goals tell how far it came. Without the first, nothing else is tried."""
        first, *others = self.goals
        self._try(first, 1.0)
        for share in SHARES if self.seconds is not None else SHARES[-1:]:
            for goal in others if first.proved else ():
                if not goal.proved and goal.failed != UNDECIDED:
                    self._try(goal, share)
        self.result.seconds = monotonic() - self.started
        return self.result

    def _try(self, goal: Goal, share: float) -> None:
        """Prove one goal within a share of the time left, or go back to the lemmas that are known to be kept."""
        if self.seconds is not None:
            now, end = monotonic(), self.started + self.seconds
            self.deadline = now + (end - now) * share
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
        """Lemmas that exclude the goal and are true at the start and kept by every move."""
        dropped = -1
        while dropped != self.result.dropped and goal.failed is None:
            dropped = self.result.dropped
            self._exclude(goal)
            if goal.failed is None:
                self._close(goal.name)
                self._start_true()
            if dropped != self.result.dropped:
                for lemma in self.lemmas:
                    self._expect(lemma)

    def _exclude(self, goal: Goal) -> None:
        """Learn from every state within the lemmas in which the goal's condition is true."""
        for term in goal.where:
            while not goal.failed and (found := self.state_with(term)) is not None:
                if not self.learn(found.codes):
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
        elif not self.learn(found.codes):
            codes = {**found.codes, **{name: self.encoding.code_in(found.model, effect)
                                       for name, effect in self.encoding.moves[number].effects.items()}}  # fmt: skip
            self._reached(codes)

    def _start_true(self) -> None:
        """Drop lemmas that are not true in every initial state."""
        solver = z3.Solver(ctx=self.encoding.context)
        solver.add(self.encoding.is_initial())
        while self.lemmas and ask(solver, self.encoding.encoder.some(z3.Not(term) for term in self.lemmas.values())):
            self._reached(self.encoding.state_in(solver.model()))

    def _reached(self, codes: Mapping[str, int]) -> None:
        """Drop the lemmas that exclude a state, and learn none of them again."""
        self.learner.count_as_reached(codes)
        for lemma in [entry for entry in self.lemmas if self.learner.excludes(entry, codes)]:
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

    def learn(self, codes: Mapping[str, int]) -> bool:
        """New lemmas that exclude this state; False if there is none."""
        found = self.learner.lemmas(codes)
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
