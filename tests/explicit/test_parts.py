"""States in two parts: how they are cut, what stays true of every system whatever the cut, and that a
condition split into alternatives still says the same."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from checker import plain_search
from checker.checking import dead_rows
from checker.explicit import engine
from checker.explicit.alternatives import alternatives
from checker.explicit.footprints import footprint, is_about_message, read_by
from checker.explicit.packing import Layout
from checker.explicit.parts import Parts, parts_of
from checker.search import Limits
from model.handover import handover_of_one
from model.language.binding import Binding
from model.language.domains import Integer
from model.language.errors import ModelError
from model.language.expressions import Expression, all_of, any_of, field_of, if_then_else, in_flight, negation, variable
from model.language.flattening import compose
from model.language.interpretation import Interpretation
from model.language.machines import Machine, timer
from model.language.observations import Observation, observe_states
from model.language.replication import replicated
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import Resting, assert_agreement

ALLOWED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@st.composite
def sound_systems(draw: st.DrawFn) -> tuple[System, list[Observation]]:
    """Random systems; an observation whose terms fold to constants without a domain is drawn again."""
    try:
        drawn: tuple[System, list[Observation]] = draw(systems())
    except ModelError:
        reject()
    return drawn


def weather_and_walkers() -> System:
    """Two walkers who look at one weather that changes rarely: a variable worth a copy in both parts."""
    weather = Machine("weather", Resting, Resting.HERE)
    rains = weather.variable("rains", initial=[False, True])
    weather.transition("changes", trigger=timer("change"), source=Resting.HERE, then=[rains.becomes(~rains)])
    machines = [weather]
    for name in ("ann", "bob"):
        walker = Machine(name, Resting, Resting.HERE)
        place = walker.variable("place", Integer(0, 5), initial=0)
        for step in (1, 2):
            walker.transition(f"walks {step}", trigger=timer(f"walk {step}"), source=Resting.HERE,
                              when=(place < 6 - step) & ~rains, then=[place.becomes(place + step)])  # fmt: skip
        walker.transition("flees", trigger=timer("flee"), source=Resting.HERE, when=(place > 0) & rains,
                          then=[place.becomes(place - 1)])  # fmt: skip
        machines.append(walker)
    return compose("walkers", machines, [], Binding())


def test_each_ue_of_two_is_a_part_and_only_the_pool_joins_them() -> None:
    system = replicated(handover_of_one(load("two-ue"), reading("intended", [])), 2)[0]
    parts = parts_of(system)
    for item, part in parts.part_of.items():
        if item.split(".")[0].endswith(("_1", "_2")):
            assert part == parts.part_of["ue_1.state" if item.split(".")[0].endswith("_1") else "ue_2.state"]
    joint = [action for action in system.actions if parts.home(footprint(action)) is None]
    assert 0 < len(joint) < 20
    assert all("home_agent.ipv4_home_address_free" in footprint(action).all for action in joint)


def test_a_variable_that_both_sides_read_is_held_by_both() -> None:
    system = weather_and_walkers()
    layout = Layout(system)
    assert layout.parts.common == {"weather.rains"}
    assert set(layout.copies) == {system.variable_index["weather.rains"]}
    seen = [
        observe_states("both far", (variable("ann.place") == 5) & (variable("bob.place") == 5), system),
        observe_states("wet", (variable("ann.place") == 3) & variable("weather.rains"), system),
        observe_states("apart", variable("ann.place") == variable("bob.place") + 5, system),
    ]
    found = assert_agreement(system, seen)
    assert (found.states, set(found.sightings)) == (72, {"both far", "wet", "apart"})


def test_states_keep_their_words_through_encoding_whatever_is_held_twice() -> None:
    layout = Layout(weather_and_walkers())
    for state in Interpretation(layout.system).initial_states():
        assert layout.decode(layout.encode(state)) == state


@settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
@given(sound_systems(), st.integers(0, 2**32 - 1))
def test_any_cut_gives_the_same_counts(drawn: tuple[System, list[Observation]], seed: int) -> None:
    """Also cuts that tear a machine or put everything on one side."""
    system, observations = drawn
    random = Random(seed)
    items = [variable_.name for variable_ in system.variables] + [channel.name for channel in system.channels]
    part_of = {item: random.randrange(2) for item in items}
    common = frozenset(variable_.name for variable_ in system.variables if random.randrange(4) == 0)
    limits = Limits(states=200)
    plain = plain_search.explore(system, observations, limits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("checker.explicit.packing.parts_of", lambda system: Parts(part_of, common))
        found = engine.explore(system, observations, limits)
    assert found.complete == plain.complete
    if plain.complete:
        assert (found.states, found.transitions, found.depth) == (plain.states, plain.transitions, plain.depth)
        assert found.fired == plain.fired
        assert (found.largest, found.overflowed) == (plain.largest, plain.overflowed)
        lengths = {name: len(sighting.path) for name, sighting in plain.sightings.items()}
        assert {name: len(sighting.path) for name, sighting in found.sightings.items()} == lengths
        assert dead_rows(system, {name for name, count in found.fired.items() if count}) == dead_rows(
            system, {name for name, count in plain.fired.items() if count}
        )


LEAVES = [variable("weather.rains"), variable("ann.place") == 2, variable("bob.place") == 2,
          variable("ann.place") < variable("bob.place"), variable("bob.place") > 3]  # fmt: skip


def conditions() -> st.SearchStrategy[Expression]:
    return st.recursive(st.sampled_from(LEAVES), lambda inner: st.one_of(
        inner.map(negation), st.lists(inner, min_size=2, max_size=4).map(all_of),
        st.lists(inner, min_size=2, max_size=4).map(any_of), st.tuples(inner, inner).map(lambda two: two[0] == two[1]),
        st.tuples(inner, inner, inner).map(lambda three: if_then_else(*three)),
    ), max_leaves=12)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(conditions())
def test_alternatives_hold_exactly_where_the_condition_holds(condition: Expression) -> None:
    system = weather_and_walkers()
    interpretation = Interpretation(system)
    split = alternatives(condition, system, parts_of(system))
    states = list(interpretation.initial_states())
    for state in states:  # the list grows: a plain search
        states += [step.state for step in interpretation.steps(state) if step.state not in states]
    for state in states:
        assert any(interpretation.holds(part, state) for part in split) == interpretation.holds(condition, state)


def test_what_a_condition_reads_and_whether_it_is_about_the_message_taken() -> None:
    field = field_of("received", "status")
    condition = in_flight("up", field_of("flight", "status") == field) & variable("m.count").is_one_of(1, 2)
    assert read_by([condition]) == {"up", "m.count"}
    assert read_by([condition], "down") == {"up", "m.count", "down"}
    assert is_about_message(condition) and not is_about_message(variable("m.count") == 1)
