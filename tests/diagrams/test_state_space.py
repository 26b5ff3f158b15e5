"""The state space from far: counts agree with the interpretation, and a search cut short says so."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, assume, given, settings

from checker.explicit.regions import state_space
from checker.search import Limits
from checker.state_space import StateSpace, chosen_variables
from diagrams.errors import DiagramError
from diagrams.rendering import render_space
from diagrams.space_diagram import space_data, space_dot, space_mermaid, space_picture, space_svg
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.diagrams.runs import nine_states
from tests.toys import toy_system


def plainly(system: System, names: list[str]) -> tuple[Counter[object], Counter[object], set[object]]:
    """Regions with their states, steps between regions by action, regions with initial states: one by one."""
    interpretation, chosen = Interpretation(system), chosen_variables(system, names)
    waiting = list(interpretation.initial_states())
    seen = set(waiting)
    initial = {tuple(state.values[index] for index in chosen) for state in seen}
    regions: Counter[object] = Counter()
    steps: Counter[object] = Counter()
    while waiting:
        state = waiting.pop()
        here = tuple(state.values[index] for index in chosen)
        regions[here] += 1
        for step in interpretation.steps(state):
            there = tuple(step.state.values[index] for index in chosen)
            steps[here, there, None if here == there else step.action.name] += 1
            if step.state not in seen:
                seen.add(step.state)
                waiting.append(step.state)
    return regions, steps, set(initial)


def agrees(system: System, names: list[str]) -> StateSpace:
    found = state_space(system, names, Limits())
    regions, steps, initial = plainly(system, names)
    assert found.stopped is None
    assert {region.values: region.states for region in found.regions} == regions
    assert {region.values for region in found.regions if region.initial} == initial
    counted: Counter[object] = Counter()
    for region in found.regions:
        counted[region.values, region.values, None] += region.inside
    for crossing in found.crossings:
        ends = found.regions[crossing.source].values, found.regions[crossing.dest].values
        counted.update({(*ends, name): count for name, count in crossing.actions})
        assert crossing.steps == sum(count for _, count in crossing.actions)
    assert +counted == steps
    assert (found.states, found.steps) == (regions.total(), steps.total())
    return found


def test_counts_agree_with_the_interpretation() -> None:
    agrees(toy_system(width=2, capacity=1), ["receiver", "sender"])
    agrees(nine_states(), ["walker", "walker.moved"])


@pytest.mark.broad
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(systems())
def test_counts_agree_on_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    system, _ = drawn
    names = list(dict.fromkeys([system.variables[0].name, system.variables[-1].name]))
    assume(state_space(system, names, Limits(states=300)).stopped is None)
    agrees(system, names)


def test_a_search_cut_short_says_at_least(tmp_path: Path) -> None:
    whole = state_space(nine_states(), ["walker"], Limits())
    part = state_space(nine_states(), ["walker"], Limits(states=5))
    assert part.stopped is not None
    assert part.states < whole.states
    assert part.steps <= whole.steps
    picture = space_picture(part, "nine")
    assert picture.counts.startswith("at least ")
    assert "limit of 5 states" in picture.counts
    data = json.loads(render_space(picture, tmp_path / "part.json").read_text())
    assert (data["complete"], data["stopped"]) == (False, part.stopped)
    assert "complete" in space_picture(whole, "nine").counts


def test_every_format_shows_every_region_and_is_equal_on_a_second_run(tmp_path: Path) -> None:
    picture = space_picture(state_space(nine_states(), ["walker"], Limits()), "nine")
    for suffix in ("svg", "png", "dot", "mmd", "json", "pdf"):
        one, other = (render_space(picture, tmp_path / f"{n}.{suffix}").read_bytes() for n in (1, 2))
        assert suffix == "pdf" or one == other
    shown = {element.text for element in ElementTree.fromstring(space_svg(picture)).iter()}
    for region in picture.space.regions:
        assert f"walker: {region.values[0]}" in shown
        assert f"walker: {region.values[0]}".replace(":", "#58;") in space_mermaid(picture)
        assert f"walker: {region.values[0]}" in space_dot(picture)
    regions = space_data(picture)["regions"]
    assert isinstance(regions, list)
    assert sum(entry["states"] for entry in regions) == picture.space.states


def test_bad_choices_are_one_clear_line() -> None:
    with pytest.raises(ModelError, match=r'no variable "walkr".*"walker\.'):
        state_space(nine_states(), ["walkr"], Limits())
    with pytest.raises(ModelError, match="chosen twice"):
        chosen_variables(nine_states(), ["walker", "walker.state"])
    with pytest.raises(ModelError, match="no variable is chosen"):
        chosen_variables(nine_states(), [])
    space = state_space(nine_states(), ["walker"], Limits())
    with pytest.raises(DiagramError, match=f"{len(space.regions)} regions are too many to look at"):
        space_picture(space, "nine", most=2)
