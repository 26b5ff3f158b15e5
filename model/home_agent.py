"""The home agent's side of the DSMIPv6 handover: TS 24.303 clause 5.2.3, completed by the validation
order of RFC 6275 (9.5.1, 10.3.1, 10.3.2) and by RFC 5555. One binding cache entry: one home address."""

from __future__ import annotations

from model.addresses import HOME_ADDRESS, NO_ADDRESS, Family, family_of_address
from model.home_agent_answers import (
    REMEMBERING,
    BindingState,
    Refusal,
    acceptance,
    acknowledgement_encapsulation,
    alternate_differs,
    asks_removal,
    association,
    being_revoked,
    bind_ipv4,
    care_of_address,
    care_of_address_missing,
    forget_binding,
    forget_pending,
    granted_ticks,
    grants_key_management,
    home_address_missing,
    home_agent,
    ipv4_acknowledgement,
    ipv4_home_address_bound,
    nat_detection,
    nat_found,
    nat_refused,
    note_newest,
    peer_address,
    peer_goes_home,
    peer_moves,
    pending_inner_source,
    pending_ipv4_home_address,
    pending_key_management,
    refusal,
    refuses_out_of_policy,
    refuses_to_force_udp,
    refusing,
    remember,
    removed_number,
    removed_state,
    reply,
    routing_header,
    sequence_number,
    status_of_refusal,
    status_of_wrong_care_of_address,
    store_care_of_address,
    time_left,
    tunnel,
    undisturbed,
    unremembered_number,
    unremembered_state,
)
from model.home_agent_outages import HOME_AGENT_RESTARTED
from model.language.expressions import Operand, if_then_else, in_flight, literal, parameter
from model.language.machines import (
    Case,
    Effects,
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
from model.language.messages import flying
from model.lifetimes import BINDING_ENDED_AT_HOME_AGENT
from model.messages import (
    DOWNLINK,
    UPLINK,
    BindingAcknowledgement,
    BindingError,
    BindingUpdate,
    Encapsulation,
    Ipv4AddressAcknowledgement,
    Lifetime,
    Protection,
    Status,
    TunnelledData,
    data,
    unprotected_or_unverifiable,
    update,
)
from model.security_association import ASSOCIATION_ENDED, ASSOCIATION_ESTABLISHED, Ends

__all__ = ["ACCEPTS_AGAIN", "REFUSES", "home_agent"]

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
    clause="5.2.3.2", requirements=["HA-F2F-01", "REF-B2", "REF-G1"],
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
rejected = nat_refused | (
    care_of_address_missing & chosen("AMB-07", drop=False, reject=True, home_address_is_care_of=False)
) | (alternate_differs & chosen("AMB-03", drop=False, ignore_option=False, reject=True, option_wins=False))


def rejections(*, keeps_number: bool, may_be_of_another_type: bool) -> list[Case]:
    """Status 128 (or 174) for a missing or wrong care-of address, 129 for one that only an unprotected header has,
    others out of policy; where a number is remembered, it is the update's now."""
    kept = [sequence_number.becomes(update.sequence_number)] if keeps_number else []
    return [
        case(
            "care-of address refused",
            when=rejected, then=[reply(status_of_wrong_care_of_address), kept],
            clause="5.2.3.2",
            requirements=["HA-F2F-03", "HA-F2F-05", "REF-B4", "REF-B6", "REF-C17", "REF-E1", "REF-E2"],
            note="AMB-03, AMB-07, AMB-33",
        ),
        case(
            "refused out of policy",
            when=refuses_out_of_policy & (literal(may_be_of_another_type) | (refusal != Refusal.TYPE_CHANGE)),
            then=[reply(status_of_refusal), kept],
            clause="5.1.3", requirements=["REF-B3", "REF-B6", "REF-B14"],
        ),
        case(
            "UDP is not forced",
            when=refuses_to_force_udp, then=[reply(Status.CANNOT_FORCE_UDP), kept],
            clause="5.2.3.2", requirements=["REF-C3", "REF-B14"],
        ),
    ]


accept: Effects = [
    undisturbed.becomes(True),
    store_care_of_address,
    bind_ipv4(update.ipv4_home_address),
    peer_moves,
    time_left.becomes(granted_ticks),
    reply(
        acceptance,
        lifetime=Lifetime.POSITIVE,
        granted_ticks=granted_ticks,
        key_management=grants_key_management,
        ipv4_address=ipv4_acknowledgement(update.ipv4_home_address),
    ),
]
ACCEPT_REQUIREMENTS = [
    "HA-F2F-02", "HA-F2F-04", "HA-F2F-05", "HA-F2F-06", "HA-F2F-07", "HA-F2F-08", "HA-F2F-09", "HA-F2F-10",
    "HA-F2F-11", "HA-F2F-03", "REF-B4", "REF-B7", "REF-B8", "REF-B9", "REF-B10", "REF-B12", "REF-C2", "REF-C6",
    "REF-C7", "REF-C8", "REF-C9", "REF-C11", "REF-C12", "REF-C17",
]  # fmt: skip
start_detection: Effects = [
    store_care_of_address,
    pending_key_management.becomes(update.key_management),
    pending_ipv4_home_address.becomes(update.ipv4_home_address),
    pending_inner_source.becomes(update.inner_source),
]
detects_duplicates = parameter("duplicate_address_detection")

# No binding: initial registration (5.2.3.1); what asks to remove none is refused, however often it asks (5.2.3.3)

nothing_to_remove: Effects = [
    reply(Status.NOT_HOME_AGENT), unremembered_number, remember, note_newest, undisturbed.becomes(True),
]
home_agent.on(receipt(BindingUpdate), in_states=BindingState.NO_BINDING).decide(
    *not_acceptable,
    *care_of_address_rules,
    case(
        "removal without binding", dest=unremembered_state,
        when=asks_removal, then=nothing_to_remove,
        clause="5.2.3.3", requirements=["HA-F2H-01", "REF-B11"], note="AMB-26",
    ),
    *rejections(keeps_number=False, may_be_of_another_type=False),
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
home_agent.on(receipt(BindingUpdate), in_states=BindingState.REMOVAL_REFUSED).decide(
    *not_acceptable,
    stale,
    *care_of_address_rules,
    case(
        "removal refused again", dest=unremembered_state,
        when=asks_removal, then=nothing_to_remove,
        clause="5.2.3.3", requirements=["HA-F2H-01", "REF-B11"], note="AMB-26: there still is no binding",
    ),
    *rejections(keeps_number=True, may_be_of_another_type=False),
    case(
        "registration after a refused removal, address to be checked", dest=BindingState.DETECTING_DUPLICATES,
        when=detects_duplicates, then=start_detection,
        clause="5.2.3.1", requirements=["HA-H2F-01", "REF-B7"],
    ),
    otherwise(
        "registration after a refused removal", dest=BindingState.BOUND, then=accept,
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
        then=[forget_binding, forget_pending, reply(Status.NOT_HOME_AGENT), unremembered_number, note_newest,
              undisturbed.becomes(True)],
        clause="5.2.3.3", requirements=["HA-F2H-01", "REF-B11"], note="AMB-26",
    ),
    *rejections(keeps_number=False, may_be_of_another_type=False),
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
            destination=care_of_address,
            protection=if_then_else(association, literal(Protection.CURRENT), literal(Protection.NONE)),
        ),
        on=DOWNLINK,
    )  # fmt: skip


home_agent.transition(
    "the home address is unique",
    trigger=timer("duplicate address detection ends"), source=BindingState.DETECTING_DUPLICATES,
    dest=BindingState.BOUND,
    then=[
        undisturbed.becomes(True),
        bind_ipv4(pending_ipv4_home_address),
        peer_address.becomes(if_then_else(grants_pending_key_management, care_of_address, peer_address)),
        forget_pending,
        reply_after_detection(
            acceptance, lifetime=Lifetime.POSITIVE, key_management=grants_pending_key_management,
            ipv4=ipv4_acknowledgement(pending_ipv4_home_address)),
    ],
    clause="5.2.3.1", requirements=["HA-H2F-01", *ACCEPT_REQUIREMENTS],
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
        then=[forget_binding, removed_number, remember, peer_goes_home, note_newest, undisturbed.becomes(True),
              reply(Status.ACCEPTED, key_management=grants_key_management)],
        clause="5.2.3.3",
        requirements=["HA-F2H-01", "HA-F2H-02", "REF-B10", "REF-B11", "REF-B12", "REF-C12"],
        note="AMB-15, AMB-22, AMB-25",
    ),
    case(
        "refused while the binding is being revoked",
        when=being_revoked, then=[reply(Status.PROHIBITED), sequence_number.becomes(update.sequence_number)],
        clause="5.4", requirements=["REF-F6", "REF-B6"], note="an assumption: the text leaves it open",
    ),
    *rejections(keeps_number=True, may_be_of_another_type=True),
    otherwise(
        "binding updated", then=accept,
        clause="5.2.3.2", requirements=["GEN-01", *ACCEPT_REQUIREMENTS, "REF-E2", "REF-G9"],
    ),
)  # fmt: skip
home_agent.on(receipt(BindingUpdate), in_states=BindingState.INVALID).decide(
    *not_acceptable,
    stale,
    *care_of_address_rules,
    case(
        "removal again",
        when=asks_removal,
        then=[sequence_number.becomes(update.sequence_number), note_newest, undisturbed.becomes(True),
              chosen_effects("AMB-28",
                             status_0=[peer_goes_home, reply(Status.ACCEPTED, key_management=grants_key_management)],
                             status_133=[reply(Status.NOT_HOME_AGENT)])],
        clause="5.2.3.3", requirements=["HA-F2H-01", "HA-F2H-02", "REF-B11", "REF-G2"], note="AMB-28",
    ),
    *rejections(keeps_number=True, may_be_of_another_type=True),
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

# User data from a UE without binding is answered with a Binding Error (RFC 6275, 9.3.1)

as_it_came = if_then_else(family_of_address(data.source) == Family.IPV6, literal(Encapsulation.IPV6), Encapsulation.UDP)
home_agent.on(receipt(TunnelledData), in_states=BindingState.BOUND).decide(
    discarding(
        "data carried on", when=data.source == care_of_address,
        clause="5.2.1", requirements=["REF-B13"], note="to where it wants to go",
    ),
    discarding(
        "data from elsewhere", clause="5.2.1", requirements=["REF-B13"], note="only the care-of address may tunnel",
    ),
)  # fmt: skip
home_agent.transition(
    "data without binding",
    trigger=receipt(TunnelledData), source=[state for state in BindingState if state is not BindingState.BOUND],
    then=[send(BindingError(destination=data.source, encapsulation=as_it_came), on=DOWNLINK)],
    clause="5.2.1", requirements=["REF-A14", "REF-B13"],
)  # fmt: skip

# A ground for refusal comes and goes

REFUSES = decision("refuse registrations")
ACCEPTS_AGAIN = decision("accept registrations again")
home_agent.transition(
    "begins to refuse registrations",
    trigger=REFUSES, source=list(BindingState), when=~refusing, then=[refusing.becomes(True)],
    clause="5.1.3", requirements=["REF-B6"],
)  # fmt: skip
home_agent.transition(
    "accepts registrations again",
    trigger=ACCEPTS_AGAIN, source=list(BindingState), when=refusing, then=[refusing.becomes(False)],
    clause="5.1.3", requirements=["REF-B6"],
)  # fmt: skip

# What ends by itself

# Timing assumption: no packet outlives the 10 s (MAX_DELETE_BCE_TIMEOUT) of an entry marked invalid.
no_older_update_in_flight = (
    ~in_flight(UPLINK.name, ~flying(BindingUpdate).sequence_number.is_ahead_of(sequence_number), BindingUpdate.name)
) | ~parameter("no_packet_outlives_an_invalid_entry")
home_agent.transition(
    "the entry marked invalid is forgotten",
    trigger=timer("entry marked invalid"), source=REMEMBERING, dest=BindingState.NO_BINDING,
    when=((time_left == 0) | ~parameter("discrete_time"))
    & chosen("AMB-22", forget=no_older_update_in_flight, keep_invalid=no_older_update_in_flight,
                keep_while_associated=~association),
    then=[sequence_number.becomes(0)],
    clause="5.2.3.3", requirements=["REF-B11", "REF-G1"], note="AMB-22",
)  # fmt: skip
home_agent.transition(
    "the binding's lifetime ends",
    trigger=event(BINDING_ENDED_AT_HOME_AGENT), source=BindingState.BOUND, dest=BindingState.NO_BINDING,
    then=[forget_binding, sequence_number.becomes(0)],
    clause="5.1.3", requirements=["REF-B7", "REF-B8", "REF-C12"],
)  # fmt: skip
home_agent.transition(
    "starts anew and has forgotten everything",
    trigger=event(HOME_AGENT_RESTARTED), source=list(BindingState), dest=BindingState.NO_BINDING,
    then=[forget_binding, forget_pending, sequence_number.becomes(0), time_left.becomes(0), association.becomes(False),
          peer_address.becomes(HOME_ADDRESS)],
    clause="5.2.1", requirements=["REF-G3"], note="AMB-27: a packet under the forgotten association cannot be verified",
)  # fmt: skip
home_agent.transition(
    "takes part in IKEv2",
    trigger=event(ASSOCIATION_ESTABLISHED), source=list(BindingState),
    then=[association.becomes(True), peer_address.becomes(ASSOCIATION_ESTABLISHED.view.peer_address)],
    clause="5.1.2.2", requirements=["REF-D2", "REF-D3"],
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
