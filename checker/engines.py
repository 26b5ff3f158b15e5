"""The search that fits a system: over the product of its parts where it falls into parts, else packed.
Decided from the system alone; the reason is among the notes of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from checker.explicit import engine as packed
from checker.product import engine as product
from checker.product.pause import Pause, Stopped
from checker.product.planning import Declined, plan
from checker.search import INTERRUPTED, Exploration, Limits, ProgressReport
from model.language.observations import Observation
from model.language.systems import System

FEW_COMBINATIONS = 2**12  # of all variables' values: packed search is done before parts are compiled


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None
) -> Exploration:
    """Every reachable state, until done or a limit is passed, by the engine that fits.

    Raises ModelError if a value leaves its domain.
    """
    if not system.channels and prod(variable.domain.size for variable in system.variables) <= FEW_COMBINATIONS:
        return _packed(system, observations, limits, progress, "the system has few states")
    pause = Pause(limits, progress)
    try:
        prepared = plan(system, observations, pause)
    except Declined as reason:
        return _packed(system, observations, limits, progress, f"the system {reason}")
    except Stopped as reason:
        return product.nothing_explored(system, f"{reason} before the search began", pause)
    except KeyboardInterrupt:
        return product.nothing_explored(system, INTERRUPTED, pause)
    try:
        found = product.explore_planned(prepared, limits, pause)
    except Declined as reason:
        return _packed(system, observations, limits, progress, f"the system {reason}")
    finally:
        prepared.close()
    return replace(found, notes=(f"product search: the system {prepared.split.reason}",))


def _packed(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None, reason: str
) -> Exploration:
    found = packed.explore(system, observations, limits, progress)
    return replace(found, notes=(f"packed search: {reason}", *found.notes))
