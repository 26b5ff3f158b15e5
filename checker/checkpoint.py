"""What a search has found, kept in a folder: numbered segments that are only ever added, and a manifest
that is replaced in one step and names every segment with its length and SHA-256 digest. Whatever
happens while a checkpoint is written, the one before it stays valid."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, TypeAlias

from model.language.errors import ModelError

FORMAT = 1
MANIFEST = "checkpoint.json"
LOCK = "lock"
CHUNK = 1 << 24  # bytes written or read at once

Block: TypeAlias = memoryview  # of bytes: the rows of one array
Blocks: TypeAlias = Callable[[int, int], Sequence[Block]]  # first row, end -> the rows of every array


class CheckpointError(ModelError):
    """A checkpoint that cannot be used. One line: which, what is wrong, what to do."""


class Checkpoint:
    """A folder with at most one checkpoint in it, used by one process at a time. Close it when done.

    identity: name -> what must be the same for going on (the model, the properties ...), in order of
    how much it explains. Raises CheckpointError if the folder cannot be used, or holds something else.
    """

    def __init__(self, folder: Path, identity: Mapping[str, str]) -> None:
        self.folder = folder
        self.identity = {"format": str(FORMAT), "dsmip": version("dsmip"), **identity}
        self.rows = 0
        self.details: Mapping[str, Any] = {}
        self._segments: list[dict[str, Any]] = []
        self._lock = self._locked()
        try:
            self._load()
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        self._lock.close()

    def _locked(self) -> IO[bytes]:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = (self.folder / LOCK).open("ab")
        except OSError as error:
            raise CheckpointError(
                f"checkpoint {self.folder}: cannot write there: {error.strerror}; name another folder"
            ) from None
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass  # a system without such locks
        except OSError:
            lock.close()
            raise CheckpointError(
                f"checkpoint {self.folder}: another dsmip is using it; wait for its end or name another folder"
            ) from None
        return lock

    # reading

    def _load(self) -> None:
        path = self.folder / MANIFEST
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            if (self.folder / segment_name(2)).exists():
                raise self._damaged(MANIFEST, "is missing") from None
            return
        except (OSError, UnicodeDecodeError):
            raise self._damaged(MANIFEST, "cannot be read") from None
        try:
            document = json.loads(text)
            content = document["content"]
            if document["sha256"] != _digest_of(content):
                raise ValueError
            identity = content["identity"]
        except (ValueError, TypeError, KeyError):
            raise self._damaged(MANIFEST, "is damaged") from None
        for name, value in self.identity.items():
            if identity.get(name) != value:
                raise CheckpointError(
                    f"checkpoint {self.folder}: {_difference(name, identity.get(name), value)}; name another "
                    "folder, or delete this one to start over"
                )
        self.details, self._segments, self.rows = content["details"], content["segments"], content["rows"]
        names = [segment_name(number) for number in range(1, len(self._segments) + 1)]
        if names != [segment["name"] for segment in self._segments]:
            raise self._damaged(MANIFEST, "does not name every segment in order")
        if self.rows != sum(segment["rows"] for segment in self._segments):
            raise self._damaged(MANIFEST, "does not name every state")

    def read_into(self, blocks: Blocks) -> None:
        """Fill blocks with all rows saved. Raises CheckpointError if a segment is damaged."""
        first = 0
        for segment in self._segments:
            read_segment(self.folder, segment, blocks(first, first + segment["rows"]))
            first += segment["rows"]

    def _damaged(self, name: str, what: str) -> CheckpointError:
        return _damaged(self.folder, name, what)

    # writing

    def save(
        self, rows: int, blocks: Blocks, details: Mapping[str, Any], give_up: Callable[[], bool] = lambda: False
    ) -> bool:
        """Add the rows that are not saved yet and replace the manifest; durable when it returns True.

        False if `give_up` said so on the way. Raises OSError. In both cases the checkpoint before stays.
        """
        segments = list(self._segments)
        added: Path | None = None
        try:
            if rows > self.rows:
                added = self.folder / segment_name(len(segments) + 1)
                segment = write_segment(added, blocks(self.rows, rows), give_up)
                if segment is None:
                    added.unlink(missing_ok=True)
                    return False
                segments.append({"name": added.name, "rows": rows - self.rows, **segment})
            content = {"identity": self.identity, "rows": rows, "segments": segments, "details": details}
            self._replace_manifest({"sha256": _digest_of(content), "content": content})
        except OSError:
            if added is not None:
                with suppress(OSError):
                    added.unlink(missing_ok=True)
            raise
        self._segments, self.rows, self.details = segments, rows, details
        return True

    def _replace_manifest(self, document: Mapping[str, Any]) -> None:
        beside = self.folder / (MANIFEST + ".new")
        with beside.open("wb") as file:
            file.write(json.dumps(document, indent=1).encode())
            file.flush()
            os.fsync(file.fileno())
        make_durable(self.folder)
        beside.replace(self.folder / MANIFEST)
        make_durable(self.folder)


def segment_name(number: int) -> str:
    return f"segment-{number:06}.bin"


def write_segment(
    path: Path, blocks: Sequence[Block], give_up: Callable[[], bool] = lambda: False
) -> dict[str, Any] | None:
    """Length and digest of the segment written; None if given up. Raises OSError."""
    digest, length = hashlib.sha256(), 0
    with path.open("wb", buffering=0) as file:
        for block in blocks:
            for start in range(0, len(block), CHUNK):
                part = block[start : start + CHUNK]
                digest.update(part)
                length += len(part)
                while part:
                    if give_up():
                        return None
                    part = part[file.write(part) :]
        os.fsync(file.fileno())
    return {"bytes": length, "sha256": digest.hexdigest()}


def read_segment(folder: Path, segment: Mapping[str, Any], blocks: Sequence[Block]) -> None:
    """Fill blocks with a segment (name, bytes, sha256). Raises CheckpointError if it is damaged."""
    path = folder / segment["name"]
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size != segment["bytes"]:
                raise _damaged(folder, path.name, "has the wrong length")
            for block in blocks:
                for start in range(0, len(block), CHUNK):
                    part = block[start : start + CHUNK]
                    if file.readinto(part) != len(part):
                        raise _damaged(folder, path.name, "is too short")
                    digest.update(part)
    except FileNotFoundError:
        raise _damaged(folder, path.name, "is missing") from None
    except OSError as error:
        raise _damaged(folder, path.name, f"cannot be read ({error.strerror})") from None
    if digest.hexdigest() != segment["sha256"]:
        raise _damaged(folder, path.name, "is damaged (its SHA-256 digest differs)")


def _damaged(folder: Path, name: str, what: str) -> CheckpointError:
    return CheckpointError(
        f"checkpoint {folder}: {name} {what}; nothing was taken from it: put the file back, "
        "or delete the folder to start over"
    )


def make_durable(folder: Path) -> None:
    """Names in a folder survive a loss of power once the folder itself is written."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _digest_of(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _difference(name: str, there: str | None, here: str) -> str:
    match name:
        case "format" | "dsmip":
            return f"it was written by dsmip {there}, this is {here}" if name == "dsmip" else "its format is another"
        case "model":
            return "it is of another model (scenario, reading, choice or mutant)"
        case "observations":
            return "it is of other properties"
        case _:
            return f"it is of another {name}"
