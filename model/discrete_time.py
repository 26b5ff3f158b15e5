"""Discrete time, for scenarios that measure it: ticks count lifetimes, the renewal before them, the growing
intervals of retransmission and the memory of a removed entry. Takes the place of `lifetimes.py`."""

from __future__ import annotations

from model.home_agent import home_agent
from model.home_agent_answers import BindingState
from model.home_agent_answers import time_left as time_left_at_home_agent
from model.language.domains import Integer
from model.language.expressions import Expression, if_then_else, parameter
from model.language.machines import Event, Machine, event
from model.lifetimes import (
    BINDING_ENDED_AT_HOME_AGENT,
    BINDING_ENDED_AT_UE,
    ClockState,
    disturbs,
    no_packet_outlives_a_lifetime,
)
from model.ue_detach import ue
from model.ue_variables import WAITING, ListEntry, UeState, list_entry, retry_in, time_left
from model.ue_while_registered import renewal_is_due

TICK = Event("tick", "lifetimes", {})

clock = Machine(
    "lifetimes", ClockState, ClockState.RUNNING, role="environment", meaning="time, and what it brings to an end"
)
ticks_left = clock.variable(
    "ticks_left", Integer(0, "ticks"), initial=parameter("ticks"), meaning="the horizon: ticks that are still counted"
)
ends_at_ue = (list_entry == ListEntry.VALID) & (time_left == 0)
ends_at_home_agent = (home_agent.state == BindingState.BOUND) & (time_left_at_home_agent == 0)
must_renew = (ue.state == UeState.REGISTERED) & renewal_is_due
must_repeat = ue.state.is_one_of(*WAITING) & (retry_in == 0)

clock.transition(
    "a unit of time passes",
    trigger=event(TICK), source=ClockState.RUNNING,
    when=(ticks_left > 0) & ~ends_at_ue & ~ends_at_home_agent & ~must_renew & ~must_repeat,
    then=[ticks_left.becomes(ticks_left - 1)],
    clause="5.1.2.4", requirements=["REF-A1", "REF-A6", "REF-B8"], note="nothing that is due is put off",
)  # fmt: skip
clock.transition(
    "the UE's list entry ends",
    trigger=event(BINDING_ENDED_AT_UE), source=ClockState.RUNNING, when=ends_at_ue, then=[disturbs],
    clause="5.1.2.4", requirements=["REF-A1"],
)  # fmt: skip
clock.transition(
    "the home agent's cache entry ends",
    trigger=event(BINDING_ENDED_AT_HOME_AGENT), source=ClockState.RUNNING,
    when=ends_at_home_agent & no_packet_outlives_a_lifetime, then=[disturbs],
    clause="5.1.3", requirements=["REF-B7", "REF-B8"], note="time stands still until what is in flight has arrived",
)  # fmt: skip


def one_less(counter: Expression) -> Expression:
    return if_then_else(counter == 0, 0, counter - 1)


ue.transition(
    "counts time",
    trigger=event(TICK), source=list(UeState),
    then=[time_left.becomes(one_less(time_left)), retry_in.becomes(one_less(retry_in))],
    clause="5.1.2.4", requirements=["REF-A1", "REF-A6"],
)  # fmt: skip
home_agent.transition(
    "counts time",
    trigger=event(TICK), source=list(BindingState),
    then=[time_left_at_home_agent.becomes(one_less(time_left_at_home_agent))],
    clause="5.1.3", requirements=["REF-B8", "REF-B11"],
)  # fmt: skip
