"""Whether a response property can be broken by a fair run, and a short run that shows it: a stem, then
a loop (of no steps where the run stops) that gives every fairness group its due."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from checker.fairness.components import Fairness, fair_components, fairness
from checker.fairness.graph import (
    NONE,
    Distances,
    Flags,
    Indices,
    Masks,
    StateGraph,
    distances,
    from_initial,
    reachable,
)
from properties.fairness import FairnessGroup

Place = TypeVar("Place", bound=Hashable)
MOST_ENTRIES = 40  # states of fair components that a loop is looked for from
MOST_LOOKED_AT = 150_000  # places on the way round, for all loops of a question


@dataclass(frozen=True)
class Question:
    """Whether from every state where it matters a goal is reached, if the run is fair.

    It matters in the states `at`, and in those that the steps `by` lead to. of_edge: bit i is set for
    the steps that groups[i] has.
    """

    at: Flags
    by: Flags
    goal: Flags
    groups: Sequence[FairnessGroup]
    of_edge: Masks


@dataclass(frozen=True)
class Lasso:
    """A run for ever: from an initial state along the edges of the stem, then round the loop."""

    initial: int
    stem: tuple[int, ...]
    loop: tuple[int, ...]

    @property
    def length(self) -> int:
        return len(self.stem) + len(self.loop)


def lassos(graph: StateGraph, question: Question) -> Iterator[Lasso]:
    """Fair runs that break the property, short ones first; none if there is no fair run that does."""
    start = question.at.copy()
    start[graph.targets[question.by]] = True
    region = reachable(graph, start, ~question.goal)
    if not region.any():
        return
    given = fairness(graph, question.groups, question.of_edge)
    component = fair_components(graph, region, given)
    if (component == NONE).all():
        return
    before = from_initial(graph)
    after = _beyond(graph, question, region, before)
    fair = np.flatnonzero(component != NONE)
    fair = fair[np.argsort(after.distance[fair], kind="stable")]
    found: list[Lasso] = []
    loops = _Loops(graph, component, given)
    for entry in _entries(fair, given):
        initial, stem = _stem(graph, before, after, entry)
        shorter = min((lasso.length for lasso in found), default=sys.maxsize) - len(stem)
        loop = loops.shortest(entry, shorter)
        if loop is None and not found:
            loop = loops.gathered(entry)
        if loop is not None:
            found.append(Lasso(initial, tuple(stem), tuple(loop)))
    yield from sorted(found, key=lambda lasso: lasso.length)


def _entries(fair: NDArray[np.int64], given: Fairness) -> list[int]:
    """The nearest states, and the nearest in which a run may stop."""
    may_stop = fair[(given.enabled[fair] & np.uint32(given.weak | given.strong)) == 0]
    return list(dict.fromkeys(int(state) for state in (*may_stop[:1], *fair[:MOST_ENTRIES])))


def _beyond(graph: StateGraph, question: Question, region: Flags, before: Distances) -> Distances:
    """Shortest ways from the initial states into the region, from where on the goal is not reached."""
    edges = np.flatnonzero(question.by)
    states = np.concatenate((np.flatnonzero(question.at), graph.targets[edges].astype(np.int64)))
    arrivals = np.concatenate((np.full(int(question.at.sum()), NONE, dtype=np.int64), edges))
    sources = graph.sources
    steps = np.concatenate((
        before.distance[question.at].astype(np.int64), before.distance[sources[edges]].astype(np.int64) + 1,
    ))  # fmt: skip
    order = np.argsort(steps, kind="stable")
    states, arrivals, steps = states[order], arrivals[order], steps[order]

    def starts(level: int) -> tuple[Indices, Indices]:
        first, last = np.searchsorted(steps, [level, level + 1])
        return states[first:last], arrivals[first:last]

    return distances(graph, starts, int(steps[-1]), region)


def _stem(graph: StateGraph, before: Distances, after: Distances, entry: int) -> tuple[int, list[int]]:
    """The edges of a shortest way to `entry`: to where it begins to matter, then past all goals."""
    edges: list[int] = []
    state = entry
    while (edge := int(after.arrival[state])) != NONE:
        edges.append(edge)
        source = graph.source_of(edge)
        begins = after.distance[source] == NONE or after.distance[source] + 1 != after.distance[state]
        state = source
        if begins:
            break
    initial, first = before.path_to(graph, state)
    return initial, [*first, *edges[::-1]]


@dataclass(frozen=True)
class _Seen:
    """What a way has met: strong groups possible somewhere, weak groups possible everywhere, groups taken."""

    somewhere: int
    everywhere: int
    taken: int

    @property
    def owed(self) -> int:
        """Groups that have not had their due if the way is a loop."""
        return (self.somewhere | self.everywhere) & ~self.taken


class _Loops:
    """Ways round inside fair components."""

    def __init__(self, graph: StateGraph, component: NDArray[np.int32], given: Fairness) -> None:
        self.graph = graph
        self.component = component
        self.given = given
        self.left = MOST_LOOKED_AT

    def _at(self, state: int) -> _Seen:
        enabled = int(self.given.enabled[state])
        return _Seen(enabled & self.given.strong, enabled & self.given.weak, 0)

    def _beyond(self, seen: _Seen, edge: int, target: int) -> _Seen:
        enabled = int(self.given.enabled[target])
        return _Seen(
            seen.somewhere | enabled & self.given.strong,
            seen.everywhere & enabled,
            seen.taken | int(self.given.of_edge[edge]) & (self.given.weak | self.given.strong),
        )

    def _inner(self, state: int) -> Iterator[tuple[int, int]]:
        """Edges that stay in the component, with their targets."""
        number = self.component[state]
        for edge in range(int(self.graph.offsets[state]), int(self.graph.offsets[state + 1])):
            target = int(self.graph.targets[edge])
            if self.component[target] == number:
                yield edge, target

    def shortest(self, entry: int, shorter: int) -> list[int] | None:
        """The edges of a shortest fair loop through `entry`, if it has less than `shorter` and is found soon:
        breadth first over states and what the way to them has met."""
        first = (entry, self._at(entry))
        if shorter <= 0:
            return None
        if not first[1].owed:
            return []
        arrival: dict[tuple[int, _Seen], tuple[tuple[int, _Seen], int] | None] = {first: None}
        waiting = deque([(first, 1)])
        while waiting and self.left > 0:
            place, steps = waiting.popleft()
            if steps >= shorter:
                break
            for edge, target in self._inner(place[0]):
                following = (target, self._beyond(place[1], edge, target))
                if following in arrival:
                    continue
                self.left -= 1
                arrival[following] = (place, edge)
                if target == entry and not following[1].owed:
                    return _walked(arrival, following)
                waiting.append((following, steps + 1))
        return None

    def gathered(self, entry: int) -> list[int]:
        """The edges of some fair loop through `entry`: from one thing owed to the nearest next, and home."""
        path: list[int] = []
        state, seen = entry, self._at(entry)
        while seen.owed or state != entry or not path:
            for edge in self._nearest(state, entry, seen.owed):
                state = int(self.graph.targets[edge])
                seen = self._beyond(seen, edge, state)
                path.append(edge)
        return path

    def _nearest(self, state: int, entry: int, owed: int) -> list[int]:
        """To a step that an owed group has, or a state in which an owed weak group is not possible; if
        nothing is owed, to `entry`."""
        arrival: dict[int, tuple[int, int] | None] = {state: None}
        waiting = deque([state])
        while waiting:
            here = waiting.popleft()
            for edge, target in self._inner(here):
                gives = int(self.given.of_edge[edge]) | (self.given.weak & ~int(self.given.enabled[target]))
                if gives & owed if owed else target == entry:
                    return [*_walked(arrival, here), edge]
                if target not in arrival:
                    arrival[target] = (here, edge)
                    waiting.append(target)
        raise RuntimeError("the component is not fair")


def _walked(arrival: Mapping[Place, tuple[Place, int] | None], place: Place) -> list[int]:
    edges: list[int] = []
    while (step := arrival[place]) is not None:
        place, edge = step
        edges.append(edge)
    return edges[::-1]
