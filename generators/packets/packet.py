"""A whole signalling packet: the mobility message, the IPv6 header with home address or routing header
around it, and the tunnel around that, if it travels over IPv4 or in UDP (RFC 5555, 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

from generators.packets.messages import Message

DSMIPV6_PORT = 4191  # the home agent's UDP port (RFC 5555, 8)


@dataclass(frozen=True)
class UdpPorts:
    """checksum: whether the datagram has one (over IPv4 it may be left out)."""

    source: int
    destination: int
    checksum: bool = True


@dataclass(frozen=True)
class Ipv4Header:
    """hops: TTL. options: as they are, a multiple of 4 bytes."""

    source: IPv4Address
    destination: IPv4Address
    hops: int = 64
    type_of_service: int = 0
    identification: int = 0
    do_not_fragment: bool = False
    options: bytes = b""


@dataclass(frozen=True)
class Ipv6Header:
    """hops: hop limit."""

    source: IPv6Address
    destination: IPv6Address
    hops: int = 64
    traffic_class: int = 0
    flow_label: int = 0


@dataclass(frozen=True)
class Tunnel:
    """What is around the inner IPv6 packet. ports: None for bare IP in IP."""

    header: Ipv4Header | Ipv6Header
    ports: UdpPorts | None


@dataclass(frozen=True)
class Protected:
    """Encrypted or integrity-protected content (ESP): counted and named, never guessed."""

    security_parameters_index: int
    sequence_number: int
    length: int


@dataclass(frozen=True)
class SignallingPacket:
    """header: the innermost IPv6 header, with the addresses that are on the wire.

    home_address: of the home address option (an update from abroad). routing_address: of the type 2
    routing header (an acknowledgement to a care-of address).
    """

    header: Ipv6Header
    message: Message
    home_address: IPv6Address | None = None
    routing_address: IPv6Address | None = None
    tunnel: Tunnel | None = None

    @property
    def outer_source(self) -> IPv4Address | IPv6Address:
        return self.tunnel.header.source if self.tunnel else self.header.source

    @property
    def outer_destination(self) -> IPv4Address | IPv6Address:
        return self.tunnel.header.destination if self.tunnel else self.header.destination

    @property
    def source_of_checksum(self) -> IPv6Address:
        """The home address stands for the source (RFC 6275, 6.1.1 and 11.3.1)."""
        return self.header.source if self.home_address is None else self.home_address

    @property
    def destination_of_checksum(self) -> IPv6Address:
        """The final destination: what the routing header says."""
        return self.header.destination if self.routing_address is None else self.routing_address


@dataclass(frozen=True)
class ProtectedPacket:
    """A packet whose mobility message cannot be read."""

    header: Ipv6Header
    content: Protected
    home_address: IPv6Address | None = None
    routing_address: IPv6Address | None = None
    tunnel: Tunnel | None = None


@dataclass(frozen=True)
class DataPacket:
    """User data without content in the tunnel: an inner IPv6 header that nothing follows (next header 59)."""

    header: Ipv6Header
    tunnel: Tunnel


Packet: TypeAlias = SignallingPacket | ProtectedPacket | DataPacket
