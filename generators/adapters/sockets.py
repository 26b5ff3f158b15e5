"""UDP sockets of a tester and of the reference program."""

from __future__ import annotations

import socket

LARGEST = 65_535  # bytes of a datagram


def udp_socket(address: str, port: int) -> socket.socket:
    """One that never blocks. port: 0 is any that is free."""
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.bind((address, port))
    found.setblocking(False)
    return found
