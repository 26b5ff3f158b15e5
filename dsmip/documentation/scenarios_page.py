"""docs/scenarios.md: every shipped scenario, every property, every reading, from the recorded answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsmip.documentation.markdown import page, plain, table
from dsmip.known_answers import KnownAnswer, known_answers
from model.readings import READINGS
from model.scenarios import load, shipped
from properties.registry import ALL_PROPERTIES

GROUPS = {
    "Security association": ("SA-",), "Binding": ("BIND-",), "Addresses and format": ("ADDR-",),
    "IPv4 and NAT": ("NAT-", "V4-"), "Liveness": ("LIVE-",), "Attacker": ("ATT-",),
    "Witnesses: what must be able to occur": ("W-",),
}  # fmt: skip
HOLDS, VACUOUS, VIOLATED, NOT_JUDGED = "+", "0", "**-**", "."
Answers = Mapping[tuple[str, str], KnownAnswer]


def scenarios_page() -> str:
    known = known_answers()
    names = [name for name in shipped() if (name, "intended") in known]
    return page(
        "Scenarios, properties, readings",
        "What the shipped scenarios answer. Each cell has one sign for each reading, in the order "
        f"{', '.join(READINGS)}: `{HOLDS}` holds in every reachable state or step, or of every fair run; {VIOLATED} is "
        f"violated (of a witness: cannot occur); `{VACUOUS}` holds, but what it starts from never occurs; "
        f"`{NOT_JUDGED}` is not judged, for a reason that `dsmip scenarios NAME` gives. All answers come from "
        "complete explorations and are recorded in `dsmip/known_answers.json`; `dsmip check NAME` repeats one.",
        "## The scenarios",
        _sizes(names, known),
        *(_group(title, prefixes, names, known) for title, prefixes in GROUPS.items()),
        _others(names, known),
        "## Why what is violated is violated",
        _reasons(names, known),
    )  # fmt: skip


def _sizes(names: Sequence[str], known: Answers) -> str:
    rows = [
        [f"`{name}`", plain(load(name).description), *(f"{known[name, reading].states:,}" for reading in READINGS),
         str(known[name, "intended"].depth or "")]
        for name in names
    ]  # fmt: skip
    return table(
        ["scenario", "what it explores", *(f"states, {reading}" for reading in READINGS), "depth, intended"], rows
    )


def _group(title: str, prefixes: tuple[str, ...], names: Sequence[str], known: Answers) -> str:
    identifiers = [entry.identifier for entry in ALL_PROPERTIES if entry.identifier.startswith(prefixes)]
    return f"## {title}\n\n{_verdicts(identifiers, names, known)}" if identifiers else ""


def _others(names: Sequence[str], known: Answers) -> str:
    """Properties of no group, and what the tables rely on."""
    grouped = tuple(prefix for prefixes in GROUPS.values() for prefix in prefixes)
    found = dict.fromkeys(
        identifier for name in names for reading in READINGS for identifier in known[name, reading].verdicts
        if not identifier.startswith(grouped)
    )  # fmt: skip
    if not found:
        return ""
    return f"## What the tables of the machines rely on\n\n{_verdicts(list(found), names, known)}"


def _verdicts(identifiers: Sequence[str], names: Sequence[str], known: Answers) -> str:
    rows = [
        [f"`{name}`", *("".join(_sign(known[name, reading], identifier) for reading in READINGS)
                        for identifier in identifiers)]
        for name in names
    ]  # fmt: skip
    return table(["scenario", *map(plain, identifiers)], rows)


def _sign(answer: KnownAnswer, identifier: str) -> str:
    verdict = answer.verdicts.get(identifier)
    if verdict is None:
        return NOT_JUDGED
    if verdict == "violated":
        return VIOLATED
    return VACUOUS if identifier in answer.vacuous else HOLDS


def _reasons(names: Sequence[str], known: Answers) -> str:
    where: dict[tuple[str, str], dict[str, list[str]]] = {}
    for reading in READINGS:
        for name in names:
            for identifier, reason in known[name, reading].reasons.items():
                where.setdefault((identifier, reason), {}).setdefault(reading, []).append(name)
    rows = [
        [plain(identifier), plain(reason), "; ".join(
            f"{reading}: {'every scenario' if len(found) == len(names) else ', '.join(f'`{name}`' for name in found)}"
            for reading, found in readings.items())]
        for (identifier, reason), readings in sorted(where.items())
    ]  # fmt: skip
    return table(["property", "reason", "reading and scenarios"], rows)
