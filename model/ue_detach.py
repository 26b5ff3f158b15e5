"""Detach from abroad: the UE gives its binding up without going home (TS 24.303, 5.4; RFC 6275, 11.7.1).
The update asks for removal and has home address and care-of address as a registration would."""

from __future__ import annotations

from model.language.expressions import parameter
from model.language.machines import case, decision, discarding, receipt, timer
from model.messages import BindingAcknowledgement, Lifetime
from model.ue_acknowledgements import (
    number_adopted,
    other_answers,
    out_of_window,
    removal_acknowledged,
    removal_done,
    to_be_ignored,
)
from model.ue_messages import association_fits, binding_update, number_to_follow, timer_starts
from model.ue_variables import (
    ListEntry,
    UeState,
    address,
    association,
    list_entry,
    retransmissions_left,
    sequence_number,
)
from model.ue_while_registered import ue
from model.user_equipment import answer_is_overdue, no_association, resend

__all__ = ["DETACH", "GIVES_ASSOCIATION_UP", "ue"]


DETACH = decision("detach")
ue.transition(
    "detaches",
    trigger=DETACH, source=UeState.REGISTERED, dest=UeState.DETACHING, when=association_fits(address),
    then=[
        binding_update(address, sequence_number + 1, association, lifetime=Lifetime.ZERO),
        sequence_number.becomes(sequence_number + 1),
        list_entry.becomes(ListEntry.REMOVING),
        retransmissions_left.becomes(parameter("retransmissions")), timer_starts,
    ],
    clause="5.4.2", requirements=["REF-A13", "REF-F4"],
)  # fmt: skip
ue.on(timer("retransmission"), in_states=UeState.DETACHING).decide(
    case(
        "association lost, detach given up", dest=UeState.DETACHED,
        when=answer_is_overdue & ~association_fits(address),
        clause="5.4.2", requirements=["REF-A6"], note="the binding ends with its lifetime",
    ),
    case(
        "nobody answers the detach", dest=UeState.DETACHED,
        when=answer_is_overdue & (retransmissions_left == 0),
        clause="5.4.2", requirements=["REF-A6"], note="the binding ends with its lifetime",
    ),
    case(
        "detach repeated", when=answer_is_overdue,
        then=[resend, binding_update(address, sequence_number + 1, association, lifetime=Lifetime.ZERO)],
        clause="5.4.2", requirements=["REF-A5", "REF-A13"],
    ),
)  # fmt: skip
ue.on(receipt(BindingAcknowledgement), in_states=UeState.DETACHING).decide(
    *to_be_ignored,
    case(
        "number out of window, adopted for the detach",
        when=out_of_window,
        then=[number_adopted,
              binding_update(address, number_to_follow + 1, association, lifetime=Lifetime.ZERO)],
        clause="5.4.2", requirements=["REF-A7", "REF-G4"], note="AMB-21",
    ),
    *other_answers,
    case(
        "detach acknowledged", dest=UeState.DETACHED,
        when=removal_done, then=removal_acknowledged,
        clause="5.4.2", requirements=["REF-A13", "REF-F4"], note="AMB-09, AMB-12, AMB-25",
    ),
    discarding(
        "detach refused, retried",
        clause="5.4.2", requirements=["REF-A13"], note="AMB-09: the retransmission timer goes on",
    ),
)  # fmt: skip
GIVES_ASSOCIATION_UP = decision("give up the security association after a detach")
ue.transition(
    "gives up the association after a detach",
    trigger=GIVES_ASSOCIATION_UP, source=UeState.DETACHED, when=association & (list_entry == ListEntry.NONE),
    then=no_association,
    clause="5.4.2", requirements=["REF-F5"], note="last of all",
)  # fmt: skip
ue.invariant(
    "detaching means an unanswered removal",
    (ue.state == UeState.DETACHING).implies(list_entry == ListEntry.REMOVING)
)
