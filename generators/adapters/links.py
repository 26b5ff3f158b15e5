"""Where packets go that are not in UDP: into datagrams of loopback that stand for a link (`raw_link.py` has a
real one)."""

from __future__ import annotations

from typing import Protocol

from generators.adapters.sockets import arrived, udp_socket


class Link(Protocol):
    """port, peer_port: UDP ports, where datagrams stand for the link; else 0 and of no use."""

    @property
    def port(self) -> int: ...

    peer_port: int

    def send(self, packet: bytes) -> None:
        """Send a whole IP packet."""

    def received(self) -> list[bytes]:
        """The packets that have arrived."""

    def fileno(self) -> int: ...

    def close(self) -> None: ...


class DatagramLink:
    """Each packet is one datagram to 127.0.0.1; answers go where the last packet came from.

    port: where a peer sends to. peer_port: where it listens; 0: not known yet.
    """

    def __init__(self, port: int = 0, peer_port: int = 0) -> None:
        self._socket = udp_socket("127.0.0.1", port)
        self.port = int(self._socket.getsockname()[1])
        self.peer_port = peer_port

    def send(self, packet: bytes) -> None:
        if self.peer_port:
            self._socket.sendto(packet, ("127.0.0.1", self.peer_port))

    def received(self) -> list[bytes]:
        """The packets that have arrived."""
        found = arrived(self._socket)
        if found:
            self.peer_port = found[-1][1][1]
        return [data for data, _ in found]

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()
