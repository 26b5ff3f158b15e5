"""Capture files: written, read, damaged; and what another program says of them."""

from __future__ import annotations

import random
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from generators.packets.captures import parse_capture, pcap_of, read_capture
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from tests.packets.test_strict_reading import ANSWER, OVER_NAT, UPDATE

PACKETS = [(1.0, encode(UPDATE)), (2.25, encode(ANSWER)), (3.000001, encode(OVER_NAT))]
EDITCAP = shutil.which("editcap")


def pcapng_of(packets: list[tuple[float, bytes]], order: str = "<") -> bytes:
    """A section, one Ethernet interface with nanosecond times, the packets in frames."""
    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)

    option = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0)
    parts = [block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)),
             block(1, struct.pack(order + "HHI", 1, 0, 0) + option)]  # fmt: skip
    for time, data in packets:
        frame = bytes(12) + (b"\x86\xdd" if data[0] >> 4 == 6 else b"\x08\x00") + data
        ticks = round(time * 1e9)
        head = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
        parts.append(block(6, head + frame))
    return b"".join(parts)


def test_a_capture_is_read_as_it_was_written() -> None:
    found = parse_capture(pcap_of(PACKETS), "x.pcap")
    assert [(entry.time, entry.data) for entry in found] == PACKETS
    assert [entry.number for entry in found] == [1, 2, 3]


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_with_ethernet_frames_is_read(order: str) -> None:
    found = parse_capture(pcapng_of(PACKETS, order), "x.pcapng")
    assert [(round(entry.time, 6), entry.data) for entry in found] == PACKETS


def test_frames_filled_up_by_ethernet_lose_the_filling() -> None:
    packets = [(1.0, encode(UPDATE) + bytes(14))]
    assert parse_capture(pcapng_of(packets), "x")[0].data == encode(UPDATE)


@pytest.mark.parametrize("content", [pcap_of(PACKETS), pcapng_of(PACKETS)], ids=["pcap", "pcapng"])
def test_a_capture_that_is_cut_off_anywhere_is_refused_or_ends_between_packets(content: bytes) -> None:
    whole = 0
    for length in range(len(content)):
        try:
            found = parse_capture(content[:length], "cut.pcap")
        except PacketError as error:
            assert error.layer == "cut.pcap" and error.offset is not None and error.offset <= length
        else:
            whole += 1
            assert [entry.data for entry in found] == [data for _, data in PACKETS[: len(found)]]
    assert whole <= 5  # only after a whole header, block or record


def test_a_packet_captured_in_part_is_refused() -> None:
    content = bytearray(pcap_of(PACKETS[:1]))
    content[36:40] = struct.pack("<I", 500)
    with pytest.raises(PacketError, match="capture whole packets"):
        parse_capture(bytes(content), "short.pcap")


def put(content: bytes, place: int, form: str, value: int) -> bytes:
    return content[:place] + struct.pack(form, value) + content[place + struct.calcsize(form) :]


PCAP, PCAPNG = pcap_of(PACKETS), pcapng_of(PACKETS)
FIRST_PACKET = 28 + 20 + 12  # in the pcapng: behind the section's block and the interface's


@pytest.mark.parametrize("content, words", [
    (b"", "shorter than any file header"),
    (PCAP[:23], "the file header is cut off"),
    *((bytes([PCAP[0] ^ 1 << bit]) + PCAP[1:], "neither pcap nor pcapng") for bit in range(8)),
    (put(PCAP, 20, "<I", 147), "packet 1: unknown link type 147; use Ethernet or raw IP"),
    (put(PCAP, 32, "<I", 0xFFFFFFFF), "byte 32: a packet of 4294967295 bytes; the file is damaged"),
    (put(PCAP, 32, "<I", 200_000), "byte 32: a packet of 200000 bytes is cut off after"),
    (put(PCAP, 36, "<I", 0xFFFFFFFF), "of 4294967295 bytes were captured"),
    (put(PCAPNG, 8, "<I", 0x1A2B3C4E), "byte 8: the section header is damaged"),
    *((put(PCAPNG, FIRST_PACKET + 4, "<I", length), "byte 64: a block of") for length in
      (0, 4, 8, 11, 13, 0xFFFFFFF0, 0xFFFFFFFF)),
    (put(PCAPNG, FIRST_PACKET + 8, "<I", 7), "a packet of interface 7, which is not declared"),
    (put(PCAPNG, FIRST_PACKET + 20, "<I", 0xFFFFFFFF), "a packet of 4294967295 bytes; the file is damaged"),
    (put(PCAPNG, FIRST_PACKET + 20, "<I", 5000), "a packet of 5000 bytes is cut off"),
    (put(PCAPNG, len(PCAPNG) - 4, "<I", 16), "the two lengths of a block differ"),
    (put(PCAPNG, 36, "<H", 147), "unknown link type 147"),
    (PCAPNG[:28] + PCAPNG[FIRST_PACKET:], "a packet of interface 0, which is not declared"),
])  # fmt: skip
def test_each_kind_of_damage_is_told_in_words_with_its_byte(content: bytes, words: str) -> None:
    with pytest.raises(PacketError, match=re.escape(words)):
        parse_capture(content, "damaged")


@pytest.mark.parametrize("content", [PCAP, PCAPNG, pcapng_of(PACKETS, ">")], ids=["pcap", "pcapng", "big-endian"])
def test_no_damage_ends_in_another_error_or_in_more_than_the_file_holds(content: bytes) -> None:
    chance = random.Random(7)
    for _ in range(3_000):
        data = bytearray(content)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.choice((0, 1, 4, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        try:
            found = parse_capture(bytes(data), "damaged")
        except PacketError as error:
            assert error.layer == "damaged" and (error.offset is None or 0 <= error.offset <= len(data))
        else:
            assert sum(len(entry.data) for entry in found) <= len(data)


@pytest.mark.parametrize("link, before, seen", [
    (101, b"", True), (12, b"", True), (228, b"", True), (1, bytes(12) + b"\x86\xdd", True),
    (1, bytes(12) + b"\x81\0\0\5\x86\xdd", True), (1, bytes(12) + b"\x88\xa8\0\1\x81\0\0\5\x86\xdd", True),
    (1, bytes(12) + b"\x08\x06", False), (113, bytes(14) + b"\x86\xdd", True), (113, bytes(16), False),
    (276, b"\x86\xdd" + bytes(18), True), (0, bytes(4), True), (108, bytes(4), True),
])  # fmt: skip
def test_the_packet_is_found_in_frames_of_each_link(link: int, before: bytes, seen: bool) -> None:
    content = put(pcap_of([(1.0, before + encode(UPDATE))]), 20, "<I", link)
    assert [entry.data for entry in parse_capture(content, "x")] == ([encode(UPDATE)] if seen else [])


def test_what_is_no_file_or_too_large_is_refused_without_reading_it(tmp_path: Path) -> None:
    with pytest.raises(PacketError, match="cannot be read: it is no file"):
        read_capture(Path("/dev/zero"))
    with pytest.raises(PacketError, match="cannot be read: it is no file"):
        read_capture(tmp_path)
    large = tmp_path / "large.pcap"
    with large.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(PacketError, match="larger than 512 MB"):
        read_capture(large)


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PacketError, match="cannot be read: No such file"):
        read_capture(tmp_path / "nothing.pcap")


@pytest.mark.skipif(EDITCAP is None, reason="editcap (package wireshark-common) is not installed")
def test_what_editcap_makes_of_a_capture_is_read_the_same(tmp_path: Path) -> None:
    source, target = tmp_path / "a.pcap", tmp_path / "a.pcapng"
    source.write_bytes(pcap_of(PACKETS))
    subprocess.run([str(EDITCAP), "-F", "pcapng", source, target], check=True, timeout=60)
    assert [entry.data for entry in read_capture(target)] == [data for _, data in PACKETS]
