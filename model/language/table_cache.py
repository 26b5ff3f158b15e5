"""Remembers what the table checks found, so that a table checked once needs no solver again. One JSON
file; if it cannot be read or written, or is not what it should be, the checks just run."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from model.language.errors import ModelError
from model.language.expressions import Expression, post_order
from model.language.systems import System
from model.language.table_checks import TableProblem, check_tables

CHECKS_VERSION = 2  # raise it whenever a check may find something else in the same table
MOST_EXPRESSIONS = 20_000  # whose nodes are kept written out
MOST_ENTRIES = 500  # the oldest go first; an entry takes some 100 bytes, more with problems


def checked_tables(system: System) -> list[TableProblem]:
    """As `check_tables`; loads Z3 only if these tables were not checked before."""
    key = tables_fingerprint(system)
    found = _remembered(key)
    if found is None:
        found = check_tables(system)
        if all(problem.kind != "undecided" for problem in found):
            _remember(key, found)
    return found


def require_sound_tables(
    system: System, table_checks: Callable[[System], list[TableProblem]] = checked_tables
) -> None:
    """Raise ModelError naming the first error that the checks find, if any."""
    problems = [problem for problem in table_checks(system) if problem.severity == "error"]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ModelError(f"{problems[0]}{more}")


def cache_file() -> Path:
    """$XDG_CACHE_HOME/dsmip/tables.json, by default in ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "dsmip" / "tables.json"


def tables_fingerprint(system: System) -> str:
    """A digest of all that the checks look at: the system, and the rows and invariants behind its actions."""
    digest = sha256(f"{CHECKS_VERSION} {system.fingerprint}\n".encode())
    for variable in system.variables:
        digest.update(f"{variable.name} {variable.domain} {variable.initial}\n".encode())
    for machine in system.machines:
        digest.update(f"machine {machine.name} {machine.states}\n".encode())
        for invariant in machine.invariants:
            digest.update(_serial(invariant.condition).encode())
        for row in machine.rows:
            event = row.trigger.event
            unrefusable = event is not None and event.unrefusable
            head = (row.label, row.trigger.key, unrefusable, row.states, dict(row.alternative), row.dest)
            digest.update(f"row {head} {_serial(row.guard)}\n".encode())
            for name, value in [*row.assignments.items(), *row.emits.items()]:
                digest.update(f"{name} := {_serial(value)}\n".encode())
            for sending in row.sends:
                fields = [(name, _serial(value)) for name, value in sending.fields.items()]
                digest.update(f"{sending.channel} {sending.message.name} {fields}\n".encode())
    return digest.hexdigest()


@lru_cache(MOST_EXPRESSIONS)
def _serial(expression: Expression) -> str:
    """The nodes of an expression by number; unlike its text, different for different trees."""
    numbers: dict[Expression, int] = {}
    parts = []
    for node in post_order(expression):
        numbers[node] = len(numbers)
        parts.append(f"{node.operator.value} {node.payload!r} {[numbers[operand] for operand in node.operands]}")
    return "; ".join(parts)


def _entries() -> dict[str, Any]:
    with suppress(OSError):
        path = cache_file()
        found = path.stat()
        return dict(_read(path, found.st_mtime_ns, found.st_ino, found.st_size))
    return {}


@lru_cache(1)
def _read(path: Path, changed: int, number: int, size: int) -> dict[str, Any]:
    """What the file holds that was last changed then (nanoseconds)."""
    with suppress(OSError, ValueError, RecursionError):
        entries = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(entries, dict):
            return entries
    return {}


def _remembered(key: str) -> list[TableProblem] | None:
    with suppress(KeyError, TypeError, ValueError, AttributeError):
        return [_problem(dict(entry)) for entry in _entries()[key]]
    return None


def _problem(entry: dict[str, Any]) -> TableProblem:
    values = tuple((str(name), str(value)) for name, value in entry.pop("values"))
    problem = TableProblem(rows=tuple(str(row) for row in entry.pop("rows")), values=values, **entry)
    if problem.severity not in ("error", "warning") or not isinstance(problem.message, str):
        raise ValueError("not an entry of this cache")
    return problem


def _remember(key: str, problems: list[TableProblem]) -> None:
    entries = _entries()
    entries.pop(key, None)
    entries[key] = [asdict(problem) for problem in problems]
    kept = dict(list(entries.items())[-MOST_ENTRIES:])
    path = cache_file()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(kept, file)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
