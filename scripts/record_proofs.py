"""Settle every invariant and step property of the shipped scenarios with one UE (or those named) at 16 bits, and
write dsmip/proof_results.json, after each part, docs/proofs.md and docs/induction.md. What is recorded and up to date
is not done again, so that an interrupted run is taken up. --induction SECONDS: induction too. --page: pages only."""

import argparse
import json
from pathlib import Path
from typing import Any

from dsmip import induction_table
from dsmip.files import write_atomically
from dsmip.proof_records import (
    READINGS_SHOWN,
    RECORD,
    explored,
    explored_twice,
    identity,
    induced,
    lifted,
    one_ue_scenarios,
    open_ones,
    provable,
)
from dsmip.proof_table import page

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "dsmip" / RECORD


def record(
    names: list[str], induction: float | None, lifting: float, second: float, seconds: float, again: bool
) -> None:  # fmt: skip
    document: dict[str, Any] = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    for name in names:
        for reading_name in READINGS_SHOWN:
            of = identity(name, reading_name)
            found: dict[str, Any] = document.setdefault(name, {}).setdefault(reading_name, {})
            if again or found.get("of") != of:
                found = {}
            if wanted := open_ones(found, name):
                found = {**_merged(found, explored(name, reading_name, seconds, wanted), "properties"), "of": of}
                _keep(document, name, reading_name, found, "explored")
            if second and found["states"] is not None and open_ones(found.get("twice"), name):
                found["twice"] = explored_twice(name, reading_name, second)  # all at once: it is one search
                _keep(document, name, reading_name, found, "explored twice")
            if lifting and (wanted := open_ones(found.get("lifting"), name)):
                part = lifted(name, reading_name, lifting, wanted)
                found["lifting"] = _merged(found.get("lifting"), part, "left")
                _keep(document, name, reading_name, found, "bounds lifted")
            if induction is not None and open_ones(found.get("induction"), name):
                found["induction"] = induced(name, reading_name, induction)
                _keep(document, name, reading_name, found, "induction")


def _merged(former: dict[str, Any] | None, part: dict[str, Any], what: str) -> dict[str, Any]:
    """What was recorded of other properties stays."""
    if not former:
        return {"induction": None, "lifting": None, **part} if what == "properties" else part
    order = [entry.identifier for entry in provable()]
    kept = {name: value for name, value in former[what].items() if name in order and name not in part["asked"]}
    both = {**kept, **part[what]}
    if "again" in part:
        stays = {name: words for name, words in former.get("again", {}).items() if name in kept}
        part = {**part, "again": {**stays, **part["again"]}}
    return {
        **former, **part, what: {name: both[name] for name in order if name in both},
        "asked": {**{name: former["asked"][name] for name in former["asked"] if name in order}, **part["asked"]},
        "seconds": round(former["seconds"] + part["seconds"], 1),
    }  # fmt: skip


def _keep(document: dict[str, Any], name: str, reading_name: str, found: dict[str, Any], what: str) -> None:
    document[name][reading_name] = found
    kept = {entry: {reading: part for reading, part in document[entry].items() if part}
            for entry in one_ue_scenarios() if entry in document}  # fmt: skip
    write_atomically(TARGET, json.dumps(kept, indent=1) + "\n")
    print(name, reading_name, what, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--induction", type=float, metavar="SECONDS")
    parser.add_argument("--lifting", type=float, default=600.0, metavar="SECONDS", help="of one; 0: none")
    parser.add_argument("--second", type=float, default=600.0, metavar="SECONDS", help="of exploring again; 0: none")
    parser.add_argument("--time", type=float, default=60.0, metavar="SECONDS", help="for each exploration")
    parser.add_argument("--again", action="store_true", help="also what is up to date")
    parser.add_argument("--page", action="store_true")
    given = parser.parse_args()
    if not given.page:
        names = given.scenarios or one_ue_scenarios()
        record(names, given.induction, given.lifting, given.second, given.time, given.again)
    known = json.loads(TARGET.read_text(encoding="utf-8"))
    write_atomically(ROOT / "docs" / "proofs.md", page(known))
    write_atomically(ROOT / "docs" / "induction.md", induction_table.page(known))
