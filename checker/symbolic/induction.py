"""Proof by induction with learned lemmas: what is looked for never occurs because an invariant excludes it
that holds at the start and is kept by every move. States that get in the way teach new lemmas.
The result says what was proved under which lemmas; `certificates` checks it again, from nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

import z3

from checker.symbolic.atoms import Atom, Vocabulary
from checker.symbolic.bounded import MILLISECONDS, SolverGaveUp, ask
from checker.symbolic.encoding import Encoding
from checker.symbolic.lemmas import Learner, Lemma
from checker.symbolic.reachable import Sample

Report = Callable[[str], None]
MOST_LEMMAS = 6000


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
    """What a search ended with. lemmas: together kept by every move. queries: put to Z3."""

    lemmas: list[Lemma] = field(default_factory=list)
    dropped: int = 0
    queries: int = 0
    seconds: float = 0.0


class Found(NamedTuple):
    """A state that Z3 came up with."""

    codes: dict[str, int]
    model: z3.ModelRef


class InductiveSearch:
    """One search for an invariant that proves all `goals` at the width of `encoding`."""

    def __init__(
        self, encoding: Encoding, sample: Sample, goals: Sequence[Goal], *, seconds: float | None = None,
        rlimit: int = 0, report: Report | None = None,
    ) -> None:  # fmt: skip
        self.started = monotonic()
        self.encoding, self.goals, self.seconds, self.report = encoding, goals, seconds, report
        self.vocabulary = Vocabulary(encoding.system)
        self.learner = Learner(self.vocabulary, sample)
        self.rlimit = rlimit
        self.lemmas: dict[Lemma, z3.BoolRef] = {}
        self.pending: list[dict[Lemma, None]] = [{} for _ in encoding.moves]
        self.terms: dict[Atom, z3.BoolRef] = {}
        self.terms_after: list[dict[Atom, z3.BoolRef]] = [{} for _ in encoding.moves]
        self.result = Invariant()
        self._new_solver()

    def run(self) -> Invariant:
        """Raises SolverGaveUp or KeyboardInterrupt; goals tell how far it came."""
        dropped = -1
        while dropped != self.result.dropped:
            dropped = self.result.dropped
            for goal in self.goals:
                self._exclude(goal)
            for lemma in self.lemmas:
                self._expect(lemma)
            self._close()
            self._start_true()
        for goal in self.goals:
            goal.proved = goal.failed is None
        self.result.lemmas = list(self.lemmas)
        self.result.seconds = monotonic() - self.started
        return self.result

    def _exclude(self, goal: Goal) -> None:
        """Learn from every state within the lemmas in which the goal's condition is true."""
        for term in goal.where:
            while not goal.failed and (found := self.state_with(term)) is not None:
                if not self.learn(found.codes):
                    goal.failed = "a state that looks reachable shows it"

    def _close(self) -> None:
        """Make the lemmas inductive: learn from every state from which a move breaks one; a lemma that is
        broken from a state that looks reachable is dropped."""
        while any(self.pending):
            for number in range(len(self.encoding.moves)):
                while self.pending[number]:
                    self._keep(number)
            self.say(f"{len(self.lemmas)} lemmas, {sum(map(len, self.pending))} steps to prove,"
                     f" {self.result.queries} queries")  # fmt: skip

    def _keep(self, number: int) -> None:
        """Ask whether one move keeps all lemmas it has still to keep."""
        waiting = list(self.pending[number])
        broken = [z3.Not(self.after(number, lemma)) for lemma in waiting]
        term = z3.And(self.encoding.moves[number].guard, self.encoding.encoder.some(broken))
        found = self.state_with(term)
        if found is None:
            for lemma in waiting:
                self.pending[number].pop(lemma, None)
        elif not self.learn(found.codes):
            codes = {**found.codes, **{name: self.encoding.code_in(found.model, effect)
                                       for name, effect in self.encoding.moves[number].effects.items()}}  # fmt: skip
            self.learner.count_as_reached(codes)
            for lemma in [entry for entry in self.lemmas if self.learner.excludes(entry, codes)]:
                self._drop(lemma)
            self._new_solver()

    def _start_true(self) -> None:
        """Drop lemmas that are not true in every initial state."""
        solver = z3.Solver(ctx=self.encoding.context)
        solver.add(self.encoding.is_initial())
        while self.lemmas and ask(solver, self.encoding.encoder.some(z3.Not(term) for term in self.lemmas.values())):
            codes = self.encoding.state_in(solver.model())
            self.learner.count_as_reached(codes)
            for lemma in [entry for entry in self.lemmas if self.learner.excludes(entry, codes)]:
                self._drop(lemma)
            self._new_solver()

    def _drop(self, lemma: Lemma) -> None:
        del self.lemmas[lemma]
        self.result.dropped += 1
        for waiting in self.pending:
            waiting.pop(lemma, None)

    def after(self, number: int, lemma: Lemma) -> z3.BoolRef:
        """The lemma, of the state after a move."""
        effects, terms = self.encoding.moves[number].effects, self.terms_after[number]

        def literal_term(atom: Atom) -> z3.BoolRef:
            if effects.keys().isdisjoint(atom.names):
                return self.term(atom)
            if atom not in terms:
                terms[atom] = self.vocabulary.term(atom, self.encoding, effects)
            return terms[atom]

        return lemma.term(literal_term, self.encoding)

    def term(self, atom: Atom) -> z3.BoolRef:
        if atom not in self.terms:
            self.terms[atom] = self.vocabulary.term(atom, self.encoding)
        return self.terms[atom]

    def state_with(self, term: z3.BoolRef) -> Found | None:
        """A state within the lemmas so far in which the term is true."""
        self.result.queries += 1
        if len(self.lemmas) > MOST_LEMMAS:
            raise SolverGaveUp(f"{MOST_LEMMAS:,} lemmas were not enough")
        if self.seconds is not None:
            left = self.seconds - (monotonic() - self.started)
            if left <= 0:
                raise SolverGaveUp("timeout")
            self.solver.set("timeout", max(1, int(left * MILLISECONDS)))
        label = z3.Bool(f"question {self.result.queries}", self.encoding.context)
        self.solver.add(z3.Implies(label, term))
        found = None
        if ask(self.solver, label):
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
