"""Writes result files: whole or not at all, with errors a person can act on."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


class OutputError(Exception):
    """A result could not be written; one line that says what, where and what to do."""


def write_atomically(path: str | Path, data: str | bytes) -> None:
    """Replace the content of a file in one step; a reader sees the old content or the new, never a part.

    path: its folder must exist; a symbolic link is followed; a device or pipe is written to directly.
    data: text is written as UTF-8, line ends unchanged.
    Raises OutputError, and leaves what was there, when the file cannot be written.
    """
    content = data.encode() if isinstance(data, str) else data
    path = Path(path)
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)
            return
        target = path.resolve()
        _refuse_impossible(path, target)
        _replace(target, content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"cannot write {path}: {reason}; choose another place") from error


def refuse_unwritable(path: str | Path) -> None:
    """See, before long work, that a file can be written. Raises OutputError as `write_atomically` would."""
    path = Path(path)
    if not path.exists() or path.is_file() or path.is_dir():
        _refuse_impossible(path, path.resolve())


def _refuse_impossible(path: Path, target: Path) -> None:
    """Name the mistakes whose remedy is known."""
    if target.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder; give the name of a file in it")
    if not target.parent.exists():
        raise OutputError(f"cannot write {path}: there is no folder {path.parent}; create it first")
    if not target.parent.is_dir():
        raise OutputError(f"cannot write {path}: {path.parent} is a file, not a folder; choose another place")
    if target.exists() and not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise OutputError(f"cannot write {path}: the file is write-protected; choose another name")
    if not os.access(target.parent, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise OutputError(f"cannot write {path}: no permission in the folder {path.parent}; choose another folder")


def _replace(target: Path, content: bytes) -> None:
    """Write beside the target, then rename over it; permissions of an existing file are kept."""
    beside = target.with_name(f".dsmip-{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
