"""Captures as they come from the field, packet by packet: at the home agent, times in seconds."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from generators.packets.captures import pcap_of
from generators.packets.encoding import encode
from generators.packets.messages import BindingAcknowledgement, BindingUpdate
from generators.packets.options import AlternateCareOfAddress, Ipv4CareOfAddress, NatDetection
from generators.packets.packet import DSMIPV6_PORT, Ipv4Header, Ipv6Header, SignallingPacket, Tunnel, UdpPorts

HOME_AGENT, HOME = IPv6Address("2001:db8::1"), IPv6Address("2001:db8:0:1::77")
ABROAD, ELSEWHERE = IPv6Address("2001:db8:5::77"), IPv6Address("2001:db8:6::77")
HOME_AGENT_IPV4, BEHIND, OUTSIDE = (IPv4Address(a) for a in ("192.0.2.1", "10.0.0.7", "198.51.100.9"))
Timed = tuple[float, SignallingPacket]


def update(time: float, number: int, source: IPv6Address = ABROAD, lifetime: int = 3600) -> Timed:
    """A Binding Update on IPv6; from the home address it is a de-registration at home: no option, no alternate."""
    at_home = source == HOME
    options = () if at_home else (AlternateCareOfAddress(source),)
    message = BindingUpdate(number, 0 if at_home else lifetime, key_management=True, mobile_router=True,
                            options=options)  # fmt: skip
    return time, SignallingPacket(Ipv6Header(source, HOME_AGENT), message, None if at_home else HOME)


def answer(
    time: float, number: int, to: IPv6Address = ABROAD, status: int = 0, lifetime: int = 3600
) -> Timed:
    refused = status >= 128
    message = BindingAcknowledgement(status, number, 0 if refused or to == HOME else lifetime,
                                     key_management=not refused, mobile_router=True)  # fmt: skip
    return time, SignallingPacket(Ipv6Header(HOME_AGENT, to), message, None, None if to == HOME else HOME)


def update_in_udp(time: float, number: int) -> Timed:
    message = BindingUpdate(number, 3600, key_management=True, mobile_router=True,
                            options=(Ipv4CareOfAddress(BEHIND),))  # fmt: skip
    tunnel = Tunnel(Ipv4Header(OUTSIDE, HOME_AGENT_IPV4), UdpPorts(40_001, DSMIPV6_PORT))
    return time, SignallingPacket(Ipv6Header(HOME, HOME_AGENT), message, tunnel=tunnel)


def answer_in_udp(time: float, number: int, *options: NatDetection) -> Timed:
    message = BindingAcknowledgement(0, number, 3600, key_management=True, mobile_router=True, options=options)
    tunnel = Tunnel(Ipv4Header(HOME_AGENT_IPV4, OUTSIDE), UdpPorts(DSMIPV6_PORT, 40_001))
    return time, SignallingPacket(Ipv6Header(HOME_AGENT, HOME), message, tunnel=tunnel)


def altered(timed: Timed, **changes: object) -> Timed:
    """The same packet with other fields in its message."""
    time, packet = timed
    return time, replace(packet, message=replace(packet.message, **changes))  # type: ignore[arg-type]


def capture(*packets: Timed) -> bytes:
    return pcap_of([(time, encode(packet)) for time, packet in packets])


ROUND_TRIP = (
    update(1, 65_534), answer(1.1, 65_534),
    update(20, 65_535, ELSEWHERE), answer(20.1, 65_535, ELSEWHERE),
    update(40, 0, HOME), answer(40.1, 0, HOME),
)  # fmt: skip
FIRST = ROUND_TRIP[0:2]
