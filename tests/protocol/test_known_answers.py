"""The shipped scenarios answer what is recorded: verdicts, states, transitions, depth."""

from __future__ import annotations

import pytest

from checker.checking import check_scenario
from checker.plain_search import explore as plain_search
from checker.search import Limits
from checker.verdict import Holds, Violated
from dsmip.known_answers import as_recorded, known_answers
from model.handover import binding, handover
from model.readings import READINGS, reading
from model.scenarios import load, shipped
from properties.kinds import observations
from properties.registry import ALL_PROPERTIES

KNOWN = known_answers()
FEW = 3_000  # states; `make check` compares all scenarios with what is recorded
SMALL = [pair for pair, answer in KNOWN.items() if answer.states <= FEW and pair[1] != "final"]
PLAIN = [pytest.param(*pair, marks=[] if pair == ("minimal", "literal") else pytest.mark.slow)
         for pair, answer in KNOWN.items() if answer.states <= FEW]  # fmt: skip


def test_every_shipped_scenario_is_recorded_under_every_reading() -> None:
    assert set(KNOWN) == {(name, entry) for name in shipped() for entry in READINGS}


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("scenario", "reading_name"), SMALL)
def test_scenario_answers_as_recorded(scenario: str, reading_name: str) -> None:
    run = check_scenario(load(scenario), reading(reading_name), ALL_PROPERTIES)
    answer = KNOWN[scenario, reading_name]
    found = as_recorded(run)
    assert run.exploration.complete
    assert run.surprises == ()
    assert (found["states"], found["transitions"], found["depth"]) == (answer.states, answer.transitions, answer.depth)
    assert {entry.property.identifier for entry in run.judgements} == set(answer.verdicts)
    assert found["violated"] == [name for name, verdict in answer.verdicts.items() if verdict == "violated"]
    assert tuple(found["vacuous"]) == answer.vacuous  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(("scenario", "reading_name"), sorted(set(KNOWN) - set(SMALL)))
def test_large_scenario_answers_as_recorded(scenario: str, reading_name: str) -> None:
    test_scenario_answers_as_recorded(scenario, reading_name)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("scenario", "reading_name"), PLAIN)
def test_plain_search_agrees_on_small_scenarios(scenario: str, reading_name: str) -> None:
    loaded, read = load(scenario), reading(reading_name)
    system, bound = handover(loaded, read), binding(loaded, read)
    spoken_of = [entry for entry in ALL_PROPERTIES if not entry.needs or entry.needs in loaded.capabilities]
    looked_for = [found for entry in spoken_of for found in observations(entry, system, bound)]
    plain = plain_search(system, looked_for, Limits())
    answer = KNOWN[scenario, reading_name]
    assert (plain.states, plain.transitions, plain.depth) == (answer.states, answer.transitions, answer.depth)
    run = check_scenario(loaded, read, ALL_PROPERTIES)
    for judgement in run.judgements:
        if isinstance(judgement.verdict, Violated) and judgement.verdict.trace is not None:
            sighting = plain.sightings.get(judgement.property.violation_name)
            assert sighting is not None
            assert len(sighting.path) == len(judgement.verdict.trace)


DEVIATIONS = {
    **{name: {"V4-14"} for name in ("clause-5.2", "detach", "ipv4-home-address", "network-detach")},  # a should
    "liveness-nat": {"LIVE-2", "NAT-5"},
    "liveness-restart": {"LIVE-1", "LIVE-2", "LIVE-5"},
    "liveness-schools": {"LIVE-2", "NAT-6", "NAT-8"},
    "liveness-schools-reversed": {"LIVE-1", "NAT-6"},
    "mixed-schools": {"NAT-8"},
    "revocation-overtaken": {"BIND-1", "BIND-3", "BIND-16", "BIND-24"},
    "statuses": {"ADDR-3"},
    "on-path": {"ATT-4", "BIND-1", "BIND-3", "BIND-4", "BIND-6", "NAT-2"},
    "on-path-no-nat": {"NAT-2"},
    "on-path-ike-peer": {"NAT-2"},
    "on-path-delay": {"BIND-1", "BIND-6"},
    "replay-unnoticed": {"ATT-3", "BIND-1", "BIND-6"},
}


@pytest.mark.parametrize("name", shipped())
def test_what_holds_under_the_intended_reading(name: str) -> None:
    """Everything but SA-7 (a should), ADDR-7a (forbidden by RFC 6275), SA-8 (AMB-32), and what an attack,
    a mixture of schools, a UE that sets F or a revocation that overtakes an answer breaks."""
    violated = {
        identifier for identifier, verdict in KNOWN[name, "intended"].verdicts.items()
        if verdict == "violated" and not identifier.startswith("W-")
    }  # fmt: skip
    assert violated == {"SA-7", "SA-8", "ADDR-7a"} | DEVIATIONS.get(name, set())


@pytest.mark.parametrize("identifier", ["SA-1", "BIND-1", "BIND-16", "ADDR-7b"])
def test_what_the_literal_reading_breaks_in_the_main_scenario(identifier: str) -> None:
    assert KNOWN["clause-5.2", "literal"].verdicts[identifier] == "violated"


def test_every_deviation_that_is_recorded_has_a_reason() -> None:
    for (scenario, name), answer in KNOWN.items():
        violated = {identifier for identifier, verdict in answer.verdicts.items() if verdict == "violated"}
        assert set(answer.reasons) == violated
        assert all(answer.reasons.values()), (scenario, name, answer.reasons)


@pytest.mark.parametrize(
    ("scenario", "says_so"), [("minimal", True), ("liveness-lifetimes", False), ("lifetimes", False)]
)
def test_a_scenario_in_which_no_lifetime_ends_says_so(scenario: str, says_so: bool) -> None:
    assert ("no lifetime ends: a binding lasts until it is removed" in load(scenario).abstractions()) == says_so


def test_home_to_ipv4_only_sends_an_update_without_association_within_six_steps() -> None:
    run = check_scenario(load("nat"), reading("literal"), ALL_PROPERTIES)
    verdict = run.verdict("SA-1")
    assert isinstance(verdict, Violated) and verdict.trace is not None
    assert len(verdict.trace) <= 6


def test_every_property_is_exercised_somewhere_under_the_intended_reading() -> None:
    for entry in ALL_PROPERTIES:
        assert any(
            entry.identifier in answer.verdicts
            and entry.identifier not in answer.vacuous
            and (answer.verdicts[entry.identifier] == "holds" or not entry.identifier.startswith("W-"))
            for (_, name), answer in KNOWN.items()
            if name == "intended"
        ), entry.identifier


def test_a_lossless_scenario_in_which_a_reply_finds_no_room_is_unknown() -> None:
    scenario = load("minimal")
    lossless = scenario.model_copy(update={"channel": scenario.channel.model_copy(update={"loss": False})})
    run = check_scenario(lossless, reading("intended"), ALL_PROPERTIES)
    if run.exploration.overflowed:
        assert not any(isinstance(entry.verdict, Holds) and entry.property.identifier == "BIND-3"
                       for entry in run.judgements)  # fmt: skip
