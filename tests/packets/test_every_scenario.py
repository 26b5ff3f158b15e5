"""Runs of every shipped scenario as captures: each message of the model has a wire form, and comes back from it."""

from __future__ import annotations

import random
from functools import cache

import pytest

from checker.trace import Trace, replay
from generators.packets.captures import parse_capture, pcap_of
from generators.packets.decoding import decode
from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.packet import DataPacket, SignallingPacket
from generators.packets.trace_capture import ENDS, captured, copy_of, seen_at
from generators.packets.wire_form import form_for
from model.handover import handover
from model.language.interpretation import Interpretation
from model.language.systems import ActionKind
from model.messages import BindingError, BindingUpdate, TunnelledData
from model.readings import reading
from model.scenarios import load, shipped
from tests.packets.test_wire_form import HIDDEN

STEPS = 40
RARE = {ActionKind.LOSS: 1, ActionKind.DECISION: 1, ActionKind.DUPLICATION: 2}


@cache
def random_run(name: str, reading_name: str) -> Trace:
    """A run at 16 bits in which both ends see something, the same every time; movement and loss are rare in it."""
    system = handover(load(name).at_width(16), reading(reading_name))
    interpretation = Interpretation(system)
    for seed in range(20):
        chance = random.Random(f"{name} {seed}")
        state = initial = chance.choice(interpretation.initial_states())
        path: list[tuple[str, int | None]] = []
        while len(path) < STEPS and (steps := list(interpretation.steps(state))):
            weights = [RARE.get(step.action.kind, 9) for step in steps]
            weights = [1 if "movement" in step.action.trigger else weight
                       for step, weight in zip(steps, weights, strict=True)]  # fmt: skip
            step = chance.choices(steps, weights)[0]
            path.append((step.action.name, step.position))
            state = step.state
        trace = replay(system, "a random run", initial, path)
        if all(len(list(seen_at(trace, end))) > 1 for end in ENDS):
            return trace
    raise AssertionError(f"no run of {name} in which both ends see two messages")


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", shipped())
def test_runs_of_a_scenario_are_captured_and_read_back(name: str) -> None:
    scenario = load(name)
    forms = [form_for(scenario, number) for number in range(scenario.ue.count)]
    trace = random_run(name, "intended")
    for end in ENDS:
        packets = parse_capture(pcap_of(captured(trace, forms, end)), end)
        messages = [message for _, message in seen_at(trace, end)]
        assert len(packets) == len(messages) > 0
        for packet, message in zip(packets, messages, strict=True):
            decoded = decode(packet.data)
            assert isinstance(decoded, SignallingPacket | DataPacket)
            seen = {field: value for field, value in message.fields.items() if field not in HIDDEN}
            assert forms[copy_of(message.channel)].fields(decoded) == (message.message, seen)


def test_user_data_and_the_binding_error_that_answers_it_have_a_wire_form() -> None:
    form = form_for(load("ha-restart"))
    source = next(name for name in form.plan.of_name if name.startswith("address-"))
    data = decode(encode(form.packet(TunnelledData.name, {"source": source})))
    assert isinstance(data, DataPacket) and data.header.source == form.plan.home_address
    assert form.fields(data) == (TunnelledData.name, {"source": source})
    told = {"destination": source, "encapsulation": "IPv6"}
    error = decode(encode(form.packet(BindingError.name, told)))
    assert isinstance(error, SignallingPacket)
    assert form.fields(error) == (BindingError.name, told)


def test_what_the_model_cannot_say_is_a_clear_error() -> None:
    clocked, plain = form_for(load("lifetimes")), form_for(load("minimal"))
    fields = {name: entry.default for name, entry in BindingUpdate.fields.items()}
    fields |= {"source": "address-foreign-a", "home_address_option": True, "sequence_number": 4}
    with pytest.raises(PacketError, match="a lifetime of 3600 s"):
        odd = form_for(load("lifetimes"))
        packet = plain.packet(BindingUpdate.name, fields)
        object.__setattr__(odd, "tick", 7)
        odd.fields(packet)  # type: ignore[arg-type]
    assert clocked.tick and not plain.tick
    with pytest.raises(PacketError, match='no address "address-foreign-z"'):
        plain.packet(BindingUpdate.name, fields | {"source": "address-foreign-z"})
    with pytest.raises(PacketError, match='no packet is known for the message "Greeting"'):
        plain.packet("Greeting", {})
