"""`dsmip diagram`: its commands and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dsmip.arguments import Choices, Mutant, OneScenario, Output, ReadingName, TraceFile, Unfold

diagram_commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Draw a machine, a trace or the state space."
)


@diagram_commands.command("machine", epilog="Example: dsmip diagram machine ue -o ue.svg")
def diagram_machine(
    name: Annotated[str, typer.Argument(help="ue, home_agent, access, security_association, lifetimes")],
    output: Output,
    reading: Annotated[str | None, typer.Option("--reading", help="literal, intended (default) or final")] = None,
    choose: Choices = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="a shipped scenario, or a .toml file; default: clause-5.2")
    ] = None,
    detail: Annotated[
        bool, typer.Option("--detail", help="guards, effects, clauses: one file a trigger, unless one is named")
    ] = False,
    trigger: Annotated[str | None, typer.Option("--trigger", help="only its rows, such as BindingUpdate")] = None,
    clause: Annotated[str | None, typer.Option("--clause", help="only its rows, and those of its subclauses")] = None,
    requirement: Annotated[str | None, typer.Option("--requirement", help="highlight the rows that realise it")] = None,
    run: Annotated[
        list[Path] | None, typer.Option("--run", help="mark what fires in saved traces, or folders of them")
    ] = None,
    suite: Annotated[
        Path | None, typer.Option("--suite", help="mark what the tests of a suite (.json) bring about")
    ] = None,
    explored: Annotated[
        bool, typer.Option("--explored", help="explore the scenario; mark what fires and what is dead")
    ] = False,
    time: Annotated[str | None, typer.Option("--time", help="limit for --explored, such as 60s")] = None,
    mutant: Annotated[str | None, typer.Option("--mutant", help="mark what it changes; see `dsmip mutants`")] = None,
    versus: Annotated[str | None, typer.Option("--versus", help="mark the difference to this reading")] = None,
    versus_choose: Annotated[
        list[str] | None, typer.Option("--versus-choose", help="switches for the reading to compare with")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="address of the project's files, for links; default: on this disk")
    ] = None,
) -> None:
    """The state machine that runs (svg, png, pdf, mmd, dot); with marks, what a run or a change does to it."""
    from dsmip.machine_drawing import Request, draw_machine

    draw_machine(Request(
        name, output, scenario, reading, choose or [], detail, trigger, clause, requirement, run or [], explored, time,
        mutant, versus, versus_choose or [], source, suite,
    ))  # fmt: skip


@diagram_commands.command("space", epilog="Example: dsmip diagram space minimal --over ue,home_agent -o space.svg")
def diagram_space(
    scenario: OneScenario,
    output: Output,
    over: Annotated[
        str, typer.Option("--over", help="variables, such as ue.state,home_agent.bound; a machine means its state")
    ] = "ue,home_agent",
    reading: ReadingName = "intended",
    choose: Choices = None,
    mutant: Mutant = None,
    most: Annotated[int, typer.Option("--most", min=1, help="refuse to draw more regions than this")] = 60,
    memory: Annotated[str | None, typer.Option("--memory", help="limit, such as 4G")] = None,
    time: Annotated[str | None, typer.Option("--time", help="limit for the exploration, such as 60s")] = None,
) -> None:
    """The reachable states from far, by the values of a few variables (svg, png, pdf, mmd, dot, json).

    Exit code: 0 the counts are complete, 2 bad use, 3 the exploration was cut short.
    """
    from dsmip.space_drawing import draw_space

    raise typer.Exit(draw_space(scenario, output, over, reading, choose or [], mutant, most, memory, time))


@diagram_commands.command("trace", epilog="Example: dsmip diagram trace bind-1.itf.json -o bind-1.svg")
def diagram_trace(file: TraceFile, output: Output, unfold: Unfold = False) -> None:
    """A saved trace as a message sequence chart (svg, png, pdf, mmd, puml, txt)."""
    from dsmip.diagram_command import draw_trace

    draw_trace(file, output, unfold)
