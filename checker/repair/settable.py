"""A scenario whose ambiguities are settled where it starts: one system, compiled once, is searched under any
choices, and a step of it is tried under others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property

from checker.explicit.engine import ExplicitSearch
from checker.explicit.preparation import Prepared
from checker.repair.choices import AS_READ, Menu, Settled, values_in
from checker.search import Exploration, Limits, Sighting
from checker.trace import Trace, TraceStep, replay
from model.handover import binding, handover_of_one
from model.language.binding import setting
from model.language.domains import Value
from model.language.errors import ModelError
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import Action, System
from model.readings import BY_IDENTIFIER, reading
from model.scenarios import Scenario
from properties.kinds import Property, observations

AS_WRITTEN = "as read"  # the setting that leaves an ambiguity as the reading has it


class Settable:
    """One UE. What the scenario itself chooses, for all actors or for one, stays as it has it."""

    def __init__(self, scenario: Scenario, menu: Menu, properties: Sequence[Property]) -> None:
        self.scenario = scenario
        self.properties = tuple(properties)
        fixed = {name for actor, name in reading(menu.reading, scenario.choices).switched if actor is None}
        settings = {
            name: {AS_WRITTEN: values_in(menu.reading, BY_IDENTIFIER[name]),
                   **{value: (value,) for value in BY_IDENTIFIER[name].alternatives}}
            for name in menu.offered if name not in fixed
        }  # fmt: skip
        read = reading(menu.reading)
        self.system = replace(handover_of_one(scenario, read, settings=settings), symmetries=())
        self.bound = binding(scenario, read, settings)
        self.observations: Mapping[str, Observation] = {
            entry.identifier: observations(entry, self.system, self.bound)[0] for entry in properties
        }
        self._places = {name: self.system.variable_index[str(setting(name).payload)] for name in settings}
        self._actions: dict[str, list[Action]] = {}
        for action in self.system.actions:
            self._actions.setdefault(row_name(action.name), []).append(action)

    def judges(self, properties: Sequence[Property]) -> bool:
        return all(entry.identifier in self.observations for entry in properties)

    @cached_property
    def _prepared(self) -> Prepared:
        return Prepared.of(self.system, list(self.observations.values()))

    @cached_property
    def _interpretation(self) -> Interpretation:
        return Interpretation(self.system)

    def starting_with(self, settled: Settled) -> System:
        """The system that starts with these choices only."""
        initial = {index: settled.get(name, AS_READ) or AS_WRITTEN for name, index in self._places.items()}
        variables = tuple(
            replace(entry, initial=(initial[index],)) if index in initial else entry
            for index, entry in enumerate(self.system.variables)
        )
        return replace(self.system, variables=variables)

    def explore(self, settled: Settled, limits: Limits) -> Exploration:
        """A search under these choices, for the violations of all properties."""
        system, looked_for = self.starting_with(settled), list(self.observations.values())
        with closing(ExplicitSearch(system, looked_for, limits, prepared=self._prepared)) as search:
            return search.result(search.run())

    def replayed(self, settled: Settled, about: str, seen: Sighting) -> Trace:
        return replay(self.starting_with(settled), about, seen.initial, seen.path)

    # one step, under other choices

    def _in(self, state: State, settled: Settled) -> State:
        """The same state under these choices."""
        values = list(state.values)
        for name, index in self._places.items():
            values[index] = settled.get(name, AS_READ) or AS_WRITTEN
        return State(tuple(values), state.channels)

    def step_exists(self, before: State, step: TraceStep, watched: Property | None, settled: Settled) -> Looked:
        """Whether a row of the same name leads from the same state to the same one, and violates `watched`."""
        start, end = self._in(before, settled), self._in(step.state, settled)
        watching = _Watching(start.values)
        start = State(watching, start.channels)
        action = self._same_step(start, end, step)
        found = action is not None
        if action is not None and watched is not None:
            condition = self.observations[watched.identifier].in_steps.get(action.name)
            fields = self._interpretation.taken(action, start, step.position)
            scope = self._interpretation.scope(action)
            found = condition is not None and bool(
                self._interpretation.evaluate(condition, start, fields, scope)
            )
        return self._looked(found, watching)

    def _same_step(self, start: State, end: State, step: TraceStep) -> Action | None:
        for action in self._actions[row_name(step.action.name)]:
            try:
                if (
                    self._interpretation.is_enabled(action, step.position, start)
                    and self._interpretation.step(action, step.position, start).state == end
                ):
                    return action
            except ModelError:  # a value outside its domain
                continue
        return None

    def violated_in(self, entry: Property, state: State, settled: Settled) -> Looked:
        """Whether this state violates an invariant under these choices."""
        condition = self.observations[entry.identifier].in_states
        start = self._in(state, settled)
        watching = _Watching(start.values)
        found = condition is not None and self._interpretation.holds(condition, State(watching, start.channels))
        return self._looked(found, watching)

    def _looked(self, found: bool, watching: _Watching) -> Looked:
        return Looked(found, frozenset(name for name, index in self._places.items() if index in watching.read))


@dataclass(frozen=True)
class Looked:
    """An answer, and the ambiguities that were looked at to get it: on the others it does not depend."""

    found: bool
    at: frozenset[str]


class _Watching(tuple[Value, ...]):
    """The values of a state that remember which of them were read."""

    def __init__(self, values: tuple[Value, ...]) -> None:
        self.read: set[int] = set()

    def __getitem__(self, index: int) -> Value:  # type: ignore[override]
        self.read.add(index)
        return super().__getitem__(index)


def row_name(action: str) -> str:
    """An action's name without the alternatives that it settles."""
    head, separator, rest = action.partition(" [AMB-")
    return head + (rest.partition("]")[2] if separator else "")
