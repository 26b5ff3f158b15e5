"""A property that was asked for by name is judged somewhere, or it is said why not."""

from __future__ import annotations

from collections.abc import Sequence

from checker.checking import Run
from model.language.errors import ModelError


def require_judged(runs: Sequence[Run], asked: Sequence[str]) -> None:
    """Raises ModelError for the first property that no run judges: where it was asked, and the reason."""
    judged = {entry.property.identifier for run in runs for entry in run.judgements}
    for identifier in asked:
        reasons = {run.scenario.name: run.left_out[identifier] for run in runs if identifier in run.left_out}
        if identifier not in judged and reasons:
            (scenario, reason), *_ = reasons.items()
            others = f" and {len(reasons) - 1} more" if len(reasons) > 1 else ""
            raise ModelError(f"{identifier} is not judged in {scenario}{others}: {reason}")
