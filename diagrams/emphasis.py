"""Which rows a picture is about, and how it marks them: a clause, a trigger, a requirement, coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from diagrams.errors import DiagramError
from diagrams.labels import plain_line
from diagrams.row_text import Mark
from diagrams.state_diagram import Chosen, TableRow, marked
from model.language.errors import nearest
from model.language.systems import ResolvedRow, System

RowKey = tuple[str, str, tuple[str, ...], str]


def row_key(row: ResolvedRow) -> RowKey:
    """What tells a row of a system from all others: machine, trigger, states, title."""
    return row.machine, row.trigger.key, row.states, row.title


# choosing


def triggers_of(rows: Sequence[TableRow]) -> tuple[str, ...]:
    """The triggers of a table in words, in the order in which they first occur."""
    return tuple(dict.fromkeys(entry.text.trigger for entry in rows))


def about_trigger(rows: Sequence[TableRow], name: str) -> tuple[str, Chosen]:
    """The rows of one trigger, by its words or its name alone. Raises DiagramError for an unknown one."""
    known = {text: text for text in triggers_of(rows)}
    known.update({plain_line(entry.row.trigger.name): entry.text.trigger for entry in rows})
    if name not in known:
        raise DiagramError(f'no row has the trigger "{plain_line(name)}": {nearest(name, sorted(known))}')
    words = known[name]
    return words, lambda entry: entry.text.trigger == words


def about_clause(rows: Sequence[TableRow], clause: str) -> Chosen:
    """The rows of a clause and of its subclauses. Raises DiagramError if there is none."""
    def chosen(entry: TableRow) -> bool:
        return entry.text.clause == clause or entry.text.clause.startswith(f"{clause}.")

    if not any(chosen(entry) for entry in rows):
        known = sorted({entry.text.clause for entry in rows if entry.text.clause})
        raise DiagramError(f'no row is of clause "{plain_line(clause)}": {nearest(clause, known)}')
    return chosen


# marking


def from_states(entry: TableRow, states: Collection[str]) -> TableRow:
    """The row as far as it starts from these of its states."""
    kept = tuple(state for state in entry.row.states if state in states)
    return TableRow(replace(entry.row, states=kept), entry.text)


def highlighted(rows: Sequence[TableRow], requirement: str) -> tuple[TableRow, ...]:
    """The rows that realise a requirement stand out. Raises DiagramError if there is none."""
    known = sorted({name for entry in rows for name in entry.text.requirements})
    if requirement not in known:
        raise DiagramError(f'no row realises "{plain_line(requirement)}": {nearest(requirement, known)}')
    return tuple(
        marked(entry, Mark.CHOSEN if requirement in entry.text.requirements else Mark.FADED) for entry in rows
    )


def times_fired(system: System, actions: Mapping[str, int]) -> Counter[RowKey]:
    """How often each row fired, from how often each action was taken."""
    counts: Counter[RowKey] = Counter()
    for name, times in actions.items():
        for row in system.actions[system.action_index[name]].rows:
            counts[row_key(row)] += times
    return counts


def covered(
    rows: Sequence[TableRow], fired: Mapping[RowKey, int], possible: Mapping[RowKey, int] | None = None
) -> tuple[TableRow, ...]:
    """Rows marked as fired (with how often), never fired, or dead.

    possible: how often each row fires in a complete exploration; without it no row is called dead.
    """
    def mark(entry: TableRow) -> TableRow:
        key = row_key(entry.row)
        times = fired.get(key, 0)
        if times:
            return marked(entry, Mark.FIRED, "once" if times == 1 else f"{times:,} times")
        dead = possible is not None and not possible.get(key, 0)
        return marked(entry, Mark.DEAD if dead else Mark.NEVER)

    return tuple(mark(entry) for entry in rows)
