"""A home agent of one UE over UDP that knows nothing of the toolkit: `python udp_home_agent.py PORT [FAULT]`.
FAULT: "nat" (does not tell of one), "ends" (after the first registration)."""

from __future__ import annotations

import socket
import struct
import sys

MOBILITY, BINDING_UPDATE, BINDING_ACKNOWLEDGEMENT = 135, 5, 6
IPV4_HOME_ADDRESS, IPV4_CARE_OF_ADDRESS = 29, 32
SUBSCRIBER = socket.inet_pton(socket.AF_INET6, "2001:db8:0:1::100")


def checksum(source: bytes, destination: bytes, data: bytes) -> int:
    whole = source + destination + struct.pack("!I3xB", len(data), MOBILITY) + data
    total: int = sum(struct.unpack(f"!{len(whole) // 2}H", whole))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def options_of(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while data:
        if data[0] == 0:
            data = data[1:]
            continue
        found[data[0]], data = data[2 : 2 + data[1]], data[2 + data[1] :]
    return found


class HomeAgent:
    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.last: int | None = None

    def answer(self, packet: bytes, sender: str) -> bytes | None:
        """The packet that answers one, both without outer IPv4 and UDP; None: none."""
        if len(packet) < 52 or packet[6] != MOBILITY or packet[42] != BINDING_UPDATE:
            return None
        ue, agent, header = packet[8:24], packet[24:40], packet[40:]
        if ue != SUBSCRIBER:
            return None
        number, flags, lifetime = struct.unpack("!HHH", header[6:12])
        options = options_of(header[12:])
        care_of = options.get(IPV4_CARE_OF_ADDRESS, bytes(6))[2:]
        told = b""
        if care_of not in (bytes(4), socket.inet_aton(sender)) and self.fault != "nat":
            told = struct.pack("!BBHI", 31, 6, 0, 110)
        if self.last is not None and not 1 <= (number - self.last) % 65536 <= 32767:
            return self.reply(agent, ue, 135, self.last, 0, 0, told)
        if not lifetime:
            status, self.last = (133 if self.last is None else 0), number
            return self.reply(agent, ue, status, number, 0, flags if status == 0 else 0, told)
        if care_of == bytes(4):
            return self.reply(agent, ue, 128, number, 0, 0, b"")
        self.last = number
        if self.fault == "ends":
            sys.exit(0)
        if IPV4_HOME_ADDRESS in options:  # it has none to give
            status = 132 if options[IPV4_HOME_ADDRESS][2:] == bytes(4) else 130
            told += struct.pack("!BBBB4s", 30, 6, status, 0, bytes(4))
        return self.reply(agent, ue, 0, number, lifetime, flags, told)

    def reply(
        self, agent: bytes, ue: bytes, status: int, number: int, lifetime: int, flags: int, options: bytes
    ) -> bytes:
        body = struct.pack("!BBHH", status, 0x80 if flags & 0x1000 else 0, number, lifetime) + options
        body += b"\x01\x02\x00\x00" if len(body) % 8 == 6 else b""  # PadN to 8n
        header = struct.pack("!BBBBH", 59, (6 + len(body)) // 8 - 1, BINDING_ACKNOWLEDGEMENT, 0, 0) + body
        header = header[:4] + struct.pack("!H", checksum(agent, ue, header)) + header[6:]
        return struct.pack("!IHBB", 6 << 28, len(header), MOBILITY, 64) + agent + ue + header


def run(port: int, fault: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", port))
        agent = HomeAgent(fault)
        while True:
            packet, sender = sock.recvfrom(2048)
            answer = agent.answer(packet, sender[0])
            if answer is not None:
                sock.sendto(answer, sender)


if __name__ == "__main__":
    run(int(sys.argv[1]), "".join(sys.argv[2:]))
