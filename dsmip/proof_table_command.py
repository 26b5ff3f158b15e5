"""`dsmip prove --table`: how each property is known at 16 bits and which bounds its proof still has, as recorded, or
all done now."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from dsmip import quantities
from dsmip.console import output, working
from dsmip.known_answers import known_answers
from dsmip.proof_records import (
    READINGS_SHOWN,
    Document,
    explored,
    explored_twice,
    identity,
    induced,
    lifted,
    one_ue_scenarios,
    open_ones,
    provable,
    recorded,
)
from dsmip.proof_table import Row, left_in_words, rows_of, summary
from model.language.errors import ModelError, nearest
from properties.registry import property_called

USUAL_SECONDS = 60.0  # for each way of proving
NUMERIC = ("hold", "violated", "unknown", "with second word", "states", "seconds", "without any bound", "lemmas")
OUT_OF_DATE = "made with another version of the model or the properties: `--live` does it again"


def run_table(
    properties: Sequence[str], scenarios: Sequence[str], readings: Sequence[str], *, table: bool, every: bool,
    live: bool, time: str | None, refused: Mapping[str, object], as_json_text: bool,
) -> int:  # fmt: skip
    """Print the table; a row a property where properties are named. Returns the exit code, as `dsmip check` does."""
    if not table:
        raise ModelError(f"--{'all' if every else 'live'}: give --table with it")
    for name, value in refused.items():
        if value:
            raise ModelError(f"--{name} says nothing with --table: leave it out")
    if time is not None and not live:
        raise ModelError("--time: give --live with it; what is recorded takes none")
    if every and scenarios:
        raise ModelError("--all: leave out --scenario, or name scenarios without --all")
    asked = [property_called(name).identifier for name in properties]
    for name in asked:
        if name not in {entry.identifier for entry in provable()}:
            raise ModelError(f'"{name}" is neither an invariant nor a step property: `dsmip check` judges it')
    names = one_ue_scenarios() if every else list(scenarios or ["minimal"])
    shown = list(readings or READINGS_SHOWN)
    for given, known, what in ((names, one_ue_scenarios(), "shipped scenario with one UE"),
                               (shown, READINGS_SHOWN, "reading of the table")):  # fmt: skip
        for name in given:
            if name not in known:
                raise ModelError(f'"{name}" is no {what}: {nearest(name, known)}')
    document, missing, stale = _live(names, shown, time) if live else _of_record(names, shown)
    rows = rows_of(document, asked)
    if as_json_text:
        print(json.dumps({"version": version("dsmip"), "source": "live" if live else "recorded", "missing": missing,
                          "out_of_date": stale, "results": [row.as_json() for row in rows]}, indent=1))  # fmt: skip
    else:
        _show(output(), document, rows, one_by_one=bool(asked), live=live, missing=missing, stale=stale)
    return _exit_code(rows, missing)


def _of_record(names: Sequence[str], readings: Sequence[str]) -> tuple[Document, list[str], list[str]]:
    """What is recorded of them; what is not; what is recorded and out of date."""
    known = recorded()
    document: Document = {}
    missing: list[str] = []
    stale: list[str] = []
    for name in names:
        for reading_name in readings:
            found = known.get(name, {}).get(reading_name)
            if found is None:
                missing.append(f"{name}, {reading_name}")
                continue
            document.setdefault(name, {})[reading_name] = found
            if found.get("of") != identity(name, reading_name):
                stale.append(f"{name}, {reading_name}")
            elif unasked := [entry.identifier for entry in open_ones(found, name)]:
                missing.append(f"{name}, {reading_name}, {', '.join(unasked)}")
    return document, missing, stale


def _live(
    names: Sequence[str], readings: Sequence[str], time: str | None
) -> tuple[Document, list[str], list[str]]:  # fmt: skip
    seconds = USUAL_SECONDS if time is None else quantities.seconds(time)
    document: Document = {}
    for name in names:
        for reading_name in readings:
            with working(f"{name}, {reading_name}") as report:
                report("exploration at 16 bits")
                found = explored(name, reading_name, seconds)
                if found["states"] is not None:
                    report("second exploration")
                    found["twice"] = explored_twice(name, reading_name, seconds)
                report("bounds lifted")
                found["lifting"] = lifted(name, reading_name, seconds)
                report("induction")
                found["induction"] = induced(name, reading_name, seconds)
            document.setdefault(name, {})[reading_name] = found
    return document, [], []


def _show(
    console: Console, document: Document, rows: Sequence[Row], *, one_by_one: bool, live: bool,
    missing: Sequence[str], stale: Sequence[str],
) -> None:  # fmt: skip
    console.print("Proofs at 16 bits, " + ("all done now" if live else "as recorded; --live does it all now"))
    head, lines = _each(rows, document) if one_by_one else summary(document)
    table = Table(box=SIMPLE_HEAD, padding=0)
    for name in head:
        table.add_column(name, justify="right" if name in NUMERIC else "left")
    for line in lines:
        table.add_row(*line)
    console.print(table)
    for text in dict.fromkeys(f"{row.identifier} assumes {text}" for row in rows for text in row.assumptions):
        console.print(f"{text}.")
    for text in dict.fromkeys(f"{row.scenario}, {row.reading}: tried for what is unknown: {row.tried}"
                              for row in rows if row.tried):  # fmt: skip
        console.print(text)
    for name in missing:
        console.print(f"{name}: not recorded: unknown", style="yellow")
    for name in stale:
        console.print(f"{name}: {OUT_OF_DATE}", style="yellow")


def _each(rows: Sequence[Row], document: Document) -> tuple[list[str], list[list[str]]]:
    lines = []
    for row in rows:
        bounds = tuple((document[row.scenario][row.reading].get("lifting") or {}).get("bounds", ()))
        lines.append([
            row.scenario, row.reading, row.identifier, row.verdict if row.tried is None else row.word,
            ", ".join(row.ways), left_in_words(row.left, bounds), f"{row.seconds:.1f}",
            "" if row.lemmas is None else str(row.lemmas), row.second_word or "",
        ])  # fmt: skip
    return ["scenario", "reading", "property", "verdict", "known by", "bounds left", "seconds", "lemmas",
            "second word"], lines  # fmt: skip


def _exit_code(rows: Sequence[Row], missing: Sequence[str]) -> int:
    """1: a verdict is not the known one, or violated where none is known; 3: any unknown or missing; else 0."""
    known = known_answers()
    for row in rows:
        if property_called(row.identifier).modality == "should" or row.word == "unknown":
            continue
        answers = known.get((row.scenario, row.reading))
        expected = answers.verdicts.get(row.identifier) if answers else None
        if row.word != expected if expected else row.word == "violated":
            return 1
    return 3 if missing or any(row.word == "unknown" for row in rows) else 0
