"""The UE's side of the DSMIPv6 handover: TS 24.303 clause 5.2.2, completed where it leans on clauses
5.1.2.x and RFC 6275 / RFC 5555. Rows stand in the order in which a handover meets them."""

from __future__ import annotations

from enum import Enum

from model.access_network import (
    ADDRESS_CONFIGURED,
    COVERAGE_LOST,
    MOVEMENT,
    ROUTER_ADVERTISEMENT,
)
from model.addresses import ADDRESS, HOME_ADDRESS, NO_ADDRESS, Family, Prefix, family_of_address
from model.language.domains import BOOLEAN, Enumeration, Integer
from model.language.expressions import Expression, Operand, if_then_else, literal, parameter
from model.language.machines import (
    Effects,
    Machine,
    Send,
    case,
    chosen,
    chosen_effects,
    decision,
    discarding,
    event,
    otherwise,
    receipt,
    send,
    timer,
)
from model.lifetimes import BINDING_ENDED_AT_UE
from model.messages import (
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
    acknowledgement,
    unprotected_or_unverifiable,
)
from model.security_association import (
    ASSOCIATION_ENDED,
    ASSOCIATION_ESTABLISHED,
    ASSOCIATION_REFUSED,
    Ends,
)


class UeState(Enum):
    DETACHED = "detached"
    CONFIGURING_ADDRESS = "configuring address"
    DETECTING_HOME_LINK = "detecting home link"
    ESTABLISHING_SA = "establishing SA"
    REGISTERING = "registering"
    REGISTERED = "registered"
    DEREGISTERING = "deregistering"
    AT_HOME = "at home"
    ABANDONED = "abandoned"


class Link(Enum):
    """What home link detection found; an IPv4-only link counts as foreign (AMB-14)."""

    UNKNOWN = "unknown"
    HOME = "home"
    FOREIGN = "foreign"


class ListEntry(Enum):
    """The binding update list entry for the home agent."""

    NONE = "none"
    PENDING = "pending"  # a registration is sent and not yet answered
    VALID = "valid"  # the last registration was acknowledged
    REFUSED = "refused"  # the last registration was refused; an older binding may live on
    REMOVING = "removing"  # a de-registration is sent and not yet answered


class Reason(Enum):
    """Why the UE gave up."""

    NONE = "none"
    NO_ASSOCIATION = "no security association"
    NO_ANSWER = "no answer"
    REFUSED = "refused"


ue = Machine("ue", UeState, UeState.AT_HOME, meaning="the user equipment")

address = ue.variable("address", ADDRESS, initial=HOME_ADDRESS, meaning="last address configured on the interface")
detected_link = ue.variable(
    "detected_link", Enumeration.of(Link), initial=Link.HOME, meaning="home link detection on that address"
)
previous_link = ue.variable(
    "previous_link", Enumeration.of(Link), initial=Link.HOME, meaning="the link found before that one"
)
list_entry = ue.variable(
    "list_entry", Enumeration.of(ListEntry), initial=ListEntry.NONE, meaning="the binding update list entry"
)
care_of_address = ue.variable(
    "care_of_address", ADDRESS, initial=NO_ADDRESS, meaning="care-of address in the binding update list"
)
sequence_number = ue.variable(
    "sequence_number", SEQUENCE_NUMBER, initial=parameter("first_sequence_number"),
    meaning="number of the newest Binding Update",
)  # fmt: skip
retransmissions_left = ue.variable(
    "retransmissions_left", Integer(0, "retransmissions"), initial=parameter("retransmissions"),
    meaning="retransmissions before the UE gives up",
)  # fmt: skip
association = ue.variable(
    "security_association", BOOLEAN, initial=parameter("association_at_home"), meaning="there is one with the HA"
)
association_address = ue.variable(
    "association_address", ADDRESS, initial=HOME_ADDRESS,
    meaning="local address for which the security association was made, or to which it was moved",
)  # fmt: skip
key_management_granted = ue.variable(
    "key_management_granted", BOOLEAN, meaning="the last acknowledgement had K: the association survives movement"
)
association_renewed = ue.variable(
    "association_renewed", BOOLEAN, meaning="it was already set up anew because nobody answered (AMB-27)"
)
has_ipv4_home_address = ue.variable("has_ipv4_home_address", BOOLEAN, meaning="an IPv4 home address is assigned")
wants_ipv4_home_address = ue.variable(
    "wants_ipv4_home_address", BOOLEAN, initial=parameter("wants_ipv4_home_address"),
    meaning="wants one, and wants its binding updated",
)  # fmt: skip
wants_association_to_survive = ue.variable(
    "wants_association_to_survive", BOOLEAN, initial=parameter("wants_association_to_survive"),
    meaning="wants the IKEv2 security association to survive a change of care-of address",
)  # fmt: skip
safe_to_stay_home = ue.variable(
    "safe_to_stay_home", BOOLEAN, initial=parameter("safe_to_stay_home"),
    meaning="it is safe to assume that the UE stays on the home link",
)  # fmt: skip
tunnel = ue.variable(
    "tunnel", Enumeration.of(Encapsulation), initial=Encapsulation.IPV6, meaning="how the UE tunnels data"
)
reason = ue.variable("reason", Enumeration.of(Reason), initial=Reason.NONE, meaning="why it is abandoned")
undisturbed = ue.ghost(
    "undisturbed", BOOLEAN, initial=True,
    meaning="since the last acknowledgement no lifetime, NAT mapping or security association has ended",
)  # fmt: skip

WAITING = (UeState.REGISTERING, UeState.DEREGISTERING)
ALL_BUT_DETACHED = [state for state in UeState if state is not UeState.DETACHED]

# What the rows decide on

came_from_home = if_then_else(detected_link == Link.UNKNOWN, previous_link == Link.HOME, detected_link == Link.HOME)
awaits_answer = list_entry.is_one_of(ListEntry.PENDING, ListEntry.REMOVING)
accepted = acknowledgement.status == Status.ACCEPTED
answers_the_newest_update = acknowledgement.sequence_number == sequence_number


def association_fits(local_address: Operand) -> Expression:
    """There is a security association, and a move does not stand against using it (AMB-08)."""
    moved_along = (association_address == local_address) | key_management_granted
    return association & chosen(
        "AMB-08", keep_stale_sa=True, re_establish=moved_along, re_establish_and_always_ask=moved_along
    )


def may_register_abroad(local_address: Operand) -> Expression:
    """Between foreign links: a Binding Update may be sent now (GEN-03, AMB-13)."""
    return if_then_else(association, association_fits(local_address), chosen("AMB-13", bu_anyway=True, sa_first=False))


def may_register_over_ipv4(local_address: Operand) -> Expression:
    """On an IPv4-only link: a Binding Update may be sent now (AMB-02 after home, AMB-13 after a foreign link)."""
    after_home = chosen("AMB-02", bu_at_once=True, sa_first=association_fits(local_address))
    return if_then_else(came_from_home, after_home, may_register_abroad(local_address))


may_deregister = chosen("AMB-32", bu_anyway=True, sa_first=association_fits(HOME_ADDRESS))
binding_to_remove = chosen(
    "AMB-10",
    only_valid_entry=list_entry == ListEntry.VALID,
    whenever_possibly_bound=list_entry != ListEntry.NONE,
)


# What the rows send


def ipv4_home_address_option() -> Expression:
    """UE-H2F-04, UE-F2F-05, UE-F2F-06: the assigned address, or the unspecified one to ask for it."""
    wanted = if_then_else(
        has_ipv4_home_address,
        literal(Ipv4HomeAddressOption.ASSIGNED),
        literal(Ipv4HomeAddressOption.UNSPECIFIED),
    )
    return if_then_else(wants_ipv4_home_address, wanted, Ipv4HomeAddressOption.ABSENT)


def protection(with_association: Operand) -> Expression:
    return if_then_else(with_association, literal(Protection.CURRENT), literal(Protection.NONE))


def asks_for_key_management() -> Expression:
    wanted = wants_association_to_survive
    return chosen("AMB-08", keep_stale_sa=wanted, re_establish=wanted, re_establish_and_always_ask=True)


def binding_update(local_address: Operand, number: Expression, with_association: Operand) -> Send:
    """A registration from `local_address`; over an IPv4-only access it is tunnelled in UDP."""
    over_ipv4 = family_of_address(local_address) == Family.IPV4
    inner_source_over_ipv4 = chosen(
        "AMB-18", option=InnerSource.CARE_OF_ADDRESS, inner_source=InnerSource.HOME_ADDRESS
    )
    option_over_ipv4 = chosen("AMB-18", option=True, inner_source=False)
    return send(
        BindingUpdate(
            lifetime=Lifetime.POSITIVE,
            sequence_number=number,
            source=local_address,
            inner_source=if_then_else(over_ipv4, inner_source_over_ipv4, InnerSource.CARE_OF_ADDRESS),
            home_address_option=if_then_else(over_ipv4, option_over_ipv4, True),
            alternate_care_of_address=if_then_else(
                over_ipv4, NO_ADDRESS, chosen("AMB-29", absent=NO_ADDRESS, present=local_address)
            ),
            ipv4_care_of_address=if_then_else(over_ipv4, local_address, NO_ADDRESS),
            ipv4_home_address=ipv4_home_address_option(),
            encapsulation=if_then_else(over_ipv4, literal(Encapsulation.UDP), literal(Encapsulation.IPV6)),
            key_management=asks_for_key_management(),
            forces_udp=False,
            tlv_header=False,
            protection=protection(with_association),
        ),
        on=UPLINK,
    )


def removal(number: Expression, with_association: Operand) -> Send:
    """A de-registration from the home link: source and care-of address are the home address."""
    return send(
        BindingUpdate(
            lifetime=Lifetime.ZERO,
            sequence_number=number,
            source=HOME_ADDRESS,
            inner_source=InnerSource.HOME_ADDRESS,
            encapsulation=Encapsulation.IPV6,
            key_management=asks_for_key_management(),
            protection=protection(with_association),
        ),
        on=UPLINK,
    )


def register(local_address: Operand, *, with_association: Operand = association) -> Effects:
    """Send the first Binding Update of a registration and remember it in the list."""
    return [
        binding_update(local_address, sequence_number + 1, with_association),
        sequence_number.becomes(sequence_number + 1),
        list_entry.becomes(ListEntry.PENDING),
        care_of_address.becomes(local_address),
        retransmissions_left.becomes(parameter("retransmissions")),
    ]


def deregister(*, with_association: Operand = association) -> Effects:
    """Send the first Binding Update of a de-registration and remember it in the list."""
    return [
        removal(sequence_number + 1, with_association),
        sequence_number.becomes(sequence_number + 1),
        list_entry.becomes(ListEntry.REMOVING),
        care_of_address.becomes(HOME_ADDRESS),
        retransmissions_left.becomes(parameter("retransmissions")),
    ]


# Leaving a link (5.2.1: at any moment)

ue.transition(
    "leaves for another access network",
    trigger=event(MOVEMENT), source=list(UeState), dest=UeState.CONFIGURING_ADDRESS,
    then=[reason.becomes(Reason.NONE)],
    clause="5.2.1", requirements=["GEN-01", "GEN-06", "UE-GEN-01"],
)  # fmt: skip
ue.transition(
    "is out of coverage",
    trigger=event(COVERAGE_LOST), source=ALL_BUT_DETACHED, dest=UeState.DETACHED,
    then=[reason.becomes(Reason.NONE)],
    clause="5.2.1", requirements=["GEN-01"],
)  # fmt: skip

# An address is configured (5.2.2.1, and the first sentences of 5.2.2.2 and 5.2.2.3)

configured = ADDRESS_CONFIGURED.view
same_address = configured.address == address
new_attachment = [
    address.becomes(configured.address),
    previous_link.becomes(if_then_else(detected_link == Link.UNKNOWN, previous_link, detected_link)),
    association_renewed.becomes(False),
]
ue.on(event(ADDRESS_CONFIGURED), in_states=UeState.CONFIGURING_ADDRESS).decide(
    case(
        "same address, still registered", dest=UeState.REGISTERED,
        when=same_address & (list_entry == ListEntry.VALID) & (care_of_address == address),
        clause="5.2.2.3", requirements=["UE-F2F-01", "UE-F2F-07"], note="AMB-04: no change of address, no handover",
    ),
    case(
        "same address, still registering", dest=UeState.REGISTERING,
        when=same_address & (list_entry == ListEntry.PENDING) & (care_of_address == address),
        clause="5.2.2.3", requirements=["UE-F2F-01", "UE-F2F-07"], note="AMB-04",
    ),
    case(
        "same address, still deregistering", dest=UeState.DEREGISTERING,
        when=same_address & (list_entry == ListEntry.REMOVING) & (detected_link == Link.HOME),
        clause="5.2.2.2", requirements=["UE-H2F-01"], note="AMB-04",
    ),
    case(
        "same address, still at home", dest=UeState.AT_HOME,
        when=same_address & (list_entry == ListEntry.NONE) & (detected_link == Link.HOME),
        clause="5.2.2.2", requirements=["UE-H2F-01"], note="AMB-04",
    ),
    case(
        "IPv6 address configured", dest=UeState.DETECTING_HOME_LINK,
        when=configured.family == Family.IPV6,
        then=[new_attachment, detected_link.becomes(Link.UNKNOWN)],
        clause="5.2.2.2", requirements=["UE-H2F-01", "UE-F2F-01"],
    ),
    case(
        "IPv4 care-of address configured, update sent", dest=UeState.REGISTERING,
        when=may_register_over_ipv4(configured.address),
        then=[new_attachment, detected_link.becomes(Link.FOREIGN), register(configured.address)],
        clause="5.2.2.3", requirements=["UE-H2F-05", "UE-H2F-06", "UE-H2F-07", "UE-F2F-07", "UE-F2F-08", "REF-C5"],
        note="AMB-02, AMB-13, AMB-14",
    ),
    otherwise(
        "IPv4 care-of address configured, association needed", dest=UeState.ESTABLISHING_SA,
        then=[new_attachment, detected_link.becomes(Link.FOREIGN), association.becomes(False)],
        clause="5.2.1", requirements=["GEN-03", "REF-D2", "REF-D4"], note="AMB-02, AMB-08, AMB-13",
    ),
)  # fmt: skip

# Home link detection (5.1.2.3): the home link (5.2.2.4) or a foreign one (5.2.2.2, 5.2.2.3)

on_home_link = ROUTER_ADVERTISEMENT.view.prefix == Prefix.HOME
ue.on(event(ROUTER_ADVERTISEMENT), in_states=UeState.DETECTING_HOME_LINK).decide(
    case(
        "home link, binding to remove", dest=UeState.DEREGISTERING,
        when=on_home_link & binding_to_remove & may_deregister,
        then=[detected_link.becomes(Link.HOME), deregister()],
        clause="5.2.2.4", requirements=["UE-F2H-01", "REF-A11", "REF-A12"], note="AMB-10",
    ),
    case(
        "home link, association needed to remove the binding", dest=UeState.ESTABLISHING_SA,
        when=on_home_link & binding_to_remove,
        then=[detected_link.becomes(Link.HOME), association.becomes(False)],
        clause="5.2.1", requirements=["GEN-03", "REF-D2", "REF-D4"], note="AMB-32",
    ),
    case(
        "home link, nothing to remove", dest=UeState.AT_HOME,
        when=on_home_link,
        then=[detected_link.becomes(Link.HOME), list_entry.becomes(ListEntry.NONE),
              care_of_address.becomes(NO_ADDRESS)],
        clause="5.2.2.4", requirements=["UE-F2H-01", "REF-A11"], note="AMB-10",
    ),
    case(
        "foreign link after home, association in place", dest=UeState.REGISTERING,
        when=came_from_home & association_fits(address),
        then=[detected_link.becomes(Link.FOREIGN), register(address)],
        clause="5.2.2.2", requirements=["UE-H2F-03", "UE-H2F-04", "UE-H2F-06", "UE-H2F-07", "GEN-05", "REF-A3"],
    ),
    case(
        "foreign link after home, association needed", dest=UeState.ESTABLISHING_SA,
        when=came_from_home,
        then=[detected_link.becomes(Link.FOREIGN), association.becomes(False)],
        clause="5.2.2.2", requirements=["UE-H2F-02", "GEN-03", "GEN-04"], note="AMB-08",
    ),
    case(
        "another foreign link, update sent", dest=UeState.REGISTERING,
        when=may_register_abroad(address),
        then=[detected_link.becomes(Link.FOREIGN), register(address)],
        clause="5.2.2.3",
        requirements=["UE-F2F-02", "UE-F2F-03", "UE-F2F-04", "UE-F2F-05", "UE-F2F-06", "UE-F2F-08", "UE-F2F-09"],
        note="AMB-08, AMB-13, AMB-29",
    ),
    otherwise(
        "another foreign link, association needed", dest=UeState.ESTABLISHING_SA,
        then=[detected_link.becomes(Link.FOREIGN), association.becomes(False)],
        clause="5.2.1", requirements=["GEN-03", "REF-D4"], note="AMB-08, AMB-13",
    ),
)  # fmt: skip

# Security association set-up (5.1.2.2), then the registration (5.1.2.4) or the removal

new_association = [
    association.becomes(True),
    association_address.becomes(address),
    key_management_granted.becomes(False),
]
ue.on(event(ASSOCIATION_ESTABLISHED), in_states=UeState.ESTABLISHING_SA).decide(
    case(
        "association established, binding removed", dest=UeState.DEREGISTERING,
        when=detected_link == Link.HOME,
        then=[new_association, deregister(with_association=True)],
        clause="5.2.2.4", requirements=["UE-F2H-01", "GEN-03"],
    ),
    otherwise(
        "association established, update sent", dest=UeState.REGISTERING,
        then=[new_association, register(address, with_association=True)],
        clause="5.2.2.2", requirements=["UE-H2F-02", "UE-H2F-03", "UE-H2F-04", "UE-H2F-07", "REF-D2", "REF-D3"],
    ),
)  # fmt: skip
ue.transition(
    "no association can be had",
    trigger=event(ASSOCIATION_REFUSED), source=UeState.ESTABLISHING_SA, dest=UeState.ABANDONED,
    then=[reason.becomes(Reason.NO_ASSOCIATION)],
    clause="5.1.2.2", requirements=["REF-D2"],
)  # fmt: skip

# No answer (RFC 6275, 11.8): every retransmission has a number of its own

resend = [sequence_number.becomes(sequence_number + 1), retransmissions_left.becomes(retransmissions_left - 1)]
ue.on(timer("retransmission"), in_states=WAITING).decide(
    case(
        "nobody answers, association given up as dead", dest=UeState.ESTABLISHING_SA,
        when=(retransmissions_left == 0)
        & chosen("AMB-27", never_noticed=False, dead_after_limit=~association_renewed),
        then=[association.becomes(False), association_renewed.becomes(True)],
        clause="5.2.1", requirements=["GEN-03", "REF-A6"], note="AMB-27",
    ),
    case(
        "nobody answers, given up", dest=UeState.ABANDONED,
        when=retransmissions_left == 0, then=[reason.becomes(Reason.NO_ANSWER)],
        clause="5.2.2.3", requirements=["REF-A6"],
        note="the limit is the scenario's; RFC 6275 would go on for ever",
    ),
    case(
        "de-registration repeated",
        when=(list_entry == ListEntry.REMOVING) & may_deregister,
        then=[resend, removal(sequence_number + 1, association)],
        clause="5.2.2.4", requirements=["UE-F2H-01", "REF-A5", "REF-A13"],
    ),
    case(
        "registration repeated",
        when=(list_entry == ListEntry.PENDING) & may_register_abroad(address),
        then=[resend, binding_update(address, sequence_number + 1, association)],
        clause="5.2.2.3", requirements=["REF-A5", "REF-A6"],
    ),
    otherwise(
        "association needed before repeating", dest=UeState.ESTABLISHING_SA,
        then=[association.becomes(False)],
        clause="5.2.1", requirements=["GEN-03", "REF-D2"], note="AMB-13, AMB-32",
    ),
)  # fmt: skip

# A Binding Acknowledgement (5.1.2.4; RFC 6275, 11.7.3; RFC 5555, 4.4.2)

nat_told = chosen(
    "AMB-20",
    nat_found=acknowledgement.nat_detection == NatDetection.F_SET,
    udp_demanded=acknowledgement.nat_detection != NatDetection.ABSENT,
)
believed_tunnel = if_then_else(
    family_of_address(care_of_address) == Family.IPV6,
    literal(Encapsulation.IPV6),
    if_then_else(nat_told, literal(Encapsulation.UDP), literal(Encapsulation.IPV4)),
)
registration_acknowledged = [
    list_entry.becomes(ListEntry.VALID),
    key_management_granted.becomes(acknowledgement.key_management),
    association_address.becomes(if_then_else(acknowledgement.key_management, care_of_address, association_address)),
    has_ipv4_home_address.becomes(
        if_then_else(
            acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ABSENT,
            chosen("AMB-17", left_alone=has_ipv4_home_address, removed=False),
            acknowledgement.ipv4_address_acknowledgement == Ipv4AddressAcknowledgement.ASSIGNED,
        )
    ),
    tunnel.becomes(believed_tunnel),
    association_renewed.becomes(False),
    undisturbed.becomes(True),
]
removal_acknowledged = [
    list_entry.becomes(ListEntry.NONE),
    care_of_address.becomes(NO_ADDRESS),
    key_management_granted.becomes(acknowledgement.key_management),
    association_address.becomes(
        if_then_else(
            acknowledgement.key_management,
            chosen("AMB-25", unchanged=association_address, as_care_of_home=HOME_ADDRESS),
            association_address,
        )
    ),
    chosen_effects("AMB-12", forget=has_ipv4_home_address.becomes(False), offer_again=[]),
    association_renewed.becomes(False),
    tunnel.becomes(Encapsulation.IPV6),
    undisturbed.becomes(True),
]
number_adopted = [
    sequence_number.becomes(acknowledgement.sequence_number + 1),
]
out_of_window = acknowledgement.status == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW
removal_done = answers_the_newest_update & (
    accepted
    | ((acknowledgement.status == Status.NOT_HOME_AGENT) & chosen("AMB-09", retry=False, done=True))
)

to_be_ignored = [
    discarding(
        "not protected by the association",
        when=unprotected_or_unverifiable(acknowledgement, association),
        clause="5.2.1", requirements=["REF-A7", "REF-D1"], note="acknowledgements must be protected",
    ),
    discarding(
        "copy of a packet",
        when=acknowledgement.repeated & parameter("anti_replay"),
        clause="5.2.1", requirements=["REF-D1"], note="anti-replay of the security association",
    ),
    discarding(
        "encapsulation not understood",
        when=chosen("AMB-06", bare_ipv4=False, udp=acknowledgement.encapsulation == Encapsulation.IPV4),
        clause="5.2.3.2", requirements=["REF-C6"], note="AMB-06: this UE listens to UDP only",
    ),
    discarding(
        "number out of window, ignored",
        when=out_of_window & chosen("AMB-21", ignore=True, adopt_number=False),
        clause="5.1.2.4", requirements=["REF-B15"], note="AMB-21: carries no outstanding update's number",
    ),
]
nothing_outstanding = discarding(
    "nothing outstanding",
    when=~awaits_answer,
    clause="5.1.2.4", requirements=["REF-A7"], note="answers an update that is no longer in the list",
)  # fmt: skip
other_answers = [
    discarding(
        "answers an older update",
        when=~answers_the_newest_update,
        clause="5.1.2.4", requirements=["REF-A7"], note="AMB-16: a newer update has superseded that one",
    ),
]
removal_refused = discarding(
    "removal refused, retried",
    when=list_entry == ListEntry.REMOVING,
    clause="5.2.2.4", requirements=["REF-A13"], note="AMB-09: the retransmission timer goes on",
)

ue.on(receipt(BindingAcknowledgement), in_states=[UeState.REGISTERING, UeState.DEREGISTERING]).decide(
    *to_be_ignored,
    case(
        "number out of window, adopted for the removal",
        when=out_of_window & (list_entry == ListEntry.REMOVING),
        then=[number_adopted, removal(acknowledgement.sequence_number + 1, association)],
        clause="5.1.2.4", requirements=["REF-A7"], note="AMB-21",
    ),
    case(
        "number out of window, adopted",
        when=out_of_window,
        then=[number_adopted, binding_update(address, acknowledgement.sequence_number + 1, association)],
        clause="5.1.2.4", requirements=["REF-A7"], note="AMB-21",
    ),
    *other_answers,
    case(
        "removal acknowledged", dest=UeState.AT_HOME,
        when=(list_entry == ListEntry.REMOVING) & removal_done, then=removal_acknowledged,
        clause="5.2.2.4", requirements=["UE-F2H-01", "UE-F2H-02", "REF-A12"], note="AMB-09, AMB-12, AMB-25",
    ),
    removal_refused,
    case(
        "registration acknowledged", dest=UeState.REGISTERED,
        when=accepted, then=registration_acknowledged,
        clause="5.1.2.4", requirements=["UE-H2F-03", "REF-A8", "REF-A10", "REF-C9", "REF-C14"],
    ),
    otherwise(
        "registration refused", dest=UeState.ABANDONED,
        then=[list_entry.becomes(ListEntry.REFUSED), reason.becomes(Reason.REFUSED)],
        clause="5.1.2.4", requirements=["REF-A9"],
    ),
)  # fmt: skip
ue.on(
    receipt(BindingAcknowledgement),
    in_states=[state for state in UeState if state not in WAITING and state is not UeState.ABANDONED],
).decide(
    nothing_outstanding,
    *to_be_ignored,
    case(
        "number out of window, noted", when=out_of_window, then=[sequence_number.becomes(acknowledgement.sequence_number)],
        clause="5.1.2.4", requirements=["REF-A7"], note="AMB-21: the next update follows it",
    ),
    *other_answers,
    case(
        "removal acknowledged on the way",
        when=(list_entry == ListEntry.REMOVING) & removal_done, then=removal_acknowledged,
        clause="5.2.2.4", requirements=["UE-F2H-01", "REF-A12"],
    ),
    removal_refused,
    case(
        "registration acknowledged on the way", when=accepted, then=registration_acknowledged,
        clause="5.1.2.4", requirements=["REF-A8", "REF-A10"],
    ),
    otherwise(
        "registration refused on the way", then=[list_entry.becomes(ListEntry.REFUSED)],
        clause="5.1.2.4", requirements=["REF-A9"],
    ),
)  # fmt: skip
ue.on(receipt(BindingAcknowledgement), in_states=UeState.ABANDONED).decide(
    nothing_outstanding,
    *to_be_ignored,
    discarding(
        "number out of window, too late", when=out_of_window,
        clause="5.1.2.4", requirements=["REF-A9"], note="nothing more is sent from here",
    ),
    *other_answers,
    case(
        "removal acknowledged after all", dest=UeState.AT_HOME,
        when=(list_entry == ListEntry.REMOVING) & removal_done,
        then=[removal_acknowledged, reason.becomes(Reason.NONE)],
        clause="5.2.2.4", requirements=["UE-F2H-01", "REF-A12"],
    ),
    removal_refused,
    case(
        "registration acknowledged after all", dest=UeState.REGISTERED,
        when=accepted & (care_of_address == address),
        then=[registration_acknowledged, reason.becomes(Reason.NONE)],
        clause="5.1.2.4", requirements=["REF-A8", "REF-A10"],
    ),
    case(
        "older registration acknowledged", when=accepted, then=registration_acknowledged,
        clause="5.1.2.4", requirements=["REF-A8"],
    ),
    otherwise(
        "registration refused after all",
        then=[list_entry.becomes(ListEntry.REFUSED), reason.becomes(Reason.REFUSED)],
        clause="5.1.2.4", requirements=["REF-A9"],
    ),
)  # fmt: skip

# At home (5.2.2.4, last sentences)

no_association = [association.becomes(False), key_management_granted.becomes(False)]
ue.transition(
    "gives up the association at home",
    trigger=decision("give up the security association"), source=UeState.AT_HOME, when=association,
    then=no_association,
    clause="5.2.2.4", requirements=["UE-F2H-02", "UE-F2H-03"],
)  # fmt: skip
ue.transition(
    "gives up the association while deregistering",
    trigger=decision("give up the security association"), source=UeState.DEREGISTERING,
    when=association & chosen("AMB-11", may_drop_first=True, keep_until_done=False),
    then=no_association,
    clause="5.2.2.4", requirements=["UE-F2H-02", "UE-F2H-03"], note="AMB-11",
)  # fmt: skip
ue.transition(
    "no longer wants its IPv4 home address",
    trigger=decision("give up the IPv4 home address"), source=UeState.REGISTERED,
    when=wants_ipv4_home_address & has_ipv4_home_address & parameter("ipv4_wish_may_end"),
    then=[wants_ipv4_home_address.becomes(False)],
    clause="5.2.2.3", requirements=["UE-F2F-05"], note="AMB-17",
)  # fmt: skip

# What ends by itself

ue.on(event(ASSOCIATION_ENDED)).decide(
    case("the association ends at the home agent only", when=ASSOCIATION_ENDED.view.where == Ends.AT_THE_HOME_AGENT,
         then=[undisturbed.becomes(False)], clause="5.2.1", requirements=["REF-G3"]),
    otherwise("the association ends", then=[no_association, undisturbed.becomes(False)],
              clause="5.2.1", requirements=["REF-D4"], note="AMB-13"),
)  # fmt: skip
ue.on(event(BINDING_ENDED_AT_UE), in_states=UeState.REGISTERED).decide(
    case("its binding ends, update sent", dest=UeState.REGISTERING, when=may_register_abroad(address),
         then=[register(address), undisturbed.becomes(False)], clause="5.1.2.4", requirements=["REF-A1", "REF-A2"]),
    otherwise("its binding ends, association needed", dest=UeState.ESTABLISHING_SA,
              then=[association.becomes(False), list_entry.becomes(ListEntry.NONE), undisturbed.becomes(False)],
              clause="5.2.1", requirements=["REF-A1", "GEN-03"]),
)  # fmt: skip
ue.on(
    event(BINDING_ENDED_AT_UE),
    in_states=[UeState.DETACHED, UeState.CONFIGURING_ADDRESS, UeState.DETECTING_HOME_LINK, UeState.ESTABLISHING_SA],
).decide(
    case("its binding ends on the way", when=list_entry == ListEntry.VALID,
         then=[list_entry.becomes(ListEntry.NONE), undisturbed.becomes(False)],
         clause="5.1.2.4", requirements=["REF-A1"]),
)  # fmt: skip

# What the table relies on (every run proves these)

ue.invariant("registered means an acknowledged entry", (ue.state == UeState.REGISTERED).implies(list_entry == ListEntry.VALID))
ue.invariant("registering means an unanswered update", (ue.state == UeState.REGISTERING).implies(list_entry == ListEntry.PENDING))
ue.invariant("deregistering means an unanswered removal", (ue.state == UeState.DEREGISTERING).implies(list_entry == ListEntry.REMOVING))
ue.invariant("at home nothing is in the list", (ue.state == UeState.AT_HOME).implies(list_entry == ListEntry.NONE))
