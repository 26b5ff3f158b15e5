"""Models that make no sense are refused with the place, the value and, for a typo, the nearest name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Modular, Sizes
from model.language.errors import ModelError, nearest
from model.language.expressions import full, in_flight, variable
from model.language.flattening import compose
from model.language.machines import (
    Event,
    Machine,
    case,
    chosen,
    chosen_effects,
    decision,
    event,
    otherwise,
    receipt,
    send,
    timer,
)
from model.language.messages import MessageType, field, flying
from model.language.table_checks import check_tables
from tests.language.tables import NUMBER, REQUEST, REQUESTS, Light, light, request, system_of

T = timer("t")
Build = Callable[[Machine], object]


def refusal(build: Build) -> str:
    """What is said of a machine "light" with variables bright, tries (0 to 3) and the ghost seen."""
    machine = light()
    machine.variable("bright")
    machine.variable("tries", Integer(0, 3), initial=0)
    machine.ghost("seen")
    with pytest.raises(ModelError) as caught:
        build(machine)
        system_of(machine)
    return str(caught.value)


bright, tries, seen = variable("light.bright"), variable("light.tries"), variable("light.seen")


def row(**parts: object) -> Build:
    return lambda machine: machine.transition("row", **{"trigger": T, "source": Light.RED, **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(("build", "message"), [
    (row(when=variable("light.brigt")),
     'action "light: t: row", guard: unknown variable "light.brigt": did you mean "light.bright"?'),
    (row(when=variable("light.state") == "blue"),
     'action "light: t: row", guard: "blue" is outside Light (red, amber, green)'),
    (row(when=tries == 9), 'action "light: t: row", guard: "9" is outside 0 to 3'),
    (row(when=tries), 'action "light: t: row", guard: "light.tries" is 0 to 3, but true or false is needed'),
    (row(when=bright < True), "only numbers can be compared or added"),
    (row(when=tries.is_ahead_of(1)), 'only serial numbers can be "ahead": light.tries is ahead of 1'),
    (row(when=seen), 'action "light: t: row", guard: reads "light.seen", which is for properties only'),
    (row(then=bright.becomes(seen)), '"light.bright" depends on "light.seen", which is for properties only'),
    (row(when=request.number == 0), '"received.number" has no meaning here: there is no received message'),
    (row(when=full("request")), 'unknown channel "request": did you mean "requests"?'),
    (row(when=in_flight("request")), 'unknown channel "request": did you mean "requests"?'),
    (row(when=in_flight("requests", flying(REQUEST).colour == "blue", "Request")),
     '"blue" is outside Light (red, amber, green)'),
    (row(then=tries.becomes(7)), 'action "light: t: row", new value of "light.tries": "7" is outside 0 to 3'),
    (row(then=tries.becomes(bright)), '"light.bright" is true or false, but 0 to 3 is needed'),
    (row(then=variable("light.trie").becomes(1)),
     'assigns the unknown variable "light.trie": did you mean "light.tries"?'),
    (row(then=[tries.becomes(1), tries.becomes(2)]),
     'machine "light", row "row": "light.tries" is written twice in one step'),
    (row(dest=Light.GREEN, then=variable("light.state").becomes("red")),
     'machine "light", row "row": "light.state" is written twice in one step'),
    (row(dest="blue"), 'machine "light", row "row": the destination is not a state: blue'),
    (row(then=send(REQUEST(), on="request")),
     'machine "light", row "row": no channel "request": did you mean "requests"?'),
    (row(then=send(MessageType("Reply", {})(), on="requests")),
     'machine "light", row "row": channel "requests" does not carry Reply'),
    (row(then=send(REQUEST(amount=9), on="requests")), 'Request.amount: "9" is outside -1 to 4'),
    (row(trigger=receipt(MessageType("Reply", {}))), 'machine "light", row "row": no channel carries Reply'),
    (row(trigger=event(Event("fall", "light", {"to": BOOLEAN})), emits={"too": True}),
     'machine "light", row "row": event "fall" has no field "too": did you mean "to"?'),
    (row(when=chosen("AMB-1", one=True)), 'the reading says nothing of "AMB-1"'),
    (row(then=chosen_effects("AMB-1", one=tries.becomes(1))), 'the reading says nothing of "AMB-1"'),
    (lambda machine: machine.variable("tries", BOOLEAN), 'machine "light" declares the variable "tries" twice'),
    (lambda machine: machine.variable("shade", Integer(0, 3), initial=5),
     'variable "light.shade", initial value: "5" is outside 0 to 3'),
    (lambda machine: machine.variable("shade", initial=[]), 'variable "light.shade" has no initial value'),
    (lambda machine: machine.variable("shade", Modular("numer"), initial=0),
     'unknown width "numer": did you mean "number"?'),
    (lambda machine: machine.variable("shade", Integer(0, "limits"), initial=0),
     'unknown bound "limits": did you mean "limit"?'),
    (lambda machine: machine.variable("shade", Enumeration("palce"), initial="here"),
     'enumeration "palce" has no members: did you mean "place"?'),
    (lambda machine: machine.invariant("dim", tries == 9),
     'machine "light", local invariant "dim": "9" is outside 0 to 3'),
    (lambda machine: machine.change("rwo", when=True), 'machine "light" has no row "rwo"'),
    (lambda machine: machine.find("rwo"), 'machine "light" has no row "rwo"'),
    (lambda machine: request.numbr, 'Request has no field "numbr": did you mean "number"?'),
    (lambda machine: REQUEST(numbr=1), 'Request has no field "numbr": did you mean "number"?'),
    (lambda machine: REQUEST().with_fields(numbr=1), 'Request has no field "numbr": did you mean "number"?'),
])  # fmt: skip
def test_refusal_says_what_and_where(build: Build, message: str) -> None:
    assert message in refusal(build)


def test_two_rows_of_one_name_are_refused() -> None:
    machine = light()
    for amount in (0, 1):
        machine.transition("row", trigger=T, source=Light.RED, when=machine.variable(f"v{amount}"))
    with pytest.raises(ModelError, match=r"two rows make an action of the same name.*light: t: row"):
        system_of(machine)


def test_event_that_writes_a_variable_twice_is_refused() -> None:
    change = Event("change", "weather", {})
    weather, machine = Machine("weather", Light, Light.RED), light()
    shared = machine.variable("bright")
    for actor, label in ((weather, "turns"), (machine, "follows")):
        actor.transition(label, trigger=event(change), source=Light.RED, then=shared.becomes(True))
    with pytest.raises(ModelError) as caught:
        system_of(weather, machine)
    assert str(caught.value) == (
        'event "change": "light.bright" is written by rows of "weather" ("turns") and "light" ("follows")'
    )


def test_state_of_another_machine_is_refused() -> None:
    other = Machine("other", Light, Light.RED)
    other.states = ("on", "off")
    with pytest.raises(ModelError, match='machine "other" has no state "red": known: off, on'):
        other.transition("row", trigger=T, source=Light.RED)


def test_channel_without_room_is_refused() -> None:
    binding = Binding(Sizes(widths={"number": 3}, bounds={"capacity": 0}), {"off": False})
    with pytest.raises(ModelError, match='channel "requests" needs a capacity of at least 1, not 0'):
        compose("full", [light()], [REQUESTS], binding)


def test_default_outside_a_field_is_refused() -> None:
    kind = MessageType("Odd", {"lane": field(BOOLEAN, False, ""), "copied": field(BOOLEAN, False, ""),
                               "number": field(NUMBER, 8, "")})  # fmt: skip
    channel = type(REQUESTS)(**{**REQUESTS.__dict__, "messages": (kind,)})
    binding = Binding(Sizes(widths={"number": 3}, bounds={"capacity": 1}), {"off": False})
    with pytest.raises(ModelError, match='Odd, default of field "number": "8" is outside number'):
        compose("odd", [light()], [channel], binding)


def test_typo_gets_the_nearest_name_else_all_names() -> None:
    assert nearest("capcity", ["capacity", "width"]) == 'did you mean "capacity"?'
    assert nearest("zzz", ["b", "a"]) == "known: a, b"
    assert nearest("zzz", []) == "none is known"


# tables: the message names machine, rows and values


def errors_in_tables(*machines: Machine) -> list[str]:
    return [problem.message for problem in check_tables(system_of(*machines)) if problem.severity == "error"]


def test_overlapping_rows() -> None:
    machine = light()
    level = machine.variable("level", Integer(0, 3), initial=0)
    machine.transition("low", trigger=decision("d"), source=Light.RED, when=level <= 2)
    machine.transition("high", trigger=decision("d"), source=Light.RED, when=level >= 2)
    assert errors_in_tables(machine) == [
        'machine "light": rows "low" and "high" overlap on decides d in state "red" when level = 2; '
        "make the guards disjoint"
    ]


def test_incomplete_rows() -> None:
    machine = light()
    machine.on(receipt(REQUEST)).decide(
        case("red", when=request.colour == "red"), otherwise("green", when=request.colour == "green")
    )
    found = errors_in_tables(machine)
    assert len(found) == 3
    assert found[0] == (
        'machine "light": no row says what happens on receives Request in state "red" when colour = amber; '
        "add a row, or discard the trigger with a reason"
    )


def test_field_sent_outside_its_domain() -> None:
    machine = light()
    level = machine.variable("level", Integer(0, 3), initial=0)
    machine.transition("asks", trigger=T, source=Light.RED, then=send(REQUEST(amount=level + 2), on="requests"))
    (found,) = errors_in_tables(machine)
    assert found.startswith(
        'machine "light": row "asks" on timer t takes "Request.amount" (light.level + 2) outside -1 to 4 '
        'in state "red" when level = 3'
    )
