"""Properties of the detach by the network: what a revocation may end, and what is left after it."""

from __future__ import annotations

from model import home_agent_answers as ha
from model import ue_variables as ue
from model.addresses import NO_ADDRESS
from model.language.expressions import after, if_then_else, occurs, receives, sends
from model.language.messages import received, sent
from model.messages import (
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    Encapsulation,
    Protection,
    RevocationStatus,
)
from model.ue_variables import ListEntry, UeState
from properties.kinds import invariant, step_property, witness
from properties.terms import accepts_registration, bound, quiescent, registered, ue_state

REVOCATION = "revocation by the home agent"
indication = received(BindingRevocationIndication)
answer = received(BindingRevocationAcknowledgement)
takes_indication = occurs("ue") & receives(BindingRevocationIndication.name)
takes_answer = occurs("home_agent") & receives(BindingRevocationAcknowledgement.name)
genuine = (indication.protection == Protection.CURRENT) & ue.association & ~indication.repeated
still_asked_for = ue.list_entry.is_one_of(ListEntry.PENDING, ListEntry.REMOVING)
nothing_left = (
    (after(ue.list_entry) == ListEntry.NONE) & (after(ue.care_of_address) == NO_ADDRESS)
    & (after(ue.tunnel) == Encapsulation.IPV6) & ~after(ue.association_renewed)
)  # fmt: skip

REVOCATION_PROPERTIES = (
    step_property(
        "BIND-23", "an answer to a revocation ends a binding only if it is protected and a revocation is outstanding",
        whenever=takes_answer & bound & ~after(bound),
        then=(answer.protection == Protection.CURRENT) & ha.association & ha.revoking,
        requirements=["REF-F6", "REF-D1"], clause="5.4", actor="home_agent", needs=REVOCATION,
    ),
    invariant(
        "BIND-24", "where the network may detach: at rest, a detached UE with an empty list has no valid binding",
        whenever=(ue_state == UeState.DETACHED) & (ue.list_entry == ListEntry.NONE) & quiescent, then=~bound,
        requirements=["REF-F6", "REF-B11"], clause="5.4", needs=REVOCATION,
    ),
    step_property(
        "BIND-25", "a genuine revocation is answered, and the UE believes in no binding but one that it still asks for",
        whenever=takes_indication & genuine,
        then=sends(BindingRevocationAcknowledgement.name)
        & (sent(BindingRevocationAcknowledgement).source == ue.address)
        & (sent(BindingRevocationAcknowledgement).protection == Protection.CURRENT)
        & if_then_else(
            still_asked_for, (after(ue.list_entry) == ue.list_entry) | nothing_left,
            if_then_else(ue.list_entry == ListEntry.NONE, after(ue.list_entry) == ListEntry.NONE, nothing_left)),
        requirements=["REF-F6"], clause="5.4", needs=REVOCATION,
    ),
    step_property(
        "BIND-26", "a binding that is being revoked is not renewed",
        whenever=ha.revoking & bound, then=~accepts_registration,
        requirements=["REF-F6"], clause="5.4", actor="home_agent", needs=REVOCATION,
    ),
    witness(
        "W-REVOKED", "the UE acknowledges a revocation and the binding ends",
        step=takes_answer & bound & ~after(bound) & (answer.status == RevocationStatus.SUCCESS),
        requirements=["REF-F6"], clause="5.4", needs=REVOCATION,
    ),
    witness(
        "W-REVOCATION-REPEATED", "a revocation whose answer was lost is repeated to a UE that believes in no binding",
        step=takes_answer & (answer.status == RevocationStatus.NO_BINDING) & bound & ~after(bound),
        requirements=["REF-F6"], clause="5.4", needs=REVOCATION,
    ),
    witness(
        "W-REVOCATION-UNANSWERED", "a binding ends by a revocation that reaches nobody, and the UE believes in it",
        step=occurs("home_agent", "timer revocation unanswered") & ~after(bound) & registered,
        requirements=["REF-F6"], clause="5.4", needs=REVOCATION,
    ),
)  # fmt: skip
