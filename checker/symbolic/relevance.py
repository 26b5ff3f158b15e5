"""Which facts of a state are to blame for what can happen in it: a few of them make it true of every state that
has them. A lemma that denies these alone excludes all such states, and speaks of nothing that plays no part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf
from time import monotonic

import z3

from checker.symbolic.bounded import MILLISECONDS, SolverGaveUp, ask
from checker.symbolic.encoding import Encoding
from checker.symbolic.lemmas import Literal


class Relevance:
    """literal_term: of a literal over a state. rlimit: effort for each question (0: no limit)."""

    def __init__(self, encoding: Encoding, literal_term: Callable[[Literal], z3.BoolRef], rlimit: int = 0) -> None:
        self.encoding, self.literal_term, self.rlimit = encoding, literal_term, rlimit
        self.labels: dict[Literal, z3.BoolRef] = {}
        self.literals: dict[int, Literal] = {}
        self.solver = z3.Solver(ctx=encoding.context)
        self.solver.set("random_seed", 0)
        self.solver.set("core.minimize", True)
        if rlimit:
            self.solver.set("rlimit", rlimit)
        self.solver.add(*encoding.well_formed())

    def facts(
        self, state: Sequence[Literal], term: z3.BoolRef, deadline: float | None = None
    ) -> list[Literal] | None:  # fmt: skip
        """Those facts of a state that make `term` true; None if all of them together do not.

        Raises SolverGaveUp, also when the deadline (by `monotonic`) has passed, or KeyboardInterrupt.
        """
        labels = [self._label(literal) for literal in state]
        until = inf
        if deadline is not None:
            left = deadline - monotonic()
            if left <= 0:
                raise SolverGaveUp("timeout")
            self.solver.set("timeout", max(1, int(left * MILLISECONDS)))
            until = monotonic() + 0.9 * left
        self.solver.push()
        try:
            self.solver.add(z3.Not(term))
            if ask(self.solver, *labels, until=0.0 if self.rlimit else until):
                return None
            return [self.literals[label.get_id()] for label in self.solver.unsat_core()]
        finally:
            self.solver.pop()

    def _label(self, literal: Literal) -> z3.BoolRef:
        if literal not in self.labels:
            label = z3.Bool(f"fact {len(self.labels)}", self.encoding.context)
            self.solver.add(z3.Implies(label, self.literal_term(literal)))
            self.labels[literal] = label
            self.literals[label.get_id()] = literal
        return self.labels[literal]
