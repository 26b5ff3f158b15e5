"""The smallest repairs of a reading: sets of choices under which all that is demanded holds, and no proper
subset of which suffices. Candidates come from Z3, smallest first; a counterexample rules out every candidate
under which the same run exists; what is left is explored. Repairs need not be monotone: a superset of one
is never assumed to be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import z3

from checker.repair.choices import AS_READ, Menu, Settled, texts
from checker.repair.failures import Demand, Examines, Failure, NotDecided

Report = Callable[[str], None]


@dataclass(frozen=True)
class Repairs:
    """minimal: the repairs, smallest first. failures: the counterexamples that the search met.

    unfinished: why there may be more, in words; None if these are all. explorations: how many were needed.
    """

    minimal: tuple[Settled, ...]
    failures: tuple[Failure, ...]
    unfinished: str | None
    explorations: int

    def why_not(self, settled: Settled) -> Failure | None:
        """A counterexample that exists under these choices, if one was met."""
        return next((failure for failure in self.failures if failure.exists(settled)), None)


@dataclass
class _Candidates:
    """Sets of choices that no counterexample rules out and that contain no repair, as a formula."""

    menu: Menu
    context: z3.Context = field(default_factory=z3.Context)

    def __post_init__(self) -> None:
        self.solver = z3.Solver(ctx=self.context)
        self.chosen = {choice: z3.Bool("=".join(choice), self.context) for choice in self.menu.choices()}
        for name, values in self.menu.offered.items():
            for number, value in enumerate(values):
                for other in values[number + 1 :]:
                    self.solver.add(z3.Not(z3.And(self.chosen[name, value], self.chosen[name, other])))

    def smallest(self, size: int) -> Settled | None:
        """A candidate of at most so many choices."""
        self.solver.push()
        variables = list(self.chosen.values())
        if size < len(variables):
            self.solver.add(z3.AtMost(*variables, size))
        self.solver.set("random_seed", 1)
        result = self.solver.check()
        found: Settled | None = None
        if result == z3.sat:
            model = self.solver.model()
            found = {name: value for (name, value), variable in self.chosen.items()
                     if z3.is_true(model.eval(variable, model_completion=True))}  # fmt: skip
        self.solver.pop()
        if result == z3.unknown:
            raise NotDecided(f"Z3 gave up: {self.solver.reason_unknown()}")
        return found

    def rule_out(self, exists_under: Mapping[str, frozenset[str]]) -> None:
        """No candidate under which a counterexample exists."""
        leaving = [self._settled_to(name, value) for name, values in exists_under.items()
                   for value in (AS_READ, *self.menu.offered[name]) if value not in values]  # fmt: skip
        self.solver.add(z3.Or(*leaving) if leaving else z3.BoolVal(False, self.context))

    def _settled_to(self, name: str, value: str) -> z3.BoolRef:
        if value != AS_READ:
            return self.chosen[name, value]
        return z3.Not(z3.Or(*(self.chosen[name, other] for other in self.menu.offered[name])))

    def no_superset(self, settled: Settled) -> None:
        alternatives = [z3.Not(self.chosen[choice]) for choice in settled.items()]
        self.solver.add(z3.Or(*alternatives) if alternatives else z3.BoolVal(False, self.context))


def minimal_repairs(
    menu: Menu, demands: Sequence[Demand], examiner: Examines, *, known: Sequence[Failure] = (), most: int = 64,
    report: Report = lambda text: None,
) -> Repairs:  # fmt: skip
    """All smallest repairs, or the first `most`.

    known: counterexamples to these demands from an earlier search. report: called with a line on progress.
    """
    candidates = _Candidates(menu)
    order = list(demands)
    minimal: list[Settled] = []
    failures: list[Failure] = list(known)
    for failure in known:
        candidates.rule_out(failure.exists_under)
    size = 0
    unfinished: str | None = None
    while size <= len(menu.offered):
        try:
            settled = candidates.smallest(size)
            if settled is None:
                size += 1
                continue
            report(f"{len(minimal)} repairs, {len(failures)} counterexamples; trying {len(settled)} choices")
            met = _first_failures(order, settled, examiner)
        except NotDecided as reason:
            unfinished = str(reason)
            break
        if met:
            for failure in met:
                candidates.rule_out(failure.exists_under)
            failures += met
            continue
        minimal.append(settled)
        candidates.no_superset(settled)
        if len(minimal) >= most:
            unfinished = f"stopped after {most} repairs"
            break
    minimal.sort(key=lambda settled: (len(settled), texts(settled)))
    return Repairs(tuple(minimal), tuple(failures), unfinished, examiner.explorations)


def _first_failures(order: list[Demand], settled: Settled, examiner: Examines) -> list[Failure]:
    """The failures of the first demand that has any; that demand is asked first next time."""
    for demand in list(order):
        found = examiner.failures(demand, settled)
        if found:
            order.remove(demand)
            order.insert(0, demand)
            return found
    return []
