"""The end of binding lifetimes as events that may come at any moment, restrained only by
named timing assumptions."""

from __future__ import annotations

from enum import Enum

from model.budgets import spent
from model.language.domains import Integer
from model.language.expressions import in_flight, parameter, variable
from model.language.machines import Event, Machine, event
from model.language.messages import flying
from model.messages import DOWNLINK, UPLINK, BindingUpdate


class ClockState(Enum):
    RUNNING = "running"


BINDING_ENDED_AT_UE = Event("binding lifetime ends at the UE", "lifetimes", {})
BINDING_ENDED_AT_HOME_AGENT = Event("binding lifetime ends at the home agent", "lifetimes", {})

lifetimes = Machine(
    "lifetimes", ClockState, ClockState.RUNNING, role="environment", meaning="lifetimes of bindings"
)
expiries_left = lifetimes.variable(
    "expiries_left", Integer(0, "expiries"), initial=parameter("expiries"), meaning="budget of lifetimes that end"
)

# Timing assumption: an acknowledged binding update list entry ends no later than its cache entry.
acknowledged_entry_ends_first = (variable("ue.list_entry") != "valid") | ~parameter("acknowledged_entry_ends_first")

# Timing assumption: no packet outlives a lifetime. No update the entry has seen, and no answer, is under way.
no_packet_outlives_a_lifetime = (
    ~in_flight(
        UPLINK.name,
        ~flying(BindingUpdate).sequence_number.is_ahead_of(variable("home_agent.sequence_number")),
        BindingUpdate.name,
    )
    & ~in_flight(DOWNLINK.name)
) | ~parameter("no_packet_outlives_a_lifetime")

disturbs = variable("home_agent.undisturbed").becomes(False)  # a ghost, for the properties only

lifetimes.transition(
    "the UE's list entry ends",
    trigger=event(BINDING_ENDED_AT_UE), source=ClockState.RUNNING, when=expiries_left > 0,
    then=[spent(expiries_left, "expiries"), disturbs],
    clause="5.1.2.4", requirements=["REF-A1"],
)  # fmt: skip
lifetimes.transition(
    "the home agent's cache entry ends",
    trigger=event(BINDING_ENDED_AT_HOME_AGENT), source=ClockState.RUNNING,
    when=(expiries_left > 0) & acknowledged_entry_ends_first & no_packet_outlives_a_lifetime,
    then=[spent(expiries_left, "expiries"), disturbs],
    clause="5.1.3", requirements=["REF-B7", "REF-B8"],
)  # fmt: skip
