"""A scenario whose ambiguities are settled where it starts: one system, compiled once, is searched under any
choices, and a step of it is tried under others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property

from checker.explicit.engine import ExplicitSearch
from checker.explicit.preparation import Prepared
from checker.repair.choices import AS_READ, Menu, Settled, values_in
from checker.search import Exploration, Limits, Sighting
from checker.trace import Trace, TraceStep, replay
from model.handover import Settings, binding, handover_of_one
from model.language.binding import setting
from model.language.domains import Value
from model.language.errors import ModelError
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import Action, System
from model.readings import BY_IDENTIFIER, Reading, reading
from model.scenarios import Scenario
from properties.kinds import Property, observations

AS_WRITTEN = "as read"  # the setting that leaves an ambiguity as the reading has it


class Settable:
    """One UE. What the scenario itself chooses, for all actors or for one, stays as it has it.

    settings: ambiguity, or that of one actor ("ue.AMB-06") -> setting -> what it then allows.
    """

    def __init__(
        self, scenario: Scenario, read: Reading, settings: Settings, properties: Sequence[Property]
    ) -> None:
        self.scenario = scenario
        self.properties = tuple(properties)
        fixed = reading(read.name, scenario.choices).switched
        free = {name: values for name, values in settings.items() if not _is_fixed(name, fixed)}
        self.system = replace(handover_of_one(scenario, read, settings=free), symmetries=())
        self.bound = binding(scenario, read, free)
        self.observations: Mapping[str, Observation] = {
            entry.identifier: observations(entry, self.system, self.bound)[0] for entry in properties
        }
        self._watched: tuple[Observation, ...] = tuple(self.observations.values())
        self._places = {name: self.system.variable_index[str(setting(name).payload)] for name in free}
        self._actions: dict[str, list[Action]] = {}
        for action in self.system.actions:
            self._actions.setdefault(row_name(action.name), []).append(action)

    def judges(self, properties: Sequence[Property]) -> bool:
        return all(entry.identifier in self.observations for entry in properties)

    def watch(self, more: Sequence[Observation]) -> None:
        """Look for these as well, in every search. To be called before the first."""
        self._watched = (*self._watched, *more)

    @cached_property
    def _prepared(self) -> Prepared:
        return Prepared.of(self.system, self._watched)

    @cached_property
    def _interpretation(self) -> Interpretation:
        return Interpretation(self.system)

    @property
    def free(self) -> Collection[str]:
        """The ambiguities that are settled where the system starts."""
        return self._places.keys()

    def variable(self, name: str) -> str:
        """The variable that settles an ambiguity."""
        return self.system.variables[self._places[name]].name

    def value_in(self, state: State, name: str) -> Value:
        return state.values[self._places[name]]

    def starting_with(self, settled: Settled, several: Mapping[str, tuple[str, ...]] | None = None) -> System:
        """The system that starts with these choices only. several: with each of these values."""
        initial = {index: (several or {}).get(name) or (settled.get(name, AS_READ) or AS_WRITTEN,)
                   for name, index in self._places.items()}  # fmt: skip
        variables = tuple(
            replace(entry, initial=initial[index]) if index in initial else entry
            for index, entry in enumerate(self.system.variables)
        )
        return replace(self.system, variables=variables)

    def explore(
        self, settled: Settled, limits: Limits, several: Mapping[str, tuple[str, ...]] | None = None
    ) -> Exploration:
        """A search under these choices, for the violations of all properties. several: see `starting_with`."""
        system = self.starting_with(settled, several)
        with closing(ExplicitSearch(system, self._watched, limits, prepared=self._prepared)) as search:
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


def settings_of(menu: Menu) -> dict[str, dict[str, tuple[str, ...]]]:
    """Every ambiguity on the menu as the reading has it, or settled to any of its alternatives."""
    return {
        name: {AS_WRITTEN: values_in(menu.reading, BY_IDENTIFIER[bare(name)]),
               **{value: (value,) for value in BY_IDENTIFIER[bare(name)].alternatives}}
        for name in menu.offered
    }  # fmt: skip


def bare(name: str) -> str:
    """The ambiguity in "AMB-06" or "ue.AMB-06"."""
    return name.rpartition(".")[2]


def _is_fixed(name: str, switched: Mapping[tuple[str | None, str], str]) -> bool:
    actor, _, ambiguity = name.rpartition(".")
    return (None, ambiguity) in switched or (actor, ambiguity) in switched


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
