"""What lies between UE and home agent in a chart: access network and NAT, in every format."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from diagrams.chart_mermaid import chart_mermaid
from diagrams.chart_plantuml import chart_plantuml
from diagrams.chart_svg import chart_svg
from diagrams.chart_text import chart_text
from diagrams.labels import columns_of
from diagrams.report.narrative import lines_of
from diagrams.sequence_chart import Arrival, Chart, Departure, Note, Signal
from dsmip.charts import chart_of
from dsmip.labels import way_in
from model.handover import handover
from model.readings import reading
from model.scenarios import load
from tests.diagrams.runs import run
from tests.diagrams.svg_texts import SVG, assert_apart, boxes_of_texts

REGISTERED = ("address configured", "association established", "receives BindingUpdate: initial",
              "receives BindingAcknowledgement: registration acknowledged")  # fmt: skip


def chart(scenario: str, *fragments: str) -> Chart:
    return chart_of(run(handover(load(scenario), reading("intended", [])), *fragments))


@pytest.fixture(scope="module")
def behind_a_nat() -> Chart:
    """The UE moves behind a NAT and registers there; then the NAT replaces its mapping."""
    return chart("nat-expiry", "movement (to ipv4-nat)", *REGISTERED, "NAT remapping")


def test_ue_access_network_nat_and_home_agent_have_lifelines_and_the_nat_stands_at_the_network(
    behind_a_nat: Chart,
) -> None:
    assert behind_a_nat.lifelines == ("ue", "access", "NAT", "home_agent")
    assert behind_a_nat.network_at == 3
    assert "of ue, access network, NAT, network, home agent" in behind_a_nat.description


def test_movements_are_the_access_networks_and_a_new_mapping_is_the_nats(behind_a_nat: Chart) -> None:
    items = [item for step in behind_a_nat.steps for item in step.items]
    notes = {item.text: item.lifeline for item in items if isinstance(item, Note)}
    assert Signal("access", "ue", "movement (to ipv4-nat)") in items
    assert notes["NAT remapping: the NAT replaces its mapping"] == "NAT"


def test_the_nat_rewrites_what_is_sent_upwards_and_what_comes_down(behind_a_nat: Chart) -> None:
    items = [item for step in behind_a_nat.steps for item in step.items]
    up, down = (item for item in items if isinstance(item, Departure))
    assert (up.translated, down.translated) == ("from mapped-ipv4-nat", "")
    there, back = (item for item in items if isinstance(item, Arrival))
    assert (there.translated, back.translated) == ("", "BA #31 to mapped-ipv4-nat")
    assert back.label == "BA #31 now to address-ipv4-nat"
    told = [line for step in behind_a_nat.steps for line in lines_of(behind_a_nat, step)]
    assert ("changes", "NAT", "rewrites it: from mapped-ipv4-nat") in told
    assert ("changes", "NAT", "rewrites BA #31 to mapped-ipv4-nat") in told


def test_without_a_nat_on_the_path_there_is_no_lifeline_for_one() -> None:
    assert chart("nat-expiry", "movement (to ipv4-only)", *REGISTERED).lifelines == ("ue", "access", "home_agent")


def test_an_attacker_on_the_path_has_a_lifeline_and_his_address_is_not_the_nats_doing() -> None:
    moved = ("movement (to ipv4-only)", *REGISTERED[:2])
    attacked = chart("on-path", *moved, "attacker: receives BindingUpdate on uplink: puts his address into the outer")
    assert attacked.lifelines == ("ue", "access", "home_agent", "attacker")
    assert [entry.sender for entry in attacked.messages] == ["ue", "attacker"]


def test_each_of_several_ues_has_its_own_access_network() -> None:
    system = handover(load("two-ue"), reading("intended", []))
    assert {name: place.behind for name, place in way_in(system).places.items()} == {
        "access_1": "ue_1", "access_2": "ue_2"
    }  # fmt: skip


@pytest.mark.parametrize("width", [60, 80, 120])
def test_in_the_terminal_a_rewritten_message_stops_at_the_nat(behind_a_nat: Chart, width: int) -> None:
    text = chart_text(behind_a_nat, width)
    assert all(columns_of(line) <= width for line in text.splitlines())
    assert re.search(r"├─+│─+▶│", text) and re.search(r"│◀.*│─+┤", text)
    assert len({line.index("▶") for line in text.splitlines() if "▶│" in line[: width // 2]}) <= 1


def test_in_mermaid_and_plantuml_it_passes_from_participant_to_participant(behind_a_nat: Chart) -> None:
    mermaid, plantuml = chart_mermaid(behind_a_nat), chart_plantuml(behind_a_nat)
    assert "    participant p1 as access network\n    participant p2 as NAT\n    participant n as network\n" in mermaid
    assert re.search(r"p0->>p2: .*\n    p2->>n: \(1\) from mapped-ipv4-nat\n", mermaid)
    assert re.search(r"n->>p2: .*\n    p2->>p0: ", mermaid)
    assert 'participant "access network" as p1\nparticipant "NAT" as p2\nqueue "network" as n\n' in plantuml
    assert re.search(r"p0 -> p2 : .*\np2 -> n : \(1\) from mapped-ipv4-nat\n", plantuml)
    assert re.search(r"n -> p2 : .*\np2 -> p0 : ", plantuml)


def test_what_the_access_network_tells_the_ue_is_an_arrow_in_every_format(behind_a_nat: Chart) -> None:
    told = [item.text for step in behind_a_nat.steps for item in step.items if isinstance(item, Signal)]
    assert len(told) == 2 and told[1].startswith("address configured")
    mermaid, plantuml = chart_mermaid(behind_a_nat), chart_plantuml(behind_a_nat)
    assert "    p1->>p0: 1. movement (to ipv4-nat)\n" in mermaid
    assert "p1 -> p0 : movement (to ipv4-nat)\n" in plantuml
    assert re.search(r"│◀─ movement \(to ipv4-nat\) ─*┤", chart_text(behind_a_nat, 100))
    assert re.search(r"\|<- movement \(to ipv4-nat\) -*\+", chart_text(behind_a_nat, 100, ascii_only=True))
    svg = ElementTree.fromstring(chart_svg(behind_a_nat))
    lines = [(line.get("class"), float(line.get("x1", 0)), float(line.get("x2", 0))) for line in svg.iter(f"{SVG}line")]
    ue, access = [x for kind, x, _ in lines if kind == "lifeline"][:2]
    assert [ends for kind, *ends in lines if kind == "signal"] == [[access, ue + 1]] * 2
    assert ("action", "access", "movement (to ipv4-nat)") in lines_of(behind_a_nat, behind_a_nat.steps[0])


def test_what_the_ue_discards_has_an_open_head(behind_a_nat: Chart) -> None:
    first = behind_a_nat.steps[0]
    refused = tuple(replace(item, refused=True) if isinstance(item, Signal) else item for item in first.items)
    chart = replace(behind_a_nat, steps=(replace(first, items=refused), *behind_a_nat.steps[1:]))
    assert "│◁╌ movement (to ipv4-nat) ╌" in chart_text(chart, 100)
    assert "p1-->>p0: 1. movement" in chart_mermaid(chart) and "p1 --> p0 : movement" in chart_plantuml(chart)
    assert chart_svg(chart).count('class="signalopen"') == 1


def test_two_ues_are_told_by_their_own_access_networks() -> None:
    moved = chart("two-ue", "[2] access: movement")
    (told,) = [item for step in moved.steps for item in step.items if isinstance(item, Signal)]
    assert (told.source, told.dest) == ("access_2", "ue_2")
    assert "◀" in chart_text(moved, 100) and "◀" in chart_text(moved, 60)


def test_texts_and_headings_of_the_svg_keep_apart(behind_a_nat: Chart) -> None:
    root = ElementTree.fromstring(chart_svg(behind_a_nat))
    boxes = boxes_of_texts(root)
    assert_apart(boxes)
    lifelines = [float(line.get("x1", 0)) for line in root.iter(f"{SVG}line") if line.get("class") == "lifeline"]
    assert len(lifelines) == 4
    for left, right, top, _, text in boxes:
        own = [x for x in lifelines if left < x < right]
        boxed = any(element.text == text and element.get("class") not in ("action", "changes", "message", "lost")
                    for element in root.iter(f"{SVG}text"))  # fmt: skip
        assert not own or boxed, (text, top)
