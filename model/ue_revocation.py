"""Detach by the network, at the UE: it answers a Binding Revocation Indication and believes in the binding no
longer; it still is on its network then, and registers again only after a movement (TS 24.303, 5.4; RFC 5846)."""

from __future__ import annotations

from model.addresses import NO_ADDRESS
from model.language.expressions import parameter
from model.language.machines import Effects, Send, case, chosen, chosen_effects, discarding, otherwise, receipt, send
from model.language.messages import received
from model.messages import (
    UPLINK,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    Encapsulation,
    Protection,
    RevocationStatus,
    unprotected_or_unverifiable,
)
from model.ue_detach import ue
from model.ue_variables import (
    WAITING,
    ListEntry,
    UeState,
    address,
    association,
    association_renewed,
    care_of_address,
    has_ipv4_home_address,
    interval,
    list_entry,
    retry_in,
    time_left,
    tunnel,
)

__all__ = ["ue"]

indication = received(BindingRevocationIndication)


def answer(status: RevocationStatus) -> Send:
    return send(
        BindingRevocationAcknowledgement(status=status, source=address, protection=Protection.CURRENT), on=UPLINK
    )


believes_no_longer: Effects = [
    time_left.becomes(0), retry_in.becomes(0), interval.becomes(0),
    list_entry.becomes(ListEntry.NONE),
    care_of_address.becomes(NO_ADDRESS),
    chosen_effects("AMB-12", forget=has_ipv4_home_address.becomes(False), offer_again=[]),
    association_renewed.becomes(False),
    tunnel.becomes(Encapsulation.IPV6),
]
not_to_be_trusted = [
    discarding(
        "revocation not protected by the association",
        when=unprotected_or_unverifiable(indication, association),
        clause="5.4", requirements=["REF-F6", "REF-D1"],
    ),
    discarding(
        "copy of a revocation",
        when=indication.repeated & parameter("anti_replay"),
        clause="5.4", requirements=["REF-D1"], note="anti-replay of the security association",
    ),
]
# An update that is not yet answered may reach the home agent after its revocation is over, and bind anew: a UE that
# gives it up by itself (AMB-34) does not know of that binding.
update_given_up = (list_entry == ListEntry.PENDING) & chosen("AMB-34", give_up=True, keep_open=False)
unanswered = list_entry.is_one_of(ListEntry.PENDING, ListEntry.REMOVING) & ~update_given_up
ue.on(receipt(BindingRevocationIndication), in_states=UeState.REGISTERED).decide(
    *not_to_be_trusted,
    otherwise(
        "the network ends the binding", dest=UeState.DETACHED,
        then=[believes_no_longer, answer(RevocationStatus.SUCCESS)],
        clause="5.4", requirements=["REF-F6"], note="AMB-12",
    ),
)  # fmt: skip
ue.on(receipt(BindingRevocationIndication), in_states=WAITING).decide(
    *not_to_be_trusted,
    case(
        "the network ends the binding, the unanswered update is given up", dest=UeState.DETACHED,
        when=update_given_up, then=[believes_no_longer, answer(RevocationStatus.SUCCESS)],
        clause="5.4", requirements=["REF-F6"], note="AMB-34, AMB-12",
    ),
    otherwise(
        "the network ends the binding while an update is unanswered", then=answer(RevocationStatus.SUCCESS),
        clause="5.4", requirements=["REF-F6"], note="AMB-34: the UE goes on waiting, the update's fate is open",
    ),
)  # fmt: skip
ue.on(
    receipt(BindingRevocationIndication),
    in_states=(UeState.CONFIGURING_ADDRESS, UeState.DETECTING_HOME_LINK, UeState.ESTABLISHING_SA, UeState.AT_HOME,
               UeState.ABANDONED, UeState.DETACHED),
).decide(
    *not_to_be_trusted,
    case(
        "the network ends a binding that may be made anew by an unanswered update",
        when=unanswered, then=answer(RevocationStatus.SUCCESS),
        clause="5.4", requirements=["REF-F6"], note="AMB-34: the list entry stays, so that it is withdrawn at home",
    ),
    case(
        "the network ends a binding that is about to be replaced, or was given up",
        when=list_entry != ListEntry.NONE,
        then=[believes_no_longer, answer(RevocationStatus.SUCCESS)],
        clause="5.4", requirements=["REF-F6"], note="AMB-12, AMB-34",
    ),
    otherwise(
        "there is no binding to end", then=answer(RevocationStatus.NO_BINDING),
        clause="5.4", requirements=["REF-F6"],
    ),
)  # fmt: skip
