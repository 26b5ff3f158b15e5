"""Wrong and borderline packets, each with what is wrong in words: for a receiver that must survive them.
Made from one right packet, so that everything but the named fault is as it should be."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from ipaddress import IPv6Address

from generators.packets.decoding import MOBILITY, transport_checksum
from generators.packets.encoding import encode
from generators.packets.messages import BindingUpdate
from generators.packets.options import READERS, NonceIndices, Pad, UnknownOption, kind_of, size_of
from generators.packets.packet import SignallingPacket

HEADER = 40  # bytes of an IPv6 header


@dataclass(frozen=True)
class Deviation:
    """fault: in words. acceptable: whether a receiver may take the packet as it is."""

    fault: str
    data: bytes
    acceptable: bool


def deviations(packet: SignallingPacket) -> Iterator[Deviation]:
    """All deviations of one packet that travels in bare IPv6.

    Every flag the other way round, reserved bits set, boundary numbers, every option with each wrong
    length near its own, wrong checksum, wrong order of extension headers, cut off at each byte.
    """
    if packet.tunnel is not None:
        raise ValueError("deviations are made of packets without a tunnel")
    right = encode(packet)
    yield from _flags(packet)
    yield from _numbers(packet)
    yield from _options(packet)
    yield from _bytes(packet, right)
    yield from _order(packet)
    for length in range(len(right)):
        yield Deviation(f"cut off after {length} bytes", right[:length], False)


def _flags(packet: SignallingPacket) -> Iterator[Deviation]:
    message = packet.message
    for field in fields(message):
        value = getattr(message, field.name)
        if isinstance(value, bool):
            other = replace(message, **{field.name: not value})  # type: ignore[arg-type]
            yield Deviation(f"{field.name} is {not value}", encode(replace(packet, message=other)), True)
    for reserved in (1, 2):
        other = replace(message, reserved=reserved)
        yield Deviation(f"reserved bits are {reserved}", encode(replace(packet, message=other)), True)
    other = replace(message, header_reserved=0xFF)
    yield Deviation("the reserved byte of the header is set", encode(replace(packet, message=other)), True)


def _numbers(packet: SignallingPacket) -> Iterator[Deviation]:
    message = packet.message
    if not isinstance(message, BindingUpdate):
        return
    for number in (0, 1, 0x7FFF, 0x8000, 0xFFFF):
        other = replace(message, sequence_number=number)
        yield Deviation(f"sequence number {number}", encode(replace(packet, message=other)), True)
    for lifetime in (0, 4, 262_136, 262_140):
        other = replace(message, lifetime=lifetime)
        yield Deviation(f"lifetime {lifetime} s", encode(replace(packet, message=other)), True)
    nonces = replace(message, options=(*message.options, NonceIndices(1, 2)))
    yield Deviation("nonce indices in a home registration", encode(replace(packet, message=nonces)), True)


def _options(packet: SignallingPacket) -> Iterator[Deviation]:
    message = packet.message
    unknown = UnknownOption(200, b"what is this")
    yield Deviation("an unknown option", encode(replace(packet, message=replace(message, options=(unknown,)))), True)
    filled = replace(message, options=(*message.options, Pad(6, b"\xff\xff\xff\xff")))
    yield Deviation("a pad that is not zero", encode(replace(packet, message=filled)), True)
    for index, option in enumerate(message.options):
        kind = kind_of(option)
        if kind not in READERS:
            continue
        name, length, _ = READERS[kind]
        for wrong in (0, 1, length - 1, length + 1, 255):
            if wrong == length:
                continue
            data = (option.payload() * 40)[:wrong]
            others = (*message.options[:index], UnknownOption(kind, data))
            yield Deviation(
                f"{name} of length {wrong}", encode(replace(packet, message=replace(message, options=others))), False
            )
        twice = replace(message, options=(*message.options, option))
        yield Deviation(f"{name} stands twice", encode(replace(packet, message=twice)), True)


def _bytes(packet: SignallingPacket, right: bytes) -> Iterator[Deviation]:
    at = len(right) - _message_size(packet)
    yield Deviation("wrong checksum", _with(right, at + 4, bytes([right[at + 4] ^ 0x55])), False)
    for value, fault in ((58, "payload protocol 58"), (6, "payload protocol 6")):
        yield Deviation(fault, _summed(packet, _with(right, at, bytes([value])), at), False)
    for value in (1, 3, 4, 8, 200, 255):
        yield Deviation(f"message type {value}", _summed(packet, _with(right, at + 2, bytes([value])), at), False)
    for value in (0, right[at + 1] - 1, right[at + 1] + 1, 255):
        if 0 <= value != right[at + 1]:
            yield Deviation(f"header length {value}", _summed(packet, _with(right, at + 1, bytes([value])), at), False)
    yield Deviation("bytes behind the end", right + b"\0", False)


def _order(packet: SignallingPacket) -> Iterator[Deviation]:
    if packet.home_address is None:
        return
    right = encode(packet)
    option = right[HEADER : HEADER + 24]
    twice = option[:0] + bytes([60]) + option[1:] + option + right[HEADER + 24 :]
    yield Deviation("two Destination Options headers", _longer(right, twice), False)
    routing = struct.pack("!BBBBI", right[HEADER], 2, 2, 1, 0) + IPv6Address("2001:db8::7").packed
    behind = bytes([43]) + option[1:] + routing + right[HEADER + 24 :]
    yield Deviation("routing header behind the home address option", _longer(right, behind), False)
    unaligned = option[:2] + option[6:] + b"\1\2\0\0"
    yield Deviation("home address option not aligned", _longer(right, unaligned + right[HEADER + 24 :]), False)


def _message_size(packet: SignallingPacket) -> int:
    from generators.packets.messages import with_pads

    message = with_pads(packet.message)
    return message.OPTIONS_AT + sum(size_of(option) for option in message.options)


def _with(data: bytes, offset: int, new: bytes) -> bytes:
    return data[:offset] + new + data[offset + len(new) :]


def _longer(right: bytes, payload: bytes) -> bytes:
    return right[:4] + struct.pack("!H", len(payload)) + right[6:HEADER] + payload


def _summed(packet: SignallingPacket, data: bytes, at: int) -> bytes:
    """With the checksum of the Mobility Header made right again."""
    empty = _with(data, at + 4, b"\0\0")
    found = transport_checksum(packet.source_of_checksum, packet.destination_of_checksum, MOBILITY, empty[at:])
    return _with(empty, at + 4, struct.pack("!H", found))
