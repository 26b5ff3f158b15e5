"""The page on mutants, in Markdown, from what is recorded."""

from __future__ import annotations

from collections import Counter

from dsmip.documentation.markdown import table
from dsmip.mutation_tables import (
    FATES,
    MOST_STAGES,
    Recorded,
    percentage,
    recorded,
    survival_reasons,
    why_it_survives,
)
from generators.mutation.table_mutants import OPERATORS, all_mutants, table_mutant
from generators.mutation.trial import FEW_STATES, MOST_DIGESTED, Fate

GENERATED = "<!-- made by `python scripts/write_mutation_pages.py`; do not edit -->"


def mutants_page() -> str:
    """docs/mutants.md: the score of each operator, then the mutants that nothing kills."""
    known = recorded()
    tried = len(known.outcomes)
    lost = [outcome for outcome in known.with_fate(Fate.KILLED)
            if all(killing.length is None for killing in outcome.killings)]  # fmt: skip
    early = [outcome for outcome in known.with_fate(Fate.KILLED, Fate.SURVIVED, Fate.EQUIVALENT) if not outcome.basis]
    lines = [
        "# Mutants", "", GENERATED, "",
        f"The operators make {len(all_mutants())} mutants of the tables of UE and home agent. {tried} of them were "
        f"tried under `{known.reading}`, each against every property that holds of the right model, in at most "
        f"{MOST_STAGES} of these scenarios that take its row, in this order, until the first kill: "
        f"{', '.join(known.scenarios)}. A survivor is tried in more, as a rule in all that take its row; "
        f"what behaves alike in {MOST_STAGES} of them is not always. "
        + ("All were tried." if not known.not_tried else
           f"{len(known.not_tried)} were not tried yet; those that were are neighbours in a table, drawn at random, "
           "and those that an earlier record knew. "
           "`python scripts/record_mutants.py` goes on, and tries again what rests on something that has changed."),
        "",
        *([f"{len(early)} of the outcomes are older than some of the properties: a survivor among them may be killed "
           "today.", ""] if early else []),
        "Mutants are compiled together, as one system with a variable that says which of them runs, and searched one "
        f"by one, each to the end. Response properties are asked in scenarios of at most {FEW_STATES:,} states, where "
        "nothing else tells.", "",
        "- killed: a property that holds of the right model is violated, and the trace replays at 16-bit numbers; or, "
        f"for {len(lost)} of them, only that something must occur, and in the whole of the mutant's states it does not",
        "- survived: it behaves otherwise in a scenario tried, and no property minds",
        "- alike (`equivalent` in the records): in the scenarios tried no step of the right model that the mutant has "
        "not, or that leads it elsewhere, nor the other way round, in a search of both, or, in some of them, only the "
        "same number of states and steps; where a row does what another no longer does, all steps compared in systems "
        f"of at most {MOST_DIGESTED:,} states. That says nothing of scenarios not tried: {_alike_in(known)}. Where it "
        f"is fewer than {MOST_STAGES}, no other took its row when it was tried",
        "- not reached: the row is taken in none of the scenarios, or the change makes the same system there",
        "- stillborn: types, table checks or the ranges of values refuse it", "- unknown: a limit was hit", "",
        "The score is killed / (killed + survived + unknown).", "",
        table(["operator", "what it does", *(_word(fate) for fate in FATES), "score"], (
            [score.operator, OPERATORS.get(score.operator, ""), *(str(score[fate]) for fate in FATES),
             percentage(score)] for score in known.scores())),
        "", "## Survivors", "",
    ]  # fmt: skip
    survivors = known.with_fate(Fate.SURVIVED, Fate.UNKNOWN)
    for reason in [entry.reason for entry in survival_reasons()]:
        group = [outcome for outcome in survivors if why_it_survives(outcome.mutant) == reason]
        if group:
            lines += [f"**{reason}**", ""]
            lines += [f"- `{outcome.mutant}`: {short(table_mutant(outcome.mutant).title)}" for outcome in group]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _word(fate: Fate) -> str:
    return "alike" if fate is Fate.EQUIVALENT else fate.value


def _alike_in(known: Recorded) -> str:
    """In how many scenarios those that are alike were tried."""
    tried = Counter(len({*outcome.same, *outcome.same_figures}) for outcome in known.with_fate(Fate.EQUIVALENT))
    return ", ".join(f"{count} are alike in {number} scenario{'s' if number > 1 else ''}"
                     for number, count in sorted(tried.items()))  # fmt: skip


def short(text: str, most: int = 160) -> str:
    """`text` cut to a length that a list can bear."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
