"""Settle every invariant and step property of the shipped scenarios with one UE (or those named) at 16 bits,
and write dsmip/proof_results.json and docs/proofs.md. --induction SECONDS: try induction too. --page: the page only."""

import argparse
import json
from pathlib import Path

from dsmip.files import write_atomically
from dsmip.proof_table import READINGS_SHOWN, RECORD, explored, induced, one_ue_scenarios, page

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "dsmip" / RECORD


def record(names: list[str], induction: float | None, seconds: float) -> None:
    document = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    for name in names:
        for reading_name in READINGS_SHOWN:
            earlier = document.get(name, {}).get(reading_name, {}).get("induction")
            found = explored(name, reading_name, seconds)
            found["induction"] = earlier if induction is None else induced(name, reading_name, induction)
            document.setdefault(name, {})[reading_name] = found
            print(name, reading_name, found["states"], found["seconds"], found["stopped"] or "", flush=True)
            document = {name: document[name] for name in one_ue_scenarios() if name in document}
            write_atomically(TARGET, json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--induction", type=float, metavar="SECONDS")
    parser.add_argument("--time", type=float, default=60.0, metavar="SECONDS", help="for each exploration")
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    if not given.page:
        record(given.scenarios or one_ue_scenarios(), given.induction, given.time)
    write_atomically(ROOT / "docs" / "proofs.md", page(json.loads(TARGET.read_text(encoding="utf-8"))))
