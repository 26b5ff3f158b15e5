"""Readings that differ only in what a flow does not touch need not be tried: the verdict is the same."""

from __future__ import annotations

import pytest

from generators.conformance import judging, touched
from generators.conformance.flows import Flow, contents_of
from generators.conformance.judging import Judgement, View, default_readings, judge
from generators.conformance.surroundings import Surroundings
from generators.conformance.tracking import Steps
from generators.packets.captures import parse_capture, pcap_of
from generators.packets.encoding import encode
from generators.packets.options import AlternateCareOfAddress
from model.readings import AMBIGUITIES, Reading
from tests.conformance.disturbances import Timed, disturbances
from tests.conformance.field_captures import (
    ABROAD,
    ELSEWHERE,
    FIRST,
    HOME,
    ROUND_TRIP,
    altered,
    answer,
    answer_in_udp,
    update,
    update_in_udp,
)
from tests.conformance.test_disturbed_captures import Case

WRONG: dict[str, tuple[Timed, ...]] = {
    "another number is answered": (*FIRST, update(3, 65_535, ELSEWHERE), answer(3.1, 1, ELSEWHERE)),
    "an old number is accepted": (*FIRST, update(3, 65_533, ELSEWHERE), answer(3.1, 65_533, ELSEWHERE)),
    "to a stranger": (FIRST[0], answer(1.1, 65_534, ELSEWHERE)),
    "K where none was asked": (altered(FIRST[0], key_management=False), FIRST[1]),
    "no alternate care-of address, then F": (
        altered(FIRST[0], options=()), FIRST[1], altered(update(9, 65_535), options=(), forces_udp=True)),
    "a removal again is refused and K is granted": (
        *ROUND_TRIP, update(60, 1, HOME), altered(answer(60.1, 1, HOME, status=133), key_management=True)),
    "another's alternate address is refused": (
        altered(update(1, 7), options=(AlternateCareOfAddress(ABROAD + 1),)), answer(1.1, 7, status=174)),
    "a NAT is not told": (update_in_udp(1, 7), answer_in_udp(1.1, 7)),
}  # fmt: skip


def judged(*packets: Timed) -> Judgement:
    data = pcap_of([(time, encode(packet)) for time, packet in packets])
    return judge(contents_of(parse_capture(data, "test")), View("home_agent"), default_readings(), search=True)


def everything(flow: Flow, side: str, *, detects_duplicates: bool) -> list[str]:
    return [one.identifier for one in AMBIGUITIES]


def told(judgement: Judgement) -> list[tuple[object, ...]]:
    """All but the words and which of several readings is named: of two that explain the same any may be."""
    return [(side.side, side.outcome, side.packet, side.requirement) for flow in judgement.flows for side in flow.sides]


def assert_nothing_is_missed(packets: tuple[Timed, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    found = told(judged(*packets))
    with monkeypatch.context() as patch:
        patch.setattr(judging, "touched", everything)
        assert told(judged(*packets)) == found


@pytest.mark.slow
@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_tried_makes_no_difference(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_nothing_is_missed(WRONG[name], monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["minimal", "nat"])
def test_nor_in_disturbed_captures(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(scenario, "home_agent")
    for disturbed in list(disturbances(case.packets, case.form.plan))[::29]:
        assert_nothing_is_missed(disturbed.packets, monkeypatch)


def test_a_flow_over_ipv6_touches_few_choices() -> None:
    flow = contents_of(parse_capture(pcap_of([(time, encode(packet)) for time, packet in FIRST]), "test")).flows[0]
    assert touched.touched(flow, "home_agent", detects_duplicates=False) == []
    assert touched.touched(flow, "home_agent", detects_duplicates=True) == ["AMB-31"]
    assert {"AMB-29", "AMB-10"} <= set(touched.touched(flow, "ue", detects_duplicates=False))


@pytest.mark.parametrize("name, most", [("to a stranger", 1), ("another number is answered", 3)])
def test_few_systems_are_built_for_what_no_reading_explains(
    name: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []
    right = judging._steps_of

    def noted(around: Surroundings, chosen: Reading, side: str) -> Steps:
        tried.append(side)
        return right(around, chosen, side)

    monkeypatch.setattr(judging, "_steps_of", noted)
    assert judged(*WRONG[name]).exit_code == 1
    assert tried.count("home_agent") <= most
