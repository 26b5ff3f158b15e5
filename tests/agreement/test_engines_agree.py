"""The compiled engine says what the plain search says: counts, sightings and their lengths, limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from enum import Enum

import pytest
from hypothesis import HealthCheck, given, settings

from checker import plain_search
from checker.explicit import engine
from checker.explicit.action_code import action_and_position
from checker.explicit.packing import Layout
from checker.search import Exploration, Limits, Progress
from checker.trace import holds_at, replay
from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Modular, Sizes
from model.language.errors import ModelError
from model.language.expressions import TRUE, after, if_then_else, in_flight, sends, variable
from model.language.flattening import compose
from model.language.interpretation import Interpretation
from model.language.machines import Alter, Machine, decision, receipt, send, timer
from model.language.messages import Channel, MessageType, field, flying, received
from model.language.observations import Observation, observe_states, observe_steps
from model.language.systems import System
from tests.agreement.random_systems import systems
from tests.toys import toy_system

Explore = Callable[..., Exploration]
UNLIMITED = Limits()
FEW = Limits(states=400)
ALLOWED = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


class Resting(Enum):
    HERE = "here"


def assert_agreement(system: System, observations: Sequence[Observation], limits: Limits = UNLIMITED) -> Exploration:
    plain = plain_search.explore(system, observations, limits)
    explicit = engine.explore(system, observations, limits)
    assert explicit.complete == plain.complete
    for found in (plain, explicit):
        assert_sightings_are_real(system, observations, found)
    if plain.complete:
        assert figures(explicit) == figures(plain)
        lengths = {name: len(sighting.path) for name, sighting in plain.sightings.items()}
        assert {name: len(sighting.path) for name, sighting in explicit.sightings.items()} == lengths
    return plain


def figures(found: Exploration) -> dict[str, object]:
    return {
        "states": found.states, "transitions": found.transitions, "depth": found.depth, "fired": found.fired,
        "largest": found.largest, "overflowed": found.overflowed, "levels": found.levels,
    }  # fmt: skip


def assert_sightings_are_real(system: System, observations: Sequence[Observation], found: Exploration) -> None:
    conditions = {entry.name: entry.in_states for entry in observations}
    for name, sighting in found.sightings.items():
        trace = replay(system, name, sighting.initial, sighting.path)
        condition = conditions[name]
        if condition is not None:
            assert holds_at(trace, condition, len(trace))


def agreeing(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
    @given(systems())
    def agree(drawn: tuple[System, list[Observation]]) -> None:
        assert_agreement(*drawn, FEW)

    agree()


def test_engines_agree_on_random_systems() -> None:
    agreeing(25)


@pytest.mark.slow
def test_engines_agree_on_many_random_systems() -> None:
    agreeing(250)


def toy_observations(system: System) -> list[Observation]:
    return [
        observe_states("out of tries", variable("sender.tries") == 0, system),
        observe_states("both full", in_flight("up") & in_flight("down"), system),
        observe_states("never", variable("sender.tries") == variable("sender.tries") + 1, system),
        observe_steps("acknowledges", sends("Acknowledgement"), system),
    ]


@pytest.mark.parametrize("options", [
    {"width": 1, "capacity": 1}, {"width": 1, "capacity": 2, "duplication": False},
    {"width": 1, "capacity": 2, "reordering": True, "duplication": False, "loss": False},
])  # fmt: skip
def test_engines_agree_on_toys(options: dict[str, int]) -> None:
    system = toy_system(**options)
    found = assert_agreement(system, toy_observations(system))
    assert found.complete
    assert "never" not in found.sightings


@pytest.mark.parametrize("reordering, states, transitions, depth", [
    (False, 24_291, 98_569, 77), (True, 103_691, 522_537, 94),
])  # fmt: skip
def test_known_counts_of_the_toy(reordering: bool, states: int, transitions: int, depth: int) -> None:
    found = engine.explore(toy_system(reordering=reordering), [], Limits())
    assert (found.states, found.transitions, found.depth) == (states, transitions, depth)
    assert found.overflowed == {"down"}


@pytest.mark.parametrize("explore", [plain_search.explore, engine.explore], ids=["plain", "explicit"])
@pytest.mark.parametrize("limits, reason", [
    (Limits(states=500), "limit of 500 states reached at depth"),
    (Limits(memory=2**18), "memory limit of 0.25 MiB reached at depth"),
    (Limits(memory=100), "memory limit of"),
    (Limits(seconds=0.0), "time limit of 0 s reached at depth"),
])  # fmt: skip
def test_a_limit_ends_the_search_incomplete_and_says_so(explore: Explore, limits: Limits, reason: str) -> None:
    found = explore(toy_system(width=6, capacity=3, reordering=True), [], limits)
    assert not found.complete
    assert found.stopped is not None and found.stopped.startswith(reason)
    if limits.memory is not None and limits.memory > 1000:
        assert 0 < found.memory <= limits.memory + 2000


def test_a_limit_that_is_just_enough_leaves_the_search_complete() -> None:
    system = toy_system(width=1, capacity=1)
    states = engine.explore(system, [], Limits()).states
    for explore in (plain_search.explore, engine.explore):
        assert explore(system, [], Limits(states=states)).complete
        assert not explore(system, [], Limits(states=states - 1)).complete


@pytest.mark.parametrize("explore", [plain_search.explore, engine.explore], ids=["plain", "explicit"])
def test_an_interrupted_search_reports_what_it_has(explore: Explore, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(progress: Progress) -> None:
        assert progress.states > 0 and progress.frontier >= 0
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "SECONDS_BETWEEN_REPORTS", 0.0)
    monkeypatch.setattr(plain_search, "SECONDS_BETWEEN_REPORTS", 0.0)
    system = toy_system(width=6, capacity=3, reordering=True)
    found = explore(system, toy_observations(system), Limits(), interrupt)
    assert (found.complete, found.stopped) == (False, "interrupted")
    assert found.states > 0


def test_growth_of_tables_loses_nothing() -> None:
    system = toy_system(reordering=True)
    counts = set()
    for slots in (2**4, 2**8, 2**20):
        search = engine.ExplicitSearch(system, toy_observations(system), Limits(), first_slots=slots)
        found = search.result(search.run())
        search.close()
        counts.add((found.states, found.transitions, found.depth, len(found.sightings["both full"].path)))
    assert {(states, transitions, depth) for states, transitions, depth, _ in counts} == {(103_691, 522_537, 94)}
    assert len(counts) == 1


def test_the_graph_can_be_asked_for_state_by_state() -> None:
    system = toy_system(width=1, capacity=1)
    interpretation = Interpretation(system)
    with closing(engine.ExplicitSearch(system, [], Limits())) as search:
        found = search.result(search.run())
        decoded = [search.layout.decode(search.state_words(index)) for index in range(found.states)]
        edges = 0
        for index, state in enumerate(decoded):
            assert search.index_of(search.layout.encode(state)) == index
            steps = {(*action_and_position(label), decoded[target]) for label, target in search.steps_from(index)}
            wanted = interpretation.steps(state)
            assert steps == {(system.actions.index(step.action), step.position, step.state) for step in wanted}
            edges += len(steps)
        assert (len(decoded), edges) == (found.states, found.transitions)
        assert search.index_of([2**64 - 1] * search.layout.words) is None


@pytest.mark.broad
def test_going_over_to_optimised_code_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.Optimisation, "ended", True)  # so that the search waits for it
    monkeypatch.setattr(engine, "FIRST_BATCH", 1000)
    monkeypatch.setattr(engine, "SECONDS_PER_BATCH", 0.001)
    system = toy_system(reordering=True)
    observations = toy_observations(system)
    results = []
    for start in (0, 5_000, engine.MOST_STATES):
        with closing(engine.ExplicitSearch(system, observations, Limits(), optimise_from=start)) as search:
            first = search.code
            found = search.result(search.run())
            assert (search.code is first) == (start == engine.MOST_STATES)
        results.append((figures(found), found.sightings))
    assert results[0] == results[1] == results[2]


def counters(initial: list[int], high: int = 200, machines: int = 3, step: int = 1) -> System:
    made = []
    for index in range(machines):
        machine = Machine(f"m{index}", Resting, Resting.HERE)
        count = machine.variable("count", Integer(-5, high), initial=initial)
        machine.variable("wide", Modular("wide"), initial=7)
        machine.transition("counts", trigger=timer("tick"), source=Resting.HERE, when=count < 3,
                           then=[count.becomes(count + step)])  # fmt: skip
        made.append(machine)
    return compose("counters", made, [], Binding(Sizes(widths={"wide": 40})))


def test_states_of_several_words_and_many_initial_states() -> None:
    system = counters([-5, -3, 0, 9])
    assert Layout(system).words > 1
    found = assert_agreement(system, [observe_states("all", variable("m0.count") == variable("m1.count") + 8, system)])
    assert found.states == 10**3
    assert "all" in found.sightings


def test_messages_wider_than_a_word() -> None:
    wide = MessageType("Wide", {
        "side": field(BOOLEAN, False, ""), "copied": field(BOOLEAN, False, ""),
        **{name: field(Modular("wide"), 0, "") for name in ("first", "second", "third")},
    })  # fmt: skip
    for reorders in (False, True):
        binding = Binding(Sizes(widths={"wide": 30}, bounds={"capacity": 3}), {"on": True, "reorders": reorders})
        line = Channel("line", (wide,), "capacity", "side", "copied", "on", "on", "reorders", "m.copies", {}, {}, TRUE)
        machine = Machine("m", Resting, Resting.HERE)
        count = machine.variable("count", Modular("wide"), initial=0)
        machine.variable("copies", Integer(0, 1), initial=1)
        machine.transition("sends", trigger=timer("tick"), source=Resting.HERE, when=count != 3, then=[
            count.becomes(count + 1),
            send(wide(first=count, second=count + 2**29, third=count - 1, side=count == 1), on=line),
        ])  # fmt: skip
        machine.transition("takes", trigger=receipt(wide), source=Resting.HERE, when=received(wide).second != 2**29)
        system = compose("wide", [machine], [line], binding)
        assert max(slot.width for slot in Layout(system).slots) > 64
        third = observe_states("third", in_flight("line", flying(wide).third == 1), system)
        assert "third" in assert_agreement(system, [third]).sightings


@pytest.mark.parametrize("explore", [plain_search.explore, engine.explore], ids=["plain", "explicit"])
def test_a_value_outside_its_domain_is_an_error_never_a_wrap(explore: Explore) -> None:
    with pytest.raises(ModelError, match=r'"m0.count" becomes 12, outside its domain'):
        explore(counters([0], high=11, machines=1, step=12), [], Limits())


def test_hundreds_of_observations() -> None:
    system = counters([-5])
    observations = [
        observe_states(f"{one} {other}", (variable("m0.count") == one) & (variable("m1.count") == other), system)
        for one in range(-5, 5) for other in range(-5, 5)
    ]  # fmt: skip
    observations += [
        observe_steps(f"to {one}", after(variable("m2.count")) == one, system) for one in range(-4, 5)
    ]  # fmt: skip
    found = assert_agreement(system, observations)
    assert len(found.sightings) == 9 * 9 + 8  # the counters stop at 3


@pytest.mark.parametrize("reorders", [False, True])
def test_messages_altered_in_flight_are_put_in_order_again(reorders: bool) -> None:
    place = Enumeration("Place", ("first", "second", "third"))
    kind = MessageType("Kind", {
        "place": field(place, "first", ""), "copied": field(BOOLEAN, False, ""), "mark": field(place, "first", ""),
    })  # fmt: skip
    line = Channel("line", (kind,), "capacity", "place", "copied", "on", "on", "reorders", "m.copies", {}, {}, TRUE)
    machine = Machine("m", Resting, Resting.HERE)
    machine.variable("copies", Integer(0, 1), initial=1)
    for one in place.members:
        machine.transition(f"sends {one}", trigger=timer(one), source=Resting.HERE,
                           then=[send(kind(place=one, mark=one), on=line)])  # fmt: skip
    flight = flying(kind)
    for name in ("place", "mark"):
        changed = if_then_else(flight.place == "first", "third", "first")
        machine.transition(f"alters {name}", trigger=decision(name), source=Resting.HERE,
                           then=[Alter("line", "Kind", flight.place != "second", {name: changed})])  # fmt: skip
    binding = Binding(Sizes(bounds={"capacity": 3}), {"on": True, "reorders": reorders})
    assert assert_agreement(compose("altered", [machine], [line], binding), []).complete


def test_one_expression_may_name_values_of_two_enumerations() -> None:
    machine = Machine("m", Resting, Resting.HERE)
    turned = machine.variable("turned", initial=[False, True])
    one = machine.variable("one", Enumeration("One", ("left", "right", "none")), initial="none")
    other = machine.variable("other", Enumeration("Other", ("right", "none", "left")), initial="none")
    side = if_then_else(turned, "left", "right")
    machine.transition("names", trigger=timer("t"), source=Resting.HERE, then=[one.becomes(side), other.becomes(side)])
    system = compose("names", [machine], [], Binding())
    seen = observe_states("left in both", (one == "left") & (other == "left"), system)
    assert "left in both" in assert_agreement(system, [seen]).sightings


@pytest.mark.parametrize("memory", [2**15, 2**16, 100_000, 150_000, 200_000, 2**18, 300_000, 2**19, 700_000])
def test_what_was_seen_before_a_memory_limit_is_shown_whole(memory: int) -> None:
    system = toy_system(width=6, capacity=3, reordering=True)
    observations = toy_observations(system)
    found = engine.explore(system, observations, Limits(memory=memory))
    assert not found.complete
    assert_sightings_are_real(system, observations, found)
