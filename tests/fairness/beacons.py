"""A made-up beacon that repeats a numbered signal over a lossy line until somebody hears it."""

from __future__ import annotations

from enum import Enum

from checker.fairness.responses import Response
from model.language.binding import Binding
from model.language.domains import BOOLEAN, Modular, Sizes
from model.language.expressions import TRUE, negation, variable
from model.language.flattening import compose
from model.language.machines import Machine, case, decision, otherwise, receipt, send, timer
from model.language.messages import Channel, MessageType, field
from model.language.systems import ActionKind, System
from properties.fairness import FairnessGroup, Strength


class Beacon(Enum):
    ON = "on"


class Ship(Enum):
    DEAF = "deaf"
    GUIDED = "guided"


SIGNAL = MessageType("Signal", {
    "number": field(Modular("number"), 0, "serial number"),
    "side": field(BOOLEAN, False, "lane"),
    "copied": field(BOOLEAN, False, "made by the network"),
})  # fmt: skip

GUIDED = variable("ship.state") == "guided"
TIMERS = FairnessGroup("timers of the beacon", Strength.WEAK, (ActionKind.TIMER,), machine="beacon")
WEAK_DELIVERY = FairnessGroup("delivery", Strength.WEAK, (ActionKind.RECEIPT,), message="Signal")
STRONG_DELIVERY = FairnessGroup("delivery", Strength.STRONG, (ActionKind.RECEIPT,), message="Signal")


def beacons(*, width: int = 3, loss: bool = True, halves: bool = False) -> System:
    """halves: the beacon has a row for numbers ahead of 0 and one for the others."""
    line = Channel("line", (SIGNAL,), "capacity", "side", "copied", "loss", "off", "off", "", {}, {}, TRUE)
    beacon = Machine("beacon", Beacon, Beacon.ON)
    number = beacon.variable("number", Modular("number"), initial=0)
    repeat = [number.becomes(number + 1), send(SIGNAL(number=number + 1), on=line)]
    early = number.is_ahead_of(0) if halves else TRUE
    beacon.on(timer("repeat")).decide(case("repeats", when=early, then=repeat), otherwise("repeats late", then=repeat))
    ship = Machine("ship", Ship, Ship.DEAF)
    ship.transition("is guided", trigger=receipt(SIGNAL), source=list(Ship), dest=Ship.GUIDED)
    ship.transition("sails on", trigger=decision("sail on"), source=Ship.GUIDED, dest=Ship.DEAF)
    binding = Binding(Sizes(widths={"number": width}, bounds={"capacity": 1}), {"loss": loss, "off": False})
    return compose("beacons", [beacon, ship], [line], binding)


def is_guided(*groups: FairnessGroup) -> Response:
    """Whenever it is not guided, the ship is guided in the end."""
    return Response("is guided", GUIDED, groups, negation(GUIDED))
