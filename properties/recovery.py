"""Recovery: whatever is owed can still happen."""

from __future__ import annotations

from model.discrete_time import ticks_left
from model.home_agent_answers import BindingState
from model.language.expressions import enabled, parameter
from model.ue_variables import WAITING, UeState, retry_in
from properties.kinds import invariant
from properties.terms import ha_state, nothing_in_flight, ue_state

RECOVERY_PROPERTIES = (
    invariant(
        "LIVE-6", "whatever is owed, some action of UE, home agent, network or a delivery is possible",
        whenever=ue_state.is_one_of(
            UeState.CONFIGURING_ADDRESS, UeState.DETECTING_HOME_LINK, UeState.ESTABLISHING_SA,
            UeState.REGISTERING, UeState.DEREGISTERING, UeState.DETACHING,
        ) | (ha_state == BindingState.DETECTING_DUPLICATES),
        then=enabled("ue", "home_agent", "access", "security_association", "delivery")
        | (parameter("discrete_time") & (enabled("lifetimes") | (ticks_left == 0))),
        requirements=["GEN-03", "REF-A6", "REF-A13"], clause="5.2.1",
    ),
    invariant(
        "LIVE-7", "an update is overdue and nothing in flight: the UE can go on by itself",
        whenever=ue_state.is_one_of(*WAITING) & nothing_in_flight & (retry_in == 0),
        then=enabled("ue"),
        requirements=["REF-A5", "REF-A6"], clause="5.1.2.4", needs="clock",
    ),
)  # fmt: skip
