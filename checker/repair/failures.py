"""What goes wrong in a scenario with some choices settled, and under which choices the same run goes wrong.
A counterexample depends only on the ambiguities that its rows and its property mention."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from checker.explicit.engine import explore
from checker.repair.choices import Menu, Settled, with_settled
from checker.search import Limits
from checker.trace import Trace, TraceStep, replay
from model.handover import MACHINES, Change, binding, handover
from model.language.binding import effect_expressions
from model.language.errors import ModelError
from model.language.expressions import Expression, Operator, post_order
from model.language.interpretation import Interpretation, State
from model.language.machines import Decision, EffectChoice, Machine, Row
from model.language.observations import Observation
from model.language.systems import Action, System
from model.scenarios import Scenario
from properties.kinds import Property, observations

FEW_STATES = 30_000  # most violations show within so many
MOST_COMBINATIONS = 1024  # of choices that one step is tried under
MOST_SYSTEMS = 4_000  # kept
Rows: TypeAlias = tuple[tuple[str, str, str], ...]  # machine, trigger, label
AS_READ = ""  # the value of an ambiguity that is not settled


@dataclass(frozen=True)
class Demand:
    """Properties that must hold in a scenario."""

    scenario: Scenario
    properties: tuple[Property, ...]


@dataclass(frozen=True)
class Failure:
    """A run that violates a property, and when it does: ambiguity -> the values under which it exists.

    Ambiguities that are missing do not matter to it.
    """

    demand: Demand
    property: Property
    trace: Trace
    exists_under: Mapping[str, frozenset[str]]

    def exists(self, settled: Settled) -> bool:
        return all(settled.get(name, AS_READ) in values for name, values in self.exists_under.items())


class NotDecided(Exception):
    """An exploration that was cut short: the reason in words."""


class Examiner:
    """Explores demands under settled choices. limits: of one exploration."""

    def __init__(self, menu: Menu, limits: Limits) -> None:
        self.menu = menu
        self.limits = limits
        self.explorations = 0
        self._systems: dict[tuple[str, tuple[tuple[str, str], ...], Rows | None], System] = {}

    def failures(self, demand: Demand, settled: Settled) -> list[Failure]:
        """A shortest run for each property that fails; [] if all hold in a complete exploration.

        Raises NotDecided where the exploration says nothing.
        """
        system = self._system(demand.scenario, settled)
        bound = binding(demand.scenario, with_settled(self.menu.reading, settled))
        wanted: dict[str, tuple[Property, Observation]] = {}
        for entry in demand.properties:
            violation = observations(entry, system, bound)[0]
            wanted[violation.name] = (entry, violation)
        most = self.limits.states
        for states in (FEW_STATES if most is None else min(FEW_STATES, most), most):
            self.explorations += 1
            found = explore(system, [observation for _, observation in wanted.values()],
                            Limits(self.limits.memory, self.limits.seconds, states))  # fmt: skip
            if found.sightings:
                runs = [(wanted[name][0], replay(system, name, seen.initial, seen.path))
                        for name, seen in found.sightings.items()]  # fmt: skip
                return [Failure(demand, entry, run, self._exists_under(demand, entry, run, settled))
                        for entry, run in runs]  # fmt: skip
            if found.stopped == "interrupted":
                raise KeyboardInterrupt
            if found.complete:
                if found.overflowed and not demand.scenario.channel.loss:
                    raise NotDecided(f"{demand.scenario.name}: a reply found no room")
                return []
        raise NotDecided(f"{demand.scenario.name}: {found.stopped}")

    def _system(self, scenario: Scenario, settled: Settled, rows: Rows | None = None) -> System:
        """The system, or one with these rows only, which is all that a step depends on."""
        key = (scenario.name, tuple(sorted(settled.items())), rows)
        if key not in self._systems:
            if len(self._systems) > MOST_SYSTEMS:
                self._systems.clear()
            change = None if rows is None else _keeping(rows)
            self._systems[key] = handover(scenario, with_settled(self.menu.reading, settled), change)
        return self._systems[key]

    def _exists_under(
        self, demand: Demand, entry: Property, run: Trace, settled: Settled
    ) -> dict[str, frozenset[str]]:
        """Values of the ambiguities mentioned under all combinations of which the run exists."""
        result: dict[str, set[str]] = {}
        before = run.initial
        for number, step in enumerate(run.steps):
            last = number == len(run.steps) - 1
            names = _of_step(step)
            if last and not entry.in_states:
                names |= set(_mentioned([entry.whenever, entry.then]))
            watched = entry if last and not entry.in_states else None
            exists = _StepExists(self, demand.scenario, before, step, watched)
            self._restrict(result, sorted(names), settled, exists)
            before = step.state
        if entry.in_states:
            names = set(_mentioned([entry.whenever, entry.then]))
            self._restrict(result, sorted(names), settled, _StateViolates(self, demand.scenario, before, entry))
        return {name: frozenset(values) for name, values in result.items()
                if values != {AS_READ, *self.menu.offered[name]}}  # fmt: skip

    def _restrict(
        self, result: dict[str, set[str]], names: Sequence[str], settled: Settled, exists: Callable[[Settled], bool]
    ) -> None:
        """Narrow `result` to values under all combinations of which `exists` is true."""
        names = [name for name in names if name in self.menu.offered]
        free: dict[str, tuple[str, ...]] = {name: (settled.get(name, AS_READ),) for name in names}

        def exist_all(candidate: Mapping[str, tuple[str, ...]]) -> bool:
            combinations = list(product(*candidate.values()))
            return len(combinations) <= MOST_COMBINATIONS and all(
                exists({name: value for name, value in zip(candidate, values, strict=True) if value != AS_READ})
                for values in combinations
            )

        for name in names:
            widened = {**free, name: (AS_READ, *self.menu.offered[name])}
            if exist_all(widened):
                free = widened
        for name, values in free.items():
            result[name] = result.get(name, set(values)) & set(values)


@dataclass(frozen=True)
class _StepExists:
    """Whether a row of the same name leads from the same state to the same one, and violates `watched`."""

    examiner: Examiner
    scenario: Scenario
    before: State
    step: TraceStep
    watched: Property | None

    def __call__(self, settled: Settled) -> bool:
        try:
            system = self.examiner._system(self.scenario, settled, _rows_of(self.step))
        except ModelError:
            return False
        interpretation = Interpretation(system)
        action = _same_step(interpretation, self.before, self.step)
        if action is None:
            return False
        if self.watched is None:
            return True
        bound = binding(self.scenario, with_settled(self.examiner.menu.reading, settled))
        condition = observations(self.watched, system, bound)[0].in_steps.get(action.name)
        if condition is None:
            return False
        fields = interpretation.taken(action, self.before, self.step.position)
        return bool(interpretation.evaluate(condition, self.before, fields, interpretation.scope(action)))


@dataclass(frozen=True)
class _StateViolates:
    """Whether a property is violated in a state."""

    examiner: Examiner
    scenario: Scenario
    state: State
    entry: Property

    def __call__(self, settled: Settled) -> bool:
        system = self.examiner._system(self.scenario, settled, ())
        bound = binding(self.scenario, with_settled(self.examiner.menu.reading, settled))
        condition = observations(self.entry, system, bound)[0].in_states
        return condition is not None and Interpretation(system).holds(condition, self.state)


def _rows_of(step: TraceStep) -> Rows:
    return tuple((row.machine, row.trigger.key, row.label) for row in step.action.rows)


def _keeping(rows: Rows) -> Change:
    """Every row but these is left out; what stood above a row stays in its guard."""

    def change(machines: Mapping[str, Machine]) -> None:
        for machine in machines.values():
            machine.decisions[:] = [
                Decision(row.trigger, row.states, (replace(row.case, when=row.guard),))
                for row in machine.rows() if (machine.name, row.trigger.key, row.label) in rows
            ]  # fmt: skip

    return change


def _same_step(interpretation: Interpretation, before: State, step: TraceStep) -> Action | None:
    """The action of this system that is the same row and leads to the same state."""
    wanted = row_name(step.action.name)
    for action in interpretation.system.actions:
        if row_name(action.name) != wanted or not interpretation.is_enabled(action, step.position, before):
            continue
        if interpretation.step(action, step.position, before).state == step.state:
            return action
    return None


def row_name(action: str) -> str:
    """An action's name without the alternatives that it settles."""
    head, separator, rest = action.partition(" [AMB-")
    return head + (rest.partition("]")[2] if separator else "")


def _of_step(step: TraceStep) -> set[str]:
    """The ambiguities that the rows of a step mention, those above them in their decisions included."""
    fired = {(row.machine, row.label) for row in step.action.rows}
    found: set[str] = set()
    for machine in MACHINES:
        for row in machine.rows():
            if (machine.name, row.label) in fired and row.trigger.key == step.action.trigger:
                found |= set(_of_row(row))
    return found


def _of_row(row: Row) -> Iterator[str]:
    case = row.case
    expressions = [row.guard, *case.emits.values(), *effect_expressions(case.then)]
    yield from _mentioned([*expressions, *([case.dest] if case.dest is not None else [])])
    yield from _effect_choices(case.then)


def _effect_choices(effects: Sequence[object]) -> Iterator[str]:
    for effect in effects:
        if isinstance(effect, EffectChoice):
            yield effect.ambiguity
            for alternative in effect.alternatives.values():
                yield from _effect_choices(alternative)


def _mentioned(expressions: Sequence[Expression]) -> Iterator[str]:
    for expression in expressions:
        for node in post_order(expression):
            if node.operator is Operator.CHOICE and isinstance(node.payload, tuple):
                yield str(node.payload[0])

