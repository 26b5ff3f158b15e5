"""A capture with one packet dropped, doubled, swapped with the next, or altered in one field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generators.packets.address_plan import AddressPlan
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
)
from generators.packets.options import AlternateCareOfAddress, Ipv4HomeAddress, NatDetection
from generators.packets.packet import SignallingPacket

Timed = tuple[float, SignallingPacket]


@dataclass(frozen=True)
class Disturbed:
    """place: of the packet, from 1. kind: what was done to it."""

    kind: str
    place: int
    packets: tuple[Timed, ...]


def disturbances(packets: Sequence[Timed], plan: AddressPlan) -> Iterator[Disturbed]:
    """Every single disturbance of a capture; times stay ascending."""
    for index, (time, packet) in enumerate(packets):
        before, behind = tuple(packets[:index]), tuple(packets[index + 1 :])
        yield Disturbed("dropped", index + 1, (*before, *behind))
        yield Disturbed("doubled", index + 1, (*before, (time, packet), (time + 0.0001, packet), *behind))
        if behind:
            swapped = ((time, behind[0][1]), (behind[0][0], packet))
            yield Disturbed("swapped", index + 1, (*before, *swapped, *behind[1:]))
        for kind, other in alterations(packet, plan):
            if other != packet:
                yield Disturbed(kind, index + 1, (*before, (time, other), *behind))


def alterations(packet: SignallingPacket, plan: AddressPlan) -> Iterator[tuple[str, SignallingPacket]]:
    message = packet.message

    def field(**changes: Any) -> SignallingPacket:
        return replace(packet, message=replace(message, **changes))

    if isinstance(message, BindingRevocationIndication | BindingRevocationAcknowledgement):
        yield "revocation +1", field(sequence_number=message.sequence_number + 1)
        if isinstance(message, BindingRevocationIndication):
            elsewhere = replace(packet.header, destination=plan.home_agent + 9)
            yield "revocation elsewhere", replace(packet, header=elsewhere)
        else:
            yield "revocation denied", field(status=0 if message.status else 128)
    if not isinstance(message, BindingUpdate | BindingAcknowledgement):
        return
    for step in (-1, 1, 5, 40_000):
        yield f"number {step:+}", field(sequence_number=(message.sequence_number + step) % 65536)
    yield "other lifetime", field(lifetime=0 if message.lifetime else 3600)
    yield "K", field(key_management=not message.key_management)
    yield "T", field(tlv_header=True)
    stranger = replace(packet.header, source=plan.home_agent + 9, destination=plan.home_agent + 9)
    if isinstance(message, BindingUpdate):
        yield "F", field(forces_udp=not message.forces_udp)
        yield "no home address option", replace(packet, home_address=None)
        others = tuple(one for one in message.options if not isinstance(one, AlternateCareOfAddress))
        yield "no alternate care-of address", field(options=others)
        yield "another's alternate care-of address", field(options=(*others, AlternateCareOfAddress(plan.home_agent)))
        yield "home address as alternate", field(options=(*others, AlternateCareOfAddress(plan.home_address)))
        yield "IPv4 home address", field(options=(*message.options, Ipv4HomeAddress(plan.ipv4_home_address)))
        yield "source", replace(packet, header=replace(packet.header, source=stranger.source))
        yield "source at home", replace(packet, header=replace(packet.header, source=plan.home_address))
    else:
        for status in (0, 1, 128, 129, 133, 134, 135, 174):
            yield f"status {status}", field(status=status)
        yield "NAT detection", field(options=(*message.options, NatDetection(True, 110)))
        yield "no routing header", replace(packet, routing_address=None)
        yield "destination", replace(packet, header=replace(packet.header, destination=stranger.destination))
