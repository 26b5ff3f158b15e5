"""What must not be accepted is an error that names the layer and the byte; nothing else is ever raised."""

from __future__ import annotations

import random
import struct
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.packets.decoding import NotSignalling, decode, transport_checksum
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.malformed import deviations
from generators.packets.malformed_tunnels import deviations_of_tunnel
from generators.packets.messages import (
    BindingAcknowledgement,
    BindingError,
    BindingRefreshRequest,
    BindingRevocationAcknowledgement,
    BindingRevocationIndication,
    BindingUpdate,
)
from generators.packets.options import (
    AlternateCareOfAddress,
    BindingAuthorizationData,
    BindingRefreshAdvice,
    Ipv4AddressAcknowledgement,
    Ipv4CareOfAddress,
    Ipv4HomeAddress,
    MobileNetworkPrefix,
    NatDetection,
    NonceIndices,
)
from generators.packets.packet import Ipv4Header, Ipv6Header, ProtectedPacket, SignallingPacket, Tunnel, UdpPorts

HEADER = Ipv6Header(IPv6Address("2001:db8:2::7"), IPv6Address("2001:db8::1"))
UPDATE = SignallingPacket(
    HEADER,
    BindingUpdate(7, 480, options=(AlternateCareOfAddress(HEADER.source), Ipv4HomeAddress(IPv4Address(0)),
                                   Ipv4CareOfAddress(IPv4Address("10.0.0.1")))),
    home_address=IPv6Address("2001:db8::7"),
)  # fmt: skip
ANSWER = SignallingPacket(
    HEADER,
    BindingAcknowledgement(0, 7, 480, options=(NatDetection(True, 110),
                                               Ipv4AddressAcknowledgement(0, IPv4Address("192.0.2.200")))),
    routing_address=IPv6Address("2001:db8::7"),
)  # fmt: skip
OVER_NAT = replace(
    UPDATE, tunnel=Tunnel(Ipv4Header(IPv4Address("198.51.100.5"), IPv4Address("192.0.2.1")), UdpPorts(40_005, 4191))
)
EVERY_OPTION = SignallingPacket(HEADER, BindingUpdate(7, 480, options=(
    BindingRefreshAdvice(400), NonceIndices(1, 2), BindingAuthorizationData(bytes(range(12))),
    MobileNetworkPrefix(64, IPv6Address("2001:db8:9::")), NatDetection(), Ipv4AddressAcknowledgement(0, IPv4Address(9)),
)))  # fmt: skip
PLAIN = {
    "update": UPDATE, "acknowledgement": ANSWER, "other options": EVERY_OPTION,
    "error": SignallingPacket(HEADER, BindingError(1, IPv6Address("2001:db8::7"))),
    "revocation": SignallingPacket(HEADER, BindingRevocationIndication(1, 7),
                                   routing_address=IPv6Address("2001:db8::7")),
    "answer to a revocation": SignallingPacket(HEADER, BindingRevocationAcknowledgement(128, 7),
                                               home_address=IPv6Address("2001:db8::7")),
    "refresh request": SignallingPacket(HEADER, BindingRefreshRequest(), routing_address=IPv6Address("2001:db8::7")),
}  # fmt: skip
OVER_IPV6 = replace(UPDATE, tunnel=Tunnel(Ipv6Header(IPv6Address("2001:db8:4::5"), HEADER.destination),
                                          UdpPorts(40_005, 4191)))  # fmt: skip
TUNNELLED = {
    "UDP over IPv4": OVER_NAT, "UDP over IPv6": OVER_IPV6,
    "bare IPv4": replace(OVER_NAT, tunnel=Tunnel(OVER_NAT.tunnel.header, None)),  # type: ignore[union-attr]
    "bare IPv6": replace(OVER_IPV6, tunnel=Tunnel(OVER_IPV6.tunnel.header, None)),  # type: ignore[union-attr]
}  # fmt: skip
DEVIATIONS = {
    **{name: list(deviations(packet)) for name, packet in PLAIN.items()},
    **{name: list(deviations_of_tunnel(packet)) for name, packet in TUNNELLED.items()},
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_what_must_be_refused_is_refused(name: str) -> None:
    wrong = [deviation for deviation in DEVIATIONS[name] if not deviation.acceptable]
    assert len({deviation.fault for deviation in wrong}) == len(wrong) > 100
    for deviation in wrong:
        try:
            accepted = decode(deviation.data)
        except PacketError as error:
            assert error.layer, deviation.fault
            assert error.offset is not None and 0 <= error.offset <= len(deviation.data), deviation.fault
        else:
            pytest.fail(f"{deviation.fault}: {accepted}")


@pytest.mark.parametrize("name", DEVIATIONS)
def test_what_a_receiver_may_take_is_taken_as_it_is(name: str) -> None:
    for deviation in DEVIATIONS[name]:
        if deviation.acceptable:
            packet = decode(deviation.data)
            assert isinstance(packet, SignallingPacket), deviation.fault
            assert encode(packet) == deviation.data, deviation.fault


@pytest.mark.parametrize("place, value, words", [
    (0, 0x70, "IP, byte 0: version 7"),
    (20 + 6, 0, "UDP, byte 26: wrong checksum"),
    (20, 1, "UDP, byte 26: wrong checksum"),
    (2, 1, r"IPv4, byte 2: total length \d+, but there are \d+ bytes"),
    (10, 9, "IPv4, byte 10: wrong header checksum"),
    (20 + 8, 0x10, "UDP, byte 26: wrong checksum"),
])  # fmt: skip
def test_an_error_names_layer_and_byte(place: int, value: int, words: str) -> None:
    data = bytearray(encode(OVER_NAT))
    data[place] = value
    with pytest.raises(PacketError, match=words):
        decode(bytes(data))


def test_other_traffic_is_told_apart_from_damage() -> None:
    ping = bytes([0x60, 0, 0, 0, 0, 8, 58, 64]) + bytes(32) + bytes(8)
    with pytest.raises(NotSignalling, match="next header 58"):
        decode(ping)


def test_encrypted_content_is_named_not_guessed() -> None:
    esp = bytes([0x60, 0, 0, 0, 0, 12, 50, 64]) + bytes(32) + b"\0\0\1\0" + b"\0\0\0\5" + b"\xaa" * 4
    packet = decode(esp)
    assert isinstance(packet, ProtectedPacket)
    assert (packet.content.security_parameters_index, packet.content.sequence_number) == (256, 5)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_or_an_error(data: bytes) -> None:
    assert_nothing_else_is_raised(data)


RIGHT = {name: encode(packet) for name, packet in {**PLAIN, **TUNNELLED}.items()}


def test_changed_strings_are_packets_or_errors() -> None:
    spread_over_changes(random.Random(4), 10_000)


@pytest.mark.slow
def test_a_million_random_and_changed_strings_are_packets_or_errors() -> None:
    spread_over_changes(random.Random(5), 1_000_000)


def spread_over_changes(chance: random.Random, count: int) -> None:
    """Of every ten strings one is random and two are cut off; in the others a few bytes are changed or put in, and
    of these most have checksums and lengths made right, so that what lies behind the checksum is read too."""
    longest, names = 0.0, sorted(RIGHT)
    mended = 0
    for number in range(count):
        name = chance.choice(names)
        data = bytearray(RIGHT[name])
        kind = number % 10
        if kind == 0:
            data = bytearray(chance.randbytes(chance.randrange(0, 120)))
        elif kind <= 2:
            data = data[: chance.randrange(len(data))]
        else:
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            if kind > 4 and name in PLAIN:
                data = mend(data, chance)
                mended += 1
        before = process_time()
        assert_nothing_else_is_raised(bytes(data))
        longest = max(longest, process_time() - before)
    assert mended > count / 5
    assert longest < 1  # second, of one string: the work is bounded by its length


def mend(data: bytearray, chance: random.Random) -> bytearray:
    """Sometimes longer by some bytes; then the length of the IPv6 packet, and the checksum of what would be its
    Mobility Header, made right."""
    if chance.randrange(3) == 0:
        data += chance.randbytes(8 * chance.randrange(1, 5))
    data[0] = 0x60 | data[0] & 15
    data[4:6] = struct.pack("!H", len(data) - 40)
    place = {135: 40, 60: 64, 43: 64}.get(data[6])
    if place is None:
        return data
    home = bytes(data[48:64]) if place == 64 else b""
    source = home if data[6] == 60 else bytes(data[8:24])
    destination = home if data[6] == 43 else bytes(data[24:40])
    data[place : place + 2] = bytes([59, (len(data) - place) // 8 - 1 & 0xFF])
    data[place + 4 : place + 6] = b"\0\0"
    found = transport_checksum(IPv6Address(source), IPv6Address(destination), 135, bytes(data[place:]))
    data[place + 4 : place + 6] = struct.pack("!H", found)
    return data


def test_the_longest_packets_there_are_take_no_long_time() -> None:
    header = bytes(encode(EVERY_OPTION)[:40])
    for kind, unit in ((0, b"\0"), (60, b"\x3c\xff" + bytes(2046)), (43, b"\x2b\xff" + bytes(2046)), (135, b"\0"),
                       (135, b"\x3b\xff\5\0" + bytes(2044))):  # fmt: skip
        content = (unit * 65_535)[:65_535]
        data = header[:4] + struct.pack("!HB", len(content), kind) + header[7:] + content
        before = process_time()
        assert_nothing_else_is_raised(data)
        assert process_time() - before < 1


def assert_nothing_else_is_raised(data: bytes) -> None:
    try:
        decode(data)
    except PacketError as error:
        assert error.offset is not None and 0 <= error.offset <= len(data)
