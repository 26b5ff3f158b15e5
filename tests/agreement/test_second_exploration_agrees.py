"""Exploring a certificate's text reaches the states and sees the violations that the plain interpreter does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from checker import plain_search
from checker.search import Limits
from checker.symbolic.certificates import SYNTAX, system_section
from checker.symbolic.components import Components
from checker.symbolic.second_exploration import TextSearch, explore_text, read_system
from checker.symbolic.second_solver import second_solver
from checker.symbolic.system_text import SystemText
from model.language.errors import ModelError
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.sampling import drawn


def states_by_text(section: str, components: Components, initial: list[dict[str, int]]) -> set[State]:
    """Contents of channels in canonical order, as the interpreter has them."""
    search = TextSearch(read_system(section))
    search.found.add(search.layout.rows(initial))
    for _ in search.run():
        pass
    columns = search.layout.batch(search.found.rows(0, search.found.count)).columns
    return {components.state({name: int(column[row]) for name, column in columns.items()})
            for row in range(search.found.count)}  # fmt: skip


def assert_agree(system: System, observations: list[Observation]) -> bool:
    """False if the system is too large, or wrong."""
    try:
        explored = plain_search.explore(system, observations, Limits(states=400))
    except ModelError:
        return False
    if not explored.complete:
        return False
    components = Components(system)
    initial = [components.codes(state) for state in Interpretation(system).initial_states()]
    section = system_section(SystemText(system, SYNTAX), {entry.name: [entry] for entry in observations})
    again = explore_text(section, initial, second_solver("bitwuzla"))
    assert again.stopped is None
    assert not again.faulty or not all(channel.loses for channel in system.channels), "only a reply may be lost"
    assert {observations[number].name for number in again.seen} == set(explored.sightings)
    assert len(states_by_text(section, components, initial)) == explored.states <= again.states
    return True


@settings(
    max_examples=drawn(15),
    suppress_health_check=list(HealthCheck),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(systems())
def test_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assert_agree(*drawn)


@pytest.mark.slow
def test_enough_of_the_random_systems_are_small_and_right() -> None:
    agreed = []

    @settings(max_examples=drawn(150), suppress_health_check=list(HealthCheck), deadline=None, phases=(Phase.generate,))
    @given(systems())
    def each(drawn: tuple[System, list[Observation]]) -> None:
        agreed.append(assert_agree(*drawn))

    each()
    assert sum(agreed) > 30
