"""UDP sockets of a tester and of the reference program."""

from __future__ import annotations

import socket

LARGEST = 65_535  # bytes of a datagram
DATAGRAMS_A_TURN = 1000


def udp_socket(address: str, port: int) -> socket.socket:
    """One that never blocks. port: 0 is any that is free."""
    found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        found.bind((address, port))
    except OSError:
        found.close()
        raise
    found.setblocking(False)
    return found


def arrived(one: socket.socket) -> list[tuple[bytes, tuple[str, int]]]:
    """What is waiting, each with its sender."""
    found: list[tuple[bytes, tuple[str, int]]] = []
    while len(found) < DATAGRAMS_A_TURN:
        try:
            found.append(one.recvfrom(LARGEST))
        except (BlockingIOError, ConnectionRefusedError):
            break
    return found
