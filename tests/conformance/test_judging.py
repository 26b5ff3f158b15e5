"""Captures are explained by runs of the model, or the first packet that none explains is named with its rule."""

from __future__ import annotations

from typing import Any

import pytest

from generators.conformance.flows import contents_of
from generators.conformance.judging import FlowVerdict, Judgement, Outcome, View, judge
from generators.conformance.surroundings import surroundings_of
from generators.conformance.tracking import Steps, message_of
from generators.conformance.ue_side import UeSide
from generators.packets.captures import parse_capture
from generators.packets.options import AlternateCareOfAddress, NatDetection
from model.handover import handover
from model.messages import BindingAcknowledgement, Status
from model.readings import READINGS, reading
from tests.conformance.field_captures import (
    ABROAD,
    ELSEWHERE,
    FIRST,
    HOME,
    ROUND_TRIP,
    Timed,
    altered,
    answer,
    answer_in_udp,
    capture,
    update,
    update_in_udp,
)


def judged(*packets: Timed, at: str = "home_agent", readings: tuple[str, ...] = ("intended",),
           search: bool = False) -> Judgement:  # fmt: skip
    contents = contents_of(parse_capture(capture(*packets), "test.pcap"))
    return judge(contents, View(at), [reading(name) for name in readings], search=search)


def only(judgement: Judgement) -> FlowVerdict:
    assert len(judgement.flows) == 1
    return judgement.flows[0]


def broken(judgement: Judgement) -> tuple[str, int | None, str | None]:
    """The side at fault, the packet, the requirement."""
    assert judgement.exit_code == 1
    side = next(side for side in only(judgement).sides if side.outcome is not Outcome.EXPLAINED)
    return side.side, side.packet, side.requirement


QUICK = {  # the others are tried with the slow tests
    "out, onward and home again; the number wraps", "repeated after 1 s with a new number, both answered in order",
    "address detection takes 1 s", "an answer to nothing: the update was dropped", "an answer twice",
    "F is set in an update on IPv6", "another number is answered", "no routing header to a care-of address",
}


def listed(names: dict[str, Any]) -> list[Any]:
    return [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in names]


LEGAL: dict[str, tuple[Timed, ...]] = {
    "out, onward and home again; the number wraps": ROUND_TRIP,
    "repeated after 1 s with a new number, both answered in order": (
        update(1, 7), update(2, 8), answer(2.1, 7), answer(2.2, 8)),
    "address detection takes 1 s": (update(1, 7), answer(2.05, 7)),
    "repeated during address detection, only the newest answered": (update(1, 7), update(2, 8), answer(2.05, 8)),
    "last number 15, then 32782, the farthest ahead": (
        update(1, 15), answer(1.1, 15), update(2, 32_782, ELSEWHERE), answer(2.1, 32_782, ELSEWHERE)),
    "an answer is not in the capture": (*FIRST, *ROUND_TRIP[2:3], *ROUND_TRIP[4:]),
    "an update is doubled by the network": (ROUND_TRIP[0], *ROUND_TRIP),
    "two updates overtake each other, the later one is old": (
        *FIRST, update(3, 2, ELSEWHERE), update(3.1, 1), answer(3.2, 2, ELSEWHERE),
        answer(3.3, 2, ABROAD, status=135)),
    "de-registration again meets no binding": (update(1, 9, HOME), answer(1.1, 9, HOME, status=133)),
    "behind a NAT": (update_in_udp(1, 7), answer_in_udp(1.1, 7, NatDetection(False, 110))),
    "a status that the model knows as refusal only": (update(1, 7), answer(1.1, 7, status=140)),
}  # fmt: skip


@pytest.mark.parametrize("name", listed(LEGAL))
def test_legal_behaviour_is_explained(name: str) -> None:
    judgement = judged(*LEGAL[name])
    assert (judgement.exit_code, only(judgement).outcome) == (0, Outcome.EXPLAINED), only(judgement).sides


ILLEGAL: dict[str, tuple[tuple[Timed, ...], tuple[str, int, str]]] = {
    "an answer to nothing: the update was dropped": (ROUND_TRIP[1:], ("home_agent", 1, "REF-B12")),
    "an answer twice": ((*FIRST, answer(1.2, 65_534)), ("home_agent", 3, "REF-B9")),
    "answered before it was sent": ((ROUND_TRIP[1], ROUND_TRIP[0]), ("home_agent", 1, "REF-B9")),
    "de-registered without being asked": ((*FIRST, ROUND_TRIP[5]), ("home_agent", 3, "REF-B9")),
    "another number is answered": ((FIRST[0], altered(FIRST[1], sequence_number=99)), ("home_agent", 2, "REF-B9")),
    "granted longer than asked for": (
        (update(1, 7, lifetime=8), answer(1.1, 7, lifetime=12)), ("home_agent", 2, "REF-B8")),
    "no routing header to a care-of address": (
        (FIRST[0], (1.1, answer(1.1, 65_534)[1].__class__(
            answer(1.1, 65_534)[1].header, answer(1.1, 65_534)[1].message))),
        ("home_agent", 2, "HA-F2F-10")),
    "accepted without K although K is granted elsewhere": (
        (*ROUND_TRIP[:3], altered(ROUND_TRIP[3], key_management=False)), ("home_agent", 4, "HA-F2F-11")),
    "a number is used again for another update": (
        (*FIRST, update(5, 65_534, ELSEWHERE)), ("ue", 3, "UE-F2F-03")),
    "F is set in an update on IPv6": (
        (altered(update(1, 7), forces_udp=True), answer(1.1, 7)), ("ue", 1, "UE-F2F-08")),
    "a registration from home": (
        (*FIRST, altered(update(9, 65_535, HOME), lifetime=3600)), ("ue", 3, "UE-F2H-01")),
    "a NAT is not told": ((update_in_udp(1, 7), answer_in_udp(1.1, 7)), ("home_agent", 2, "HA-F2F-06")),
}  # fmt: skip


@pytest.mark.parametrize("name", listed(ILLEGAL))
def test_the_first_packet_that_nothing_explains_is_named_with_its_rule(name: str) -> None:
    packets, expected = ILLEGAL[name]
    assert broken(judged(*packets)) == expected


def test_a_number_ahead_by_half_the_space_is_old_for_both_sides() -> None:
    judgement = judged(update(1, 15), answer(1.1, 15), update(2, 32_783, ELSEWHERE), answer(2.1, 32_783, ELSEWHERE))
    found = [(side.side, side.packet, side.requirement) for side in only(judgement).sides]
    assert found == [("ue", 3, "REF-A5"), ("home_agent", 4, "HA-F2F-01")]


@pytest.mark.slow
def test_an_alternate_care_of_address_that_differs_is_accepted_only_where_the_option_wins() -> None:
    sent = altered(update(1, 7), options=(AlternateCareOfAddress(ELSEWHERE),))
    assert broken(judged(sent, answer(1.1, 7)))[0] == "home_agent"
    judgement = judged(sent, answer(1.1, 7), readings=("intended", "final"))
    assert [side.reading for side in only(judgement).sides] == ["intended", "final"]


@pytest.mark.slow
def test_a_single_choice_that_explains_the_home_agent_is_found() -> None:
    sent = update_in_udp(1, 7)
    told = answer_in_udp(1.1, 7, NatDetection(True, 110))  # the school in which F tells the NAT
    assert broken(judged(sent, told))[2] == "HA-F2F-06"
    judgement = judged(sent, told, search=True)
    assert judgement.exit_code == 0
    assert only(judgement).sides[1].reading == "intended home_agent.AMB-20=nat-found"


def test_four_transmissions_without_answer_over_15_s_are_one_verdict() -> None:
    lost = [update(time, number, ELSEWHERE) for time, number in ((30, 1), (31, 2), (33, 3), (45, 4), (61, 5))]
    judgement = judged(*FIRST, *lost)
    assert broken(judgement) == ("home_agent", 3, None)
    assert only(judgement).outcome is Outcome.DOWN and len(only(judgement).sides) == 1
    assert judged(*FIRST, *lost[:3]).exit_code == 0
    assert only(judged(*lost)).outcome is not Outcome.DOWN  # it never answered


def test_profile_rules_are_told_apart_from_the_verdict() -> None:
    judgement = judged(*(altered(one, key_management=False) for one in FIRST))
    assert judgement.exit_code == 0
    assert only(judgement).profile == ("K must be set in every update (A.2): not in packet 1",)


@pytest.mark.slow
def test_two_ues_are_two_flows() -> None:
    other = HOME + 1
    moved = [(time, packet.__class__(packet.header, packet.message, other)) for time, packet in (update(2, 5),)]
    judgement = judged(*FIRST, *moved)
    assert [flow.flow.home_address for flow in judgement.flows] == [HOME, other]


@pytest.mark.slow
def test_answers_may_come_late_where_the_capture_is_not_taken_at_the_home_agent() -> None:
    packets = (update(1, 7), update(2, 8, ELSEWHERE), answer(2.1, 8, ELSEWHERE), answer(2.3, 7, status=135))
    late = (*packets[:3], altered(packets[3], sequence_number=8))
    assert judged(*late, at="both").exit_code == 0
    assert broken(judged(*late))[:2] == ("home_agent", 4)


def test_nothing_in_the_clear_is_no_verdict() -> None:
    assert judge(contents_of([]), View("home_agent"), [reading("intended")], search=False).exit_code == 3


def test_more_updates_under_way_than_are_tracked_are_no_verdict() -> None:
    updates = [update(1 + number / 1000, number) for number in range(9)]
    answers = [answer(1.1 + number / 1000, number) for number in range(9)]
    wrong = altered(answers[8], sequence_number=99)
    assert judged(*updates, *answers, at="both").exit_code == 0
    assert broken(judged(*updates, wrong)) == ("home_agent", 10, "REF-B9")
    assert broken(judged(*updates[:8], wrong, at="both")) == ("home_agent", 9, "REF-B9")
    judgement = judged(*updates, wrong, at="both")
    assert judgement.exit_code == 3
    agent = only(judgement).sides[1]
    assert (agent.outcome, agent.requirement) == (Outcome.UNKNOWN, None) and "more than 8 messages" in agent.reason


def test_an_update_that_is_under_way_for_two_minutes_never_arrives() -> None:
    for wait in (100, 130):
        packets = (update(1, 5), update(wait, 6, ELSEWHERE), answer(wait + 0.1, 6, ELSEWHERE),
                   altered(answer(wait + 1.2, 5, status=135), sequence_number=6))  # fmt: skip
        judgement = judged(*packets, at="both")
        assert judgement.exit_code == 0 if wait == 100 else broken(judgement) == ("home_agent", 4, "HA-F2F-01")


def test_what_would_take_too_long_ends_in_words() -> None:
    places = (ABROAD, ELSEWHERE)
    updates = [update(number + 1, number + 1, places[number % 2]) for number in range(20)]
    answers = [answer(30 + number, number + 1, places[number % 2]) for number in range(20)]
    assert judged(*updates, *answers).exit_code == 0
    agent = only(judged(*updates, *answers, at="both")).sides[1]
    assert agent.outcome is Outcome.EXPLAINED or "would be needed" in agent.reason


def test_a_wrong_answer_after_many_answered_updates_is_still_found() -> None:
    rounds = [one for number in range(1, 7) for one in (update(number, number), answer(number + 0.1, number))]
    wrong = altered(answer(7.1, 7), sequence_number=99)
    assert broken(judged(*rounds, update(7, 7), wrong)) == ("home_agent", 14, "REF-B9")
    assert broken(judged(*rounds, altered(update(7, 7), forces_udp=True))) == ("ue", 13, "UE-F2F-08")


@pytest.mark.parametrize("name", [name if name == "intended" else pytest.param(name, marks=pytest.mark.slow)
                                  for name in READINGS])  # fmt: skip
def test_a_ue_takes_no_notice_of_an_answer_to_an_older_update(name: str) -> None:
    flow = contents_of(parse_capture(capture(*ROUND_TRIP), "test.pcap")).flows[0]
    around = surroundings_of(flow, "ue", "ue", detects_duplicates=False)
    steps = Steps(handover(around.scenario, reading(name)), "ue")
    known = {place.values for place in UeSide(steps, near=False).places}
    assert {steps.value(state, "ue.state") for state in known} >= {"registering", "registered", "deregistering"}
    for state in known:
        newest = steps.with_values(state, {"ue.sequence_number": 8})
        for status in set(Status) - {Status.SEQUENCE_NUMBER_OUT_OF_WINDOW}:
            told = {"sequence_number": 7, "status": status.value, "destination": steps.value(state, "ue.address")}
            found = steps.receiving(newest, BindingAcknowledgement.name, message_of(told))
            assert all((after, sent) == (state, None) for after, sent, _ in found)


def test_too_many_care_of_addresses_are_no_verdict() -> None:
    judgement = judged(*(update(number, number, ABROAD + number) for number in range(1, 9)))
    assert judgement.exit_code == 3
    assert "care-of addresses" in only(judgement).sides[0].reason
