"""What is recorded of mutants and witnesses: outcomes of a real run, runs to each row, reasons in writing."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources

from generators.coverage import Kill, RowWitness
from generators.mutants import MUTANTS
from generators.mutation.campaign import Outcome
from generators.mutation.results import Score, from_record, scores
from generators.mutation.table_mutants import OPERATORS, TableMutant, all_mutants, table_mutant
from generators.mutation.trial import Fate

MOST_STAGES = 5  # scenarios in which a mutant was tried that is another system there and that nothing kills


@dataclass(frozen=True)
class Recorded:
    """A campaign's outcomes by mutant; those that the tables no longer make are left out."""

    reading: str
    scenarios: tuple[str, ...]
    outcomes: Mapping[str, Outcome]

    @property
    def not_tried(self) -> list[TableMutant]:
        return [entry for entry in all_mutants() if entry.identifier not in self.outcomes]

    def scores(self) -> list[Score]:
        return scores(self.outcomes.values(), OPERATORS)

    def with_fate(self, *fates: Fate) -> list[Outcome]:
        return [outcome for outcome in self.outcomes.values() if outcome.fate in fates]


def _text(name: str) -> str:
    return resources.files("dsmip").joinpath(name).read_text(encoding="utf-8")


@cache
def recorded() -> Recorded:
    document = json.loads(_text("mutation_results.json"))
    found = {entry["mutant"]: from_record(entry) for entry in document["outcomes"]}
    kept = {entry.identifier: found[entry.identifier] for entry in all_mutants() if entry.identifier in found}
    return Recorded(document["reading"], tuple(document["scenarios"]), kept)


@dataclass(frozen=True)
class SurvivalReason:
    """Why nothing kills some mutants. mutants: identifiers, or patterns with *."""

    mutants: tuple[str, ...]
    reason: str

    def applies_to(self, identifier: str) -> bool:
        return any(fnmatchcase(identifier, pattern) for pattern in self.mutants)


@cache
def survival_reasons() -> tuple[SurvivalReason, ...]:
    entries = tomllib.loads(_text("mutation_reasons.toml"))["survivors"]
    return tuple(SurvivalReason(tuple(entry["mutants"]), entry["reason"]) for entry in entries)


def why_it_survives(identifier: str) -> str:
    """The reason in writing; empty if there is none yet."""
    return next((entry.reason for entry in survival_reasons() if entry.applies_to(identifier)), "")


@cache
def witnesses() -> tuple[RowWitness, ...]:
    return tuple(RowWitness.from_record(entry) for entry in json.loads(_text("row_witnesses.json")))


def kills() -> list[Kill]:
    """Every mutant with every property that is known to find it out."""
    found = [Kill(entry.identifier, entry.killed_by, entry.scenario, None, tuple(entry.requirements))
             for entry in MUTANTS]  # fmt: skip
    for outcome in recorded().with_fate(Fate.KILLED):
        requirements = table_mutant(outcome.mutant).requirements
        found += [Kill(outcome.mutant, killing.property, outcome.scenario, killing.length, requirements)
                  for killing in outcome.killings]  # fmt: skip
    return found


@cache
def hole_reasons() -> Mapping[str, str]:
    """Requirement -> why a column is empty."""
    reasons: Mapping[str, str] = tomllib.loads(_text("coverage_reasons.toml"))["reasons"]
    return reasons


def percentage(score: Score) -> str:
    share = score.killed_share
    return "" if share is None else f"{100 * share:.0f} %"


FATES: Sequence[Fate] = (
    Fate.KILLED, Fate.SURVIVED, Fate.UNKNOWN, Fate.EQUIVALENT, Fate.NOT_REACHED, Fate.STILLBORN,
)  # fmt: skip
