"""The lemmas that a proof needs: those in the unsat cores of what it excludes, and of their own steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from time import monotonic

import z3

from checker.symbolic.bounded import MILLISECONDS, SolverGaveUp, ask
from checker.symbolic.induction import InductiveSearch
from checker.symbolic.lemmas import Lemma


class Minimiser:
    """Works on a finished search: its lemmas are kept by every move.

    seconds: for all of it; then SolverGaveUp is raised.
    """

    def __init__(self, search: InductiveSearch, seconds: float | None = None) -> None:
        self.search = search
        self.deadline = None if seconds is None else monotonic() + seconds
        context = search.encoding.context
        self.solver = z3.Solver(ctx=context)
        self.solver.set("random_seed", 0)
        self.solver.set("core.minimize", True)
        self.solver.add(*search.encoding.well_formed())
        self.labels = {lemma: z3.Bool(f"lemma {number}", context) for number, lemma in enumerate(search.result.lemmas)}
        for lemma, label in self.labels.items():
            self.solver.add(z3.Implies(label, search.lemmas[lemma]))
        self._lemma_of = {label.get_id(): lemma for lemma, label in self.labels.items()}
        self._asked = 0

    def needed(self, excluded: Iterable[z3.BoolRef], used: Iterable[Lemma] = ()) -> list[Lemma]:
        """Lemmas that exclude these terms, and those `used`, with what it takes that every move keeps them by
        themselves; in order of learning."""
        needed: dict[Lemma, None] = {}
        fresh: list[Lemma] = list(dict.fromkeys(used))
        for term in excluded:
            fresh += self._core(term, needed)
        while fresh:
            needed.update(dict.fromkeys(fresh))
            last, fresh = fresh, []
            for number, move in enumerate(self.search.encoding.moves):
                touched = [lemma for lemma in last if not lemma.names.isdisjoint(move.effects)]
                if touched:
                    broken = [self.search.broken(number, lemma) for lemma in touched]
                    found = self._core(z3.And(move.guard, self.search.encoding.encoder.some(broken)), needed)
                    fresh += [lemma for lemma in found if lemma not in fresh]
        told = {lemma for number, lemma in enumerate(needed) if _told(lemma, number, list(needed))}
        return [lemma for lemma in self.search.result.lemmas if lemma in needed and lemma not in told]

    def _core(self, term: z3.BoolRef, known: dict[Lemma, None]) -> Sequence[Lemma]:
        """Lemmas beyond the known ones that make the term impossible."""
        self._asked += 1
        until = inf
        if self.deadline is not None:
            left = self.deadline - monotonic()
            if left <= 0:
                raise SolverGaveUp("timeout")
            self.solver.set("timeout", max(1, int(left * MILLISECONDS)))
            until = monotonic() + 0.9 * left
        question = z3.Bool(f"question {self._asked}", self.search.encoding.context)
        self.solver.add(z3.Implies(question, term))
        given = [self.labels[lemma] for lemma in known]
        found: list[Lemma] = []
        if ask(self.solver, question, *given, until=until):
            if ask(self.solver, question, *self.labels.values(), until=until):
                raise RuntimeError("the lemmas do not exclude what they were said to exclude")
            core = [self._lemma_of.get(label.get_id()) for label in self.solver.unsat_core()]
            found = [lemma for lemma in core if lemma is not None and lemma not in known]
        self.solver.add(z3.Not(question))
        return found


def _told(lemma: Lemma, number: int, lemmas: Sequence[Lemma]) -> bool:
    """Whether another lemma says as much (of two that say the same, the first stays)."""
    return any(
        lemma.follows_from(other) and (place < number or not other.follows_from(lemma))
        for place, other in enumerate(lemmas) if place != number
    )  # fmt: skip
