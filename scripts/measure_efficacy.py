"""Measures how good the home agent's suite is, on mutants that run as programs over UDP on loopback.
Writes docs/efficacy.json and docs/efficacy.md in a quarter of an hour or so.
Usage: python -m scripts.measure_efficacy [FILE [SUITE]]"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dsmip.files import write_atomically
from generators.mutants import MUTANTS
from generators.mutation.table_mutants import all_mutants
from generators.suites.building import build_suite
from generators.suites.cases import as_data, from_data
from generators.suites.efficacy import Efficacy, equivalent_among, kills_of, matrix_of
from generators.suites.efficacy_page import efficacy_page
from generators.suites.random_testing import random_suite
from generators.suites.sessions import session_for
from generators.suites.subjects import subject
from model.readings import reading
from model.scenarios import load

SCENARIOS = ("minimal", "nat", "association-loss", "address-detection", "ipv4-home-address", "prefix-translation",
             "statuses", "insider", "no-anti-replay", "ha-restart", "lifetimes")  # fmt: skip
GOALS = ("rows", "answers", "requirements", "mutants")
UNSEEN = 6  # mutants made from the tables, spread evenly, that the suite was not made for
SEED = 24303


def main(target: str = "docs/efficacy.json", suite_file: str = "") -> None:
    def tell(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    intended = reading("intended")
    if suite_file:
        suite = from_data(json.loads(Path(suite_file).read_text(encoding="utf-8")))
    else:
        suite = build_suite([load(name) for name in SCENARIOS], intended, "home_agent", GOALS, report=tell)
        write_atomically(Path(target).with_name("home-agent-suite.json"), json.dumps(as_data(suite)))
    subjects = [subject(load(name), intended, "home_agent") for name in SCENARIOS]
    baseline = random_suite(subjects, sum(len(case.steps) for case in suite.cases), SEED)
    named = [entry.identifier for entry in MUTANTS if entry.actor == "home_agent"]
    others = [entry.identifier for entry in all_mutants() if entry.actor == "home_agent"]
    unseen = others[:: len(others) // UNSEEN][:UNSEEN]
    tell(f"{len(suite.cases)} tests, {sum(len(case.steps) for case in suite.cases)} stimuli; "
         f"{len(named)} mutants, {len(unseen)} of {len(others)} unseen ones")  # fmt: skip
    right = kills_of(suite, "", session_for("loopback", "home_agent"))
    if right.tests or right.others:
        raise SystemExit(f"the right home agent does not pass: {right.first} {dict(right.others)}")
    killers = matrix_of(suite, [*named, *unseen], lambda name: session_for("loopback", "home_agent", name), tell)
    randomly = matrix_of(baseline, [*named, *unseen], lambda name: session_for("in-process", "home_agent", name), tell)
    survivors = [entry.mutant for entry in killers if not entry.tests]
    tell(f"surviving: {survivors}")
    result = Efficacy(suite, killers, equivalent_among(survivors, subjects), randomly)
    record = {**result.record(), "unseen": unseen, "scenarios": list(SCENARIOS), "seed": SEED}
    Path(target).parent.mkdir(exist_ok=True)
    write_atomically(target, json.dumps(record, indent=1) + "\n")
    write_atomically(Path(target).with_suffix(".md"), efficacy_page(record))


if __name__ == "__main__":
    main(*sys.argv[1:])
