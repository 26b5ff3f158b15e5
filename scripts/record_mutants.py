"""Try the mutants of the tables and write dsmip/mutation_results.json as outcomes become known.

By default those mutants whose outcome is not recorded or rests on something that has changed since: the mutant's
systems, the properties that killed it, or, of one that survived, any property. A run cut short is gone on with.
From nothing it takes some forty minutes of one processor.
"""

import argparse
import json
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any

from checker.search import Limits
from dsmip.files import write_atomically
from dsmip.known_answers import expected_to_hold
from dsmip.mutation_tables import MOST_STAGES
from generators.mutation.campaign import basis_of, outcomes_of
from generators.mutation.parallel import PORTION, outcomes, stages_for
from generators.mutation.results import as_record, from_record
from generators.mutation.table_mutants import TableMutant, all_mutants, table_mutant
from generators.mutation.trial import Fate

TARGET = Path(__file__).parent.parent / "dsmip" / "mutation_results.json"
READING = "intended"
SCENARIOS = (
    "minimal", "detach", "liveness", "prefix-translation", "ha-restart", "lifetimes", "network-detach",
    "liveness-lifetimes", "address-detection", "association-loss", "statuses", "liveness-keepalive",
    "ipv4-home-address", "no-anti-replay", "refusals-and-lifetimes", "liveness-detach", "removal-overtakes",
)  # fmt: skip
LIMITS = Limits(seconds=60.0)
SECONDS_BETWEEN_SAVINGS = 20


def unsettled(known: dict[str, Any]) -> list[TableMutant]:
    """The mutants that have no recorded outcome, or one that may be another today."""
    found = [entry for entry in all_mutants() if not known.get(entry.identifier, {}).get("basis")]
    recorded = [entry for entry in all_mutants() if known.get(entry.identifier, {}).get("basis")]
    if recorded:
        stages = stages_for(SCENARIOS, READING)
        for entry in recorded:
            outcome = from_record(known[entry.identifier])
            if basis_of(outcome, entry, stages) != outcome.basis:
                found.append(entry)
    names = {entry.identifier for entry in found}
    return [entry for entry in all_mutants() if entry.identifier in names]


def again(target: Path) -> None:
    """Every mutant once more, in the scenarios alone that its recorded outcome names."""
    document = json.loads(target.read_text(encoding="utf-8"))
    known = {entry["mutant"]: entry for entry in document["outcomes"]}
    wanted: dict[tuple[str, ...], list[str]] = {}
    for name, entry in known.items():
        outcome = from_record(entry)
        concerned = {outcome.scenario, *outcome.differs, *outcome.same, *outcome.same_figures}
        if names := tuple(scenario for scenario in SCENARIOS if scenario in concerned):
            wanted.setdefault(names, []).append(name)
    stages = {stage.scenario.name: stage for names in SCENARIOS if any(names in entry for entry in wanted)
              for stage in stages_for([names], READING, expected_to_hold([names], READING))}  # fmt: skip
    for names, mutants in sorted(wanted.items(), key=lambda entry: -len(entry[1])):
        for outcome in outcomes_of([table_mutant(name) for name in mutants], [stages[name] for name in names], LIMITS):
            if known[outcome.mutant] != (now := as_record(outcome)):
                known[outcome.mutant] = now
                print(outcome.mutant, now["fate"], flush=True)
        print(len(mutants), *names, flush=True)
        save(target, known)


def save(target: Path, known: dict[str, Any]) -> None:
    kept = [known[entry.identifier] for entry in all_mutants() if entry.identifier in known]
    lines = ",\n  ".join(json.dumps(entry, ensure_ascii=False) for entry in kept)
    head = json.dumps({"reading": READING, "scenarios": list(SCENARIOS)}, indent=1)[:-2]
    write_atomically(target, f'{head},\n "outcomes": [\n  {lines}\n ]\n}}\n')


def record(
    target: Path, names: list[str], fates: list[str], *, everything: bool, only_new: bool, processes: int,
    most_stages: int,
) -> None:  # fmt: skip
    document = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    known = {entry["mutant"]: entry for entry in document.get("outcomes", ())}
    if names:
        wanted = [table_mutant(name) for name in names]
    elif fates:
        wanted = [entry for entry in all_mutants() if known.get(entry.identifier, {}).get("fate") in fates]
    elif only_new:
        wanted = [entry for entry in all_mutants() if entry.identifier not in known]
    else:
        wanted = list(all_mutants()) if everything else unsettled(known)
    portions = [wanted[start : start + PORTION] for start in range(0, len(wanted), PORTION)]
    Random(len(wanted)).shuffle(portions)  # so that a run cut short is a sample of all
    wanted = [entry for portion in portions for entry in portion]
    saved = started = monotonic()
    expected = expected_to_hold(SCENARIOS, READING)
    print(f"{len(wanted)} of {len(all_mutants())} mutants, {PORTION} at a time", flush=True)
    for most in (most_stages, None):  # what survives is tried in all
        survivors = []
        tried = outcomes(wanted, SCENARIOS, READING, LIMITS, processes=processes, most_stages=most, expected=expected)
        for count, outcome in enumerate(tried, 1):
            known[outcome.mutant] = as_record(outcome)
            if outcome.fate is Fate.SURVIVED:
                survivors.append(table_mutant(outcome.mutant))
            if monotonic() - saved > SECONDS_BETWEEN_SAVINGS:
                saved = monotonic()
                save(target, known)
                print(f"{count} of {len(wanted)}, {saved - started:.0f} s", flush=True)
        save(target, known)
        wanted = survivors


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mutants", nargs="*", help="only these")
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--fate", action="append", help="only those with this recorded fate")
    parser.add_argument("--new", action="store_true", help="only those without a recorded outcome")
    parser.add_argument("--all", action="store_true", help="also those whose recorded outcome still stands")
    parser.add_argument("--stages", type=int, default=MOST_STAGES,
                        help="scenarios to try one in; what survives these is tried in all")  # fmt: skip
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="all, in the scenarios alone that their outcomes name")
    given = parser.parse_args()
    if given.again:
        again(given.target)
        raise SystemExit
    record(given.target, given.mutants, given.fate or [], everything=given.all, only_new=given.new,
           processes=given.processes, most_stages=given.stages)  # fmt: skip
