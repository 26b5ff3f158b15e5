"""Explore scenarios, the small ones first, and write dsmip/requirement_witnesses.json: for every requirement a shortest
run in which it matters, and a mutant that does not do there what it asks for."""

import argparse
import json
from pathlib import Path
from typing import Any

from dsmip.files import write_atomically
from dsmip.known_answers import known_answers
from dsmip.requirement_records import as_record, choosing, requirement_witnesses
from generators.coverage import RowWitness
from generators.requirement_witnesses import smallest_first, smallest_runs
from model.readings import reading
from model.scenarios import shipped
from properties.matters_registry import WHEN_IT_MATTERS

TARGET = Path(__file__).parent.parent / "dsmip" / "requirement_witnesses.json"
MOST_STATES = 1_200_000


def searched(names: list[str]) -> dict[str, RowWitness]:
    """A run for each of these requirements, from the smallest scenario that has one."""
    answers = known_answers()
    found: dict[str, RowWitness] = {}
    for reading_name, choices in dict.fromkeys((entry.reading, entry.choices) for entry in WHEN_IT_MATTERS.values()):
        wanted = [entry for name in names if (entry := WHEN_IT_MATTERS[name]).reading == reading_name
                  and entry.choices == choices]  # fmt: skip
        states = {name: answers[name, reading_name].states for name in shipped()}
        small = smallest_first([name for name in states if states[name] <= MOST_STATES], states.__getitem__)
        here = smallest_runs(
            wanted, small, reading(reading_name, choices),
            lambda name, looked: print(name, *looked.found, flush=True),
        )  # fmt: skip
        print("found nowhere:", *(entry.requirement for entry in wanted if entry.requirement not in here))
        found.update(here)
    return found


def record(names: list[str], *, mutants_only: bool) -> None:
    known = {entry.requirement: entry for entry in requirement_witnesses()} if TARGET.exists() else {}
    wanted = names or list(WHEN_IT_MATTERS)
    runs = {name: known[name].witness for name in wanted if name in known} if mutants_only else searched(wanted)
    choose = choosing()
    records: dict[str, dict[str, Any]] = {name: as_record(name, entry.witness, entry.shown)
                                          for name, entry in known.items()}  # fmt: skip
    for name in sorted(runs, key=lambda entry: (runs[entry].scenario, entry)):
        shown = choose.choice(WHEN_IT_MATTERS[name], runs[name])
        records[name] = as_record(name, runs[name], shown)
        print(name, shown, flush=True)
    lines = [json.dumps(records[name], ensure_ascii=False) for name in WHEN_IT_MATTERS if name in records]
    write_atomically(TARGET, "[\n " + ",\n ".join(lines) + "\n]\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("requirements", nargs="*", help="only these")
    parser.add_argument("--mutants", action="store_true", help="choose the mutants anew, for recorded runs")
    given = parser.parse_args()
    record(given.requirements, mutants_only=given.mutants)
