"""The UE's side of the DSMIPv6 handover: TS 24.303 clause 5.2.2, completed where it leans on clauses
5.1.2.x and RFC 6275 / RFC 5555. Rows stand in the order in which a handover meets them."""

from __future__ import annotations

from model.access_network import ADDRESS_CONFIGURED, COVERAGE_LOST, MOVEMENT, ROUTER_ADVERTISEMENT
from model.addresses import NO_ADDRESS, Family, Prefix
from model.budgets import spent
from model.language.expressions import if_then_else, in_flight, parameter
from model.language.machines import case, chosen, decision, discarding, event, otherwise, receipt, timer
from model.lifetimes import BINDING_ENDED_AT_UE
from model.messages import DOWNLINK, UPLINK, BindingAcknowledgement, Status, acknowledgement
from model.security_association import ASSOCIATION_ENDED, ASSOCIATION_ESTABLISHED, ASSOCIATION_REFUSED, Ends
from model.ue_acknowledgements import (
    not_served,
    nothing_outstanding,
    number_adopted,
    other_answers,
    out_of_window,
    registration_acknowledged,
    removal_acknowledged,
    removal_done,
    removal_refused,
    short_of_resources,
    to_be_ignored,
)
from model.ue_messages import (
    accepted,
    association_fits,
    binding_to_remove,
    binding_update,
    came_from_home,
    deregister,
    may_deregister,
    may_register_abroad,
    may_register_over_ipv4,
    may_repeat_registration,
    number_to_follow,
    register,
    removal,
    timer_starts,
    timer_starts_again,
)
from model.ue_variables import (
    ALL_BUT_DETACHED,
    WAITING,
    Link,
    ListEntry,
    Reason,
    UeState,
    address,
    association,
    association_address,
    association_renewed,
    care_of_address,
    detected_link,
    has_ipv4_home_address,
    key_management_granted,
    list_entry,
    previous_link,
    reason,
    retransmissions_left,
    retry_in,
    sequence_number,
    udp_refused,
    ue,
    wants_ipv4_home_address,
)

__all__ = ["ue"]

# Leaving a link (5.2.1: at any moment)

ue.transition(
    "leaves for another access network",
    trigger=event(MOVEMENT), source=list(UeState), dest=UeState.CONFIGURING_ADDRESS,
    then=[reason.becomes(Reason.NONE)],
    clause="5.2.1", requirements=["GEN-01", "GEN-02", "GEN-06", "UE-GEN-01"],
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
        clause="5.2.2.2", requirements=["UE-GEN-01", "UE-H2F-01", "UE-F2F-01"],
    ),
    case(
        "IPv4 care-of address configured, update sent", dest=UeState.REGISTERING,
        when=may_register_over_ipv4(configured.address),
        then=[new_attachment, detected_link.becomes(Link.FOREIGN), register(configured.address)],
        clause="5.2.2.3",
        requirements=["UE-GEN-01", "UE-H2F-03", "UE-H2F-04", "UE-H2F-05", "UE-H2F-06", "UE-H2F-07", "UE-F2F-04",
                      "UE-F2F-05", "UE-F2F-06", "UE-F2F-07", "UE-F2F-08", "UE-F2F-09", "REF-A4", "REF-C5", "REF-C11"],
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
        requirements=["UE-F2F-02", "UE-F2F-03", "UE-F2F-04", "UE-F2F-05", "UE-F2F-06", "UE-F2F-08", "UE-F2F-09",
                      "REF-A3", "REF-A4", "REF-C11"],
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
        clause="5.2.2.2",
        requirements=["UE-H2F-02", "UE-H2F-03", "UE-H2F-04", "UE-H2F-05", "UE-H2F-06", "UE-H2F-07", "UE-F2F-02",
                      "UE-F2F-04", "UE-F2F-05", "UE-F2F-06", "UE-F2F-07", "UE-F2F-08", "UE-F2F-09",
                      "REF-A3", "REF-A4", "REF-C5", "REF-D2", "REF-D3"],
    ),
)  # fmt: skip
ue.transition(
    "no association can be had",
    trigger=event(ASSOCIATION_REFUSED), source=UeState.ESTABLISHING_SA, dest=UeState.ABANDONED,
    then=[reason.becomes(Reason.NO_ASSOCIATION)],
    clause="5.1.2.2", requirements=["REF-D2"],
)  # fmt: skip

# No answer (RFC 6275, 11.8): every retransmission has a number of its own

# Timing assumption: the back-off of the timer has outgrown the round trip, so nothing is under way when it fires.
answer_is_overdue = (
    ~(in_flight(UPLINK.name) | in_flight(DOWNLINK.name)) | ~parameter("retransmission_outlasts_round_trip")
) & ((retry_in == 0) | ~parameter("discrete_time"))
resend = [
    sequence_number.becomes(sequence_number + 1), spent(retransmissions_left, "retransmissions"), timer_starts_again,
]  # fmt: skip
nobody_answers = [
    case(
        "nobody answers, association given up as dead", dest=UeState.ESTABLISHING_SA,
        when=answer_is_overdue & (retransmissions_left == 0)
        & chosen("AMB-27", never_noticed=False, dead_after_limit=~association_renewed),
        then=[association.becomes(False), association_renewed.becomes(True)],
        clause="5.2.1", requirements=["GEN-03", "REF-A6", "REF-G3"], note="AMB-27",
    ),
    case(
        "nobody answers, given up", dest=UeState.ABANDONED,
        when=answer_is_overdue & (retransmissions_left == 0), then=[reason.becomes(Reason.NO_ANSWER)],
        clause="5.1.2.4", requirements=["REF-A6"],
        note="the limit is the scenario's; RFC 6275 would go on for ever",
    ),
]
ue.on(timer("retransmission"), in_states=UeState.REGISTERING).decide(
    case(
        "association needed before repeating", dest=UeState.ESTABLISHING_SA,
        when=answer_is_overdue & ~may_repeat_registration,
        then=[association.becomes(False)],
        clause="5.2.1", requirements=["GEN-03", "REF-D2"], note="AMB-02, AMB-13, AMB-32",
    ),
    *nobody_answers,
    otherwise(
        "registration repeated", when=answer_is_overdue,
        then=[resend, binding_update(address, sequence_number + 1, association)],
        clause="5.1.2.4", requirements=["UE-F2F-04", "REF-A3", "REF-A5", "REF-A6"],
    ),
)  # fmt: skip
ue.on(timer("retransmission"), in_states=UeState.DEREGISTERING).decide(
    case(
        "association needed before repeating", dest=UeState.ESTABLISHING_SA,
        when=answer_is_overdue & ~may_deregister,
        then=[association.becomes(False)],
        clause="5.2.1", requirements=["GEN-03", "REF-D2"], note="AMB-02, AMB-13, AMB-32",
    ),
    *nobody_answers,
    otherwise(
        "de-registration repeated", when=answer_is_overdue,
        then=[resend, removal(sequence_number + 1, association)],
        clause="5.2.2.4", requirements=["UE-F2H-01", "REF-A5", "REF-A13"],
    ),
)  # fmt: skip

# A Binding Acknowledgement (5.1.2.4; RFC 6275, 11.7.3; RFC 5555, 4.4.2)

ue.on(receipt(BindingAcknowledgement), in_states=UeState.REGISTERING).decide(
    *to_be_ignored,
    case(
        "number out of window, adopted",
        when=out_of_window,
        then=[number_adopted, binding_update(address, number_to_follow + 1, association)],
        clause="5.1.2.4", requirements=["REF-A7", "REF-G4"], note="AMB-21",
    ),
    *other_answers,
    case(
        "registration acknowledged", dest=UeState.REGISTERED,
        when=accepted, then=registration_acknowledged,
        clause="5.1.2.4", requirements=["UE-H2F-03", "REF-A8", "REF-A10", "REF-C9", "REF-C14"],
    ),
    case(
        "UDP is not forced, asked again without F",
        when=parameter("ue_forces_udp") & (acknowledgement.status == Status.CANNOT_FORCE_UDP),
        then=[udp_refused.becomes(True), sequence_number.becomes(sequence_number + 1), timer_starts,
              binding_update(address, sequence_number + 1, association, force_udp=False)],
        clause="5.2.2.2", requirements=["REF-C3", "REF-A9"],
    ),
    case(
        "refused for the moment, asked again later",
        when=parameter("home_agent_refuses") & short_of_resources & (retransmissions_left > 0),
        clause="5.1.2.4", requirements=["REF-A9"], note="the retransmission timer goes on",
    ),
    case(
        "not served by this home agent", dest=UeState.ABANDONED,
        when=parameter("home_agent_refuses") & not_served,
        then=[list_entry.becomes(ListEntry.REFUSED), reason.becomes(Reason.NOT_SERVED)],
        clause="5.1.2.4", requirements=["REF-A9", "REF-B14"], note="another home agent must be discovered",
    ),
    otherwise(
        "registration refused", dest=UeState.ABANDONED,
        then=[list_entry.becomes(ListEntry.REFUSED), reason.becomes(Reason.REFUSED)],
        clause="5.1.2.4", requirements=["REF-A9"],
    ),
)  # fmt: skip
ue.on(receipt(BindingAcknowledgement), in_states=UeState.DEREGISTERING).decide(
    *to_be_ignored,
    case(
        "number out of window, adopted for the removal",
        when=out_of_window,
        then=[number_adopted, removal(number_to_follow + 1, association)],
        clause="5.1.2.4", requirements=["REF-A7", "REF-G4"], note="AMB-21",
    ),
    *other_answers,
    case(
        "removal acknowledged", dest=UeState.AT_HOME,
        when=removal_done, then=removal_acknowledged,
        clause="5.2.2.4", requirements=["UE-F2H-01", "UE-F2H-02", "UE-F2H-03", "REF-A12", "REF-D6"],
        note="AMB-09, AMB-12, AMB-25",
    ),
    removal_refused,
)  # fmt: skip
ue.on(
    receipt(BindingAcknowledgement),
    in_states=[state for state in UeState if state not in WAITING and state is not UeState.ABANDONED],
).decide(
    nothing_outstanding,
    *to_be_ignored,
    case(
        "number out of window, noted", when=out_of_window,
        then=[sequence_number.becomes(number_to_follow)],
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
        clause="5.1.2.4", requirements=["REF-A8", "REF-A10", "REF-A15"],
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
        clause="5.1.2.4", requirements=["REF-A7"], note="nothing more is sent from here",
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
    clause="5.2.2.4", requirements=["UE-F2H-02", "UE-F2H-03", "REF-D6"],
)  # fmt: skip
ue.transition(
    "gives up the association while deregistering",
    trigger=decision("give up the security association"), source=UeState.DEREGISTERING,
    when=association & chosen("AMB-11", may_drop_first=True, keep_until_done=False),
    then=no_association,
    clause="5.2.2.4", requirements=["UE-F2H-02", "UE-F2H-03", "REF-D6"], note="AMB-11",
)  # fmt: skip
ue.transition(
    "no longer wants its IPv4 home address",
    trigger=decision("give up the IPv4 home address"), source=UeState.REGISTERED,
    when=wants_ipv4_home_address & has_ipv4_home_address & parameter("ipv4_wish_may_end"),
    then=[wants_ipv4_home_address.becomes(False)],
    clause="5.2.2.3", requirements=["UE-F2F-05", "REF-C12"], note="AMB-17",
)  # fmt: skip

# What ends by itself

ue.on(event(ASSOCIATION_ENDED)).decide(
    case("the association ends at the home agent only", when=ASSOCIATION_ENDED.view.where == Ends.AT_THE_HOME_AGENT,
         clause="5.2.1", requirements=["REF-G3"]),
    otherwise("the association ends", then=[no_association],
              clause="5.2.1", requirements=["REF-D4"], note="AMB-13"),
)  # fmt: skip
ue.on(event(BINDING_ENDED_AT_UE), in_states=UeState.REGISTERED).decide(
    case("its binding ends, update sent", dest=UeState.REGISTERING, when=may_register_abroad(address),
         then=[register(address)], clause="5.1.2.4", requirements=["REF-A1", "REF-A2"]),
    otherwise("its binding ends, association needed", dest=UeState.ESTABLISHING_SA,
              then=[association.becomes(False), list_entry.becomes(ListEntry.NONE)],
              clause="5.2.1", requirements=["REF-A1", "GEN-03"]),
)  # fmt: skip
ue.on(
    event(BINDING_ENDED_AT_UE),
    in_states=[UeState.DETACHED, UeState.CONFIGURING_ADDRESS, UeState.DETECTING_HOME_LINK, UeState.ESTABLISHING_SA,
               UeState.ABANDONED],
).decide(
    case("its binding ends on the way", when=list_entry == ListEntry.VALID,
         then=[list_entry.becomes(ListEntry.NONE)],
         clause="5.1.2.4", requirements=["REF-A1"]),
)  # fmt: skip

# What the table relies on (every run proves these)

ue.invariant(
    "registered means an acknowledged entry", (ue.state == UeState.REGISTERED).implies(list_entry == ListEntry.VALID)
)
ue.invariant(
    "registering means an unanswered update", (ue.state == UeState.REGISTERING).implies(list_entry == ListEntry.PENDING)
)
ue.invariant(
    "deregistering means an unanswered removal",
    (ue.state == UeState.DEREGISTERING).implies(list_entry == ListEntry.REMOVING)
)
ue.invariant("at home nothing is in the list", (ue.state == UeState.AT_HOME).implies(list_entry == ListEntry.NONE))
