"""What the shipped scenarios are known to answer: verdicts, states, transitions and depth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from checker.checking import Run
from checker.verdict import Holds, word


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


def known_answers() -> dict[tuple[str, str], KnownAnswer]:
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
