"""Explore every shipped scenario (or those named) under every reading and write dsmip/known_answers.json.
Run it after a change of the model, then read the difference: a verdict that moved is a finding."""

import json
import sys
from pathlib import Path

from checker.checking import check_scenario
from dsmip.files import write_atomically
from dsmip.known_answers import as_recorded
from model.readings import READINGS, reading
from model.scenarios import load, shipped
from properties.registry import ALL_PROPERTIES

TARGET = Path(__file__).parent.parent / "dsmip" / "known_answers.json"


def record(names: list[str]) -> None:
    document = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {"reasons": {}}
    earlier = document.get("scenarios", {})
    document["scenarios"] = {name: earlier.get(name, {}) for name in shipped()}
    for name in names or shipped():
        for reading_name in READINGS:
            run = check_scenario(load(name), reading(reading_name), ALL_PROPERTIES)
            if not run.exploration.complete or run.surprises:
                sys.exit(f"{name}, {reading_name}: {run.exploration.stopped or run.surprises}")
            document["scenarios"][name][reading_name] = as_recorded(run)
            print(name, reading_name, run.exploration.states, f"{run.exploration.seconds:.1f} s", flush=True)
    write_atomically(TARGET, json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    record(sys.argv[1:])
