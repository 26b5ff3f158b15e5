"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

VERSIONS = {"spin": ("spin", "-V"), "gcc": ("gcc", "--version"), "rumur": ("rumur", "--version")}


def machine() -> dict[str, str]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {
        "processor": _field("/proc/cpuinfo", r"model name\s*: (.*)") or platform.processor() or platform.machine(),
        "processors available": str(usable),
        "memory": _field("/proc/meminfo", r"MemTotal:\s*(.*)"),
        "system": platform.platform(),
        "Python": platform.python_version(),
        "llvmlite": version("llvmlite"),
    }
    for program, command in VERSIONS.items():
        if shutil.which(program):
            with suppress(OSError, IndexError):
                said = subprocess.run(command, capture_output=True, text=True, check=False)
                found[program] = (said.stdout or said.stderr).splitlines()[0].strip()
    with suppress(OSError):
        found["load before"] = " ".join(f"{load:.2f}" for load in os.getloadavg())
    return found


def _field(path: str, pattern: str) -> str:
    try:
        match = re.search(pattern, Path(path).read_text())
    except OSError:
        return ""
    return match[1].strip() if match else ""
