"""What is known of every invariant and step property with sequence numbers of 16 bits, and how: recorded by
`scripts/record_proofs.py`, shown in docs/proofs.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from time import process_time
from typing import Any

from checker.checking import WIRE_BITS, Judgement, Run, check_scenario
from checker.search import Limits
from checker.symbolic.proving import STATES_SETTLED, Proof, Prover
from checker.verdict import Holds, Violated
from model.handover import handover
from model.readings import reading
from model.scenarios import load, shipped
from properties.kinds import Kind, Property
from properties.registry import ALL_PROPERTIES

GENERATED = "<!-- made by `python scripts/record_proofs.py --page`; do not edit -->"
RECORD = "proof_results.json"
PROVABLE = (Kind.INVARIANT, Kind.STEP)
READINGS_SHOWN = ("literal", "intended")
Document = dict[str, Any]  # scenario -> reading -> figures of the run and its properties, as in the file


def provable() -> list[Property]:
    return [entry for entry in ALL_PROPERTIES if entry.kind in PROVABLE]


def one_ue_scenarios() -> list[str]:
    return [name for name in shipped() if load(name).ue.count == 1]


def recorded() -> Document:
    found: Document = json.loads(files("dsmip").joinpath(RECORD).read_text(encoding="utf-8"))
    return found


def explored(scenario: str, reading_name: str, seconds: float | None = None) -> Document:
    """Explore at 16 bits; the verdicts on all provable properties, with processor seconds."""
    limits = Limits(seconds=seconds, states=STATES_SETTLED)
    started = process_time()
    run = check_scenario(
        load(scenario).at_width(WIRE_BITS), reading(reading_name), provable(), limits=limits,
        table_checks=lambda system: [],  # these are at full width in every check of the scenario
    )  # fmt: skip
    return {
        "states": run.exploration.states if run.exploration.complete else None,
        "stopped": run.exploration.stopped,
        "seconds": round(process_time() - started, 1),
        "bounds": list(run.scenario.abstractions()),
        "properties": {entry.property.identifier: _outcome(entry) for entry in _of_catalogue(run)},
        "induction": None,
    }


def induced(scenario: str, reading_name: str, seconds: float) -> Document:
    """Try induction alone for so long: which properties it proved, lemmas each needs, the second solver's word."""
    loaded, entry = load(scenario), reading(reading_name)
    prover = Prover(handover(loaded, entry))
    started = process_time()
    run = check_scenario(
        loaded.at_width(WIRE_BITS), entry, provable(), engine=prover.explore, limits=Limits(seconds=seconds)
    )
    used = round(process_time() - started, 1)
    proof = prover.proof
    lemmas = {} if proof is None else {
        judged.property.identifier: _lemmas(proof, judged.property)
        for judged in _of_catalogue(run) if judged.property.violation_name in run.exploration.proved
    }  # fmt: skip
    return {"limit": seconds, "seconds": used, "stopped": run.exploration.stopped, "lemmas": lemmas,
            "second solver": prover.confirmed}  # fmt: skip


def _lemmas(proof: Proof, entry: Property) -> int:
    return len(proof.lemmas([entry.violation_name]))


def _of_catalogue(run: Run) -> list[Judgement]:
    return [entry for entry in run.judgements if entry.property.clause]


def _outcome(judged: Judgement) -> str:
    match judged.verdict:
        case Holds(vacuous=True):
            return "holds, vacuous"
        case Holds():
            return "holds"
        case Violated(trace=trace):
            return f"violated, {len(trace or ())} steps"
        case other:
            return f"unknown: {other.reason}"


def page(document: Document) -> str:
    """docs/proofs.md."""
    lines = [
        "# Proofs at 16 bits", "", GENERATED, "",
        "Every invariant and step property of the shipped scenarios with one UE, with sequence numbers of 16 bits "
        "as on the wire, in the readings `literal` and `intended`. The verdict comes from an exploration at 16 bits: "
        "it is complete where the bounds of the scenario limit how many updates there are, and then needs no width "
        "rule. Induction is a second way that shares neither the search nor the compiled code: an invariant from "
        "learned lemmas, proved with Z3, and checked by a second solver from the certificate's text; the column "
        "`lemmas` gives the size of each property's invariant. Seconds are processor time. Both ways keep the "
        "scenario's other bounds, listed with each.", "",
        "A shipped scenario with one UE that is not in this table has no record yet: "
        "`python scripts/record_proofs.py NAME` makes one.", "",
        *_summary(document),
    ]  # fmt: skip
    for name, readings in document.items():
        for reading_name, found in readings.items():
            lines += _section(name, reading_name, found)
    return "\n".join(lines) + "\n"


def _summary(document: Document) -> list[str]:
    rows = []
    for name, readings in document.items():
        for reading_name, found in readings.items():
            outcomes = list(found["properties"].values())
            counts = [sum(1 for text in outcomes if text.startswith(word)) for word in ("holds", "violated", "unknown")]
            tried = found["induction"]
            proved = "not tried" if tried is None else str(len(tried["lemmas"]))
            rows.append([name, reading_name, *map(str, counts), _states(found), str(found["seconds"]), proved])
    return _table(["scenario", "reading", "hold", "violated", "unknown", "states", "seconds",
                   "also by induction"], rows)  # fmt: skip


def _states(found: Document) -> str:
    return "not complete" if found["states"] is None else f"{found['states']:,}"


def _section(name: str, reading_name: str, found: Document) -> list[str]:
    tried = found["induction"]
    if found["states"] is None:
        way = f"Not explored to the end: {found['stopped']}."
    else:
        way = f"All {found['states']:,} states explored in {found['seconds']} s."
    if tried is None:
        second = "Induction: not tried."
    elif tried["lemmas"]:
        second = f"Induction, {tried['seconds']} s: {tried['second solver']}."
    else:
        second = f"Induction: nothing proved in {tried['limit']:g} s of wall clock ({tried['stopped']})."
    lemmas = {} if tried is None else tried["lemmas"]
    rows = [[identifier, text, str(lemmas.get(identifier, ""))] for identifier, text in found["properties"].items()]
    return ["", f"## {name}, {reading_name}", "", f"{way} {second}", "", f"Bounds: {'; '.join(found['bounds'])}.", "",
            *_table(["property", "verdict", "lemmas"], rows)]  # fmt: skip


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
