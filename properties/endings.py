"""Properties of endings: what a 133, a revocation or the end of an attempt leaves behind, and what may not end yet."""

from __future__ import annotations

from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import HOME_ADDRESS, NO_ADDRESS
from model.language.expressions import after, enabled, occurs, parameter, sends
from model.language.machines import chosen
from model.messages import (
    BindingRevocationAcknowledgement,
    Encapsulation,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    Protection,
    Status,
    acknowledgement,
    sent_acknowledgement,
    update,
)
from model.ue_variables import ListEntry, UeState
from properties.entries import no_time_left, timers_rest
from properties.exchanges import to_be_trusted
from properties.kinds import invariant, step_property
from properties.reactions import may_go_on, overdue
from properties.revocation import REVOCATION, indication, takes_indication
from properties.terms import (
    accepts_registration,
    nothing_in_flight,
    receives_acknowledgement,
    receives_update,
    registered,
    sends_update,
    ue_state,
)

removing = ue.list_entry == ListEntry.REMOVING
nothing_to_remove = (
    to_be_trusted & (acknowledgement.status == Status.NOT_HOME_AGENT)
    & (acknowledgement.sequence_number == ue.sequence_number) & removing
)  # fmt: skip
ended_as_accepted = (
    (after(ue.list_entry) == ListEntry.NONE)
    & (after(ue.care_of_address) == NO_ADDRESS) & (after(ue.tunnel) == Encapsulation.IPV6)
    & (after(ue.key_management_granted) == acknowledgement.key_management)
    & ((after(ue.association_address) == ue.association_address)
       | (acknowledgement.key_management & (after(ue.association_address) == HOME_ADDRESS)))
    & timers_rest & no_time_left
    & (ue_state == UeState.DEREGISTERING).implies(after(ue_state) == UeState.AT_HOME)
    & (ue_state == UeState.DETACHING).implies(after(ue_state) == UeState.DETACHED)
)  # fmt: skip
tried_again = (after(ue.list_entry) == ListEntry.REMOVING) & (after(ue_state) == ue_state)

ENDING_PROPERTIES = (
    step_property(
        "BIND-65", "a 133 to the newest removal ends it as an acceptance does, or leaves it to be tried again",
        whenever=nothing_to_remove,
        then=chosen("AMB-09", retry=tried_again, done=ended_as_accepted, left_open=tried_again | ended_as_accepted),
        requirements=["REF-A13", "REF-G2", "UE-F2H-01"], clause="5.2.2.4", ambiguities=["AMB-09"],
    ),
    step_property(
        "BIND-62", "a repeated update counts as a new one: its lifetime starts anew",
        whenever=sends_update & overdue,
        then=after(ue.time_left) == parameter("lifetime_asked"),
        requirements=["REF-A1", "REF-A5"], clause="5.1.2.4", needs="clock",
    ),
    step_property(
        "BIND-64", "a lifetime that ends at the UE is that of an entry that was acknowledged",
        whenever=occurs("lifetimes", "event binding lifetime ends at the UE"),
        then=ue.list_entry == ListEntry.VALID,
        requirements=["REF-A1", "REF-A8", "REF-A9"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-63", "a revocation that the association does not protect is neither answered nor heeded",
        whenever=takes_indication & ((indication.protection != Protection.CURRENT) | ~ue.association),
        then=~sends(BindingRevocationAcknowledgement.name) & (after(ue.list_entry) == ue.list_entry)
        & (after(ue_state) == ue_state) & (after(ue.has_ipv4_home_address) == ue.has_ipv4_home_address),
        requirements=["REF-D1", "REF-F6"], clause="5.4", needs=REVOCATION,
    ),
    step_property(
        "SA-16", "an association is taken for dead only once an update that may be sent under it was repeated in vain",
        whenever=~ue.association_renewed & after(ue.association_renewed),
        then=overdue & may_go_on & (ue.retransmissions_left == 0),
        requirements=["GEN-03", "REF-A6", "REF-G3"], clause="5.2.1", ambiguities=["AMB-27"],
    ),
    invariant(
        "LIVE-8", "home prefixes are to be solicited, and nothing is in flight: the UE can go on by itself",
        whenever=registered & ue.prefix_discovery_due & nothing_in_flight, then=enabled("ue"),
        requirements=["REF-A8"], clause="5.1.2.4", needs="deprecated home prefix",
    ),
    step_property(
        "V4-13", "the end of its binding ends the UE's IPv4 home address, unless it is kept to be offered again",
        whenever=(takes_indication | (receives_acknowledgement & removing))
        & (ue.list_entry != ListEntry.NONE) & (after(ue.list_entry) == ListEntry.NONE),
        then=chosen(
            "AMB-12", forget=~after(ue.has_ipv4_home_address),
            offer_again=after(ue.has_ipv4_home_address) == ue.has_ipv4_home_address,
            left_open=~after(ue.has_ipv4_home_address) | ue.has_ipv4_home_address),
        requirements=["REF-C12", "UE-F2H-01"], clause="5.2.2.4", ambiguities=["AMB-12"],
        needs="wish for an IPv4 home address",
    ),
    step_property(
        "V4-14", "an IPv4 home address that the UE had, and that nobody has since, is granted when it is offered again",
        whenever=receives_update & accepts_registration & ha.ipv4_home_address_free & ~ha.ipv4_home_address_bound
        & (update.ipv4_home_address == Ipv4HomeAddressOption.ASSIGNED),
        then=sent_acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED,
        requirements=["HA-F2F-08", "UE-F2F-05", "UE-H2F-04"], clause="5.2.3.2", ambiguities=["AMB-12", "AMB-30"],
        modality="should", actor="home_agent", needs="wish for an IPv4 home address",
    ),
)  # fmt: skip
