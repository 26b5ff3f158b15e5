"""One copy among any number of others goes through all that a copy among two or three goes through, and what is
broken among few is never said to hold among many."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from checker import plain_search
from checker.parameterised.any_number import KINDS, check_any_number, close
from checker.parameterised.meeting import Change, Meeting, meeting_of
from checker.parameterised.others import SEVERAL, Others
from checker.search import Limits
from checker.symbolic.meeting_check import other_changes
from checker.verdict import Unknown, Violated, word
from dsmip.known_answers import known_answers
from generators.mutants import mutant
from model.language.errors import ModelError
from model.language.expressions import in_some_copy, variable
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation, observe_states
from model.language.replication import copied_name, copied_variable, observed_in_all, replicated
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES, property_called
from tests.agreement.symmetric_systems import alone_among_copies
from tests.language.test_replication import TOGETHER, WRONGLY_FREE, hotel

FEW = Limits(states=250)
MOST = 1200  # states that a test goes through one by one
JUDGED = [entry for entry in ALL_PROPERTIES if entry.kind in KINDS]


def reachable(system: System, most: int) -> set[State] | None:
    """None if there are more. Written without the engines."""
    interpretation = Interpretation(system)
    found = dict.fromkeys(interpretation.initial_states())
    waiting = list(found)
    while waiting:
        for step in interpretation.steps(waiting.pop()):
            if step.state not in found:
                found[step.state] = None
                waiting.append(step.state)
        if len(found) > most:
            return None
    return set(found)


def seen_by(meeting: Meeting, others: Others, system: System, count: int, state: State, copy: int) -> State:
    """What one copy, in a state of `count`, sees: itself, and how many others are where."""
    alone = meeting.alone
    values = dict(zip(system.variable_index, state.values, strict=True))
    own = tuple(
        values[entry.name if entry.shared else copied_variable(entry.name, copy)] for entry in alone.variables
    )
    channels = tuple(state.channels[system.channel_index[copied_name(entry.name, copy)]] for entry in alone.channels)
    interpretation = Interpretation(alone)
    places = []
    for other in range(count):
        theirs = State(
            tuple(values[entry.name if entry.shared else copied_variable(entry.name, other)]
                  for entry in alone.variables),
            tuple(state.channels[system.channel_index[copied_name(entry.name, other)]] for entry in alone.channels),
        )  # fmt: skip
        if other != copy:
            places.append(tuple(interpretation.holds(entry, theirs) for entry in meeting.asked))
    counted = tuple(min(SEVERAL, places.count(own)) for own in others.counters)
    return State((*own, *counted), channels)


def strangers(meeting: Meeting, changes: Collection[Change], count: int) -> int | None:
    """How many states of a copy among `count` are missing among any number. None: too many to say."""
    others = Others(meeting, changes)
    system, _ = replicated(meeting.alone, count)
    concrete, abstract = reachable(system, MOST), reachable(others.system, MOST)
    if concrete is None or abstract is None:
        return None
    return sum(
        seen_by(meeting, others, system, count, state, copy) not in abstract
        for state in concrete for copy in range(count)
    )  # fmt: skip


@pytest.mark.parametrize("looks", [True, False])
def test_guests_of_a_hotel_see_nothing_that_is_not_explored(looks: bool) -> None:
    closed = close(hotel(looks=looks), [TOGETHER, WRONGLY_FREE], Limits())
    for count in (2, 3):
        assert strangers(closed.meeting, closed.others.changes, count) == 0


def test_a_change_too_few_is_noticed() -> None:
    closed = close(hotel(), [TOGETHER, WRONGLY_FREE], Limits())
    missing = []
    for left_out in closed.others.changes:
        fewer = [change for change in closed.others.changes if change != left_out]
        missing.append(strangers(closed.meeting, fewer, 2))
        assert other_changes(closed.meeting, fewer)
    assert any(missing)
    assert other_changes(closed.meeting, closed.others.changes) == []


def test_what_keeps_guests_apart_keeps_any_number_apart() -> None:
    careful = close(hotel(), [TOGETHER, WRONGLY_FREE], Limits()).exploration
    careless = close(hotel(looks=False), [TOGETHER, WRONGLY_FREE], Limits()).exploration
    assert careful.complete and not careful.sightings
    assert set(careless.sightings) == {TOGETHER.name, WRONGLY_FREE.name}


def test_copies_that_start_inside_are_refused() -> None:
    outside = observe_states("outside", in_some_copy(variable("guest.stays") == 0), hotel())
    with pytest.raises(ModelError, match="is true of a copy at the start"):
        close(hotel(), [outside], Limits())


def assert_among_any_number(alone: System, observations: Sequence[Observation], count: int) -> bool:
    """Nothing is seen among `count` that is not seen among any number; None is stranger."""
    try:
        closed = close(alone, observations, FEW, engine="plain")
    except ModelError:
        return False
    if not closed.exploration.complete:
        return False
    found = strangers(closed.meeting, closed.others.changes, count)
    if found is None:
        return False
    assert found == 0
    explored = plain_search.explore(
        replicated(alone, count)[0], [observed_in_all(entry, alone, count) for entry in observations], Limits()
    )
    assert explored.sightings.keys() <= closed.exploration.sightings.keys()
    return bool(closed.others.changes)


def agreeing(examples: int) -> int:
    """How many of the examples were small enough, and had something to tell others."""
    judged = []

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
    )  # fmt: skip
    @given(alone_among_copies())
    def agree(drawn: tuple[System, list[Observation]]) -> None:
        judged.append(assert_among_any_number(*drawn, 2))

    agree()
    return sum(judged)


def test_random_copies_see_nothing_that_is_not_explored() -> None:
    assert agreeing(12) >= 1


@pytest.mark.slow
def test_many_random_copies_see_nothing_that_is_not_explored() -> None:
    assert agreeing(300) >= 30


@pytest.mark.sampled(1)
@pytest.mark.parametrize("reading_name", ["intended", pytest.param("literal", marks=pytest.mark.slow)])
def test_verdicts_for_any_number_are_those_of_two_and_of_three(reading_name: str) -> None:
    run, closed = check_any_number(load("two-ue"), reading(reading_name), JUDGED)
    assert run.exploration.complete
    found = {entry.property.identifier: word(entry.verdict) for entry in run.judgements if entry.property.clause}
    for scenario in ("two-ue", "three-ue"):
        known = known_answers()[scenario, reading_name].verdicts
        assert found == {name: known[name] for name in found}
        assert len(found) == sum(entry.identifier in known for entry in JUDGED)
    assert {"V4-2", "V4-3", "SA-2", "BIND-4"} <= found.keys()
    assert other_changes(closed.meeting, closed.others.changes) == []


@pytest.mark.slow
def test_an_address_that_stays_free_is_given_to_two() -> None:
    wrong = mutant("ha-pool-not-updated").change
    wanted = [property_called("V4-2"), property_called("V4-3")]
    run, _ = check_any_number(load("two-ue"), reading("intended"), wanted, change=wrong)
    assert isinstance(run.verdict("V4-3"), Violated)
    shown = run.verdict("V4-2")
    assert isinstance(shown, Violated) and shown.trace is not None and len(shown.trace) == 10  # by two UEs


def test_an_exploration_cut_short_says_nothing() -> None:
    run, _ = check_any_number(load("two-ue"), reading("intended"), JUDGED, limits=Limits(states=500))
    verdict = run.verdict("V4-2")
    assert isinstance(verdict, Unknown)
    assert "limit of 500 states" in verdict.reason


def test_no_two_changes_have_the_same_words() -> None:
    meeting = meeting_of(hotel(), [TOGETHER, WRONGLY_FREE])
    words = [seen.name for _, seen in meeting.sought()]
    assert len(words) == len(set(words)) == 4 * 3


def test_copies_that_share_too_much_are_refused() -> None:
    with pytest.raises(ModelError, match="too many to follow"):
        Meeting(hotel(), tuple(variable("guest.stays") == number for number in range(9))).places  # noqa: B018
    with pytest.raises(ModelError, match="share no variable"):
        meeting_of(load_unshared(), [])


def load_unshared() -> System:
    from tests.toys import toy_system

    return toy_system()
