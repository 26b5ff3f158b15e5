"""The processes that a running command has started."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

PAUSE = 0.02  # seconds


def children(process: subprocess.Popen[str], words: str, count: int) -> list[int]:
    """Those with the words in their command line, as soon as there are so many. The command has to be running."""
    while True:
        found = [child for child in _children(process.pid) if words in _command_line(child)]
        if len(found) == count:
            return sorted(found)
        assert process.poll() is None
        time.sleep(PAUSE)


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state = (path / "stat").read_text()
        except OSError:
            continue
        if int(state.rsplit(")", 1)[1].split()[1]) == parent:
            found.append(int(path.name))
    return found


def _command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
