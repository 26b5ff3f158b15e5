"""Hypothesis strategy for systems made of two or three random ones that meet in a few shared variables."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum

from hypothesis import strategies as st

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Integer, Sizes
from model.language.errors import ModelError
from model.language.flattening import compose
from model.language.machines import Machine
from model.language.observations import Observation, observe_states, observe_steps
from model.language.systems import System
from tests.agreement.random_systems import Builder, Draw, Names, condition, flag, number, pick


class Hub(Enum):
    THERE = "there"


@st.composite
def splitting_systems(draw: Draw) -> tuple[System, list[Observation]]:
    """A system whose parts share one or two small variables, and observations of one part or of several."""
    hub = Machine("hub", Hub, Hub.THERE)
    if flag(draw):
        hub.variable("first", BOOLEAN, initial=flag(draw))
    else:
        hub.variable("first", Integer(0, 2), initial=number(draw, 0, 2))
    if flag(draw):
        hub.variable("second", BOOLEAN, initial=[False, True] if number(draw, 0, 3) == 0 else False)
    common = [declared for declared in hub.variables.values() if not declared.name.endswith(".state")]
    builders = [Builder(draw, prefix, (1, 2), (0, 1), common) for prefix in "abc"[: number(draw, 2, 3)]]
    bounds = {f"{builder.prefix}capacity{index}": number(draw, 1, 2) for builder in builders for index in range(2)}
    parameters = {name: value for builder in builders for name, value in builder.parameters.items()}
    machines = [machine for builder in builders for machine in builder.machines]
    channels = [channel for builder in builders for channel in builder.channels]
    system = compose("random parts", [hub, *machines], channels, Binding(Sizes(bounds=bounds), parameters=parameters))
    names = Names(channels=channels)
    for builder in builders:
        for domain, leaves in builder.names.leaves.items():
            for leaf in leaves:
                names.add(domain, leaf)
    observations = []
    for index in range(number(draw, 1, 4)):
        observations.append(observe_states(f"state {index}", condition(draw, names, 2), system))
    for index in range(number(draw, 0, 4)):
        builder = pick(draw, builders)
        builder.names, own = names, builder.names
        with suppress(ModelError):  # of constants only, which have no domain
            observations.append(observe_steps(f"step {index}", builder.step_condition(), system))
        builder.names = own
    return system, observations
