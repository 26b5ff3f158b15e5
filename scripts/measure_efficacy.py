"""Measures how good the home agent's suite is, on mutants that run as programs over UDP on loopback.
Writes docs/efficacy.json; takes a quarter of an hour. Usage: python -m scripts.measure_efficacy [FILE]"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from dsmip.files import write_atomically
from generators.mutants import MUTANTS
from generators.mutation.lookup import change_called
from generators.mutation.table_mutants import all_mutants
from generators.suites.building import build_suite
from generators.suites.distinguishing import compared
from generators.suites.efficacy import measured
from generators.suites.random_testing import random_suite
from generators.suites.sessions import session_for
from generators.suites.subjects import Subject, subject
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load

SCENARIOS = ("minimal", "nat", "association-loss", "address-detection", "ipv4-home-address", "prefix-translation",
             "statuses", "insider", "no-anti-replay", "ha-restart", "lifetimes")  # fmt: skip
GOALS = ("rows", "answers", "requirements", "mutants")
UNSEEN = 12  # mutants made from the tables, spread evenly, that the suite was not made for
SEED = 24303


def equivalent(names: list[str], subjects: list[Subject]) -> dict[str, str]:
    """Mutants that no tester can tell from the right home agent in any of these set-ups."""
    found = {}
    for name in names:
        change = change_called(name)
        told = False
        complete = True
        for entry in subjects:
            try:
                comparison = compared(entry.actor, entry.changed(change), entry.offers)
            except ModelError:
                continue
            complete = complete and comparison.complete
            if comparison.by_state is not None:
                told = True
                break
        if not told and complete:
            found[name] = "every stimulus in every reachable state was compared: no difference"
    return found


def main(target: str = "docs/efficacy.json") -> None:
    def tell(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    intended = reading("intended")
    suite = build_suite([load(name) for name in SCENARIOS], intended, "home_agent", GOALS, report=tell)
    used = [name.removesuffix("-intended") for name in suite.setups]
    subjects = [subject(load(name), intended, "home_agent") for name in SCENARIOS]
    baseline = random_suite([entry for entry in subjects if entry.scenario.name in used],
                            sum(len(case.steps) for case in suite.cases), SEED)  # fmt: skip
    named = [entry.identifier for entry in MUTANTS if entry.actor == "home_agent"]
    others = [entry.identifier for entry in all_mutants() if entry.actor == "home_agent"]
    unseen = others[:: max(1, len(others) // UNSEEN)][:UNSEEN]
    tell(f"{len(suite.cases)} tests, {sum(len(case.steps) for case in suite.cases)} stimuli; "
         f"{len(named)} mutants, {len(unseen)} of {len(others)} unseen ones")  # fmt: skip
    same = equivalent([*named, *unseen], subjects)
    result = measured(suite, baseline, [*named, *unseen],
                      lambda name: session_for("loopback", "home_agent", name), same, tell)  # fmt: skip
    record = {**result.record(), "unseen": unseen, "scenarios": list(SCENARIOS), "seed": SEED}
    Path(target).parent.mkdir(exist_ok=True)
    write_atomically(target, json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
