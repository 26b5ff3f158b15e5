"""The state graph of a system in arrays, and walks over it. Edges stand source by source, as in a
compressed sparse row matrix; numpy does the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checker.explicit.action_code import POSITION_BITS

Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]
Masks = NDArray[np.uint32]
NONE = -1


@dataclass(frozen=True)
class StateGraph:
    """All reachable states (the first `initial` are the initial ones) and all steps between them.

    The steps of state s are offsets[s] .. offsets[s + 1] - 1; targets: the state after each; labels:
    what is done (action and position of the message taken, as the engine writes them).
    copies: the step takes a copy made by the network.
    """

    initial: int
    offsets: Indices
    targets: NDArray[np.int32]
    labels: NDArray[np.int32]
    copies: Flags

    @property
    def states(self) -> int:
        return len(self.offsets) - 1

    @property
    def sources(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(self.states, dtype=np.int32), np.diff(self.offsets))

    @property
    def actions(self) -> NDArray[np.int32]:
        """The number of each step's action."""
        return np.asarray((self.labels >> POSITION_BITS) - 1, dtype=np.int32)

    @property
    def positions(self) -> NDArray[np.int32]:
        """The position of the message that each step takes, NONE if it takes none."""
        return np.asarray((self.labels & ((1 << POSITION_BITS) - 1)) - 1, dtype=np.int32)

    def edges_of(self, states: Indices) -> Indices:
        """The edges out of some states, in their order."""
        first = self.offsets[states]
        counts = self.offsets[states + 1] - first
        before = np.concatenate(([0], np.cumsum(counts)[:-1])) if len(counts) else counts
        return np.asarray(np.repeat(first - before, counts) + np.arange(int(counts.sum())), dtype=np.int64)

    def source_of(self, edge: int) -> int:
        return int(np.searchsorted(self.offsets, edge, side="right")) - 1


def reachable(graph: StateGraph, start: Flags, allowed: Flags) -> Flags:
    """The states that are reached from `start` through allowed states only."""
    seen = start & allowed
    frontier = np.flatnonzero(seen).astype(np.int64)
    while len(frontier):
        targets = graph.targets[graph.edges_of(frontier)]
        fresh = np.unique(targets[allowed[targets] & ~seen[targets]])
        seen[fresh] = True
        frontier = fresh.astype(np.int64)
    return seen


@dataclass(frozen=True)
class Distances:
    """distance: steps to each state, NONE where there is no way. arrival: the edge by which it is reached,
    NONE for a state that a way starts with."""

    distance: NDArray[np.int32]
    arrival: Indices

    def path_to(self, graph: StateGraph, state: int) -> tuple[int, list[int]]:
        """Where a shortest way to `state` starts, and its edges."""
        edges: list[int] = []
        while (edge := int(self.arrival[state])) != NONE:
            edges.append(edge)
            state = graph.source_of(edge)
        return state, edges[::-1]


def distances(
    graph: StateGraph, starts: Callable[[int], tuple[Indices, Indices]], last_start: int, allowed: Flags
) -> Distances:
    """Shortest ways through allowed states. `starts` gives, for a distance up to `last_start`, the states
    that a way may start with at that distance already, and the edge by which each was reached (or NONE)."""
    distance = np.full(graph.states, NONE, dtype=np.int32)
    arrival = np.full(graph.states, NONE, dtype=np.int64)
    frontier = np.empty(0, dtype=np.int64)
    level = 0
    while len(frontier) or level <= last_start:
        edges = graph.edges_of(frontier)
        targets = graph.targets[edges].astype(np.int64)
        if level <= last_start:
            states, by = starts(level)
            targets, edges = np.concatenate((states, targets)), np.concatenate((by, edges))
        new = allowed[targets] & (distance[targets] == NONE)
        fresh, first = np.unique(targets[new], return_index=True)
        distance[fresh] = level
        arrival[fresh] = edges[new][first]
        frontier = fresh
        level += 1
    return Distances(distance, arrival)


def from_initial(graph: StateGraph) -> Distances:
    nothing = np.empty(0, dtype=np.int64)
    first = np.arange(graph.initial, dtype=np.int64)
    return distances(
        graph, lambda level: (first, np.full_like(first, NONE)) if level == 0 else (nothing, nothing), 0,
        np.ones(graph.states, dtype=np.bool_),
    )  # fmt: skip
