"""The commands and their options. The work is done in the modules they call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dsmip.arguments import (
    Choices,
    Json,
    ManyReadings,
    ManyScenarios,
    Mutant,
    OneScenario,
    Output,
    Properties,
    ReadingName,
    Solver,
    TraceFile,
    Unfold,
)
from dsmip.diagram_commands import diagram_commands
from dsmip.prove_options import prove
from dsmip.reference_command import reference
from dsmip.rounds_command import rounds

application = typer.Typer(
    name="dsmip", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Check the DSMIPv6 handover procedure of 3GPP TS 24.303, clause 5.2, in every interleaving.",
)  # fmt: skip
trace_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Show or replay a saved trace.")
certificate_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Check a saved proof.")
application.add_typer(certificate_commands, name="certificate")
application.add_typer(trace_commands, name="trace")
application.add_typer(diagram_commands, name="diagram")
suite_commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Build or run a suite of tests.")
application.add_typer(suite_commands, name="suite")
application.command(epilog="Example: dsmip reference ha nat --real-time")(reference)
application.command(epilog="Example: dsmip prove BIND-3 BIND-5 --scenario minimal --certificate out")(prove)
application.command(epilog="Example: dsmip rounds BIND-2 --scenario liveness")(rounds)

Scenarios = Annotated[list[str] | None, typer.Argument(help="names of shipped scenarios, or .toml files")]
SetName = Annotated[
    str | None, typer.Option("--set", help="of shipped scenarios: default (a minute), variants, large or all (minutes)")
]
CheckedReadings = Annotated[
    list[str] | None, typer.Option("--reading", help="literal, intended or final; default: literal, intended")
]
OnlyProperties = Annotated[list[str] | None, typer.Option("--property", help="only these properties")]
ExplorationMemory = Annotated[str | None, typer.Option("--memory", help="limit for each exploration, such as 4G")]
ExplorationTime = Annotated[str | None, typer.Option("--time", help="limit for each exploration, such as 60s")]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="scenarios at the same time; default: one a processor")
]
Name = Annotated[str | None, typer.Argument(help="show this one in full")]


@application.command(epilog="Example: dsmip check minimal --reading literal --property BIND-1")
def check(
    scenarios: Scenarios = None,
    set_: SetName = None,
    reading: CheckedReadings = None,
    choose: Choices = None,
    property_: OnlyProperties = None,
    mutant: Mutant = None,
    engine: Annotated[
        str, typer.Option("--engine", help="auto, explicit, product, plain, bmc, induction, portfolio or cluster")
    ] = "auto",
    save_traces: Annotated[Path | None, typer.Option("--save-traces", help="folder for counterexamples")] = None,
    memory: ExplorationMemory = None,
    time: ExplorationTime = None,
    jobs: Jobs = None,
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="folder to keep explorations in, and to take them up from")
    ] = None,
    checkpoint_interval: Annotated[
        str | None, typer.Option("--checkpoint-interval", help="time between two savings; default: 60s")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="of the engine cluster; default: one a processor")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", help="ray address of the engine cluster; default: processes here")
    ] = None,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="draw counterexamples")] = True,
    verbose: Annotated[bool, typer.Option("--verbose", help="figures of each run: rows, distances, channels")] = False,
    reduction: Annotated[
        bool, typer.Option("--reduction/--no-reduction", help="use symmetry where there is one")
    ] = True,
    json: Json = False,
) -> None:
    """Explore scenarios completely and judge every property.

    Exit code: 0 all as expected, 1 not as expected (or violated), 2 bad use, 3 something unknown.
    """
    from dsmip.check_command import run_checks
    from dsmip.engine_options import EngineOptions

    raise typer.Exit(run_checks(
        scenarios or [], reading or [], choose or [], property_ or [], mutant=mutant,
        engine=EngineOptions(engine, checkpoint, checkpoint_interval, workers, cluster),
        folder=save_traces, memory=memory, time=time, charts=charts, as_json_text=json,
        verbose=verbose, reduce=reduction, scenario_set_name=set_, jobs=jobs,
    ))  # fmt: skip


@application.command(epilog="Example: dsmip bmc SA-1 --reading literal --steps 12")
def bmc(
    properties: Properties = None,
    scenario: ManyScenarios = None,
    reading: ManyReadings = None,
    choose: Choices = None,
    mutant: Mutant = None,
    time: Annotated[str | None, typer.Option("--time", help="limit for each scenario, such as 60s")] = None,
    steps: Annotated[int, typer.Option("--steps", min=0, help="length of the longest runs")] = 15,
    json: Json = False,
) -> None:
    """Look for the shortest violations with 16-bit sequence numbers. Nothing found is unknown, never "holds"."""
    from dsmip.prove_command import run_bounded

    raise typer.Exit(run_bounded(
        properties or [], scenario or [], reading or [], choose or [], mutant=mutant, time=time, steps=steps,
        as_json_text=json,
    ))  # fmt: skip


@certificate_commands.command("check", epilog="Example: dsmip certificate check out/minimal-intended.smt2")
def certificate_check(
    file: Annotated[Path, typer.Argument(help="a certificate saved by `dsmip prove --certificate`")],
    solver: Solver = "bitwuzla",
    time: Annotated[str | None, typer.Option("--time", help="limit for each query, such as 60s")] = None,
) -> None:
    """Check a proof from its file: true at the start, kept by every step, excludes every violation.

    Exit code: 0 it proves what it says, 1 refused, 2 no certificate.
    """
    from dsmip.certificate_command import check_file

    raise typer.Exit(check_file(file, solver, time))


@application.command(epilog="Example: dsmip scenarios clause-5.2")
def scenarios(name: Name = None, json: Json = False) -> None:
    """The scenarios that ship, or one of them in full."""
    from dsmip.listings import list_scenarios

    list_scenarios(name, json)


@application.command(epilog="Example: dsmip properties BIND-1")
def properties(name: Name = None, json: Json = False) -> None:
    """The properties, or one of them in full."""
    from dsmip.listings import list_properties

    list_properties(name, json)


@application.command(epilog="Example: dsmip requirements UE-F2H-01")
def requirements(
    name: Name = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="with a witness and a mutant of each")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="with --coverage: the page in docs/")] = False,
    json: Json = False,
) -> None:
    """The requirements, the rows that realise them and the properties that check them."""
    from dsmip.listings import list_requirements

    if coverage or markdown:
        from dsmip.coverage_command import show_coverage

        show_coverage(name, as_json=json, markdown=markdown)
        return
    list_requirements(name, json)


@application.command(epilog="Example: dsmip mutants run minimal --operator window-too-wide")
def mutants(
    what: Annotated[list[str] | None, typer.Argument(help="a mutant to show; or: run SCENARIO...")] = None,
    operator: Annotated[str | None, typer.Option("--operator", help="only those that this operator makes")] = None,
    machine: Annotated[str | None, typer.Option("--machine", help="only those of ue or ha")] = None,
    mutant: Annotated[list[str] | None, typer.Option("--mutant", help="run: only this one")] = None,
    reading: ReadingName = "intended",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="run: at most so many mutants")] = None,
    memory: Annotated[str | None, typer.Option("--memory", help="run: limit, such as 4G")] = None,
    time: Annotated[str | None, typer.Option("--time", help="run: limit for each exploration, such as 60s")] = None,
    processes: Annotated[int, typer.Option("--processes", min=1, help="run: at once")] = 1,
    json: Json = False,
) -> None:
    """Small wrong changes of the model, what became of each, and the score; `run` tries them in scenarios.

    Exit code of `run`: 0 all killed that behave otherwise, 1 some survive, 2 bad use, 3 something unknown.
    """
    from dsmip.mutants_command import RUN, list_mutants, run_mutants

    words = what or []
    if words[:1] == [RUN]:
        raise typer.Exit(run_mutants(
            words[1:], reading, mutant or [], operator, machine, most=limit, memory=memory, time=time,
            processes=processes, as_json=json,
        ))  # fmt: skip
    list_mutants(words, operator, machine, as_json=json)


@application.command(epilog='Example: dsmip ask "reachable registered and not bound" minimal --reading literal')
def ask(
    question: Annotated[
        str | None, typer.Argument(help="reachable A, always A, never A, when A: B, after STEP: B")
    ] = None,
    scenario: OneScenario = "minimal",
    reading: ReadingName = "intended",
    choose: Choices = None,
    mutant: Mutant = None,
    names: Annotated[bool, typer.Option("--names", help="list what a question may speak of")] = False,
    memory: Annotated[str | None, typer.Option("--memory", help="limit, such as 4G")] = None,
    time: Annotated[str | None, typer.Option("--time", help="limit, such as 60s")] = None,
    save_trace: Annotated[Path | None, typer.Option("--save-trace", help="file for the run that shows it")] = None,
    json: Json = False,
) -> None:
    """Answer a question about the model: a run that shows it, or a complete exploration.

    Exit code: 0 yes, 1 no, 2 bad use, 3 unknown.
    """
    from dsmip.ask_command import answer

    raise typer.Exit(answer(
        question, scenario, reading, choose or [], mutant, names=names, memory=memory, time=time,
        save_to=save_trace, as_json_text=json,
    ))  # fmt: skip


@application.command(epilog="Example: dsmip findings minimal --no-charts")
def findings(
    scenarios: Annotated[list[str] | None, typer.Argument(help="scenarios; AMB-nn: show these only")] = None,
    save_traces: Annotated[Path | None, typer.Option("--save-traces", help="folder for counterexamples")] = None,
    memory: Annotated[str | None, typer.Option("--memory", help="limit, such as 4G")] = None,
    time: ExplorationTime = None,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="draw counterexamples")] = True,
    markdown: Annotated[Path | None, typer.Option("--markdown", help="write a page of it to this file")] = None,
    json: Json = False,
) -> None:
    """What is wrong with the text as written, and the smallest sets of choices that mend it.

    Exit code: 0 done, 2 bad use, 3 the search for repairs was cut short.
    """
    from dsmip.findings_command import report_findings

    raise typer.Exit(report_findings(
        scenarios or [], memory=memory, time=time, folder=save_traces, charts=charts, as_json_text=json,
        page=markdown,
    ))  # fmt: skip


@application.command(epilog="Example: dsmip docs -o docs")
def docs(
    output: Annotated[Path, typer.Option("--output", "-o", help="folder for the pages; made if it is not there")],
) -> None:
    """Write the generated pages of the documentation: the model, the scenarios' answers, the names for questions."""
    from dsmip.console import say
    from dsmip.documentation.pages import write_pages

    for page in write_pages(output):
        say(f"written: {page}")


@application.command(epilog="Example: dsmip report minimal -o report.html")
def report(
    output: Output,
    scenarios: Scenarios = None,
    set_: SetName = None,
    reading: CheckedReadings = None,
    choose: Choices = None,
    property_: OnlyProperties = None,
    memory: ExplorationMemory = None,
    time: ExplorationTime = None,
    jobs: Jobs = None,
) -> None:
    """Explore scenarios and write one HTML file: verdicts, findings, matrices, pictures, every run step by step.

    Exit code: 0 written, 2 bad use, 3 written, and something was cut short.
    """
    from dsmip.report_command import write_report

    raise typer.Exit(write_report(
        scenarios or [], reading or [], choose or [], property_ or [], output, memory=memory, time=time,
        scenario_set_name=set_, jobs=jobs,
    ))  # fmt: skip


@application.command(epilog="Example: dsmip explore minimal --reading literal")
def explore(
    scenario: Annotated[
        str | None, typer.Argument(help="a shipped scenario, or a .toml file; default: minimal")
    ] = None,
    reading: Annotated[
        str | None, typer.Option("--reading", help="literal, intended or final; default: intended")
    ] = None,
    choose: Choices = None,
    mutant: Mutant = None,
    trace: Annotated[Path | None, typer.Option("--trace", help="begin where this saved trace ends")] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="default: any that is free")] = 0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="open a browser window")] = True,
) -> None:
    """Step through a model in a browser: choose what happens next, see what breaks, undo, save the run.

    Listens on this machine only, for whoever has the address it prints. Ctrl-C ends.
    """
    from dsmip.explore_command import explore as serve

    serve(scenario, reading, choose or [], mutant, trace, port=port, browser=browser)


@application.command(epilog="Example: dsmip simulate minimal --seed 7 --steps 20")
def simulate(
    scenario: OneScenario = "minimal",
    reading: ReadingName = "intended",
    choose: Choices = None,
    seed: Annotated[int | None, typer.Option("--seed", help="random run with this seed")] = None,
    steps: Annotated[int, typer.Option("--steps", min=1, help="length of a random run")] = 30,
    mutant: Mutant = None,
) -> None:
    """Run the state machines: at random with --seed, else step by step as you choose."""
    from dsmip.simulate_command import run_simulation

    run_simulation(scenario, reading, choose or [], seed, steps, mutant)


@application.command(epilog="Example: dsmip testgen W-F2H --role home_agent -o test_return_home.py")
def testgen(
    property_: Annotated[str, typer.Argument(help="property whose counterexample or witness becomes a test")],
    output: Output,
    role: Annotated[str, typer.Option("--role", help="system under test: ue or home_agent")] = "home_agent",
    scenario: Annotated[str, typer.Option("--scenario", help="a shipped scenario, or a .toml file")] = "minimal",
    reading: ReadingName = "intended",
    choose: Choices = None,
    mutant: Mutant = None,
) -> None:
    """Write a pytest module that drives a system under test along a run of the model."""
    from dsmip.testgen_command import write_test

    write_test(property_, output, role, scenario, reading, choose or [], mutant)


@suite_commands.command("build", epilog="Example: dsmip suite build minimal nat -o out/ha.json")
def suite_build(
    scenarios: Annotated[list[str], typer.Argument(help="names of shipped scenarios, or .toml files")],
    output: Output,
    role: Annotated[str, typer.Option("--role", help="system under test: ue or home_agent")] = "home_agent",
    reading: ReadingName = "intended",
    choose: Choices = None,
    goals: Annotated[
        list[str] | None,
        typer.Option("--goals", help="rows, answers, pairs, requirements, properties, mutants; default: all"),
    ] = None,
) -> None:
    """Write the tests of a role: .json, .py (pytest), .md (test plan) or .ttcn."""
    from dsmip.suite_command import write_suite

    write_suite(scenarios, output, role, reading, choose or [], goals or [])


@suite_commands.command("run", epilog="Example: dsmip suite run out/ha.json --adapter loopback")
def suite_run(
    file: Annotated[Path, typer.Argument(help="a suite in its .json form")],
    adapter: Annotated[
        str, typer.Option("--adapter", help='in-process, loopback, or your own: "package.module:factory"')
    ] = "in-process",
    mutant: Mutant = None,
    test: Annotated[list[str] | None, typer.Option("--test", help="only these tests")] = None,
    json: Json = False,
) -> None:
    """Run a suite on a system under test.

    Exit code: 0 all pass, 1 something fails or the system went down, 3 something inconclusive.
    """
    from dsmip.suite_command import run_on

    run_on(file, adapter, mutant, test or [], json)


@suite_commands.command("capture", epilog="Example: dsmip suite capture out/ha.json -o out/ha.pcap")
def suite_capture(
    file: Annotated[Path, typer.Argument(help="a suite in its .json form")],
    output: Output,
    mutant: Mutant = None,
    test: Annotated[list[str] | None, typer.Option("--test", help="only these tests")] = None,
) -> None:
    """Write the packets of a suite as a capture (pcap, raw IP): its tests as they run on the reference system.

    Each test has a home address of its own. Exit code as of "suite run".
    """
    from dsmip.suite_command import capture_suite

    capture_suite(file, output, mutant, test or [])


@application.command(epilog="Example: dsmip conform field.pcapng --at home_agent")
def conform(
    capture: Annotated[Path, typer.Argument(help="a capture file, pcap or pcapng")],
    at: Annotated[
        str, typer.Option("--at", help="where it was taken: home_agent, ue, or both (somewhere between)")
    ] = "home_agent",
    reading: Annotated[
        str | None, typer.Option("--reading", help="only this reading; default: whichever explains most")
    ] = None,
    choose: Choices = None,
    side: Annotated[
        str | None, typer.Option("--side", help="judge only this side, ue or home_agent: the other is a tester")
    ] = None,
    restarts: Annotated[
        bool, typer.Option("--restarts", help="the home agent may have started anew at any time")
    ] = False,
    json: Json = False,
) -> None:
    """Judge a capture: which UE and home agent, and does a run of the model explain what they said?

    Exit code: 0 explained, 1 not explained or system down, 2 bad use or damaged file, 3 nothing can be said.
    """
    from dsmip.conform_command import conform as judge_capture

    raise typer.Exit(judge_capture(capture, at, reading, choose or [], side, restarts, json))


@application.command(epilog="Example: dsmip export promela minimal -o out")
def export(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help="promela, murphi, tla, smv or verilog")],
    scenario: OneScenario,
    output: Annotated[Path, typer.Option("--output", "-o", help="folder for the files; made if it is not there")],
    reading: ReadingName = "intended",
    choose: Choices = None,
    property_: OnlyProperties = None,
    mutant: Mutant = None,
    bits: Annotated[
        int | None, typer.Option(min=2, max=16, help="bits of sequence numbers; without it the scenario's")
    ] = None,
    json: Json = False,
) -> None:
    """Write the model and its properties for another model checker."""
    from dsmip.export_command import export as write_files

    write_files(format_, scenario, output, reading, choose or [], property_ or [], mutant, bits, json)


@trace_commands.command("show", epilog="Example: dsmip trace show traces/minimal-literal-BIND-1.itf.json")
def trace_show(file: TraceFile, unfold: Unfold = False) -> None:
    """A saved trace as a sequence chart."""
    from dsmip.trace_files import show_trace

    show_trace(file, unfold)


@trace_commands.command("replay", epilog="Example: dsmip trace replay traces/minimal-literal-BIND-1.itf.json")
def trace_replay(file: TraceFile) -> None:
    """Replay a saved trace through the interpretation and the `transitions` machines."""
    from dsmip.trace_files import replay_trace

    replay_trace(file)


@trace_commands.command("capture", epilog="Example: dsmip trace capture bind-1.itf.json -o bind-1.pcap")
def trace_capture(
    file: TraceFile,
    output: Output,
    end: Annotated[str, typer.Option("--at", help="where it is captured: ue or home_agent")] = "home_agent",
) -> None:
    """The packets of a saved trace as a capture file (pcap, raw IP), with 16-bit sequence numbers."""
    from dsmip.capture_command import write_capture

    write_capture(file, output, end)
