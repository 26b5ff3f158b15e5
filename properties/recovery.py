"""Recovery: whatever is owed can still happen."""

from __future__ import annotations

from model.discrete_time import ticks_left
from model.home_agent_answers import BindingState
from model.language.expressions import enabled, parameter
from model.ue_variables import UeState
from properties.kinds import invariant
from properties.terms import ha_state, ue_state

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
)  # fmt: skip
