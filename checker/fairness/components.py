"""Where a fair run can stay for ever: strongly connected parts of a state graph that satisfy weak and
strong fairness. A run that stops counts as one that stays where it is, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from checker.fairness.graph import NONE, Flags, Masks, StateGraph
from properties.fairness import FairnessGroup, Strength

MOST_GROUPS = 32


@dataclass(frozen=True)
class Fairness:
    """The groups of one question as bits. of_edge: the groups a step belongs to. enabled: the groups of
    which some step is possible in a state, wherever it leads."""

    weak: int
    strong: int
    of_edge: Masks
    enabled: Masks


def fairness(graph: StateGraph, groups: Sequence[FairnessGroup], of_edge: Masks) -> Fairness:
    """of_edge: bit i is set where the step belongs to groups[i]."""
    bits = {strength: sum(1 << bit for bit, group in enumerate(groups) if group.strength is strength)
            for strength in Strength}  # fmt: skip
    enabled = np.zeros(graph.states, dtype=np.uint32)
    with_steps = np.flatnonzero(np.diff(graph.offsets))
    if len(with_steps):
        enabled[with_steps] = np.bitwise_or.reduceat(of_edge, graph.offsets[with_steps])
    return Fairness(bits[Strength.WEAK], bits[Strength.STRONG], of_edge, enabled)


def fair_components(graph: StateGraph, region: Flags, given: Fairness) -> NDArray[np.int32]:
    """The number of the fair component of each state; NONE for a state in none.

    In a component some run goes round for ever within `region` and is fair. Strong fairness may have to
    take a component apart: where a strong group is possible but not taken inside, the states in which it
    is possible cannot be visited again and again, and what is left is looked at once more.
    """
    component = np.full(graph.states, NONE, dtype=np.int32)
    sources = graph.sources
    inner = np.flatnonzero(region[sources] & region[graph.targets])
    source, target, groups = sources[inner], graph.targets[inner], given.of_edge[inner]
    alive = np.flatnonzero(region)
    found = 0
    while len(alive):
        place = np.full(graph.states, NONE, dtype=np.int32)
        place[alive] = np.arange(len(alive), dtype=np.int32)
        matrix = coo_array(
            (np.ones(len(source), dtype=np.int8), (place[source], place[target])), shape=(len(alive), len(alive))
        )
        count, part = connected_components(matrix.tocsr(), directed=True, connection="strong")
        part = part.astype(np.int32)
        inside = part[place[source]] == part[place[target]]
        source, target, groups = source[inside], target[inside], groups[inside]
        taken = np.zeros(count, dtype=np.uint32)
        np.bitwise_or.at(taken, part[place[source]], groups)
        here = given.enabled[alive]
        somewhere = np.zeros(count, dtype=np.uint32)
        np.bitwise_or.at(somewhere, part, here)
        everywhere = np.full(count, 0xFFFFFFFF, dtype=np.uint32)
        np.bitwise_and.at(everywhere, part, here)
        starved = np.uint32(given.weak) & everywhere & ~taken
        neglected = np.uint32(given.strong) & somewhere & ~taken
        fair = (starved == 0) & (neglected == 0)
        staying = fair[part]
        component[alive[staying]] = part[staying] + found
        found += count
        again = ~staying & (starved[part] == 0) & ((neglected[part] & here) == 0)
        alive = alive[again]
        kept = np.zeros(graph.states, dtype=np.bool_)
        kept[alive] = True
        both = kept[source] & kept[target]
        source, target, groups = source[both], target[both], groups[both]
    return component
