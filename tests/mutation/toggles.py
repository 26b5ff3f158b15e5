"""A lamp with a dimmer: the smallest table on which every kind of operator has something to do."""

from __future__ import annotations

from enum import Enum

from model.language.domains import BOOLEAN, Enumeration, Integer
from model.language.machines import Machine, case, decision, otherwise, timer


class LampState(Enum):
    OFF = "off"
    ON = "on"


class Colour(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


def lamp() -> Machine:
    machine = Machine("lamp", LampState, LampState.OFF)
    bright = machine.variable("bright", BOOLEAN)
    colour = machine.variable("colour", Enumeration.of(Colour), initial=Colour.RED)
    pressed = machine.variable("pressed", Integer(0, 3), initial=0)
    switched = machine.ghost("switched", BOOLEAN)
    machine.on(timer("button"), in_states=LampState.OFF).decide(
        case("red and bright", when=bright & (colour == Colour.RED), dest=LampState.ON,
             then=[bright.becomes(False), switched.becomes(True)], clause="1", requirements=["L-1"]),
        case("pressed often", when=pressed < 3, then=[pressed.becomes(pressed + 1)], clause="2"),
        otherwise("switched on", dest=LampState.ON, then=[colour.becomes(Colour.GREEN)], clause="3"),
    )  # fmt: skip
    machine.transition("goes out", trigger=decision("off"), source=LampState.ON, dest=LampState.OFF, clause="4")
    return machine
