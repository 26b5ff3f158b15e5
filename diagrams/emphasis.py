"""Which rows a picture is about, and how it marks them: a clause, a trigger, a requirement, coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from diagrams.errors import DiagramError
from diagrams.labels import plain_line
from diagrams.row_text import Mark
from diagrams.state_diagram import MANY_STATES, Chosen, TableRow, marked
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
    rows: Sequence[TableRow], fired: Mapping[RowKey, int], possible: Mapping[RowKey, int] | None = None, *,
    places: Mapping[RowKey, Collection[str]] | None = None,
    possible_places: Mapping[RowKey, Collection[str]] | None = None,
) -> tuple[TableRow, ...]:  # fmt: skip
    """Rows marked as fired (with how often), never fired, or dead.

    possible: how often each row fires in a complete exploration; without it no row is called dead.
    places: from which of its control states each row fired, where this is known; a row that fired from some of
    its states only is in two parts. Where it is also known how often from each (a Counter), every state has a part
    of its own with its own number, unless one node stands for them all. possible_places: the same of the complete
    exploration.
    """
    return tuple(
        part for entry in rows for part in _covered(entry, fired, possible, places, possible_places)
    )


def _covered(
    entry: TableRow, fired: Mapping[RowKey, int], possible: Mapping[RowKey, int] | None,
    places: Mapping[RowKey, Collection[str]] | None, possible_places: Mapping[RowKey, Collection[str]] | None,
) -> Iterator[TableRow]:  # fmt: skip
    key, own = row_key(entry.row), entry.row.states
    times = fired.get(key, 0)
    from_where = None if places is None else places.get(key, ())
    reached = [state for state in own if times and (from_where is None or state in from_where)]
    live: Collection[str] = own
    if possible is not None:
        live = possible_places.get(key, ()) if possible_places is not None else own if possible.get(key, 0) else ()
    if len(reached) > 1 and isinstance(from_where, Counter):
        yield from _counted(entry, reached, from_where)
    elif reached:
        words = how_often(times)
        yield marked(from_states(entry, reached), Mark.FIRED, f"{words} in all" if len(reached) > 1 else words)
    for mark, alive in ((Mark.NEVER, True), (Mark.DEAD, False)):
        states = [state for state in own if state not in reached and (state in live) == alive]
        if states:
            yield marked(from_states(entry, states), mark)


def _counted(entry: TableRow, reached: Sequence[str], counts: Mapping[str, int]) -> Iterator[TableRow]:
    """The row from each of its states, or from all at once where a picture has one node for so many."""
    if len(reached) < MANY_STATES:
        for state in reached:
            yield marked(from_states(entry, [state]), Mark.FIRED, how_often(counts[state]))
        return
    parts = ", ".join(f"{counts[state]:,} from {state}" for state in reached)
    words = f"{sum(counts[state] for state in reached):,} times in all"
    yield marked(from_states(entry, reached), Mark.FIRED, words, [f"{words}: {parts}"])


def how_often(times: int) -> str:
    return "once" if times == 1 else f"{times:,} times"
