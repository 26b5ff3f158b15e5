"""`dsmip prove` and `dsmip bmc`: the solver's engines at full width, with the output of `dsmip check`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from checker.checking import WIRE_BITS, Explore, Run, check_scenario, explorer
from checker.search import Limits
from checker.symbolic.certificates import read_certificate
from checker.symbolic.proving import Proof, Prover
from checker.verdict import Holds
from dsmip import quantities
from dsmip.asked_properties import require_judged
from dsmip.certificate_files import about, violations_of, write_explored
from dsmip.check_command import ensure_folder
from dsmip.check_results import Result, results_of
from dsmip.console import output, reporting, say
from dsmip.files import write_atomically
from dsmip.invariant_text import in_groups
from dsmip.mutant_option import change_of
from dsmip.proof_output import finish, notes_of
from model.handover import Change, handover
from model.readings import Reading, reading
from model.scenario_sets import is_shipped
from model.scenarios import Scenario, load
from properties.kinds import Kind, Property
from properties.registry import ALL_PROPERTIES, property_called


def run_proofs(
    properties: Sequence[str], scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], *,
    mutant: str | None, time: str | None, steps: int, certificates: Path | None, solver: str, invariant: bool,
    as_json_text: bool, k: int = 1, simple_path: bool = False, spacer: bool = False,
) -> int:  # fmt: skip
    """Prove properties with sequence numbers of 16 bits. Returns the exit code, as `dsmip check` does."""
    wanted = _wanted(properties)
    if certificates is not None:
        ensure_folder(certificates, "--certificate")
    runs: list[Run] = []
    results: list[Result] = []
    console = output()
    for scenario, entry, change in _each(scenarios, readings, choices, mutant):
        prover = Prover(handover(scenario, entry, change), steps=steps, solver=solver, settles=True, k=k,
                        simple_path=simple_path, spacer="not proved" if spacer else "never")  # fmt: skip
        run = _run(scenario, entry, wanted, change, prover.explore, time, steps)
        runs.append(run)
        results += results_of(run, expect=_expects(scenario, properties, choices, mutant), folder=None, mutant=mutant)
        if certificates is not None:
            write_explored(certificates, run, entry, change, mutant, solver, time)
        if (invariant or certificates is not None) and (prover.proof is None or not _induced(run)):
            say(f"dsmip: {scenario.name}, {entry.name}: induction proved none of the properties: no invariant")
        elif prover.proof is not None and (invariant or certificates is not None):
            text = _certificate(prover.proof, run, entry, change, mutant)
            if certificates is not None:
                path = certificates / f"{scenario.name}-{entry.name}.smt2"
                write_atomically(path, text)
                say(f"dsmip: certificate in {path}")
            if invariant and not as_json_text:
                show_invariant(console, text)
        if run.exploration.interrupted:
            break
    require_judged(runs, properties)
    return finish(console, results, runs, notes_of(runs), as_json_text=as_json_text)


def run_bounded(
    properties: Sequence[str], scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], *,
    mutant: str | None, time: str | None, steps: int, as_json_text: bool,
) -> int:  # fmt: skip
    """Look for violations in runs of up to `steps` steps, with sequence numbers of 16 bits."""
    wanted = _wanted(properties)
    runs: list[Run] = []
    results: list[Result] = []
    for scenario, entry, change in _each(scenarios, readings, choices, mutant):
        run = _run(scenario, entry, wanted, change, explorer("bmc"), time, steps)
        runs.append(run)
        results += results_of(run, expect=_expects(scenario, properties, choices, mutant), folder=None, mutant=mutant)
        if run.exploration.interrupted:
            break
    require_judged(runs, properties)
    return finish(output(), results, runs, notes_of(runs), as_json_text=as_json_text)


def _wanted(properties: Sequence[str]) -> list[Property]:
    return [property_called(name) for name in properties] or [
        entry for entry in ALL_PROPERTIES if entry.kind in (Kind.INVARIANT, Kind.STEP)
    ]


def _each(
    scenarios: Sequence[str], readings: Sequence[str], choices: Sequence[str], mutant: str | None
) -> list[tuple[Scenario, Reading, Change | None]]:
    change = change_of(mutant)
    loaded = [load(name) for name in scenarios or ["minimal"]]
    read = [reading(name, choices) for name in readings or ["intended"]]
    return [(scenario, entry, change) for scenario in loaded for entry in read]


def _expects(scenario: Scenario, properties: Sequence[str], choices: Sequence[str], mutant: str | None) -> bool:
    return is_shipped(scenario) and not (properties or choices or mutant)


def _run(
    scenario: Scenario, entry: Reading, wanted: Sequence[Property], change: Change | None, engine: Explore,
    time: str | None, steps: int,
) -> Run:  # fmt: skip
    limits = Limits(seconds=None if time is None else quantities.seconds(time), steps=steps)
    with reporting(f"{scenario.name}, {entry.name}") as progress:
        return check_scenario(
            scenario.at_width(WIRE_BITS), entry, wanted, change=change, engine=engine, limits=limits, progress=progress
        )


def _induced(run: Run) -> list[str]:
    """The properties that induction proved: what holds by exploration alone has no certificate."""
    return [judgement.property.identifier for judgement in run.judgements
            if isinstance(judgement.verdict, Holds) and judgement.property.clause
            and judgement.property.violation_name in run.exploration.proved]  # fmt: skip


def _certificate(proof: Proof, run: Run, entry: Reading, change: Change | None, mutant: str | None) -> str:
    """A certificate of all properties of the run that induction proved."""
    held = _induced(run)
    return proof.certificate(about(run, mutant, held), violations_of(run.scenario, entry, change, held))


def show_invariant(console: Console, text: str) -> None:
    """The lemmas of a certificate in words."""
    lines = text.splitlines()
    words = [line.removeprefix("; ") for line, following in pairwise(lines)
             if line.startswith("; ") and following.startswith("(define-fun lemma.")]  # fmt: skip
    count = len(read_certificate(text, "certificate").lemmas)
    if not count:
        console.print("Invariant: no lemma is needed; no step that is possible at all breaks what is proved.\n")
        return
    console.print(f"Invariant ({count} lemmas; all are true at the start and kept by every step):")
    for entry in in_groups(words):
        console.print(f"  {entry}")
    console.print()
