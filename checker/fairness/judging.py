"""Verdicts on response properties: HOLDS if no fair run breaks them, VIOLATED with a lasso that was replayed
two ways, judged by the interpretation and followed round at full-width sequence numbers, else UNKNOWN."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import cache

from checker.explicit.laps import Laps
from checker.fairness.lasso_check import lasso_faults
from checker.fairness.responses import FairRun, Response, decide, response_of
from checker.fairness.wide_lasso import follow
from checker.search import Exploration, Limits, ProgressReport
from checker.trace import Trace, closed, replay
from checker.verdict import Evidence, Holds, Unknown, Verdict, Violated
from model.execution.replay import confirm
from model.language.binding import Binding
from model.language.expressions import TRUE
from model.language.possible_values import with_actions, without_impossible_actions
from model.language.systems import Action, System
from properties.kinds import Property

MOST_RUNS = 4  # followed at full width before one gives up


@dataclass(frozen=True)
class Judged:
    """What is judged: a system with one UE, the same at full width (made when it is needed), its binding."""

    system: System
    wide_system: Callable[[], System]
    binding: Binding
    bits: int
    wide_bits: int


def judge(
    properties: Sequence[Property], judged: Judged, exploration: Exploration, evidence: Evidence, limits: Limits,
    progress: ProgressReport | None = None,
) -> Mapping[str, Verdict]:  # fmt: skip
    """Property ID -> verdict. exploration: a complete search of the same system."""
    possible = _possible(judged.system, exploration)
    searched = judged.system
    if exploration.engine != "plain":
        searched = with_actions(judged.system, {action.name for action in possible})
    responses = [response_of(entry, searched, judged.binding) for entry in properties]
    answers = decide(searched, responses, exploration.engine, limits, progress)
    if answers.states and not exploration.reductions and answers.states != exploration.states:
        raise RuntimeError(f"{exploration.states} states were explored, and the state graph has {answers.states}")
    evidence = replace(evidence, engine="plain" if exploration.engine == "plain" else "explicit", reductions=())
    verdicts: dict[str, Verdict] = {}
    with ExitStack() as stack:
        wide = cache(lambda: stack.enter_context(closing(Laps(without_impossible_actions(judged.wide_system())))))
        for entry, response in zip(properties, responses, strict=True):
            own = replace(evidence, fairness=entry.assumptions_among(possible))
            runs = answers.runs.get(response.name)
            if runs is None:
                verdict: Verdict = Unknown(own, answers.stopped or "the state graph was not complete")
            elif runs:
                verdict = _violated(response, runs, judged, wide, own)
            else:
                called = exploration.sightings.get(entry.antecedent_name)
                verdict = Holds(own, vacuous=response.at is not TRUE and called is None, example=called)
            verdicts[entry.identifier] = verdict
    return verdicts


def _possible(system: System, exploration: Exploration) -> list[Action]:
    """The actions that some reachable state has; all of them if the search has not counted them."""
    counted = exploration.complete and exploration.fired and not exploration.reductions
    return [action for action in system.actions if not counted or exploration.fired.get(action.name)]


def _violated(
    response: Response, runs: Sequence[FairRun], judged: Judged, wide: Callable[[], Laps], evidence: Evidence
) -> Verdict:
    """The first of the runs that is one at full width too."""
    reason = ""
    for run in runs[:MOST_RUNS]:
        trace = confirmed_lasso(judged.system, response, run)
        fault = None if judged.bits == judged.wide_bits else follow(trace, wide(), response.groups)
        if fault is None:
            return Violated(evidence, trace)
        reason = reason or fault
    return Unknown(
        evidence, f"width artefact: the run found at {judged.bits}-bit sequence numbers is none for ever at "
        f"{judged.wide_bits}: {reason}"
    )  # fmt: skip


def confirmed_lasso(system: System, response: Response, run: FairRun) -> Trace:
    """The run for ever as a trace: replayed through the interpretation and the `transitions` machines, and
    judged by the interpretation to be fair and to break the property."""
    trace = closed(replay(system, response.name, run.initial, run.path), run.loop)
    confirm(system, trace.initial, trace.path, [step.state for step in trace.steps])
    faults = lasso_faults(trace, response)
    if faults:
        raise RuntimeError(f"{response.name}: {faults[0]}")
    return trace
