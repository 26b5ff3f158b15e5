"""The lemmas that a proof needs: those in the unsat cores of what it excludes, and of their own steps. What each
lemma rests on is asked once, whatever number of questions it serves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from time import monotonic

import z3

from checker.symbolic.bounded import MILLISECONDS, SolverGaveUp, ask
from checker.symbolic.induction import InductiveSearch
from checker.symbolic.lemmas import Lemma


class Minimiser:
    """Works on a finished search: its lemmas are kept by every move."""

    def __init__(self, search: InductiveSearch) -> None:
        self.search = search
        self.deadline: float | None = None
        context = search.encoding.context
        self.solver = z3.Solver(ctx=context)
        self.solver.set("random_seed", 0)
        self.solver.set("core.minimize", True)
        self.solver.add(*search.encoding.well_formed())
        self.labels = {lemma: z3.Bool(f"lemma {number}", context) for number, lemma in enumerate(search.result.lemmas)}
        for lemma, label in self.labels.items():
            self.solver.add(z3.Implies(label, search.lemmas[lemma]))
        self._lemma_of = {label.get_id(): lemma for lemma, label in self.labels.items()}
        self._grounds: dict[Lemma, Sequence[Lemma]] = {}
        self._excluding: dict[int, tuple[z3.BoolRef, Sequence[Lemma]]] = {}
        self._asked = 0

    def needed(
        self, excluded: Iterable[z3.BoolRef], used: Iterable[Lemma] = (), seconds: float | None = None
    ) -> list[Lemma]:  # fmt: skip
        """Lemmas that exclude these terms, and those `used`, with what it takes that every move keeps them by
        themselves; in order of learning. After so many seconds SolverGaveUp is raised."""
        self.deadline = None if seconds is None else monotonic() + seconds
        needed: dict[Lemma, None] = {}
        fresh = list(used)
        for term in excluded:
            if term.get_id() not in self._excluding:
                self._excluding[term.get_id()] = term, self._core(term)
            fresh += self._excluding[term.get_id()][1]
        while fresh:
            lemma = fresh.pop()
            if lemma not in needed:
                needed[lemma] = None
                fresh += self._rests_on(lemma)
        told = {lemma for number, lemma in enumerate(needed) if _told(lemma, number, list(needed))}
        return [lemma for lemma in self.search.result.lemmas if lemma in needed and lemma not in told]

    def _rests_on(self, lemma: Lemma) -> Sequence[Lemma]:
        """Lemmas of which it takes these, besides itself, that no move breaks it."""
        if lemma not in self._grounds:
            some = self.search.encoding.encoder.some
            self._grounds[lemma] = self._core(some(
                z3.And(move.guard, self.search.broken(number, lemma))
                for number, move in enumerate(self.search.encoding.moves) if not lemma.names.isdisjoint(move.effects)
            ), lemma)  # fmt: skip
        return self._grounds[lemma]

    def _core(self, term: z3.BoolRef, itself: Lemma | None = None) -> Sequence[Lemma]:
        """Lemmas that make the term impossible, with the one that is given."""
        self._asked += 1
        until = inf
        if self.deadline is not None:
            left = self.deadline - monotonic()
            if left <= 0:
                raise SolverGaveUp("timeout")
            self.solver.set("timeout", max(1, int(left * MILLISECONDS)))
            until = monotonic() + 0.9 * left
        question = z3.Bool(f"question {self._asked}", self.search.encoding.context)
        given = [question] if itself is None else [question, self.labels[itself]]
        self.solver.add(z3.Implies(question, term))
        found: list[Lemma] = []
        if ask(self.solver, *given, until=until):
            if ask(self.solver, *given, *self.labels.values(), until=until):
                raise RuntimeError("the lemmas do not exclude what they were said to exclude")
            core = [self._lemma_of.get(label.get_id()) for label in self.solver.unsat_core()]
            found = [lemma for lemma in core if lemma is not None and lemma is not itself]
        self.solver.add(z3.Not(question))
        return found


def _told(lemma: Lemma, number: int, lemmas: Sequence[Lemma]) -> bool:
    """Whether another lemma says as much (of two that say the same, the first stays)."""
    return any(
        lemma.follows_from(other) and (place < number or not other.follows_from(lemma))
        for place, other in enumerate(lemmas) if place != number
    )  # fmt: skip
