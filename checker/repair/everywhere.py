"""One set of choices for many scenarios: a repair that was searched in a few of them is tried in all, completed where
it leaves something broken, and made as small as it can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from checker.repair.choices import Menu, Settled, values_in, with_settled
from checker.repair.failures import Demand, broken_under
from checker.search import Limits
from checker.trace import Trace
from checker.verdict import Violated
from model.readings import BY_IDENTIFIER, Reading
from properties.kinds import Property

Broken = tuple[tuple[Property, Trace], ...]
Report = Callable[[str], None]


@dataclass(frozen=True)
class Completed:
    """Where a set of choices did not mend everything. left: what it left broken there.

    choice: the first one of the menu with which nothing is; None if no single one does.
    written, as_written: that choice as it is in the text, and what breaks with it where all else is as intended.
    """

    demand: Demand
    left: tuple[Property, ...]
    choice: tuple[str, str] | None
    written: str | None
    as_written: Broken


@dataclass(frozen=True)
class Everywhere:
    """repair: choices with which every demand is met, unless something is in `still`; no proper subset of them that
    holds the repair it started from meets all. without: choice -> a scenario, and what breaks there without it."""

    demands: tuple[Demand, ...]
    repair: Settled
    completed: tuple[Completed, ...]
    still: tuple[tuple[str, Property], ...]
    without: Mapping[str, tuple[str, tuple[Property, ...]]]


def everywhere(
    start: Settled, demands: Sequence[Demand], menu: Menu, limits: Limits, report: Report = lambda text: None
) -> Everywhere:
    """Complete a repair until it meets all demands, response properties among them. Subsets are tried one by one, none
    is assumed to fail or to do. Raises NotDecided where an exploration is cut short."""
    trials = _Trials(menu, limits, report)
    settled, completed = _complete(start, demands, trials)
    added = [name for name in settled if name not in start]
    nearest = [entry.demand for entry in completed]
    for chosen in (some for size in range(len(added)) for some in combinations(added, size)):
        smaller = {**start, **{name: settled[name] for name in chosen}}
        if trials.first_broken(smaller, [*nearest, *demands]) is None:
            settled = smaller
            break
    still = tuple((demand.scenario.name, entry) for demand in demands for entry in trials.broken(demand, settled))
    without = {}
    for name in settled:
        found = trials.first_broken({other: settled[other] for other in settled if other != name}, [*nearest, *demands])
        if found is not None:
            without[name] = found
    return Everywhere(tuple(demands), settled, tuple(completed), still, without)


def _complete(start: Settled, demands: Sequence[Demand], trials: _Trials) -> tuple[Settled, list[Completed]]:
    settled, completed = dict(start), []
    for demand in demands:
        left = trials.broken(demand, settled)
        if not left:
            continue
        free = [choice for choice in trials.menu.choices() if choice[0] not in settled]
        choice = next((one for one in free if not trials.broken(demand, {**settled, one[0]: one[1]})), None)
        written, as_written = (None, ()) if choice is None else trials.as_written(demand, choice[0])
        completed.append(Completed(demand, left, choice, written, as_written))
        settled.update([choice] if choice is not None else [])
    return settled, completed


class _Trials:
    """What is broken in a scenario under choices; remembered."""

    def __init__(self, menu: Menu, limits: Limits, report: Report) -> None:
        self.menu = menu
        self._limits = limits
        self._report = report
        self._known: dict[object, tuple[Property, ...]] = {}

    def broken(self, demand: Demand, settled: Settled) -> tuple[Property, ...]:
        wanted = tuple(entry.identifier for entry in demand.properties)
        key = demand.scenario.name, wanted, frozenset(settled.items())
        if key not in self._known:
            self._report(f"{len(settled)} choices in {demand.scenario.name}")
            found = self._violated(demand, with_settled(self.menu.reading, settled))
            self._known[key] = tuple(entry for entry, _ in found)
        return self._known[key]

    def first_broken(
        self, settled: Settled, demands: Sequence[Demand]
    ) -> tuple[str, tuple[Property, ...]] | None:
        found = ((demand.scenario.name, self.broken(demand, settled)) for demand in demands)
        return next(((name, broken) for name, broken in found if broken), None)

    def as_written(self, demand: Demand, name: str) -> tuple[str, Broken]:
        """The first answer of the text that is not the intended one, and what breaks with it alone."""
        intended = values_in("intended", BY_IDENTIFIER[name])
        value = next(value for value in values_in(self.menu.reading, BY_IDENTIFIER[name]) if value not in intended)
        self._report(f"{name}={value} alone, in {demand.scenario.name}")
        found = self._violated(demand, with_settled("intended", {name: value}))
        return value, tuple((entry, verdict.trace) for entry, verdict in found if verdict.trace is not None)

    def _violated(self, demand: Demand, read: Reading) -> list[tuple[Property, Violated]]:
        return broken_under(demand.scenario, read, demand.properties, self._limits)
