"""A home agent that starts anew: it has forgotten bindings, numbers, security associations and, with them,
what anti-replay knew (RFC 6275, 15.3; RFC 4877, 4.3). Nobody tells the UE."""

from __future__ import annotations

from enum import Enum

from model.language.domains import Integer
from model.language.expressions import parameter, variable
from model.language.machines import Event, Machine, event


class PowerState(Enum):
    RUNNING = "running"


HOME_AGENT_RESTARTED = Event("restart of the home agent", "outages", {})

outages = Machine(
    "outages", PowerState, PowerState.RUNNING, role="environment", meaning="what befalls the home agent"
)
restarts_left = outages.variable(
    "restarts_left", Integer(0, "restarts"), initial=parameter("restarts"), meaning="budget of restarts"
)
outages.transition(
    "the home agent starts anew",
    trigger=event(HOME_AGENT_RESTARTED), source=PowerState.RUNNING, when=restarts_left > 0,
    then=[restarts_left.becomes(restarts_left - 1), variable("home_agent.undisturbed").becomes(False)],
    clause="5.2.1", requirements=["REF-G3"], note="AMB-27",
)  # fmt: skip
