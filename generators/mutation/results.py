"""Outcomes as one JSON document, and the score that they give: killed among those that behave otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from generators.mutation.campaign import Outcome
from generators.mutation.trial import Fate, Killing


@dataclass(frozen=True)
class Score:
    """How many mutants of one operator met each fate."""

    operator: str
    counts: Mapping[Fate, int]

    def __getitem__(self, fate: Fate) -> int:
        return self.counts.get(fate, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def telling(self) -> int:
        """Mutants that could be killed: those that behave otherwise somewhere, as far as is known."""
        return self[Fate.KILLED] + self[Fate.SURVIVED] + self[Fate.UNKNOWN]

    @property
    def killed_share(self) -> float | None:
        """From 0 to 1; unknown ones count as not killed. None if there is none to kill."""
        return self[Fate.KILLED] / self.telling if self.telling else None


def scores(outcomes: Iterable[Outcome], operators: Iterable[str]) -> list[Score]:
    """One score for each operator that has mutants, and one for "all"."""
    counted: dict[str, dict[Fate, int]] = {operator: {} for operator in operators}
    everything: dict[Fate, int] = {}
    for outcome in outcomes:
        for counts in (counted.setdefault(outcome.operator, {}), everything):
            counts[outcome.fate] = counts.get(outcome.fate, 0) + 1
    found = [Score(operator, counts) for operator, counts in counted.items() if counts]
    return [*found, Score("all", everything)]


def as_record(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain data, without what is empty; the operator stands in the identifier."""
    record: dict[str, Any] = {"mutant": outcome.mutant, "operator": outcome.operator, "fate": outcome.fate.value}
    if outcome.scenario:
        record["scenario"] = outcome.scenario
    if outcome.killings:
        record["killings"] = [[entry.property, entry.length] for entry in outcome.killings]
    for name in ("differs", "same", "same_figures"):
        if getattr(outcome, name):
            record[name] = list(getattr(outcome, name))
    for name in ("reason", "basis"):
        if getattr(outcome, name):
            record[name] = getattr(outcome, name)
    return record


def from_record(record: Mapping[str, Any]) -> Outcome:
    killings = tuple(Killing(name, length) for name, length in record.get("killings", ()))
    differs, same, same_figures = (tuple(record.get(name, ())) for name in ("differs", "same", "same_figures"))
    return Outcome(
        record["mutant"], record["operator"], Fate(record["fate"]), record.get("scenario", ""), killings,
        differs, same, same_figures, record.get("reason", ""), record.get("basis", ""),
    )  # fmt: skip
