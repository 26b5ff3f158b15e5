"""From a capture to flows: what passed between one home address and its home agent, and what else was there.
Encrypted packets are counted and named, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from generators.packets.captures import Captured
from generators.packets.decoding import NotSignalling, decode
from generators.packets.errors import PacketError
from generators.packets.messages import BindingAcknowledgement, BindingUpdate
from generators.packets.packet import DataPacket, ProtectedPacket, SignallingPacket

Address = IPv4Address | IPv6Address
ICMPV6, PARAMETER_PROBLEM, UNKNOWN_NEXT_HEADER = 58, 4, 1


@dataclass(frozen=True)
class Seen:
    """A Binding Update or Binding Acknowledgement of a flow. number: of the packet in the capture. time: seconds."""

    number: int
    time: float
    packet: SignallingPacket

    @property
    def update(self) -> BindingUpdate | None:
        return self.packet.message if isinstance(self.packet.message, BindingUpdate) else None

    @property
    def acknowledgement(self) -> BindingAcknowledgement | None:
        return self.packet.message if isinstance(self.packet.message, BindingAcknowledgement) else None

    @property
    def outer_source(self) -> Address:
        return self.packet.outer_source

    @property
    def outer_destination(self) -> Address:
        return self.packet.outer_destination


@dataclass
class Flow:
    """One UE and its home agent. refused_at: number of the packet in which it said "no such header", if it did."""

    home_agent: IPv6Address
    home_address: IPv6Address
    seen: list[Seen] = field(default_factory=list)
    refused_at: int | None = None


@dataclass
class Contents:
    """What a capture holds. counts: packets by what they are. unreadable: number, and why."""

    flows: list[Flow]
    counts: Counter[str]
    unreadable: list[tuple[int, str]]


def contents_of(packets: Sequence[Captured]) -> Contents:
    """Sort the packets of a capture into flows, in the order of their first packet."""
    flows: dict[tuple[IPv6Address, IPv6Address], Flow] = {}
    homes: dict[tuple[IPv6Address, IPv6Address], tuple[IPv6Address, IPv6Address]] = {}
    found = Contents([], Counter(), [])
    for captured in packets:
        try:
            packet = decode(captured.data)
        except NotSignalling:
            found.counts["other traffic"] += 1
            _note_refusal(captured, flows)
            continue
        except PacketError as error:
            found.counts["unreadable"] += 1
            found.unreadable.append((captured.number, str(error)))
            continue
        if isinstance(packet, ProtectedPacket):
            found.counts["encrypted (ESP)"] += 1
        elif isinstance(packet, DataPacket):
            found.counts["user data"] += 1
        elif isinstance(packet.message, BindingUpdate | BindingAcknowledgement):
            found.counts[packet.message.NAME] += 1
            key = _ends(packet)
            if isinstance(packet.message, BindingUpdate):
                homes[key[0], packet.header.source] = key
            elif key not in flows:  # without routing header to a care-of address
                key = homes.get(key, key)
            flows.setdefault(key, Flow(*key)).seen.append(Seen(captured.number, captured.time, packet))
        else:
            found.counts[packet.message.NAME] += 1
    found.flows = list(flows.values())
    return found


def _ends(packet: SignallingPacket) -> tuple[IPv6Address, IPv6Address]:
    """Home agent and home address."""
    if isinstance(packet.message, BindingUpdate):
        return packet.header.destination, packet.home_address or packet.header.source
    return packet.header.source, packet.routing_address or packet.header.destination


def _note_refusal(captured: Captured, flows: dict[tuple[IPv6Address, IPv6Address], Flow]) -> None:
    """ICMPv6 "unrecognized next header" from a home agent (RFC 4443, 3.4): it no longer knows the Mobility Header."""
    data = captured.data
    if len(data) < 42 or data[0] >> 4 != 6 or data[6] != ICMPV6:
        return
    if (data[40], data[41]) != (PARAMETER_PROBLEM, UNKNOWN_NEXT_HEADER):
        return
    source = IPv6Address(data[8:24])
    for flow in flows.values():
        if flow.home_agent == source and flow.refused_at is None:
            flow.refused_at = captured.number
