"""The product engine says what the plain search and the packed one say, on systems that split; on others it
declines with a reason, and the packed search runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings

from checker import engines, plain_search
from checker.explicit import engine as packed
from checker.product import engine as product
from checker.product import pause
from checker.product.observing import Factoring, Unfactorable
from checker.product.planning import plan
from checker.product.splitting import split
from checker.search import Exploration, Limits, Progress
from examples import dining_philosophers, peterson
from model.handover import handover
from model.language.binding import Binding
from model.language.domains import Enumeration, Integer, Modular, Sizes
from model.language.errors import ModelError
from model.language.expressions import FALSE, TRUE, in_some_copy, variable
from model.language.flattening import compose
from model.language.machines import Machine, case, decision, otherwise, timer
from model.language.observations import Observation, observe_states, observe_steps
from model.language.replication import observed_in_all, replicated
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from tests.agreement.splitting_systems import splitting_systems
from tests.agreement.test_engines_agree import Explore, assert_sightings_are_real, figures
from tests.toys import toy_binding, toy_machines

FEW = Limits(states=1200)
closed_explore = partial(product.explore, largest=0)  # as if no set of states were small enough
ALLOWED = list(HealthCheck)


def factorable(system: System, observations: Sequence[Observation]) -> list[Observation]:
    """Those observations that can be taken apart; the engine must decline the others."""
    kept = []
    for observation in observations:
        try:
            Factoring(system, split(system)).sights(observation)
            kept.append(observation)
        except Unfactorable:
            with pytest.raises(ModelError, match="compares two parts"):
                product.explore(system, [observation], FEW)
    return kept


def assert_same(system: System, observations: Sequence[Observation], one: Exploration, other: Exploration) -> None:
    assert other.complete == one.complete
    assert_sightings_are_real(system, observations, other)
    if one.complete:
        assert figures(other) == figures(one)
        assert other.levels == one.levels
        lengths = [{name: len(sighting.path) for name, sighting in found.sightings.items()} for found in (one, other)]
        assert lengths[0] == lengths[1]


def assert_same_but_for_the_depth(
    system: System, observations: Sequence[Observation], one: Exploration, closed: Exploration
) -> None:
    """Nothing else is lost when silent steps are left out; a run that is cut short claims no number."""
    assert closed.complete == one.complete
    assert (closed.depth, closed.levels) == (None, ())
    if one.complete:
        assert_same(system, observations, one, replace(closed, depth=one.depth, levels=one.levels))
    else:
        assert (closed.states, closed.transitions, closed.sightings) == (0, 0, {})


def agreeing(examples: int) -> Counter[str]:
    """Compare the engines on so many random systems; what was compared."""
    compared: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=ALLOWED)
    @given(splitting_systems())
    def compare(drawn: tuple[System, list[Observation]]) -> None:
        system, observations = drawn
        parts = len(split(system).parts)
        compared[f"{parts} parts"] += 1
        if not parts:
            return
        kept = factorable(system, observations)
        plain = plain_search.explore(system, kept, FEW)
        for explore in (packed.explore, product.explore):
            assert_same(system, kept, plain, explore(system, kept, FEW))
        closed = closed_explore(system, kept, FEW)
        assert_same_but_for_the_depth(system, kept, plain, closed)
        compared["classes"] += "1 for 1" not in closed.reductions[0]
        compared["complete"] += plain.complete
        compared["sightings"] += len(plain.sightings)

    compare()
    return compared


@pytest.mark.broad
def test_engines_agree_on_random_systems_that_split() -> None:
    compared = agreeing(20)
    assert compared["2 parts"] >= 2 and compared["3 parts"] >= 2
    assert compared["complete"] >= 5 and compared["sightings"] >= 10


@pytest.mark.slow
def test_engines_agree_on_many_random_systems_that_split() -> None:
    assert agreeing(500)["complete"] >= 200


# whole models


@pytest.mark.parametrize("left_handed", [False, True])
def test_product_agrees_on_philosophers_who_sit_around_two_shared_forks(left_handed: bool) -> None:
    table = dining_philosophers.system(8, one_is_left_handed=left_handed)
    seen = dining_philosophers.observations(table)
    found, direct = product.explore(table, seen, Limits()), packed.explore(table, seen, Limits())
    assert_same(table, seen, direct, found)
    assert_same_but_for_the_depth(table, seen, direct, closed_explore(table, seen, Limits()))
    assert ("nobody can do anything" in found.sightings) != left_handed


@pytest.mark.parametrize("reordering, capacity", [(False, 2), (True, 1)])
def test_product_agrees_on_two_toys_that_share_how_often_they_may_switch(reordering: bool, capacity: int) -> None:
    machines, channels = toy_machines()
    for declared in machines[2].variables.values():
        if declared.name == "switch.flips_left":
            machines[2].variables[declared.name] = type(declared)(**{**declared.__dict__, "shared": True})
    binding = toy_binding(width=1, capacity=capacity, duplication=False, reordering=reordering)
    toy = compose("toy", machines, channels, binding)
    system, _ = replicated(toy, 2)
    seen = [
        observed_in_all(observe_states("no flip left", variable("switch.flips_left") == 0, toy), toy, 2),
        observed_in_all(observe_steps("a turn", variable("sender.tries") == 0, toy), toy, 2),
        observed_in_all(observe_states(
            "one waits, none has tried again",
            (variable("sender.state") == "waiting") & ~in_some_copy(variable("sender.tries") == 0), toy,
        ), toy, 2),
    ]  # fmt: skip
    found = product.explore(system, seen, Limits())
    assert found.notes == ("splits into 2 parts over switch.flips_left",)
    direct = packed.explore(system, seen, Limits())
    assert_same(system, seen, direct, found)
    assert_same_but_for_the_depth(system, seen, direct, closed_explore(system, seen, Limits()))
    assert len(found.sightings) == 3


@pytest.mark.sampled(1)
@pytest.mark.parametrize("name", ["literal", pytest.param("intended", marks=pytest.mark.slow)])
def test_product_agrees_on_two_ues(name: str) -> None:
    system = handover(load("two-ue"), reading(name))
    direct = packed.explore(system, [], Limits())
    assert_same(system, [], direct, product.explore(system, [], Limits()))
    assert_same_but_for_the_depth(system, [], direct, closed_explore(system, [], Limits()))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("bounds", [
    {"movements": 1, "sequence_number_bits": 4},
    pytest.param({}, marks=pytest.mark.slow),  # 415,312,029 states, listed in 1.3 GB of bitmaps
])  # fmt: skip
def test_classes_count_three_ues_as_a_search_of_all_their_states_does(bounds: dict[str, int]) -> None:
    scenario = load("three-ue")
    fewer = scenario.model_copy(update={"bounds": scenario.bounds.model_copy(update=bounds)})
    system = handover(fewer, reading("literal"))
    listed = product.explore(system, [], Limits(), largest=2**31)
    assert listed.depth is not None and not listed.reductions
    assert_same_but_for_the_depth(system, [], listed, closed_explore(system, [], Limits()))


# comparisons between parts


class Place(Enum):
    HERE = "here"


SIDE = Enumeration("Side", ("left", "right", "middle"))


def walkers() -> System:
    """Two that have nothing in common but their kind of values."""
    machines = []
    for name in ("one", "other"):
        machine = Machine(name, Place, Place.HERE)
        number = machine.variable("number", Modular("number", 3), initial=0)
        level = machine.variable("level", Integer(0, 5), initial=2)
        side = machine.variable("side", SIDE, initial="left")
        machine.on(timer("walks")).decide(
            case("on", when=level < 5, then=[number.becomes(number + 3), level.becomes(level + 1)]),
            case("back", when=level == 5, then=[level.becomes(0), side.becomes("middle")]),
        )
        machine.transition("turns", trigger=decision("turn"), source=Place.HERE, when=side == "middle",
                           then=[side.becomes("right")])  # fmt: skip
        machines.append(machine)
    return compose("walkers", machines, [], Binding(Sizes()))


def test_values_of_two_parts_can_be_compared() -> None:
    system = walkers()
    one, other = ({name: variable(f"{who}.{name}") for name in ("number", "level", "side")} for who in ("one", "other"))
    seen = [
        observe_states("equal sides that are new", (one["side"] == other["side"]) & (one["side"] != "left"), system),
        observe_states("far ahead", other["level"] + 4 < one["level"], system),
        observe_states("far behind", other["level"] - 4 < one["level"], system),
        observe_states("as far", other["level"] + 3 == one["level"] + 3, system),
        observe_states("serial order", one["number"].is_ahead_of(other["number"]), system),
        observe_steps("turns while the other is higher", (one["level"] < other["level"]) & (one["side"] == "middle"),
                      system),
        observe_states("never", (one["level"] == 0) & (one["side"] == "left") & (other["level"] == 5), system),
    ]  # fmt: skip
    kept = factorable(system, seen)
    assert [observation.name for observation in kept] == [entry.name for entry in seen if entry.name != "as far"]
    found, plain = product.explore(system, kept, Limits()), plain_search.explore(system, kept, Limits())
    assert_same(system, kept, plain, found)
    assert_same_but_for_the_depth(system, kept, plain, closed_explore(system, kept, Limits()))
    assert set(found.sightings) == {entry.name for entry in kept} - {"never"}


# the choice


def test_the_engine_is_chosen_from_the_system_and_the_reason_said() -> None:
    whole = peterson.system()
    found = engines.explore(whole, [], Limits())
    assert (found.engine, found.notes) == ("explicit", ("packed search: the system has few states",))
    found = engines.explore(dining_philosophers.system(8), [], Limits())
    assert found.engine == "product"
    assert found.notes == ("product search: the system splits into 2 parts over table.fork_0 and table.fork_4",)
    found = engines.explore(handover(load("minimal"), reading("intended")), [], Limits())
    assert (found.engine, found.complete) == ("explicit", True)
    assert found.notes[0].startswith("packed search: the system does not split: ")


def test_an_observation_that_cannot_be_taken_apart_leaves_the_packed_search() -> None:
    system = walkers()
    seen = [observe_states("both high", variable("other.level") + variable("one.level") == 5, system)]
    found = engines.explore(system, seen, Limits())
    assert found.engine == "explicit" and "both high" in found.sightings
    assert '"both high" compares two parts' in found.notes[0]


def test_a_system_that_does_not_split_is_refused_in_words() -> None:
    with pytest.raises(ModelError, match='the engine "product" does not apply: the system does not split'):
        product.explore(peterson.system(), [], Limits())


# endings


@pytest.mark.parametrize("explore", [product.explore, closed_explore], ids=["listed", "classes"])
@pytest.mark.parametrize("limits, reason", [
    (Limits(states=500), "limit of 500 states reached"),
    (Limits(memory=100), "memory limit of "),
    (Limits(seconds=0.0), "time limit of 0 s reached"),
])  # fmt: skip
def test_a_limit_ends_the_search_incomplete_and_says_so(explore: Explore, limits: Limits, reason: str) -> None:
    found = explore(dining_philosophers.system(8), [], limits)
    assert not found.complete
    assert found.stopped is not None and found.stopped.startswith(reason)


def test_a_limit_that_is_just_enough_leaves_the_search_complete() -> None:
    table = dining_philosophers.system(8)
    states = product.explore(table, [], Limits()).states
    assert states is not None
    for explore in (product.explore, closed_explore):
        assert explore(table, [], Limits(states=states)).complete
        assert not explore(table, [], Limits(states=states - 1)).complete


def test_an_interrupted_search_reports_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(progress: Progress) -> None:
        assert progress.states > 0
        raise KeyboardInterrupt

    monkeypatch.setattr(pause, "SECONDS_BETWEEN_REPORTS", 0.0)
    table = dining_philosophers.system(8)
    found = product.explore(table, dining_philosophers.observations(table), Limits(), interrupt)
    assert (found.complete, found.stopped) == (False, "interrupted")
    assert found.states


def test_interrupted_between_classes_nothing_is_claimed() -> None:
    table = dining_philosophers.system(8)
    planned = plan(table, dining_philosophers.observations(table), lambda: None)

    class Interrupting(pause.Pause):
        def __call__(self) -> None:
            raise KeyboardInterrupt

    found = product.explore_planned(planned, Limits(), Interrupting(Limits(), None), 0)
    planned.close()
    assert (found.complete, found.stopped, found.states) == (False, "interrupted", 0)


def test_states_beyond_the_largest_set_are_left_to_classes() -> None:
    table = dining_philosophers.system(8)
    assert product.explore(table, [], Limits()).reductions == ()
    assert closed_explore(table, [], Limits()).reductions[0].startswith("tau-closure: ")


def overflowing(steps: int) -> System:
    """Two counters of which one leaves its domain after so many steps."""
    machines = []
    for name, careless in (("careful", False), ("careless", True)):
        machine = Machine(name, Place, Place.HERE)
        level = machine.variable("level", Integer(0, 5), initial=5 - steps)
        rounds = machine.variable("rounds", Modular("rounds", 3), initial=0)
        machine.on(timer("counts")).decide(
            case("up", when=(level < 5) | (rounds == 3) if careless else level < 5, then=[level.becomes(level + 1)]),
            otherwise("again", then=[rounds.becomes(rounds + 1)]),
        )
        machines.append(machine)
    return compose("overflowing", machines, [], Binding(Sizes()))


def test_a_value_outside_its_domain_is_the_same_error() -> None:
    system = overflowing(2)
    seen = [Observation("never", in_states=FALSE), observe_states("always", TRUE, system)]
    messages = set()
    for explore in (plain_search.explore, product.explore, closed_explore):
        with pytest.raises(ModelError) as error:
            explore(system, seen, Limits())
        messages.add(str(error.value))
    assert messages == {'action "careless: counts: up": "careless.level" becomes 6, outside its domain'}
