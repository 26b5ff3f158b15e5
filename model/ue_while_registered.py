"""What the UE does between handovers to keep its binding alive, and how it learns that the binding is gone
(RFC 6275, 11.3.6 and 11.7.1; RFC 5555, 4.3). Rows that a scenario has no use for are left out of its tables."""

from __future__ import annotations

from model.budgets import spent
from model.language.expressions import parameter
from model.language.machines import case, decision, otherwise, receipt, send, timer
from model.messages import UPLINK, BindingError, Encapsulation, TunnelledData
from model.ue_messages import may_register_abroad, register
from model.ue_variables import (
    ListEntry,
    UeState,
    address,
    association,
    data_left,
    list_entry,
    prefix_discovery_due,
    refreshes_left,
    time_left,
    tunnel,
)
from model.user_equipment import ue

__all__ = ["PREFIX_DISCOVERY", "REFRESH", "USER_DATA", "ue"]

# Registration anew before the lifetime ends; behind a NAT as often as its mapping needs

PREFIX_DISCOVERY = decision("solicit the home prefixes")
must_discover_prefix = parameter("home_prefix_deprecated") & prefix_discovery_due
ue.transition(
    "learns the home prefixes",
    trigger=PREFIX_DISCOVERY, source=UeState.REGISTERED, when=prefix_discovery_due,
    then=[prefix_discovery_due.becomes(False)],
    clause="5.1.2.4", requirements=["REF-A8"], note="status 1; the exchange is one step",
)  # fmt: skip

REFRESH = timer("refresh")
renewal_is_due = (refreshes_left > 0) & ((time_left < 2) | ~parameter("discrete_time"))
may_renew = renewal_is_due & ~must_discover_prefix
renewed = [spent(refreshes_left, "refreshes"), register(address)]
ue.on(REFRESH, in_states=UeState.REGISTERED).decide(
    case(
        "keeps the NAT mapping alive", dest=UeState.REGISTERING,
        when=may_renew & (tunnel == Encapsulation.UDP) & may_register_abroad(address),
        then=renewed,
        clause="5.2.3.2", requirements=["REF-C13", "REF-A2"],
    ),
    case(
        "renews the binding before it ends", dest=UeState.REGISTERING,
        when=may_renew & may_register_abroad(address),
        then=renewed,
        clause="5.1.2.4", requirements=["REF-A2"],
    ),
    case(
        "renewal due, association needed", dest=UeState.ESTABLISHING_SA,
        when=may_renew,
        then=[spent(refreshes_left, "refreshes"), association.becomes(False)],
        clause="5.2.1", requirements=["REF-A2", "GEN-03"], note="AMB-13",
    ),
)  # fmt: skip

# User data through the home agent; a Binding Error tells that there is no binding (RFC 6275, 9.3.1 and 11.3.6)

USER_DATA = decision("send user data")
ue.transition(
    "sends user data through the home agent",
    trigger=USER_DATA, source=UeState.REGISTERED, when=data_left > 0,
    then=[data_left.becomes(data_left - 1), send(TunnelledData(source=address), on=UPLINK)],
    clause="5.2.1", requirements=["REF-B13"],
)  # fmt: skip
ue.on(receipt(BindingError), in_states=UeState.REGISTERED).decide(
    case(
        "the home agent knows no binding, update sent", dest=UeState.REGISTERING,
        when=may_register_abroad(address), then=[register(address)],
        clause="5.1.2.4", requirements=["REF-A14"],
    ),
    otherwise(
        "the home agent knows no binding, association needed", dest=UeState.ESTABLISHING_SA,
        then=[association.becomes(False), list_entry.becomes(ListEntry.NONE)],
        clause="5.2.1", requirements=["REF-A14", "GEN-03"],
    ),
)  # fmt: skip
ue.discards(
    receipt(BindingError), [state for state in UeState if state is not UeState.REGISTERED],
    "no binding is believed in, or an update is on its way", clause="5.1.2.4", requirements=["REF-A14"],
)  # fmt: skip
