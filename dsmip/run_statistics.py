"""Figures of a run for those who ask (`--verbose`, `--json`): how much of the tables it used, how the states
lie by distance, how full the channels became, and what the engine has to say about itself."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from checker.checking import DEAD_END, Run
from checker.itf import Json
from checker.trace import replay

BARS = 12  # lines of the histogram
WIDEST = 40  # columns of its longest bar


def statistics(run: Run) -> dict[str, Json]:
    """One run as plain data. Rows count once however many states or UEs they have."""
    found = run.exploration
    rows = rows_of(run)
    return {
        "scenario": run.scenario.name,
        "reading": run.reading.name,
        "choices": list(run.reading.switched_texts),
        "engine": found.engine,
        "complete": found.complete,
        "stopped": found.stopped,
        "states": found.states,
        "transitions": found.transitions,
        "depth": found.depth,
        "seconds": round(found.seconds, 3),
        "memory": found.memory,
        "states_by_distance": list(found.levels),
        "rows": rows,
        "rows_fired": rows - len(run.dead_rows) if found.complete else None,
        "dead_rows": [f"{machine}: {label}" for machine, label in run.dead_rows],
        "most_messages": dict(found.largest),
        "capacity_reached": capacity_reached(run),
        "replies_without_room": sorted(found.overflowed),
        "left_out": dict(run.left_out),
        "reductions": list(found.reductions),
        "notes": list(found.notes),
    }


def rows_of(run: Run) -> int:
    """Rows of the tables, whichever UE's."""
    return len({(row.machine, row.label) for machine in run.tables for row in machine.rows})


def capacity_reached(run: Run) -> list[Json]:
    """Channels that were once full: verdicts depend on the bound."""
    largest = run.exploration.largest
    return [channel.name for channel in run.system.channels if largest[channel.name] >= channel.capacity]


def figure(number: int | None) -> str:
    """A count, or a dash where the engine does not define it."""
    return "-" if number is None else f"{number:,}"


def show_statistics(console: Console, run: Run) -> None:
    found = run.exploration
    per_second = f", {found.states / found.seconds:,.0f} a second" if found.states and found.seconds >= 0.01 else ""
    per_state = f", {found.memory / found.states:.0f} bytes a state" if found.states else ""
    console.print(f"{run.scenario.name}, {', '.join([run.reading.name, *run.reading.switched_texts])}", style="bold")
    console.print(f"  engine: {found.engine}; {figure(found.states)} states{per_second}{per_state}")
    for note in (*found.reductions, *found.notes):
        console.print(f"  {note}")
    if found.complete:
        rows = rows_of(run)
        fired = rows - len(run.dead_rows)
        console.print(f"  rows of the tables: {fired} of {rows} fired ({100 * fired / rows:.0f} %)")
        for machine, label in run.dead_rows:
            console.print(f"    never: {machine}: {label}", style="dim")
    for channel in run.system.channels:
        most = found.largest[channel.name]
        full = " (reached: verdicts depend on it)" if most >= channel.capacity else ""
        room = "; a reply found no room" if channel.name in found.overflowed else ""
        console.print(f"  {channel.name}: at most {most} message(s), room for {channel.capacity}{full}{room}")
    if found.complete:
        console.print(f"  {dead_end_in_words(run)}")
    for identifier, reason in run.left_out.items():
        console.print(f"  not judged: {identifier}: {reason}", style="dim")
    if found.levels:
        console.print(_histogram(found.levels))


def dead_end_in_words(run: Run) -> str:
    """Where the run can end for good: the nearest state in which nothing more can happen."""
    seen = run.exploration.sightings.get(DEAD_END)
    if seen is None:
        return "no dead end: in every state something can happen"
    trace = replay(run.system, DEAD_END, seen.initial, seen.path)
    last = trace.steps[-1].state if trace.steps else trace.initial
    actors = [machine.name for machine in run.system.machines if machine.role == "actor"]
    states = [f"{name} {last.values[run.system.variable_index[f'{name}.state']]}" for name in actors]
    return f"nearest dead end after {len(seen.path)} steps: {', '.join(states)}"


def _histogram(levels: tuple[int, ...]) -> Table:
    """States by distance from the initial ones, several distances in a line if there are many."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("  distance")
    table.add_column("states", justify="right")
    table.add_column("")
    width = -(-len(levels) // BARS)
    sums = [sum(levels[start : start + width]) for start in range(0, len(levels), width)]
    for number, count in enumerate(sums):
        first, last = number * width, min((number + 1) * width, len(levels)) - 1
        label = f"  {first}" if first == last else f"  {first} to {last}"
        table.add_row(label, f"{count:,}", "█" * max(1, round(WIDEST * count / max(sums))))
    return table
