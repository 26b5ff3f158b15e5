"""Small tables for the tests of table checks: one counter machine, one channel of numbered requests."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Modular, Sizes
from model.language.expressions import TRUE
from model.language.flattening import compose
from model.language.machines import Machine
from model.language.messages import Channel, MessageType, field, received
from model.language.systems import System


class Light(Enum):
    RED = "red"
    AMBER = "amber"
    GREEN = "green"


COLOUR = Enumeration.of(Light)
NUMBER = Modular("number")
REQUEST = MessageType("Request", {
    "number": field(NUMBER, 0, "serial number"),
    "colour": field(COLOUR, "red", "three values in two bits"),
    "amount": field(Integer(-1, 4), 0, "how much"),
    "lane": field(BOOLEAN, False, "where it was sent"),
    "copied": field(BOOLEAN, False, "made by the network"),
})  # fmt: skip
REQUESTS = Channel("requests", (REQUEST,), "capacity", "lane", "copied", "off", "off", "off", "none", {}, {}, TRUE)
request = received(REQUEST)


def light() -> Machine:
    """A machine without rows."""
    return Machine("light", Light, Light.RED)


def system_of(
    *machines: Machine, width: int = 16, choices: Mapping[str, tuple[str, ...]] | None = None, limit: int = 3
) -> System:
    """These machines and the channel of requests. Parameters: off (false), limit."""
    sizes = Sizes(widths={"number": width}, bounds={"capacity": 2, "limit": limit},
                  members={"place": ("here", "there")})  # fmt: skip
    binding = Binding(sizes, {"off": False, "limit": limit}, choices=choices or {})
    return compose("lights", machines, [REQUESTS], binding)
