"""What commands print that prove by other ways than `dsmip check`: verdicts, then notes on what they rest on."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console

from checker.checking import Run
from dsmip.check_command import summary
from dsmip.check_results import Result, as_json, exit_code, show


def notes_of(runs: Sequence[Run]) -> list[str]:
    """The notes of explorations, each with its scenario and reading."""
    return [f"{run.scenario.name}, {run.reading.name}: {note}" for run in runs for note in run.exploration.notes]


def finish(
    console: Console, results: Sequence[Result], runs: Sequence[Run], notes: Sequence[str], *, as_json_text: bool,
    json_notes: Sequence[str] | None = None,
) -> int:  # fmt: skip
    """Print, and give the exit code. json_notes: the notes as JSON has them; None: it has none."""
    if as_json_text:
        more = {} if json_notes is None else {"notes": list(json_notes)}
        print(json.dumps({**as_json(results, runs), **more}, indent=1))
    else:
        show(console, results, runs, charts=False)
        for note in notes:
            console.print(note)
        console.print(summary(results, runs))
    return exit_code(results, runs)
