"""Which ambiguities of the text a flow touches: two readings that differ in no other explain the same of it, so that
one of them need not be tried."""

from __future__ import annotations

from collections.abc import Iterator

from generators.conformance.flows import Flow
from generators.packets.options import AlternateCareOfAddress, Ipv4AddressAcknowledgement, Ipv4HomeAddress
from model.readings import AMBIGUITIES, Reading

OF_THE_HOME_AGENT = ("AMB-03", "AMB-06", "AMB-07", "AMB-17", "AMB-19", "AMB-20", "AMB-22", "AMB-23", "AMB-26",
                     "AMB-28", "AMB-30", "AMB-31", "AMB-33")  # fmt: skip
OF_THE_HOME_AGENT_ONLY = frozenset({"AMB-03", "AMB-19", "AMB-22", "AMB-26", "AMB-28", "AMB-31", "AMB-33"})
Choices = tuple[tuple[str, ...], ...]


def touched(flow: Flow, side: str, *, detects_duplicates: bool) -> list[str]:
    """Identifiers of the ambiguities on which it may depend whether runs explain this side of the flow."""
    known = OF_THE_HOME_AGENT if side == "home_agent" else [
        one.identifier for one in AMBIGUITIES if one.identifier not in OF_THE_HOME_AGENT_ONLY]  # fmt: skip
    idle = set(_idle(flow)) | (set() if detects_duplicates else {"AMB-31"})
    return [identifier for identifier in known if identifier not in idle]


def choices_in(chosen: Reading, side: str, identifiers: list[str]) -> Choices:
    """What the reading makes of these ambiguities for this side."""
    own, common = chosen.actor_choices, chosen.choices
    return tuple(own.get((side, one), common[one]) for one in identifiers)


def _idle(flow: Flow) -> Iterator[str]:
    """Those that make no difference to any update, or answer, of the flow."""
    updates = [(seen, seen.update) for seen in flow.seen if seen.update is not None]
    answers = [seen.acknowledgement for seen in flow.seen if seen.acknowledgement is not None]
    statuses = {answer.status for answer in answers}
    removes = any(not update.lifetime for _, update in updates)
    if not any(seen.packet.tunnel is not None for seen in flow.in_order):
        yield from ("AMB-02", "AMB-06", "AMB-07", "AMB-18", "AMB-20", "AMB-23")
    if not removes and not any(seen.packet.tunnel is not None for seen, _ in updates):
        yield from ("AMB-26", "AMB-28")
        if not flow.revocations:
            yield "AMB-22"
    if not any(isinstance(one, AlternateCareOfAddress) and one.address != seen.outer_source
               for seen, update in updates for one in update.options):  # fmt: skip
        yield from ("AMB-03", "AMB-33")
    if not any(isinstance(one, Ipv4HomeAddress) for _, update in updates for one in update.options) and not any(
            isinstance(one, Ipv4AddressAcknowledgement) for answer in answers for one in answer.options):  # fmt: skip
        yield from ("AMB-12", "AMB-17", "AMB-30")
    if not any(seen.packet.header.source == flow.home_address for seen, _ in updates):
        yield "AMB-19"
    if 133 not in statuses:
        yield "AMB-09"
    if 135 not in statuses:
        yield "AMB-21"
    if not flow.revocations:
        yield "AMB-34"
