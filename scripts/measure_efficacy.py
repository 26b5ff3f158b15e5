"""Measures how good a role's suite is, on mutants that run as programs over UDP on loopback.
Writes the role's part of docs/efficacy.json, and docs/efficacy.md, in half an hour or so for each role.
Usage: python -m scripts.measure_efficacy [ROLE [SUITE] | --undecided]"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from dsmip.files import write_atomically
from generators.mutants import MUTANTS
from generators.mutation.table_mutants import all_mutants
from generators.suites.building import build_suite
from generators.suites.cases import from_data
from generators.suites.efficacy import Efficacy, kills_of, matrix_of, shortest_kills, survivors_judged
from generators.suites.efficacy_page import efficacy_page
from generators.suites.random_testing import random_suite
from generators.suites.sessions import session_for
from generators.suites.subjects import subject
from model.readings import reading
from model.scenarios import load

SCENARIOS = {
    "home_agent": ("minimal", "nat", "association-loss", "address-detection", "ipv4-home-address", "prefix-translation",
                   "statuses", "insider", "no-anti-replay", "ha-restart", "lifetimes", "network-detach"),
    "ue": ("minimal", "nat", "key-management", "address-detection", "statuses", "detach", "lifetimes", "nat-expiry",
           "no-keys", "network-detach"),
}  # fmt: skip
GOALS = ("rows", "answers", "requirements", "mutants")
UNSEEN = 6  # mutants made from the tables, spread evenly, that the suite was not made for
SEED = 24303
RECORD = Path(__file__).resolve().parents[1] / "docs" / "efficacy.json"


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(role: str = "home_agent", suite_file: str = "") -> None:
    if role == "--undecided":
        compare_again()
        return
    intended = reading("intended")
    if suite_file:
        suite = from_data(json.loads(Path(suite_file).read_text(encoding="utf-8")))
    else:
        suite = build_suite([load(name) for name in SCENARIOS[role]], intended, role, GOALS, report=tell)
    subjects = [subject(load(name), intended, role) for name in SCENARIOS[role]]
    baseline = random_suite(subjects, sum(len(case.steps) for case in suite.cases), SEED)
    named = [entry.identifier for entry in MUTANTS if entry.actor == role]
    tables = [entry.identifier for entry in all_mutants() if entry.actor == role]
    unseen = tables[:: len(tables) // UNSEEN][:UNSEEN]
    tell(f"{len(suite.cases)} tests, {sum(len(case.steps) for case in suite.cases)} stimuli; "
         f"{len(named)} mutants, {len(unseen)} of {len(tables)} unseen ones")  # fmt: skip
    right = kills_of(suite, "", session_for("loopback", role))
    if right.tests or right.others:
        raise SystemExit(f"the right one does not pass: {right.first} {dict(right.others)}")
    killers = matrix_of(suite, [*named, *unseen], lambda name: session_for("loopback", role, name), tell)
    randomly = matrix_of(baseline, [*named, *unseen], lambda name: session_for("loopback", role, name), tell)
    survivors = [entry.mutant for entry in killers if not entry.tests]
    tell(f"surviving: {survivors}")
    judged = survivors_judged(survivors, subjects, report=tell)
    others = [name for name in survivors if name not in judged.equivalent and name not in judged.undecided]
    shortest = shortest_kills(others, subjects, lambda name: session_for("loopback", role, name), tell)
    result = Efficacy(suite, killers, judged.equivalent, randomly, shortest, judged.undecided)
    records = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    records["format"] = "dsmip-efficacy/4"
    records[role] = {**result.record(), "unseen": unseen, "scenarios": list(SCENARIOS[role]), "seed": SEED,
                     "random_by": "over UDP as well", "in_process": []}  # fmt: skip
    write_both(records)


def compare_again() -> None:
    """The survivors of the record that nothing is known of, without running any system."""
    records = json.loads(RECORD.read_text(encoding="utf-8"))
    for role, names in SCENARIOS.items():
        record = records[role]
        told = {*record["equivalent"], *(entry["mutant"] for entry in record["shortest"])}
        survivors = [entry["mutant"] for entry in record["matrix"] if not entry["tests"]]
        open_ones = [name for name in survivors if name not in told]
        subjects = [subject(load(name), reading("intended"), role) for name in names] if open_ones else []
        judged = survivors_judged(open_ones, subjects, report=tell)
        record["equivalent"] |= judged.equivalent
        record["undecided"] = judged.undecided
    records["format"] = "dsmip-efficacy/4"
    write_both(records)


def write_both(records: dict[str, Any]) -> None:
    write_atomically(RECORD, json.dumps(records, indent=1) + "\n")
    write_atomically(RECORD.with_suffix(".md"), efficacy_page(records))


if __name__ == "__main__":
    main(*sys.argv[1:])
