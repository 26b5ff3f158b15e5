"""Notices when a user's own folder called `model` (or another of ours) hides the toolkit's package.
Finds packages without importing them; runs before any of them is imported."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("model", "properties", "checker", "generators", "diagrams")
"""The top-level packages installed beside `dsmip`."""


def check_own_packages() -> None:
    """End with exit code 2 and one line on stderr if Python would import another package in place of ours."""
    beside = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        found = _place(name)
        if found is None:
            _stop(f"the package {name!r} of dsmip is missing; install dsmip again")
        elif found != beside / name:
            _stop(f"{found} hides the package {name!r} of dsmip; {_remedy(found)}")


def _place(name: str) -> Path | None:
    """Folder (of a package) or file (of a module) that `import name` would take; None if there is none."""
    try:
        spec = find_spec(name)
    except ValueError:  # something with this name is loaded that did not come from a file
        return None
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin).resolve() if spec.origin else None


def _remedy(found: Path) -> str:
    """What to do, which depends on why Python looks there."""
    listed = [Path(entry).resolve() for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    if found.parent in listed:
        return f"take {found.parent} off PYTHONPATH"
    if found.parent == Path.cwd():
        return "use the installed command `dsmip`, or start from another folder"
    return "install dsmip into an environment of its own"


def _stop(problem: str) -> None:
    print(f"dsmip: {problem}", file=sys.stderr)
    raise SystemExit(2)
