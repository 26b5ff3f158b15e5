"""The difference of two tables of one machine: rows that are new, gone, or say something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from diagrams.row_text import Mark, RowText
from diagrams.state_diagram import TableRow, marked
from model.language.systems import ResolvedRow

Key = tuple[str, tuple[str, ...], str, str | None]


def difference(before: Sequence[TableRow], after: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """The rows of `after` and those that are gone, marked.

    A row is the same if trigger, states, label and destination are. Guards are compared as written, so
    that a row does not differ because an earlier row of its decision does. Alternatives that a reading
    leaves open are one row.
    """
    former, latter = _by_key(before), _by_key(after)
    result = []
    for key, entries in latter.items():
        entry = _joined(entries)
        old = former.get(key)
        if old is None:
            result.append(marked(entry, Mark.ADDED, _open_in(entries)))
            continue
        parts = _changes(_joined(old).text, entry.text, _open_in(old), _open_in(entries))
        short, more = "; ".join(dict.fromkeys(short for short, _ in parts)), [text for _, text in parts]
        result.append(marked(entry, Mark.CHANGED if parts else Mark.FADED, short, more))
    gone = [marked(_joined(entries), Mark.REMOVED) for key, entries in former.items() if key not in latter]
    return (*result, *gone)


def count_of_differences(rows: Sequence[TableRow]) -> int:
    return sum(entry.text.mark is not Mark.FADED for entry in rows)


def _by_key(rows: Sequence[TableRow]) -> dict[Key, list[TableRow]]:
    result: dict[Key, list[TableRow]] = {}
    for entry in rows:
        row: ResolvedRow = entry.row
        result.setdefault((row.trigger.key, row.states, row.label, row.dest), []).append(entry)
    return result


def _joined(entries: Sequence[TableRow]) -> TableRow:
    """The first of a row's alternatives, under the label they share."""
    first = entries[0]
    return TableRow(first.row, replace(first.text, label=first.text.name))


def _open_in(entries: Sequence[TableRow]) -> str:
    """The choices that are left open: "open: AMB-03, AMB-12"."""
    names = dict.fromkeys(name for entry in entries for name in entry.row.alternative)
    return f"open: {', '.join(names)}" if names else ""


def _changes(old: RowText, new: RowText, open_before: str, open_now: str) -> list[tuple[str, str]]:
    """What differs, in a word and at length."""
    changes = []
    if open_before != open_now:
        words = open_now or f"settled: {open_before.removeprefix('open: ')}"
        changes.append((words, words))
    if _bare(old.guard) != _bare(new.guard):
        changes.append(("guard", f"guard was: {_bare(old.guard) or 'none'}"))
    changes += [(_subject(text), f"no longer: {text}") for text in old.effects if text not in new.effects]
    changes += [(_subject(text), f"now: {text}") for text in new.effects if text not in old.effects]
    if old.discards != new.discards:
        words = "discards now" if new.discards else "discarded before"
        changes.append((words, words))
    return changes


def _subject(effect: str) -> str:
    """What an effect is about: the variable it writes, the message it sends."""
    return effect.partition(" := ")[0].partition(" (")[0]


def _bare(guard: str) -> str:
    return guard.removeprefix("otherwise").removeprefix(", ")
