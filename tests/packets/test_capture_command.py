"""`dsmip trace capture`: a saved trace becomes a capture file, or one clear line says why not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dsmip.capture_command import write_capture
from dsmip.files import OutputError
from generators.packets.captures import read_capture
from generators.packets.decoding import decode
from generators.packets.messages import BindingAcknowledgement, BindingUpdate
from model.language.errors import ModelError
from tests.program import run

PROGRAM = Path(sys.executable).with_name("dsmip")
TRACE = "minimal-literal-BIND-1.itf.json"


def dsmip(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run(*arguments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("traces")
    dsmip("check", "minimal", "--reading", "literal", "--property", "BIND-1", "--no-charts", "--save-traces", place)
    return place


def test_the_late_update_of_a_counterexample_is_in_the_capture(folder: Path) -> None:
    write_capture(folder / TRACE, folder / "late.pcap", "home_agent")
    messages = [decode(entry.data).message for entry in read_capture(folder / "late.pcap")]  # type: ignore[union-attr]
    assert [type(message) for message in messages] == [BindingUpdate, BindingAcknowledgement]
    assert messages[0].sequence_number == messages[1].sequence_number == 0xFFFF  # type: ignore[union-attr]


@pytest.mark.parametrize("target, end, words", [
    ("x.pcapng", "ue", "must end in .pcap"), ("x.pcap", "nat", '--at: unknown end "nat"'),
    ("nowhere/x.pcap", "ue", "there is no folder"),
])  # fmt: skip
def test_bad_use_is_told_in_words(folder: Path, target: str, end: str, words: str) -> None:
    with pytest.raises((ModelError, OutputError), match=words):
        write_capture(folder / TRACE, folder / target, end)


def test_bad_use_is_one_line_and_exit_code_2(folder: Path) -> None:
    done = dsmip("trace", "capture", folder / TRACE, "-o", "x.pcapng")
    assert done.returncode == 2
    assert "must end in .pcap" in done.stderr and done.stderr.count("\n") == 1
