"""Reports made by hand from toy runs: any text may stand in them, and any length of run."""

from __future__ import annotations

from enum import Enum
from functools import cache

from checker.trace import Trace, replay
from diagrams.chart_svg import chart_svg
from diagrams.rendering import graph_svg
from diagrams.report.contents import (
    Asked,
    Contents,
    Exploration,
    Finding,
    Mutation,
    OperatorScore,
    Outcome,
    Picture,
    Showing,
    Statement,
    Walk,
    Wrong,
)
from diagrams.report.trace_data import Labels, TraceData
from diagrams.sequence_chart import sequence_chart
from diagrams.state_diagram import machine_diagram
from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Sizes
from model.language.expressions import TRUE
from model.language.flattening import compose
from model.language.interpretation import Interpretation
from model.language.machines import Machine, otherwise, receipt, send, timer
from model.language.messages import Channel, MessageType, field
from model.language.systems import System
from tests.toys import toy_system

EVIL = '</script><script>window.ran = 1</script><img src=x onerror="window.ran = 2">\' \\u003c & {{ 7*7 }}\nnext'
LONG = "long" * 1250
ON_ONE_LINE = EVIL.replace("\n", " ")


class Evil(Enum):
    ONE = EVIL
    TWO = LONG


class Still(Enum):
    HERE = f"here {EVIL}"
    THERE = "there"


@cache
def evil_system() -> System:
    """Two machines, a channel, a message, a field and a variable, all of them with hostile names."""
    values = Enumeration.of(Evil)
    message = MessageType(f"Message {EVIL}", {
        f"field {EVIL}": field(values, EVIL, EVIL),
        "lane": field(BOOLEAN, False, "where"),
        "copied": field(BOOLEAN, False, "a copy"),
    })  # fmt: skip
    channel = Channel(f"channel {EVIL}", (message,), "capacity", "lane", "copied", "loss", "duplication", "reordering",
                      f"sender {EVIL}.copies", {}, {}, TRUE)  # fmt: skip
    sender = Machine(f"sender {EVIL}", Evil, Evil.ONE, meaning=EVIL)
    sender.variable("copies", BOOLEAN, meaning=LONG)
    other = sender.variable(f"variable {EVIL}", values, initial=EVIL, meaning=EVIL)
    sender.transition(f"sends {EVIL}", trigger=timer(f"timer {EVIL}"), source=Evil.ONE, dest=Evil.TWO, clause=EVIL,
                      note=LONG, requirements=[EVIL],
                      then=[other.becomes(LONG), send(message(**{f"field {EVIL}": LONG}), on=channel)])  # fmt: skip
    receiver = Machine(f"receiver {EVIL}", Still, Still.HERE)
    receiver.on(receipt(message)).decide(otherwise(LONG, dest=Still.THERE))
    binding = Binding(Sizes(bounds={"capacity": 1}), {"loss": True, "duplication": False, "reordering": False})
    return compose(EVIL, [sender, receiver], [channel], binding)


def steady_run(system: System, steps: int) -> Trace:
    """A run that takes now one, now another of the possible steps."""
    interpretation = Interpretation(system)
    first = state = interpretation.initial_states()[0]
    path = []
    for number in range(steps):
        possible = list(interpretation.steps(state))
        if not possible:
            break
        step = possible[number * 7 % len(possible)]
        path.append((step.action.name, step.position))
        state = step.state
    return replay(system, "toy run", first, path)


def lossless_toy() -> System:
    """The toy system in which something can always happen."""
    return toy_system(loss=False)


@cache
def evil_contents() -> Contents:
    """A report in which every text is hostile."""
    trace = steady_run(evil_system(), 2)
    statement = Statement(EVIL, LONG, EVIL, EVIL, (EVIL,), "should")
    chart = chart_svg(sequence_chart(trace, title=EVIL, offence=LONG))
    machine = trace.system.machines[0].name
    return Contents(
        EVIL, EVIL, EVIL, EVIL, EVIL, (EVIL, LONG),
        (Exploration(EVIL, LONG, EVIL, EVIL, 3, None, 1, 0.1, EVIL, (EVIL,), 2, (EVIL, LONG), (EVIL,), {EVIL: LONG}),),
        (statement,),
        (Outcome(0, EVIL, "violated", False, LONG, 0),),
        (EVIL,),
        (Finding(statement, (EVIL,), (EVIL,), (("violated", 2),),
                 (Showing(EVIL, (EVIL, LONG), EVIL, EVIL, EVIL, LONG, chart),)),),
        (Walk(EVIL, LONG, ((EVIL, EVIL, 2),)),),
        (Asked(EVIL, EVIL, EVIL, EVIL, LONG, (EVIL,), ((EVIL, "violated"), (LONG, "")), LONG, EVIL, EVIL, LONG),),
        (Wrong(EVIL, EVIL, LONG, EVIL, EVIL, (EVIL,)),),
        Mutation(EVIL, (EVIL, EVIL), (OperatorScore(EVIL, LONG, (3, 4), EVIL),), ((EVIL, ((EVIL, LONG),)),)),
        (Picture(EVIL, LONG, graph_svg(machine_diagram(trace.system, machine))),),
        traces_of({EVIL: trace}),
    )  # fmt: skip


def traces_of(named: dict[str, Trace]) -> TraceData:
    traces = TraceData()
    for name, trace in named.items():
        traces.add(name, trace, Labels({}), property=name, scenario=name, reading="toy", violated="yes")
    return traces


def plain_contents(traces: TraceData) -> Contents:
    """A report of nothing but traces, each a violation."""
    names = [str(trace["id"]) for trace in traces.traces]
    statements = tuple(Statement(name, "a toy", "step", "1", (), "shall") for name in names)
    exploration = Exploration("toy", "", "toy", "plain", 1, 1, 1, 0.0, "", (), 1, (), (), {})
    outcomes = tuple(Outcome(0, name, "violated", None, "", number) for number, name in enumerate(names))
    return Contents("toys", "", "", "0", "", (), (exploration,), statements, outcomes, ("toy",), (), (), (), (), None,
                    (), traces)  # fmt: skip
