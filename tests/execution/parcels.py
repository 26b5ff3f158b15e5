"""A made-up system with what tests/toys.py lacks: translation, unreachable destinations, open choices,
an event with free and computed fields, messages altered in flight."""

from __future__ import annotations

from enum import Enum

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Modular, Sizes
from model.language.flattening import compose
from model.language.machines import (
    Alter,
    Event,
    Machine,
    case,
    chosen_effects,
    decision,
    event,
    otherwise,
    receipt,
    send,
    timer,
)
from model.language.messages import Channel, MessageType, any_in_flight, field, flying, received
from model.language.systems import System


class Place(Enum):
    NORTH = "north"
    SOUTH = "south"


class Working(Enum):
    READY = "ready"
    BUSY = "in a meeting"


PLACE = Enumeration.of(Place)
NUMBER = Modular("number")
FIELDS = {
    "number": field(NUMBER, 0, "serial number"),
    "place": field(PLACE, "north", "where it is going"),
    "copied": field(BOOLEAN, False, "made by the network"),
}
PARCEL = MessageType("Parcel", FIELDS)
RETURN = MessageType("Return", FIELDS)


def parcel_machines() -> tuple[list[Machine], list[Channel]]:
    road = Event("road moves", "road", {"to": PLACE, "number": NUMBER})
    environment = Machine("road", Place, Place.NORTH, role="environment")
    count = environment.variable("count", NUMBER, initial=0)
    left = environment.variable("left", Integer(0, "moves"), initial=2)
    environment.variable("copies", Integer(0, "copies"), initial=1)
    for place in Place:
        environment.transition(
            f"towards {place.value}", trigger=event(road), source=list(Place), dest=place, emits={"number": count + 1},
            when=(left > 0) & (road.view.to == place), then=[left.becomes(left - 1), count.becomes(road.view.number)],
        )  # fmt: skip

    way = Channel(
        "way", (PARCEL, RETURN), "capacity", "place", "copied", "loss", "duplication", "reordering", "road.copies",
        on_sending={"place": environment.state}, on_delivery={"number": flying(PARCEL).number + 1},
        deliverable=flying(PARCEL).place == environment.state,
    )  # fmt: skip

    clerk = Machine("clerk", Working, Working.READY)
    last = clerk.variable("last", NUMBER, initial=[0, 1])
    seen = clerk.variable("seen", PLACE, initial="either")
    quiet = ~any_in_flight(way, RETURN)
    clerk.transition("sends", trigger=timer("shift"), source=Working.READY,
                     then=[last.becomes(last + 1), send(PARCEL(number=last + 1), on=way)])  # fmt: skip
    clerk.transition("rests", trigger=decision("rest"), source=Working.READY, dest=Working.BUSY, when=quiet)
    clerk.transition("returns", trigger=decision("work"), source=Working.BUSY, dest=Working.READY)
    parcel = received(PARCEL)
    clerk.on(receipt(PARCEL)).decide(
        case("new", when=parcel.number.is_ahead_of(last), then=[
            last.becomes(parcel.number),
            chosen_effects("AMB-01", answers=[send(RETURN(number=parcel.number), on=way)], keeps_quiet=[]),
        ]),
        otherwise("old"),
    )  # fmt: skip
    clerk.on(receipt(RETURN)).decide(otherwise("returned", dest=Working.READY))
    renumbered = Alter("way", "Parcel", flying(PARCEL).place != seen, {"number": flying(PARCEL).number - 1})
    clerk.on(event(road)).decide(
        case("notices", when=road.view.number.is_ahead_of(last), then=[seen.becomes(road.view.to), renumbered]),
        otherwise("misses it"),
    )
    return [environment, clerk], [way]


def parcel_system(*, width: int = 3, reordering: bool = True, moves: int = 2) -> System:
    machines, channels = parcel_machines()
    binding = Binding(
        Sizes(widths={"number": width}, bounds={"capacity": 2, "moves": moves, "copies": 1}),
        parameters={"loss": True, "duplication": True, "reordering": reordering},
        choices={"AMB-01": ("answers", "keeps-quiet")},
    )
    return compose("parcels", machines, channels, binding)
