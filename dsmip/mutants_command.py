"""`dsmip mutants`: what mutants there are and what became of them; `dsmip mutants run`: try them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool

from rich.table import Table

from dsmip.console import output, say, working
from dsmip.failures import UNKNOWN, WORKER_KILLED
from dsmip.known_answers import expected_to_hold
from dsmip.mutation_tables import FATES, percentage, recorded, why_it_survives
from dsmip.quantities import limits
from generators.mutants import MUTANTS
from generators.mutation.campaign import Outcome
from generators.mutation.lookup import hint
from generators.mutation.parallel import outcomes
from generators.mutation.results import Score, as_record, scores
from generators.mutation.table_mutants import OPERATORS, SHORT_NAMES, TableMutant, all_mutants, table_mutant
from generators.mutation.trial import Fate
from model.language.errors import ModelError, nearest

RUN = "run"
NOT_TRIED = "not tried"
SURVIVORS = 1  # exit code


def list_mutants(words: Sequence[str], operator: str | None, machine: str | None, *, as_json: bool) -> None:
    """One mutant, those of an operator or a machine, or a summary of all. Raises ModelError for unknown names."""
    if len(words) > 1:
        raise ModelError(f'one mutant at a time, not "{" ".join(words)}"; or: dsmip mutants run SCENARIO...')
    name = words[0] if words else None
    table = _chosen(operator, machine)
    actor = _actor(machine)
    named = [] if operator else [entry for entry in MUTANTS if actor in (None, entry.actor)]
    records: list[dict[str, object]] = [
        {"mutant": entry.identifier, "actor": entry.actor, "change": entry.title, "killed by": entry.killed_by,
         "scenario": entry.scenario, "reading": entry.reading, "requirements": list(entry.requirements)}
        for entry in named
    ]  # fmt: skip
    records += [_record(entry) for entry in table]
    if name is not None:
        known = [str(record["mutant"]) for record in records]
        if name not in known:
            raise ModelError(f'unknown mutant "{name}": {hint(name, known)}')
        records = [records[known.index(name)]]
    if as_json:
        print(json.dumps(records if name is None else records[0], indent=1, ensure_ascii=False))
    elif name is not None:
        for key, value in records[0].items():
            output().print(f"{key}: {', '.join(value) if isinstance(value, list) else value}")
    elif operator or machine:
        _print_records(records)
    else:
        _print_records(records[: len(named)])
        _print_scores(recorded().scores(), f"Mutants of the tables: {len(all_mutants())}, tried: "
                      f"{len(recorded().outcomes)} (list them with --operator or --machine)")  # fmt: skip


def run_mutants(
    scenarios: Sequence[str], reading: str, identifiers: Sequence[str], operator: str | None, machine: str | None, *,
    most: int | None, memory: str | None, time: str | None, processes: int, as_json: bool,
) -> int:  # fmt: skip
    """Try mutants in scenarios; the exit code: 0 all killed that could be, 1 some survive, 3 some are unknown."""
    names = list(scenarios) or ["minimal"]
    wanted = [table_mutant(identifier) for identifier in identifiers] or _chosen(operator, machine)
    wanted = wanted[:most]
    found: list[Outcome] = []
    try:
        with working("mutants") as tell:
            for outcome in outcomes(
                wanted, names, reading, limits(memory, time), processes=processes,
                expected=expected_to_hold(names, reading), finished=lambda count: tell(f"{count} of {len(wanted)}"),
            ):  # fmt: skip
                found.append(outcome)
    except BrokenProcessPool:
        say(WORKER_KILLED)
        return UNKNOWN
    scored = scores(found, OPERATORS)
    if as_json:
        print(json.dumps({
            "version": 1, "reading": reading, "scenarios": names,
            "outcomes": [as_record(outcome) for outcome in found],
            "scores": [{"operator": score.operator, **{fate.value: score[fate] for fate in FATES},
                        "score": score.killed_share} for score in scored],
        }, indent=1, ensure_ascii=False))  # fmt: skip
    else:
        for outcome in found:
            if len(found) <= 20 or outcome.fate in (Fate.SURVIVED, Fate.UNKNOWN):
                output().print(f"{outcome.fate.value}: {outcome.mutant}{_how(outcome)}")
        _print_scores(scored, "Score")
    fates = {outcome.fate for outcome in found}
    return SURVIVORS if Fate.SURVIVED in fates else UNKNOWN if Fate.UNKNOWN in fates else 0


def _how(outcome: Outcome) -> str:
    if outcome.killings:
        first = outcome.killings[0]
        steps = "" if first.length is None else f" after {first.length} steps"
        return f", by {first.property}{steps} in {outcome.scenario}"
    if outcome.differs:
        return f", differs in {', '.join(outcome.differs)}"
    return f", {outcome.reason}" if outcome.reason else ""


def _actor(machine: str | None) -> str | None:
    if machine is None:
        return None
    known = {**{short: name for name, short in SHORT_NAMES.items()}, **{name: name for name in SHORT_NAMES}}
    if machine not in known:
        raise ModelError(f'no mutants are made of machine "{machine}": {nearest(machine, known)}')
    return known[machine]


def _chosen(operator: str | None, machine: str | None) -> list[TableMutant]:
    if operator is not None and operator not in OPERATORS:
        raise ModelError(f'unknown operator "{operator}": {nearest(operator, OPERATORS)}')
    actor = _actor(machine)
    return [entry for entry in all_mutants() if operator in (None, entry.operator) and actor in (None, entry.actor)]


def _record(entry: TableMutant) -> dict[str, object]:
    outcome = recorded().outcomes.get(entry.identifier)
    record: dict[str, object] = {
        "mutant": entry.identifier, "operator": entry.operator, "actor": entry.actor, "rows": list(entry.rows),
        "change": entry.title, "clauses": list(entry.clauses), "requirements": list(entry.requirements),
        "fate": NOT_TRIED if outcome is None else outcome.fate.value,
    }  # fmt: skip
    if outcome is not None and outcome.killings:
        record.update({"killed by": outcome.killings[0].property, "length": outcome.killings[0].length,
                       "scenario": outcome.scenario, "reading": recorded().reading})  # fmt: skip
    elif outcome is not None and outcome.fate in (Fate.SURVIVED, Fate.UNKNOWN):
        record["reason"] = why_it_survives(entry.identifier)
    return record


def _print_records(records: Sequence[dict[str, object]]) -> None:
    table = Table(title="Mutants", title_justify="left")
    for column in ("mutant", "change", "killed by", "scenario"):
        table.add_column(column, overflow="fold")
    for record in records:
        table.add_row(*(str(record.get(key, record.get("fate", ""))) for key in ("mutant", "change", "killed by")),
                      str(record.get("scenario", "")))  # fmt: skip
    output().print(table)


def _print_scores(scored: Sequence[Score], title: str) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("operator", *(fate.value for fate in FATES), "score"):
        table.add_column(column)
    for score in scored:
        table.add_row(score.operator, *(str(score[fate]) for fate in FATES), percentage(score))
    output().print(table)
