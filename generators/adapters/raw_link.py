"""Whole IP packets on a network interface, as they are: Mobility Header, destination options, routing header and
IPv4 encapsulation without a socket of the system's in between. Needs root (AF_PACKET)."""

from __future__ import annotations

import socket

from generators.adapters.sockets import DATAGRAMS_A_TURN, LARGEST

ANY_PROTOCOL, IPV4, IPV6 = 0x0003, 0x0800, 0x86DD  # EtherTypes
OUTGOING = 4  # a packet that this host sent
UDP, HOP_BY_HOP, ICMPV6 = 17, 0, 58
IPV6_HEADER = 40  # bytes
OF_THE_LINK = range(130, 144)  # ICMPv6: multicast listeners and neighbours
PARAMETER_PROBLEM, NO_SUCH_HEADER, NO_SUCH_OPTION = 4, 1, 2


class RawLink:
    """See `links.Link`. peer: hardware address at the other end. refused: in words, if the other end's system says
    by ICMPv6 that nobody there takes such packets; once."""

    port = 0

    def __init__(self, interface: str, peer: bytes, opened: socket.socket | None = None) -> None:
        self._interface = interface
        self._peer = peer
        self._socket = opened or packet_socket(interface)
        self.peer_port = 0
        self.refused = ""

    def send(self, packet: bytes) -> None:
        protocol = IPV6 if packet and packet[0] >> 4 == 6 else IPV4
        self._socket.sendto(packet, (self._interface, protocol, 0, 0, self._peer))

    def received(self) -> list[bytes]:
        found: list[bytes] = []
        for _ in range(DATAGRAMS_A_TURN):
            try:
                packet, (_, protocol, kind, *_) = self._socket.recvfrom(LARGEST)
            except BlockingIOError:
                break
            if kind == OUTGOING or protocol not in (IPV4, IPV6):
                continue
            if protocol == IPV6:
                self.refused = self.refused or refusal(packet)
            if is_signalling(packet, protocol):
                found.append(packet)
        return found

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()


def packet_socket(interface: str) -> socket.socket:
    """Sees every packet of the interface, also those that its host drops afterwards. Raises OSError."""
    found = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ANY_PROTOCOL))
    try:
        found.bind((interface, ANY_PROTOCOL))
    except OSError:
        found.close()
        raise
    found.setblocking(False)
    return found


def is_signalling(packet: bytes, protocol: int) -> bool:
    """Whether the packet is for UE or home agent: not UDP, which has sockets, and not what keeps the link going."""
    if protocol == IPV4:
        return len(packet) < 10 or packet[9] != UDP
    if len(packet) <= IPV6_HEADER:
        return True
    following, kind = packet[6], packet[IPV6_HEADER]
    return following != HOP_BY_HOP and not (following == ICMPV6 and (kind in OF_THE_LINK or bool(refusal(packet))))


def refusal(packet: bytes) -> str:
    """What an ICMPv6 error says of the Mobility Header or an option that its sender does not know; "" if it is none."""
    if len(packet) < IPV6_HEADER + 8 or packet[6] != ICMPV6 or packet[IPV6_HEADER] != PARAMETER_PROBLEM:
        return ""
    return {NO_SUCH_HEADER: "no such header", NO_SUCH_OPTION: "no such option"}.get(packet[IPV6_HEADER + 1], "")


def hardware_address(text: str) -> bytes:
    """Raises ValueError for what is none, such as "02:00:00:00:00:01"."""
    found = bytes.fromhex(text.replace(":", " "))
    if len(found) != 6 or text.count(":") != 5:
        raise ValueError(f"{text}: no hardware address")
    return found
