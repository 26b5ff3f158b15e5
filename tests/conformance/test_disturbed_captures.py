"""Captures of runs with one packet dropped, doubled, swapped or altered: what a run of the whole system explains is
explained here too; what is explained beyond that has a reason; for all else a packet and a rule are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from generators.conformance.flows import contents_of
from generators.conformance.judging import Judgement, Outcome, View, judge
from generators.packets.captures import parse_capture, pcap_of
from generators.packets.decoding import decode
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.messages import BindingAcknowledgement, BindingUpdate
from generators.packets.packet import SignallingPacket
from generators.packets.trace_capture import captured
from generators.packets.wire_form import WireForm, form_for
from model.readings import reading
from model.scenarios import load
from properties.catalogue import requirement
from tests.conformance.disturbances import Disturbed, Timed, disturbances
from tests.conformance.plain_explanation import PlainExplanation, Shown, shown
from tests.packets.test_every_scenario import random_run

# What the tool explains although no run of the small scenario does: it knows more than that scenario.
BEYOND = {
    "dropped": "lost where nobody looked; or the binding is from before the capture",
    "doubled": "a copy made by the network",
    "swapped": "one of the two was late",
    "status 1": "an acceptance like 0",
    "status 129": "a ground of the home agent's own",
    "status 133": "a removal that was overtaken, or a binding that had ended",
    "status 134": "another node has the home address",
    "status 135": "a binding from before the capture, or an update that was overtaken",
    "K": "whether K is asked is the profile's business; of a refusal nothing but status and number counts",
    "other lifetime": "of a refusal nothing but status and number counts",
    "NAT detection": "of a refusal nothing but status and number counts",
    "number +1": "a number may be left out", "number +5": "a number may be left out",
    "number -1": "an update that came late; or the first number of the capture",
    "number +40000": "the first number of the capture",
    "source": "the flow of another UE",
    "no alternate care-of address": "the address stands in the source",
    "IPv4 home address": "assigned before the capture",
}  # fmt: skip
# Where only one verdict is right: message, kind -> side at fault and requirement. (An answer to a stranger without
# routing header is in a flow of its own, in which nothing was asked.)
CERTAIN = {
    ("update", "T"): ("ue", {"UE-F2F-08"}), ("update", "F"): ("ue", {"UE-F2F-08"}),
    ("update", "home address as alternate"): ("ue", {"UE-F2F-03"}),
    ("answer", "number +5"): ("home_agent", {"REF-B9"}), ("answer", "number +40000"): ("home_agent", {"REF-B9"}),
    ("answer", "destination"): ("home_agent", {"REF-B12", "REF-B9"}),
    ("answer", "status 174"): ("home_agent", {"HA-F2F-01"}), ("answer", "status 128"): ("home_agent", {"HA-F2F-01"}),
}  # fmt: skip


class Case:
    """A run of a scenario, seen at one end."""

    def __init__(self, name: str, end: str) -> None:
        self.end = end
        self.form = form_for(load(name))
        self.packets = list(read(captured(random_run(name, "intended"), [self.form], end)))
        self.plain = PlainExplanation(name, "intended", end)

    def judged(self, packets: Sequence[Timed], place: str) -> Judgement:
        data = pcap_of([(time, encode(packet)) for time, packet in packets])
        return judge(contents_of(parse_capture(data, "test")), View(place), [reading("intended")], search=False)

    def check(self, disturbed: Disturbed) -> None:
        judgement = self.judged(disturbed.packets, self.end)
        explained = self.plain.explained(list(messages(disturbed.packets, self.form)))
        about = (self.end, disturbed.kind, disturbed.place, explained)
        assert judgement.exit_code in (0, 1), about
        wrong = [side for flow in judgement.flows for side in flow.sides if side.outcome is not Outcome.EXPLAINED]
        if explained == len(disturbed.packets):
            assert not wrong, (about, wrong)
            assert self.judged(disturbed.packets, "both").exit_code == 0, about
        elif not wrong:
            assert disturbed.kind in BEYOND, about
        for side in wrong:
            assert side.packet is not None and side.packet > explained, (about, side)
            assert side.requirement is not None and requirement(side.requirement), (about, side)
        certain = CERTAIN.get((self._kind_of(disturbed), disturbed.kind))
        if certain and explained == disturbed.place - 1:
            named = {side.requirement for side in wrong if side.side == certain[0]}
            assert named & certain[1], (about, wrong)

    def _kind_of(self, disturbed: Disturbed) -> str:
        _, packet = self.packets[disturbed.place - 1]
        refused = isinstance(packet.message, BindingAcknowledgement) and packet.message.status >= 128
        return "update" if isinstance(packet.message, BindingUpdate) else "refusal" if refused else "answer"


def read(capture: Sequence[tuple[float, bytes]]) -> Iterator[Timed]:
    for time, data in capture:
        packet = decode(data)
        if isinstance(packet, SignallingPacket):
            yield time, packet


def messages(packets: Sequence[Timed], form: WireForm) -> Iterator[Shown]:
    """Up to the first packet that is no message of the model."""
    for _, packet in packets:
        try:
            yield shown(*form.fields(packet))
        except PacketError:
            return


@pytest.mark.parametrize("end", ["home_agent", "ue"])
def test_a_sample_of_disturbed_captures_of_the_smallest_scenario(end: str) -> None:
    case = Case("minimal", end)
    everything = list(disturbances(case.packets, case.form.plan))
    assert len(everything) > 150
    for disturbed in everything[:: 23 if end == "ue" else 37]:
        case.check(disturbed)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["home_agent", "ue"])
@pytest.mark.parametrize("name", ["minimal"])
def test_every_disturbed_capture_of_small_scenarios(name: str, end: str) -> None:
    case = Case(name, end)
    for disturbed in disturbances(case.packets, case.form.plan):
        case.check(disturbed)
