"""Toy runs and machines that the diagram tests draw."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from checker.trace import Trace, replay
from model.language.expressions import TRUE
from model.language.flattening import compose
from model.language.interpretation import Interpretation
from model.language.machines import Event, Machine, case, discarding, event, otherwise, receipt, send, timer
from model.language.messages import received
from model.language.systems import ResolvedMachine, System
from tests.toys import ACKNOWLEDGEMENT, DATA, channel, toy_binding, toy_system

HOSTILE = (
    '<script>alert("1")</script> & \\N \\n end; #35: %% {a} [b] |p| `c` --> ->> \' \x00 \ud800 \n new line **b** 日本'
)


def run(system: System, *fragments: str) -> Trace:
    """The run that takes, for each fragment, the first possible step whose action name contains it."""
    interpretation = Interpretation(system)
    first = state = interpretation.initial_states()[0]
    path = []
    for fragment in fragments:
        step = next(step for step in interpretation.steps(state) if fragment in step.action.name)
        path.append((step.action.name, step.position))
        state = step.state
    return replay(system, "toy run", first, path)


SENT_AND_LOST = ("send: sends", "Data is lost")
DUPLICATED = ("send: sends", "Data is duplicated", "receives Data: new", "receives Data: old", "receives Ack")
OVERTAKING = ("send: sends", "switch: flip", "repeat: repeats", "Data: new", "is lost")
STILL_THERE = ("send: sends", "repeat: repeats", "switch: flip")


class Nine(Enum):
    A = "detached"
    B = "configuring address"
    C = "detecting home link"
    D = "establishing SA"
    E = "registering"
    F = "registered"
    G = "deregistering"
    H = "at home"
    I = "abandoned"  # noqa: E741


def nine_states() -> System:
    """A machine with nine states: one row from any state, one from all but one, discards, inside rows."""
    jump, leave = Event("jump", "sky", {}), Event("leave", "sky", {})
    up, down = channel("up", DATA), channel("down", ACKNOWLEDGEMENT)
    walker = Machine("walker", Nine, Nine.H, meaning="goes round")
    steps = walker.variable("steps", meaning="has stepped")
    walker.ghost("seen", meaning="for properties only")
    walker.transition("moves", trigger=event(jump), source=list(Nine), dest=Nine.B, clause="1.2",
                      then=[walker.variable("moved").becomes(True)])  # fmt: skip
    walker.transition("is gone", trigger=event(leave), source=[s for s in Nine if s is not Nine.A], dest=Nine.A)
    walker.discards(event(leave), Nine.A, "already gone")
    for one, other in ((Nine.B, Nine.C), (Nine.C, Nine.D), (Nine.D, Nine.E), (Nine.E, Nine.F), (Nine.G, Nine.H)):
        walker.transition(f"goes on to {other.value}", trigger=timer(f"of {one.value}"), source=one, dest=other,
                          then=[send(DATA(number=3), on=up)])  # fmt: skip
    answer = received(ACKNOWLEDGEMENT)
    walker.on(receipt(ACKNOWLEDGEMENT), in_states=[Nine.E, Nine.G]).decide(
        discarding("old answer", when=answer.number == 0, note="too old"),
        discarding("copied or left", when=answer.copied | (answer.side == "left")),
        case("refused", when=answer.number == 1, dest=Nine.I),
        case("noted", when=answer.number == 2, then=[steps.becomes(True)]),
        otherwise("accepted", dest=Nine.F),
    )
    sky = Machine("sky", Sky, Sky.CLEAR, role="environment")
    sky.transition("jumps", trigger=event(jump), source=Sky.CLEAR)
    sky.transition("leaves", trigger=event(leave), source=Sky.CLEAR, when=TRUE)
    echo = Machine("echo_maker", Echo, Echo.ON)
    echo.transition("answers", trigger=receipt(DATA), source=Echo.ON, then=[send(ACKNOWLEDGEMENT(number=2), on=down)])
    sky.variable("copies_left", toy_system().domain("switch.copies_left"), initial=0)
    return compose("nine", [walker, echo, sky, _switch()], [up, down], toy_binding())


class Sky(Enum):
    CLEAR = "clear"


class Echo(Enum):
    ON = "on"


def _switch() -> Machine:
    switch = Machine("switch", Sky, Sky.CLEAR, role="environment")
    switch.variable("copies_left", toy_system().domain("switch.copies_left"), initial=0)
    return switch


def hostile_machine() -> ResolvedMachine:
    """The toy sender with every name and text replaced by a hostile one."""
    machine = toy_system().machine("sender")
    names = {"idle": HOSTILE, "waiting": "end"}
    rows = tuple(
        replace(row, label=HOSTILE, clause=HOSTILE, states=tuple(names[state] for state in row.states),
                dest=None if row.dest is None else names[row.dest])
        for row in machine.rows
    )  # fmt: skip
    return replace(machine, name=HOSTILE, meaning=HOSTILE, states=tuple(names.values()), rows=rows)
