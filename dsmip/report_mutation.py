"""The parts of a report that come from recorded campaigns: scores of mutants, witnesses and kills of requirements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diagrams.report.contents import Mutation, OperatorScore
from dsmip.mutation_tables import FATES, covered, hole_reasons, percentage, recorded, why_it_survives
from generators.coverage import reason_for
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
    """For each requirement a run in which one of its rows is taken, a mutant that violates it, and what is missing."""
    found = {}
    for entry in covered():
        witness, kill = entry.witness, entry.kills[0] if entry.kills else None
        reason = reason_for(entry, hole_reasons())
        found[entry.requirement.identifier] = Coverage(
            "" if witness is None else f"taken in {witness.scenario}, step {len(witness.path)}: {witness.row}",
            "" if kill is None else f"{kill.mutant}, {kill.property}",
            f"no {', no '.join(entry.missing)}" + (f": {reason}" if reason else "") if entry.missing else "",
        )
    return found
