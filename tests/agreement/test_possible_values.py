"""What is left out as impossible never happens; every value that something has is among the possible ones."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from checker import plain_search
from checker.checking import check_scenario
from checker.explicit import engine
from checker.search import Limits
from checker.trace import replay
from model.handover import handover_of_one
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.possible_values import PossibleValues, without_impossible_actions
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import figures

FEW = Limits(states=300)
ALLOWED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@settings(max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(systems())
def test_a_search_sees_no_action_and_no_value_that_is_not_possible(drawn: tuple[System, list[Observation]]) -> None:
    system, _ = drawn
    possible = PossibleValues(system)
    meaning = Interpretation(system)
    seen: set[State] = set(meaning.initial_states())
    waiting = list(seen)
    while waiting and len(seen) < 300:
        state = waiting.pop()
        assert_possible(system, possible, state)
        for step in meaning.steps(state):
            assert step.action.name in possible.actions
            if step.state not in seen:
                seen.add(step.state)
                waiting.append(step.state)


def assert_possible(system: System, possible: PossibleValues, state: State) -> None:
    for variable_, value in zip(system.variables, state.values, strict=True):
        among = possible.variables[variable_.name]
        assert among is None or value in among
    for channel, contents in zip(system.channels, state.channels, strict=True):
        for flight in contents:
            message = channel.messages[flight.message]
            fields = possible.messages[channel.name, message.name]
            for name, value in zip(message.fields, flight.values, strict=True):
                among = fields[name]
                assert among is None or value in among


@pytest.mark.broad
@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(systems())
def test_exploring_without_impossible_actions_finds_the_same(drawn: tuple[System, list[Observation]]) -> None:
    system, observations = drawn
    fewer = without_impossible_actions(system)
    left = {action.name for action in fewer.actions}
    watched = [
        Observation(entry.name, entry.in_states, {name: at for name, at in entry.in_steps.items() if name in left})
        for entry in observations
    ]
    whole, spared = plain_search.explore(system, observations, FEW), engine.explore(fewer, watched, FEW)
    if not (whole.complete and spared.complete):
        return
    assert {**dict.fromkeys(whole.fired, 0), **spared.fired} == whole.fired
    assert {**figures(spared), "fired": None} == {**figures(whole), "fired": None}
    assert {name: len(found.path) for name, found in spared.sightings.items()} == {
        name: len(found.path) for name, found in whole.sightings.items()
    }
    for name, found in spared.sightings.items():
        replay(system, name, found.initial, found.path)


@pytest.mark.parametrize("name", ["minimal", pytest.param("two-ue", marks=pytest.mark.slow)])
def test_the_verdicts_on_a_scenario_are_those_of_all_its_actions(name: str) -> None:
    scenario, read = load(name), reading("literal")
    judged = [entry for entry in ALL_PROPERTIES if entry.identifier in ("SA-1", "BIND-1", "BIND-7", "V4-2", "W-H2F")]
    limits = Limits(states=30_000) if name == "two-ue" else Limits()
    spared = check_scenario(scenario, read, judged, engine="explicit", limits=limits)
    whole = check_scenario(scenario, read, judged, engine="explicit", limits=limits, reduce=False)
    assert spared.system.fingerprint == whole.system.fingerprint
    assert spared.exploration.fired.keys() == whole.exploration.fired.keys()
    assert [type(entry.verdict) for entry in spared.judgements] == [type(entry.verdict) for entry in whole.judgements]
    if spared.exploration.complete:
        assert figures(spared.exploration) == figures(whole.exploration)
        assert spared.dead_rows == whole.dead_rows


def test_many_actions_of_a_shipped_scenario_are_impossible() -> None:
    system = handover_of_one(load("minimal"), reading("literal"))
    assert len(without_impossible_actions(system).actions) < 0.7 * len(system.actions)
