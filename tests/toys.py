"""Small made-up machines for engine tests: a sender and a receiver with serial numbers over one
channel each way, a switch as environment. Never the protocol."""

from __future__ import annotations

from enum import Enum

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Enumeration, Integer, Modular, Sizes
from model.language.expressions import TRUE
from model.language.flattening import compose
from model.language.machines import Event, Machine, case, event, otherwise, receipt, send, timer
from model.language.messages import Channel, MessageType, field, received
from model.language.systems import System


class SenderState(Enum):
    IDLE = "idle"
    WAITING = "waiting"


class ReceiverState(Enum):
    EMPTY = "empty"
    HOLDING = "holding"


class SwitchState(Enum):
    LEFT = "left"
    RIGHT = "right"


SIDE = Enumeration.of(SwitchState)
NUMBER = Modular("number")

DATA = MessageType("Data", {
    "number": field(NUMBER, 0, "serial number"),
    "side": field(SIDE, "left", "where it was sent"),
    "copied": field(BOOLEAN, False, "made by the network"),
})  # fmt: skip
ACKNOWLEDGEMENT = MessageType("Acknowledgement", {
    "number": field(NUMBER, 0, "serial number"),
    "side": field(SIDE, "left", "where it was sent"),
    "copied": field(BOOLEAN, False, "made by the network"),
})  # fmt: skip


def channel(name: str, message: MessageType) -> Channel:
    return Channel(name, (message,), "capacity", "side", "copied", "loss", "duplication", "reordering",
                   "switch.copies_left", {}, {}, TRUE)  # fmt: skip


def toy_machines() -> tuple[list[Machine], list[Channel]]:
    up, down = channel("up", DATA), channel("down", ACKNOWLEDGEMENT)
    flip = Event("flip", "switch", {"to": SIDE})

    sender = Machine("sender", SenderState, SenderState.IDLE)
    number = sender.variable("number", NUMBER, initial=0, meaning="last number sent")
    side = sender.variable("side", SIDE, initial="left", meaning="where the sender is")
    left = sender.variable("tries", Integer(0, "tries"), initial=1, meaning="retries left")
    sender.transition("sends", trigger=timer("send"), source=SenderState.IDLE, dest=SenderState.WAITING,
                      then=[number.becomes(number + 1), send(DATA(number=number + 1, side=side), on=up)])  # fmt: skip
    sender.transition("repeats", trigger=timer("repeat"), source=SenderState.WAITING, when=left > 0,
                      then=[left.becomes(left - 1), send(DATA(number=number, side=side), on=up)])  # fmt: skip
    acknowledgement = received(ACKNOWLEDGEMENT)
    sender.on(receipt(ACKNOWLEDGEMENT)).decide(
        case("late", when=acknowledgement.number != number),
        otherwise("accepted", dest=SenderState.IDLE),
    )
    sender.transition("turns", trigger=event(flip), source=list(SenderState), then=[side.becomes(flip.view.to)])

    receiver = Machine("receiver", ReceiverState, ReceiverState.EMPTY)
    last = receiver.variable("last", NUMBER, initial=0, meaning="last number accepted")
    data = received(DATA)
    receiver.on(receipt(DATA)).decide(
        case("old", when=~data.number.is_ahead_of(last)),
        otherwise("new", dest=ReceiverState.HOLDING,
                  then=[last.becomes(data.number), send(ACKNOWLEDGEMENT(number=data.number, side=data.side), on=down)]),
    )  # fmt: skip

    switch = Machine("switch", SwitchState, SwitchState.LEFT, role="environment")
    flips = switch.variable("flips_left", Integer(0, "flips"), initial=2, meaning="flips left")
    switch.variable("copies_left", Integer(0, "copies"), initial=1, meaning="copies left")
    switch.transition("to the right", trigger=event(flip), source=SwitchState.LEFT, dest=SwitchState.RIGHT,
                      when=flips > 0, then=[flips.becomes(flips - 1)], emits={"to": "right"})  # fmt: skip
    switch.transition("to the left", trigger=event(flip), source=SwitchState.RIGHT, dest=SwitchState.LEFT,
                      when=flips > 0, then=[flips.becomes(flips - 1)], emits={"to": "left"})  # fmt: skip
    return [sender, receiver, switch], [up, down]


def toy_binding(*, width: int = 3, capacity: int = 2, loss: bool = True, duplication: bool = True,
                reordering: bool = False) -> Binding:  # fmt: skip
    return Binding(
        Sizes(widths={"number": width}, bounds={"capacity": capacity, "tries": 1, "flips": 2, "copies": 1}),
        parameters={"loss": loss, "duplication": duplication, "reordering": reordering},
    )


def toy_system(**options: int) -> System:
    machines, channels = toy_machines()
    return compose("toy", machines, channels, toy_binding(**options))  # type: ignore[arg-type]
