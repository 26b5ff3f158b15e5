"""Properties of what must be done, and when: no row is left out where it is due, none is taken where it is not."""

from __future__ import annotations

from model import access_network
from model import home_agent_answers as ha
from model import ue_variables as ue
from model.access_network import ROUTER_ADVERTISEMENT
from model.addresses import HOME_ADDRESS, NO_ADDRESS, Family, Prefix, address_of, family_of_address
from model.home_agent_answers import NEVER_BOUND, BindingState, Refusal
from model.language.expressions import Expression, after, all_of, if_then_else, occurs, parameter, receives, sends
from model.language.machines import chosen
from model.language.messages import sent
from model.messages import (
    ACCEPTING,
    BindingError,
    BindingRevocationIndication,
    Encapsulation,
    InnerSource,
    Ipv4AddressAcknowledgement,
    Lifetime,
    Protection,
    Status,
    TunnelledData,
    acknowledgement,
    data,
    sent_acknowledgement,
    sent_update,
    update,
)
from model.security_association import ASSOCIATION_ENDED, ASSOCIATION_ESTABLISHED, Ends
from model.ue_messages import (
    association_fits,
    binding_to_remove,
    may_deregister,
    may_register_abroad,
    may_repeat_registration,
)
from model.ue_variables import Link, ListEntry, Reason, UeState
from properties.exchanges import to_be_trusted
from properties.kinds import invariant, step_property
from properties.terms import (
    accepts_registration,
    at_home,
    being_revoked,
    bound,
    genuine_update,
    ha_state,
    quiescent,
    receives_acknowledgement,
    receives_update,
    sends_acknowledgement,
    sends_update,
    ue_state,
    unbound_after,
    well_formed_update,
)

REFUSES = "home agent that refuses"
REVOCATION = "revocation by the home agent"

# At the home agent

answered = sent_acknowledgement.status
in_udp = update.encapsulation == Encapsulation.UDP
nat_seen = in_udp & (update.ipv4_care_of_address != update.source)
nat_unwelcome = nat_seen & (
    parameter("nat_traversal_off") | (parameter("nat_traversal_for_ike_peers") & (update.source != ha.peer_address))
)
of_another_type = parameter("home_agent_refuses") & (ha.refusal == Refusal.TYPE_CHANGE)
refuses = (
    parameter("home_agent_refuses") & ha.refusing
    & ~(of_another_type & ha_state.is_one_of(*NEVER_BOUND))
)
forced = parameter("ue_forces_udp") & in_udp & update.forces_udp & ~nat_seen
no_renewal = being_revoked & bound
newer_update = (
    receives_update & genuine_update & well_formed_update
    & ((ha_state == BindingState.NO_BINDING) | update.sequence_number.is_ahead_of(ha.sequence_number))
)  # fmt: skip
GROUNDS = {
    Refusal.PROHIBITED: Status.PROHIBITED, Refusal.RESOURCES: Status.INSUFFICIENT_RESOURCES,
    Refusal.NO_HOME_REGISTRATION: Status.NO_HOME_REGISTRATION, Refusal.NOT_HOME_SUBNET: Status.NOT_HOME_SUBNET,
    Refusal.TYPE_CHANGE: Status.TYPE_CHANGE,
}  # fmt: skip
on_its_ground = all_of((ha.refusal == ground).implies(answered == status) for ground, status in GROUNDS.items())
over_udp = if_then_else(receives_update, in_udp, ha.tunnel != Encapsulation.IPV6)
grants_key_management = update.key_management & parameter("key_management_supported")

HOME_AGENT_REACTIONS = (
    step_property(
        "BIND-45", "a genuine update that is newer asks for a removal: 0 if there was a binding, 133 if there was none",
        whenever=newer_update & (update.lifetime == Lifetime.ZERO),
        then=sends_acknowledgement & unbound_after
        & (bound.implies((answered == Status.ACCEPTED)
                         & (sent_acknowledgement.key_management == grants_key_management)
                         & after(ha.peer_address).is_one_of(ha.peer_address, HOME_ADDRESS)
                         & (grants_key_management | (after(ha.peer_address) == ha.peer_address))))
        & (ha_state.is_one_of(*NEVER_BOUND).implies(answered == Status.NOT_HOME_AGENT))
        & answered.is_one_of(Status.ACCEPTED, Status.NOT_HOME_AGENT),
        requirements=["HA-F2H-01", "HA-F2H-02", "REF-B9", "REF-B10", "REF-B11", "REF-G2"], clause="5.2.3.3",
        actor="home_agent",
    ),
    step_property(
        "BIND-46", "a genuine registration that is newer is refused on a ground that there is, and else accepted",
        whenever=newer_update & (update.lifetime == Lifetime.POSITIVE),
        then=if_then_else(
            nat_unwelcome | no_renewal | refuses | forced,
            sends_acknowledgement & (
                ((answered == Status.PROHIBITED) & (nat_unwelcome | no_renewal))
                | (refuses & on_its_ground & answered.is_one_of(*GROUNDS.values()))
                | ((answered == Status.CANNOT_FORCE_UDP) & forced)),
            (accepts_registration & (after(ha_state) == BindingState.BOUND))
            | (~sends_acknowledgement & parameter("duplicate_address_detection") & ~bound
               & (after(ha_state) == BindingState.DETECTING_DUPLICATES)),
        ),
        requirements=["HA-H2F-01", "HA-F2F-02", "REF-B3", "REF-B6", "REF-B7", "REF-B9", "REF-B14", "REF-C3", "REF-F6",
                      "REF-G8"],
        clause="5.2.3.2", actor="home_agent",
    ),
    step_property(
        "ADDR-11", "an answer is protected and goes to where the update came from, in UDP if that came in UDP",
        whenever=sends_acknowledgement,
        then=(sent_acknowledgement.protection == Protection.CURRENT)
        & (sent_acknowledgement.destination == if_then_else(receives_update, update.source, ha.care_of_address))
        & ((sent_acknowledgement.encapsulation == Encapsulation.IPV6) == ~over_udp)
        & (~over_udp | chosen("AMB-06", bare_ipv4=True, udp=sent_acknowledgement.encapsulation == Encapsulation.UDP)),
        requirements=["REF-B12", "REF-C6", "REF-D1", "HA-F2F-05"], clause="5.2.3.2", ambiguities=["AMB-06"],
        actor="home_agent",
    ),
    step_property(
        "ADDR-12", "data without a binding is answered with a Binding Error to where it came from",
        whenever=occurs("home_agent") & receives(TunnelledData.name) & ~bound,
        then=sends(BindingError.name) & (sent(BindingError).destination == data.source)
        & ((sent(BindingError).encapsulation == Encapsulation.IPV6)
           == (family_of_address(data.source) == Family.IPV6)),
        requirements=["REF-A14", "REF-B13"], clause="5.2.1", actor="home_agent", needs="user data",
    ),
    step_property(
        "BIND-47", "a revocation goes to the care-of address of a binding, in its tunnel, and is repeated till its end",
        whenever=sends(BindingRevocationIndication.name) | occurs("home_agent", "timer revocation unanswered"),
        then=bound & (occurs("home_agent", "timer revocation unanswered") == ha.revoking)
        & if_then_else(
            ha.revoking & (ha.revocation_repeats_left == 0), ~after(bound),
            sends(BindingRevocationIndication.name) & after(ha.revoking)
            & (ha.revoking.implies(after(ha.revocation_repeats_left) < ha.revocation_repeats_left))
            & (sent(BindingRevocationIndication).destination == ha.care_of_address)
            & (sent(BindingRevocationIndication).encapsulation == ha.tunnel)),
        requirements=["REF-F6"], clause="5.4", actor="home_agent", needs=REVOCATION,
    ),
    step_property(
        "SA-9", "a home agent that starts anew has no association, no binding and no number",
        whenever=occurs("home_agent", "event restart of the home agent"),
        then=~after(ha.association) & (after(ha_state) == BindingState.NO_BINDING)
        & (after(ha.peer_address) == HOME_ADDRESS) & (after(ha.sequence_number) == 0),
        requirements=["REF-G3"], clause="5.2.1", actor="home_agent", needs="restart of the home agent",
    ),
)  # fmt: skip

# At the UE

same_address = after(ue.address) == ue.address
unchanged = same_address & (
    (ue.list_entry.is_one_of(ListEntry.VALID, ListEntry.PENDING) & (ue.care_of_address == ue.address))
    | (ue.list_entry.is_one_of(ListEntry.REMOVING, ListEntry.NONE) & (ue.detected_link == Link.HOME))
)
configured = occurs("access", "event address configured")
advertised = occurs("access", "event router advertisement") & (ue_state == UeState.DETECTING_HOME_LINK)
at_home_now = ROUTER_ADVERTISEMENT.view.prefix == Prefix.HOME


def _stays(entry: ListEntry, state: UeState) -> Expression:
    return (ue.list_entry == entry).implies(after(ue_state) == state)


set_up = occurs("security_association", "event security association established")
ends = occurs("security_association", "event security association ends")
ends_at_ue = ends & (ASSOCIATION_ENDED.view.where != Ends.AT_THE_HOME_AGENT)
ends_at_home_agent = ends & (ASSOCIATION_ENDED.view.where != Ends.AT_THE_UE)
gives_up = occurs("ue", "decides give up the security association")
gives_up_after_detach = occurs("ue", "decides give up the security association after a detach")
overdue = occurs("ue", "timer retransmission")
may_go_on = if_then_else(
    ue_state == UeState.REGISTERING, may_repeat_registration,
    if_then_else(ue_state == UeState.DEREGISTERING, may_deregister, association_fits(ue.address)),
)  # fmt: skip
tries_another_association = chosen("AMB-27", never_noticed=False, dead_after_limit=~ue.association_renewed)
refused = to_be_trusted & (acknowledgement.sequence_number == ue.sequence_number) & ~(
    acknowledgement.status.is_one_of(*ACCEPTING, Status.SEQUENCE_NUMBER_OUT_OF_WINDOW)
) & (ue.list_entry == ListEntry.PENDING)  # fmt: skip
not_served = acknowledgement.status.is_one_of(Status.NO_HOME_REGISTRATION, Status.NOT_HOME_SUBNET)
from_home = after(ue.detected_link) == Link.HOME
over_ipv4 = family_of_address(after(ue.address)) == Family.IPV4

UE_REACTIONS = (
    step_property(
        "ADDR-13", "an address that has not changed is no handover: the UE goes on where it was",
        whenever=configured & unchanged,
        then=~sends_update & _stays(ListEntry.VALID, UeState.REGISTERED)
        & _stays(ListEntry.PENDING, UeState.REGISTERING)
        & _stays(ListEntry.REMOVING, UeState.DEREGISTERING) & _stays(ListEntry.NONE, UeState.AT_HOME)
        & (after(ue.detected_link) == ue.detected_link),
        requirements=["UE-F2F-01", "UE-F2F-07", "UE-H2F-01", "UE-GEN-01"], clause="5.2.2.3",
    ),
    step_property(
        "ADDR-14", "another address begins anew: IPv6 with home link detection, IPv4 on what counts as a foreign link",
        whenever=configured & ~unchanged,
        then=if_then_else(
            over_ipv4, (after(ue.detected_link) == Link.FOREIGN)
            & after(ue_state).is_one_of(UeState.REGISTERING, UeState.ESTABLISHING_SA),
            (after(ue.detected_link) == Link.UNKNOWN) & (after(ue_state) == UeState.DETECTING_HOME_LINK))
        & (after(ue.address) == address_of(access_network.network))
        & (after(ue.previous_link) == if_then_else(
            ue.detected_link == Link.UNKNOWN, ue.previous_link, ue.detected_link))
        & ~after(ue.association_renewed),
        requirements=["UE-GEN-01", "UE-H2F-01", "UE-H2F-05", "UE-F2F-01", "UE-F2F-07", "GEN-06"], clause="5.2.2.1",
    ),
    step_property(
        "SA-10", "an association that fits the new address is used at once, one that does not is made anew",
        whenever=ue.association & ((advertised & (~at_home_now | binding_to_remove))
                                   | (configured & ~unchanged & over_ipv4)),
        then=if_then_else(
            if_then_else(advertised & at_home_now, may_deregister, association_fits(after(ue.address))),
            sends_update, ~after(ue.association) & (after(ue_state) == UeState.ESTABLISHING_SA)),
        requirements=["GEN-03", "GEN-05", "UE-H2F-02", "UE-H2F-03", "UE-F2F-02", "UE-F2F-07", "REF-D4"],
        clause="5.2.2.2", ambiguities=["AMB-02", "AMB-08"],
    ),
    invariant(
        "SA-11", "while an association is set up there is none",
        whenever=ue_state == UeState.ESTABLISHING_SA, then=~ue.association,
        requirements=["GEN-03", "REF-D2", "REF-D4"], clause="5.1.2.2",
    ),
    step_property(
        "SA-12", "an association is set up at both ends for the UE's address, and the update goes out",
        whenever=set_up & (ue_state == UeState.ESTABLISHING_SA),
        then=after(ue.association) & after(ha.association) & ~after(ue.key_management_granted)
        & (after(ue.association_address) == ue.address)
        & (after(ha.peer_address) == ASSOCIATION_ESTABLISHED.view.peer_address)
        & sends_update
        & (after(ue_state) == if_then_else(
            ue.detected_link == Link.HOME, UeState.DEREGISTERING, UeState.REGISTERING)),
        requirements=["GEN-03", "UE-H2F-02", "UE-H2F-03", "REF-D2", "REF-D3"], clause="5.1.2.2",
    ),
    step_property(
        "SA-13", "an association that ends, ends where it ends and nowhere else",
        whenever=ends,
        then=(after(ue.association) == (ue.association & ~ends_at_ue))
        & (after(ha.association) == (ha.association & ~ends_at_home_agent))
        & (ends_at_ue.implies(~after(ue.key_management_granted))),
        requirements=["REF-D4", "REF-G3"], clause="5.2.1",
    ),
    step_property(
        "SA-14", "only an association that there is can be given up; after a detach, only once that is over",
        whenever=gives_up | gives_up_after_detach,
        then=ue.association & ~after(ue.association) & ~after(ue.key_management_granted)
        & (gives_up_after_detach.implies((ue_state == UeState.DETACHED) & (ue.list_entry == ListEntry.NONE))),
        requirements=["UE-F2H-02", "REF-D6", "REF-F5"], clause="5.2.2.4",
    ),
    step_property(
        "BIND-48", "an update that nobody answers is repeated, its association made anew, and only then given up",
        whenever=overdue,
        then=if_then_else(
            ~may_go_on,
            (after(ue_state) == if_then_else(
                ue_state == UeState.DETACHING, UeState.DETACHED, UeState.ESTABLISHING_SA)) & ~sends_update,
            if_then_else(
                ue.retransmissions_left > 0, sends_update & (after(ue_state) == ue_state),
                if_then_else(
                    ue_state == UeState.DETACHING, after(ue_state) == UeState.DETACHED,
                    if_then_else(
                        tries_another_association,
                        (after(ue_state) == UeState.ESTABLISHING_SA) & after(ue.association_renewed),
                        after(ue_state) == UeState.ABANDONED))))
        & (~parameter("discrete_time") | (ue.retry_in == 0)),
        requirements=["GEN-03", "REF-A6", "REF-A13", "REF-D2", "REF-G3"], clause="5.1.2.4", ambiguities=["AMB-27"],
    ),
    step_property(
        "BIND-49", "a list entry that ends while registered is asked for anew, elsewhere it is gone",
        whenever=occurs("lifetimes", "event binding lifetime ends at the UE"),
        then=if_then_else(
            ue_state == UeState.REGISTERED,
            if_then_else(may_register_abroad(ue.address), sends_update,
                         (after(ue_state) == UeState.ESTABLISHING_SA) & (after(ue.list_entry) == ListEntry.NONE)),
            after(ue.list_entry) != ListEntry.VALID),
        requirements=["REF-A1", "REF-A2", "GEN-03"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-60", "of a list entry whose time is over nothing is left, but where it is asked for anew",
        whenever=occurs("lifetimes", "event binding lifetime ends at the UE") & (ue.time_left == 0),
        then=sends_update | (after(ue.list_entry) == ListEntry.NONE),
        requirements=["REF-A1"], clause="5.1.2.4", needs="clock",
    ),
    step_property(
        "BIND-50", "128, 129, 133, 134, 139 and 174 end the attempt, and nothing more is sent",
        whenever=refused & ~not_served
        & ~(parameter("home_agent_refuses") & (acknowledgement.status == Status.INSUFFICIENT_RESOURCES))
        & ~(parameter("ue_forces_udp") & (acknowledgement.status == Status.CANNOT_FORCE_UDP)),
        then=(after(ue.list_entry) == ListEntry.REFUSED) & ~sends_update
        & (ue_state.is_one_of(UeState.REGISTERING, UeState.ABANDONED).implies(
            (after(ue_state) == UeState.ABANDONED) & (after(ue.reason) == Reason.REFUSED))),
        requirements=["REF-A9", "REF-B14"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-51", "131 and 132 end the attempt: this home agent does not serve the UE",
        whenever=refused & not_served,
        then=(after(ue.list_entry) == ListEntry.REFUSED) & ~sends_update
        & ((ue_state == UeState.REGISTERING).implies(
            (after(ue_state) == UeState.ABANDONED) & (after(ue.reason) == Reason.NOT_SERVED))),
        requirements=["REF-A9", "REF-B14"], clause="5.1.2.4", needs=REFUSES,
    ),
    step_property(
        "BIND-52", "144 makes the UE ask again at once, without F",
        whenever=refused & (acknowledgement.status == Status.CANNOT_FORCE_UDP) & (ue_state == UeState.REGISTERING),
        then=sends_update & ~sent_update.forces_udp & after(ue.udp_refused) & (after(ue_state) == ue_state)
        & (after(ue.list_entry) == ListEntry.PENDING),
        requirements=["REF-A9", "REF-B14", "REF-C3"], clause="5.2.2.2", needs="UE that forces UDP",
    ),
    step_property(
        "ADDR-15", "over IPv6 an update is not tunnelled and has no IPv4 option; over IPv4 its inner source is home",
        whenever=sends_update,
        then=if_then_else(
            over_ipv4,
            chosen("AMB-18", option=True, inner_source=(sent_update.inner_source == InnerSource.HOME_ADDRESS)
                   & ~sent_update.home_address_option)
            & (sent_update.alternate_care_of_address == NO_ADDRESS),
            (sent_update.encapsulation == Encapsulation.IPV6) & (sent_update.ipv4_care_of_address == NO_ADDRESS)
            & ~sent_update.forces_udp
            & ((sent_update.inner_source == InnerSource.HOME_ADDRESS) == from_home)),
        requirements=["UE-H2F-06", "UE-F2F-08", "REF-A12", "REF-C5"], clause="5.2.2.3", ambiguities=["AMB-18"],
    ),
    step_property(
        "BIND-55", "the list entry is that of the update just sent",
        whenever=sends_update,
        then=(after(ue.care_of_address) == sent_update.source)
        & (after(ue.list_entry) == if_then_else(
            sent_update.lifetime == Lifetime.POSITIVE, ListEntry.PENDING, ListEntry.REMOVING)),
        requirements=["REF-A1", "REF-A12", "REF-F4", "UE-F2F-02"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-56", "a UE that has given up heeds no 135",
        whenever=receives_acknowledgement & (acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW)
        & (ue_state == UeState.ABANDONED),
        then=~sends_update & (after(ue_state) == ue_state) & (after(ue.list_entry) == ue.list_entry)
        & (after(ue.sequence_number) == ue.sequence_number),
        requirements=["REF-A7"], clause="5.1.2.4",
    ),
    step_property(
        "BIND-57", "who detaches asks for the removal of the binding at once",
        whenever=occurs("ue", "decides detach"),
        then=sends_update & (sent_update.lifetime == Lifetime.ZERO) & (after(ue_state) == UeState.DETACHING),
        requirements=["REF-A13", "REF-F4"], clause="5.4.2", needs="detach from abroad",
    ),
    step_property(
        "BIND-58", "home prefixes are solicited when they are due, and due no longer then",
        whenever=occurs("ue", "decides solicit the home prefixes"),
        then=ue.prefix_discovery_due & ~after(ue.prefix_discovery_due),
        requirements=["REF-A8"], clause="5.1.2.4", needs="deprecated home prefix",
    ),
    step_property(
        "V4-11", "only an IPv4 home address that there is can be given up, and its wish with it",
        whenever=occurs("ue", "decides give up the IPv4 home address"),
        then=ue.has_ipv4_home_address & ue.wants_ipv4_home_address & ~after(ue.wants_ipv4_home_address),
        requirements=["UE-F2F-05", "REF-C12"], clause="5.2.2.3", needs="wish for an IPv4 home address",
    ),
    step_property(
        "V4-12", "an IPv4 home address is had from an answer that grants it, and in no other way",
        whenever=~ue.has_ipv4_home_address & after(ue.has_ipv4_home_address),
        then=receives_acknowledgement
        & (acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED),
        requirements=["UE-F2F-06", "REF-C14"], clause="5.1.2.4", needs="wish for an IPv4 home address",
    ),
    invariant(
        "SA-15", "at home, all quiet: both ends agree whether K has moved the association to the home address",
        whenever=at_home & quiescent & ~bound & ue.key_management_granted & ue.association & ha.association,
        then=(ue.association_address == HOME_ADDRESS) == (ha.peer_address == HOME_ADDRESS),
        requirements=["UE-F2H-02", "HA-F2F-11", "REF-A10", "REF-B10"], clause="5.2.2.4", ambiguities=["AMB-25"],
    ),
    step_property(
        "BIND-53", "time passes at both ends alike",
        whenever=occurs("lifetimes", "event tick"),
        then=((ue.time_left == 0) | (after(ue.time_left) == ue.time_left - 1))
        & ((ue.retry_in == 0) | (after(ue.retry_in) == ue.retry_in - 1))
        & ((ha.time_left == 0) | (after(ha.time_left) == ha.time_left - 1)),
        requirements=["REF-A1", "REF-B8", "REF-B11"], clause="5.1.2.4", needs="clock",
    ),
    step_property(
        "BIND-54", "an update that is no repetition starts lifetime and timer anew",
        whenever=sends_update & ~overdue,
        then=(after(ue.retry_in) == 1)
        & (after(ue.interval) == if_then_else(parameter("back_off"), 2, 1))
        & (after(ue.time_left) == parameter("lifetime_asked")),
        requirements=["REF-A1", "REF-A6"], clause="5.1.2.4", needs="clock",
    ),
)  # fmt: skip
REACTION_PROPERTIES = (*HOME_AGENT_REACTIONS, *UE_REACTIONS)
