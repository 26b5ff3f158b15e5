"""docs/model/: each machine with its diagram, its variables and its rows in words; each clause with what
realises and what checks it."""

from __future__ import annotations

from collections.abc import Iterator

from diagrams.mermaid import state_mermaid
from diagrams.row_text import rows_in_words
from diagrams.state_diagram import Level, machine_diagram
from dsmip.documentation.markdown import page, plain, slug, table
from dsmip.published_text import filled_in
from model.handover import MACHINES, handover_of_one
from model.language.domains import describe
from model.language.systems import ResolvedMachine, System
from model.readings import AMBIGUITIES, reading
from model.scenarios import load
from properties.catalogue import REQUIREMENTS
from properties.registry import ALL_PROPERTIES
from properties.traceability import matrix

WHERE = {
    "ue": "clause-5.2", "home_agent": "clause-5.2", "access": "clause-5.2", "security_association": "association-loss",
    "lifetimes": "liveness-lifetimes", "outages": "ha-restart", "attacker": "on-path",
}  # fmt: skip


def model_pages() -> Iterator[tuple[str, str]]:
    """Path below docs/, text."""
    for name, scenario in WHERE.items():
        system = handover_of_one(load(scenario), reading("intended"))
        yield f"model/{slug(name)}.md", _machine_page(system, system.machine(name))
    yield "model/clauses.md", _clauses_page()
    yield "model/readings.md", _readings_page()


def _machine_page(system: System, machine: ResolvedMachine) -> str:
    variables = [[f"`{entry.name}`", plain(describe(entry.domain)), plain(entry.meaning),
                  "only read by properties" if entry.ghost else ""]
                 for entry in system.variables if entry.owner == machine.name]  # fmt: skip
    ghosts = [entry.name for entry in system.variables if entry.ghost]
    rows = [
        [plain(words.trigger), plain(", ".join(row.states)) if not row.in_every_state else "any",
         plain(words.label), plain(words.guard) or "always",
         "discarded" if words.discards else "; ".join(map(plain, words.effects)) or "nothing changes",
         plain(row.dest) if row.dest else "", plain(words.clause), plain(", ".join(words.requirements))]
        for row, words in zip(machine.rows, rows_in_words(machine, ghosts), strict=True)
    ]  # fmt: skip
    return page(
        machine.name.replace("_", " "),
        f"{machine.meaning[0].upper()}{machine.meaning[1:]}. Shown as in scenario `{system.name}`, reading `intended`; "
        f"other readings: `dsmip diagram machine {machine.name} --reading literal -o FILE.svg`.",
        "## States", f"```mermaid\n{state_mermaid(machine_diagram(system, machine.name, Level.OVERVIEW))}```",
        "## Variables", table(["name", "values", "meaning", ""], variables),
        "## Rows",
        "A row is one thing that the machine does: what triggers it, in which states, under which condition, what it "
        "changes and sends, where it leads. Conditions of one trigger and state exclude each other; \"otherwise\" "
        "stands for what the rows above it of the same decision leave.",
        table(["trigger", "in state", "row", "when", "does", "leads to", "clause", "requirements"], rows),
    )  # fmt: skip


def _clauses_page() -> str:
    traced = {entry.requirement.identifier: entry for entry in matrix(MACHINES, ALL_PROPERTIES)}
    by_clause: dict[str, list[list[str]]] = {}
    for identifier, entry in REQUIREMENTS.items():
        realised = list(dict.fromkeys(f"{machine}: {label}" for machine, label in traced[identifier].rows))
        by_clause.setdefault(entry.clause, []).append([
            plain(identifier), plain(entry.modality),
            plain(entry.text) + (f" *Left out: {plain(entry.left_out)}.*" if entry.left_out else ""),
            "; ".join(map(plain, realised)) or plain(entry.out_of_scope or ""),
            ", ".join(map(plain, traced[identifier].properties)),
        ])  # fmt: skip
    parts = []
    for clause, rows in sorted(by_clause.items(), key=lambda item: (not item[0].startswith("5."), item[0])):
        parts += [f"## {plain(clause)}", table(["requirement", "modality", "asks", "rows", "properties"], rows)]
    return page(
        "Clause by clause",
        "Every requirement in own words, the rows that realise it and the properties that check it. First the "
        "subclauses of TS 24.303, then the rules of the documents that it refers to.",
        *parts,
    )


def _readings_page() -> str:
    rows = [
        [entry.identifier, plain(entry.question), *(
            " or ".join(f"`{value}`" for value in values)
            for values in (entry.literal, entry.intended, entry.final or entry.intended))]
        for entry in AMBIGUITIES
    ]  # fmt: skip
    return page(
        "Readings",
        "What the text leaves open, and how each reading answers. Several values: all are explored. One is switched "
        "with `--choose AMB-02=sa-first`, for one actor with `--choose ue.AMB-20=nat-found`. What each breaks and "
        "what mends it: [findings](../findings.md). `final` follows the published text as far as it was read; unseen "
        f"clauses are filled in with `intended`: {', '.join(filled_in())}.",
        table(["", "question", "literal", "intended", "final"], rows),
    )
