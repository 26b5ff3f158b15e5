"""`dsmip conform`: does a run of the model explain a capture?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from dsmip.console import output, working
from generators.conformance.flows import contents_of
from generators.conformance.judging import (
    SIDES,
    FlowVerdict,
    Judgement,
    Outcome,
    SideVerdict,
    View,
    default_readings,
    judge,
)
from generators.conformance.surroundings import PLACES
from generators.packets.captures import read_capture
from model.language.errors import ModelError, nearest
from model.readings import reading
from properties.catalogue import requirement

ABOUT = "dsmip conform 1"


def conform(
    capture: Path, place: str, name: str | None, choices: Sequence[str], side: str | None, restarts: bool,
    as_json_text: bool,
) -> int:
    """The exit code. Raises PacketError for a damaged file, ModelError for bad use."""
    if place not in PLACES:
        raise ModelError(f'--at: unknown place "{place}": {nearest(place, PLACES)}')
    if side is not None and side not in SIDES:
        raise ModelError(f'--side: unknown side "{side}": {nearest(side, SIDES)}')
    if choices and name is None:
        name = "intended"
    readings = default_readings() if name is None else [reading(name, choices)]
    contents = contents_of(read_capture(capture))
    with working(f"judging {capture.name}") as report:
        sides = SIDES if side is None else (side,)
        judgement = judge(contents, View(place, restarts), readings, search=name is None, sides=sides, report=report)
    if as_json_text:
        print(json.dumps(_data(judgement, capture, place), indent=2))
    else:
        _show(judgement, capture, place)
    return judgement.exit_code


def _show(judgement: Judgement, capture: Path, place: str) -> None:
    console = output()
    counts = ", ".join(f"{count} {kind}" for kind, count in judgement.contents.counts.items())
    console.print(f"{capture.name}, taken at {place.replace('_', ' ')}: {counts or 'no IP packets'}")
    for (source, destination, spi), count in judgement.contents.encrypted.items():
        console.print(f"  encrypted: {count} from {source} to {destination}, SPI {spi:#010x}", soft_wrap=True)
    for number, reason in judgement.contents.unreadable[:5]:
        console.print(f"  packet {number} cannot be read: {reason}")
    if not judgement.flows:
        console.print("nothing can be said: no Binding Update or Binding Acknowledgement in the clear")
    for verdict in judgement.flows:
        for line in _lines(verdict):
            console.print(line, soft_wrap=True)


def _lines(verdict: FlowVerdict) -> list[str]:
    flow = verdict.flow
    found = [f"UE {flow.home_address}, home agent {flow.home_agent}: {verdict.outcome.value}{_first_wrong(verdict)}"]
    for side in verdict.sides:
        found += _lines_of_side(side)
    found += [f"  profile: {words}" for words in verdict.profile]
    return found


def _first_wrong(verdict: FlowVerdict) -> str:
    """The first packet that no run explains, and the rule that it breaks."""
    wrong = [side for side in verdict.sides if side.outcome is Outcome.UNEXPLAINED and side.packet]
    first = min(wrong, key=lambda side: side.packet or 0, default=None)
    return f": packet {first.packet} breaks {first.requirement}" if first else ""


def _lines_of_side(side: SideVerdict) -> list[str]:
    who = "UE" if side.side == "ue" else "home agent"
    if side.outcome is Outcome.EXPLAINED:
        return [f"  {who}: explained, reading {side.reading}"]
    if side.outcome is Outcome.UNKNOWN:
        return [f"  {who}: {side.reason}"]
    found = [f"  {who}, packet {side.packet}: {side.reason}"]
    if side.requirement is not None:
        rule = requirement(side.requirement)
        found.append(f"    {rule.identifier} ({rule.source}): {rule.text}")
    if side.reading:
        found.append(f"    under the reading that goes farthest: {side.reading}")
    return found


def _data(judgement: Judgement, capture: Path, place: str) -> dict[str, object]:
    return {
        "version": ABOUT, "capture": str(capture), "at": place, "counts": dict(judgement.contents.counts),
        "encrypted": [{"source": str(source), "destination": str(destination), "spi": spi, "packets": count}
                      for (source, destination, spi), count in judgement.contents.encrypted.items()],
        "unreadable": [{"packet": number, "reason": reason} for number, reason in judgement.contents.unreadable],
        "flows": [
            {
                "home_address": str(verdict.flow.home_address), "home_agent": str(verdict.flow.home_agent),
                "verdict": verdict.outcome.value, "profile": list(verdict.profile),
                "sides": [
                    {"side": side.side, "verdict": side.outcome.value, "reading": side.reading,
                     "packet": side.packet, "requirement": side.requirement, "reason": side.reason}
                    for side in verdict.sides
                ],
            }
            for verdict in judgement.flows
        ],
        "exit_code": judgement.exit_code,
    }  # fmt: skip
