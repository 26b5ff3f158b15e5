"""`dsmip rounds`: response properties as safety, by counting the rounds in which every fairness group has its due."""

from __future__ import annotations

from typing import Annotated

import typer

from dsmip.arguments import Choices, Mutant


def rounds(
    properties: Annotated[list[str] | None, typer.Argument(help="response properties; default: all")] = None,
    scenario: Annotated[list[str] | None, typer.Option("--scenario", help="default: liveness")] = None,
    reading: Annotated[list[str] | None, typer.Option("--reading", help="default: intended")] = None,
    choose: Choices = None,
    mutant: Mutant = None,
    time: Annotated[str | None, typer.Option("--time", help="limit for each property, such as 60s")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False,
) -> None:
    """Prove what happens in the end another way: no run waits for more than so many rounds of fairness.

    Exit code: as of `dsmip check`. Scenarios need channels that hold one message.
    """
    from checker.fairness.by_rounds import check_by_rounds
    from checker.search import Limits
    from dsmip import quantities
    from dsmip.check_results import results_of
    from dsmip.console import output, reporting
    from dsmip.mutant_option import change_of
    from dsmip.proof_output import finish, notes_of
    from model.readings import reading as reading_called
    from model.scenario_sets import is_shipped
    from model.scenarios import load
    from properties.kinds import Kind
    from properties.registry import ALL_PROPERTIES, property_called

    wanted = [property_called(name) for name in properties or []] or [
        entry for entry in ALL_PROPERTIES if entry.kind is Kind.RESPONSE
    ]
    limits, change = Limits(seconds=None if time is None else quantities.seconds(time)), change_of(mutant)
    runs, results = [], []
    for found in [load(name) for name in scenario or ["liveness"]]:
        for read in [reading_called(name, choose or []) for name in reading or ["intended"]]:
            with reporting(f"{found.name}, {read.name}, rounds") as progress:
                own = check_by_rounds(found, read, wanted, change=change, limits=limits, progress=progress)
            expect = is_shipped(found) and not (choose or mutant)
            runs += own
            results += [entry for run in own for entry in results_of(run, expect=expect, folder=None, mutant=mutant)]
    if not (json or runs):
        output().print("No response property says anything in this scenario.")
        raise typer.Exit
    own_notes = [note for run in runs for note in run.exploration.notes]
    raise typer.Exit(finish(output(), results, runs, notes_of(runs), as_json_text=json, json_notes=own_notes))
