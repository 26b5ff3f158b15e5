"""k-induction: what is looked for is not seen in the first k states of any run, nor in a state that k states
without it lead to; lemmas that every move keeps are assumed of each. With simple paths the states of that step
are all different, which every shortest run is: then some k always suffices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf
from time import monotonic

import z3

from checker.symbolic.bounded import MILLISECONDS, SolverGaveUp, Unrolling, ask
from checker.symbolic.encoding import Encoding
from checker.symbolic.lemmas import Lemma


@dataclass(frozen=True)
class Depth:
    """A proof by k-induction. lemmas: those that its step needs."""

    k: int
    lemmas: tuple[Lemma, ...]


class SeenInRun(Exception):
    """A run from the start shows it; the text says after how many steps."""


class KInduction:
    """One question: none of the terms `bad` is ever true. They must tell of every value that leaves its domain too.

    lemmas: true at the start and kept by every move, as terms over a state. simple_path: the states of a step
    differ. rlimit: effort for each query (0: no limit). deadline: by `monotonic`.
    """

    def __init__(
        self, encoding: Encoding, bad: Sequence[z3.BoolRef], lemmas: Mapping[Lemma, z3.BoolRef], *,
        simple_path: bool = False, deadline: float | None = None, rlimit: int = 0,
    ) -> None:  # fmt: skip
        self.encoding, self.simple_path, self.deadline = encoding, simple_path, deadline
        self.bad = encoding.encoder.some(bad)
        self.lemmas, self.questions, self.rlimit = lemmas, 0, rlimit
        self.labels = {lemma: z3.Bool(f"lemma {number}", encoding.context) for number, lemma in enumerate(lemmas)}
        self.base, self.step = Unrolling(encoding), Unrolling(encoding)
        self.from_start, self.from_anywhere = self._solver(rlimit), self._solver(rlimit)
        self.from_anywhere.set("core.minimize", True)
        self.from_start.add(self.base.at(0, encoding.is_initial()))
        self._new_state(0)

    def prove(self, most: int) -> Depth | None:
        """The smallest k up to `most` at which it is proved, if there is one.

        Raises SeenInRun if a run shows it, SolverGaveUp, or KeyboardInterrupt after Ctrl-C.
        """
        for k in range(1, most + 1):
            if k > 1:
                self.from_start.add(*self.base.extend())
            if self._ask(self.from_start, self.base.at(k - 1, self.bad)):
                raise SeenInRun(f"a run of {k - 1} steps leads to where it is seen")
            self.from_anywhere.add(z3.Not(self.step.at(k - 1, self.bad)), *self.step.extend())
            self._new_state(k)
            if not self._ask(self.from_anywhere, self.step.at(k, self.bad), *self.labels.values()):
                return Depth(k, self._in_core())
        return None

    def _in_core(self) -> tuple[Lemma, ...]:
        core = {label.get_id() for label in self.from_anywhere.unsat_core()}
        return tuple(lemma for lemma, label in self.labels.items() if label.get_id() in core)

    def _new_state(self, number: int) -> None:
        """What is known of one more state of the step, whatever came before it."""
        add, at = self.from_anywhere.add, self.step.at
        add(*(at(number, part) for part in self.encoding.well_formed()))
        add(*(z3.Implies(label, at(number, self.lemmas[lemma])) for lemma, label in self.labels.items()))
        if self.simple_path:
            for one, other in combinations(self.step.states, 2):
                if other is self.step.states[-1]:
                    add(self.encoding.encoder.some(one[name] != other[name] for name in one))

    def _solver(self, rlimit: int) -> z3.Solver:
        solver = z3.SolverFor("QF_BV", ctx=self.encoding.context)
        solver.set("random_seed", 0)
        if rlimit:
            solver.set("rlimit", rlimit)
        return solver

    def _ask(self, solver: z3.Solver, question: z3.BoolRef, *assumed: z3.BoolRef) -> bool:
        until = inf
        if self.deadline is not None:
            left = self.deadline - monotonic()
            if left <= 0:
                raise SolverGaveUp("timeout")
            solver.set("timeout", max(1, int(left * MILLISECONDS)))
            until = monotonic() + 0.9 * left
        self.questions += 1
        asked = z3.Bool(f"question {self.questions}", self.encoding.context)
        solver.add(z3.Implies(asked, question))
        return ask(solver, asked, *assumed, until=0.0 if self.rlimit else until)
