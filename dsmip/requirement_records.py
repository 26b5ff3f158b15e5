"""What is recorded of the runs in which requirements matter, and of the mutants shown beside them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from checker.checking import check_scenario
from checker.verdict import Holds
from dsmip.known_answers import expected_to_hold
from dsmip.mutation_tables import hole_reasons, kills, recorded
from generators.coverage import Covered, Kill, OnTheRun, RowWitness, Shown, coverage
from generators.mutants import MUTANTS
from generators.mutation.table_mutants import all_mutants
from generators.mutation.trial import Fate
from generators.requirement_mutants import Candidate, Choosing
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES

FILE = "requirement_witnesses.json"


@dataclass(frozen=True)
class InTheRecord:
    """A requirement, the run in which it matters, and the mutant beside it, if there is one."""

    requirement: str
    witness: RowWitness
    shown: Shown | None


def as_record(requirement: str, witness: RowWitness, shown: Shown | None) -> dict[str, Any]:
    """One entry of the file."""
    record = {"requirement": requirement, **witness.as_record()}
    if shown is not None:
        record["mutant"] = {
            "mutant": shown.mutant, "on the run": shown.on_the_run.name.lower(), "property": shown.property,
            "there": shown.there, "scenario": shown.scenario, "length": shown.length,
        }  # fmt: skip
    return record


@cache
def requirement_witnesses() -> tuple[InTheRecord, ...]:
    text = resources.files("dsmip").joinpath(FILE).read_text(encoding="utf-8")
    found = []
    for entry in json.loads(text):
        beside = entry.get("mutant")
        shown = None if beside is None else Shown(
            beside["mutant"], OnTheRun[beside["on the run"].upper()], beside["property"], beside["there"],
            beside["scenario"], beside["length"],
        )  # fmt: skip
        found.append(InTheRecord(entry["requirement"], RowWitness.from_record(entry), shown))
    return tuple(found)


@cache
def covered() -> tuple[Covered, ...]:
    """Every requirement with its four columns."""
    mattering = {entry.requirement: (entry.witness, entry.shown) for entry in requirement_witnesses()}
    return tuple(coverage(kills(), mattering))


def candidates() -> list[Candidate]:
    """The mutants that may stand beside a requirement: those that are killed, and those of rows that no scenario
    takes under the reading of the campaign, which only a run under another one can kill."""
    known: dict[str, list[Kill]] = {}
    for kill in kills():
        known.setdefault(kill.mutant, []).append(kill)
    own = [Candidate(entry.identifier, entry.actor, "", entry.change, (), tuple(entry.requirements),
                     tuple(known[entry.identifier])) for entry in MUTANTS]  # fmt: skip
    made = [
        Candidate(entry.identifier, entry.actor, entry.operator, entry.change, entry.rows, entry.requirements,
                  tuple(known.get(entry.identifier, ())))
        for entry in all_mutants()
        if (outcome := recorded().outcomes.get(entry.identifier)) is not None
        and (outcome.fate is Fate.KILLED or (outcome.fate is Fate.NOT_REACHED and not entry.guarding))
    ]  # fmt: skip
    return [*own, *made]


@cache
def holding(scenario: str, reading_name: str, choices: tuple[str, ...]) -> Collection[str]:
    """The properties that hold of the right model: as recorded, or, where choices are switched, checked now."""
    if not choices:
        return expected_to_hold([scenario], reading_name)[scenario]
    run = check_scenario(load(scenario), reading(reading_name, choices), ALL_PROPERTIES)
    return [entry.property.identifier for entry in run.judgements if isinstance(entry.verdict, Holds)]


@dataclass(frozen=True)
class Preferred:
    """The mutant to show beside a requirement, and why this one. elsewhere: it does the same on the run, since it
    takes a step that no run of the right model has; the property that finds it out there names the requirement."""

    mutant: str
    why: str
    elsewhere: bool = False


@cache
def preferred() -> Mapping[str, Preferred]:
    """By requirement, where the choice is not left to the order of mutants."""
    text = resources.files("dsmip").joinpath("preferred_mutants.toml").read_text(encoding="utf-8")
    return {name: Preferred(**entry) for name, entry in tomllib.loads(text).items()}


def choosing() -> Choosing:
    return Choosing(candidates(), holding, {name: entry.mutant for name, entry in preferred().items()}, hole_reasons())
