"""Systems made for one feature each that exporters get wrong easily."""

from __future__ import annotations

from enum import Enum

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Sizes
from model.language.expressions import TRUE, if_then_else
from model.language.flattening import compose
from model.language.machines import Alter, Machine, decision, timer
from model.language.machines import send as sends
from model.language.messages import Channel, MessageType, field, flying
from model.language.systems import System


class Resting(Enum):
    HERE = "here"


def altered_in_flight(reorders: bool) -> System:
    """Messages change their lane, or what orders them, while they are in flight."""
    place = Enumeration("Place", ("first", "second", "third"))
    kind = MessageType("Kind", {
        "place": field(place, "first", ""), "copied": field(BOOLEAN, False, ""), "mark": field(place, "first", ""),
    })  # fmt: skip
    line = Channel("line", (kind,), "capacity", "place", "copied", "on", "on", "reorders", "m.copies", {}, {}, TRUE)
    machine = Machine("m", Resting, Resting.HERE)
    machine.variable("copies", Integer(0, 1), initial=1)
    for one in place.members:
        machine.transition(f"sends {one}", trigger=timer(one), source=Resting.HERE,
                           then=[sends(kind(place=one, mark=one), on=line)])  # fmt: skip
    flight = flying(kind)
    for name in ("place", "mark"):
        changed = if_then_else(flight.place == "first", "third", "first")
        machine.transition(f"alters {name}", trigger=decision(name), source=Resting.HERE,
                           then=[Alter("line", "Kind", flight.place != "second", {name: changed})])  # fmt: skip
    binding = Binding(Sizes(bounds={"capacity": 3}), {"on": True, "reorders": reorders})
    return compose("altered", [machine], [line], binding)


def rotated() -> System:
    """Three numbers change places in one step: a language that assigns one after the other loses one."""
    machine = Machine("m", Resting, Resting.HERE)
    numbers = [machine.variable(f"number_{index}", Integer(0, 4), initial=index) for index in range(3)]
    machine.transition("rotate", trigger=timer("rotate"), source=Resting.HERE, then=[
        number.becomes(numbers[(index + 1) % 3]) for index, number in enumerate(numbers)
    ])  # fmt: skip
    machine.transition("up", trigger=timer("up"), source=Resting.HERE, when=numbers[0] < 4,
                       then=[numbers[0].becomes(numbers[0] + 1), numbers[2].becomes(numbers[0])])  # fmt: skip
    return compose("rotated", [machine], [], Binding())
