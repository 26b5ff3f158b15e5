"""Runs in which a requirement matters: each ends with a step that takes a row of the requirement, in the situation
that the requirement is about, and does what it asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass

from checker.engines import explore
from checker.search import Limits
from checker.trace import Trace
from generators.coverage import RowWitness, open_values, witness_trace
from model.handover import binding, handover_of_one
from model.language.binding import resolve
from model.language.errors import ModelError
from model.language.expressions import Expression
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation, observe_steps
from model.language.systems import Action, System
from model.readings import Reading, reading
from model.scenarios import Scenario, load
from properties.kinds import Property, observations
from properties.when_it_matters import Matters


@dataclass(frozen=True)
class Looked:
    """What a search of one scenario says: a shortest run for each requirement that matters there, and the
    requirements whose situation occurs there in a step that does not do what they ask for."""

    found: Mapping[str, RowWitness]
    disregarded: tuple[str, ...]


def look_for(scenario: Scenario, read: Reading, wanted: Collection[Matters], limits: Limits = Limits()) -> Looked:  # noqa: B008
    """Explore a scenario of one UE for these requirements. What speaks of something that the scenario does not
    have cannot occur in it. Raises ModelError if the search is not complete."""
    system = handover_of_one(scenario, read)
    observations: list[Observation] = []
    for entry in wanted:
        bearing = bearing_actions(system, entry.requirement)
        matching = _observed(entry.requirement, entry.condition, entry.actor, system, scenario, read, bearing)
        if matching is not None and matching.in_steps:
            otherwise = entry.situation & ~entry.demand
            against = _observed(f"not {entry.requirement}", otherwise, entry.actor, system, scenario, read, None)
            observations += [matching] if against is None else [matching, against]
    if not observations:
        return Looked({}, ())
    seen = explore(system, observations, limits)
    if not seen.complete:
        raise ModelError(f'"{scenario.name}" was not explored whole: {seen.stopped}')
    found = {}
    for entry in wanted:
        sighting = seen.sightings.get(entry.requirement)
        if sighting is not None:
            action = system.actions[system.action_index[sighting.path[-1][0]]]
            row = next(row for row in action.rows if entry.requirement in row.requirements)
            found[entry.requirement] = RowWitness(
                row.machine, row.label, scenario.name, read.name, open_values(system, sighting.initial), sighting.path,
                tuple(read.switched_texts),
            )  # fmt: skip
    return Looked(found, tuple(e.requirement for e in wanted if f"not {e.requirement}" in seen.sightings))


def smallest_runs(
    wanted: Collection[Matters], names: Sequence[str], read: Reading, found_in: Callable[[str, Looked], None],
) -> dict[str, RowWitness]:  # fmt: skip
    """A run for each requirement from the first of these scenarios that has one. found_in: told of each scenario.

    Raises ModelError where the model does otherwise than a requirement asks for, in the situation declared.
    """
    left = {entry.requirement: entry for entry in wanted}
    found: dict[str, RowWitness] = {}
    for name in names:
        if not left:
            break
        looked = look_for(load(name), read, list(left.values()))
        wrong = sorted(set(looked.disregarded) & set(looked.found))
        if wrong:
            raise ModelError(f"{name}: the model does otherwise where it is said to matter: {', '.join(wrong)}")
        found.update(looked.found)
        left = {requirement: entry for requirement, entry in left.items() if requirement not in found}
        found_in(name, looked)
    return found


def bearing_actions(system: System, requirement: str) -> frozenset[str]:
    """Names of the actions that take a row which realises the requirement."""
    return frozenset(action.name for action in system.actions if requirement in action.requirements)


def _observed(
    name: str, condition: Expression, actor: str, system: System, scenario: Scenario, read: Reading,
    actions: Container[str] | None,
) -> Observation | None:  # fmt: skip
    try:
        return observe_steps(name, resolve(condition, binding(scenario, read), actor), system, actions)
    except ModelError:
        return None


class StepConditions:
    """Step conditions in one system, evaluated by the interpretation."""

    def __init__(self, system: System, scenario: Scenario, read: Reading) -> None:
        self.system = system
        self.interpretation = Interpretation(system)
        self._binding = binding(scenario, read)

    def hold(self, condition: Expression, actor: str, action: Action, position: int | None, before: State) -> bool:
        """Whether the condition holds of this step. Raises ModelError if it makes no sense in the system."""
        resolved = resolve(condition, self._binding, actor)
        return self.seen(observe_steps("", resolved, self.system, (action.name,)), action, position, before)

    def seen(self, observation: Observation, action: Action, position: int | None, before: State) -> bool:
        """Whether this step is what an observation of steps looks for."""
        condition = observation.in_steps.get(action.name)
        if condition is None:
            return False
        fields = self.interpretation.taken(action, before, position)
        return bool(self.interpretation.evaluate(condition, before, fields, self.interpretation.scope(action)))

    def violation_of(self, property_: Property, action: Action) -> Observation:
        """What violates an invariant, or a step property by this action."""
        return observations(property_, self.system, self._binding, 1, (action.name,))[0]


def trace_in_which_it_matters(entry: Matters, witness: RowWitness) -> Trace:
    """The run, replayed. Raises ModelError if it is no run of the model, takes no row of the requirement in its
    last step, or is not in the situation there."""
    trace = witness_trace(witness)
    last = trace.steps[-1]
    scenario, read = load(witness.scenario), reading(witness.reading, witness.choices)
    about = f'the run for "{entry.requirement}" in {witness.scenario}'
    if entry.requirement not in last.action.requirements:
        raise ModelError(f"{about} does not end in a row of it")
    conditions = StepConditions(trace.system, scenario, read)
    if not conditions.hold(entry.condition, entry.actor, last.action, last.position, trace.states[-2]):
        raise ModelError(f"{about} does not end where it matters")
    return trace


def smallest_first(names: Sequence[str], states: Callable[[str], int]) -> list[str]:
    """Scenarios of one UE as they are looked at: those in which nobody attacks and no choice is fixed, then the
    others; each the small ones first."""

    def order(name: str) -> tuple[bool, int]:
        scenario = load(name)
        return scenario.attacker.exists or bool(scenario.choices), states(name)

    return sorted((name for name in names if load(name).ue.count == 1), key=order)
