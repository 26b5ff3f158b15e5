"""What goes wrong in a scenario with some choices settled, and under which choices the same run goes wrong.
A counterexample depends only on the ambiguities that its steps and its property look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Protocol

from checker.checking import check_scenario
from checker.repair.choices import AS_READ, Menu, Settled
from checker.repair.settable import Looked, Settable, settings_of
from checker.search import Exploration, Limits, Sighting
from checker.trace import Trace
from checker.verdict import Unknown, Violated
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Property

FEW_STATES = 30_000  # most violations show within so many
MOST_COMBINATIONS = 1024  # of choices that one step is tried under
Looks = Callable[[Settled], Looked]  # whether a step, or a violation, is there under choices


@dataclass(frozen=True)
class Demand:
    """Properties that must hold in a scenario."""

    scenario: Scenario
    properties: tuple[Property, ...]


@dataclass(frozen=True)
class Failure:
    """A run that violates a property, and when it does: ambiguity -> the values under which it exists.

    Ambiguities that are missing do not matter to it. trace: of the system that settles choices at its start.
    against: what the other actor chooses in it, where that was not settled before.
    """

    demand: Demand
    property: Property
    trace: Trace
    exists_under: Mapping[str, frozenset[str]]
    against: Settled = field(default_factory=dict)

    def exists(self, settled: Settled) -> bool:
        return all(settled.get(name, AS_READ) in values for name, values in self.exists_under.items())


class NotDecided(Exception):
    """An exploration that was cut short: the reason in words."""


def broken_under(
    scenario: Scenario, read: Reading, properties: Sequence[Property], limits: Limits
) -> list[tuple[Property, Violated]]:
    """Those of the properties, and of what the tables rely on, that are violated in one exploration, with response
    properties. Raises NotDecided where it leaves anything unknown, or does not judge it."""
    run = check_scenario(scenario, read, properties, limits=limits)
    open_ones = [entry.verdict.reason for entry in run.judgements if isinstance(entry.verdict, Unknown)]
    open_ones += [run.left_out[entry.identifier] for entry in properties if entry.identifier in run.left_out]
    reason = doubt(scenario, run.exploration) or (f"{scenario.name}: {open_ones[0]}" if open_ones else None)
    if reason is not None:
        raise NotDecided(reason)
    return [(entry.property, entry.verdict) for entry in run.judgements if isinstance(entry.verdict, Violated)]


class Examines(Protocol):
    """Finds what fails of a demand under settled choices, with the choices under which the same run exists."""

    explorations: int

    def failures(self, demand: Demand, settled: Settled) -> list[Failure]: ...


class Examiner:
    """Explores demands under settled choices, and remembers what it found. limits: of one exploration."""

    def __init__(self, menu: Menu, limits: Limits) -> None:
        self.menu = menu
        self.limits = limits
        self.explorations = 0
        self._systems: dict[str, Settable] = {}
        self._searched: dict[tuple[str, tuple[tuple[str, str], ...]], _Searched] = {}

    def failures(self, demand: Demand, settled: Settled) -> list[Failure]:
        """A shortest run for each property that fails; [] if all hold in a complete exploration.

        Raises NotDecided where the exploration says nothing.
        """
        system = self.system(demand)
        key = (demand.scenario.name, tuple(sorted(settled.items())))
        searched = self._searched.get(key)
        if searched is None or not searched.covers(demand):
            searched = self._searched[key] = self._search(demand, system, settled)
        found = [self._failure(demand, entry, searched, settled) for entry in demand.properties
                 if entry.violation_name in searched.sightings]  # fmt: skip
        if not found and searched.doubt is not None:
            raise NotDecided(searched.doubt)
        return found

    def system(self, demand: Demand) -> Settable:
        """The scenario's system, compiled for at least these properties."""
        known = self._systems.get(demand.scenario.name)
        if known is None or not known.judges(demand.properties):
            known = Settable(demand.scenario, self.menu.base, settings_of(self.menu), demand.properties)
            self._systems[demand.scenario.name] = known
        return known

    def _search(self, demand: Demand, system: Settable, settled: Settled) -> _Searched:
        most = self.limits.states
        for states in (FEW_STATES if most is None else min(FEW_STATES, most), most):
            self.explorations += 1
            found = system.explore(settled, Limits(self.limits.memory, self.limits.seconds, states))
            if found.interrupted:
                raise KeyboardInterrupt
            if found.complete or any(entry.violation_name in found.sightings for entry in demand.properties):
                break
        judged = frozenset(entry.identifier for entry in system.properties)
        return _Searched(found.sightings, judged, found.complete, doubt(demand.scenario, found), {})

    def _failure(self, demand: Demand, entry: Property, searched: _Searched, settled: Settled) -> Failure:
        """What was seen of a property, with the choices under which the same run exists."""
        if entry.identifier not in searched.failures:
            system = self.system(demand)
            run = system.replayed(settled, entry.violation_name, searched.sightings[entry.violation_name])
            searched.failures[entry.identifier] = Failure(
                demand, entry, run, exists_under(system, self.menu, entry, run, settled))  # fmt: skip
        return searched.failures[entry.identifier]

def exists_under(
    system: Settable, menu: Menu, entry: Property, run: Trace, settled: Settled
) -> dict[str, frozenset[str]]:
    """Values of the ambiguities on the menu that a run looks at, under all combinations of which it exists."""
    result: dict[str, set[str]] = {}
    for exists in looks(system, entry, run):
        _restrict(menu, result, settled, exists)
    return {name: frozenset(values) for name, values in result.items()
            if values != {AS_READ, *menu.offered[name]}}  # fmt: skip


def looks(system: Settable, entry: Property, run: Trace) -> Iterator[Looks]:
    """For each step of a run, and for the state that it violates a property in: whether it is there under choices."""
    before = run.initial
    for number, step in enumerate(run.steps):
        last = number == len(run.steps) - 1
        watched = entry if last and not entry.in_states else None
        yield partial(system.step_exists, before, step, watched)
        before = step.state
    if entry.in_states:
        yield partial(system.violated_in, entry, before)


def _restrict(
    menu: Menu, result: dict[str, set[str]], settled: Settled, exists: Looks
) -> None:
    """Narrow `result` to values under all combinations of which `exists` is true."""
    free: dict[str, tuple[str, ...]] = {}

    def exist_all(candidate: Mapping[str, tuple[str, ...]]) -> bool:
        combinations = list(product(*candidate.values()))
        if len(combinations) > MOST_COMBINATIONS:
            return False
        for values in combinations:
            looked = exists({**settled, **dict(zip(candidate, values, strict=True))})
            for name in sorted(looked.at & menu.offered.keys()):
                free.setdefault(name, (settled.get(name, AS_READ),))
            if not looked.found:
                return False
        return True

    exist_all({})
    widened: set[str] = set()
    while not widened.issuperset(free):
        name = next(name for name in free if name not in widened)
        widened.add(name)
        values = (AS_READ, *menu.offered[name])
        if exist_all({**free, name: values}):
            free[name] = values
    for name, values in free.items():
        result[name] = result.get(name, set(values)) & set(values)


@dataclass(frozen=True)
class _Searched:
    """What one exploration saw. doubt: why it says nothing of what it did not see; None if it does.

    failures: those worked out so far, by property.
    """

    sightings: Mapping[str, Sighting]
    judged: frozenset[str]
    complete: bool
    doubt: str | None
    failures: dict[str, Failure]

    def covers(self, demand: Demand) -> bool:
        """Whether it answers for these properties: each was judged, and it went far enough."""
        seen = any(entry.violation_name in self.sightings for entry in demand.properties)
        return self.judged.issuperset(entry.identifier for entry in demand.properties) and (self.complete or seen)


def doubt(scenario: Scenario, found: Exploration) -> str | None:
    """Why an exploration says nothing of what it did not see; None if it does."""
    reason = found.doubt(loss=scenario.channel.loss)
    return None if reason is None else f"{scenario.name}: {reason}"
