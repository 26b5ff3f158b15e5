"""Runs other people's programs in a folder of their own, with a time limit; errors in one line."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

PACKAGES = {"spin": "spin", "gcc": "gcc libc6-dev", "cpp": "gcc", "rumur": "rumur",
            "yosys": "yosys", "berkeley-abc": "berkeley-abc"}  # fmt: skip
"""Program -> the Debian packages that bring it."""


class RefereeError(Exception):
    """A referee could not be asked: not installed, out of time, or it refused the file."""


def missing_programs(*names: str) -> list[str]:
    return [name for name in names if shutil.which(name) is None]


def require(*names: str) -> None:
    """Raise RefereeError naming what is not installed."""
    missing = missing_programs(*names)
    if missing:
        packages = " ".join(dict.fromkeys(PACKAGES.get(name, name) for name in missing))
        raise RefereeError(f"{', '.join(missing)} is not installed: apt-get install {packages}")


class Clock:
    """What is left of a time limit. seconds: None for no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else monotonic() + seconds

    @property
    def left(self) -> float | None:
        return None if self._end is None else max(0.0, self._end - monotonic())


def run(command: Sequence[str], folder: Path, clock: Clock) -> tuple[int, str]:
    """The exit code, and what was printed on both outputs. The whole process group ends with the time limit.

    Raises RefereeError if the time is up.
    """
    with subprocess.Popen(
        list(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, env={**os.environ, "LC_ALL": "C"},
    ) as process:  # fmt: skip
        try:
            printed, _ = process.communicate(timeout=clock.left)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise RefereeError(f"{Path(command[0]).name} did not end within the time limit") from None
            raise
    return process.returncode, printed.decode("utf-8", "replace")


def must_succeed(command: Sequence[str], folder: Path, clock: Clock) -> str:
    """What a program prints that has to end with exit code 0."""
    code, printed = run(command, folder, clock)
    if code != 0:
        lines = [line.strip() for line in printed.splitlines() if line.strip()]
        said = next((line for line in lines if "rror" in line), lines[-1] if lines else "nothing said")
        raise RefereeError(f"{Path(command[0]).name} refuses the file: {said[:300]}")
    return printed
