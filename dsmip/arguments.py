"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

OneScenario = Annotated[str, typer.Argument(help="a shipped scenario, or a .toml file")]
ReadingName = Annotated[str, typer.Option("--reading", help="literal, intended or final")]
Choices = Annotated[list[str] | None, typer.Option("--choose", help="AMB-02=sa-first, or ue.AMB-20=nat-found")]
Mutant = Annotated[str | None, typer.Option("--mutant", help="a small wrong change; see `dsmip mutants`")]
TraceFile = Annotated[Path, typer.Argument(help="a trace saved by `dsmip check --save-traces`")]
Output = Annotated[Path, typer.Option("--output", "-o", help="file to write; its suffix decides the format")]
Unfold = Annotated[bool, typer.Option("--unfold", help="draw repeated parts again and again")]
AnyNumber = Annotated[bool, typer.Option("--any-number-of-ues", help="any number of UEs like those of two-ue")]
Properties = Annotated[list[str] | None, typer.Argument(help="properties; default: all invariants and step properties")]
ManyScenarios = Annotated[
    list[str] | None, typer.Option("--scenario", help="shipped scenarios, or .toml files; default: minimal")
]
ManyReadings = Annotated[
    list[str] | None, typer.Option("--reading", help="literal, intended or final; default: intended")
]
Solver = Annotated[str, typer.Option("--solver", help="the second solver: bitwuzla or cvc5")]
Json = Annotated[bool, typer.Option("--json", help="print one JSON object")]
