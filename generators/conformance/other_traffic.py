"""Packets that are no signalling in the clear, by name: ICMPv6 by its type, IKEv2, ESP by its ends and SPI.
Of their content only this is read: that a home agent says "no such header" of the Mobility Header."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from generators.packets.decoding import MOBILITY, UDP, NotSignalling, transport_checksum
from generators.packets.packet import Ipv6Header, ProtectedPacket

ICMPV6 = 58
IKE, IKE_BEHIND_NAT = 500, 4500  # UDP ports (RFC 7296, 2.23)
ICMPV6_TYPES = {
    1: "destination unreachable", 2: "packet too big", 3: "time exceeded", 4: "parameter problem", 128: "echo request",
    129: "echo reply", 133: "router solicitation", 134: "router advertisement", 135: "neighbour solicitation",
    136: "neighbour advertisement", 137: "redirect", 144: "home agent address discovery request",
    145: "home agent address discovery reply", 146: "mobile prefix solicitation", 147: "mobile prefix advertisement",
}  # fmt: skip
PARAMETER_PROBLEM, UNRECOGNIZED_HEADER = 4, 1
HOME_ADDRESS_OPTION = 0xC9


class Encrypted(NamedTuple):
    """Who protects packets to whom, and with which security parameters index."""

    source: IPv4Address | IPv6Address
    destination: IPv4Address | IPv6Address
    spi: int


class NoSuchHeader(NamedTuple):
    """An ICMPv6 parameter problem of a node that does not know the Mobility Header (RFC 4443, 3.4).

    home_address: of the packet that it refused.
    """

    sender: IPv6Address
    home_address: IPv6Address


def name_of(data: bytes, found: NotSignalling) -> str:
    """What a packet is, as far as its headers tell."""
    content = data[found.start :]
    match found.protocol:
        case 58:
            kind = ICMPV6_TYPES.get(content[0], f"type {content[0]}") if content else "cut off"
            return f"ICMPv6 ({kind})"
        case 1:
            return "ICMP"
        case 50:
            return "encrypted (ESP)"
        case 17 if len(content) >= 8:
            ports = struct.unpack("!HH", content[:4])
            if IKE in ports or (IKE_BEHIND_NAT in ports and content[8:12] == bytes(4)):
                return "IKEv2"
            return "encrypted (ESP in UDP)" if IKE_BEHIND_NAT in ports else "other traffic"
        case _:
            return "other traffic"


def encrypted(data: bytes, found: NotSignalling) -> Encrypted | None:
    """Of ESP over IPv4, bare or in UDP."""
    start = found.start + (8 if found.protocol == UDP else 0)
    if found.header is None or not name_of(data, found).startswith("encrypted") or len(data) < start + 4:
        return None
    return Encrypted(found.header.source, found.header.destination, int.from_bytes(data[start : start + 4]))


def encrypted_ipv6(packet: ProtectedPacket) -> Encrypted:
    return Encrypted(packet.header.source, packet.header.destination, packet.content.security_parameters_index)


def no_such_header(data: bytes, found: NotSignalling) -> NoSuchHeader | None:
    """Whether the packet says of a Mobility Header that its sender does not know it."""
    content, header = data[found.start :], found.header
    if found.protocol != ICMPV6 or not isinstance(header, Ipv6Header) or len(content) < 48:
        return None
    if (content[0], content[1]) != (PARAMETER_PROBLEM, UNRECOGNIZED_HEADER):
        return None
    pointer, refused = int.from_bytes(content[4:8]), content[8:]
    if pointer >= len(refused) or refused[pointer] != MOBILITY:
        return None
    if transport_checksum(header.source, header.destination, ICMPV6, content):
        return None
    if IPv6Address(refused[24:40]) != header.source:
        return None
    home = refused[8:24]
    if refused[6] == 60 and len(refused) >= 64 and refused[46] == HOME_ADDRESS_OPTION:
        home = refused[48:64]
    return NoSuchHeader(header.source, IPv6Address(home))
