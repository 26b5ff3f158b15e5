"""Detach by the network, at the home agent: a Binding Revocation Indication ends the binding once it is
acknowledged, or once its repetitions are used up (TS 24.303, 5.4; RFC 5846)."""

from __future__ import annotations

from model.home_agent import home_agent
from model.home_agent_answers import (
    BindingState,
    association,
    care_of_address,
    forget_binding,
    remember,
    removed_state,
    revocation_repeats_left,
    revocations_left,
    revoking,
    sequence_number,
    tunnel,
    undisturbed,
)
from model.language.expressions import if_then_else, literal, parameter
from model.language.machines import Effects, case, chosen, decision, discarding, otherwise, receipt, send, timer
from model.language.messages import received
from model.messages import (
    DOWNLINK,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    Protection,
    unprotected_or_unverifiable,
)

__all__ = ["REVOCATION_OVERDUE", "REVOKES", "home_agent"]

REVOKES = decision("revoke the binding")
REVOCATION_OVERDUE = timer("revocation unanswered")
answer = received(BindingRevocationAcknowledgement)
indication = send(
    BindingRevocationIndication(
        encapsulation=tunnel, destination=care_of_address,
        protection=if_then_else(association, literal(Protection.CURRENT), literal(Protection.NONE)),
    ),
    on=DOWNLINK,
)  # fmt: skip
revoked: Effects = [
    forget_binding,
    sequence_number.becomes(
        chosen("AMB-22", forget=0, keep_invalid=sequence_number, keep_while_associated=sequence_number)
    ),
    remember,
]
home_agent.transition(
    "revokes the binding",
    trigger=REVOKES, source=BindingState.BOUND, when=(revocations_left > 0) & ~revoking & association,
    then=[revocations_left.becomes(revocations_left - 1), revoking.becomes(True),
          revocation_repeats_left.becomes(parameter("retransmissions")), indication],
    clause="5.4", requirements=["REF-F6"],
)  # fmt: skip
home_agent.on(REVOCATION_OVERDUE, in_states=BindingState.BOUND).decide(
    case(
        "nobody answers the revocation", dest=removed_state,
        when=revoking & (revocation_repeats_left == 0), then=[revoked, undisturbed.becomes(False)],
        clause="5.4", requirements=["REF-F6"], note="AMB-22; the UE may go on believing in the binding",
    ),
    case(
        "revocation repeated",
        when=revoking & (revocation_repeats_left > 0),
        then=[revocation_repeats_left.becomes(revocation_repeats_left - 1), indication],
        clause="5.4", requirements=["REF-F6"],
    ),
)  # fmt: skip
home_agent.on(receipt(BindingRevocationAcknowledgement), in_states=BindingState.BOUND).decide(
    discarding(
        "answer to a revocation not protected by the UE's association",
        when=unprotected_or_unverifiable(answer, association),
        clause="5.4", requirements=["REF-F6", "REF-D1"],
    ),
    discarding(
        "copy of an answer to a revocation",
        when=answer.repeated & parameter("anti_replay"),
        clause="5.4", requirements=["REF-D1"], note="anti-replay of the security association",
    ),
    discarding(
        "no revocation is outstanding", when=~revoking,
        clause="5.4", requirements=["REF-F6"], note="the binding was withdrawn meanwhile and made anew",
    ),
    otherwise(
        "revocation acknowledged", dest=removed_state, then=revoked,
        clause="5.4", requirements=["REF-F6", "REF-C12"], note="AMB-22; whichever status: the UE has no binding now",
    ),
)  # fmt: skip
home_agent.discards(
    receipt(BindingRevocationAcknowledgement), [state for state in BindingState if state is not BindingState.BOUND],
    "the binding has ended already", clause="5.4", requirements=["REF-F6"],
)  # fmt: skip
