"""What a referee found, in the terms of the model: its states and its transitions, not the referee's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Findings:
    """seen: claims that were seen to be broken, or to occur. reported_states: as the referee prints it.

    Counts are exact if `complete`; `reason` says why it is not. transitions: None if the referee does
    not count them. depth: the deepest point of a depth-first search, not a shortest distance.
    """

    referee: str
    complete: bool
    reason: str | None
    states: int
    transitions: int | None
    reported_states: int
    depth: int | None
    seen: frozenset[str]
    seconds: float
