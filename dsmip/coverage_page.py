"""The page on requirement coverage, in Markdown, from what is recorded: four columns, when each requirement matters,
and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

from dsmip.documentation.markdown import table
from dsmip.mutation_pages import GENERATED, short
from dsmip.mutation_tables import hole_reasons
from dsmip.requirement_records import covered
from generators.coverage import Covered, OnTheRun, Shown, reason_for
from generators.mutation.lookup import mutant_called

NOT_LISTED = (
    "The numbers of the rules have gaps, for what was read of the documents and is not counted here. REF-F1 and "
    "F2: one tunnel for each connection, and its attachment (TS 24.303 release 17, 3 to 5.1): there is one at a "
    "time, and discovery is left out. F3: 5.2.1 of release 17 still contradicts itself (AMB-01, GEN-02). REF-G6: "
    "moving during the first registration, which every scenario with two movements allows: a run, no rule. G7: "
    "what some implementations do against the rules; one of these is the mutant `ha-refusal-removes`. G10: "
    "routing headers over IPv4: counted under HA-F2F-10 (AMB-19). G11: both ends defending the home address, "
    "floods and loops: data traffic, not modelled. G12: home links of one family, as REF-C16. G13: errata, "
    "without effect on signalling.",
)


def coverage_page() -> str:
    """docs/coverage.md."""
    entries = covered()
    whole = [entry for entry in entries if not entry.missing]
    partly = [entry for entry in entries if entry.requirement.left_out and not entry.requirement.out_of_scope]
    shown = [entry.shown for entry in entries if entry.shown is not None]
    lines = [
        "# Requirement coverage", "", GENERATED, "",
        f"{len(whole)} of {len(entries)} requirements have all four columns: rows of the tables that realise them, "
        "properties that check them, a run in which they matter, and a mutant that disregards them and is found out by "
        "one of these properties. The others are named below, with what is missing and why. "
        f"Of {len(partly)} a part of the text is not modelled: they are covered but for what the second list below "
        "says.", "",
        "When a requirement matters is declared once, in `properties/`, in the files `when_clause_matters.py`, "
        "`when_ue_rules_matter.py` and `when_rules_matter.py`: a situation, and what is asked for in it, as a "
        "condition on one step. "
        "The run is a shortest one, in the smallest scenario that has one, under `intended` unless it says otherwise, "
        "and its last step takes a row of the requirement where that condition holds. Scenarios without an attacker "
        "or a fixed choice come first. "
        "Where nothing is declared there is no run.", "",
        "A mutant follows the same run. " + "; ".join(
            f"{sum(entry.on_the_run is what for entry in shown)} {_plural(what)}" for what in OnTheRun
            if any(entry.on_the_run is what for entry in shown))
        + f". {sum(entry.there for entry in shown)} are found out in that very step, by a property that is violated "
        "there; of the others each paragraph says where. `dsmip requirements NAME --coverage` prints the steps of a "
        "run and the condition as an expression.", "",
        table(["requirement", "clause", "rows", "properties", "run in which it matters", "mutant, found out by"],
               map(_columns, entries)),
        "", "## What is missing, and why", "",
        table(["requirement", "missing", "reason"], (
            [entry.requirement.identifier, ", ".join(entry.missing), reason_for(entry, hole_reasons())]
            for entry in entries if entry.missing)),
        "", "## Covered, but for", "", "Parts of the text that the model leaves out, of requirements that it has "
        "otherwise; the columns above say nothing of them.", "",
        table(["requirement", "left out"], (
            [entry.requirement.identifier, entry.requirement.left_out or ""] for entry in partly)),
        "", "## Rules without a row here", "", *NOT_LISTED, "",
        "## When each matters", "",
    ]  # fmt: skip
    for entry in entries:
        if entry.matters is not None:
            lines += [*_paragraph(entry), ""]
    return "\n".join(lines).rstrip() + "\n"


def _plural(what: OnTheRun) -> str:
    return {
        OnTheRun.DISREGARDS: "do not do in its last step what is asked for",
        OnTheRun.OTHERWISE: "do otherwise in that step",
        OnTheRun.ELSEWHERE: "cannot follow it so far",
        OnTheRun.ALIKE: "do the same on it, and are told from the right model elsewhere",
    }[what]  # fmt: skip


def _columns(entry: Covered) -> list[str]:
    witness = entry.witness
    run = "" if witness is None else f"{witness.scenario}, {len(witness.path)} steps: {witness.row}"
    shown = entry.shown
    killed = "" if shown is None else f"`{shown.mutant}`, {shown.property}"
    return [entry.requirement.identifier, entry.requirement.clause, str(len(entry.rows)),
            ", ".join(entry.properties), run, killed]  # fmt: skip


def _paragraph(entry: Covered) -> Iterator[str]:
    matters = entry.matters
    assert matters is not None
    yield f"**{entry.requirement.identifier}** ({entry.requirement.clause}) {entry.requirement.text}"
    yield ""
    yield f"- when: {'; '.join(part.words for part in matters.when)}"
    yield f"- then: {'; '.join(part.words for part in matters.then)}"
    if entry.witness is not None:
        yield f"- run: {run_in_words(entry)}"
    if entry.shown is not None:
        title = short(mutant_called(entry.shown.mutant).title)
        yield f"- mutant: `{entry.shown.mutant}` {fate_in_words(entry.shown)}: {title}"
    if entry.requirement.left_out:
        yield f"- covered but for: {entry.requirement.left_out}"


def run_in_words(entry: Covered) -> str:
    """Where the witness is, and how it ends."""
    witness = entry.witness
    assert witness is not None
    under = "" if (witness.reading, witness.choices) == ("intended", ()) else (
        f" under {', '.join((witness.reading, *witness.choices))}")  # fmt: skip
    return f"{witness.scenario}{under}, {len(witness.path)} steps, the last by {witness.machine}: {witness.row}"


def fate_in_words(shown: Shown) -> str:
    """What a mutant does on the witness, and what finds it out where."""
    if shown.there:
        return f"{shown.on_the_run.value}, and breaks {shown.property} by it"
    steps = "" if shown.length is None else f", {shown.length} steps"
    return f"{shown.on_the_run.value}; {shown.property} finds it out ({shown.scenario}{steps})"
