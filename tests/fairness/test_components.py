"""Fair components of small graphs: against every set of states, and where the answer is plain."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.fairness.components import fair_components, fairness
from checker.fairness.graph import NONE, StateGraph
from checker.fairness.lassos import Question, lassos
from checker.fairness.plain_components import fair_part
from model.language.systems import ActionKind
from properties.fairness import FairnessGroup, Strength
from tests.sampling import drawn

WEAK = [FairnessGroup(f"weak {number}", Strength.WEAK, (ActionKind.TIMER,)) for number in range(2)]
STRONG = [FairnessGroup(f"strong {number}", Strength.STRONG, (ActionKind.TIMER,)) for number in range(2)]
GROUPS = [*WEAK, *STRONG]
W, S = GROUPS[0], GROUPS[2]


class Edge(NamedTuple):
    source: int
    target: int
    groups: frozenset[FairnessGroup]


def edge(source: int, target: int, *groups: FairnessGroup) -> Edge:
    return Edge(source, target, frozenset(groups))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge], set[int]]:
    count = draw(st.integers(1, 6))
    places = st.integers(0, count - 1)
    edges = draw(st.lists(st.builds(Edge, places, places, st.frozensets(st.sampled_from(GROUPS), max_size=2)),
                          max_size=14))  # fmt: skip
    return count, edges, draw(st.sets(places))


def in_arrays(count: int, edges: list[Edge]) -> tuple[StateGraph, list[Edge]]:
    ordered = sorted(edges, key=lambda entry: entry.source)
    counts = np.bincount([entry.source for entry in ordered], minlength=count)
    graph = StateGraph(
        1, np.concatenate(([0], np.cumsum(counts))).astype(np.int64),
        np.array([entry.target for entry in ordered], dtype=np.int32),
        np.arange(len(ordered), dtype=np.int32), np.zeros(len(ordered), dtype=np.bool_),
    )  # fmt: skip
    return graph, ordered


def masks(edges: list[Edge]) -> np.ndarray:
    return np.array(
        [sum(1 << bit for bit, group in enumerate(GROUPS) if group in entry.groups) for entry in edges],
        dtype=np.uint32,
    )


def by_every_set(count: int, edges: list[Edge], region: set[int]) -> set[int]:
    """Union of all sets of states in which a fair run can go round, visiting all of them for ever."""
    fair: set[int] = set()
    for size in range(1, count + 1):
        for chosen in map(set, combinations(sorted(region), size)):
            if connected(chosen, edges) and is_fair(chosen, edges):
                fair |= chosen
    return fair


def connected(chosen: set[int], edges: list[Edge]) -> bool:
    for start in chosen:
        reached, grown = {start}, True
        while grown:
            more = {e.target for e in edges if e.source in reached and e.target in chosen}
            grown = not more <= reached
            reached |= more
        if reached != chosen:
            return False
    return True


def is_fair(chosen: set[int], edges: list[Edge]) -> bool:
    for group in GROUPS:
        taken = any(group in e.groups for e in edges if e.source in chosen and e.target in chosen)
        possible = {e.source for e in edges if e.source in chosen and group in e.groups}
        if not taken and (possible == chosen if group.strength is Strength.WEAK else possible):
            return False
    return True


def by_arrays(count: int, edges: list[Edge], region: set[int]) -> set[int]:
    graph, ordered = in_arrays(count, edges)
    allowed = np.array([state in region for state in range(count)], dtype=np.bool_)
    component = fair_components(graph, allowed, fairness(graph, GROUPS, masks(ordered)))
    return set(np.flatnonzero(component != NONE).tolist())


def by_sets(count: int, edges: list[Edge], region: set[int]) -> set[int]:
    steps = {state: [(e.target, e.groups) for e in edges if e.source == state] for state in range(count)}
    return fair_part(steps, region, GROUPS)


@settings(max_examples=drawn(120), deadline=None, derandomize=True, database=None)
@given(graphs())
def test_three_ways_find_the_same_fair_states(drawn: tuple[int, list[Edge], set[int]]) -> None:
    count, edges, region = drawn
    expected = by_every_set(count, edges, region)
    assert by_sets(count, edges, region) == expected
    assert by_arrays(count, edges, region) == expected


@pytest.mark.parametrize("name, edges, region, fair", [
    ("nothing is possible: the run stops", [], {0}, {0}),
    ("only what nobody promises is possible: the run may stop", [edge(0, 1)], {0}, {0}),
    ("a weak group is possible: the run may not stop", [edge(0, 1, W)], {0}, set()),
    ("a self loop of the weak group gives it its due", [edge(0, 0, W), edge(0, 1, W)], {0}, {0}),
    ("a self loop of others does not", [edge(0, 0), edge(0, 1, W)], {0}, set()),
    ("weak: possible in one of two states only, so nothing is owed",
     [edge(0, 1), edge(1, 0), edge(0, 2, W)], {0, 1}, {0, 1}),
    ("weak: possible all the way round", [edge(0, 1), edge(1, 0), edge(0, 2, W), edge(1, 2, W)], {0, 1}, set()),
    ("strong: possible in one state is enough to be owed; what is left may stop where it is not possible",
     [edge(0, 1), edge(1, 0), edge(0, 2, S)], {0, 1}, {1}),
    ("strong: the other state may not stop either", [edge(0, 1), edge(1, 0, W), edge(0, 2, S)], {0, 1}, set()),
    ("strong: taken on the way round", [edge(0, 1, S), edge(1, 0), edge(0, 2, S)], {0, 1}, {0, 1}),
    ("a part of the component avoids the strong group",
     [edge(0, 1), edge(1, 0, W), edge(1, 2, W), edge(2, 0, W), edge(2, 3, S)], {0, 1, 2}, {0, 1}),
    ("two strong groups, one after the other, leave nothing",
     [edge(0, 1, W), edge(1, 0, W), edge(0, 2, S), edge(1, 2, STRONG[1])], {0, 1}, set()),
])  # fmt: skip
def test_fair_states_where_the_answer_is_plain(name: str, edges: list[Edge], region: set[int], fair: set[int]) -> None:
    for way in (by_every_set, by_sets, by_arrays):
        assert way(4, edges, region) == fair, (name, way)


@settings(max_examples=drawn(120), deadline=None, derandomize=True, database=None)
@given(graphs(), st.sets(st.integers(0, 5)), st.sets(st.integers(0, 13)))
def test_a_lasso_is_found_exactly_if_there_is_one_and_is_fair(
    drawn: tuple[int, list[Edge], set[int]], at: set[int], by: set[int]
) -> None:
    count, edges, region = drawn
    graph, ordered = in_arrays(count, edges)
    mine = {0}
    while more := {e.target for e in edges if e.source in mine} - mine:
        mine |= more
    if len(mine) != count:
        return  # states out of reach are no states of a state graph
    starts = {state for state in at if state < count} | {ordered[e].target for e in by if e < len(ordered)}
    reached = starts & region
    while more := {e.target for e in edges if e.source in reached and e.target in region} - reached:
        reached |= more
    question = Question(
        np.array([state in at for state in range(count)], dtype=np.bool_),
        np.array([index in by for index in range(len(ordered))], dtype=np.bool_),
        np.array([state not in region for state in range(count)], dtype=np.bool_), GROUPS, masks(ordered),
    )  # fmt: skip
    found = list(lassos(graph, question))
    assert bool(found) == bool(by_every_set(count, edges, reached))
    for lasso in found:
        walked = [lasso.initial]
        matters = [lasso.initial in at]
        for index in (*lasso.stem, *lasso.loop):
            assert ordered[index].source == walked[-1]
            walked.append(ordered[index].target)
            matters.append(walked[-1] in at or index in by)
        assert walked[-1] == walked[len(lasso.stem)]
        assert any(matters[i] and all(s in region for s in walked[i:]) for i in range(len(lasso.stem) + 1))
        loop = [ordered[index] for index in lasso.loop]
        for group in GROUPS:
            possible = [any(group in e.groups for e in ordered if e.source == state)
                        for state in walked[len(lasso.stem):]]  # fmt: skip
            owed = all(possible) if group.strength is Strength.WEAK else any(possible)
            assert not owed or any(group in e.groups for e in loop), (lasso, group)
