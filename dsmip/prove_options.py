"""`dsmip prove`: its options, and which way of proving they ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dsmip.arguments import AnyNumber, Choices, Json, ManyReadings, ManyScenarios, Mutant, Properties, Solver


def prove(
    properties: Properties = None,
    scenario: ManyScenarios = None,
    reading: ManyReadings = None,
    choose: Choices = None,
    mutant: Mutant = None,
    time: Annotated[str | None, typer.Option("--time", help="limit for each scenario, such as 60s")] = None,
    steps: Annotated[int, typer.Option("--steps", min=0, help="search runs this long for what is not proved")] = 0,
    k: Annotated[int, typer.Option("--k", min=1, max=50, help="k-induction, for what lemmas do not prove")] = 1,
    simple_path: Annotated[bool, typer.Option("--simple-path", help="with --k: no state of a step twice")] = False,
    spacer: Annotated[bool, typer.Option("--spacer", help="ask Z3's Spacer too, for what is not proved")] = False,
    certificate: Annotated[Path | None, typer.Option("--certificate", help="folder for certificates")] = None,
    solver: Solver = "bitwuzla",
    invariant: Annotated[bool, typer.Option("--invariant", help="print the invariant in words")] = False,
    any_number: AnyNumber = False,
    every: Annotated[bool, typer.Option("--all", help="all shipped scenarios with one UE; with --table")] = False,
    table: Annotated[bool, typer.Option("--table", help="how each is proved, and within which bounds")] = False,
    live: Annotated[bool, typer.Option("--live", help="with --table: do it all now, else what is recorded")] = False,
    json: Json = False,
) -> None:
    """Prove invariants and step properties with 16-bit sequence numbers; a second solver checks each proof.

    All states are explored at 16 bits first, within half of the time; then induction proves what was not seen.
    A complete exploration settles what induction leaves open.
    --table says also which bounds each proof still has; give properties to see a row for each.
    Exit code: as of `dsmip check`. What neither proves is unknown (3), never "holds".
    """
    deeper = {"k": k - 1, "simple-path": simple_path, "spacer": spacer}
    if table or every or live:
        from dsmip.proof_table_command import run_table

        raise typer.Exit(run_table(
            properties or [], scenario or [], reading or [], every=every, live=live, time=time, as_json_text=json,
            refused={"choose": choose, "mutant": mutant, "steps": steps, "certificate": certificate,
                     "invariant": invariant, "any-number-of-ues": any_number, **deeper}, table=table,
        ))  # fmt: skip
    if any_number:
        from dsmip.any_number_command import run_any_number

        raise typer.Exit(run_any_number(
            properties or [], scenario or [], reading or [], choose or [], mutant=mutant, time=time,
            refused={"steps": steps, "certificate": certificate, "invariant": invariant, **deeper}, as_json_text=json,
        ))  # fmt: skip
    from dsmip.prove_command import run_proofs
    from model.language.errors import ModelError

    if simple_path and k == 1:
        raise ModelError("--simple-path: give --k N with it, N at least 2")
    raise typer.Exit(run_proofs(
        properties or [], scenario or [], reading or [], choose or [], mutant=mutant, time=time, steps=steps,
        certificates=certificate, solver=solver, invariant=invariant, as_json_text=json, k=k, simple_path=simple_path,
        spacer=spacer,
    ))  # fmt: skip
