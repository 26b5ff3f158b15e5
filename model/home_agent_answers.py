"""The home agent's binding cache entry, what it decides on, and the acknowledgements it sends
(TS 24.303, 5.2.3; RFC 6275, 9.5 and 10.3; RFC 5555, 4.5)."""

from __future__ import annotations

from enum import Enum

from model.addresses import ADDRESS, HOME_ADDRESS, NETWORK, NO_ADDRESS, NOWHERE
from model.language.domains import BOOLEAN, Enumeration, Integer
from model.language.expressions import Expression, Operand, any_of, if_then_else, literal, parameter
from model.language.machines import Effects, Machine, Send, chosen, send
from model.messages import (
    DOWNLINK,
    SEQUENCE_NUMBER,
    BindingAcknowledgement,
    Encapsulation,
    InnerSource,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    Lifetime,
    NatDetection,
    Protection,
    Status,
    update,
)


class BindingState(Enum):
    """The binding cache entry of the home address."""

    NO_BINDING = "no binding"
    DETECTING_DUPLICATES = "detecting duplicates"  # before the first binding; not an entry yet
    BOUND = "bound"
    INVALID = "marked invalid"  # removed, but its sequence number is remembered for a while
    REMOVAL_REFUSED = "removal refused"  # there was no binding; the number of who asked is remembered as long (AMB-26)


class Refusal(Enum):
    """Why the home agent refuses registrations for a time, out of policy or need (RFC 6275, 6.1.8 and 10.3.1)."""

    PROHIBITED = "129"
    RESOURCES = "130"
    NO_HOME_REGISTRATION = "131"
    NOT_HOME_SUBNET = "132"
    TYPE_CHANGE = "139"  # a binding of another type is taken to exist


home_agent = Machine("home_agent", BindingState, BindingState.NO_BINDING, meaning="the home agent")

care_of_address = home_agent.variable(
    "care_of_address", ADDRESS, initial=NO_ADDRESS, meaning="care-of address in the binding cache"
)
sequence_number = home_agent.variable(
    "sequence_number", SEQUENCE_NUMBER, initial=0, meaning="last sequence number accepted for the entry"
)
nat_found = home_agent.variable("nat_found", BOOLEAN, meaning="a NAT is on the path to the care-of address")
tunnel = home_agent.variable(
    "tunnel", Enumeration.of(Encapsulation), initial=Encapsulation.IPV6, meaning="how data is tunnelled to it"
)
ipv4_home_address_bound = home_agent.variable(
    "ipv4_home_address_bound", BOOLEAN, meaning="the entry has an IPv4 home address"
)
ipv4_home_address_free = home_agent.variable(
    "ipv4_home_address_free", BOOLEAN, initial=parameter("ipv4_pool"), meaning="the pool's address can be assigned",
    shared=True,
)  # fmt: skip
association = home_agent.variable(
    "security_association", BOOLEAN, initial=parameter("association_at_home"), meaning="there is one with the UE"
)
peer_address = home_agent.variable(
    "peer_address", ADDRESS, initial=HOME_ADDRESS, meaning="the UE's address in the IKEv2 security association"
)
pending_key_management = home_agent.variable(
    "pending_key_management", BOOLEAN, meaning="K of the update under duplicate address detection"
)
pending_ipv4_home_address = home_agent.variable(
    "pending_ipv4_home_address", Enumeration.of(Ipv4HomeAddressOption), initial=Ipv4HomeAddressOption.ABSENT,
    meaning="IPv4 Home Address option of the update under duplicate address detection",
)  # fmt: skip
pending_inner_source = home_agent.variable(
    "pending_inner_source", Enumeration.of(InnerSource), initial=InnerSource.CARE_OF_ADDRESS,
    meaning="inner source of the update under duplicate address detection",
)  # fmt: skip
time_left = home_agent.variable(
    "time_left", Integer(0, "lifetime_asked"), initial=0,
    meaning="ticks until the binding ends, or until an entry marked invalid may be forgotten",
)  # fmt: skip
refusal = home_agent.variable(
    "refusal", Enumeration.of(Refusal), initial=parameter("refusal"), meaning="the ground on which it may refuse"
)
refusing = home_agent.variable("refusing", BOOLEAN, meaning="the ground for refusal is there")
revoking = home_agent.variable("revoking", BOOLEAN, meaning="the binding's end by the network is not yet acknowledged")
revocation_repeats_left = home_agent.variable(
    "revocation_repeats_left", Integer(0, "retransmissions"), initial=0,
    meaning="repetitions of a revocation before the binding ends without an answer",
)  # fmt: skip
revocations_left = home_agent.variable(
    "revocations_left", Integer(0, "revocations"), initial=parameter("revocations"), meaning="budget of revocations"
)
entry_network = home_agent.ghost(
    "entry_network", NETWORK, initial=NOWHERE, meaning="attachment from which the binding's update was sent"
)
newest_processed = home_agent.ghost(
    "newest_processed", SEQUENCE_NUMBER, initial=parameter("first_sequence_number"),
    meaning="highest number of an update that was accepted, or of a removal that was answered",
)  # fmt: skip

undisturbed = home_agent.ghost(
    "undisturbed", BOOLEAN, initial=True,
    meaning="since the last answer to an update no lifetime, NAT mapping, association or unheeded revocation has ended",
)  # fmt: skip

REMEMBERING = [BindingState.INVALID, BindingState.REMOVAL_REFUSED]
UNBOUND = [BindingState.NO_BINDING, *REMEMBERING]
NEVER_BOUND = [BindingState.NO_BINDING, BindingState.DETECTING_DUPLICATES, BindingState.REMOVAL_REFUSED]
ENTRY_STATES = [BindingState.BOUND, *REMEMBERING]
exists = home_agent.state.is_one_of(*ENTRY_STATES)

# What the rows decide on

in_udp = update.encapsulation == Encapsulation.UDP
nat_on_path = in_udp & (update.ipv4_care_of_address != NO_ADDRESS) & (update.ipv4_care_of_address != update.source)
# A setting, beyond what RFC 5555 offers: an outer source that nothing protects is taken from nobody, or only
# if IKEv2 has seen the UE there.
nat_refused = nat_on_path & (
    parameter("nat_traversal_off") | (parameter("nat_traversal_for_ike_peers") & (update.source != peer_address))
)
care_of_address_missing = in_udp & (update.ipv4_care_of_address == NO_ADDRESS)
alternate_differs = (
    (update.encapsulation == Encapsulation.IPV6)
    & (update.alternate_care_of_address != NO_ADDRESS)
    & (update.alternate_care_of_address != update.source)
)
home_address_missing = ~update.home_address_option & (update.inner_source != InnerSource.HOME_ADDRESS)
new_care_of_address = if_then_else(
    care_of_address_missing,
    literal(HOME_ADDRESS),
    if_then_else(
        alternate_differs,
        chosen("AMB-03", ignore_option=update.source, drop=update.source, reject=update.source,
               option_wins=update.alternate_care_of_address),
        update.source,
    ),
)  # fmt: skip
# Only the school in which F is a demand can demand UDP (AMB-20).
demands_udp = parameter("home_agent_demands_udp") & chosen("AMB-20", nat_found=False, udp_demanded=True)
new_tunnel = if_then_else(
    in_udp,
    if_then_else(nat_on_path | demands_udp, literal(Encapsulation.UDP),
                 literal(Encapsulation.IPV4)),
    literal(Encapsulation.IPV6),
)  # fmt: skip


# What the rows answer


def acknowledgement_encapsulation(over_udp: Expression, nat: Expression) -> Expression:
    """AMB-06: an update in UDP is answered in UDP always, or only where a NAT was found."""
    without_nat = chosen("AMB-06", bare_ipv4=Encapsulation.IPV4, udp=Encapsulation.UDP)
    needs_udp = nat | demands_udp
    return if_then_else(
        over_udp, if_then_else(needs_udp, literal(Encapsulation.UDP), without_nat), literal(Encapsulation.IPV6)
    )


def nat_detection(over_udp: Expression, nat: Expression) -> Expression:
    """AMB-20: F tells the NAT; or the option's presence does, and F demands UDP where there is none."""
    absent = literal(NatDetection.ABSENT)
    f_tells = if_then_else(nat, literal(NatDetection.F_SET), absent)
    presence_tells = if_then_else(
        nat, literal(NatDetection.F_CLEAR), if_then_else(demands_udp, literal(NatDetection.F_SET), absent)
    )
    return if_then_else(over_udp, chosen("AMB-20", nat_found=f_tells, udp_demanded=presence_tells), absent)


def routing_header(inner_source: Expression) -> Expression:
    return chosen(
        "AMB-19", always=True, unless_source_is_home_address=inner_source != InnerSource.HOME_ADDRESS
    )


def reply(
    status: Operand,
    *,
    number: Expression = update.sequence_number,
    lifetime: Operand = Lifetime.ZERO,
    granted_ticks: Operand = 0,
    key_management: Operand = False,
    ipv4_address: Operand = Ipv4AddressAcknowledgement.ABSENT,
) -> Send:
    """The answer to the update at hand goes back to where it came from, never by way of the cache."""
    return send(
        BindingAcknowledgement(
            status=status,
            sequence_number=number,
            lifetime=lifetime,
            granted_ticks=granted_ticks,
            key_management=key_management,
            nat_detection=nat_detection(in_udp, nat_on_path),
            ipv4_address_acknowledgement=ipv4_address,
            routing_header=routing_header(update.inner_source),
            encapsulation=acknowledgement_encapsulation(in_udp, nat_on_path),
            destination=update.source,
            protection=Protection.CURRENT,
        ),
        on=DOWNLINK,
    )


grants_key_management = update.key_management & parameter("key_management_supported")


# Beyond what makes a care-of address wrong: grounds of the home agent's own, and F without a NAT.
refuses_out_of_policy = parameter("home_agent_refuses") & refusing
being_revoked = parameter("may_revoke") & revoking
refuses_to_force_udp = parameter("ue_forces_udp") & in_udp & update.forces_udp & ~nat_on_path
status_of_refusal = if_then_else(
    refusal == Refusal.PROHIBITED, literal(Status.PROHIBITED),
    if_then_else(refusal == Refusal.RESOURCES, literal(Status.INSUFFICIENT_RESOURCES),
    if_then_else(refusal == Refusal.NO_HOME_REGISTRATION, literal(Status.NO_HOME_REGISTRATION),
    if_then_else(refusal == Refusal.NOT_HOME_SUBNET, literal(Status.NOT_HOME_SUBNET), Status.TYPE_CHANGE))),
)  # fmt: skip
acceptance = if_then_else(
    parameter("home_prefix_deprecated"), literal(Status.PREFIX_DISCOVERY_NECESSARY), Status.ACCEPTED
)
status_of_wrong_care_of_address = if_then_else(
    nat_refused, literal(Status.PROHIBITED),
    if_then_else(alternate_differs, chosen("AMB-33", status_128=Status.REASON_UNSPECIFIED,
                                           status_174=Status.INVALID_CARE_OF_ADDRESS),
                 Status.REASON_UNSPECIFIED),
)  # fmt: skip


def assigns_ipv4(option: Expression) -> Expression:
    """An IPv4 home address goes, or stays, with the binding."""
    for_the_asking = ipv4_home_address_bound | ipv4_home_address_free
    claimed = ipv4_home_address_bound | chosen("AMB-30", grant_if_free=ipv4_home_address_free, refuse=False)
    return any_of([
        (option == Ipv4HomeAddressOption.UNSPECIFIED) & for_the_asking,
        (option == Ipv4HomeAddressOption.ASSIGNED) & claimed,
    ])  # fmt: skip


def ipv4_acknowledgement(option: Expression) -> Expression:
    """IPv4 Address Acknowledgement option that answers an IPv4 Home Address option."""
    refusal = if_then_else(
        option == Ipv4HomeAddressOption.UNSPECIFIED,
        literal(Ipv4AddressAcknowledgement.NO_ADDRESS_AVAILABLE),
        literal(Ipv4AddressAcknowledgement.NOT_THE_HOME_ADDRESS),
    )
    answer = if_then_else(assigns_ipv4(option), literal(Ipv4AddressAcknowledgement.ASSIGNED), refusal)
    return if_then_else(option == Ipv4HomeAddressOption.ABSENT, Ipv4AddressAcknowledgement.ABSENT, answer)


def bind_ipv4(option: Expression) -> Effects:
    """AMB-17: without the option an existing IPv4 binding is left alone, or removed."""
    kept = (
        (option == Ipv4HomeAddressOption.ABSENT)
        & ipv4_home_address_bound
        & chosen("AMB-17", left_alone=True, removed=False)
    )
    bound = assigns_ipv4(option) | kept
    return [
        ipv4_home_address_bound.becomes(bound),
        ipv4_home_address_free.becomes((ipv4_home_address_free | ipv4_home_address_bound) & ~bound),
    ]


# With discrete time: no more than was asked, and no more than the home agent likes.
granted_ticks = if_then_else(
    update.asked_ticks > parameter("lifetime_granted_at_most"),
    parameter("lifetime_granted_at_most"), update.asked_ticks,
)  # fmt: skip
remember = time_left.becomes(chosen(
    "AMB-22", forget=0, keep_invalid=parameter("invalid_entry_ticks"),
    keep_while_associated=parameter("invalid_entry_ticks"),
))  # fmt: skip
note_newest = newest_processed.becomes(
    if_then_else(update.sequence_number.is_ahead_of(newest_processed), update.sequence_number, newest_processed)
)
store_care_of_address = [
    care_of_address.becomes(new_care_of_address),
    sequence_number.becomes(update.sequence_number),
    nat_found.becomes(nat_on_path),
    tunnel.becomes(new_tunnel),
    entry_network.becomes(update.network),
    note_newest,
]
forget_pending = [
    pending_key_management.becomes(False),
    pending_ipv4_home_address.becomes(Ipv4HomeAddressOption.ABSENT),
    pending_inner_source.becomes(InnerSource.CARE_OF_ADDRESS),
]
forget_binding = [
    care_of_address.becomes(NO_ADDRESS),
    nat_found.becomes(False),
    tunnel.becomes(Encapsulation.IPV6),
    entry_network.becomes(NOWHERE),
    ipv4_home_address_bound.becomes(False),
    ipv4_home_address_free.becomes(ipv4_home_address_free | ipv4_home_address_bound),
    revoking.becomes(False),
    revocation_repeats_left.becomes(0),
]
peer_moves = peer_address.becomes(if_then_else(grants_key_management, new_care_of_address, peer_address))
removed_state = chosen(
    "AMB-22", forget=BindingState.NO_BINDING, keep_invalid=BindingState.INVALID,
    keep_while_associated=BindingState.INVALID,
)  # fmt: skip
removed_number = sequence_number.becomes(
    chosen("AMB-22", forget=0, keep_invalid=update.sequence_number, keep_while_associated=update.sequence_number)
)
peer_goes_home = peer_address.becomes(
    if_then_else(
        grants_key_management, chosen("AMB-25", unchanged=peer_address, as_care_of_home=HOME_ADDRESS), peer_address
    )
)
unremembered_state = chosen(
    "AMB-26", forget=BindingState.NO_BINDING, remember_refused=BindingState.REMOVAL_REFUSED
)
unremembered_number = sequence_number.becomes(chosen("AMB-26", forget=0, remember_refused=update.sequence_number))
asks_removal = (update.lifetime == Lifetime.ZERO) | (
    care_of_address_missing
    & chosen("AMB-07", drop=False, reject=False, home_address_is_care_of=chosen("AMB-23", removes=True, no=False))
)
