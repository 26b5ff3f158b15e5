"""yosys and berkeley-abc find in the exported Verilog what exploration finds in the model: what is never
seen is proved by PDR, what is seen is found by a run as short as a breadth-first one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given

from checker.explicit import engine
from checker.search import Limits
from checker.trace import replay
from dsmip.known_answers import known_answers
from generators.exports.subject import plain_subject, subject_of
from generators.referees.abc import Opinion, ask_abc
from generators.referees.programs import RefereeError
from model.language.binding import Binding
from model.language.domains import Integer
from model.language.errors import ModelError
from model.language.expressions import variable
from model.language.flattening import compose
from model.language.machines import Machine, otherwise, receipt, send, timer
from model.language.observations import Observation, observe_states
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES, property_called
from tests.agreement.random_systems import systems
from tests.agreement.test_engines_agree import toy_observations
from tests.generators.exports.refereed import FEW, is_small, needs, some
from tests.generators.exports.small_systems import Resting, altered_in_flight, rotated
from tests.toys import ACKNOWLEDGEMENT, DATA, channel, toy_binding, toy_system

with_abc = needs("yosys", "berkeley-abc")


def assert_abc_agrees(system: System, observations: Sequence[Observation]) -> list[Opinion]:
    ours = engine.explore(system, observations, FEW)
    assert ours.complete
    opinions = ask_abc(plain_subject(system, observations), each=20)
    lengths = {name: len(sighting.path) for name, sighting in ours.sightings.items()}
    assert {entry.claim.name: entry.steps for entry in opinions if entry.seen} == lengths
    for entry in opinions:
        if entry.sighting is not None:
            replay(system, entry.claim.name, entry.sighting.initial, entry.sighting.path)
    doubted = {name for name in ours.overflowed if not system.channels[system.channel_index[name]].loses}
    for entry in opinions:
        if entry.seen is None:
            assert entry.reason and (doubted or "within" in entry.reason)
    return opinions


@pytest.mark.broad
@with_abc
@some(2)
@given(systems())
def test_abc_agrees_on_random_systems(drawn: tuple[System, list[Observation]]) -> None:
    assume(is_small(drawn[0]))
    assert_abc_agrees(*drawn)


@pytest.mark.slow
@with_abc
def test_abc_agrees_on_many_random_systems() -> None:
    decided = []

    @some(60)
    @given(systems())
    def agree(drawn: tuple[System, list[Observation]]) -> None:
        assume(is_small(drawn[0]))
        decided.extend(entry.seen is not None for entry in assert_abc_agrees(*drawn))

    agree()
    assert sum(decided) > 0.8 * len(decided)


@with_abc
@pytest.mark.parametrize("options", [{"width": 2, "capacity": 1, "reordering": True}])
def test_abc_agrees_on_toys(options: dict[str, int]) -> None:
    system = toy_system(**options)
    assert any(entry.seen for entry in assert_abc_agrees(system, toy_observations(system)))


@pytest.mark.slow
@with_abc
@pytest.mark.parametrize("system", [altered_in_flight(False), altered_in_flight(True), rotated()],
                         ids=["altered in a queue", "altered in a multiset", "rotated"])  # fmt: skip
def test_abc_agrees_on_simultaneous_and_altering_steps(system: System) -> None:
    watched = [
        observe_states(f"{entry.name} is {value}", variable(entry.name) == value, system)
        for entry in system.variables for value in entry.domain.values[:3]
    ]  # fmt: skip
    opinions = assert_abc_agrees(system, watched)
    assert all(entry.seen is not None for entry in opinions)


def opinions_on_minimal(reading_name: str, names: Collection[str], each: float) -> list[Opinion]:
    chosen = [entry for entry in ALL_PROPERTIES if entry.identifier in names]
    subject = subject_of(load("minimal"), reading(reading_name), chosen)
    claims = tuple(claim for claim in subject.claims if claim.name in names)
    return ask_abc(replace(subject, claims=claims), each=each)


def assert_as_explored(reading_name: str, opinions: Sequence[Opinion]) -> None:
    """Verdicts are the recorded ones, and runs as short as those of the breadth-first search."""
    known = known_answers()["minimal", reading_name].verdicts
    subject = subject_of(load("minimal"), reading(reading_name), ALL_PROPERTIES)
    explored = engine.explore(subject.system, [entry.claim.seen for entry in opinions], Limits())
    for entry in opinions:
        sighted = explored.sightings.get(entry.claim.seen.name)
        if entry.seen is not None:
            assert entry.verdict == known.get(entry.claim.name, "holds")
            assert entry.steps == (None if sighted is None else len(sighted.path))


@pytest.mark.sampled(1)
@with_abc
@pytest.mark.parametrize("reading_name", ["literal", pytest.param("intended", marks=pytest.mark.slow)])
def test_abc_agrees_on_the_minimal_scenario(reading_name: str) -> None:
    opinions = opinions_on_minimal(reading_name, ["SA-1", "BIND-5"], each=40)
    assert_as_explored(reading_name, opinions)
    assert [entry.seen is not None for entry in opinions] == [True, True]


@pytest.mark.slow
@with_abc
@pytest.mark.parametrize("reading_name", ["literal", "intended"])
def test_abc_agrees_on_every_property_of_the_minimal_scenario(reading_name: str) -> None:
    every = [entry.identifier for entry in ALL_PROPERTIES]
    opinions = opinions_on_minimal(reading_name, every, each=10)
    assert len(opinions) > 30
    assert_as_explored(reading_name, opinions)
    assert sum(entry.seen is not None for entry in opinions) >= 0.8 * len(opinions)


def echoing() -> System:
    """Every message is answered, whether there is room for the answer or not."""
    up, down = channel("up", DATA), channel("down", ACKNOWLEDGEMENT)
    switch, echo = Machine("switch", Resting, Resting.HERE), Machine("echo", Resting, Resting.HERE)
    switch.variable("copies_left", Integer(0, 1), initial=1)
    switch.transition("calls", trigger=timer("call"), source=Resting.HERE, then=[send(DATA(), on=up)])
    switch.on(receipt(ACKNOWLEDGEMENT)).decide(otherwise("heard"))
    echo.on(receipt(DATA)).decide(otherwise("answers", then=[send(ACKNOWLEDGEMENT(), on=down)]))
    return compose("echoing", [switch, echo], [up, down],
                   toy_binding(width=1, capacity=1, loss=False, duplication=False))  # fmt: skip


@with_abc
def test_no_proof_counts_where_a_reply_may_be_lost_for_want_of_room() -> None:
    system = echoing()
    assert engine.explore(system, [], Limits()).overflowed == {"down"}
    (never,) = ask_abc(plain_subject(system, [observe_states("never", variable("switch.copies_left") == 0, system)]))
    assert (never.seen, never.verdict) == (None, "unknown")
    assert never.reason is not None and "a reply is lost for want of room" in never.reason


@with_abc
def test_a_value_that_leaves_its_domain_is_an_error_of_the_model() -> None:
    counter = Machine("counter", Resting, Resting.HERE)
    number = counter.variable("number", Integer(0, 2), initial=0)
    counter.transition("up", trigger=timer("up"), source=Resting.HERE, then=[number.becomes(number + 1)])
    system = compose("counts", [counter], [], Binding())
    with pytest.raises(ModelError, match="leaves its domain"):
        ask_abc(plain_subject(system, [observe_states("two", number == 2, system)]))


@with_abc
def test_what_is_not_decided_in_time_is_unknown() -> None:
    subject = subject_of(load("minimal"), reading("intended"), [property_called("BIND-1")])
    try:
        opinions = ask_abc(subject, seconds=3)
    except RefereeError as error:
        assert "did not end within the time limit" in str(error)
    else:
        assert all(entry.verdict == "unknown" and entry.reason for entry in opinions if entry.seen is None)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RefereeError, match=r"yosys, berkeley-abc is not installed: apt-get install yosys berkeley-abc"):
        ask_abc(plain_subject(toy_system(), []))
