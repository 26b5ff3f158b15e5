"""What the tests of a suite bring about in a machine, for a picture: rows that a test reaches, rows that none does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from diagrams.emphasis import from_states, how_often
from diagrams.errors import DiagramError
from diagrams.labels import plain_line, shortened
from diagrams.row_text import Mark
from diagrams.state_diagram import TableRow, marked, table_of
from dsmip.suite_command import read_suite
from generators.suites.actor_model import ActorModel
from generators.suites.cases import Suite, TestCase
from model.handover import handover_of_one
from model.language.errors import ModelError
from model.language.systems import System
from model.readings import reading
from model.scenarios import from_data


def rows_in_suite(file: Path, machine: str) -> tuple[System, tuple[TableRow, ...], str]:
    """The system of the suite's first set-up, the machine's rows with marks, and what these are about.

    A row counts once for each step of a test at which the model may take it, and only for the control states
    from which it may. Raises ModelError for what is no suite, DiagramError if the suite is for another role.
    """
    suite = read_suite(file)
    if machine != suite.role:
        raise DiagramError(f'{file}: its tests are for "{suite.role}" and say nothing of "{machine}"')
    if not suite.setups:
        raise DiagramError(f"{file}: a suite without tests")
    try:
        systems = {name: _system(file, setup) for name, setup in suite.setups.items()}
        system = next(iter(systems.values()))
        rows = covered_by_tests(table_of(system, machine)[1], suite, systems)
        return system, rows, f"what {len(suite.cases)} tests bring about"
    except (AttributeError, KeyError, TypeError) as error:
        raise ModelError(f"{file}: no suite: {shortened(plain_line(str(error)), 120)}") from None


def words_of_suite(file: Path) -> str:
    """ "suite x.json: scenario minimal, reading intended; …": the set-ups of its tests."""
    setups = dict.fromkeys(
        f"scenario {setup['scenario']['name']}, reading {', '.join([setup['reading'], *setup['choices']])}"
        for setup in read_suite(file).setups.values()
    )
    return f"suite {file.name}: {'; '.join(setups)}"


def covered_by_tests(
    rows: Sequence[TableRow], suite: Suite, systems: Mapping[str, System]
) -> tuple[TableRow, ...]:
    """Rows marked as reached (with how often) or never; with the suite's reason where a goal was left out.

    systems: by the names of the suite's set-ups. A row of several states is in two parts where tests take it
    from some of these only. Raises ModelError if the model of today takes other rows than the suite says.
    """
    actors = {name: ActorModel(system, suite.role) for name, system in systems.items()}
    taken: dict[tuple[str, str], list[set[str]]] = {}  # for each step that may take the row, from which states
    for case in suite.cases:
        for step in _taken(actors[case.setup], case):
            for key, states in step.items():
                taken.setdefault(key, []).append(states)
    return tuple(part for entry in rows for part in _parts(entry, taken, suite))


def _parts(
    entry: TableRow, taken: Mapping[tuple[str, str], Sequence[set[str]]], suite: Suite
) -> Iterator[TableRow]:
    """The row where tests take it, and where none does."""
    own = set(entry.row.states)
    steps = [found for states in taken.get((entry.row.trigger.key, entry.row.title), ()) if (found := states & own)]
    reached = set().union(*steps)
    if reached:
        words = how_often(len(steps))
        yield marked(from_states(entry, reached), Mark.FIRED, f"{words} in all" if len(reached) > 1 else words)
    if own - reached:
        reason = "" if reached else suite.left_out.get(f"row {entry.row.title}", "")
        yield marked(from_states(entry, own - reached), Mark.NEVER, reason)


def _taken(actor: ActorModel, case: TestCase) -> Iterator[dict[tuple[str, str], set[str]]]:
    """For each step of a test the rows that the model may take (trigger, title), each with its control states."""
    belief = {actor.start(dict(case.initial))}
    for number, step in enumerate(case.steps, start=1):
        reactions = [(state, reaction) for state in belief for reaction in actor.reactions(state, step.stimulus)]
        found: dict[tuple[str, str], set[str]] = {}
        for state, reaction in reactions:
            if reaction.row is not None:
                key = reaction.row.trigger.key, reaction.row.title
                found.setdefault(key, set()).add(str(state[actor.control]))
        if {title for _, title in found} != {title for entry in step.permitted for title in entry.rows if title}:
            raise ModelError(f"{case.identifier}, step {number}: the model of today takes other rows than the suite "
                             "says; build the suite again")  # fmt: skip
        yield found
        belief = {reaction.after for _, reaction in reactions}


def _system(file: Path, setup: Mapping[str, Any]) -> System:
    return handover_of_one(from_data(setup["scenario"], str(file)), reading(setup["reading"], setup["choices"]))
