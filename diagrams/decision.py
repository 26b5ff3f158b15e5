"""The rows of one trigger as the decision that they are: in order, numbered, rows that say the same together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from diagrams.row_text import Mark
from diagrams.state_diagram import TableRow

Key = tuple[object, ...]


def decisions(rows: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """A table by trigger, each as `as_decision` has it."""
    by_trigger: dict[str, list[TableRow]] = {}
    for entry in rows:
        by_trigger.setdefault(entry.text.trigger, []).append(entry)
    return tuple(entry for entries in by_trigger.values() for entry in as_decision(entries))


def as_decision(rows: Sequence[TableRow]) -> list[TableRow]:
    """The rows of one trigger of a machine; those that say the same of several states are one, if the order of
    every state's rows allows it. Numbered, if what a row says depends on the order."""
    ordered = _together(rows)
    if not any(entry.text.guard.startswith("otherwise") for entry in ordered):
        return ordered
    return [replace(entry, text=replace(entry.text, number=number)) for number, entry in enumerate(ordered, start=1)]


def _together(rows: Sequence[TableRow]) -> list[TableRow]:
    alike: dict[Key, list[TableRow]] = {}
    for entry in rows:
        alike.setdefault(_key(entry), []).append(entry)
    order: TopologicalSorter[Key] = TopologicalSorter(dict.fromkeys(alike, ()))
    last: dict[str, Key] = {}
    for entry in rows:
        key = _key(entry)
        for state in entry.row.states:
            if state in last and last[state] != key:
                order.add(key, last[state])
            last[state] = key
    try:
        order.prepare()
    except CycleError:
        return list(rows)
    first = {key: number for number, key in enumerate(alike)}
    ready, result = list(order.get_ready()), []
    while ready:
        key = min(ready, key=first.__getitem__)
        ready.remove(key)
        result.append(_joined(alike[key]))
        order.done(key)
        ready += order.get_ready()
    return result


def _key(entry: TableRow) -> Key:
    """What a row says, wherever it is written. A row may lead from one state and stay in another; how often it
    fired is said of its own states only."""
    row, text = entry.row, replace(entry.text, place="")
    stays = row.dest is None or row.states == (row.dest,)
    return text, None if stays else row.dest, row.states if text.mark is Mark.FIRED else ()


def _joined(entries: Sequence[TableRow]) -> TableRow:
    first = entries[0]
    states = tuple(dict.fromkeys(state for entry in entries for state in entry.row.states))
    return replace(first, row=replace(first.row, states=states))
