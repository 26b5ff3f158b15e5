"""Capture files: written, read, damaged; and what another program says of them."""

from __future__ import annotations

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


@pytest.mark.parametrize("place, words", [(0, "neither pcap nor pcapng"), (34, "the file is damaged|cut off")])
def test_a_damaged_capture_is_refused(place: int, words: str) -> None:
    content = bytearray(pcap_of(PACKETS))
    content[place] ^= 0xFF
    with pytest.raises(PacketError, match=words):
        parse_capture(bytes(content), "bad.pcap")


def test_a_packet_captured_in_part_is_refused() -> None:
    content = bytearray(pcap_of(PACKETS[:1]))
    content[36:40] = struct.pack("<I", 500)
    with pytest.raises(PacketError, match="capture whole packets"):
        parse_capture(bytes(content), "short.pcap")


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PacketError, match="cannot be read: No such file"):
        read_capture(tmp_path / "nothing.pcap")


@pytest.mark.skipif(EDITCAP is None, reason="editcap (package wireshark-common) is not installed")
def test_what_editcap_makes_of_a_capture_is_read_the_same(tmp_path: Path) -> None:
    source, target = tmp_path / "a.pcap", tmp_path / "a.pcapng"
    source.write_bytes(pcap_of(PACKETS))
    subprocess.run([str(EDITCAP), "-F", "pcapng", source, target], check=True, timeout=60)
    assert [entry.data for entry in read_capture(target)] == [data for _, data in PACKETS]
