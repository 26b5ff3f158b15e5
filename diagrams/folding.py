"""Long charts made short: where a block of steps repeats, it is drawn once, and a line says how often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from diagrams.sequence_chart import Chart, ChartStep, Note, NoteKind

LEAST_TURNS = 3
LEAST_STEPS = 6  # that a block and its repetitions take together
LONGEST_BLOCK = 24


def folded(chart: Chart) -> Chart:
    """The chart with repeated blocks drawn once. Steps keep their numbers.

    A block is folded only if no message is under way from a drawn step into a folded one or back, and never
    over the last step or the step from which the run repeats. Steps count as the same if their actions
    are, whatever numbers their messages carry.
    """
    steps = list(_folded_steps(chart))
    return chart if len(steps) == len(chart.steps) else replace(chart, steps=tuple(steps), length=chart.count)


def _folded_steps(chart: Chart) -> Iterator[ChartStep]:
    steps = chart.steps
    at = 0
    while at < len(steps):
        block, turns = _best(chart, at)
        if not turns:
            yield steps[at]
            at += 1
            continue
        yield from steps[at : at + block]
        first, last = at + block + 1, at + block * turns
        again = turns - 1
        own = f"step {at + 1}" if block == 1 else f"steps {at + 1} to {at + block}"
        text = f"steps {first} to {last}: as {own}, {again} more times"
        yield ChartStep(first, "", (), (Note(NoteKind.ACTION, None, text),))
        at = last


def _best(chart: Chart, at: int) -> tuple[int, int]:
    """The block that begins here and covers most steps: its length and how often it stands; (0, 0) for none."""
    names = [step.name for step in chart.steps]
    best = (0, 0)
    for block in range(1, min(LONGEST_BLOCK, (len(names) - at) // LEAST_TURNS) + 1):
        turns = 1
        while names[at + turns * block : at + (turns + 1) * block] == names[at : at + block]:
            turns += 1
        while turns >= LEAST_TURNS and not _may_hide(chart, at + block + 1, at + block * turns):
            turns -= 1
        if turns >= LEAST_TURNS and block * turns >= LEAST_STEPS and block * turns > best[0] * best[1]:
            best = (block, turns)
    return best


def _may_hide(chart: Chart, first: int, last: int) -> bool:
    """Whether the steps from `first` to `last` (numbers) can be left out of the drawing."""
    if last >= len(chart.steps) or (chart.loop is not None and first <= chart.loop <= last):
        return False
    return all(
        (first <= entry.sent_at <= last) == (entry.ended_at is not None and first <= entry.ended_at <= last)
        for entry in chart.messages
    )
