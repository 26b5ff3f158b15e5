"""Runs a program to its end and says what it cost, as the operating system accounts for it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage
from tempfile import TemporaryFile
from time import monotonic, sleep


class ProgramError(Exception):
    """A program failed or did not end in time; one line."""


@dataclass(frozen=True)
class Cost:
    """Seconds, and the largest resident memory in bytes. Costs of steps that follow each other add up."""

    wall: float = 0.0
    user: float = 0.0
    system: float = 0.0
    peak: int = 0

    @property
    def cpu(self) -> float:
        return self.user + self.system

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.wall + other.wall, self.user + other.user, self.system + other.system, max(self.peak, other.peak)
        )


def run(command: Sequence[str], folder: Path, seconds: float, fine: Sequence[int] = (0,)) -> tuple[Cost, str]:
    """The cost and what was printed on standard output. fine: the exit codes of an answer.

    Raises ProgramError, also after `seconds`.
    """
    name = Path(command[0]).name
    with TemporaryFile() as output, TemporaryFile() as errors:
        started = monotonic()
        process = subprocess.Popen(
            list(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True
        )
        try:
            usage, peak = _awaited(process, started + seconds)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        wall = monotonic() - started
        if usage is None:
            raise ProgramError(f"{name} did not end within {seconds:g} s")
        output.seek(0)
        errors.seek(0)
        printed, said = output.read().decode("utf-8", "replace"), errors.read().decode("utf-8", "replace")
    if process.returncode not in fine:
        last = (said.strip() or printed.strip() or "nothing said").splitlines()[-1]
        raise ProgramError(f"{name} ended with exit code {process.returncode}: {last}")
    return Cost(wall, usage.ru_utime, usage.ru_stime, peak or usage.ru_maxrss * 1024), printed


def _awaited(process: subprocess.Popen[bytes], until: float) -> tuple[struct_rusage | None, int]:
    """What the finished process used (None if it did not finish, and was ended), and its largest memory.

    The memory is looked at while it runs: what the system says at the end includes that of this process.
    """
    pause, peak = 0.001, 0
    while True:
        peak = max(peak, largest_memory(process.pid))
        found, status, usage = os.wait4(process.pid, os.WNOHANG)
        if found:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage, peak
        if monotonic() > until:
            os.killpg(process.pid, signal.SIGKILL)
            _, status, _ = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            return None, peak
        sleep(pause)
        pause = min(0.02, pause * 1.2)


def largest_memory(process: int | str = "self", figure: str = "VmHWM") -> int:
    """Largest resident memory of a process in bytes, or (VmRSS) what it has now; 0 if the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith(figure + ":")), None)
    return 0 if line is None else int(line.split()[1]) * 1024
