"""Exploration, induction, Spacer and bounded model checking, one after the other, on what is still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.search import Exploration, Limits, ProgressReport
from checker.symbolic.bounded import STEPS
from checker.symbolic.proving import Prover
from model.language.observations import Observation
from model.language.systems import System


def explore(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None
) -> Exploration:
    """Raises ModelError if a value leaves its domain."""
    found = Prover(steps=STEPS, settles=True, spacer="not settled").explore(system, observations, limits, progress)
    return replace(found, engine="portfolio")
