"""Wrong and borderline packets, each with what is wrong in words: for a receiver that must survive them.
Made from one right packet, so that everything but the named fault is as it should be."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from ipaddress import IPv6Address

from generators.packets.decoding import DESTINATION, HOP_BY_HOP, MOBILITY, ROUTING, transport_checksum
from generators.packets.encoding import encode
from generators.packets.messages import (
    REVOCATION,
    BindingAcknowledgement,
    BindingError,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
    Message,
    with_pads,
)
from generators.packets.options import READERS, NonceIndices, Option, Pad, UnknownOption, kind_of, size_of
from generators.packets.packet import SignallingPacket

HEADER = 40  # bytes of an IPv6 header
RESERVED_BITS = {
    "Binding Update": 7, "Binding Acknowledgement": 4, "Binding Error": 8, "Binding Refresh Request": 16,
    "Binding Revocation Indication": 13, "Binding Revocation Acknowledgement": 13,
}  # fmt: skip
RESERVED_BITS_OF_OPTION = {6: 8, 29: 9, 30: 2, 31: 15, 32: 16}
TYPES = (0, 5, 6, 7, REVOCATION)  # of messages that are used here


@dataclass(frozen=True)
class Deviation:
    """fault: in words. acceptable: whether a receiver may take the packet as it is."""

    fault: str
    data: bytes
    acceptable: bool


def deviations(packet: SignallingPacket) -> Iterator[Deviation]:
    """All deviations of one packet that travels in bare IPv6.

    Every flag the other way round, each reserved bit set, boundary numbers, every option with each wrong
    length, wrong checksum, wrong order of extension headers, cut off at each byte.
    """
    if packet.tunnel is not None:
        raise ValueError("deviations are made of packets without a tunnel")
    right = encode(packet)
    yield from _flags(packet)
    yield from _numbers(packet)
    yield from _options(packet)
    yield from _lengths_of_options(packet, right)
    yield from _bytes(packet, right)
    yield from _extension_headers(packet, right)
    for length in range(len(right)):
        yield Deviation(f"cut off after {length} bytes", right[:length], False)


def _flags(packet: SignallingPacket) -> Iterator[Deviation]:
    message = packet.message
    for field in fields(message):
        value = getattr(message, field.name)
        if isinstance(value, bool):
            yield _as_it_is(f"{field.name} is {not value}", packet, **{field.name: not value})
    for bit in range(RESERVED_BITS[message.NAME]):
        yield _as_it_is(f"reserved bit {bit} is set", packet, reserved=1 << bit)
    for bit in range(8):
        yield _as_it_is(f"reserved bit {bit} of the Mobility Header is set", packet, header_reserved=1 << bit)


def _as_it_is(fault: str, packet: SignallingPacket, **changes: object) -> Deviation:
    """A packet whose message differs in what a receiver may take or has to ignore."""
    message: Message = replace(packet.message, **changes)  # type: ignore[arg-type]
    return Deviation(fault, encode(replace(packet, message=message)), True)


def _numbers(packet: SignallingPacket) -> Iterator[Deviation]:
    message = packet.message
    if isinstance(message, BindingError | BindingAcknowledgement | BindingRevocationAcknowledgement):
        for status in (0, 1, 127, 128, 255):
            yield _as_it_is(f"status {status}", packet, status=status)
    if isinstance(message, BindingRevocationIndication):
        for trigger in (0, 1, 255):
            yield _as_it_is(f"revocation trigger {trigger}", packet, trigger=trigger)
    if isinstance(message, BindingError) or not hasattr(message, "sequence_number"):
        return
    for number in (0, 1, 0x7FFF, 0x8000, 0xFFFF):
        yield _as_it_is(f"sequence number {number}", packet, sequence_number=number)
    if not isinstance(message, BindingUpdate | BindingAcknowledgement):
        return
    for lifetime in (0, 4, 262_136, 262_140):
        yield _as_it_is(f"lifetime {lifetime} s", packet, lifetime=lifetime)


def _options(packet: SignallingPacket) -> Iterator[Deviation]:
    options = packet.message.options
    yield _as_it_is("nonce indices in a home registration", packet, options=(*options, NonceIndices(1, 2)))
    yield _as_it_is("an unknown option", packet, options=(UnknownOption(200, b"what is this"),))
    yield _as_it_is("a pad that is not zero", packet, options=(*options, Pad(6, b"\xff\xff\xff\xff")))
    yield _as_it_is("the longest pad", packet, options=(*options, Pad(257)))
    for index, option in enumerate(options):
        kind = kind_of(option)
        if kind not in READERS:
            continue
        name = READERS[kind][0]
        yield _as_it_is(f"{name} stands twice", packet, options=(*options, option))
        for bit in range(RESERVED_BITS_OF_OPTION.get(kind, 0)):
            others = _changed(options, index, reserved=1 << bit)
            yield _as_it_is(f"reserved bit {bit} of the {name} is set", packet, options=others)
        for flag in [field.name for field in fields(option) if isinstance(getattr(option, field.name), bool)]:
            value = not getattr(option, flag)
            others = _changed(options, index, **{flag: value})
            yield _as_it_is(f"{flag} of the {name} is {value}", packet, options=others)


def _changed(options: tuple[Option, ...], index: int, **changes: object) -> tuple[Option, ...]:
    """With other fields in the option at the index."""
    option: Option = replace(options[index], **changes)  # type: ignore[arg-type]
    return (*options[:index], option, *options[index + 1 :])


def _lengths_of_options(packet: SignallingPacket, right: bytes) -> Iterator[Deviation]:
    """Each option alone with every length but its own, whole and well padded; then with a length that goes beyond
    the message, and at every place but its own."""
    start = packet.message.OPTIONS_AT
    head = right[len(right) - _message_size(packet) :][:start]
    for kind in {kind_of(option) for option in packet.message.options} & READERS.keys():
        name, length, _ = READERS[kind]
        option = next(one for one in packet.message.options if kind_of(one) == kind)
        payload = option.payload()
        for wrong in range(256):
            if wrong != length:
                content = bytes([kind, wrong]) + (payload * 256)[:wrong]
                yield Deviation(f"{name} of length {wrong}", _with_message(packet, right, head + content), False)
        beyond = bytes([kind, 255]) + payload
        yield Deviation(f"{name} longer than the message", _with_message(packet, right, head + beyond), False)
        step, rest = option.ALIGNMENT  # type: ignore[union-attr]
        for before in range(8):
            if (start + before - rest) % step:
                moved = b"\0" * before + bytes([kind, length]) + payload
                fault = f"{name} not aligned, after {before} bytes"
                yield Deviation(fault, _with_message(packet, right, head + moved), False)


def _bytes(packet: SignallingPacket, right: bytes) -> Iterator[Deviation]:
    at = len(right) - _message_size(packet)

    def summed(offset: int, value: int) -> bytes:
        return _summed(packet, _with(right, offset, bytes([value])), at)

    for bit in range(16):
        wrong = bytes([right[at + 4 + bit // 8] ^ 1 << bit % 8])
        yield Deviation(f"wrong checksum, bit {bit}", _with(right, at + 4 + bit // 8, wrong), False)
    for value in range(256):
        if value != 59:
            yield Deviation(f"payload protocol {value}", summed(at, value), False)
        if value not in TYPES:
            yield Deviation(f"message type {value}", summed(at + 2, value), False)
        if value != right[at + 1]:
            yield Deviation(f"header length {value}", summed(at + 1, value), False)
    if right[at + 2] == REVOCATION:
        for value in set(range(256)) - {1, 2}:
            yield Deviation(f"revocation type {value}", summed(at + 6, value), False)
    yield Deviation("no message", _longer(right, right[HEADER:at]), False)
    yield Deviation("bytes behind the end", right + b"\0", False)
    for wrong_length in (0, len(right) - HEADER - 1, len(right) - HEADER + 1, 0xFFFF):
        fault = f"payload length {wrong_length}"
        yield Deviation(fault, _with(right, 4, struct.pack("!H", wrong_length)), False)


def _extension_headers(packet: SignallingPacket, right: bytes) -> Iterator[Deviation]:
    """Headers of wrong order, number, size and content. A receiver skips an option whose type begins with 00."""
    at = len(right) - _message_size(packet)
    before, message = right[HEADER:at], right[at:]
    first = right[6]
    empty = bytes([MOBILITY, 0, 1, 4, 0, 0, 0, 0])

    def chain(first: int, content: bytes) -> bytes:
        return _with(_longer(right, content + message), 6, bytes([first]))

    def put_behind(kind: int) -> bytes:
        """One header more, right before the message."""
        last = len(before) - 24  # of headers of 24 bytes each: home address option or routing header
        return chain(first, _with(before, last, bytes([kind])) + empty)

    if packet.home_address is not None or packet.routing_address is not None:
        yield Deviation("Hop-by-Hop Options behind another header", put_behind(HOP_BY_HOP), False)
        pointing = chain(first, _with(before, len(before) - 24, bytes([DESTINATION])))
        yield Deviation("a header for which the message stands", pointing, False)
    if packet.routing_address is not None and packet.home_address is None:
        yield from _routing_headers(before, chain)
    if packet.home_address is not None and packet.routing_address is None:
        yield from _home_address_options(before, chain)
        routing = struct.pack("!BBBBI", MOBILITY, 2, 2, 1, 0) + IPv6Address("2001:db8::7").packed
        behind = chain(DESTINATION, _with(before, 0, bytes([ROUTING])) + routing)
        yield Deviation("routing header behind the home address option", behind, False)


Chain = Callable[[int, bytes], bytes]


def _routing_headers(header: bytes, chain: Chain) -> Iterator[Deviation]:
    for value in (0, 1, 3, 4, 253, 255):
        yield Deviation(f"routing header type {value}", chain(ROUTING, _with(header, 2, bytes([value]))), False)
    for value in (0, 2, 255):
        yield Deviation(f"{value} segments left", chain(ROUTING, _with(header, 3, bytes([value]))), False)
    for value in (0, 1, 3, 4, 255):
        yield Deviation(f"routing header length {value}", chain(ROUTING, _with(header, 1, bytes([value]))), False)
    twice = _with(header, 0, bytes([ROUTING])) + header
    yield Deviation("two routing headers", chain(ROUTING, twice), False)


def _home_address_options(header: bytes, chain: Chain) -> Iterator[Deviation]:
    twice = _with(header, 0, bytes([DESTINATION])) + header
    yield Deviation("two Destination Options headers", chain(DESTINATION, twice), False)
    for value in range(256):
        if value != 16:
            wrong = chain(DESTINATION, _with(header, 7, bytes([value])))
            yield Deviation(f"home address option of length {value}", wrong, False)
    for value in (0, 1, 3, 255):
        wrong = chain(DESTINATION, _with(header, 1, bytes([value])))
        yield Deviation(f"Destination Options length {value}", wrong, False)
    option = header[6:24]
    unaligned = header[:2] + option + b"\1\2\0\0"
    yield Deviation("home address option not aligned", chain(DESTINATION, unaligned), False)
    again = bytes([header[0], 5]) + header[2:] + b"\1\4\0\0\0\0" + option
    yield Deviation("home address option stands twice", chain(DESTINATION, again), False)
    for kind in (0x40, 0x80, 0xC0):
        unknown = bytes([header[0], 3]) + header[2:] + bytes([kind | 0x1E, 6]) + bytes(6)
        yield Deviation(f"unknown option {kind | 0x1E} forbids going on", chain(DESTINATION, unknown), False)


def _message_size(packet: SignallingPacket) -> int:
    message = with_pads(packet.message)
    return message.OPTIONS_AT + sum(size_of(option) for option in message.options)


def _with(data: bytes, offset: int, new: bytes) -> bytes:
    return data[:offset] + new + data[offset + len(new) :]


def _with_message(packet: SignallingPacket, right: bytes, message: bytes) -> bytes:
    """The packet with this message in it, filled up with pads, its lengths and its checksum made right."""
    missing = -len(message) % 8
    message += b"\0" if missing == 1 else bytes([1, missing - 2]) + bytes(missing - 2) if missing else b""
    at = len(right) - _message_size(packet)
    whole = _longer(right, right[HEADER:at] + _with(message, 1, bytes([len(message) // 8 - 1])))
    return _summed(packet, whole, at)


def _longer(right: bytes, payload: bytes) -> bytes:
    return right[:4] + struct.pack("!H", len(payload)) + right[6:HEADER] + payload


def _summed(packet: SignallingPacket, data: bytes, at: int) -> bytes:
    """With the checksum of the Mobility Header made right again."""
    empty = _with(data, at + 4, b"\0\0")
    found = transport_checksum(packet.source_of_checksum, packet.destination_of_checksum, MOBILITY, empty[at:])
    return _with(empty, at + 4, struct.pack("!H", found))
