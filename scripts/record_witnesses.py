"""Explore scenarios under `intended` and write dsmip/row_witnesses.json: for every row a shortest run to it."""

import json
import sys
from pathlib import Path

from dsmip.files import write_atomically
from dsmip.known_answers import known_answers
from generators.coverage import RowWitness, row_witnesses
from model.readings import reading
from model.scenarios import load, shipped

TARGET = Path(__file__).parent.parent / "dsmip" / "row_witnesses.json"
READING = "intended"
MOST_STATES = 500_000


def record(names: list[str]) -> None:
    answers = known_answers()
    small = [name for name in shipped()
             if (name, READING) in answers and answers[name, READING].states <= MOST_STATES
             and load(name).ue.count == 1]  # fmt: skip
    shortest: dict[tuple[str, str], RowWitness] = {}
    for name in names or sorted(small, key=lambda name: answers[name, READING].states):
        for witness in row_witnesses(load(name), reading(READING)):
            known = shortest.get((witness.machine, witness.row))
            if known is None or len(witness.path) < len(known.path):
                shortest[witness.machine, witness.row] = witness
        print(name, len(shortest), flush=True)
    lines = [
        json.dumps(entry.as_record(), ensure_ascii=False)
        for entry in sorted(shortest.values(), key=lambda entry: (entry.machine, entry.row))
    ]  # fmt: skip
    write_atomically(TARGET, "[\n " + ",\n ".join(lines) + "\n]\n")


if __name__ == "__main__":
    record(sys.argv[1:])
