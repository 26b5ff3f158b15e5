"""What the tests of a suite bring about in a machine, for a picture: rows that a test reaches, rows that none does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from diagrams.errors import DiagramError
from diagrams.labels import plain_line, shortened
from diagrams.row_text import Mark
from diagrams.state_diagram import TableRow, marked, table_of
from dsmip.suite_command import read_suite
from generators.suites.cases import Suite
from model.handover import handover_of_one
from model.language.errors import ModelError
from model.language.systems import System
from model.readings import reading
from model.scenarios import from_data


def rows_in_suite(file: Path, machine: str) -> tuple[System, tuple[TableRow, ...], str]:
    """The system of the suite's first set-up, the machine's rows with marks, and what these are about.

    A row counts once for each step of a test at which the model may take it.
    Raises ModelError for what is no suite, DiagramError if the suite is for another role.
    """
    suite = read_suite(file)
    if machine != suite.role:
        raise DiagramError(f'{file}: its tests are for "{suite.role}" and say nothing of "{machine}"')
    try:
        system = _system(file, suite)
        _, rows = table_of(system, machine)
        return system, covered_by_tests(rows, suite), f"what {len(suite.cases)} tests bring about"
    except (AttributeError, KeyError, TypeError) as error:
        raise ModelError(f"{file}: no suite: {shortened(plain_line(str(error)), 120)}") from None


def covered_by_tests(rows: Sequence[TableRow], suite: Suite) -> tuple[TableRow, ...]:
    """Rows marked as reached (with how often) or never; with the suite's reason where a goal was left out."""
    times: Counter[tuple[str, str]] = Counter()
    for case in suite.cases:
        for step in case.steps:
            trigger = f"{step.stimulus.kind.value} {step.stimulus.name}"
            times.update({(trigger, title) for permitted in step.permitted for title in permitted.rows if title})

    def mark(entry: TableRow) -> TableRow:
        count = times[entry.row.trigger.key, entry.row.title]
        if count:
            return marked(entry, Mark.FIRED, "once" if count == 1 else f"{count:,} times")
        return marked(entry, Mark.NEVER, suite.left_out.get(f"row {entry.row.title}", ""))

    return tuple(mark(entry) for entry in rows)


def _system(file: Path, suite: Suite) -> System:
    if not suite.setups:
        raise DiagramError(f"{file}: a suite without tests")
    setup = next(iter(suite.setups.values()))
    return handover_of_one(from_data(setup["scenario"], str(file)), reading(setup["reading"], setup["choices"]))
