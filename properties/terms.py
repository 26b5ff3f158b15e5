"""Words that properties share: who is where, what is outstanding, when the system is quiescent."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import (
    NO_ADDRESS,
    Family,
    address_of,
    family_of_address,
    is_translated,
    remapped_address_of,
    translated_address_of,
)
from model.home_agent_answers import UNBOUND, BindingState
from model.language.expressions import (
    Expression,
    after,
    all_of,
    if_then_else,
    in_flight,
    occurs,
    parameter,
    receives,
    sends,
)
from model.messages import (
    ACCEPTING,
    DOWNLINK,
    UPLINK,
    BindingAcknowledgement,
    BindingUpdate,
    Encapsulation,
    InnerSource,
    Lifetime,
    Protection,
    live_mapping,
    sent_acknowledgement,
    update,
)
from model.ue_variables import ListEntry, UeState

ue_state = ue.ue.state
ha_state = ha.home_agent.state

sends_update = occurs("ue") & sends(BindingUpdate.name)
sends_acknowledgement = occurs("home_agent") & sends(BindingAcknowledgement.name)
receives_update = occurs("home_agent") & receives(BindingUpdate.name)
receives_acknowledgement = occurs("ue") & receives(BindingAcknowledgement.name)

registered = ue_state == UeState.REGISTERED
at_home = ue_state == UeState.AT_HOME
bound = ha_state == BindingState.BOUND
unbound_after = after(ha_state).is_one_of(*UNBOUND)

being_revoked = parameter("may_revoke") & ha.revoking
nothing_in_flight = ~in_flight(UPLINK.name) & ~in_flight(DOWNLINK.name)
nothing_unanswered = ~ue_state.is_one_of(
    UeState.REGISTERING, UeState.DEREGISTERING, UeState.ESTABLISHING_SA
) & ~ue.list_entry.is_one_of(ListEntry.PENDING, ListEntry.REMOVING)
quiescent: Expression = all_of([
    nothing_in_flight, nothing_unanswered, ~being_revoked, ha_state != BindingState.DETECTING_DUPLICATES,
    ha.undisturbed,
])  # fmt: skip
"""No message in flight, no update unanswered, no SA exchange or address detection running, and
nothing has ended by itself since the last acknowledgement."""

care_of_address_seen = if_then_else(
    is_translated(access_network.network), live_mapping(access_network.network), ue.care_of_address
)
"""The UE's care-of address as the home agent sees it from the present attachment."""

behind_nat = is_translated(access_network.network) & (family_of_address(ue.address) == Family.IPV4)

entry_address_is_real = if_then_else(
    is_translated(ha.entry_network),
    (ha.care_of_address == translated_address_of(ha.entry_network))
    | (ha.care_of_address == remapped_address_of(ha.entry_network)),
    ha.care_of_address == address_of(ha.entry_network),
)

update_is_protected = (update.protection == Protection.CURRENT) & ha.association
genuine_update = update_is_protected & ~(update.repeated & parameter("anti_replay"))
well_formed_update = (
    (update.home_address_option | (update.inner_source == InnerSource.HOME_ADDRESS))
    & update.alternate_care_of_address.is_one_of(NO_ADDRESS, update.source)
    & ((update.encapsulation != Encapsulation.UDP) | (update.ipv4_care_of_address != NO_ADDRESS))
)
"""The update leaves no doubt about home address and care-of address (AMB-03, AMB-07)."""
accepts_registration = (
    sends_acknowledgement
    & (sent_acknowledgement.status.is_one_of(*ACCEPTING))
    & (sent_acknowledgement.lifetime == Lifetime.POSITIVE)
)
"""The step that sends the acknowledgement with which a binding is granted."""
