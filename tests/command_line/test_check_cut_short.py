"""`dsmip check` killed, interrupted, or out of disk: what is said afterwards is true, and a checkpoint goes on."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.command_line.at_a_terminal import AtATerminal

PROGRAM = Path(sys.executable).with_name("dsmip")
SMALL, LARGE = ("key-management", 394_048), ("reordering", 3_207_838)
PROPERTIES = ["--property", "SA-7", "--property", "ADDR-7a", "--property", "BIND-1"]
CLOCK = {"seconds", "memory", "trace", "notes"}  # what differs from run to run; with a checkpoint the engine is given


def interruptible() -> None:
    """A background job starts with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(
    *arguments: str, before: Callable[[], None] | None = None, cwd: Path | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen([PROGRAM, "check", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True, preexec_fn=before or interruptible, cwd=cwd)  # fmt: skip


def answer(*arguments: str, cwd: Path | None = None) -> tuple[dict[str, Any], str]:
    """The figures of a run that ends by itself, and what it said on standard error."""
    process = started(*arguments, cwd=cwd)
    out, err = process.communicate(timeout=120)
    assert process.returncode in (0, 1), err
    document = json.loads(out)
    for entry in [*document["results"], *document["runs"]]:
        for name in CLOCK:
            entry.pop(name, None)
    return document, err


def question(scenario: str) -> list[str]:
    return [scenario, "--reading", "intended", *PROPERTIES, "--json"]


def rows_kept(folder: Path) -> int:
    try:
        (path,) = folder.glob("*/checkpoint.json")
        return int(json.loads(path.read_text())["content"]["rows"])
    except ValueError:
        return 0


def gone(group: int) -> bool:
    """Whether every process of a session has ended; they are given two seconds."""
    for _ in range(40):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def lengths(folder: Path) -> dict[str, int]:
    return {path.name: len(json.loads(path.read_text())["states"]) for path in folder.iterdir()}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("scenario", [SMALL[0], pytest.param(LARGE[0], marks=pytest.mark.slow)])
def test_killed_again_and_again_it_ends_with_the_same_answer(scenario: str, tmp_path: Path) -> None:
    kept, random = tmp_path / "kept", Random(4)
    whole, _ = answer(*question(scenario), "--save-traces", str(tmp_path / "whole"))
    keep = ["--checkpoint", str(kept), "--checkpoint-interval", "0.05s"]
    reached = [0]
    for _ in range(3):
        process = started(*question(scenario), *keep)
        while rows_kept(kept) <= reached[-1] and process.poll() is None:
            time.sleep(0.01)
        time.sleep(random.uniform(0.0, 0.1))
        process.kill()
        process.communicate()
        reached.append(rows_kept(kept))
    assert sorted(set(reached)) == reached
    again, err = answer(*question(scenario), *keep, "--save-traces", str(tmp_path / "again"))
    assert f"taken up from the checkpoint {kept / f'{scenario}-intended'}: {reached[-1]:,} states" in err
    assert again == whole
    assert lengths(tmp_path / "again") == lengths(tmp_path / "whole") != {}


def loading(process: subprocess.Popen[str], folder: Path) -> bool:
    return "llvmlite" in Path(f"/proc/{process.pid}/maps").read_text()


def begun(process: subprocess.Popen[str], folder: Path) -> bool:
    return any(folder.glob("*/lock"))


def under_way(process: subprocess.Popen[str], folder: Path) -> bool:
    return rows_kept(folder) > 0


def well_under_way(process: subprocess.Popen[str], folder: Path) -> bool:
    return rows_kept(folder) > LARGE[1] // 4


@pytest.mark.sampled(2)
@pytest.mark.parametrize("moment", [loading, begun, under_way, well_under_way])
def test_ctrl_c_at_any_time_leaves_unknown_and_no_process(
    moment: Callable[[subprocess.Popen[str], Path], bool], tmp_path: Path
) -> None:
    process = started(*question(LARGE[0]), "--checkpoint", str(tmp_path), "--checkpoint-interval", "0.05s")
    while not moment(process, tmp_path):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert gone(process.pid)
    if process.returncode != 3:  # it was faster than that, or had found a violation, which stays one
        document = json.loads(out)
        verdicts = {entry["verdict"] for entry in document["results"]}
        complete = {entry["complete"] for entry in document["runs"]} == {True}
        assert complete or (process.returncode == 1 and "violated" in verdicts and "holds" not in verdicts)
        return
    assert "interrupted" in err and "Traceback" not in err and "ignored" not in err
    if out:
        assert all(entry["verdict"] != "holds" for entry in json.loads(out)["results"])
        assert not any(entry["complete"] for entry in json.loads(out)["runs"])


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("scenario", "states"), [SMALL, pytest.param(*LARGE, marks=pytest.mark.slow)])
def test_ctrl_c_saves_a_checkpoint_that_goes_on(scenario: str, states: int, tmp_path: Path) -> None:
    # a saving would come after a minute
    running = AtATerminal(PROGRAM, "check", *question(scenario), "--checkpoint", str(tmp_path))
    running.until(" states, ")
    running.interrupt()
    reached = rows_kept(tmp_path)
    document, err = answer(*question(scenario), "--checkpoint", str(tmp_path))
    assert f": {reached:,} states" in err and reached > 0
    assert {entry["states"] for entry in document["results"]} == {states}


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("scenario", "states"), [SMALL, pytest.param(*LARGE, marks=pytest.mark.slow)])
def test_a_full_disk_at_a_checkpoint_is_said_and_the_one_before_stays(
    scenario: str, states: int, tmp_path: Path
) -> None:
    keep = ["--checkpoint", str(tmp_path), "--checkpoint-interval", "0.01s"]
    process = started(*question(scenario), *keep, before=small_files)
    out, err = process.communicate(timeout=120)
    assert process.returncode in (0, 1), err  # the search itself needs no disk
    reached = rows_kept(tmp_path)
    assert f"cannot save the checkpoint {tmp_path / f'{scenario}-intended'}: File too large; the one of" in err
    assert err.rstrip().endswith(f"{reached:,} states stays")
    assert {entry["states"] for entry in json.loads(out)["results"]} == {states}
    document, err = answer(*question(scenario), *keep)
    assert f"{reached:,} states" in err
    assert {entry["states"] for entry in document["results"]} == {states}


@pytest.mark.parametrize(("arguments", "words"), [
    (["--checkpoint-interval", "5s"], "give --checkpoint DIR"),
    (["--checkpoint", "kept", "--checkpoint-interval", "often"], '--checkpoint-interval "often"'),
    (["--checkpoint", "kept", "--engine", "plain"], 'the engine "plain" keeps none'),
    (["--checkpoint", "/dev/null"], "name another folder"),
])  # fmt: skip
def test_a_wrong_checkpoint_option_is_refused_in_one_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    assert words in refusal("minimal", *arguments, cwd=tmp_path)


def refusal(*arguments: str, cwd: Path) -> str:
    done = subprocess.run([PROGRAM, "check", *arguments], capture_output=True, text=True, cwd=cwd)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.mark.broad
def test_a_checkpoint_of_another_question_is_refused_in_one_line(tmp_path: Path) -> None:
    keep = ["minimal", "--checkpoint", "kept", "--property"]
    answer(*keep, "SA-1", "--reading", "intended", "--json", cwd=tmp_path)
    assert "other properties" in refusal(*keep, "SA-3", "--reading", "intended", cwd=tmp_path)
    (tmp_path / "kept" / "minimal-intended").rename(tmp_path / "kept" / "minimal-literal")
    assert "another model" in refusal(*keep, "SA-1", "--reading", "literal", cwd=tmp_path)
