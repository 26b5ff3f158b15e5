"""Wrong packets in a tunnel: faults of the outer IPv4 or IPv6 header and of the UDP header around signalling.
What is inside is right, and so are the outer checksums unless the fault is theirs."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from generators.packets.decoding import UDP, checksum, transport_checksum
from generators.packets.encoding import encode
from generators.packets.malformed import HEADER, Deviation
from generators.packets.packet import DSMIPV6_PORT, Ipv4Header, SignallingPacket


def deviations_of_tunnel(packet: SignallingPacket) -> Iterator[Deviation]:
    """All deviations of what is around a packet that travels in UDP or in bare IP: each length, checksum, port and
    flag that matters, a wrong IP version inside, cut off at each byte."""
    tunnel = packet.tunnel
    if tunnel is None:
        raise ValueError("there is no tunnel around this packet")
    right = encode(packet)
    inner = len(right) - len(encode(replace(packet, tunnel=None)))
    yield from _of_ipv4(right, tunnel.header) if isinstance(tunnel.header, Ipv4Header) else _of_ipv6(right)
    if tunnel.ports is not None:
        yield from _of_udp(right, inner - 8, isinstance(tunnel.header, Ipv4Header))
    for version in (0, 4, 5, 7, 15):
        changed = right[:inner] + bytes([version << 4 | right[inner] & 15]) + right[inner + 1 :]
        if tunnel.ports is not None:
            changed = _summed(changed, inner - 8)
        yield Deviation(f"IP version {version} in the tunnel", changed, False)
    for length in range(len(right)):
        yield Deviation(f"cut off after {length} bytes", right[:length], False)


def _of_ipv4(right: bytes, header: Ipv4Header) -> Iterator[Deviation]:
    start = 20 + len(header.options)

    def changed(offset: int, form: str, value: int) -> bytes:
        new = right[:offset] + struct.pack(form, value) + right[offset + struct.calcsize(form) :]
        empty = new[:10] + b"\0\0" + new[12:]
        return empty[:10] + struct.pack("!H", checksum(empty[:start])) + empty[12:]

    for bit in range(16):
        wrong = bytes([right[10 + bit // 8] ^ 1 << bit % 8])
        place = 10 + bit // 8
        yield Deviation(f"wrong IPv4 checksum, bit {bit}", right[:place] + wrong + right[place + 1 :], False)
    for version in (0, 5, 6, 15):
        yield Deviation(f"IP version {version}", changed(0, "!B", version << 4 | right[0] & 15), False)
    for words in range(16):
        if words != right[0] & 15:
            yield Deviation(f"IPv4 header of {4 * words} bytes", changed(0, "!B", 0x40 | words), False)
    for length in (0, start, len(right) - 1, len(right) + 1, 0xFFFF):
        yield Deviation(f"IPv4 total length {length}", changed(2, "!H", length), False)
    for flags, fault in ((0x2000, "a first fragment"), (0x0001, "a last fragment"), (0x8000, "the reserved flag")):
        yield Deviation(fault, changed(6, "!H", flags), False)
    for protocol in (0, 1, 4, 6, 50, 135, 255):
        yield Deviation(f"IPv4 protocol {protocol}", changed(9, "!B", protocol), False)
    yield Deviation("do not fragment", changed(6, "!H", 0x4000), True)
    yield Deviation("one hop left", changed(8, "!B", 1), True)


def _of_ipv6(right: bytes) -> Iterator[Deviation]:
    for length in (0, len(right) - HEADER - 1, len(right) - HEADER + 1, 0xFFFF):
        changed = right[:4] + struct.pack("!H", length) + right[6:]
        yield Deviation(f"IPv6 payload length {length}", changed, False)
    for following in (1, 4, 6, 44, 58, 59):
        changed = right[:6] + bytes([following]) + right[7:]
        yield Deviation(f"next header {following} before the tunnel", changed, False)
    yield Deviation("one hop left", right[:7] + b"\1" + right[8:], True)


def _of_udp(right: bytes, at: int, over_ipv4: bool) -> Iterator[Deviation]:
    def changed(offset: int, value: int) -> bytes:
        return right[: at + offset] + struct.pack("!H", value) + right[at + offset + 2 :]

    for bit in range(16):
        value = struct.unpack("!H", right[at + 6 : at + 8])[0] ^ 1 << bit
        if value or not over_ipv4:
            yield Deviation(f"wrong UDP checksum, bit {bit}", changed(6, value), False)
    yield Deviation("no UDP checksum", changed(6, 0), over_ipv4)
    for length in (0, 7, 8, len(right) - at - 1, len(right) - at + 1, 0xFFFF):
        wrong = _summed(right[: at + 4] + struct.pack("!H", length) + right[at + 6 :], at)
        yield Deviation(f"UDP length {length}", wrong, False)
    for ports in ((4190, 4192), (0, 0), (500, 4500)):
        other = right[:at] + struct.pack("!HH", *ports) + right[at + 4 :]
        yield Deviation(f"UDP ports {ports[0]} and {ports[1]}", _summed(other, at), False)
    for port in (0, 1, 0xFFFF):
        other = right[:at] + struct.pack("!HH", port, DSMIPV6_PORT) + right[at + 4 :]
        yield Deviation(f"UDP source port {port}", _summed(other, at), True)


def _summed(data: bytes, at: int) -> bytes:
    """With the UDP checksum made right again."""
    empty = data[: at + 6] + b"\0\0" + data[at + 8 :]
    if data[0] >> 4 == 4:
        ends = IPv4Address(data[12:16]), IPv4Address(data[16:20])
        found = transport_checksum(*ends, UDP, empty[at:])
    else:
        found = transport_checksum(IPv6Address(data[8:24]), IPv6Address(data[24:40]), UDP, empty[at:])
    return empty[: at + 6] + struct.pack("!H", found or 0xFFFF) + empty[at + 8 :]
