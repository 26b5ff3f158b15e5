"""Many mutants against several scenarios, the small ones first: each until its first kill. What nothing
kills is compared with the right model, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from checker.search import Limits
from generators.mutation.table_mutants import TableMutant
from generators.mutation.trial import Fate, Killing, Stage, Trial


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant over all scenarios.

    scenario: where it was killed or refused. killings: what told there, shortest trace first. differs:
    scenarios in which it behaves otherwise and no property minds. same: where all its states and steps are those
    of the right model. same_figures: as many, too many to compare. reason: why unknown or stillborn. basis: a digest
    of what the outcome rests on, see `basis_of`.
    """

    mutant: str
    operator: str
    fate: Fate
    scenario: str = ""
    killings: tuple[Killing, ...] = ()
    differs: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    same_figures: tuple[str, ...] = ()
    reason: str = ""
    basis: str = ""


def outcomes_of(
    mutants: Sequence[TableMutant], stages: Sequence[Stage], limits: Limits = Limits(),  # noqa: B008
    most_stages: int | None = None,
) -> list[Outcome]:  # fmt: skip
    """Try mutants in these scenarios, in this order, each until something decides.

    most_stages: in which one is tried, of those where it is another system and its row is taken; None: all.
    """
    decided: dict[int, Outcome] = {}
    tried: list[list[tuple[Stage, Trial]]] = [[] for _ in mutants]
    left = [len(stages) if most_stages is None else most_stages for _ in mutants]
    wanted = [stages_to_try(mutant, stages) for mutant in mutants]
    for stage in stages:
        places = [place for place in range(len(mutants))
                  if place not in decided and left[place] and stage in wanted[place]]  # fmt: skip
        for place, trial in zip(places, stage.try_([mutants[place] for place in places], limits), strict=True):
            left[place] -= trial.fate is not Fate.NOT_REACHED
            if trial.fate in (Fate.KILLED, Fate.STILLBORN):
                mutant = mutants[place]
                decided[place] = Outcome(mutant.identifier, mutant.operator, trial.fate, stage.scenario.name,
                                         trial.killings, reason=trial.reason)  # fmt: skip
            tried[place].append((stage, trial))
    found = [decided.get(place) or _not_killed(mutant, tried[place]) for place, mutant in enumerate(mutants)]
    return [replace(outcome, basis=basis_of(outcome, mutant, stages))
            for outcome, mutant in zip(found, mutants, strict=True)]  # fmt: skip


def basis_of(outcome: Outcome, mutant: TableMutant, stages: Sequence[Stage]) -> str:
    """A digest of the mutant's systems in the scenarios that the outcome names, and of the properties in it: those
    that kill, or all that do not. While it stays the same, so does the outcome. Empty where it rests on
    more than that: a limit, or a row that no scenario takes."""
    if outcome.fate not in (Fate.KILLED, Fate.SURVIVED, Fate.EQUIVALENT):
        return ""
    named = {outcome.scenario, *outcome.differs, *outcome.same, *outcome.same_figures}
    killing = {entry.property for entry in outcome.killings} or None
    digest = sha256()
    for stage in stages:
        if stage.scenario.name in named:
            parts = [stage.scenario.name, stage.right.system.fingerprint, stage.fingerprint(mutant)]
            digest.update("\n".join([*parts, *stage.definitions(killing)]).encode())
    return digest.hexdigest()[:16]


def stages_to_try(mutant: TableMutant, stages: Sequence[Stage]) -> list[Stage]:
    """The stages in which a changed row is taken; for a changed guard whose row is taken nowhere, all."""
    taking = [stage for stage in stages if stage.takes(mutant)]
    return taking or [stage for stage in stages if stage.has(mutant)]


def _not_killed(mutant: TableMutant, tried: Sequence[tuple[Stage, Trial]]) -> Outcome:
    """A difference anywhere makes a survivor; a limit hit anywhere makes it unknown, unless it survived."""

    def where(*, same: bool | None) -> tuple[str, ...]:
        return tuple(stage.scenario.name for stage, trial in tried
                     if trial.fate is Fate.SURVIVED and trial.same is same)  # fmt: skip

    differs, alike, figures = where(same=False), where(same=True), where(same=None)
    unknown = [f"{stage.scenario.name}: {trial.reason}" for stage, trial in tried if trial.fate is Fate.UNKNOWN]
    reached = any(stage.takes(mutant) for stage, trial in tried if trial.fate is not Fate.NOT_REACHED)
    reason = "; ".join(unknown)
    if differs:
        fate = Fate.SURVIVED
    elif unknown:
        fate = Fate.UNKNOWN
    elif not reached:
        fate = Fate.NOT_REACHED
    elif alike:
        fate = Fate.EQUIVALENT
    else:
        fate = Fate.UNKNOWN
        reason = "as many states and steps as the right model, too many to compare one by one"
    return Outcome(mutant.identifier, mutant.operator, fate, "", (), differs, alike, figures, reason)
