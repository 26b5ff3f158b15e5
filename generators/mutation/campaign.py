"""Many mutants against several scenarios, the small ones first: each until its first kill. What nothing
kills is then compared with the right model, state by state and step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.search import Limits, ProgressReport
from generators.mutation.table_mutants import TableMutant
from generators.mutation.trial import Fate, Killing, Stage, Trial

MOST_STAGES = 4  # in which a mutant is tried that is another system there and that nothing kills


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant over all scenarios.

    scenario: where it was killed or refused. killings: what told there, shortest trace first. differs:
    scenarios in which it behaves otherwise and no property minds. same: where all its states and steps are those
    of the right model. same_figures: as many, too many to compare. reason: why unknown or stillborn.
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


def outcome_of(
    mutant: TableMutant, stages: Sequence[Stage], limits: Limits = Limits(), progress: ProgressReport | None = None,  # noqa: B008
    most_stages: int = MOST_STAGES,
) -> Outcome:  # fmt: skip
    """Try a mutant in these scenarios, in this order, until something decides.

    most_stages: in which it is tried, of those where it is another system and its row is taken.
    """
    tried: list[tuple[Stage, Trial]] = []
    left = most_stages
    for stage in stages_to_try(mutant, stages):
        if left == 0:
            break
        trial = stage.try_(mutant, limits, progress)
        left -= trial.fate is not Fate.NOT_REACHED
        if trial.fate in (Fate.KILLED, Fate.STILLBORN):
            return Outcome(mutant.identifier, mutant.operator, trial.fate, stage.scenario.name, trial.killings,
                           reason=trial.reason)  # fmt: skip
        tried.append((stage, trial))
    return _not_killed(mutant, tried)


def stages_to_try(mutant: TableMutant, stages: Sequence[Stage]) -> list[Stage]:
    """The stages in which a changed row is taken; for a changed guard whose row is taken nowhere, all."""
    taking = [stage for stage in stages if stage.takes(mutant)]
    return taking or [stage for stage in stages if stage.has(mutant)]


def _not_killed(mutant: TableMutant, tried: Sequence[tuple[Stage, Trial]]) -> Outcome:
    """A difference anywhere makes a survivor; a limit hit anywhere makes it unknown, unless it survived."""
    differs = [stage.scenario.name for stage, trial in tried if trial.fate is Fate.SURVIVED and not trial.same_figures]
    unknown = [(stage, trial) for stage, trial in tried if trial.fate is Fate.UNKNOWN]
    same: list[str] = []
    figures: list[str] = []
    for stage, trial in tried:
        if differs or not trial.same_figures:
            continue
        match stage.same_behaviour(mutant):
            case True:
                same.append(stage.scenario.name)
            case False:
                differs.append(stage.scenario.name)
            case None:
                figures.append(stage.scenario.name)
    reason = "; ".join(f"{stage.scenario.name}: {trial.reason}" for stage, trial in unknown)
    reached = any(stage.takes(mutant) for stage, trial in tried if trial.fate is not Fate.NOT_REACHED)
    if differs:
        fate = Fate.SURVIVED
    elif unknown:
        fate = Fate.UNKNOWN
    elif not reached:
        fate = Fate.NOT_REACHED
    elif same:
        fate = Fate.EQUIVALENT
    else:
        fate = Fate.UNKNOWN
        reason = "as many states and steps as the right model, too many to compare one by one"
    return Outcome(
        mutant.identifier, mutant.operator, fate, "", (), tuple(differs), tuple(same), tuple(figures), reason
    )
