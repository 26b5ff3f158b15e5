"""`dsmip requirements --coverage`: the four columns of every requirement, and what is missing."""

from __future__ import annotations

import json

from rich.table import Table

from dsmip.console import output
from dsmip.coverage_page import coverage_page, fate_in_words, run_in_words
from dsmip.mutation_pages import short
from dsmip.mutation_tables import hole_reasons
from dsmip.requirement_records import covered
from generators.coverage import Covered, Shown, reason_for
from generators.mutation.lookup import mutant_called
from properties.catalogue import requirement


def show_coverage(name: str | None, *, as_json: bool, markdown: bool) -> None:
    """Print the columns of one requirement, or of all. Raises ModelError for an unknown one."""
    wanted = None if name is None else requirement(name).identifier
    entries = [entry for entry in covered() if wanted in (None, entry.requirement.identifier)]
    if as_json:
        records = [_record(entry) for entry in entries]
        print(json.dumps(records if wanted is None else records[0], indent=1, ensure_ascii=False))
    elif markdown:
        print(coverage_page(), end="")
    elif wanted is not None:
        _show(entries[0])
    else:
        _show_all(entries)


def _record(entry: Covered) -> dict[str, object]:
    witness = entry.witness
    return {
        "requirement": entry.requirement.identifier,
        "rows": [f"{machine}: {label}" for machine, label in entry.rows],
        "properties": list(entry.properties),
        "matters": None if entry.matters is None else {
            "when": [part.words for part in entry.matters.when], "then": [part.words for part in entry.matters.then],
            "situation": str(entry.matters.situation), "demand": str(entry.matters.demand),
        },
        "witness": None if witness is None else {
            "scenario": witness.scenario, "reading": witness.reading, "choices": list(witness.choices),
            "row": f"{witness.machine}: {witness.row}",
            "length": len(witness.path), "steps": [action for action, _ in witness.path],
        },
        "mutant": _record_of_shown(entry.shown),
        "mutants": [{"mutant": kill.mutant, "killed by": kill.property, "scenario": kill.scenario,
                     "length": kill.length} for kill in entry.kills],
        "missing": list(entry.missing),
        "reason": reason_for(entry, hole_reasons()) if entry.missing else "",
    }  # fmt: skip


def _record_of_shown(shown: Shown | None) -> dict[str, object] | None:
    return None if shown is None else {
        "mutant": shown.mutant, "title": mutant_called(shown.mutant).title, "on the run": shown.on_the_run.value,
        "killed by": shown.property, "in the last step": shown.there, "scenario": shown.scenario,
        "length": shown.length,
    }  # fmt: skip


def _show(entry: Covered) -> None:
    console = output()
    console.print(f"{entry.requirement.identifier}: {entry.requirement.text}")
    console.print("rows:")
    for machine, label in entry.rows:
        console.print(f"  {machine}: {label}")
    console.print(f"properties: {', '.join(entry.properties)}")
    if entry.matters is not None:
        console.print(f"it matters when: {'; '.join(part.words for part in entry.matters.when)}")
        console.print(f"  {entry.matters.situation}")
        console.print(f"then: {'; '.join(part.words for part in entry.matters.then)}")
        console.print(f"  {entry.matters.demand}")
    if entry.witness is not None:
        console.print(f"witness, in {run_in_words(entry)}:")
        for number, (action, _) in enumerate(entry.witness.path, 1):
            console.print(f"  {number}. {action}")
    if entry.shown is not None:
        console.print(f"mutant: {entry.shown.mutant} {fate_in_words(entry.shown)}")
        console.print(f"  {short(mutant_called(entry.shown.mutant).title)}")
    console.print("mutants killed:")
    for kill in entry.kills:
        steps = "" if kill.length is None else f", {kill.length} steps"
        console.print(f"  {kill.mutant} by {kill.property} ({kill.scenario}{steps})")
    if entry.missing:
        console.print(f"missing: {', '.join(entry.missing)}: {reason_for(entry, hole_reasons())}")


def _show_all(entries: list[Covered]) -> None:
    console = output()
    table = Table(title="Requirement coverage", title_justify="left")
    for column in ("requirement", "rows", "properties", "witness", "mutants", "missing"):
        table.add_column(column, no_wrap=column in ("requirement", "witness"))
    for entry in entries:
        witness = entry.witness
        run = "" if witness is None else f"{witness.scenario}, {len(witness.path)} steps"
        missing = "out of scope" if entry.requirement.out_of_scope else ", ".join(entry.missing)
        table.add_row(entry.requirement.identifier, str(len(entry.rows)), str(len(entry.properties)), run,
                      str(len({kill.mutant for kill in entry.kills})), missing)  # fmt: skip
    console.print(table)
    whole = sum(not entry.missing for entry in entries)
    console.print(f"{whole} of {len(entries)} have all four; `dsmip requirements NAME --coverage` says why not.")
