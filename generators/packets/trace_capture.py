"""A trace as a capture: what a probe at one end of the path would have recorded.
What is lost on the way is seen only at the end that sent it; a translator shows in the addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.trace import Trace
from generators.packets.encoding import encode
from generators.packets.wire_form import WireForm
from model.language.domains import Value
from model.language.systems import ActionKind
from model.messages import BindingAcknowledgement, BindingUpdate

ENDS = ("ue", "home_agent")
SECONDS_A_STEP = 1.0


def captured(trace: Trace, form: WireForm, end: str) -> list[tuple[float, bytes]]:
    """The packets with their times: step n happens at second n. end: "ue" or "home_agent"."""
    return [(time, encode(form.packet(message, fields))) for time, message, fields in _messages(trace, end)]


def _messages(trace: Trace, end: str) -> Iterator[tuple[float, str, Mapping[str, Value]]]:
    sends = {"ue": BindingUpdate.name, "home_agent": BindingAcknowledgement.name}[end]
    for number, step in enumerate(trace.steps, start=1):
        time = number * SECONDS_A_STEP
        if step.action.kind is ActionKind.RECEIPT and step.taken is not None and step.taken.message != sends:
            yield time, step.taken.message, step.taken.fields
        for packet in step.sent:
            if packet.message == sends:
                time += SECONDS_A_STEP / 1000
                yield time, packet.message, packet.fields
