"""`dsmip diagram machine`: which table to draw, which rows of it, and what the picture marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.engines import explore
from checker.search import Exploration
from diagrams.decision import decisions
from diagrams.difference import count_of_differences, difference
from diagrams.emphasis import RowKey, about_clause, about_trigger, covered, highlighted, times_fired, triggers_of
from diagrams.errors import DiagramError
from diagrams.firing import Places, firings_in, firings_to_look_for, places_seen
from diagrams.pages import on_a_sheet, pages
from diagrams.rendering import render
from diagrams.state_diagram import Chosen, Graph, Level, TableRow, machine_diagram, table_of
from diagrams.state_svg import Links, slug
from dsmip import quantities
from dsmip.console import reporting, say
from dsmip.mutant_option import change_of
from dsmip.suite_coverage import rows_in_suite, words_of_suite
from dsmip.trace_files import stored_run, words_of_setup
from model.handover import handover
from model.language.systems import System
from model.readings import Reading, reading
from model.scenarios import load

SCENARIO, READING = "clause-5.2", "intended"
Table = tuple[System, tuple[TableRow, ...], str, str]
TEXT_SUFFIXES = (".mmd", ".dot")  # formats without pages


@dataclass(frozen=True)
class Request:
    """What was asked for. scenario, reading: None for the defaults, or those of the first run given.

    runs: trace files, or folders of them. explored: explore the scenario, too, to tell what is dead.
    suite: a suite of tests. versus: another reading, `versus_choices` its switches.
    source: address of the project's files.
    """

    name: str
    target: Path
    scenario: str | None = None
    reading: str | None = None
    choices: Sequence[str] = ()
    detail: bool = False
    trigger: str | None = None
    clause: str | None = None
    requirement: str | None = None
    runs: Sequence[Path] = ()
    explored: bool = False
    time: str | None = None
    mutant: str | None = None
    versus: str | None = None
    versus_choices: Sequence[str] = ()
    source: str | None = None
    suite: Path | None = None


def draw_machine(request: Request) -> None:
    """Write the picture, or with `detail` alone one a trigger; what cannot be read on a page becomes several.

    Raises DiagramError, ModelError.
    """
    compared = request.mutant is not None or request.versus is not None or bool(request.versus_choices)
    marking = [compared, request.requirement is not None, bool(request.runs) or request.explored,
               request.suite is not None]  # fmt: skip
    if sum(marking) > 1:
        raise DiagramError("one picture shows one thing: a difference, a requirement or what fired; draw several")
    system, rows, about, setup = _table(request)
    level = Level.DETAIL if request.detail else Level.OVERVIEW
    rows = decisions(rows) if request.detail else rows
    links = None if request.source is None else _links(request.source)

    def drawing(chosen: Chosen | None, subject: str) -> Graph:
        return machine_diagram(system, request.name, level, chosen=chosen, subject=subject, rows=rows, setup=setup)

    for words, chosen, target in _pictures(request, rows):
        subject = ", ".join(part for part in (words, about) if part)
        if level is Level.OVERVIEW:
            graphs = [on_a_sheet(drawing(chosen, subject))]
        elif chosen is None or target.suffix.lower() in TEXT_SUFFIXES:
            graphs = [drawing(chosen, subject)]
        else:
            graphs = pages(rows, chosen, subject, drawing)
        for number, graph in enumerate(graphs, start=1):
            page = target if len(graphs) == 1 else target.with_name(f"{target.stem}-{number}{target.suffix}")
            say(f"written: {render(graph, page, links=links)}")


def _pictures(request: Request, rows: Sequence[TableRow]) -> list[tuple[str, Chosen | None, Path]]:
    """For each picture its subject, the rows it shows (None for all) and its file."""
    clause = None if request.clause is None else about_clause(rows, request.clause)
    words = "" if request.clause is None else f"clause {request.clause}"
    if request.trigger is not None:
        trigger, of_trigger = about_trigger(rows, request.trigger)
        if clause is None:
            return [(trigger, of_trigger, request.target)]
        return [(f"{trigger}, {words}", lambda entry: clause(entry) and of_trigger(entry), request.target)]
    if clause is not None or not request.detail or request.target.suffix.lower() in TEXT_SUFFIXES:
        return [(words, clause, request.target)]
    return [
        (trigger, about_trigger(rows, trigger)[1],
         request.target.with_name(f"{request.target.stem}-{slug(trigger)}{request.target.suffix}"))
        for trigger in triggers_of(rows)
    ]  # fmt: skip


def _table(request: Request) -> Table:
    """The system, the rows to draw, with their marks, what the marks are about, and the set-up in words."""
    if request.runs:
        return _of_runs(request)
    if request.suite is not None:
        _refuse_another_system(request)
        return *rows_in_suite(request.suite, request.name), words_of_suite(request.suite)
    system, read = _system(request.scenario or SCENARIO, request.reading or READING, request.choices)
    setup = f"scenario {system.name}, reading {_name(read)}"
    _, rows = table_of(system, request.name)
    if request.requirement is not None:
        return system, highlighted(rows, request.requirement), request.requirement, setup
    if request.mutant is not None:
        other, _ = _system(request.scenario or SCENARIO, request.reading or READING, request.choices, request.mutant)
        return other, *_difference(rows, table_of(other, request.name)[1], f"mutant {request.mutant}"), setup
    if request.versus is not None or request.versus_choices:
        versus = request.versus or request.reading or READING
        other, against = _system(request.scenario or SCENARIO, versus, request.versus_choices)
        return other, *_difference(rows, table_of(other, request.name)[1], f"from {_name(read)} to {_name(against)}"), \
            f"scenario {system.name}"
    if request.explored:
        found = _exploration(system, request)
        fired = times_fired(system, found.fired)
        places = places_seen(system, request.name, found.sightings)
        how = "in an exploration" if found.complete else f"in an exploration cut short ({found.stopped})"
        marked = covered(rows, fired, fired if found.complete else None, places=places, possible_places=places)
        return system, marked, f"what fires {how}", setup
    return system, rows, "", setup


def _of_runs(request: Request) -> Table:
    """Coverage of runs: drawn on the table of the first run, or the one asked for."""
    files = [file for given in request.runs for file in _trace_files(given)]
    runs = [stored_run(file) for file in files]
    traces = [trace for _, trace in runs]
    system, setup = traces[0].system, words_of_setup(runs[0][0])
    if request.scenario is not None or request.reading is not None or request.choices:
        system, read = _system(request.scenario or SCENARIO, request.reading or READING, request.choices)
        setup = f"scenario {system.name}, reading {_name(read)}"
    _, rows = table_of(system, request.name)
    fired: Counter[RowKey] = Counter()
    for trace in traces:
        fired += times_fired(trace.system, Counter(step.action.name for step in trace.steps))
    possible: Counter[RowKey] | None = None
    possible_places: Places | None = None
    if request.explored:
        found = _exploration(system, request)
        possible = times_fired(system, found.fired) if found.complete else None
        possible_places = places_seen(system, request.name, found.sightings)
        if possible is None:
            say(f"dsmip: the exploration was cut short ({found.stopped}); no row is called dead")
    words = f"what fires in {len(files)} runs" if len(files) > 1 else "what fires in one run"
    places = firings_in(traces, request.name)
    return system, covered(rows, fired, possible, places=places, possible_places=possible_places), words, setup


def _refuse_another_system(request: Request) -> None:
    if request.scenario is not None or request.reading is not None or request.choices:
        raise DiagramError("a suite says itself for which scenario and reading it is; leave --scenario, --reading and "
                           "--choose out")  # fmt: skip


def _trace_files(given: Path) -> list[Path]:
    if not given.is_dir():
        return [given]
    files = sorted(given.glob("*.itf.json"))
    if not files:
        raise DiagramError(f"{given}: no trace (*.itf.json) in this folder; save some with dsmip check --save-traces")
    return files


def _difference(
    before: Sequence[TableRow], after: Sequence[TableRow], about: str
) -> tuple[tuple[TableRow, ...], str]:
    rows = difference(before, after)
    count = count_of_differences(rows)
    words = {0: "no row differs", 1: "one row differs"}.get(count, f"{count} rows differ")
    return rows, f"{about}: {words}"


def _exploration(system: System, request: Request) -> Exploration:
    limits = quantities.limits(None, request.time)
    with reporting(system.name) as progress:
        return explore(system, firings_to_look_for(system, request.name), limits, progress)


def _system(
    scenario: str, name: str, choices: Sequence[str], mutant: str | None = None
) -> tuple[System, Reading]:
    read = reading(name, list(choices))
    return handover(load(scenario), read, change_of(mutant)), read


def _name(read: Reading) -> str:
    return " with ".join([read.name, *([", ".join(read.switched_texts)] if read.switched_texts else [])])


def _links(source: str) -> Links:
    base = source if source.endswith("/") else f"{source}/"

    def address(place: str) -> str | None:
        file, _, line = place.rpartition(":")
        return f"{base}{file}#L{line}" if file else None

    return Links(address)
