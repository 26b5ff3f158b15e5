"""Response properties of random systems: the compiled graph and the plain one say the same, and every run
found is judged by the interpretation alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.fairness.lasso_check import lasso_faults
from checker.fairness.limits import LimitReached
from checker.fairness.plain_components import fair_part
from checker.fairness.plain_graph import PlainGraph
from checker.fairness.responses import Answers, Response, decide
from checker.fairness.state_graph import CompiledGraph
from checker.search import Limits
from checker.trace import closed, replay
from model.language.expressions import TRUE, variable
from model.language.observations import Observation, observe_states, observe_steps
from model.language.systems import ActionKind, System
from properties.fairness import FairnessGroup, Strength
from tests.agreement.random_systems import Builder, condition, flag, number, pick
from tests.sampling import drawn

FEW = Limits(states=300)
ALLOWED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def group(draw: Callable[..., Any], name: str, system: System) -> FairnessGroup:
    strength = pick(draw, list(Strength))
    kinds = tuple(kind for kind in ActionKind if kind is not ActionKind.LOSS and flag(draw))
    match number(draw, 0, 3):
        case 0:
            return FairnessGroup(name, strength, kinds)
        case 1 | 2:
            return FairnessGroup(name, strength, tuple(ActionKind), machine=pick(draw, system.machines).name)
    return FairnessGroup(name, strength, (ActionKind.RECEIPT,), channel=pick(draw, system.channels).name,
                         copies=pick(draw, [None, False, True]))  # fmt: skip


@st.composite
def questions(draw: Callable[..., Any]) -> tuple[System, list[Response]]:
    builder = Builder(draw)
    system = builder.system()
    responses = []
    for index in range(5):
        goal = observe_states("goal", condition(draw, builder.names, number(draw, 0, 1)), system).in_states
        assert goal is not None
        groups = tuple(group(draw, f"group {place}", system) for place in range(number(draw, 1, 3)))
        called: Observation
        if number(draw, 0, 3):
            called = observe_states("called for", condition(draw, builder.names, 0) if flag(draw) else TRUE, system)
        else:
            called = observe_steps("called for", builder.step_condition(), system)
        responses.append(Response(f"response {index}", goal, groups, called.in_states, called.in_steps))
    return system, responses


def plainly_broken(built: PlainGraph, response: Response) -> bool:
    """By sets of states found by the interpretation."""
    steps: dict[int, list[tuple[int, frozenset[FairnessGroup]]]] = {index: [] for index in range(len(built.found))}
    calling = built.steps_where(response.by)
    start: set[int] = set()
    for place, (source, step) in enumerate(built.steps):
        copy = bool(built.graph.copies[place])
        target = built.index[step.state]
        steps[source].append((target, frozenset(g for g in response.groups if g.has(step.action, copy))))
        if calling[place]:
            start.add(target)
    interpretation = built.interpretation
    start |= {index for index, state in enumerate(built.found)
              if response.at is not None and interpretation.holds(response.at, state)}  # fmt: skip
    off = {index for index, state in enumerate(built.found) if not interpretation.holds(response.goal, state)}
    reached, waiting = start & off, list(start & off)
    while waiting:
        for after, _ in steps[waiting.pop()]:
            if after in off and after not in reached:
                reached.add(after)
                waiting.append(after)
    return bool(fair_part(steps, reached, response.groups))


def assert_real(system: System, response: Response, answers: Answers) -> None:
    for run in answers.runs[response.name][:3]:
        assert lasso_faults(closed(replay(system, response.name, run.initial, run.path), run.loop), response) == []


def about_values(built: PlainGraph, groups: tuple[FairnessGroup, ...]) -> list[Response]:
    """Each variable takes each value that it ever has, again and again."""
    return [
        Response(f"{entry.name} is {value}", variable(entry.name) == value, groups, TRUE)
        for index, entry in enumerate(built.system.variables)
        for value in sorted({state.values[index] for state in built.found}, key=str)
        if not isinstance(value, str) or value in entry.domain.values
    ]


@settings(max_examples=drawn(10), deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(questions())
def test_compiled_plain_and_sets_agree_on_random_systems(drawn: tuple[System, list[Response]]) -> None:
    system, responses = drawn
    try:
        built = PlainGraph(system, FEW)
    except LimitReached:
        return
    responses = [*responses, *about_values(built, responses[-1].groups)]
    plain, compiled = decide(system, responses, "plain", FEW), decide(system, responses, "explicit", Limits())
    assert compiled.stopped is None
    assert (compiled.states, compiled.transitions) == (plain.states, plain.transitions)
    for response in responses:
        broken = plainly_broken(built, response)
        for answers in (plain, compiled):
            assert bool(answers.runs[response.name]) == broken
            assert_real(system, response, answers)


@settings(max_examples=drawn(6), deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(questions())
def test_the_compiled_graph_is_the_plain_one(drawn: tuple[System, list[Response]]) -> None:
    system, responses = drawn
    try:
        plain = PlainGraph(system, FEW)
    except LimitReached:
        return
    compiled = CompiledGraph(system, Limits())
    try:
        place = [plain.index[compiled.state(index)] for index in range(compiled.graph.states)]
        pictures = []
        for built, rename in ((plain, list(range(plain.graph.states))), (compiled, place)):
            graph = built.graph
            flags = [built.steps_where(response.by) for response in responses]
            edges = sorted(
                (rename[source], rename[target], label, copy, *(bool(some[index]) for some in flags))
                for index, (source, target, label, copy) in enumerate(zip(
                    graph.sources.tolist(), graph.targets.tolist(), graph.labels.tolist(), graph.copies.tolist(),
                    strict=True))
            )  # fmt: skip
            goals = [sorted(rename[index] for index in built.where(response.goal).nonzero()[0])
                     for response in responses]  # fmt: skip
            pictures.append((graph.initial, edges, goals))
        assert pictures[0] == pictures[1]
    finally:
        compiled.close()
