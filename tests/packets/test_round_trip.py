"""What is encoded is decoded to the same, and encoded again to the same bytes."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest
from hypothesis import HealthCheck, given, settings

from generators.packets.decoding import decode
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.messages import BindingUpdate, with_pads
from generators.packets.options import AlternateCareOfAddress, Ipv4HomeAddress, NatDetection, Pad, UnknownOption
from generators.packets.packet import Ipv6Header, SignallingPacket
from generators.packets.units import seconds_of, units_of
from tests.packets.strategies import packets

HEADER = Ipv6Header(IPv6Address("2001:db8:2::7"), IPv6Address("2001:db8::1"))


def assert_round_trip(packet: SignallingPacket) -> None:
    data = encode(packet)
    assert decode(data) == packet
    assert encode(decode(data)) == data  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(packets)
def test_every_packet_survives_the_way_there_and_back(packet: SignallingPacket) -> None:
    assert_round_trip(packet)


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(packets)
def test_ten_thousand_packets_survive_the_way_there_and_back(packet: SignallingPacket) -> None:
    assert_round_trip(packet)


def test_pads_are_put_where_alignment_asks_for_them_and_only_once() -> None:
    update = BindingUpdate(1, 4, options=(AlternateCareOfAddress(IPv6Address(1)), NatDetection()))
    once = with_pads(update)
    assert [type(option) for option in once.options] == [Pad, AlternateCareOfAddress, NatDetection]
    assert once.options[0] == Pad(2)
    assert with_pads(once) == once


@pytest.mark.parametrize("seconds", [-4, 3, 262_144])
def test_a_lifetime_that_has_no_wire_value_is_refused(seconds: int) -> None:
    with pytest.raises(PacketError, match="a lifetime is a multiple of 4 s"):
        units_of(seconds)


def test_the_longest_lifetime_is_262140_seconds() -> None:
    assert units_of(262_140) == 0xFFFF
    assert seconds_of(0xFFFF) == 262_140


@pytest.mark.parametrize("message, words", [
    (BindingUpdate(65_536, 4), "sequence_number is 65536; 0 to 65535"),
    (BindingUpdate(1, 4, reserved=128), "reserved is 128; 0 to 127"),
    (BindingUpdate(1, 4, options=(Ipv4HomeAddress(IPv6Address(1), 33),)), "prefix_length is 33"),  # type: ignore[arg-type]
    (BindingUpdate(1, 4, options=(UnknownOption(200, bytes(256)),)), "256 bytes; at most 255"),
    (BindingUpdate(1, 4, options=(UnknownOption(200, bytes(250)),) * 9), "at most 2048"),
    (BindingUpdate(1, 4, options=(Pad(300),)), "300 bytes; 1 to 257"),
])  # fmt: skip
def test_a_value_that_fits_nowhere_is_refused_by_name(message: BindingUpdate, words: str) -> None:
    with pytest.raises(PacketError, match=words):
        encode(SignallingPacket(HEADER, message))
