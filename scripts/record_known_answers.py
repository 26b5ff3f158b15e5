"""Explore every shipped scenario (or those named) under every reading and write dsmip/known_answers.json.
Run it after a change of the model, then read the difference: a verdict that moved is a finding."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from checker.checking import check_scenario
from dsmip.files import write_atomically
from dsmip.known_answers import as_recorded
from model.readings import READINGS, reading
from model.scenarios import load, shipped
from properties.registry import ALL_PROPERTIES, BY_IDENTIFIER, property_called

TARGET = Path(__file__).parent.parent / "dsmip" / "known_answers.json"
FIGURES = ("states", "transitions", "depth")
VERDICTS = ("holds", "violated", "vacuous")


def record(names: list[str], only: list[str]) -> None:
    """only: of properties that are new or changed, everything else being as it was; none: of all."""
    asked = [property_called(name) for name in only] or ALL_PROPERTIES
    for name in names or shipped():
        found: dict[str, Any] = {}
        for reading_name in READINGS:
            run = check_scenario(load(name), reading(reading_name), asked)
            if not run.exploration.complete or run.surprises:
                sys.exit(f"{name}, {reading_name}: {run.exploration.stopped or run.surprises}")
            found[reading_name] = as_recorded(run)
            print(name, reading_name, run.exploration.states, f"{run.exploration.seconds:.1f} s", flush=True)
        save(name, found, only)


def save(name: str, found: dict[str, Any], only: list[str]) -> None:
    document = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {"reasons": {}}
    earlier = document.get("scenarios", {})
    document["scenarios"] = {entry: earlier.get(entry, {}) for entry in shipped()}
    if only:
        found = {key: merged(f"{name}, {key}", earlier[name][key], now, only) for key, now in found.items()}
    document["scenarios"][name] = found
    write_atomically(TARGET, json.dumps(document, indent=1) + "\n")


def merged(where: str, before: dict[str, Any], now: dict[str, Any], only: list[str]) -> dict[str, Any]:
    """What was recorded, with these properties as they are now. The states must be the same."""
    if any(before[key] != now[key] for key in FIGURES):
        sys.exit(f"{where}: other states than recorded; record all properties")
    order = list(BY_IDENTIFIER)
    result = {key: before[key] for key in FIGURES}
    for key in VERDICTS:
        names = {*(entry for entry in before[key] if entry not in only), *(entry for entry in now[key])}
        tables = [entry for entry in before[key] if entry not in BY_IDENTIFIER]  # what the tables rely on
        result[key] = [*sorted(names & BY_IDENTIFIER.keys(), key=order.index), *tables]
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", help="only these")
    parser.add_argument("--property", action="append", help="only this one; the others stay as they are recorded")
    given = parser.parse_args()
    record(given.scenarios, given.property or [])
