"""`dsmip conform`: verdict in words and JSON, exit codes, damaged files; the page that shows it tells the truth."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.field_captures import ROUND_TRIP, altered, answer, capture, update
from tests.packets.test_captures import pcapng_of
from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")
PAGE = Path(__file__).parents[2] / "docs" / "conform.md"
CAPTURES = {
    "good.pcap": capture(*ROUND_TRIP[:2]),
    "bad.pcap": capture(update(1, 7), altered(answer(1.1, 7), sequence_number=8)),
    "down.pcap": capture(*ROUND_TRIP[:2], *(update(30 + 5 * n, 65_535 + n) for n in range(1)),
                         *(update(31 + 6 * n, n) for n in range(4))),
    "empty.pcap": capture(),
}  # fmt: skip


def dsmip(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    for name, content in CAPTURES.items():
        (folder / name).write_bytes(content)
    return run(*arguments, cwd=folder)


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    shown = re.findall(r"```console\n\$ (dsmip [^\n]*)\n(.*?)exit code (\d)\n```", PAGE.read_text(), re.DOTALL)
    assert len(shown) == 3
    for command, text, code in shown:
        done = dsmip(tmp_path, *command.split()[1:])
        assert (done.stdout, done.returncode) == (text, int(code))


def test_json_names_side_packet_and_requirement(tmp_path: Path) -> None:
    done = dsmip(tmp_path, "conform", "bad.pcap", "--reading", "intended", "--json")
    assert done.returncode == 1
    sides = json.loads(done.stdout)["flows"][0]["sides"]
    assert [(side["side"], side["packet"], side["requirement"]) for side in sides] == [
        ("ue", None, None), ("home_agent", 2, "REF-B9")]  # fmt: skip


def test_nothing_in_the_capture_is_exit_code_3(tmp_path: Path) -> None:
    assert dsmip(tmp_path, "conform", "empty.pcap").returncode == 3


@pytest.mark.parametrize("content, words", [
    (CAPTURES["good.pcap"][:-3], "cut off"),
    (pcapng_of([(1.0, b"\x60" + bytes(39))])[:-5], "cut off"),
    (b"not a capture at all", "neither pcap nor pcapng"),
])  # fmt: skip
def test_a_damaged_file_is_one_line_and_exit_code_2(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "damaged.pcap").write_bytes(content)
    done = dsmip(tmp_path, "conform", "damaged.pcap")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_an_unknown_place_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    done = dsmip(tmp_path, "conform", "good.pcap", "--at", "nat")
    assert done.returncode == 2 and '--at: unknown place "nat"' in done.stderr
