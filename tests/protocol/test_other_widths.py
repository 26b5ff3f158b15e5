"""A composed system brought to another width is the system that is composed at that width."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.handover import at_width, handover_of_one
from model.language.binding import Binding
from model.language.domains import Sizes
from model.language.errors import ModelError
from model.language.expressions import TRUE, Expression, parameter, variable
from model.language.flattening import compose
from model.language.machines import Machine, timer
from model.language.resizing import resized
from model.language.systems import System
from model.readings import reading
from model.scenarios import load, shipped
from tests.language.tables import NUMBER, REQUESTS, Light, light

BITS = 16
QUICK = ("minimal", "lifetimes")


def sent(system: System) -> list[object]:
    senders = [*system.actions, *(row for machine in system.machines for row in machine.rows)]
    return [
        [(sending.channel, sending.message.name, sending.message.fields, sending.fields, sending.carried)
         for sending in sender.sends]
        for sender in senders
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in shipped()]
)
@pytest.mark.parametrize("reading_name", ["literal", "intended"])
def test_widening_is_composing_at_that_width(name: str, reading_name: str) -> None:
    scenario, entry = load(name), reading(reading_name)
    widened = at_width(handover_of_one(scenario, entry), BITS, scenario, entry)
    composed = handover_of_one(scenario.at_width(BITS), entry)
    assert widened.fingerprint == composed.fingerprint
    assert widened.variables == composed.variables
    assert repr(sent(widened)) == repr(sent(composed))


def counting(guard: Expression) -> Machine:
    machine = light()
    number = machine.variable("number", NUMBER, initial=parameter("first"))
    machine.transition("counts", trigger=timer("tick"), source=Light.RED, when=guard, then=number.becomes(number + 1))
    return machine


def at(bits: int, first: int) -> Binding:
    return Binding(Sizes(widths={"number": bits}, bounds={"capacity": 2}), {"off": False, "first": first})


def test_initial_values_and_domains_change() -> None:
    machine = counting(TRUE)
    small = compose("lights", [machine], [REQUESTS], at(3, 6))
    wide = resized(small, [machine], [REQUESTS], at(3, 6), at(16, 65534))
    (number,) = [variable for variable in wide.variables if variable.name == "light.number"]
    assert (number.domain.size, number.initial) == (65536, (65534,))


def test_a_parameter_that_a_guard_reads_must_stay() -> None:
    machine = counting(variable("light.number") == parameter("first"))
    small = compose("lights", [machine], [REQUESTS], at(3, 6))
    with pytest.raises(ModelError, match='"first" decides more than initial values'):
        resized(small, [machine], [REQUESTS], at(3, 6), at(16, 65534))


def test_only_widths_change() -> None:
    machine = counting(TRUE)
    small = compose("lights", [machine], [REQUESTS], at(3, 6))
    more = replace(at(16, 6), sizes=Sizes(widths={"number": 16}, bounds={"capacity": 4}))
    with pytest.raises(ModelError, match="only widths can change"):
        resized(small, [machine], [REQUESTS], at(3, 6), more)
