"""From bytes to a signalling packet, strictly: what a receiver must not accept is an error that names the
layer and the byte. Written without scapy, so that building and reading can be held against each other."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address

from generators.packets.errors import PacketError
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRefreshRequest,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
    Message,
    Revocation,
)
from generators.packets.options import Option, read_options
from generators.packets.packet import (
    DSMIPV6_PORT,
    DataPacket,
    Ipv4Header,
    Ipv6Header,
    Packet,
    Protected,
    ProtectedPacket,
    SignallingPacket,
    Tunnel,
    UdpPorts,
)
from generators.packets.units import seconds_of

HOP_BY_HOP, UDP, IN_IPV6, ROUTING, ESP, NO_NEXT, DESTINATION, MOBILITY = 0, 17, 41, 43, 50, 59, 60, 135
LEAST_BYTES = {0: 8, 5: 12, 6: 12, 7: 24, 16: 12}  # of a message by its type
MOST_HEADERS = 8  # extension headers of one packet


class NotSignalling(PacketError):
    """A packet in order, but not one that carries a mobility message. offset: where what it carries begins.

    header: the IP header before that. protocol: what it announces; None where it is an IPv4 packet in the tunnel.
    """

    def __init__(
        self, layer: str, offset: int, reason: str, header: Ipv4Header | Ipv6Header | None = None,
        protocol: int | None = None,
    ) -> None:  # fmt: skip
        super().__init__(layer, offset, reason)
        self.start = offset
        self.header = header
        self.protocol = protocol


def decode(data: bytes) -> Packet:
    """A packet from its outermost IP header on. Raises PacketError, or NotSignalling for other traffic."""
    return _decode(data, 0, None)


def _decode(data: bytes, offset: int, tunnel: Tunnel | None) -> Packet:
    if not data[offset:]:
        raise PacketError("IP", offset, "nothing there")
    version = data[offset] >> 4
    if version == 4 and tunnel is None:
        return _from_ipv4(data)
    if version == 6:
        return _from_ipv6(data, offset, tunnel)
    if version == 4:
        raise NotSignalling("IPv4", offset, "an IPv4 packet inside the tunnel: data, no signalling")
    raise PacketError("IP", offset, f"version {version}")


def _from_ipv4(data: bytes) -> Packet:
    if len(data) < 20:
        raise PacketError("IPv4", 0, f"{len(data)} bytes; the header has 20 at least")
    length = 4 * (data[0] & 15)
    if length < 20 or length > len(data):
        raise PacketError("IPv4", 0, f"header length {length}")
    service, total, identification, fragment, hops, protocol = struct.unpack("!BHHHBB", data[1:10])
    if total != len(data):
        raise PacketError("IPv4", 2, f"total length {total}, but there are {len(data)} bytes")
    if checksum(data[:length]):
        raise PacketError("IPv4", 10, "wrong header checksum")
    if fragment & 0x3FFF:
        raise PacketError("IPv4", 6, "a fragment; put the packet together first")
    if fragment & 0x8000:
        raise PacketError("IPv4", 6, "the reserved flag is set")
    header = Ipv4Header(
        IPv4Address(data[12:16]), IPv4Address(data[16:20]), hops, service, identification, bool(fragment & 0x4000),
        data[20:length],
    )  # fmt: skip
    return _from_tunnel(data, length, protocol, header)


def _from_tunnel(data: bytes, offset: int, protocol: int, header: Ipv4Header | Ipv6Header) -> Packet:
    if protocol == IN_IPV6:
        return _decode(data, offset, Tunnel(header, None))
    if protocol != UDP:
        raise NotSignalling("IP", offset, f"protocol {protocol}: no signalling", header, protocol)
    if len(data) < offset + 8:
        raise PacketError("UDP", offset, f"{len(data) - offset} bytes; the header has 8")
    source, destination, length, given = struct.unpack("!HHHH", data[offset : offset + 8])
    if DSMIPV6_PORT not in (source, destination):
        raise NotSignalling("UDP", offset, f"ports {source} and {destination}: no signalling", header, UDP)
    if length != len(data) - offset:
        raise PacketError("UDP", offset + 4, f"length {length}, but there are {len(data) - offset} bytes")
    if given == 0 and isinstance(header, Ipv6Header):
        raise PacketError("UDP", offset + 6, "no checksum; over IPv6 there must be one")
    if given and transport_checksum(header.source, header.destination, UDP, data[offset:]):
        raise PacketError("UDP", offset + 6, "wrong checksum")
    return _decode(data, offset + 8, Tunnel(header, UdpPorts(source, destination, given != 0)))


def _from_ipv6(data: bytes, offset: int, tunnel: Tunnel | None) -> Packet:
    if len(data) < offset + 40:
        raise PacketError("IPv6", offset, f"{len(data) - offset} bytes; the header has 40")
    first, length, following, hops = struct.unpack("!IHBB", data[offset : offset + 8])
    if length != len(data) - offset - 40:
        raise PacketError("IPv6", offset + 4, f"payload length {length}, but there are {len(data) - offset - 40} bytes")
    header = Ipv6Header(
        IPv6Address(data[offset + 8 : offset + 24]), IPv6Address(data[offset + 24 : offset + 40]), hops,
        first >> 20 & 0xFF, first & 0xFFFFF,
    )  # fmt: skip
    home_address: IPv6Address | None = None
    routing_address: IPv6Address | None = None
    offset += 40
    before, earlier = -1, NO_NEXT  # rank of the header before, and which it is
    for _ in range(MOST_HEADERS):
        if following not in (HOP_BY_HOP, ROUTING, DESTINATION):
            break
        rank = (HOP_BY_HOP, ROUTING, DESTINATION).index(following)
        if rank <= before:
            raise PacketError(_name(following), offset, f"stands behind {_name(earlier)}; the order is wrong")
        before, earlier = rank, following
        size = _size_of_header(data, offset, following)
        if following == ROUTING:
            routing_address = _routing_address(data, offset, size)
        elif following == DESTINATION:
            home_address = _home_address(data, offset, size)
        following = data[offset]
        offset += size
    if following == MOBILITY:
        # the checksum takes the home address for the source, the final destination for the destination
        source, destination = home_address or header.source, routing_address or header.destination
        message = _message(data, offset, source, destination)
        return SignallingPacket(header, message, home_address, routing_address, tunnel)
    if following == ESP:
        content = _protected(data, offset)
        return ProtectedPacket(header, content, home_address, routing_address, tunnel)
    if tunnel is None and following in (UDP, IN_IPV6) and before < 0:
        return _from_tunnel(data, offset, following, header)
    if tunnel is not None and following == NO_NEXT and offset == len(data) and before < 0:
        return DataPacket(header, tunnel)
    raise NotSignalling("IPv6", offset, f"next header {following}: no signalling", header, following)


def _name(header: int) -> str:
    names = {HOP_BY_HOP: "Hop-by-Hop Options", ROUTING: "routing header", DESTINATION: "Destination Options"}
    return names[header]


def _size_of_header(data: bytes, offset: int, kind: int) -> int:
    if len(data) < offset + 8:
        raise PacketError(_name(kind), offset, f"{len(data) - offset} bytes; a header has 8 at least")
    size = 8 * (data[offset + 1] + 1)
    if len(data) < offset + size:
        raise PacketError(_name(kind), offset + 1, f"{size} bytes long, but only {len(data) - offset} are there")
    return size


def _routing_address(data: bytes, offset: int, size: int) -> IPv6Address:
    if data[offset + 2] != 2:
        raise PacketError("routing header", offset + 2, f"type {data[offset + 2]}; mobile IPv6 uses type 2")
    if size != 24:
        raise PacketError("routing header", offset + 1, f"{size} bytes; type 2 has 24")
    if data[offset + 3] != 1:
        raise PacketError("routing header", offset + 3, f"{data[offset + 3]} segments left; type 2 has 1")
    return IPv6Address(data[offset + 8 : offset + 24])


def _home_address(data: bytes, offset: int, size: int) -> IPv6Address | None:
    found: IPv6Address | None = None
    position = 2
    while position < size:
        kind = data[offset + position]
        if kind == 0:
            position += 1
            continue
        if position + 1 >= size:
            raise PacketError("Destination Options", offset + position, f"option {kind} has no length")
        length = data[offset + position + 1]
        if position + 2 + length > size:
            raise PacketError("Destination Options", offset + position + 1, f"option {kind} is longer than its header")
        if kind == 0xC9:
            if length != 16:
                raise PacketError("Home Address option", offset + position + 1, f"length {length}; it must be 16")
            if position % 8 != 6:
                raise PacketError("Home Address option", offset + position, "not aligned: it must start at 8n+6")
            if found is not None:
                raise PacketError("Home Address option", offset + position, "stands twice")
            found = IPv6Address(data[offset + position + 2 : offset + position + 18])
        elif kind & 0xC0 and kind != 1:
            raise PacketError("Destination Options", offset + position, f"unknown option {kind} forbids going on")
        position += 2 + length
    return found


def _protected(data: bytes, offset: int) -> Protected:
    if len(data) < offset + 8:
        raise PacketError("ESP", offset, f"{len(data) - offset} bytes; the header has 8")
    index, number = struct.unpack("!II", data[offset : offset + 8])
    return Protected(index, number, len(data) - offset)


def _message(data: bytes, offset: int, source: IPv6Address, destination: IPv6Address) -> Message:
    rest = len(data) - offset
    if rest < 8:
        raise PacketError("Mobility Header", offset, f"{rest} bytes; it has 8 at least")
    following, units, kind, reserved = struct.unpack("!BBBB", data[offset : offset + 4])
    if following != NO_NEXT:
        raise PacketError("Mobility Header", offset, f"payload protocol {following}; it must be 59")
    size = 8 * (units + 1)
    if size != rest:
        raise PacketError("Mobility Header", offset + 1, f"{size} bytes long, but there are {rest}")
    if transport_checksum(source, destination, MOBILITY, data[offset:]):
        raise PacketError("Mobility Header", offset + 4, "wrong checksum")
    if kind not in LEAST_BYTES:
        raise PacketError("Mobility Header", offset + 2, f"message type {kind} is not used here; 0, 5, 6, 7 and 16 are")
    if size < LEAST_BYTES[kind]:
        raise PacketError("Mobility Header", offset + 1, f"{size} bytes; this message has {LEAST_BYTES[kind]} at least")
    at = LEAST_BYTES[kind]
    options = read_options(data[offset + at :], at, offset + at)
    body = data[offset + 6 : offset + at]
    if kind == BindingUpdate.TYPE:
        number, flags, units = struct.unpack("!HHH", body)
        a, h, lower, k, m, r, p, f, t = (bool(flags >> shift & 1) for shift in range(15, 6, -1))
        return BindingUpdate(
            number, seconds_of(units), a, h, lower, k, m, r, p, f, t, flags & 0x7F, reserved, options
        )
    if kind == BindingAcknowledgement.TYPE:
        status, flags, number, units = struct.unpack("!BBHH", body)
        k, r, p, t = (bool(flags >> shift & 1) for shift in range(7, 3, -1))
        return BindingAcknowledgement(
            status, number, seconds_of(units), k, r, p, t, flags & 0x0F, reserved, options
        )
    if kind == BindingError.TYPE:
        return BindingError(body[0], IPv6Address(body[2:]), body[1], reserved, options)
    if kind == BindingRefreshRequest.TYPE:
        return BindingRefreshRequest(int.from_bytes(body), reserved, options)
    return _revocation(body, offset + 6, reserved, options)


def _revocation(body: bytes, offset: int, header_reserved: int, options: tuple[Option, ...]) -> Revocation:
    kind, reason, number, flags = struct.unpack("!BBHH", body)
    p, v, g = (bool(flags >> shift & 1) for shift in (15, 14, 13))
    for message in (BindingRevocationIndication, BindingRevocationAcknowledgement):
        if kind == message.KIND:
            return message(reason, number, p, v, g, flags & 0x1FFF, header_reserved, options)
    raise PacketError("Binding Revocation", offset, f"type {kind}; 1 (indication) and 2 (acknowledgement) are known")


def checksum(data: bytes) -> int:
    """The Internet checksum of data that holds its own checksum: 0 if it is right (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def transport_checksum(
    source: IPv4Address | IPv6Address, destination: IPv4Address | IPv6Address, protocol: int, content: bytes
) -> int:
    """The checksum over the pseudo-header of the IP version and the content, which holds its own."""
    if source.version == 6:
        about = struct.pack("!IHBB", len(content), 0, 0, protocol)
    else:
        about = struct.pack("!BBH", 0, protocol, len(content))
    return checksum(source.packed + destination.packed + about + content)
