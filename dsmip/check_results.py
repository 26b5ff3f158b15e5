"""Results of `dsmip check`: for machines as JSON, for people as tables and charts, and as exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from checker.checking import Judgement, Run
from checker.itf import Json, save
from checker.trace import Trace, one_turn
from checker.verdict import Holds, Unknown, Violated, word
from diagrams.chart_text import chart_rich, chart_text
from diagrams.folding import folded
from dsmip.charts import chart_of
from dsmip.known_answers import known_answers
from dsmip.run_statistics import figure, show_statistics, statistics
from properties.kinds import Kind
from properties.registry import BY_IDENTIFIER

STYLES = {"holds": "green", "violated": "red", "unknown": "yellow"}


@dataclass(frozen=True)
class Result:
    """One verdict with what was expected of it, where its trace was saved, and why it is known to be violated."""

    run: Run
    judgement: Judgement
    expected: str | None
    saved: str | None
    reason: str = ""

    @property
    def word(self) -> str:
        return word(self.judgement.verdict)

    @property
    def counts(self) -> bool:
        """Properties of modality "should" never change the exit code."""
        return self.judgement.property.modality != "should"


def results_of(run: Run, *, expect: bool, folder: Path | None, mutant: str | None = None) -> list[Result]:
    """The results of a run. expect: compare with the known answers. folder: where to save traces,
    which name the mutant they were found with."""
    known = known_answers().get((run.scenario.name, run.reading.name)) if expect else None
    results = []
    for judgement in run.judgements:
        identifier = judgement.property.identifier
        expected = known.verdicts.get(identifier) if known else None
        reason = known.reasons.get(identifier, "") if known else ""
        saved = _saved(run, judgement, folder, mutant) if folder is not None else None
        results.append(Result(run, judgement, expected, saved, reason))
    return results


def _saved(run: Run, judgement: Judgement, folder: Path, mutant: str | None) -> str | None:
    if not isinstance(judgement.verdict, Violated) or judgement.verdict.trace is None:
        return None
    identifier = judgement.property.identifier.replace(": ", "-").replace(" ", "-")
    path = folder / f"{run.scenario.name}-{run.reading.name}-{identifier}.itf.json"
    save(judgement.verdict.trace, path, embedded(run, judgement.property.identifier, mutant))
    return str(path)


def embedded(run: Run, identifier: str, mutant: str | None = None) -> dict[str, Json]:
    """What a trace file says of its origin, so that it replays anywhere."""
    about: dict[str, Json] = {
        "property": identifier,
        "scenario": run.scenario.model_dump(),
        "reading": run.reading.name,
        "choices": list(run.reading.switched_texts),
    }
    if mutant is not None:
        about["mutant"] = mutant
    return about


def exit_code(results: Sequence[Result], runs: Sequence[Run]) -> int:
    """1: a verdict is not the expected one, or violated where nothing is expected; 3: any unknown; else 0."""
    counting = [result for result in results if result.counts]
    for result in counting:
        wrong = result.word != result.expected if result.expected else result.word == "violated"
        if wrong and result.word != "unknown":
            return 1
    if any(run.surprises for run in runs):
        return 1
    if any(result.word == "unknown" for result in counting):
        return 3
    return 0


def as_json(results: Sequence[Result], runs: Sequence[Run]) -> dict[str, object]:
    """The object that `--json` prints: a result for each property judged, and the figures of each run."""
    entries = []
    for result in results:
        evidence = result.judgement.verdict.evidence
        verdict = result.judgement.verdict
        entries.append({
            "scenario": result.run.scenario.name,
            "reading": result.run.reading.name,
            "choices": result.run.reading.switched_texts,
            "property": result.judgement.property.identifier,
            "kind": result.judgement.property.kind.value,
            "modality": result.judgement.property.modality,
            "verdict": result.word,
            "vacuous": isinstance(verdict, Holds) and verdict.vacuous,
            "reason": verdict.reason if isinstance(verdict, Unknown) else None,
            "expected": result.expected,
            "engine": evidence.engine,
            "states": evidence.states,
            "transitions": evidence.transitions,
            "depth": evidence.depth,
            "seconds": round(evidence.seconds, 3),
            "reductions": list(evidence.reductions),
            "abstractions": list(evidence.abstractions),
            "assumptions": list(evidence.assumptions),
            "fairness": list(evidence.fairness),
            "trace": result.saved,
        })  # fmt: skip
    return {"version": version("dsmip"), "results": entries, "runs": [statistics(run) for run in runs]}


# for people


def show(
    console: Console, results: Sequence[Result], runs: Sequence[Run], *, charts: bool, verbose: bool = False
) -> None:
    """The tables, then a chart of each property violated, then what the runs did not do."""
    console.print(runs_table(runs))
    console.print()
    if verbose:
        for run in runs:
            show_statistics(console, run)
            console.print()
    console.print(verdicts_table(results, runs))
    if charts:
        for result in shortest_violations(results):
            console.print()
            show_violation(console, result)
    console.print()
    show_limits(console, runs)


def runs_table(runs: Sequence[Run]) -> Table:
    table = Table(title="Explorations", title_justify="left", box=SIMPLE_HEAD, padding=0)
    for name in ("scenario", "reading"):
        table.add_column(name, no_wrap=True)
    for name in ("states", "transitions", "depth", "seconds", "holds", "violated", "unknown", "vacuous", "dead\nrows"):
        table.add_column(name, justify="right", no_wrap=True)
    for run in runs:
        words = [word(entry.verdict) for entry in run.judgements]
        vacuous = sum(isinstance(entry.verdict, Holds) and entry.verdict.vacuous for entry in run.judgements)
        found = run.exploration
        table.add_row(
            run.scenario.name, ", ".join([run.reading.name, *run.reading.switched_texts]),
            figure(found.states), figure(found.transitions), figure(found.depth), f"{found.seconds:.1f}",
            *(str(words.count(value)) for value in STYLES), str(vacuous), str(len(run.dead_rows)),
        )  # fmt: skip
    return table


def verdicts_table(results: Sequence[Result], runs: Sequence[Run]) -> Table:
    """One row a property, one column a reading: where it is violated or unknown, else that it holds."""
    columns = list(dict.fromkeys(_column(run) for run in runs))
    table = Table(title="Verdicts", title_justify="left")
    table.add_column("property", no_wrap=True)
    table.add_column("what it says", ratio=2)
    for column in columns:
        table.add_column(column, ratio=1)
    identifiers = dict.fromkeys(result.judgement.property.identifier for result in results)
    for identifier in identifiers:
        own = [result for result in results if result.judgement.property.identifier == identifier]
        entry = own[0].judgement.property
        if entry.clause == "" and all(result.word == "holds" for result in own):
            continue
        statement = entry.statement + (f" ({entry.modality})" if entry.modality == "should" else "")
        cells = [_cell([result for result in own if _column(result.run) == column]) for column in columns]
        table.add_row(identifier, statement, *cells)
    return table


def _column(run: Run) -> str:
    return ", ".join([run.reading.name, *run.reading.switched_texts])


def _cell(results: Sequence[Result]) -> Text:
    """What one property gets under one reading, over all scenarios."""
    text = Text()
    for value in ("violated", "unknown"):
        names = [result.run.scenario.name for result in results if result.word == value]
        if names:
            shown = names if len(names) <= 2 else [*names[:1], f"{len(names) - 1} more"]
            witness = results[0].judgement.property.kind is Kind.WITNESS
            unreached = value == "violated" and witness
            label = "not reached" if unreached else value.upper()
            text.append(f"{label} ", style=STYLES[value])
            text.append(f"({', '.join(shown)}) ")
    holding = [result for result in results if result.word == "holds"]
    exercised = [
        result for result in holding
        if not (isinstance(result.judgement.verdict, Holds) and result.judgement.verdict.vacuous)
    ]  # fmt: skip
    if exercised and not text:
        text.append("reached" if results[0].judgement.property.kind is Kind.WITNESS else "holds", style="green")
    elif holding and not exercised and not text:
        text.append("never exercised", style="dim")
    elif not results:
        text.append("-", style="dim")
    if any(result.expected is not None and result.expected != result.word for result in results):
        text.append(" UNEXPECTED", style="bold red")
    return text


def shortest_violations(results: Sequence[Result]) -> list[Result]:
    """For each reading and property violated, the result with the shortest trace."""
    best: dict[tuple[str, str], Result] = {}
    for result in results:
        verdict = result.judgement.verdict
        if isinstance(verdict, Violated) and verdict.trace is not None:
            key = (_column(result.run), result.judgement.property.identifier)
            if key not in best or len(verdict.trace) < _length(best[key]):
                best[key] = result
    return list(best.values())


def _length(result: Result) -> int:
    verdict = result.judgement.verdict
    return len(verdict.trace) if isinstance(verdict, Violated) and verdict.trace is not None else 0


def show_violation(console: Console, result: Result) -> None:
    entry, verdict = result.judgement.property, result.judgement.verdict
    assert isinstance(verdict, Violated) and verdict.trace is not None
    console.rule(f"{entry.identifier} violated under {_column(result.run)}", style="red", align="left")
    console.print(f"{entry.statement}; clause {entry.clause or '-'}; {', '.join(entry.requirements)}")
    if entry.ambiguities:
        console.print(f"depends on {', '.join(entry.ambiguities)}")
    console.print(f"scenario {result.run.scenario.name}, {length_of(verdict.trace)}, replayed two ways"
                  " and at 16-bit sequence numbers")  # fmt: skip
    if entry.fairness:
        console.print(f"a fair run for ever; assumed fair: {'; '.join(verdict.evidence.fairness)}")
    if result.reason:
        console.print(f"recorded as known: {result.reason}")
    if result.saved:
        console.print(f"saved in {result.saved}")
    show_chart(console, verdict.trace, f"{entry.identifier}: {entry.statement}")


def length_of(trace: Trace) -> str:
    """How long a trace is, in words; of a run for ever, one turn of its loop is counted."""
    if trace.loop is None:
        return "1 step" if len(trace) == 1 else f"{len(trace)} steps"
    steps = len(one_turn(trace)[0]) - trace.loop
    if not steps:
        return f"{len(trace)} steps, after which nothing happens any more"
    return f"{trace.loop} steps, then {steps} that repeat for ever"


def show_chart(console: Console, trace: Trace, offence: str, *, unfold: bool = False) -> None:
    """The sequence chart of a trace, as wide as the console allows; repeated parts once, unless unfolded."""
    chart = chart_of(trace, offence=offence)
    chart = chart if unfold else folded(chart)
    width = max(60, min(console.width, 140))
    if console.is_terminal:
        console.print(chart_rich(chart, width))
    else:
        console.print(Text(chart_text(chart, width), no_wrap=True), end="")


def show_limits(console: Console, runs: Sequence[Run]) -> None:
    """What each run abstracts from, leaves out, or never exercised."""
    for run in runs:
        for surprise in run.surprises:
            console.print(f"{run.scenario.name}: {surprise}", style="red")
        if not run.exploration.complete:
            console.print(
                f"{run.scenario.name}, {run.reading.name}: NOT complete: {run.exploration.stopped}", style="yellow"
            )
    console.print("A verdict is meant within the bounds of its scenario:")
    for name, words in {run.scenario.name: run.judgements[0].verdict.evidence.abstractions for run in runs}.items():
        console.print(f"  {name}: {'; '.join(words)}")
    for run in runs:
        for reduction in run.exploration.reductions:
            console.print(f"{run.scenario.name}, {run.reading.name}: {reduction}; figures are those of all states")
    judgements = [entry for run in runs for entry in run.judgements]
    for text in dict.fromkeys(
        f"{entry.property.identifier} assumes {text}" for entry in judgements if isinstance(entry.verdict, Holds)
        for text in entry.verdict.evidence.assumptions
    ):  # fmt: skip
        console.print(f"{text}.")
    assumed = dict.fromkeys(text for entry in judgements for text in entry.verdict.evidence.fairness)
    if assumed:
        console.print(f"Response properties assume to be fair: {'; '.join(assumed)}. Nothing else is ever forced.")
    console.print("Not modelled: see `dsmip requirements`.")


def statement_of(identifier: str) -> str:
    """What a property says; the identifier itself for what is no property."""
    entry = BY_IDENTIFIER.get(identifier)
    return entry.statement if entry else identifier
