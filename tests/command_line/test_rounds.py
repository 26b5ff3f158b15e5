"""`dsmip rounds` as a user meets it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DSMIP = Path(sys.executable).with_name("dsmip")


def rounds(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([DSMIP, "rounds", *arguments], capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize("arguments, says", [
    (["BIND-1"], "BIND-1 is no response property: nothing is waited for"),
    (["BIND-2", "--scenario", "two-ue"], "two-ue: response properties are judged with one UE"),
])  # fmt: skip
def test_bad_use_is_told_in_one_line(arguments: list[str], says: str) -> None:
    done = rounds(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"dsmip: {says}\n")


@pytest.mark.slow
@pytest.mark.parametrize("reading, verdict", [("intended", "holds"), ("literal", "violated")])
def test_the_verdict_is_the_recorded_one(reading: str, verdict: str) -> None:
    done = rounds("BIND-2", "--reading", reading, "--json")
    document = json.loads(done.stdout)
    (result,) = document["results"]
    assert (result["verdict"], result["expected"], result["engine"]) == (verdict, verdict, "rounds")
    assert done.returncode == 0
    assert bool(document["notes"]) is (verdict == "holds")


def test_time_that_is_up_proves_nothing() -> None:
    done = rounds("BIND-2", "--time", "0.001s", "--json")
    (result,) = json.loads(done.stdout)["results"]
    assert (done.returncode, result["verdict"]) == (3, "unknown")
