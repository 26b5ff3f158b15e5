"""What the UE makes of a Binding Acknowledgement (5.1.2.4; RFC 6275, 11.7.3; RFC 5555, 4.4.2): effects and
acknowledgements to be ignored, shared by the states of `user_equipment.py`."""

from __future__ import annotations

from model.addresses import HOME_ADDRESS, NO_ADDRESS, Family, family_of_address
from model.language.expressions import if_then_else, literal, parameter
from model.language.machines import Effects, chosen, chosen_effects, discarding
from model.messages import (
    Encapsulation,
    Ipv4AddressAcknowledgement,
    NatDetection,
    Status,
    acknowledgement,
    unprotected_or_unverifiable,
)
from model.ue_messages import accepted, answers_the_newest_update, awaits_answer, number_to_follow, timer_starts
from model.ue_variables import (
    ListEntry,
    association,
    association_address,
    association_renewed,
    care_of_address,
    has_ipv4_home_address,
    interval,
    key_management_granted,
    list_entry,
    prefix_discovery_due,
    retry_in,
    sequence_number,
    time_left,
    tunnel,
)

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
# With discrete time: what is left, counted from the sending, is shortened by what was asked and not granted.
asked = parameter("lifetime_asked")
remaining = if_then_else(
    time_left + acknowledgement.granted_ticks > asked, time_left + acknowledgement.granted_ticks - asked, 0
)
registration_acknowledged: Effects = [
    time_left.becomes(remaining), retry_in.becomes(0), interval.becomes(0),
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
    prefix_discovery_due.becomes(acknowledgement.status == Status.PREFIX_DISCOVERY_NECESSARY),
]
removal_acknowledged: Effects = [
    time_left.becomes(0), retry_in.becomes(0), interval.becomes(0),
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
]
number_adopted: Effects = [sequence_number.becomes(number_to_follow + 1), timer_starts]
not_served = acknowledgement.status.is_one_of(Status.NO_HOME_REGISTRATION, Status.NOT_HOME_SUBNET)
short_of_resources = acknowledgement.status == Status.INSUFFICIENT_RESOURCES
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
        clause="5.1.2.4", requirements=["HA-F2F-05", "REF-C6"], note="AMB-06: this UE listens to UDP only",
    ),
    discarding(
        "number out of window, ignored",
        when=out_of_window & chosen("AMB-21", ignore=True, adopt_number=False, adopt_if_ahead=False),
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
