"""The parts of a report that come from recorded campaigns: scores of mutants, witnesses and kills of requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diagrams.report.contents import Mutation, OperatorScore
from dsmip.coverage_page import fate_in_words, run_in_words
from dsmip.mutation_tables import FATES, hole_reasons, percentage, recorded, why_it_survives
from dsmip.requirement_records import covered
from generators.coverage import Covered, reason_for
from generators.mutation.table_mutants import OPERATORS, all_mutants, table_mutant
from generators.mutation.trial import Fate


@dataclass(frozen=True)
class Coverage:
    """What is recorded of one requirement, in words. Any may be empty."""

    witness: str
    killed: str
    missing: str


NOT_RECORDED = Coverage("", "", "")


def mutation() -> Mutation:
    """The recorded campaign."""
    known = recorded()
    survivors: dict[str, list[tuple[str, str]]] = {}
    for outcome in known.with_fate(Fate.SURVIVED, Fate.UNKNOWN):
        title = table_mutant(outcome.mutant).title
        survivors.setdefault(why_it_survives(outcome.mutant), []).append((outcome.mutant, title))
    note = (
        f"{len(known.outcomes):,} of the {len(all_mutants()):,} mutants that operators make of the tables were tried "
        f"under {known.reading}, each against every property that holds of the right model, in "
        f"{', '.join(known.scenarios)}. The score is killed / (killed + survived + unknown)."
    )
    return Mutation(
        note, [fate.value for fate in FATES],
        [OperatorScore(score.operator, OPERATORS.get(score.operator, ""), [score[fate] for fate in FATES],
                       percentage(score)) for score in known.scores()],
        list(survivors.items()),
    )  # fmt: skip


def requirement_coverage() -> Mapping[str, Coverage]:
    """For each requirement a run in which it matters, a mutant that disregards it, and what is missing."""
    found = {}
    for entry in covered():
        reason = reason_for(entry, hole_reasons())
        found[entry.requirement.identifier] = Coverage(
            _witness(entry), _killed(entry),
            f"no {', no '.join(entry.missing)}" + (f": {reason}" if reason else "") if entry.missing else "",
        )
    return found


def _witness(entry: Covered) -> str:
    if entry.witness is None:
        return ""
    words = "" if entry.matters is None else f"when {entry.matters.words}. "
    return f"{words}{run_in_words(entry)}"


def _killed(entry: Covered) -> str:
    return "" if entry.shown is None else f"{entry.shown.mutant} {fate_in_words(entry.shown)}"
