"""The difference of two tables of one machine: rows that are new, gone, or say something else."""

from __future__ import annotations

from collections.abc import Sequence

from diagrams.emphasis import RowKey, row_key
from diagrams.row_text import Mark, RowText
from diagrams.state_diagram import TableRow, marked


def difference(before: Sequence[TableRow], after: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """The rows of `after` and those that are gone, marked. Guards are compared as written: a row whose
    guard only changes because an earlier row of its decision does counts as the same."""
    former = {row_key(entry.row): entry for entry in before}
    latter = {row_key(entry.row) for entry in after}
    result: list[TableRow] = []
    for entry in after:
        old = former.get(row_key(entry.row))
        if old is None or old.row.dest != entry.row.dest:
            result.append(marked(entry, Mark.ADDED))
        elif changes := _changes(old.text, entry.text):
            result.append(marked(entry, Mark.CHANGED, "; ".join(changes)))
        else:
            result.append(marked(entry, Mark.FADED))
    gone = [entry for entry in before if _is_gone(entry, latter, after)]
    return (*result, *(marked(entry, Mark.REMOVED) for entry in gone))


def count_of_differences(rows: Sequence[TableRow]) -> int:
    return sum(entry.text.mark is not Mark.FADED for entry in rows)


def _is_gone(entry: TableRow, latter: set[RowKey], after: Sequence[TableRow]) -> bool:
    key = row_key(entry.row)
    return key not in latter or any(row_key(new.row) == key and new.row.dest != entry.row.dest for new in after)


def _changes(old: RowText, new: RowText) -> list[str]:
    """What differs, in words."""
    changes = []
    if _bare(old.guard) != _bare(new.guard):
        changes.append(f"guard was: {_bare(old.guard) or 'none'}")
    changes += [f"no longer: {effect}" for effect in old.effects if effect not in new.effects]
    changes += [f"now: {effect}" for effect in new.effects if effect not in old.effects]
    if old.discards != new.discards:
        changes.append("discards now" if new.discards else "discarded before")
    return changes


def _bare(guard: str) -> str:
    return guard.removeprefix("otherwise").removeprefix(", ")
