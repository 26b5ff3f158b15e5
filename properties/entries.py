"""Properties of what both ends keep: what an entry holds once something is decided, and that nothing is left of it
once it is over."""

from __future__ import annotations

from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import HOME_ADDRESS, NO_ADDRESS, Family, family_of_address
from model.home_agent_answers import ENTRY_STATES, REMEMBERING, UNBOUND, BindingState
from model.language.expressions import after, if_then_else, occurs, parameter
from model.language.machines import chosen
from model.messages import (
    ACCEPTING,
    Encapsulation,
    InnerSource,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    Lifetime,
    NatDetection,
    Status,
    acknowledgement,
    sent_acknowledgement,
    sent_update,
    update,
)
from model.ue_variables import ListEntry, Reason, UeState
from properties.exchanges import accepts_the_newest_update
from properties.kinds import invariant, step_property
from properties.terms import (
    accepts_registration,
    genuine_update,
    ha_state,
    receives_acknowledgement,
    receives_update,
    sends_acknowledgement,
    sends_update,
    ue_state,
    well_formed_update,
)

nat_seen = (update.encapsulation == Encapsulation.UDP) & (update.ipv4_care_of_address != update.source)
udp_demanded = parameter("home_agent_demands_udp") & chosen("AMB-20", nat_found=False, udp_demanded=True)
holds_the_update = (
    (after(ha.care_of_address) == update.source)
    & (after(ha.sequence_number) == update.sequence_number)
    & (after(ha.nat_found) == nat_seen)
    & ((after(ha.tunnel) == Encapsulation.IPV6) == (update.encapsulation == Encapsulation.IPV6))
    & ((after(ha.tunnel) == Encapsulation.UDP)
       == ((update.encapsulation == Encapsulation.UDP) & (nat_seen | udp_demanded)))
)  # fmt: skip
tested = occurs("home_agent", "timer duplicate address detection ends")
in_use = occurs("home_agent", "timer a neighbour answers for the home address")
marked = ha_state.is_one_of(*REMEMBERING)
marked_after = after(ha_state).is_one_of(*REMEMBERING)
forgotten = occurs("home_agent", "timer entry marked invalid")
nat_told = chosen(
    "AMB-20",
    nat_found=acknowledgement.nat_detection == NatDetection.F_SET,
    udp_demanded=acknowledgement.nat_detection != NatDetection.ABSENT,
)
shortened = ue.time_left + acknowledgement.granted_ticks - parameter("lifetime_asked")
timers_rest = ~parameter("discrete_time") | ((after(ue.retry_in) == 0) & (after(ue.interval) == 0))
no_time_left = ~parameter("discrete_time") | (after(ue.time_left) == 0)
over_ipv6 = family_of_address(ue.care_of_address) == Family.IPV6
option = if_then_else(receives_update, update.ipv4_home_address, ha.pending_ipv4_home_address)

ENTRY_PROPERTIES = (
    invariant(
        "BIND-35", "without a binding nothing is kept of one but the number of a removed entry",
        whenever=ha_state.is_one_of(*UNBOUND),
        then=(ha.care_of_address == NO_ADDRESS) & ~ha.nat_found & (ha.tunnel == Encapsulation.IPV6)
        & ~(parameter("may_revoke") & (ha.revoking | (ha.revocation_repeats_left > 0)))
        & (marked | (ha.sequence_number == 0)),
        requirements=["REF-B7", "REF-B11", "HA-F2H-01", "REF-F6", "REF-G3"], clause="5.2.3.3", actor="home_agent",
    ),
    invariant(
        "BIND-36", "nothing of an update waits unless its home address is being tested for duplicates",
        whenever=ha_state != BindingState.DETECTING_DUPLICATES,
        then=~ha.pending_key_management & (ha.pending_ipv4_home_address == Ipv4HomeAddressOption.ABSENT)
        & (ha.pending_inner_source == InnerSource.CARE_OF_ADDRESS),
        requirements=["REF-B7", "REF-G5"], clause="5.2.3.1", actor="home_agent",
    ),
    step_property(
        "BIND-37", "the entry holds what the accepted update said",
        whenever=receives_update & accepts_registration & well_formed_update,
        then=holds_the_update
        & (after(ha.peer_address) == if_then_else(
            sent_acknowledgement.key_management, update.source, ha.peer_address))
        & (~parameter("discrete_time") | (after(ha.time_left) == sent_acknowledgement.granted_ticks)),
        requirements=["HA-H2F-01", "HA-F2F-02", "HA-F2F-04", "HA-F2F-05", "HA-F2F-07", "HA-F2F-11", "REF-B4", "REF-B7",
                      "REF-B8", "REF-C7", "REF-C8"],
        clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "BIND-38", "while the home address is tested, what is kept is what the newest update said",
        whenever=receives_update & genuine_update & well_formed_update & ~sends_acknowledgement
        & (update.lifetime == Lifetime.POSITIVE) & (after(ha_state) == BindingState.DETECTING_DUPLICATES)
        & ((ha_state != BindingState.DETECTING_DUPLICATES) | update.sequence_number.is_ahead_of(ha.sequence_number)),
        then=holds_the_update & (after(ha.pending_key_management) == update.key_management)
        & (after(ha.pending_inner_source) == update.inner_source)
        & (after(ha.pending_ipv4_home_address) == update.ipv4_home_address),
        requirements=["HA-H2F-01", "REF-B7", "REF-G5", "REF-G8"], clause="5.2.3.1", actor="home_agent",
    ),
    step_property(
        "BIND-39", "the test for duplicates ends with an answer: the binding that waited, or 134 and none",
        whenever=tested | in_use,
        then=sends_acknowledgement
        & if_then_else(
            tested,
            accepts_registration & (after(ha_state) == BindingState.BOUND)
            & (sent_acknowledgement.key_management
               == (ha.pending_key_management & parameter("key_management_supported")))
            & (after(ha.peer_address) == if_then_else(
                sent_acknowledgement.key_management, ha.care_of_address, ha.peer_address)),
            (sent_acknowledgement.status == Status.DUPLICATE_ADDRESS) & ~sent_acknowledgement.key_management
            & (sent_acknowledgement.lifetime == Lifetime.ZERO) & (after(ha_state) == BindingState.NO_BINDING),
        ),
        requirements=["HA-H2F-01", "REF-B7"], clause="5.2.3.1", actor="home_agent",
    ),
    step_property(
        "BIND-40", "an update that is answered leaves its number in the entry, unless the answer is 135",
        whenever=receives_update & sends_acknowledgement
        & after(ha_state).is_one_of(*ENTRY_STATES),
        then=after(ha.sequence_number) == if_then_else(
            sent_acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW,
            ha.sequence_number, update.sequence_number),
        requirements=["REF-B2", "REF-B4", "REF-B11", "REF-G1"], clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "BIND-59", "an entry marked invalid is kept for its time, from the removal on",
        whenever=(~marked & marked_after) | forgotten,
        then=if_then_else(forgotten, ha.time_left == 0, after(ha.time_left) == chosen(
            "AMB-22", forget=0, keep_invalid=parameter("invalid_entry_ticks"),
            keep_while_associated=parameter("invalid_entry_ticks"))),
        requirements=["REF-B11", "REF-G1"], clause="5.2.3.3", ambiguities=["AMB-22"], actor="home_agent",
        needs="clock",
    ),
    step_property(
        "V4-9", "an answer has an IPv4 Address Acknowledgement, with an address or a failure, exactly if an IPv4 "
        "address was asked for and the update is accepted",
        whenever=sends_acknowledgement & ~(sent_acknowledgement.status.is_one_of(*ACCEPTING)
                                           & (sent_acknowledgement.lifetime == Lifetime.ZERO)),
        then=((sent_acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ABSENT)
              == (~accepts_registration | (option == Ipv4HomeAddressOption.ABSENT)))
        & ((sent_acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED).implies(
            after(ha.ipv4_home_address_bound))),
        requirements=["HA-F2F-08", "HA-F2F-09", "REF-C2", "REF-C11"], clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "V4-10", "a registration names the UE's IPv4 home address, or asks for one, exactly if it wants one",
        whenever=sends_update & (sent_update.lifetime == Lifetime.POSITIVE),
        then=sent_update.ipv4_home_address == if_then_else(
            ue.wants_ipv4_home_address,
            if_then_else(ue.has_ipv4_home_address, Ipv4HomeAddressOption.ASSIGNED, Ipv4HomeAddressOption.UNSPECIFIED),
            Ipv4HomeAddressOption.ABSENT),
        requirements=["UE-H2F-04", "UE-F2F-05", "UE-F2F-06", "REF-C11", "REF-C12"], clause="5.2.2.3",
    ),
    step_property(
        "BIND-41", "an accepted registration: association, tunnel and lifetime are as the answer says",
        whenever=accepts_the_newest_update & (ue.list_entry == ListEntry.PENDING),
        then=(after(ue.key_management_granted) == acknowledgement.key_management)
        & (after(ue.association_address) == if_then_else(
            acknowledgement.key_management, ue.care_of_address, ue.association_address))
        & ((after(ue.tunnel) == Encapsulation.IPV6) == over_ipv6)
        & ((after(ue.tunnel) == Encapsulation.UDP) == (~over_ipv6 & nat_told))
        & ~after(ue.association_renewed) & timers_rest
        & (~parameter("discrete_time") | (after(ue.time_left) == if_then_else(
            ue.time_left + acknowledgement.granted_ticks > parameter("lifetime_asked"), shortened, 0)))
        & (~parameter("home_prefix_deprecated") | (after(ue.prefix_discovery_due)
           == (acknowledgement.status == Status.PREFIX_DISCOVERY_NECESSARY)))
        & ((acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ABSENT)
           | (after(ue.has_ipv4_home_address)
              == (acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED))),
        requirements=["REF-A8", "REF-A10", "REF-C8", "REF-C9", "REF-C14", "UE-H2F-07"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-42", "an acknowledged removal leaves nothing of the list entry; K has been given or not",
        whenever=accepts_the_newest_update & (ue.list_entry == ListEntry.REMOVING),
        then=(after(ue.care_of_address) == NO_ADDRESS) & (after(ue.tunnel) == Encapsulation.IPV6)
        & (after(ue.key_management_granted) == acknowledgement.key_management)
        & ((after(ue.association_address) == ue.association_address)
           | (acknowledgement.key_management & (after(ue.association_address) == HOME_ADDRESS)))
        & ~after(ue.association_renewed) & timers_rest & no_time_left,
        requirements=["REF-A1", "REF-A10", "REF-A12", "REF-A13", "UE-F2H-01"], clause="5.2.2.4",
    ),
    invariant(
        "BIND-43", "a UE has a reason for having given up exactly while it has",
        then=(ue_state == UeState.ABANDONED) == (ue.reason != Reason.NONE),
        requirements=["REF-A6", "REF-A9"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-44", "the reason for giving up is the one there is",
        whenever=(ue_state != UeState.ABANDONED) & (after(ue_state) == UeState.ABANDONED),
        then=after(ue.reason) == if_then_else(
            receives_acknowledgement,
            if_then_else(acknowledgement.status.is_one_of(Status.NO_HOME_REGISTRATION, Status.NOT_HOME_SUBNET),
                         Reason.NOT_SERVED, Reason.REFUSED),
            if_then_else(occurs("ue", "timer retransmission"), Reason.NO_ANSWER, Reason.NO_ASSOCIATION)),
        requirements=["REF-A6", "REF-A9", "REF-B14", "REF-D2"], clause="5.1.2.4",
    ),
)  # fmt: skip
