"""The home agent's side of the DSMIPv6 handover: TS 24.303 clause 5.2.3, completed by the validation
order of RFC 6275 (9.5.1, 10.3.1, 10.3.2) and by RFC 5555. One binding cache entry: one home address."""

from __future__ import annotations

from enum import Enum

from model.addresses import ADDRESS, HOME_ADDRESS, NETWORK, NO_ADDRESS, NOWHERE
from model.language.domains import BOOLEAN, Enumeration
from model.language.expressions import (
    Expression,
    Operand,
    any_of,
    if_then_else,
    in_flight,
    literal,
    parameter,
)
from model.language.machines import (
    Case,
    Effects,
    Machine,
    Send,
    case,
    chosen,
    chosen_effects,
    discarding,
    event,
    otherwise,
    receipt,
    send,
    timer,
)
from model.language.messages import flying
from model.lifetimes import BINDING_ENDED_AT_HOME_AGENT
from model.messages import (
    DOWNLINK,
    SEQUENCE_NUMBER,
    UPLINK,
    BindingAcknowledgement,
    BindingUpdate,
    Encapsulation,
    InnerSource,
    Ipv4AddressAcknowledgement,
    Ipv4HomeAddressOption,
    Lifetime,
    NatDetection,
    Protection,
    Status,
    unprotected_or_unverifiable,
    update,
)
from model.security_association import ASSOCIATION_ENDED, ASSOCIATION_ESTABLISHED, Ends


class BindingState(Enum):
    """The binding cache entry of the home address."""

    NO_BINDING = "no binding"
    DETECTING_DUPLICATES = "detecting duplicates"  # before the first binding; not an entry yet
    BOUND = "bound"
    INVALID = "marked invalid"  # removed, but its sequence number is remembered for a while


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
    "ipv4_home_address_free", BOOLEAN, initial=parameter("ipv4_pool"), meaning="the pool's address can be assigned"
)
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
entry_network = home_agent.ghost(
    "entry_network", NETWORK, initial=NOWHERE, meaning="attachment from which the binding's update was sent"
)
newest_processed = home_agent.ghost(
    "newest_processed", SEQUENCE_NUMBER, initial=parameter("first_sequence_number"),
    meaning="highest number of an update that was accepted, or of a removal that was answered",
)  # fmt: skip

ENTRY_STATES = [BindingState.BOUND, BindingState.INVALID]
exists = home_agent.state.is_one_of(*ENTRY_STATES)

# What the rows decide on

in_udp = update.encapsulation == Encapsulation.UDP
nat_on_path = in_udp & (update.ipv4_care_of_address != NO_ADDRESS) & (update.ipv4_care_of_address != update.source)
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
new_tunnel = if_then_else(
    in_udp,
    if_then_else(nat_on_path | parameter("home_agent_demands_udp"), literal(Encapsulation.UDP),
                 literal(Encapsulation.IPV4)),
    literal(Encapsulation.IPV6),
)  # fmt: skip


# What the rows answer


def acknowledgement_encapsulation(over_udp: Expression, nat: Expression) -> Expression:
    """AMB-06: an update in UDP is answered in UDP always, or only where a NAT was found."""
    without_nat = chosen("AMB-06", bare_ipv4=Encapsulation.IPV4, udp=Encapsulation.UDP)
    needs_udp = nat | parameter("home_agent_demands_udp")
    return if_then_else(
        over_udp, if_then_else(needs_udp, literal(Encapsulation.UDP), without_nat), literal(Encapsulation.IPV6)
    )


def nat_detection(over_udp: Expression, nat: Expression) -> Expression:
    """AMB-20: F tells the NAT; or the option's presence does, and F demands UDP where there is none."""
    demanded = parameter("home_agent_demands_udp")
    absent = literal(NatDetection.ABSENT)
    f_tells = if_then_else(nat, literal(NatDetection.F_SET), absent)
    presence_tells = if_then_else(
        nat, literal(NatDetection.F_CLEAR), if_then_else(demanded, literal(NatDetection.F_SET), absent)
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
    key_management: Operand = False,
    ipv4_address: Operand = Ipv4AddressAcknowledgement.ABSENT,
) -> Send:
    """The answer to the update at hand goes back to where it came from, never by way of the cache."""
    return send(
        BindingAcknowledgement(
            status=status,
            sequence_number=number,
            lifetime=lifetime,
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
]
peer_moves = peer_address.becomes(if_then_else(grants_key_management, new_care_of_address, peer_address))
removed_state = chosen("AMB-22", forget=BindingState.NO_BINDING, keep_invalid=BindingState.INVALID)
removed_number = sequence_number.becomes(
    chosen("AMB-22", forget=0, keep_invalid=update.sequence_number)
)
peer_goes_home = peer_address.becomes(
    if_then_else(
        grants_key_management, chosen("AMB-25", unchanged=peer_address, as_care_of_home=HOME_ADDRESS), peer_address
    )
)
unremembered_state = chosen("AMB-26", forget=BindingState.NO_BINDING, remember_refused=BindingState.INVALID)
unremembered_number = sequence_number.becomes(chosen("AMB-26", forget=0, remember_refused=update.sequence_number))
asks_removal = (update.lifetime == Lifetime.ZERO) | (
    care_of_address_missing
    & chosen("AMB-07", drop=False, reject=False, home_address_is_care_of=chosen("AMB-23", removes=True, no=False))
)

# Order of validation, common to all states (RFC 6275, 9.5.1 and 10.3.1)

not_acceptable = [
    discarding(
        "not protected by the UE's association",
        when=unprotected_or_unverifiable(update, association),
        clause="5.2.3.2", requirements=["HA-F2F-01", "REF-B5", "REF-D1"],
        note="neither answered nor stored",
    ),
    discarding(
        "copy of a packet",
        when=update.repeated & parameter("anti_replay"),
        clause="5.2.3.2", requirements=["HA-F2F-01", "REF-D1"], note="anti-replay of the security association",
    ),
    discarding(
        "home address missing",
        when=home_address_missing,
        clause="5.2.3.2", requirements=["HA-F2F-01", "REF-B4", "REF-B6"],
        note="the association is that of another home address",
    ),
]
stale = case(
    "stale sequence number",
    when=~update.sequence_number.is_ahead_of(sequence_number),
    then=reply(Status.SEQUENCE_NUMBER_OUT_OF_WINDOW, number=sequence_number),
    clause="5.2.3.2", requirements=["HA-F2F-01", "REF-B2"],
)  # fmt: skip
care_of_address_rules = [
    discarding(
        "IPv4 care-of address missing, dropped",
        when=care_of_address_missing & chosen("AMB-07", drop=True, reject=False, home_address_is_care_of=False),
        clause="5.2.3.2", requirements=["HA-F2F-05", "REF-C10"], note="AMB-07",
    ),
    discarding(
        "Alternate Care-of Address differs, dropped",
        when=alternate_differs
        & chosen("AMB-03", drop=True, ignore_option=False, reject=False, option_wins=False),
        clause="5.2.3.2", requirements=["HA-F2F-03", "REF-E1"], note="AMB-03",
    ),
]
rejected = (
    care_of_address_missing & chosen("AMB-07", drop=False, reject=True, home_address_is_care_of=False)
) | (alternate_differs & chosen("AMB-03", drop=False, ignore_option=False, reject=True, option_wins=False))


def rejection(*, keeps_number: bool) -> Case:
    """Status 128 for a missing or wrong care-of address; an existing entry keeps the update's number."""
    return case(
        "care-of address refused",
        when=rejected,
        then=[
            reply(Status.REASON_UNSPECIFIED),
            [sequence_number.becomes(update.sequence_number)] if keeps_number else [],
        ],
        clause="5.2.3.2", requirements=["HA-F2F-03", "HA-F2F-05", "REF-B4", "REF-B6"], note="AMB-03, AMB-07",
    )  # fmt: skip


accept = [
    store_care_of_address,
    bind_ipv4(update.ipv4_home_address),
    peer_moves,
    reply(
        Status.ACCEPTED,
        lifetime=Lifetime.POSITIVE,
        key_management=grants_key_management,
        ipv4_address=ipv4_acknowledgement(update.ipv4_home_address),
    ),
]
ACCEPT_REQUIREMENTS = [
    "HA-F2F-02", "HA-F2F-04", "HA-F2F-05", "HA-F2F-06", "HA-F2F-07", "HA-F2F-08", "HA-F2F-09", "HA-F2F-10",
    "HA-F2F-11", "REF-B7", "REF-B9", "REF-B10", "REF-B12",
]  # fmt: skip
start_detection = [
    store_care_of_address,
    pending_key_management.becomes(update.key_management),
    pending_ipv4_home_address.becomes(update.ipv4_home_address),
    pending_inner_source.becomes(update.inner_source),
]
detects_duplicates = parameter("duplicate_address_detection")

# No binding: initial registration (5.2.3.1)

home_agent.on(receipt(BindingUpdate), in_states=BindingState.NO_BINDING).decide(
    *not_acceptable,
    *care_of_address_rules,
    case(
        "removal without binding", dest=unremembered_state,
        when=asks_removal,
        then=[reply(Status.NOT_HOME_AGENT), unremembered_number, note_newest],
        clause="5.2.3.3", requirements=["HA-F2H-01", "REF-B11"], note="AMB-26",
    ),
    rejection(keeps_number=False),
    case(
        "initial registration, address to be checked", dest=BindingState.DETECTING_DUPLICATES,
        when=detects_duplicates, then=start_detection,
        clause="5.2.3.1", requirements=["HA-H2F-01", "REF-B7"],
    ),
    otherwise(
        "initial registration", dest=BindingState.BOUND, then=accept,
        clause="5.2.3.1", requirements=["HA-H2F-01", *ACCEPT_REQUIREMENTS],
    ),
)  # fmt: skip

# Duplicate address detection runs: there is no binding yet, only the newest update counts

home_agent.on(receipt(BindingUpdate), in_states=BindingState.DETECTING_DUPLICATES).decide(
    *not_acceptable,
    discarding(
        "older than the update under detection",
        when=~update.sequence_number.is_ahead_of(sequence_number),
        clause="5.2.3.1", requirements=["REF-B2", "REF-G5"], note="a newer update waits for the result",
    ),
    *care_of_address_rules,
    case(
        "removal while detecting duplicates", dest=unremembered_state,
        when=asks_removal,
        then=[forget_binding, forget_pending, reply(Status.NOT_HOME_AGENT), unremembered_number, note_newest],
        clause="5.2.3.3", requirements=["HA-F2H-01", "REF-B11"], note="AMB-26",
    ),
    rejection(keeps_number=False),
    otherwise(
        "newer update takes the place of the one under detection", then=start_detection,
        clause="5.2.3.1", requirements=["HA-H2F-01", "REF-G5"],
    ),
)  # fmt: skip
over_udp_pending = tunnel != Encapsulation.IPV6
grants_pending_key_management = pending_key_management & parameter("key_management_supported")


def reply_after_detection(status: Operand, *, lifetime: Operand, key_management: Operand, ipv4: Operand) -> Send:
    """The answer to the update that waited for duplicate address detection."""
    return send(
        BindingAcknowledgement(
            status=status, sequence_number=sequence_number, lifetime=lifetime, key_management=key_management,
            nat_detection=nat_detection(over_udp_pending, nat_found),
            ipv4_address_acknowledgement=ipv4,
            routing_header=routing_header(pending_inner_source),
            encapsulation=acknowledgement_encapsulation(over_udp_pending, nat_found),
            destination=care_of_address, protection=Protection.CURRENT,
        ),
        on=DOWNLINK,
    )  # fmt: skip


home_agent.transition(
    "the home address is unique",
    trigger=timer("duplicate address detection ends"), source=BindingState.DETECTING_DUPLICATES,
    dest=BindingState.BOUND,
    then=[
        bind_ipv4(pending_ipv4_home_address),
        peer_address.becomes(if_then_else(grants_pending_key_management, care_of_address, peer_address)),
        forget_pending,
        reply_after_detection(
            Status.ACCEPTED, lifetime=Lifetime.POSITIVE, key_management=grants_pending_key_management,
            ipv4=ipv4_acknowledgement(pending_ipv4_home_address)),
    ],
    clause="5.2.3.1", requirements=["HA-H2F-01", "REF-B7"],
)  # fmt: skip
home_agent.transition(
    "the home address is in use",
    trigger=timer("a neighbour answers for the home address"), source=BindingState.DETECTING_DUPLICATES,
    dest=BindingState.NO_BINDING, when=parameter("duplicate_home_address"),
    then=[
        forget_binding, forget_pending, sequence_number.becomes(0),
        reply_after_detection(Status.DUPLICATE_ADDRESS, lifetime=Lifetime.ZERO, key_management=False,
                              ipv4=Ipv4AddressAcknowledgement.ABSENT),
    ],
    clause="5.2.3.1", requirements=["HA-H2F-01", "REF-B7"],
)  # fmt: skip

# A binding exists (5.2.3.2), or one marked invalid is remembered (5.2.3.3)

home_agent.on(receipt(BindingUpdate), in_states=BindingState.BOUND).decide(
    *not_acceptable,
    stale,
    *care_of_address_rules,
    case(
        "removal", dest=removed_state,
        when=asks_removal,
        then=[forget_binding, removed_number, peer_goes_home, note_newest,
              reply(Status.ACCEPTED, key_management=grants_key_management)],
        clause="5.2.3.3", requirements=["HA-F2H-01", "HA-F2H-02", "REF-B11", "REF-C12"], note="AMB-15, AMB-22, AMB-25",
    ),
    rejection(keeps_number=True),
    otherwise(
        "binding updated", then=accept,
        clause="5.2.3.2", requirements=ACCEPT_REQUIREMENTS,
    ),
)  # fmt: skip
home_agent.on(receipt(BindingUpdate), in_states=BindingState.INVALID).decide(
    *not_acceptable,
    stale,
    *care_of_address_rules,
    case(
        "removal again",
        when=asks_removal,
        then=[sequence_number.becomes(update.sequence_number), note_newest,
              chosen_effects("AMB-28",
                             status_0=[peer_goes_home, reply(Status.ACCEPTED, key_management=grants_key_management)],
                             status_133=[reply(Status.NOT_HOME_AGENT)])],
        clause="5.2.3.3", requirements=["HA-F2H-01", "REF-B11", "REF-G2"], note="AMB-28",
    ),
    rejection(keeps_number=True),
    case(
        "registration after removal, address to be checked", dest=BindingState.DETECTING_DUPLICATES,
        when=detects_duplicates & chosen("AMB-31", again=True, skip=False), then=start_detection,
        clause="5.2.3.1", requirements=["HA-H2F-01", "REF-G8"], note="AMB-31",
    ),
    otherwise(
        "registration after removal", dest=BindingState.BOUND, then=accept,
        clause="5.2.3.1", requirements=["HA-H2F-01", *ACCEPT_REQUIREMENTS], note="AMB-31",
    ),
)  # fmt: skip

# What ends by itself

# Timing assumption: no packet outlives the 10 s (MAX_DELETE_BCE_TIMEOUT) of an entry marked invalid.
no_older_update_in_flight = (
    ~in_flight(UPLINK.name, ~flying(BindingUpdate).sequence_number.is_ahead_of(sequence_number), BindingUpdate.name)
) | ~parameter("no_packet_outlives_an_invalid_entry")
home_agent.transition(
    "the entry marked invalid is forgotten",
    trigger=timer("entry marked invalid"), source=BindingState.INVALID, dest=BindingState.NO_BINDING,
    when=no_older_update_in_flight,
    then=[sequence_number.becomes(0)],
    clause="5.2.3.3", requirements=["REF-B11"], note="AMB-22",
)  # fmt: skip
home_agent.transition(
    "the binding's lifetime ends",
    trigger=event(BINDING_ENDED_AT_HOME_AGENT), source=BindingState.BOUND, dest=BindingState.NO_BINDING,
    then=[forget_binding, sequence_number.becomes(0)],
    clause="5.1.3", requirements=["REF-B7", "REF-B8"],
)  # fmt: skip
home_agent.transition(
    "takes part in IKEv2",
    trigger=event(ASSOCIATION_ESTABLISHED), source=list(BindingState),
    then=[association.becomes(True), peer_address.becomes(ASSOCIATION_ESTABLISHED.view.peer_address)],
    clause="5.1.3", requirements=["UE-H2F-02", "REF-D2"],
)  # fmt: skip
home_agent.on(event(ASSOCIATION_ENDED)).decide(
    case("the association ends at the UE only", when=ASSOCIATION_ENDED.view.where == Ends.AT_THE_UE,
         clause="5.2.1", requirements=["REF-D4"]),
    otherwise("the association ends", then=[association.becomes(False)], clause="5.2.1", requirements=["REF-G3"]),
)  # fmt: skip

# What the table relies on (every run proves these)

bound = home_agent.state == BindingState.BOUND
home_agent.invariant("bound means a care-of address", bound.implies(care_of_address != NO_ADDRESS))
home_agent.invariant(
    "an address is bound only with a binding", ipv4_home_address_bound.implies(bound)
)  # fmt: skip
