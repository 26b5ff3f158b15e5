"""`dsmip diagram` as people call it: nothing else installed, clear refusals, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]


def dsmip(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The command with an empty PATH: no program can be started by name."""
    return subprocess.run(
        [sys.executable, "-m", "dsmip.command_line", *arguments], cwd=folder, capture_output=True, text=True,
        env={"PATH": "", "PYTHONPATH": str(PROJECT), "HOME": str(folder)}, check=False,
    )  # fmt: skip


@pytest.mark.broad
def test_pictures_need_no_program(tmp_path: Path) -> None:
    small = ("--scenario", "minimal")
    for arguments, names in (
        (("machine", "home_agent", *small, "-o", "ha.pdf"), ["ha.pdf"]),
        (("machine", "access", *small, "--detail", "-o", "access.svg"), ["access-event-movement.svg"]),
        (("machine", "ue", *small, "--mutant", "ue-no-deregistration", "-o", "ue.png"), ["ue.png"]),
        (("space", "minimal", "--over", "home_agent", "-o", "space.svg"), ["space.svg"]),
    ):
        done = dsmip("diagram", *arguments, folder=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        for name in names:
            assert (tmp_path / name).stat().st_size > 500


def test_an_exploration_cut_short_is_unknown(tmp_path: Path) -> None:
    done = dsmip("diagram", "space", "minimal", "--time", "0.001s", "-o", "space.json", folder=tmp_path)
    assert done.returncode == 3
    assert "at least" in done.stderr
    assert json.loads((tmp_path / "space.json").read_text())["complete"] is False


@pytest.mark.parametrize(("arguments", "words"), [
    (("machine", "ue", "--clause", "9.9", "-o", "a.svg"), 'no row is of clause "9.9"'),
    (("machine", "ue", "--explored", "--requirement", "UE-F2H-01", "-o", "a.svg"), "one picture shows one thing"),
    (("space", "minimal", "--over", "uu", "-o", "a.svg"), 'no variable "uu"'),
    (("space", "minimal", "-o", "a.gif"), 'suffix ".gif"'),
])  # fmt: skip
def test_bad_use_is_one_line(arguments: tuple[str, ...], words: str, tmp_path: Path) -> None:
    done = dsmip("diagram", *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
