"""Verdicts on response properties by counting rounds: HOLDS with the most rounds that anything is waited for,
VIOLATED with a run for ever that was replayed two ways, else UNKNOWN. No state graph is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.checking import Judgement, Run
from checker.fairness.judging import confirmed_lasso
from checker.fairness.responses import response_of
from checker.fairness.rounds import MOST, Waiting, wait
from checker.search import Limits, ProgressReport
from checker.verdict import Evidence, Holds, Unknown, Verdict, Violated
from model.handover import Change, binding, handover_of_one
from model.language.errors import ModelError
from model.language.systems import System
from model.language.table_cache import require_sound_tables
from model.readings import Reading
from model.scenarios import Scenario
from properties.kinds import Kind, Property

ENGINE = "rounds"


def check_by_rounds(
    scenario: Scenario, reading: Reading, properties: Sequence[Property], *, change: Change | None = None,
    limits: Limits = Limits(), progress: ProgressReport | None = None, most: int = MOST,  # noqa: B008
) -> list[Run]:  # fmt: skip
    """A run for each response property that says something in the scenario, each with an exploration of its own.

    Raises ModelError if a property is no response property, or rounds cannot be counted in the scenario.
    """
    if scenario.ue.count > 1:
        raise ModelError(f"{scenario.name}: response properties are judged with one UE")
    alone = handover_of_one(scenario, reading, change)
    require_sound_tables(alone)
    runs = []
    for entry in properties:
        if entry.kind is not Kind.RESPONSE:
            raise ModelError(f"{entry.identifier} is no response property: nothing is waited for")
        if entry.identifier in scenario.cannot_occur or (entry.needs and entry.needs not in scenario.capabilities):
            continue
        found = wait(alone, response_of(entry, alone, binding(scenario, reading)), limits, progress, most=most)
        runs.append(_run(scenario, reading, alone, entry, found))
        if found.exploration.interrupted:
            break
    return runs


def _run(scenario: Scenario, reading: Reading, alone: System, entry: Property, found: Waiting) -> Run:
    notes: tuple[str, ...] = ()
    if found.holds:
        notes = (f"{entry.identifier} is waited for through at most {found.rounds} round(s), in each of which every "
                 "fairness group has its due",)  # fmt: skip
    exploration = replace(found.exploration, engine=ENGINE, notes=notes)
    evidence = Evidence(
        ENGINE, exploration.complete, exploration.states, exploration.transitions, exploration.depth,
        exploration.seconds, alone.fingerprint, tuple(scenario.abstractions()), (),
        entry.assumptions_among(alone.actions),
    )  # fmt: skip
    verdict: Verdict
    if found.run is not None:
        trace = confirmed_lasso(alone, response_of(entry, alone, binding(scenario, reading)), found.run)
        verdict = Violated(evidence, trace)
    elif found.holds:
        verdict = Holds(evidence, vacuous=not found.called_for)
    else:
        verdict = Unknown(evidence, found.reason or "nothing was found out")
    return Run(scenario, reading, alone, alone.machines, exploration, (Judgement(entry, verdict),), (), {}, ())
