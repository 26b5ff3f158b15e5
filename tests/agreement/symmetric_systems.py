"""Hypothesis strategies for symmetric systems: copies that share something, and enumerations with twins
that are only ever compared, kept and sent, never named."""

from __future__ import annotations

from enum import Enum
from typing import Any

from hypothesis import strategies as st

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Domain, Enumeration, Integer, Modular, Sizes, Value
from model.language.expressions import TRUE, in_at_most_one_copy, in_some_copy, lookup, variable
from model.language.flattening import compose
from model.language.machines import Alter, Event, Machine, decision, event, receipt, send, timer
from model.language.messages import Channel, MessageType, field, flying, received
from model.language.observations import Observation, observe_states
from model.language.replication import observed_in_all, replicated
from model.language.symmetry import Interchangeable, Thing
from model.language.systems import System
from tests.agreement.random_systems import Builder, Draw, flag, number

TWIN_LANE = Enumeration("Lane", ("twin a", "left", "twin c", "twin b", "right"))
TWIN_COLOUR = Enumeration("Colour", ("red", "twin b", "left", "twin a", "twin c"))


def twins(names: str) -> Interchangeable:
    """The twins a, b, c ... of both enumerations, one with the other's namesake; presumed, since messages
    of a queue may change lanes."""
    return Interchangeable(
        f"the twins {', '.join(names)}",
        tuple(Thing(name, members=(("Lane", f"twin {name}"), ("Colour", f"twin {name}"))) for name in names),
        presumed=True,
    )


class TwinBuilder(Builder):
    """Draws a system in which twins come from initial values and from the environment."""

    lane = TWIN_LANE
    colour = TWIN_COLOUR

    def initial(self, domain: Domain) -> list[Any]:
        if isinstance(domain, Enumeration) and flag(self.draw):
            return [value for value in domain.values if str(value).startswith("twin")]
        return super().initial(domain)


class SharingBuilder(Builder):
    """Draws a system whose copies share variables."""

    def machine(self, index: int) -> Machine:
        machine = super().machine(index)
        if flag(self.draw):
            machine.variable("shared", Modular("number", 2), initial=0, shared=True)
        return machine


PLACES = (("north", "blue"), ("south", "red"), ("west", "grey"))


class Post(Enum):
    OPEN = "open"
    SHUT = "shut"


def post_office(
    *, capacity: int = 2, reorders: bool = False, lanes: bool = True, places: int = 2, copies: int = 0
) -> System:
    """Letters and parcels of several places on one line, so that renaming changes the order of what is on it.

    lanes: they overtake each other by place, else by mark. places: how many there are, all alike.
    """
    place_domain = Enumeration("Place", ("here", *(place for place, _ in PLACES[:places])))
    mark_domain = Enumeration("Mark", (*(mark for _, mark in PLACES[:places]), "white"))
    common = {"place": field(place_domain, "here", ""), "copied": field(BOOLEAN, False, "")}
    letter_type = MessageType("Letter", {**common, "mark": field(mark_domain, "white", "")})
    parcel_type = MessageType("Parcel", {
        "mark": field(mark_domain, "white", ""), **common, "old": field(BOOLEAN, False, ""),
    })  # fmt: skip
    faults = {"loses": True, "duplicates": True, "reorders": reorders}
    lane = "place" if lanes else "mark"
    line = Channel("line", (letter_type, parcel_type), "capacity", lane, "copied", *faults, "post.copies", {}, {}, TRUE)
    post = Machine("post", Post, Post.OPEN)
    place = post.variable("place", place_domain, initial="here")
    mark = post.variable("mark", mark_domain, initial="white")
    post.variable("copies", Integer(0, 1), initial=copies)
    moves = Event("moves", "post", {"to": place_domain})
    post.transition("moves", trigger=event(moves), source=Post.OPEN, dest=Post.SHUT,
                    then=[place.becomes(moves.view.to)])  # fmt: skip
    post.transition("opens", trigger=timer("opens"), source=Post.SHUT, dest=Post.OPEN)
    letter = letter_type(place=place, mark=lookup("mark_of", place))
    parcel = parcel_type(mark=mark, place=place, old=mark == "white")
    post.transition("sends a letter", trigger=timer("letter"), source=Post.SHUT, then=[send(letter, on=line)])
    post.transition("sends a parcel", trigger=timer("parcel"), source=Post.OPEN, then=[send(parcel, on=line)])
    post.transition("takes a letter", trigger=receipt(letter_type), source=list(Post),
                    then=[mark.becomes(received(letter_type).mark)])  # fmt: skip
    post.transition("takes a parcel", trigger=receipt(parcel_type), source=list(Post),
                    then=[place.becomes(received(parcel_type).place), mark.becomes("white")])  # fmt: skip
    post.transition("stamps", trigger=decision("stamp"), source=Post.OPEN, when=place != "here", then=[
        Alter("line", "Parcel", flying(parcel_type).place == place, {"mark": lookup("mark_of", place)})
    ])  # fmt: skip
    table: dict[Value, Value] = {"here": "white", **dict(PLACES[:places])}
    binding = Binding(Sizes(bounds={"capacity": capacity}), faults, {"mark_of": table})
    alike = tuple(Thing(one, members=(("Place", one), ("Mark", other))) for one, other in PLACES[:places])
    return compose("post office", [post], [line], binding, symmetries=[Interchangeable("places", alike)])


@st.composite
def systems_with_twins(draw: Draw) -> tuple[System, list[Observation]]:
    builder = TwinBuilder(draw)
    builder.symmetries = [twins("abc" if flag(draw) else "ab")]
    system = builder.system()
    return system, builder.observations(system)


class MeetingBuilder(SharingBuilder):
    """Draws a small system whose copies certainly share a variable."""

    def machine(self, index: int) -> Machine:
        machine = Builder.machine(self, index)
        if index == 0:
            machine.variable("shared", Modular("number", 2), initial=0, shared=True)
        return machine


@st.composite
def alone_among_copies(draw: Draw) -> tuple[System, list[Observation]]:
    """One copy that shares something, and what is asked of it and of all copies."""
    builder = MeetingBuilder(draw, machines=(1, 1), channels=(1, 1))
    alone = builder.system()
    away = variable("m0.state") == "two"
    return alone, [
        *builder.observations(alone),
        observe_states("two are away", ~in_at_most_one_copy(away), alone),
        observe_states("somebody is away", in_some_copy(away) & (variable("m0.number") == 0), alone),
    ]


@st.composite
def systems_of_copies(draw: Draw) -> tuple[System, list[Observation]]:
    """Two or three copies; they have twins inside, or share something, or neither."""
    builder = TwinBuilder(draw) if flag(draw) else SharingBuilder(draw)
    if isinstance(builder, TwinBuilder):
        builder.symmetries = [twins("ab")]
    alone = builder.system()
    count = number(draw, 2, 3)
    observations = [observed_in_all(entry, alone, count) for entry in builder.observations(alone)]
    return replicated(alone, count)[0], observations
