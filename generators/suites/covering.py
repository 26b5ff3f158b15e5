"""Choosing few tests that reach all goals: greedy set cover, within 1 + 1/2 + ... + 1/n of the smallest,
n being the most goals that one candidate reaches (Chvatal 1979)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Set
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def greedy_cover(candidates: Mapping[Name, Set[str]], costs: Mapping[Name, int]) -> tuple[list[Name], float]:
    """The names chosen, in the order of their choice, and the bound on how far they are from the best.

    Always the candidate with the most new goals for its cost; of equal ones the first. Then those go that
    later ones have made superfluous.
    """
    left = set().union(*candidates.values()) if candidates else set()
    most = max((len(goals) for goals in candidates.values()), default=0)
    chosen: list[Name] = []
    while left:
        best = max(candidates, key=lambda name: len(candidates[name] & left) / costs[name])
        chosen.append(best)
        left -= candidates[best]
    for name in sorted(chosen, key=lambda name: (len(candidates[name]), -costs[name])):
        others = set().union(*(candidates[other] for other in chosen if other != name))
        if candidates[name] <= others:
            chosen.remove(name)
    return chosen, sum(1 / number for number in range(1, most + 1)) if most else 1.0
