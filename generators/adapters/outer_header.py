"""The outer IPv4 and UDP headers that the operating system makes and takes off: as bytes around what a socket
sends and receives, so that the codec sees whole packets."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

from generators.packets.decoding import UDP, checksum
from generators.packets.packet import DSMIPV6_PORT

IPV4_BYTES = 20
UDP_BYTES = 8


def wrapped(data: bytes, source: str, destination: str) -> bytes:
    """The datagram as a whole packet from and to port 4191, whatever port stood for it on the way."""
    length = IPV4_BYTES + UDP_BYTES + len(data)
    addresses = IPv4Address(source).packed + IPv4Address(destination).packed
    header = struct.pack("!BBHHHBBH", 0x45, 0, length, 0, 0, 64, UDP, 0) + addresses
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    ports = struct.pack("!HHHH", DSMIPV6_PORT, DSMIPV6_PORT, UDP_BYTES + len(data), 0)
    return header + ports + data


def unwrapped(packet: bytes) -> bytes:
    """What a socket sends: the packet without outer IPv4 and UDP headers."""
    return packet[IPV4_BYTES + UDP_BYTES :]
