"""Capture files: packets with their times, written as pcap (raw IP), read from pcap and pcapng.
A file that is damaged anywhere is an error that names the byte; half of a capture is never passed off as all."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generators.packets.errors import PacketError

RAW_IP = 101  # link type: the packet starts with its IP header
MICROSECONDS, NANOSECONDS = 0xA1B2C3D4, 0xA1B23C4D
MOST_BYTES = 1 << 18  # of one packet
MOST_BYTES_OF_A_FILE = 1 << 29
SECTION, INTERFACE, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 3, 6


@dataclass(frozen=True)
class Captured:
    """One packet from its IP header on. number: from 1, as in other tools. time: seconds."""

    number: int
    time: float
    data: bytes


def pcap_of(packets: Iterable[tuple[float, bytes]]) -> bytes:
    """A capture file of raw IP packets (link type 101) with their times in seconds (to the microsecond)."""
    parts = [struct.pack("<IHHiIII", MICROSECONDS, 2, 4, 0, 0, MOST_BYTES, RAW_IP)]
    for time, data in packets:
        seconds, rest = divmod(round(time * 1_000_000), 1_000_000)
        parts += [struct.pack("<IIII", seconds, rest, len(data), len(data)), data]
    return b"".join(parts)


def read_capture(path: Path) -> list[Captured]:
    """The IP packets of a capture file. Raises PacketError: the file cannot be read, is damaged, or no capture."""
    try:
        if path.exists() and not path.is_file():
            raise PacketError(str(path), None, "cannot be read: it is no file")
        if path.stat().st_size > MOST_BYTES_OF_A_FILE:
            most = MOST_BYTES_OF_A_FILE >> 20
            raise PacketError(str(path), None, f"larger than {most} MB; keep only the signalling (filter it) first")
        content = path.read_bytes()
    except OSError as error:
        raise PacketError(str(path), None, f"cannot be read: {error.strerror}") from None
    return parse_capture(content, str(path))


def parse_capture(content: bytes, source: str) -> list[Captured]:
    """The same for bytes; `source` names them in errors. Packets that are not IP are left out."""
    if len(content) < 4:
        raise PacketError(source, 0, "no capture: shorter than any file header")
    frames = _pcapng(content, source) if content[:4] == b"\n\r\r\n" else _pcap(content, source)
    found = []
    for number, (time, link, data) in enumerate(frames, start=1):
        inside = _ip_of(data, link, source, number)
        if inside is not None:
            found.append(Captured(number, time, inside))
    return found


def _pcap(content: bytes, source: str) -> Iterator[tuple[float, int, bytes]]:
    order = next((order for order in "<>" if _magic(content, order) in (MICROSECONDS, NANOSECONDS)), None)
    if order is None:
        raise PacketError(source, 0, "neither pcap nor pcapng")
    if len(content) < 24:
        raise PacketError(source, len(content), "the file header is cut off")
    per_second = 1e6 if _magic(content, order) == MICROSECONDS else 1e9
    link = struct.unpack(order + "I", content[20:24])[0] & 0xFFFF
    position = 24
    while position < len(content):
        if position + 16 > len(content):
            raise PacketError(source, position, "a record header is cut off")
        seconds, rest, length, whole = struct.unpack(order + "IIII", content[position : position + 16])
        _require_length(source, position + 8, length, whole, len(content) - position - 16)
        yield seconds + rest / per_second, link, content[position + 16 : position + 16 + length]
        position += 16 + length


def _magic(content: bytes, order: str) -> int:
    return int(struct.unpack(order + "I", content[:4])[0])


def _require_length(source: str, position: int, length: int, whole: int, left: int) -> None:
    if length > MOST_BYTES:
        raise PacketError(source, position, f"a packet of {length} bytes; the file is damaged")
    if length > left:
        raise PacketError(source, position, f"a packet of {length} bytes is cut off after {left}")
    if length < whole:
        raise PacketError(source, position, f"only {length} of {whole} bytes were captured; capture whole packets")


def _pcapng(content: bytes, source: str) -> Iterator[tuple[float, int, bytes]]:
    order = "<"
    interfaces: list[tuple[int, float]] = []
    position = 0
    while position < len(content):
        if position + 12 > len(content):
            raise PacketError(source, position, "a block is cut off")
        if content[position : position + 4] == b"\n\r\r\n":
            mark = content[position + 8 : position + 12]
            orders = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
            if mark not in orders:
                raise PacketError(source, position + 8, "the section header is damaged")
            order = orders[mark]
            interfaces = []
        kind, length = struct.unpack(order + "II", content[position : position + 8])
        if length < 12 or length % 4 or position + length > len(content):
            raise PacketError(source, position + 4, f"a block of {length} bytes; the file is damaged or cut off")
        if struct.unpack(order + "I", content[position + length - 4 : position + length])[0] != length:
            raise PacketError(source, position + length - 4, "the two lengths of a block differ; the file is damaged")
        body = content[position + 8 : position + length - 4]
        if kind == INTERFACE:
            interfaces.append(_interface(body, order, source, position))
        elif kind in (ENHANCED, SIMPLE):
            yield _frame(kind, body, order, interfaces, source, position + 8)
        position += length


def _interface(body: bytes, order: str, source: str, position: int) -> tuple[int, float]:
    """Link type, and ticks per second of its times."""
    if len(body) < 8:
        raise PacketError(source, position, "an interface block is too short")
    link = struct.unpack(order + "H", body[:2])[0]
    per_second, place = 1e6, 8
    while place + 4 <= len(body):
        code, length = struct.unpack(order + "HH", body[place : place + 4])
        if code == 9 and length == 1 and place + 4 < len(body):
            value = body[place + 4]
            per_second = 2.0 ** (value & 0x7F) if value & 0x80 else 10.0 ** value
        if code == 0:
            break
        place += 4 + (length + 3) // 4 * 4
    return link, per_second


def _frame(
    kind: int, body: bytes, order: str, interfaces: list[tuple[int, float]], source: str, position: int
) -> tuple[float, int, bytes]:
    least = 20 if kind == ENHANCED else 4
    if len(body) < least:
        raise PacketError(source, position, "a packet block is too short")
    if kind == SIMPLE:
        number, time, length, whole = 0, 0, 0, struct.unpack(order + "I", body[:4])[0]
        length = min(whole, len(body) - 4)
    else:
        number, high, low, length, whole = struct.unpack(order + "IIIII", body[:20])
        time = high << 32 | low
    if number >= len(interfaces):
        raise PacketError(source, position, f"a packet of interface {number}, which is not declared")
    _require_length(source, position, length, whole, len(body) - least)
    link, per_second = interfaces[number]
    return time / per_second, link, body[least : least + length]


def _ip_of(data: bytes, link: int, source: str, number: int) -> bytes | None:
    """The IP packet in a frame, without what the link adds behind it; None if it holds something else."""
    match link:
        case 101 | 12 | 14 | 228 | 229:  # raw IP, as several systems number it
            inside = data
        case 1:  # Ethernet
            start = 14
            while data[start - 2 : start] in (b"\x81\x00", b"\x88\xa8"):
                start += 4
            if data[start - 2 : start] not in (b"\x08\x00", b"\x86\xdd"):
                return None
            inside = data[start:]
        case 113:  # Linux cooked
            if data[14:16] not in (b"\x08\x00", b"\x86\xdd"):
                return None
            inside = data[16:]
        case 276:  # Linux cooked, version 2
            if data[:2] not in (b"\x08\x00", b"\x86\xdd"):
                return None
            inside = data[20:]
        case 0 | 108:  # BSD loopback
            inside = data[4:]
        case _:
            raise PacketError(source, None, f"packet {number}: unknown link type {link}; use Ethernet or raw IP")
    return _without_trailer(inside)


def _without_trailer(data: bytes) -> bytes:
    """Ethernet fills short frames up: what the IP header does not count is no part of the packet."""
    if len(data) >= 20 and data[0] >> 4 == 4:
        return data[: max(20, int.from_bytes(data[2:4]))]
    if len(data) >= 40 and data[0] >> 4 == 6:
        return data[: 40 + int.from_bytes(data[4:6])]
    return data
