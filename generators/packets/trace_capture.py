"""A trace as a capture: what a probe at one end of the path would have recorded.
What is lost on the way is seen only at the end that sent it; a translator shows in the addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.trace import Packet, Trace, TraceStep
from generators.packets.encoding import encode
from generators.packets.wire_form import WireForm
from model.language.systems import ActionKind
from model.messages import DOWNLINK, UPLINK

ENDS = ("ue", "home_agent")
SECONDS_A_STEP = 1.0
MORE = {"timer entry marked invalid": 10.0}  # seconds, for a step that takes its time


def captured(trace: Trace, forms: WireForm | Sequence[WireForm], end: str) -> list[tuple[float, bytes]]:
    """The packets with their times. end: "ue" or "home_agent".

    A step takes a second, the end of an entry marked invalid 10 s more.
    forms: one, or one a UE. At the home agent the packets of all UEs are seen, at "ue" those of every UE.
    """
    listed = [forms] if isinstance(forms, WireForm) else forms
    return [
        (time, encode(listed[copy_of(packet.channel)].packet(packet.message, packet.fields)))
        for time, packet in seen_at(trace, end)
    ]


def seen_at(trace: Trace, end: str) -> Iterator[tuple[float, Packet]]:
    """The messages that pass at one end, with their times, fields as they are there."""
    sends = {"ue": UPLINK.name, "home_agent": DOWNLINK.name}[end]
    now = 0.0
    for step in trace.steps:
        now += SECONDS_A_STEP + MORE.get(step.action.trigger, 0.0)
        time = now
        if step.taken is not None and _is_received(step, end):
            yield time, step.taken
        if step.action.machine.startswith("attacker"):
            continue
        for packet in step.sent:
            if packet.channel.startswith(sends):
                time += SECONDS_A_STEP / 1000
                yield time, packet


def copy_of(channel: str) -> int:
    """The number of the UE (from 0) to which a channel belongs: "uplink_2" is the second UE's."""
    _, _, number = channel.rpartition("_")
    return int(number) - 1 if number.isdecimal() else 0


def _is_received(step: TraceStep, end: str) -> bool:
    return step.action.kind is ActionKind.RECEIPT and step.action.machine.startswith(end)
