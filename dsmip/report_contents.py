"""What a report says, gathered from runs: verdicts, findings by their shortest runs, matrices, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from checker.checking import Run
from checker.trace import Trace
from checker.verdict import Holds, Unknown, Violated
from diagrams.chart_svg import chart_svg
from diagrams.rendering import graph_svg
from diagrams.report.contents import (
    Asked,
    Contents,
    Exploration,
    Finding,
    Outcome,
    Picture,
    Showing,
    Statement,
    Walk,
    Wrong,
)
from diagrams.report.document import WORST_FIRST
from diagrams.report.trace_data import Labels, TraceData
from diagrams.state_diagram import machine_diagram
from dsmip.charts import chart_of
from dsmip.check_results import Result, length_of, shortest_violations
from dsmip.labels import SHORT_NAMES, hidden_in, way_in
from dsmip.report_mutation import NOT_RECORDED, mutation, requirement_coverage
from dsmip.run_statistics import rows_of
from model.handover import TABLES, handover_of_one
from model.readings import Reading
from model.scenarios import Scenario, load
from properties.kinds import Kind, Property
from properties.registry import ALL_PROPERTIES
from properties.traceability import matrix

PICTURED = "clause-5.2"  # the scenario whose machines have the rows that every report shows


def contents_of(
    runs: Sequence[Run], results: Sequence[Result], *, title: str, command: str, made: str, version: str,
    unfinished: str, timed: bool = True,
) -> Contents:  # fmt: skip
    """The whole report. Replays the witnesses it shows, and draws. timed: say how long explorations took."""
    traces = TraceData()
    places = _traces(results, traces)
    return Contents(
        title, command, made, version, unfinished,
        tuple(f"{run.scenario.name}: {text}" for run in runs for text in run.surprises),
        tuple(_exploration(run, timed) for run in runs),
        tuple(_statement(entry) for entry in _properties(results)),
        tuple(_outcome(result, runs, places) for result in results),
        tuple(dict.fromkeys(reading_text(run.reading) for run in runs)),
        tuple(_findings(results)),
        tuple(_walks(results, places, traces)),
        tuple(_requirements(results)),
        tuple(_mutants()),
        mutation(),
        tuple(_pictures(runs)),
        traces,
    )  # fmt: skip


def reading_text(reading: Reading) -> str:
    """A reading with what is switched in it."""
    return ", ".join([reading.name, *reading.switched_texts])


def outcome_word(result: Result) -> str:
    """The verdict in a word: of a witness that it is reached or not, of a property also that nothing put it to
    the test."""
    witness = result.judgement.property.kind is Kind.WITNESS
    match result.judgement.verdict:
        case Holds(_, True):
            return "never exercised"
        case Holds():
            return "reached" if witness else "holds"
        case Violated():
            return "not reached" if witness else "violated"
        case Unknown():
            return "unknown"


def _properties(results: Iterable[Result]) -> list[Property]:
    """Those that were judged, in the order of the catalogue; what tables rely on comes last."""
    judged = {result.judgement.property.identifier: result.judgement.property for result in results}
    order = {entry.identifier: number for number, entry in enumerate(ALL_PROPERTIES)}
    return sorted(judged.values(), key=lambda entry: order.get(entry.identifier, len(order)))


def _statement(entry: Property) -> Statement:
    return Statement(
        entry.identifier, entry.statement, entry.kind.value, entry.clause, entry.requirements, entry.modality
    )


def _exploration(run: Run, timed: bool) -> Exploration:
    found = run.exploration
    bounds = run.judgements[0].verdict.evidence.abstractions if run.judgements else ()
    return Exploration(
        run.scenario.name, run.scenario.description, reading_text(run.reading), found.engine, found.states,
        found.transitions, found.depth, found.seconds if timed else None,
        "" if found.complete else found.stopped or "cut short",
        tuple(f"{machine}: {label}" for machine, label in run.dead_rows), rows_of(run), bounds, found.reductions,
        run.left_out,
    )  # fmt: skip


def _trace_name(run: Run, identifier: str) -> str:
    return "-".join([run.scenario.name, run.reading.name, *run.reading.switched_texts, identifier]).replace(" ", "-")


def _traces(results: Sequence[Result], traces: TraceData) -> dict[tuple[str, str, str], int]:
    """Every counterexample, and for each reading and witness the shortest run to it; where each is in `traces`."""
    chosen: list[tuple[Result, Trace]] = []
    soonest: dict[tuple[str, str], tuple[int, Result]] = {}
    for result in results:
        match result.judgement.verdict:
            case Violated(_, trace) if trace is not None:
                chosen.append((result, trace))
            case Holds(_, _, example) if example and result.judgement.property.kind is Kind.WITNESS:
                key = (reading_text(result.run.reading), result.judgement.property.identifier)
                if key not in soonest or len(example.path) < soonest[key][0]:
                    soonest[key] = (len(example.path), result)
    for _, result in soonest.values():
        shown = result.run.trace(result.judgement.property.identifier)
        assert shown is not None
        chosen.append((result, shown))
    places = {}
    for result, trace in chosen:
        entry = result.judgement.property
        about = {
            "property": entry.identifier, "scenario": result.run.scenario.name,
            "reading": reading_text(result.run.reading),
            "violated": "yes" if isinstance(result.judgement.verdict, Violated) else "",
        }  # fmt: skip
        labels = Labels(SHORT_NAMES, hidden_in(trace.system), way_in(trace.system))
        places[_place(result)] = traces.add(_trace_name(result.run, entry.identifier), trace, labels, **about)
    return places


def _place(result: Result) -> tuple[str, str, str]:
    run = result.run
    return run.scenario.name, reading_text(run.reading), result.judgement.property.identifier


def _outcome(result: Result, runs: Sequence[Run], places: Mapping[tuple[str, str, str], int]) -> Outcome:
    verdict = result.judgement.verdict
    return Outcome(
        next(number for number, run in enumerate(runs) if run is result.run),
        result.judgement.property.identifier, outcome_word(result),
        None if result.expected is None else result.expected == result.word,
        verdict.reason if isinstance(verdict, Unknown) else result.reason, places.get(_place(result)),
    )  # fmt: skip


def _findings(results: Sequence[Result]) -> Iterable[Finding]:
    """A finding for each property violated by a run, with its shortest run under each reading."""
    shortest = shortest_violations(results)
    readings = dict.fromkeys(reading_text(result.run.reading) for result in results)
    for entry in _properties(results):
        own = [result for result in shortest if result.judgement.property.identifier == entry.identifier]
        if own:
            fairness = own[0].judgement.verdict.evidence.fairness
            glance = tuple(_glance(entry, reading, results) for reading in readings)
            yield Finding(_statement(entry), entry.ambiguities, fairness, glance,
                          tuple(_showing(result, results) for result in own))  # fmt: skip


def _glance(entry: Property, reading: str, results: Sequence[Result]) -> tuple[str, int]:
    """The worst that became of a property under a reading, and in how many scenarios it did."""
    words = [
        outcome_word(result) for result in results
        if result.judgement.property.identifier == entry.identifier and reading_text(result.run.reading) == reading
    ]  # fmt: skip
    worst = min(words, key=WORST_FIRST.index, default="")
    return worst, words.count(worst)


def _walks(
    results: Sequence[Result], places: Mapping[tuple[str, str, str], int], traces: TraceData
) -> Iterable[Walk]:
    """The witnesses that are reached: for each reading the shortest run."""
    for entry in _properties(results):
        if entry.kind is Kind.WITNESS:
            found = [
                (reading_text(result.run.reading), traces.traces[places[_place(result)]]) for result in results
                if result.judgement.property.identifier == entry.identifier and _place(result) in places
            ]  # fmt: skip
            if found:
                runs = [(reading, str(trace["id"]), len(trace["steps"])) for reading, trace in found]  # type: ignore[arg-type]
                yield Walk(entry.identifier, entry.statement, runs)


def _showing(result: Result, results: Sequence[Result]) -> Showing:
    verdict, entry = result.judgement.verdict, result.judgement.property
    assert isinstance(verdict, Violated) and verdict.trace is not None
    reading = reading_text(result.run.reading)
    scenarios = [
        other.run.scenario.name for other in results
        if other.judgement.property.identifier == entry.identifier and other.word == "violated"
        and reading_text(other.run.reading) == reading
    ]  # fmt: skip
    chart = chart_of(
        verdict.trace, title=f"{entry.identifier} under {reading}, scenario {result.run.scenario.name}",
        offence=f"{entry.identifier}: {entry.statement}",
    )  # fmt: skip
    return Showing(
        reading, scenarios, result.run.scenario.name, length_of(verdict.trace),
        _trace_name(result.run, entry.identifier), result.reason, chart_svg(chart),
    )  # fmt: skip


def _requirements(results: Sequence[Result]) -> Iterable[Asked]:
    worst: dict[str, str] = {}
    for result in results:
        name = result.judgement.property.identifier
        if result.word == "violated" or (result.word == "unknown" and worst.get(name) != "violated"):
            worst[name] = result.word
        worst.setdefault(name, result.word)
    recorded = requirement_coverage()
    for traced in matrix(TABLES, ALL_PROPERTIES):
        entry = traced.requirement
        covered = recorded.get(entry.identifier, NOT_RECORDED)
        yield Asked(
            entry.identifier, entry.clause, entry.modality, entry.actor, entry.text,
            tuple(dict.fromkeys(f"{machine}: {label}" for machine, label in traced.rows)),
            tuple((name, worst.get(name, "")) for name in traced.properties), entry.out_of_scope or "",
            covered.witness, covered.killed, covered.missing,
        )  # fmt: skip


def _mutants() -> Iterable[Wrong]:
    from generators.mutants import MUTANTS

    for entry in MUTANTS:
        where = f"{entry.scenario}, {entry.reading}"
        yield Wrong(entry.identifier, entry.actor, entry.title, entry.killed_by, where, entry.requirements)


def _pictures(runs: Sequence[Run]) -> Iterable[Picture]:
    """The machines of each reading, as one scenario has them; a machine that looks alike in several is shown once."""
    drawn: dict[str, Picture] = {}
    for reading in {reading_text(run.reading): run.reading for run in runs}.values():
        scenario = _pictured([run.scenario for run in runs])
        system = handover_of_one(scenario, reading)
        for machine in system.machines:
            if len(machine.states) > 1:
                svg = graph_svg(machine_diagram(system, machine.name))
                title = machine.meaning[:1].upper() + machine.meaning[1:] or machine.name
                drawn.setdefault(f"{machine.name} {svg}", Picture(
                    title, f"scenario {scenario.name}, {reading_text(reading)}", svg
                ))  # fmt: skip
    return drawn.values()


def _pictured(scenarios: Sequence[Scenario]) -> Scenario:
    """The one scenario of a report of one; else the shipped one with every step of the clause."""
    names = {entry.name for entry in scenarios}
    return scenarios[0] if len(names) == 1 else load(PICTURED)
