"""What is declared interchangeable is accepted only if no operation tells it apart, and named if one does."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import pytest

from checker.symmetry import usable_symmetry
from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Sizes
from model.language.errors import ModelError
from model.language.expressions import Expression, constant, if_then_else, in_flight, lookup, variable
from model.language.flattening import compose
from model.language.interpretation import Interpretation
from model.language.machines import Alter, Effects, Event, Machine, decision, event, receipt, send, timer
from model.language.messages import Channel, MessageType, field, flying, received
from model.language.normal_forms import Diagrams, Forms, Surroundings
from model.language.observations import observe_states, observe_steps
from model.language.symmetry import Interchangeable, Permutation, Thing
from model.language.symmetry_checks import SymmetryChecks
from model.language.systems import System
from model.language.type_checking import Scope

PLACE = Enumeration("Place", ("home", "north", "south"))
COLOUR = Enumeration("Colour", ("blue", "red", "white"))
PARCEL = MessageType("Parcel", {
    "place": field(PLACE, "home", ""), "copied": field(BOOLEAN, False, ""), "colour": field(COLOUR, "white", ""),
})  # fmt: skip
NORTH_AND_SOUTH = Interchangeable("north and south", (
    Thing("north", members=(("Place", "north"), ("Colour", "blue"))),
    Thing("south", members=(("Place", "south"), ("Colour", "red"))),
))  # fmt: skip
GO = Event("go", "walker", {"to": PLACE})
place_now, seen_now = variable("walker.place"), variable("walker.seen")
TABLES = {
    "colour_of": {"home": "white", "north": "blue", "south": "red"},
    "is_north": {"home": False, "north": True, "south": False},
    "level_of": {"home": 0, "north": 2, "south": 2},
}  # fmt: skip


class Walking(Enum):
    HERE = "here"
    AWAY = "away"


def walker(*, when: Expression | bool = True, then: Effects = (), initial: object = "home", first: str = "home",
           alike: Interchangeable = NORTH_AND_SOUTH) -> System:  # fmt: skip
    """Someone who goes to any other place, sends a parcel from there and takes what arrives; `when` and
    `then` make one more row."""
    machine = Machine("walker", Walking, Walking.HERE)
    place = machine.variable("place", PLACE, initial=initial)  # type: ignore[arg-type]
    seen = machine.variable("seen", COLOUR, initial="white")
    machine.variable("level", Integer(0, 2), initial=0)
    machine.variable("copies", Integer(0, 1), initial=1)
    line = Channel(
        "line", (PARCEL,), "capacity", "place", "copied", "on", "on", "off", "walker.copies", {}, {},
        flying(PARCEL).place == place,
    )  # fmt: skip
    machine.transition("goes", trigger=event(GO), source=list(Walking), when=GO.view.to != place,
                       then=[place.becomes(GO.view.to)])  # fmt: skip
    machine.transition("sends", trigger=timer("sends"), source=Walking.HERE, when=place != "home",
                       then=[send(PARCEL(place=place, colour=lookup("colour_of", place)), on=line)])  # fmt: skip
    machine.transition("takes", trigger=receipt(PARCEL), source=Walking.HERE,
                       then=[seen.becomes(received(PARCEL).colour)])  # fmt: skip
    machine.transition("more", trigger=decision("more"), source=Walking.HERE, dest=Walking.AWAY, when=when, then=then)
    binding = Binding(Sizes(bounds={"capacity": 2}), {"on": True, "off": False}, tables=TABLES)  # type: ignore[arg-type]
    return compose("walker", [machine], [line], binding, place_now == first, symmetries=[alike])


def test_lookups_comparisons_and_messages_keep_things_interchangeable() -> None:
    for one in (place_now == "home", seen_now == lookup("colour_of", place_now),
                variable("walker.level") < lookup("level_of", place_now),
                in_flight("line", flying(PARCEL).place != place_now)):  # fmt: skip
        walker(when=one, then=[seen_now.becomes(if_then_else(place_now == "home", "white", seen_now))])
    either = if_then_else(place_now == "north", "blue", if_then_else(place_now == "south", "red", "white"))
    turned = if_then_else(place_now == "home", "white", if_then_else(place_now == "south", "red", "blue"))
    walker(then=[seen_now.becomes(either)])
    walker(when=either == seen_now, then=[seen_now.becomes(turned)])
    walker(then=[Alter("line", "Parcel", flying(PARCEL).place == place_now, {"colour": either})])


REFUSED: list[tuple[Callable[[], System], str]] = [
    (lambda: walker(when=place_now == "north"), r'"walker: more: more" .* its guard: walker.place = north'),
    (lambda: walker(when=lookup("is_north", place_now)), "its guard: walker.place = north"),
    (lambda: walker(when=seen_now != "blue"), r"its guard: walker.seen ≠ blue"),
    (lambda: walker(when=in_flight("line", flying(PARCEL).colour == "red")),
     "its guard: message on line with flight.colour = red"),
    (lambda: walker(then=[place_now.becomes("south")]), r'the new value of "walker.place": south'),
    (lambda: walker(then=[seen_now.becomes(if_then_else(place_now == "north", "red", "blue"))]),
     r'the new value of "walker.seen"'),
    (lambda: walker(then=[variable("walker.level").becomes(if_then_else(place_now == "south", 1, 2))]),
     r'the new value of "walker.level": \(1 if walker.place = south else 2\)'),
    (lambda: walker(then=[Alter("line", "Parcel", flying(PARCEL).place == "north", {"colour": seen_now})]),
     "which messages on line it alters: flight.place = north"),
    (lambda: walker(then=[Alter("line", "Parcel", flying(PARCEL).place == place_now, {"colour": constant("red")})]),
     "Parcel.colour in flight: red"),
    (lambda: walker(initial="north", first="north"), 'the initial values of "walker.place" differ'),
    (lambda: walker(initial=["north", "south"], first="north"), "the condition on initial states is another one"),
]  # fmt: skip


@pytest.mark.parametrize("make, named", REFUSED)
def test_an_operation_that_tells_things_apart_is_refused_and_named(make: Callable[[], System], named: str) -> None:
    with pytest.raises(ModelError, match=f"north and south are not interchangeable: .*{named}"):
        make()


@pytest.mark.parametrize("alike, named", [
    (Interchangeable("both", (Thing("a", ("walker.place",)), Thing("b", ("walker.seen",)))), "have different values"),
    (Interchangeable("both", (Thing("a", ("walker.place",)), Thing("b", ()))), "as many variables"),
    (Interchangeable("one", (Thing("a", ("walker.place",)),)), "at least two things"),
    (Interchangeable("both", (Thing("a", ("walker.plase",)), Thing("b", ("walker.seen",)))), 'mean "walker.place"'),
    (Interchangeable("both", (Thing("a", members=(("Place", "north"),)), Thing("b", members=(("Place", "est"),)))),
     '"est" is not in "Place"'),
    (Interchangeable("both", (Thing("a", members=(("Plaice", "north"),)), Thing("b", members=(("Plaice", "x"),)))),
     'no enumeration "Plaice"'),
    (Interchangeable("both", (Thing("n", members=(("Place", "north"),)), Thing("s", members=(("Place", "south"),)))),
     "not interchangeable: .*Parcel.colour"),
])  # fmt: skip
def test_a_declaration_that_makes_no_sense_is_refused(alike: Interchangeable, named: str) -> None:
    with pytest.raises(ModelError, match=named):
        walker(alike=alike)


def test_what_is_observed_must_not_tell_things_apart_either() -> None:
    system = walker()
    unbiased = [observe_states("away", place_now != "home", system)]
    unbiased.append(observe_steps("as seen", seen_now == lookup_colour(), system))
    symmetry, notes = usable_symmetry(system, unbiased)
    assert symmetry is not None and symmetry.order == 2 and not notes
    for biased in (observe_states("in the north", place_now == "north", system),
                   observe_steps("red", seen_now == "red", system)):  # fmt: skip
        symmetry, notes = usable_symmetry(system, [*unbiased, biased])
        assert symmetry is None
        assert notes == (f'symmetry of north and south not used: "{biased.name}" tells them apart',)


def lookup_colour() -> Expression:
    return if_then_else(place_now == "south", "red", if_then_else(place_now == "north", "blue", "white"))


def test_a_presumed_symmetry_that_is_none_is_only_not_used() -> None:
    presumed = Interchangeable(NORTH_AND_SOUTH.what, NORTH_AND_SOUTH.things, presumed=True)
    system = walker(when=place_now == "north", alike=presumed)
    symmetry, notes = usable_symmetry(system, [])
    assert symmetry is None
    assert notes[0].startswith('symmetry not used: north and south are not interchangeable: nothing corresponds to')


def test_forms_agree_exactly_where_conditions_do() -> None:
    """Every condition on two enumerations of a small set: equal forms, equal truth in every state."""
    system = walker()
    states = [
        state._replace(values=(state.values[0], place, seen, *state.values[3:]))
        for state in Interpretation(system).initial_states()
        for place in PLACE.members for seen in COLOUR.members
    ]  # fmt: skip
    atoms = [place_now == place for place in PLACE.members] + [seen_now == colour for colour in COLOUR.members]
    atoms += [seen_now == lookup_colour()]
    conditions = [*atoms, *(~one for one in atoms), *(one & other for one in atoms for other in atoms),
                  *(one | ~other for one in atoms for other in atoms),
                  *(if_then_else(one, other, atoms[-1]) for one in atoms for other in atoms)]  # fmt: skip
    diagrams, around = Diagrams(), Surroundings(Scope(system, {}), {})
    forms = Forms(system, Permutation.identity(system), diagrams)
    truth = Interpretation(system).holds
    by_form: dict[int, list[bool]] = {}
    for one in conditions:
        values = [truth(one, state) for state in states]
        assert by_form.setdefault(forms.form(one, around), values) == values
    assert len({tuple(values) for values in by_form.values()}) == len(by_form)


def test_a_permutation_and_its_undoing_leave_a_state_as_it_was() -> None:
    system = walker()
    [exchange] = SymmetryChecks(system).require(NORTH_AND_SOUTH)
    assert exchange.after(exchange, system).is_identity and not exchange.is_identity
    [state] = Interpretation(system).initial_states()
    targets = set()
    for step in Interpretation(system).steps(state):
        image = exchange.apply(system, step.state)
        assert exchange.inverse(system).apply(system, image) == step.state
        targets.add((step.state.values[1], image.values[1]))
    assert targets == {("home", "home"), ("north", "south"), ("south", "north")}
