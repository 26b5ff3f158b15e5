"""The messages between UE and home agent, and the two directions in which they travel.
A field that carries no choice in clause 5.2 (A, H, R) is not modelled: it is always as required."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from model.addresses import (
    ADDRESS,
    NETWORK,
    NO_ADDRESS,
    NOWHERE,
    address_of,
    is_attackers,
    is_translated,
    network_of_address,
    remapped_address_of,
    translated_address_of,
)
from model.language.domains import BOOLEAN, Enumeration, Integer, Modular
from model.language.expressions import TRUE, Expression, if_then_else, parameter, variable
from model.language.messages import Channel, MessageType, field, flying, received, sent

SEQUENCE_NUMBER = Modular("sequence_number")


class Lifetime(Enum):
    """A binding lifetime, as far as it matters without clocks: zero asks for removal."""

    ZERO = "zero"
    POSITIVE = "positive"


class Encapsulation(Enum):
    """How a signalling packet, or tunnelled data, travels between UE and home agent."""

    IPV6 = "IPv6"
    IPV4 = "in IPv4"
    UDP = "in UDP"


class InnerSource(Enum):
    """Source address of the innermost IPv6 header of a Binding Update."""

    CARE_OF_ADDRESS = "care-of address"
    HOME_ADDRESS = "home address"


class Protection(Enum):
    """The security association that protects a packet, relative to the one now in force."""

    NONE = "none"
    CURRENT = "current"
    FORMER = "former"
    OTHER = "another subscriber's"


class Ipv4HomeAddressOption(Enum):
    """IPv4 Home Address option of a Binding Update (RFC 5555, 3.1.1)."""

    ABSENT = "absent"
    UNSPECIFIED = "unspecified"
    ASSIGNED = "assigned address"


class Ipv4AddressAcknowledgement(Enum):
    """IPv4 Address Acknowledgement option of a Binding Acknowledgement (RFC 5555, 3.2.1)."""

    ABSENT = "absent"
    ASSIGNED = "assigned address"
    NOT_THE_HOME_ADDRESS = "status 130"
    NO_ADDRESS_AVAILABLE = "status 132"


class NatDetection(Enum):
    """NAT Detection option of a Binding Acknowledgement and its F flag (RFC 5555, 3.2.2)."""

    ABSENT = "absent"
    F_CLEAR = "F clear"
    F_SET = "F set"


class Status(Enum):
    """Status of a Binding Acknowledgement (RFC 6275, 6.1.8)."""

    ACCEPTED = "0 accepted"
    PREFIX_DISCOVERY_NECESSARY = "1 accepted, prefix discovery necessary"
    REASON_UNSPECIFIED = "128 reason unspecified"
    PROHIBITED = "129 administratively prohibited"
    INSUFFICIENT_RESOURCES = "130 insufficient resources"
    NO_HOME_REGISTRATION = "131 home registration not supported"
    NOT_HOME_SUBNET = "132 not home subnet"
    NOT_HOME_AGENT = "133 not home agent for this mobile node"
    DUPLICATE_ADDRESS = "134 duplicate address detection failed"
    SEQUENCE_NUMBER_OUT_OF_WINDOW = "135 sequence number out of window"
    TYPE_CHANGE = "139 registration type change disallowed"
    CANNOT_FORCE_UDP = "144 cannot force UDP encapsulation"
    INVALID_CARE_OF_ADDRESS = "174 invalid care-of address"


class RevocationStatus(Enum):
    """Status of a Binding Revocation Acknowledgement (RFC 5846)."""

    SUCCESS = "0 success"
    NO_BINDING = "128 binding does not exist"


ACCEPTING = (Status.ACCEPTED, Status.PREFIX_DISCOVERY_NECESSARY)


BindingUpdate = MessageType("BindingUpdate", {
    "lifetime": field(Enumeration.of(Lifetime), Lifetime.POSITIVE, "zero asks for removal"),
    "asked_ticks": field(Integer(0, "lifetime_asked"), 0, "length of the lifetime; 0 in scenarios without clocks"),
    "sequence_number": field(SEQUENCE_NUMBER, 0, "number of this update"),
    "source": field(ADDRESS, NO_ADDRESS, "outermost source address; a translator rewrites it on the way"),
    "inner_source": field(Enumeration.of(InnerSource), InnerSource.CARE_OF_ADDRESS, "source inside the tunnel"),
    "home_address_option": field(BOOLEAN, False, "the home address stands in a destination option"),
    "alternate_care_of_address": field(ADDRESS, NO_ADDRESS, "option; none: absent"),
    "ipv4_care_of_address": field(ADDRESS, NO_ADDRESS, "option; none: absent"),
    "ipv4_home_address": field(Enumeration.of(Ipv4HomeAddressOption), Ipv4HomeAddressOption.ABSENT, "option"),
    "encapsulation": field(Enumeration.of(Encapsulation), Encapsulation.IPV6, "how it is tunnelled"),
    "key_management": field(BOOLEAN, False, "K: the IKEv2 security association shall survive movement"),
    "forces_udp": field(BOOLEAN, False, "F: UDP encapsulation even without a NAT"),
    "tlv_header": field(BOOLEAN, False, "T: always 0 here (AMB-24)"),
    "protection": field(Enumeration.of(Protection), Protection.NONE, "the security association it is sent under"),
    "repeated": field(BOOLEAN, False, "copy made by the network"),
    "network": field(NETWORK, NOWHERE, "attachment at which it was sent"),
})  # fmt: skip

BindingAcknowledgement = MessageType("BindingAcknowledgement", {
    "status": field(Enumeration.of(Status), Status.ACCEPTED, "below 128: accepted"),
    "sequence_number": field(SEQUENCE_NUMBER, 0, "number of the update answered; with 135 the last accepted"),
    "lifetime": field(Enumeration.of(Lifetime), Lifetime.POSITIVE, "granted lifetime"),
    "granted_ticks": field(Integer(0, "lifetime_asked"), 0, "its length; 0 in scenarios without clocks"),
    "key_management": field(BOOLEAN, False, "K: the home agent moves its security association along"),
    "nat_detection": field(Enumeration.of(NatDetection), NatDetection.ABSENT, "option"),
    "ipv4_address_acknowledgement": field(
        Enumeration.of(Ipv4AddressAcknowledgement), Ipv4AddressAcknowledgement.ABSENT, "option"),
    "routing_header": field(BOOLEAN, False, "type 2 routing header with the home address"),
    "encapsulation": field(Enumeration.of(Encapsulation), Encapsulation.IPV6, "how it is tunnelled"),
    "destination": field(ADDRESS, NO_ADDRESS, "outermost destination address"),
    "protection": field(Enumeration.of(Protection), Protection.NONE, "the security association it is sent under"),
    "repeated": field(BOOLEAN, False, "copy made by the network"),
    "network": field(NETWORK, NOWHERE, "attachment to which it is routed"),
})  # fmt: skip

TunnelledData = MessageType("TunnelledData", {
    "source": field(ADDRESS, NO_ADDRESS, "outermost source address; a translator rewrites it on the way"),
    "repeated": field(BOOLEAN, False, "copy made by the network"),
    "network": field(NETWORK, NOWHERE, "attachment at which it was sent"),
})  # fmt: skip

BindingError = MessageType("BindingError", {
    "destination": field(ADDRESS, NO_ADDRESS, "outermost destination address"),
    "encapsulation": field(Enumeration.of(Encapsulation), Encapsulation.IPV6, "how it is tunnelled"),
    "repeated": field(BOOLEAN, False, "copy made by the network"),
    "network": field(NETWORK, NOWHERE, "attachment to which it is routed"),
})  # fmt: skip

BindingRevocationIndication = MessageType("BindingRevocationIndication", {
    "encapsulation": field(Enumeration.of(Encapsulation), Encapsulation.IPV6, "how it is tunnelled"),
    "destination": field(ADDRESS, NO_ADDRESS, "outermost destination address"),
    "protection": field(Enumeration.of(Protection), Protection.NONE, "the security association it is sent under"),
    "repeated": field(BOOLEAN, False, "copy made by the network"),
    "network": field(NETWORK, NOWHERE, "attachment to which it is routed"),
})  # fmt: skip

BindingRevocationAcknowledgement = MessageType("BindingRevocationAcknowledgement", {
    "status": field(Enumeration.of(RevocationStatus), RevocationStatus.SUCCESS, "whether there was a binding"),
    "source": field(ADDRESS, NO_ADDRESS, "outermost source address; a translator rewrites it on the way"),
    "protection": field(Enumeration.of(Protection), Protection.NONE, "the security association it is sent under"),
    "repeated": field(BOOLEAN, False, "copy made by the network"),
    "network": field(NETWORK, NOWHERE, "attachment at which it was sent"),
})  # fmt: skip

MESSAGES = {message.name: message for message in (
    BindingUpdate, BindingAcknowledgement, TunnelledData, BindingError, BindingRevocationIndication,
    BindingRevocationAcknowledgement,
)}  # fmt: skip

update = received(BindingUpdate)
data = received(TunnelledData)
acknowledgement = received(BindingAcknowledgement)
sent_update = sent(BindingUpdate)
sent_acknowledgement = sent(BindingAcknowledgement)

_access_network = variable("access.network")
_packet_down = flying(BindingAcknowledgement)
_packet_up = flying(BindingUpdate)
_fresh = _packet_up.network == NOWHERE  # else somebody on the path passes it on
_relayed = is_attackers(_packet_down.destination)  # an attacker on the path passes on what he gets


def live_mapping(network: Expression) -> Expression:
    """The outside address of the UE's current NAT mapping on a translated network."""
    return if_then_else(
        variable("access.remapped"), remapped_address_of(network), translated_address_of(network)
    )


# Assumption where updates are sent without end: so few are lost in a row that the next one still counts as newer.
not_too_far_ahead = (
    ~parameter("losses_in_a_row_are_limited")
    | (variable("home_agent.state") == "no binding")
    | (_packet_up.sequence_number + parameter("updates_that_may_follow")).is_ahead_of(
        variable("home_agent.sequence_number"))
)  # fmt: skip

UPLINK = Channel(
    "uplink", (BindingUpdate,), capacity="capacity", lane="network", copy_mark="repeated",
    loses="loss", duplicates="duplication", reorders="reordering", duplications="access.duplications_left",
    on_sending={
        "network": if_then_else(_fresh, _access_network, _packet_up.network),
        "source": if_then_else(
            _fresh & is_translated(_access_network), live_mapping(_access_network), _packet_up.source),
    },
    on_delivery={}, deliverable=TRUE, losable=not_too_far_ahead,
)  # fmt: skip

DOWNLINK = Channel(
    "downlink", (BindingAcknowledgement,), capacity="capacity", lane="network", copy_mark="repeated",
    loses="loss", duplicates="duplication", reorders="reordering", duplications="access.duplications_left",
    on_sending={
        "network": if_then_else(_relayed, _access_network, network_of_address(_packet_down.destination)),
    },
    on_delivery={
        "destination": if_then_else(
            is_translated(_packet_down.network) | _relayed, address_of(_packet_down.network),
            _packet_down.destination),
    },
    deliverable=(
        (((_packet_down.network == _access_network) & variable("access.configured"))
         | (parameter("dual_radio") & (_packet_down.network == variable("access.old_network"))
            & (_packet_down.network != NOWHERE)))
        & (_relayed
           | ~is_translated(_packet_down.network)
           | ((_packet_down.destination == live_mapping(_packet_down.network))
              & (_packet_down.encapsulation != Encapsulation.IPV4)))
    ),
)  # fmt: skip



def directions(*, data: bool, revocations: bool) -> list[Channel]:
    """Both directions of travel. data: with user data, a sample that shows whether a binding is missing;
    revocations: with what ends a binding from the network."""
    up = (BindingUpdate, *((TunnelledData,) if data else ()), *((BindingRevocationAcknowledgement,) * revocations))
    down = (BindingAcknowledgement, *((BindingError,) if data else ()), *((BindingRevocationIndication,) * revocations))
    return [replace(UPLINK, messages=up), replace(DOWNLINK, messages=down)]


def unprotected_or_unverifiable(view: object, association: Expression) -> Expression:
    """The receiver has no security association, or not the one that protects the packet."""
    protection: Expression = view.protection  # type: ignore[attr-defined]
    return ~association | (protection != Protection.CURRENT)
