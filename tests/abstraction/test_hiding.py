"""A system of which something is hidden shows all that the system shows, on random systems; and it shows more where
what is hidden decides."""

from __future__ import annotations

from enum import Enum

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from checker import plain_search
from checker.abstraction.message_sets import explore_with_sets
from checker.search import Exploration, Limits
from model.language.binding import Binding
from model.language.domains import Integer, Modular, Sizes
from model.language.errors import ModelError
from model.language.expressions import variable
from model.language.flattening import compose
from model.language.hiding import hiding
from model.language.machines import Machine, timer
from model.language.observations import Observation, observe_states
from model.language.predicates import follow_values
from model.language.systems import System
from tests.agreement.random_systems import Draw, systems
from tests.symbolic.stop_and_wait import last, number, stop_and_wait

FEW, MORE = Limits(states=200), Limits(states=2000)
# shrinking would repeat explorations for minutes
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
quick = settings(max_examples=6, suppress_health_check=list(HealthCheck), deadline=None, phases=PHASES)


def explored(system: System, observations: list[Observation]) -> Exploration:
    """Of the system itself; discards examples that are too large or leave a domain."""
    try:
        found = plain_search.explore(system, observations, FEW)
    except ModelError:
        assume(False)
        raise
    assume(found.sightings)
    return found


@st.composite
def drawn(draw: Draw) -> tuple[System, list[Observation], list[str], list[str]]:
    """A system, what is looked for, and variables and fields to hide."""
    system, observations = draw(systems())
    fields = {name for channel in system.channels for message in channel.messages for name in message.fields}
    fields -= {name for channel in system.channels for name in (channel.lane, channel.copy_mark)}
    variables = draw(st.lists(st.sampled_from([entry.name for entry in system.variables]), max_size=4))
    return (
        system,
        observations,
        variables,
        draw(st.lists(st.sampled_from(sorted(fields)), max_size=2)) if fields else [],
    )


@quick
@given(drawn())
def test_what_a_system_shows_it_shows_with_something_hidden(
    drawn: tuple[System, list[Observation], list[str], list[str]],
) -> None:
    system, observations, variables, fields = drawn
    found = explored(system, observations)
    try:
        wider, wanted = hiding(system, observations, variables, fields)
        seen = plain_search.explore(wider, wanted, MORE)
    except ModelError:
        return  # it was refused: nothing was said
    if seen.complete:
        assert set(found.sightings) <= set(seen.sightings)


@quick
@given(drawn())
def test_what_a_system_shows_it_shows_with_sets_of_messages(
    drawn: tuple[System, list[Observation], list[str], list[str]],
) -> None:
    system, observations, variables, fields = drawn
    found = explored(system, observations)
    try:
        wider, wanted = hiding(system, observations, variables, fields, flights=True)
        seen = explore_with_sets(wider, wanted, Limits(states=100_000))
    except ModelError:
        return
    if not seen.stopped:
        assert set(found.sightings) <= seen.seen


@quick
@given(drawn())
def test_a_value_that_is_followed_is_the_value(drawn: tuple[System, list[Observation], list[str], list[str]]) -> None:
    system, observations, *_ = drawn
    numbers = [entry for entry in system.variables if isinstance(entry.domain, Modular)]
    asking = [observe_states(f"{entry.name} is {value}", variable(entry.name) == value, system)
              for entry in numbers for value in (0, 1)]  # fmt: skip
    found = follow_values(system, [*observations, *asking])
    if not asking:
        return
    assert found is not None and len(found[0].variables) >= len(system.variables) + 2
    try:
        before = plain_search.explore(system, [*observations, *asking], MORE)
        after = plain_search.explore(*found, MORE)
    except ModelError:
        return
    if before.complete:
        assert (after.states, set(after.sightings)) == (before.states, set(before.sightings))


def test_a_value_is_known_where_it_is_constant_although_the_number_is_hidden() -> None:
    system = stop_and_wait(3)
    none_yet = observe_states("none yet", (variable("sender.copies") == 1) & (last == 3), system)
    followed = follow_values(system, [none_yet])
    assert followed is not None
    wider, _ = hiding(*followed, ["sender.number", "receiver.last"], ["number"])
    assert "receiver.last is 3" in [entry.name for entry in wider.variables]


class Light(Enum):
    GREEN = "green"
    RED = "red"


def crossing(tries: int) -> System:
    """A light that turns red when its budget is spent, and counts how often it did not."""
    machine = Machine("light", Light, Light.GREEN)
    left = machine.variable("left", Integer(0, 3), initial=tries)
    count = machine.variable("count", Modular("wide"), initial=0)
    machine.transition("stays", trigger=timer("again"), source=Light.GREEN, when=left > 0,
                       then=[left.becomes(left - 1), count.becomes(count + 1)])  # fmt: skip
    machine.transition("turns", trigger=timer("turn"), source=Light.GREEN, dest=Light.RED, when=left == 0)
    return compose("crossing", [machine], [], Binding(Sizes(widths={"wide": 4})))


def test_a_budget_that_is_hidden_may_or_may_not_be_spent() -> None:
    system = crossing(2)
    red = observe_states("red", variable("light.state") == Light.RED, system)
    both = observe_states("red early", (variable("light.state") == Light.RED) & (variable("light.count") == 0), system)
    assert set(plain_search.explore(system, [red, both], FEW).sightings) == {"red"}
    wider, wanted = hiding(system, [red, both], ["light.left"])
    assert [entry.name for entry in wider.variables] == ["light.state", "light.count"]
    assert set(plain_search.explore(wider, wanted, FEW).sightings) == {"red", "red early"}


def test_what_rests_on_the_order_of_numbers_is_not_shown_without_them() -> None:
    system = stop_and_wait(3)
    never = observe_states("accepted before sent", last.is_ahead_of(number), system)
    assert not plain_search.explore(system, [never], FEW).sightings
    wider, wanted = hiding(system, [never], ["sender.number", "receiver.last"], ["number"])
    assert "accepted before sent" in plain_search.explore(wider, wanted, FEW).sightings


def test_a_message_that_was_never_sent_never_arrives_from_a_set() -> None:
    system = stop_and_wait(3)
    waiting = observe_states("waiting", variable("sender.state") == "waiting", system)
    never = observe_states("several copies", variable("sender.copies") == 1, system)
    wider, wanted = hiding(system, [waiting, never], ["sender.number", "receiver.last"], ["number"], flights=True)
    found = explore_with_sets(wider, wanted, Limits())
    assert found.stopped is None and found.seen == {"waiting"}
    assert {name: len(messages) for name, messages in found.sent.items()} == {"up": 1, "down": 1}
