"""Try every mutant of the tables and write dsmip/mutation_results.json. Takes some half an hour on two processors.
--new: only those without a recorded outcome; else mutants named, by default all. Read the difference afterwards."""

import argparse
import json
from pathlib import Path
from random import shuffle
from time import monotonic

from checker.search import Limits
from dsmip.files import write_atomically
from dsmip.known_answers import expected_to_hold
from generators.mutation.campaign import MOST_STAGES
from generators.mutation.parallel import outcomes
from generators.mutation.results import as_record
from generators.mutation.table_mutants import all_mutants, table_mutant

TARGET = Path(__file__).parent.parent / "dsmip" / "mutation_results.json"
READING = "intended"
SCENARIOS = (
    "minimal", "liveness", "detach", "prefix-translation", "liveness-lifetimes", "ha-restart", "lifetimes",
    "address-detection", "association-loss", "no-anti-replay", "statuses",
    "liveness-keepalive", "ipv4-home-address",
)  # fmt: skip
LIMITS = Limits(seconds=60.0)
SECONDS_BETWEEN_SAVINGS = 20


def record(
    target: Path, names: list[str], fates: list[str], *, only_new: bool, processes: int, most_stages: int
) -> None:
    document = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    known = {entry["mutant"]: entry for entry in document.get("outcomes", ())}
    wanted = [table_mutant(name) for name in names] or list(all_mutants())
    if only_new:
        wanted = [entry for entry in wanted if entry.identifier not in known]
    if fates:
        wanted = [entry for entry in wanted if known.get(entry.identifier, {}).get("fate") in fates]
    shuffle(wanted)  # so that a run cut short is a sample of all
    order = [entry.identifier for entry in all_mutants()]
    saved = started = monotonic()

    def save() -> None:
        kept = [known[name] for name in order if name in known]
        lines = ",\n  ".join(json.dumps(entry, ensure_ascii=False) for entry in kept)
        head = json.dumps({"reading": READING, "scenarios": list(SCENARIOS)}, indent=1)[:-2]
        write_atomically(target, f'{head},\n "outcomes": [\n  {lines}\n ]\n}}\n')

    tried = outcomes(wanted, SCENARIOS, READING, LIMITS, processes=processes, most_stages=most_stages,
                     expected=expected_to_hold(SCENARIOS, READING))  # fmt: skip
    for count, outcome in enumerate(tried, 1):
        known[outcome.mutant] = as_record(outcome)
        if monotonic() - saved > SECONDS_BETWEEN_SAVINGS:
            saved = monotonic()
            save()
            print(f"{count} of {len(wanted)}, {saved - started:.0f} s", flush=True)
    save()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mutants", nargs="*")
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--fate", action="append", help="only those with this recorded fate")
    parser.add_argument("--stages", type=int, default=MOST_STAGES, help="scenarios to try one in that nothing kills")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    record(given.target, given.mutants, given.fate or [], only_new=given.new, processes=given.processes,
           most_stages=given.stages)  # fmt: skip
