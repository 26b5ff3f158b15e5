"""What the shipped scenarios are known to answer: verdicts, states, transitions and depth."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from checker.checking import Run
from checker.verdict import Holds, word
from properties.kinds import Kind, Property
from properties.registry import ALL_PROPERTIES


@dataclass(frozen=True)
class KnownAnswer:
    """The recorded answer for one scenario and reading. verdicts: property -> "holds" or "violated".

    reasons: why a verdict is not what one would wish (the scenario's reason, else the reading's).
    vacuous: properties whose antecedent never occurs.
    """

    states: int
    transitions: int
    depth: int | None
    verdicts: Mapping[str, str]
    vacuous: tuple[str, ...]
    reasons: Mapping[str, str]


@cache
def known_answers() -> Mapping[tuple[str, str], KnownAnswer]:
    """(scenario, reading) -> recorded answer."""
    text = resources.files("dsmip").joinpath("known_answers.json").read_text(encoding="utf-8")
    document = json.loads(text)
    reasons = document["reasons"]
    of_scenario = document["scenario_reasons"]
    result = {}
    for scenario, readings in document["scenarios"].items():
        for reading, entry in readings.items():
            violated = entry["violated"]
            result[scenario, reading] = KnownAnswer(
                entry["states"], entry["transitions"], entry["depth"],
                {**dict.fromkeys(entry["holds"], "holds"), **dict.fromkeys(violated, "violated")},
                tuple(entry["vacuous"]), {
                    name: of_scenario.get(scenario, {}).get(name) or reasons.get(reading, {}).get(name, "")
                    for name in violated
                },
            )  # fmt: skip
    return result


def expected_to_hold(scenarios: Iterable[str], reading: str) -> dict[str, list[str]]:
    """Of the scenarios that are recorded under a reading: the properties known to hold there."""
    known = known_answers()
    return {
        name: [identifier for identifier, verdict in known[name, reading].verdicts.items() if verdict == "holds"]
        for name in scenarios
        if (name, reading) in known
    }


def known_to_hold(scenario: str, kinds: Collection[Kind]) -> tuple[Property, ...]:
    """Of these kinds, the properties that are known to hold under `intended` in a shipped scenario; without those that
    only should."""
    known = known_answers()[scenario, "intended"].verdicts
    return tuple(entry for entry in ALL_PROPERTIES if entry.kind in kinds and entry.modality != "should"
                 and known.get(entry.identifier) == "holds")  # fmt: skip


def as_recorded(run: Run) -> dict[str, object]:
    """The entry that a complete run makes in the file."""
    words = {entry.property.identifier: word(entry.verdict) for entry in run.judgements}
    return {
        "states": run.exploration.states,
        "transitions": run.exploration.transitions,
        "depth": run.exploration.depth,
        "holds": [name for name, verdict in words.items() if verdict == "holds"],
        "violated": [name for name, verdict in words.items() if verdict == "violated"],
        "vacuous": [
            entry.property.identifier
            for entry in run.judgements
            if isinstance(entry.verdict, Holds) and entry.verdict.vacuous
        ],
    }
