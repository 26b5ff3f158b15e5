"""A system that follows, as a truth value, whether a variable has a certain value: what is asked of that alone can be
judged where the variable itself is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from model.language.domains import Boolean, Modular, Value
from model.language.expressions import TRUE, Expression, Operator, all_of, constant, variable
from model.language.observations import Observation
from model.language.rewriting import nodes_of, substituted
from model.language.systems import Action, System, SystemVariable

Asked = dict[Expression, tuple[str, Value]]  # "variable = value" as a condition -> both


def follow_values(
    system: System, observations: Sequence[Observation]
) -> tuple[System, list[Observation]] | None:  # fmt: skip
    """The system with a truth value for each "serial number = constant" in the observations, which then ask that; None
    if they ask nothing of the kind."""
    asked = _asked(system, observations)
    if not asked:
        return None
    names = {condition: f"{name} is {value}" for condition, (name, value) in asked.items()}
    replacement = {condition: variable(name) for condition, name in names.items()}
    followed = tuple(
        SystemVariable(names[condition], Boolean(), _initial(system, *place), place[0].partition(".")[0], True,
                       f"whether {place[0]} is {place[1]}")
        for condition, place in asked.items()
    )  # fmt: skip
    result = replace(
        system, variables=(*system.variables, *followed), symmetries=(),
        actions=tuple(_followed(action, asked, names) for action in system.actions),
        initially=all_of([system.initially, *(variable(names[node]) == node for node in asked)]),
    )  # fmt: skip
    return result, [
        Observation(entry.name, None if entry.in_states is None else substituted(entry.in_states, replacement),
                    {name: substituted(condition, replacement) for name, condition in entry.in_steps.items()})
        for entry in observations
    ]  # fmt: skip


def _asked(system: System, observations: Sequence[Observation]) -> Asked:
    found: Asked = {}
    for entry in observations:
        for condition in (TRUE if entry.in_states is None else entry.in_states, *entry.in_steps.values()):
            for node in nodes_of(condition, Operator.EQUAL):
                left, right = node.operands
                if left.operator is Operator.CONSTANT:
                    left, right = right, left
                if (
                    left.operator is Operator.VARIABLE
                    and right.operator is Operator.CONSTANT
                    and isinstance(system.domain(str(left.payload)), Modular)
                ):
                    assert isinstance(right.payload, int)
                    found[node] = (str(left.payload), right.payload)
    return found


def _initial(system: System, name: str, value: Value) -> tuple[Value, ...]:
    [entry] = [entry for entry in system.variables if entry.name == name]
    return tuple(dict.fromkeys(start == value for start in entry.initial))


def _followed(action: Action, asked: Asked, names: dict[Expression, str]) -> Action:
    new = {
        names[condition]: action.assignments[name] == constant(value)
        for condition, (name, value) in asked.items() if name in action.assignments
    }  # fmt: skip
    return replace(action, assignments={**action.assignments, **new}) if new else action
