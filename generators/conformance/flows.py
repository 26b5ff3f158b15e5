"""From a capture to flows: what passed between one home address and its home agent, and what else was there.
Encrypted packets are counted and named, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from generators.conformance.other_traffic import Encrypted, encrypted, encrypted_ipv6, name_of, no_such_header
from generators.packets.captures import Captured
from generators.packets.decoding import NotSignalling, decode
from generators.packets.errors import PacketError
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRefreshRequest,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
)
from generators.packets.packet import DataPacket, ProtectedPacket, SignallingPacket

Address = IPv4Address | IPv6Address
Ends = tuple[IPv6Address, IPv6Address]  # home agent and home address
UNKNOWN_MESSAGE = 2  # status of a Binding Error (RFC 6275, 6.1.9)


@dataclass(frozen=True)
class Seen:
    """A message of a flow. number: of the packet in the capture. time: seconds."""

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
    def from_ue(self) -> bool:
        return isinstance(self.packet.message, BindingUpdate | BindingRevocationAcknowledgement)

    @property
    def outer_source(self) -> Address:
        return self.packet.outer_source

    @property
    def outer_destination(self) -> Address:
        return self.packet.outer_destination


@dataclass
class Flow:
    """One UE and its home agent. seen: updates and acknowledgements. errors: Binding Errors of the home agent for want
    of a binding. revocations: indications and their answers. refusal: number of the packet in which the home agent
    said that it does not know the protocol, and its words."""

    home_agent: IPv6Address
    home_address: IPv6Address
    seen: list[Seen] = field(default_factory=list)
    errors: list[Seen] = field(default_factory=list)
    revocations: list[Seen] = field(default_factory=list)
    refusal: tuple[int, str] | None = None

    @property
    def in_order(self) -> list[Seen]:
        """All of it, as it stands in the capture."""
        return sorted([*self.seen, *self.errors, *self.revocations], key=lambda seen: seen.number)


@dataclass
class Contents:
    """What a capture holds. counts: packets by what they are. encrypted: of them, by ends and SPI. unreadable:
    number, and why."""

    flows: list[Flow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    encrypted: Counter[Encrypted] = field(default_factory=Counter)
    unreadable: list[tuple[int, str]] = field(default_factory=list)


def contents_of(packets: Sequence[Captured]) -> Contents:
    """Sort the packets of a capture into flows, in the order of their first packet."""
    found = _Sorting()
    for captured in packets:
        found.add(captured)
    found.contents.flows = [flow for flow in found.flows.values() if flow.seen or flow.revocations]
    return found.contents


class _Sorting:
    """flows: by their ends. homes: what a flow's acknowledgements without routing header are addressed to."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.flows: dict[Ends, Flow] = {}
        self.homes: dict[Ends, Ends] = {}

    def add(self, captured: Captured) -> None:
        contents = self.contents
        try:
            packet = decode(captured.data)
        except NotSignalling as other:
            contents.counts[name_of(captured.data, other)] += 1
            protected = encrypted(captured.data, other)
            if protected is not None:
                contents.encrypted[protected] += 1
            refused = no_such_header(captured.data, other)
            if refused is not None:
                words = 'answers "no such header" (ICMPv6 parameter problem)'
                self._note_refusal(refused, captured.number, words)
        except PacketError as error:
            contents.counts["unreadable"] += 1
            contents.unreadable.append((captured.number, str(error)))
        else:
            if isinstance(packet, ProtectedPacket):
                contents.counts["encrypted (ESP)"] += 1
                contents.encrypted[encrypted_ipv6(packet)] += 1
            elif isinstance(packet, DataPacket):
                contents.counts["user data"] += 1
            else:
                contents.counts[packet.message.NAME] += 1
                self._add_message(Seen(captured.number, captured.time, packet))

    def _add_message(self, seen: Seen) -> None:
        packet = seen.packet
        match packet.message:
            case BindingUpdate():
                ends = _ends_of_update(packet)
                self.homes[ends[0], packet.header.source] = ends
                self._flow(ends).seen.append(seen)
            case BindingAcknowledgement():
                self._flow(self._ends_of_answer(packet)).seen.append(seen)
            case BindingError(status, home_address):
                ends = packet.header.source, home_address
                if status == UNKNOWN_MESSAGE:
                    ends = self._ends_of_answer(packet)
                    words = 'answers "unknown message" (Binding Error, status 2)'
                    self._note_refusal(ends, seen.number, words)
                elif ends in self.flows:
                    self.flows[ends].errors.append(seen)
            case BindingRevocationIndication():
                self._flow(self._ends_of_answer(packet)).revocations.append(seen)
            case BindingRevocationAcknowledgement():
                self._flow(_ends_of_update(packet)).revocations.append(seen)
            case BindingRefreshRequest():  # it asks for an update, which may come at any time
                pass

    def _ends_of_answer(self, packet: SignallingPacket) -> Ends:
        ends = packet.header.source, packet.routing_address or packet.header.destination
        return ends if ends in self.flows else self.homes.get(ends, ends)  # without routing header to a care-of address

    def _flow(self, ends: Ends) -> Flow:
        return self.flows.setdefault(ends, Flow(*ends))

    def _note_refusal(self, ends: tuple[IPv6Address, IPv6Address], number: int, words: str) -> None:
        flow = self.flows.get(ends)
        worked = flow is not None and any(seen.acknowledgement is not None for seen in flow.seen)
        if flow is not None and worked and flow.refusal is None:
            flow.refusal = number, words


def _ends_of_update(packet: SignallingPacket) -> Ends:
    return packet.header.destination, packet.home_address or packet.header.source
