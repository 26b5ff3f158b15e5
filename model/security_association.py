"""IKEv2 as an abstract exchange: an association is established at both ends at once, its set-up
fails, or an association ends at one end or both. A packet under a former association cannot be
verified any more: establishing a new one marks what is in flight."""

from __future__ import annotations

from enum import Enum

from model.access_network import network
from model.addresses import ADDRESS, address_of, is_translated
from model.language.domains import Enumeration, Integer
from model.language.expressions import constant, if_then_else, parameter, variable
from model.language.machines import Alter, Event, Machine, event
from model.language.messages import flying
from model.messages import (
    DOWNLINK,
    UPLINK,
    BindingAcknowledgement,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
    Protection,
    live_mapping,
)


class Ends(Enum):
    """Where an association ends."""

    AT_THE_UE = "at the UE"
    AT_THE_HOME_AGENT = "at the home agent"
    AT_BOTH = "at both ends"


class ExchangeState(Enum):
    READY = "ready"


ASSOCIATION_ESTABLISHED = Event(
    "security association established", "security_association", {"peer_address": ADDRESS}
)
ASSOCIATION_REFUSED = Event("security association set-up fails", "security_association", {})
ASSOCIATION_ENDED = Event(
    "security association ends", "security_association", {"where": Enumeration.of(Ends)}
)

security_association = Machine(
    "security_association", ExchangeState, ExchangeState.READY, role="environment",
    meaning="the IKEv2 exchange between UE and home agent",
)  # fmt: skip
ends_left = security_association.variable(
    "ends_left", Integer(0, "association_ends"), initial=parameter("association_ends"),
    meaning="budget of associations that end by themselves",
)  # fmt: skip
failures_left = security_association.variable(
    "failures_left", Integer(0, "association_failures"), initial=parameter("association_failures"),
    meaning="budget of set-ups that fail",
)  # fmt: skip

_former = {"protection": constant(Protection.FORMER)}
security_association.transition(
    "IKEv2 succeeds",
    trigger=event(ASSOCIATION_ESTABLISHED), source=ExchangeState.READY,
    emits={"peer_address": if_then_else(is_translated(network), live_mapping(network), address_of(network))},
    then=[
        Alter(UPLINK.name, BindingUpdate.name, flying(BindingUpdate).protection == Protection.CURRENT, _former),
        Alter(DOWNLINK.name, BindingAcknowledgement.name,
              flying(BindingAcknowledgement).protection == Protection.CURRENT, _former),
        Alter(UPLINK.name, BindingRevocationAcknowledgement.name,
              flying(BindingRevocationAcknowledgement).protection == Protection.CURRENT, _former),
        Alter(DOWNLINK.name, BindingRevocationIndication.name,
              flying(BindingRevocationIndication).protection == Protection.CURRENT, _former),
    ],
    clause="5.1.2.2", requirements=["UE-H2F-02", "REF-D2", "REF-D3"],
)  # fmt: skip
security_association.transition(
    "IKEv2 fails",
    trigger=event(ASSOCIATION_REFUSED), source=ExchangeState.READY, when=failures_left > 0,
    then=[failures_left.becomes(failures_left - 1)],
    clause="5.1.2.2", requirements=["REF-D2"],
)  # fmt: skip
security_association.transition(
    "the association ends without anybody's decision",
    trigger=event(ASSOCIATION_ENDED), source=ExchangeState.READY, when=ends_left > 0,
    then=[ends_left.becomes(ends_left - 1), variable("home_agent.undisturbed").becomes(False)],
    clause="5.2.1", requirements=["REF-D4"],
)  # fmt: skip
