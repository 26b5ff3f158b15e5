"""Captures of runs of the model, taken at either end: every one is explained, from there and as from between."""

from __future__ import annotations

import pytest

from generators.conformance.flows import contents_of
from generators.conformance.judging import View, judge
from generators.packets.captures import parse_capture, pcap_of
from generators.packets.trace_capture import ENDS, captured
from generators.packets.wire_form import form_for
from model.readings import reading
from model.scenarios import load
from tests.packets.test_every_scenario import random_run

SCENARIOS = [
    pytest.param(name, marks=[] if name == "minimal" else [pytest.mark.slow])
    for name in ("minimal", "nat", "clause-5.2", "address-detection", "detach", "statuses", "ipv4-home-address",
                 "reordering", "ha-restart", "two-ue", "key-management", "lifetimes", "mixed-schools", "dual-radio")
]  # fmt: skip


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_run_of_the_model_is_explained_wherever_it_is_captured(name: str) -> None:
    scenario = load(name)
    forms = [form_for(scenario, number) for number in range(scenario.ue.count)]
    for end in ENDS:
        packets = parse_capture(pcap_of(captured(random_run(name, "intended"), forms, end)), name)
        for place in (end, "both"):
            judgement = judge(contents_of(packets), View(place), [reading("intended")], search=False)
            assert judgement.exit_code == 0, (end, place)
