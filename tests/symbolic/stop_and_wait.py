"""Stop-and-wait with serial numbers that go on for ever, over channels that lose: never the protocol."""

from __future__ import annotations

from enum import Enum

from model.language.binding import Binding
from model.language.domains import BOOLEAN, Integer, Modular, Sizes
from model.language.expressions import TRUE, Operand, variable
from model.language.flattening import compose
from model.language.machines import Machine, case, otherwise, receipt, send, timer
from model.language.messages import Channel, MessageType, field, received
from model.language.systems import System

last, number = variable("receiver.last"), variable("sender.number")
NUMBER = Modular("number")
FIELDS = {"number": field(NUMBER, 0, ""), "lane": field(BOOLEAN, False, ""), "copied": field(BOOLEAN, False, "")}
DATA, ANSWER = MessageType("Data", FIELDS), MessageType("Answer", FIELDS)


class SenderState(Enum):
    READY = "ready"
    WAITING = "waiting"


class ReceiverState(Enum):
    LISTENING = "listening"


def stop_and_wait(width: int, accepts: Operand | None = None) -> System:
    """accepts: when the receiver takes data (default: its number is ahead of the last)."""
    up, down = (
        Channel(name, (message,), "capacity", "lane", "copied", "loss", "duplication", "reordering", "sender.copies",
                {}, {}, TRUE)
        for name, message in (("up", DATA), ("down", ANSWER))
    )  # fmt: skip
    sender = Machine("sender", SenderState, SenderState.READY)
    own = sender.variable("number", NUMBER, initial=0)
    sender.variable("copies", Integer(0, 1), initial=0)
    sender.transition("sends", trigger=timer("send"), source=SenderState.READY, dest=SenderState.WAITING,
                      then=[own.becomes(own + 1), send(DATA(number=own + 1), on=up)])  # fmt: skip
    sender.transition("repeats", trigger=timer("repeat"), source=SenderState.WAITING,
                      then=[send(DATA(number=own), on=up)])  # fmt: skip
    sender.on(receipt(ANSWER)).decide(
        case("late", when=received(ANSWER).number != own), otherwise("answered", dest=SenderState.READY)
    )
    receiver = Machine("receiver", ReceiverState, ReceiverState.LISTENING)
    taken = receiver.variable("last", NUMBER, initial=0)
    data = received(DATA)
    receiver.on(receipt(DATA)).decide(
        case("new", when=data.number.is_ahead_of(taken) if accepts is None else accepts,
             then=[taken.becomes(data.number), send(ANSWER(number=data.number), on=down)]),
        otherwise("old", then=[send(ANSWER(number=taken), on=down)]),
    )  # fmt: skip
    switches = {"loss": True, "duplication": False, "reordering": False}
    return compose("stop and wait", [sender, receiver], [up, down],
                   Binding(Sizes(widths={"number": width}, bounds={"capacity": 1}), switches))  # fmt: skip
