"""What is known of every invariant and step property with sequence numbers of 16 bits, and how: explored, explored
again from text, proved by induction, shown with bounds lifted. Recorded by `scripts/record_proofs.py`, part by part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from time import process_time
from typing import Any

from checker.abstraction.lifted_bounds import Lifting, lift_bounds
from checker.checking import WIRE_BITS, Judgement, Run, check_scenario, why_not
from checker.search import Limits
from checker.symbolic.atoms import Vocabulary
from checker.symbolic.explored_certificates import explored_again
from checker.symbolic.proving import SECOND, STATES_SETTLED, Proof, Prover
from checker.symbolic.second_solver import second_solver
from checker.verdict import Holds, Violated
from dsmip.certificate_files import violations_of
from model.handover import binding, handover, handover_of_one
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load, shipped
from properties.kinds import Kind, Property, observations
from properties.registry import ALL_PROPERTIES

RECORD = "proof_results.json"
PROVABLE = (Kind.INVARIANT, Kind.STEP)
READINGS_SHOWN = ("literal", "intended")
SPELT_OUT = ("minimal",)  # scenarios whose invariants are recorded lemma by lemma
Document = dict[str, Any]  # scenario -> reading -> parts, as in the file


def provable() -> list[Property]:
    return [entry for entry in ALL_PROPERTIES if entry.kind in PROVABLE]


def one_ue_scenarios() -> list[str]:
    return [name for name in shipped() if load(name).ue.count == 1]


def recorded() -> Document:
    found: Document = json.loads(files("dsmip").joinpath(RECORD).read_text(encoding="utf-8"))
    return found


def identity(scenario: str, reading_name: str) -> str:
    """A digest of the system at 16 bits: what is recorded under another is out of date."""
    return handover_of_one(load(scenario).at_width(WIRE_BITS), reading(reading_name)).fingerprint


def digests() -> dict[str, str]:
    """Of what each provable property says: what is recorded of another text is out of date."""
    return {
        entry.identifier: sha256(f"{entry.whenever}\n{entry.then}\n{entry.needs}".encode()).hexdigest()[:12]
        for entry in provable()
    }


def open_ones(part: Document | None, scenario: str) -> list[Property]:
    """Properties that are judged in a scenario, of which a part of its record says nothing, or knew another text."""
    known = (part or {}).get("asked", {})
    now = digests()
    return [entry for entry in provable() if known.get(entry.identifier) != now[entry.identifier]
            and _judged(entry, scenario)]  # fmt: skip


def explored(
    scenario: str, reading_name: str, seconds: float | None = None, properties: Sequence[Property] | None = None
) -> Document:  # fmt: skip
    """Explore at 16 bits; the verdicts on properties (default: all provable ones), with processor seconds."""
    limits = Limits(seconds=seconds, states=STATES_SETTLED)
    started = process_time()
    run = check_scenario(
        load(scenario).at_width(WIRE_BITS), reading(reading_name),
        provable() if properties is None else properties, limits=limits,
        table_checks=lambda system: [],  # these are at full width in every check of the scenario
    )  # fmt: skip
    return {
        "states": run.exploration.states if run.exploration.complete else None,
        "looked at": run.exploration.states,
        "stopped": run.exploration.stopped,
        "seconds": round(process_time() - started, 1),
        "bounds": list(run.scenario.abstractions()),
        "asked": _asked(properties),
        "properties": {entry.property.identifier: _outcome(entry) for entry in _of_catalogue(run)},
    }


def explored_twice(
    scenario: str, reading_name: str, seconds: float | None, properties: Sequence[Property] | None = None
) -> Document:  # fmt: skip
    """Explore what certificates say of the system, by other code: the properties that are seen violated."""
    loaded, entry = load(scenario).at_width(WIRE_BITS), reading(reading_name)
    asked = provable() if properties is None else properties
    seen = violations_of(loaded, entry, None, [one.identifier for one in asked if _judged(one, scenario)])
    started = process_time()
    solver = second_solver(SECOND)
    found = explored_again(handover(loaded, entry), seen, solver, seconds=seconds)
    if found.faulty:
        raise ModelError(f"{scenario}, {reading_name}: a value leaves its domain, or a reply is lost for want of room")
    names = list(seen)
    return {
        "asked": _asked(properties), "seconds": round(process_time() - started, 1), "stopped": found.stopped,
        "states": found.states, "solver": solver.name, "judged": names,
        "violated": [names[number] for number in sorted(found.seen)],
    }  # fmt: skip


def induced(scenario: str, reading_name: str, seconds: float) -> Document:
    """Try induction alone for so long: which properties it proved, lemmas each needs, the second solver's word.

    seconds: of wall clock. In the record they are processor seconds, also of each part of the work.
    """
    loaded, entry = load(scenario), reading(reading_name)
    prover = Prover(handover(loaded, entry))
    started = process_time()
    run = check_scenario(
        loaded.at_width(WIRE_BITS), entry, provable(), engine=prover.explore, limits=Limits(seconds=seconds)
    )
    used, spent = round(process_time() - started, 1), {part: round(time, 1) for part, time in prover.spent.items()}
    proof = prover.proof
    names = set() if proof is None else run.exploration.proved  # with what no step at all could show
    proved = [judged.property for judged in _of_catalogue(run) if judged.property.violation_name in names]
    together = [] if proof is None else proof.lemmas(one.violation_name for one in proved)
    return {
        "asked": _asked(None), "limit": seconds, "seconds": used, "spent": spent, "stopped": run.exploration.stopped,
        "lemmas": {} if proof is None else {one.identifier: _lemmas(proof, one) for one in proved},
        "second solver": prover.confirmed, "together": len(together),
        "longest": max((len(lemma.denied) for lemma in together), default=0),
        "invariant": [lemma.text(Vocabulary(proof.system)) for lemma in together]
        if proof is not None and scenario in SPELT_OUT else None,
    }  # fmt: skip


def _asked(properties: Sequence[Property] | None) -> dict[str, str]:
    now = digests()
    return {entry.identifier: now[entry.identifier] for entry in (provable() if properties is None else properties)}


def lifted(
    scenario: str, reading_name: str, seconds: float, properties: Sequence[Property] | None = None
) -> Document:  # fmt: skip
    """Try to do without bounds: which ones the proof of each property still has, where there is one.

    Of a property that is not listed nothing was shown.
    """
    loaded, entry = load(scenario).at_width(WIRE_BITS), reading(reading_name)
    system, filled = handover_of_one(loaded, entry), binding(loaded, entry)
    looked_for = {
        asked.identifier: seen
        for asked in (provable() if properties is None else properties) if _judged(asked, scenario)
        for seen in observations(asked, system, filled) if seen.name == asked.violation_name
    }  # fmt: skip
    started = process_time()
    found: Lifting = lift_bounds(
        system, list(looked_for.values()), Limits(seconds=seconds), solver=SECOND
    )  # fmt: skip
    return {
        "asked": _asked(properties),
        "seconds": round(process_time() - started, 1),
        "bounds": list(found.bounds),
        "attempts": [{"lifted": list(entry.lifted), "states": entry.states, "failed": entry.failed}
                     for entry in found.attempts],
        "left": {identifier: list(found.left(seen.name)) for identifier, seen in looked_for.items()
                 if found.lifted(seen.name) is not None},
        "again": {identifier: words for identifier, seen in looked_for.items()
                  if (words := found.again(seen.name)) is not None},
    }  # fmt: skip


def _judged(entry: Property, scenario: str) -> bool:
    """Whether the scenario is a place to judge it, as `check_scenario` decides."""
    return why_not(entry, load(scenario)) is None


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
