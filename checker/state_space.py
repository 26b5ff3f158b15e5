"""The reachable states seen from far: regions of states that agree in a few variables, and the steps
between them. What is counted is exact if the exploration was complete, else what it reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.language.domains import Value
from model.language.errors import ModelError, nearest
from model.language.systems import System


@dataclass(frozen=True)
class Region:
    """The reachable states in which the chosen variables have these values. inside: steps that stay in it."""

    values: tuple[Value, ...]
    states: int
    initial: bool
    inside: int


@dataclass(frozen=True)
class Crossing:
    """The steps from one region to another (places in the list of regions), and by which actions."""

    source: int
    dest: int
    steps: int
    actions: tuple[tuple[str, int], ...]  # name and number of steps, most frequent first


@dataclass(frozen=True)
class StateSpace:
    """stopped: why the exploration ended early, None if it is complete. expanded: states whose steps were
    counted; all of them if complete. Regions with initial states first, then in order of their values."""

    system: str
    variables: tuple[str, ...]
    regions: tuple[Region, ...]
    crossings: tuple[Crossing, ...]
    states: int
    expanded: int
    steps: int
    stopped: str | None


def chosen_variables(system: System, names: Sequence[str]) -> tuple[int, ...]:
    """The places of variables by name ("ue.state"); a machine's name means its control state.

    Raises ModelError for an unknown name, a repeated one, or none at all.
    """
    if not names:
        raise ModelError("no variable is chosen; name some, such as ue.state,home_agent.state")
    places = []
    for name in names:
        full = f"{name}.state" if f"{name}.state" in system.variable_index else name
        if full not in system.variable_index:
            raise ModelError(f'no variable "{name}" in this system: {nearest(name, list(system.variable_index))}')
        places.append(system.variable_index[full])
    if len(set(places)) < len(places):
        raise ModelError("a variable is chosen twice")
    return tuple(places)
