"""Mobility options: what they carry, how long they are, how they are aligned.
Pads are options too, so that a packet read from the wire can be written again byte for byte."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import ClassVar, TypeAlias

from generators.packets.errors import PacketError

LAYER = "mobility option"


@dataclass(frozen=True)
class Pad:
    """Pad1 (length 1) or PadN (2 to 257 bytes in all; `filling` is what it carries, zeros as a rule)."""

    length: int
    filling: bytes = b""
    KIND: ClassVar[int] = 1

    def payload(self) -> bytes:
        return self.filling or bytes(max(0, self.length - 2))


@dataclass(frozen=True)
class BindingRefreshAdvice:
    """seconds: after which a new update is advised; a multiple of 4 (RFC 6275, 6.2.4)."""

    seconds: int
    KIND: ClassVar[int] = 2
    ALIGNMENT: ClassVar[tuple[int, int]] = (2, 0)

    def payload(self) -> bytes:
        from generators.packets.units import units_of

        return struct.pack("!H", units_of(self.seconds))


@dataclass(frozen=True)
class AlternateCareOfAddress:
    """RFC 6275, 6.2.5."""

    address: IPv6Address
    KIND: ClassVar[int] = 3
    ALIGNMENT: ClassVar[tuple[int, int]] = (8, 6)

    def payload(self) -> bytes:
        return self.address.packed


@dataclass(frozen=True)
class NonceIndices:
    """Forbidden in a home registration; made for negative tests (RFC 6275, 6.2.6)."""

    home: int
    care_of: int
    KIND: ClassVar[int] = 4
    ALIGNMENT: ClassVar[tuple[int, int]] = (2, 0)

    def payload(self) -> bytes:
        return struct.pack("!HH", self.home, self.care_of)


@dataclass(frozen=True)
class BindingAuthorizationData:
    """Route optimisation only; made for negative tests. authenticator: 12 bytes (RFC 6275, 6.2.7)."""

    authenticator: bytes
    KIND: ClassVar[int] = 5
    ALIGNMENT: ClassVar[tuple[int, int]] = (8, 2)

    def payload(self) -> bytes:
        return self.authenticator


@dataclass(frozen=True)
class MobileNetworkPrefix:
    """prefix_length: bits (RFC 3963, 4.3)."""

    prefix_length: int
    prefix: IPv6Address
    reserved: int = 0
    KIND: ClassVar[int] = 6
    ALIGNMENT: ClassVar[tuple[int, int]] = (8, 4)

    def payload(self) -> bytes:
        return struct.pack("!BB", self.reserved, self.prefix_length) + self.prefix.packed


@dataclass(frozen=True)
class Ipv4HomeAddress:
    """In an update: the address to bind, or 0.0.0.0 to ask for one (RFC 5555, 3.1.1).

    prefix_length: bits, 32 for one address. prefix_wanted: the P flag.
    """

    address: IPv4Address
    prefix_length: int = 32
    prefix_wanted: bool = False
    reserved: int = 0
    KIND: ClassVar[int] = 29
    ALIGNMENT: ClassVar[tuple[int, int]] = (4, 0)

    def payload(self) -> bytes:
        bits = self.prefix_length << 10 | int(self.prefix_wanted) << 9 | self.reserved
        return struct.pack("!H", bits) + self.address.packed


@dataclass(frozen=True)
class Ipv4AddressAcknowledgement:
    """In an acknowledgement: what became of the IPv4 home address (RFC 5555, 3.2.1).

    status: below 128 it is bound. prefix_length: bits.
    """

    status: int
    address: IPv4Address
    prefix_length: int = 32
    reserved: int = 0
    KIND: ClassVar[int] = 30
    ALIGNMENT: ClassVar[tuple[int, int]] = (4, 0)

    def payload(self) -> bytes:
        return struct.pack("!BB", self.status, self.prefix_length << 2 | self.reserved) + self.address.packed


@dataclass(frozen=True)
class NatDetection:
    """In an acknowledgement (RFC 5555, 3.2.2). forces_udp: the F flag.

    refresh_seconds: between keepalives; 0: use the default; 2**32 - 1: none are needed.
    """

    forces_udp: bool = False
    refresh_seconds: int = 0
    reserved: int = 0
    KIND: ClassVar[int] = 31
    ALIGNMENT: ClassVar[tuple[int, int]] = (4, 0)

    def payload(self) -> bytes:
        return struct.pack("!HI", int(self.forces_udp) << 15 | self.reserved, self.refresh_seconds)


@dataclass(frozen=True)
class Ipv4CareOfAddress:
    """In an update from an IPv4-only link: the address that the UE has there (RFC 5555, 3.1.2)."""

    address: IPv4Address
    reserved: int = 0
    KIND: ClassVar[int] = 32
    ALIGNMENT: ClassVar[tuple[int, int]] = (4, 0)

    def payload(self) -> bytes:
        return struct.pack("!H", self.reserved) + self.address.packed


@dataclass(frozen=True)
class UnknownOption:
    """Any other option, carried along as it is (a receiver skips it: RFC 6275, 6.2.1)."""

    kind: int
    data: bytes

    def payload(self) -> bytes:
        return self.data


Option: TypeAlias = (
    Pad | BindingRefreshAdvice | AlternateCareOfAddress | NonceIndices | BindingAuthorizationData
    | MobileNetworkPrefix | Ipv4HomeAddress | Ipv4AddressAcknowledgement | NatDetection | Ipv4CareOfAddress
    | UnknownOption
)  # fmt: skip


def kind_of(option: Option) -> int:
    """The option type on the wire."""
    if isinstance(option, Pad):
        return 0 if option.length == 1 else 1
    return option.kind if isinstance(option, UnknownOption) else option.KIND


def size_of(option: Option) -> int:
    """Bytes on the wire, type and length included."""
    return option.length if isinstance(option, Pad) else 2 + len(option.payload())


def alignment_of(option: Option) -> tuple[int, int]:
    """(x, y): the option starts at x * n + y from the start of the Mobility Header; (1, 0): anywhere."""
    return (1, 0) if isinstance(option, Pad | UnknownOption) else option.ALIGNMENT


def padded(options: Sequence[Option], start: int) -> tuple[Option, ...]:
    """The options with the pads that alignment needs, to a multiple of 8 bytes.

    start: where the first option stands in the Mobility Header. Pads that are there stay, so doing it
    twice changes nothing.
    """
    result: list[Option] = []
    position = start
    for option in options:
        step, rest = alignment_of(option)
        missing = (rest - position) % step
        if missing:
            result.append(Pad(missing))
        result.append(option)
        position += missing + size_of(option)
    if position % 8:
        result.append(Pad(8 - position % 8))
    return tuple(result)


Reader: TypeAlias = Callable[[bytes, int], Option]


def _refresh_advice(data: bytes, offset: int) -> Option:
    return BindingRefreshAdvice(4 * int.from_bytes(data))


def _alternate(data: bytes, offset: int) -> Option:
    return AlternateCareOfAddress(IPv6Address(data))


def _nonces(data: bytes, offset: int) -> Option:
    return NonceIndices(*struct.unpack("!HH", data))


def _authorization(data: bytes, offset: int) -> Option:
    return BindingAuthorizationData(data)


def _network_prefix(data: bytes, offset: int) -> Option:
    return MobileNetworkPrefix(data[1], IPv6Address(data[2:]), data[0])


def _ipv4_home(data: bytes, offset: int) -> Option:
    bits = int.from_bytes(data[:2])
    length = bits >> 10
    if not 1 <= length <= 32:
        raise PacketError("IPv4 Home Address option", offset + 2, f"prefix length {length}; 1 to 32 are possible")
    return Ipv4HomeAddress(IPv4Address(data[2:]), length, bool(bits >> 9 & 1), bits & 0x1FF)


def _ipv4_acknowledgement(data: bytes, offset: int) -> Option:
    length = data[1] >> 2
    if length > 32:
        raise PacketError("IPv4 Address Acknowledgement option", offset + 3, f"prefix length {length}; at most 32")
    return Ipv4AddressAcknowledgement(data[0], IPv4Address(data[2:]), length, data[1] & 3)


def _nat_detection(data: bytes, offset: int) -> Option:
    flags, refresh = struct.unpack("!HI", data)
    return NatDetection(bool(flags >> 15), refresh, flags & 0x7FFF)


def _ipv4_care_of(data: bytes, offset: int) -> Option:
    return Ipv4CareOfAddress(IPv4Address(data[2:]), int.from_bytes(data[:2]))


READERS: dict[int, tuple[str, int, Reader]] = {
    2: ("Binding Refresh Advice option", 2, _refresh_advice),
    3: ("Alternate Care-of Address option", 16, _alternate),
    4: ("Nonce Indices option", 4, _nonces),
    5: ("Binding Authorization Data option", 12, _authorization),
    6: ("Mobile Network Prefix option", 18, _network_prefix),
    29: ("IPv4 Home Address option", 6, _ipv4_home),
    30: ("IPv4 Address Acknowledgement option", 6, _ipv4_acknowledgement),
    31: ("NAT Detection option", 6, _nat_detection),
    32: ("IPv4 Care-of Address option", 6, _ipv4_care_of),
}


def read_options(data: bytes, start: int, offset: int) -> tuple[Option, ...]:
    """All options of a message, pads included.

    start: where they stand in the Mobility Header (for alignment). offset: where in the packet.
    Raises PacketError for an option that is cut off, has a wrong length or stands at a wrong place.
    """
    found: list[Option] = []
    position = 0
    while position < len(data):
        here = offset + position
        kind = data[position]
        if kind == 0:
            found.append(Pad(1))
            position += 1
            continue
        if position + 1 >= len(data):
            raise PacketError(LAYER, here, f"option {kind} has no length: the message ends")
        length = data[position + 1]
        content = data[position + 2 : position + 2 + length]
        if len(content) < length:
            raise PacketError(LAYER, here + 1, f"option {kind} has {length} bytes, of which {len(content)} are there")
        found.append(_read(kind, content, here, start + position))
        position += 2 + length
    return tuple(found)


def _read(kind: int, content: bytes, offset: int, place: int) -> Option:
    if kind == 1:
        return Pad(2 + len(content), content if any(content) else b"")
    if kind not in READERS:
        return UnknownOption(kind, content)
    name, length, reader = READERS[kind]
    if len(content) != length:
        raise PacketError(name, offset + 1, f"length {len(content)}; it must be {length}")
    option = reader(content, offset)
    step, rest = alignment_of(option)
    if (place - rest) % step:
        raise PacketError(name, offset, f"not aligned: it must start at {step}n+{rest} of the Mobility Header")
    return option
