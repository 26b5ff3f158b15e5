"""The alternating bit protocol: one bit is enough to carry data in order over lines that lose and duplicate.
The lines are queues. If they may reorder as well, one bit is not enough, and the search shows how.
Run it: python -m examples.alternating_bit"""

from __future__ import annotations

from enum import Enum

from examples.exploring import show
from model.language.binding import Binding
from model.language.domains import BOOLEAN, Integer, Modular, Sizes
from model.language.expressions import TRUE, after, occurs, variable
from model.language.flattening import compose
from model.language.machines import Machine, case, otherwise, receipt, send, timer
from model.language.messages import Channel, MessageType, field, received
from model.language.observations import Observation, observe_states, observe_steps
from model.language.systems import System

ITEM = Modular("item")  # what is carried: numbered, so that loss, repetition and disorder show
ENVELOPE = {
    "bit": field(BOOLEAN, False, "the alternating bit"),
    "line": field(BOOLEAN, False, "which line it takes: there is only one"),
    "copied": field(BOOLEAN, False, "made by the network"),
}
PACKET = MessageType("Packet", {**ENVELOPE, "item": field(ITEM, 0, "what is carried")})
ANSWER = MessageType("Answer", ENVELOPE)


class Sender(Enum):
    READY = "ready"
    WAITING = "waiting for an answer"


class Receiver(Enum):
    LISTENING = "listening"


class Network(Enum):
    WORKING = "working"


def line(name: str, message: MessageType) -> Channel:
    return Channel(name, (message,), "capacity", "line", "copied", "loses", "duplicates", "reorders",
                   "network.copies_left", {}, {}, TRUE)  # fmt: skip


def system(*, capacity: int = 2, copies: int = 2, reorders: bool = False) -> System:
    """capacity: messages on each line at most. copies: how many the network may make.

    Repetition by the sender is not limited, so items arrive twice as often as you like anyway.
    """
    there, back = line("there", PACKET), line("back", ANSWER)
    network = Machine("network", Network, Network.WORKING, role="environment")
    network.variable("copies_left", Integer(0, "copies"), initial=copies, meaning="duplications still to come")

    sender = Machine("sender", Sender, Sender.READY)
    bit = sender.variable("bit", meaning="bit of the item being sent")
    item = sender.variable("item", ITEM, initial=0, meaning="the item being sent")
    sender.transition("sends", trigger=timer("next"), source=Sender.READY, dest=Sender.WAITING,
                      then=[send(PACKET(bit=bit, item=item), on=there)])  # fmt: skip
    sender.transition("repeats", trigger=timer("repeat"), source=Sender.WAITING,
                      then=[send(PACKET(bit=bit, item=item), on=there)])  # fmt: skip
    sender.on(receipt(ANSWER), in_states=Sender.WAITING).decide(
        case("goes on", when=received(ANSWER).bit == bit, dest=Sender.READY,
             then=[bit.becomes(~bit), item.becomes(item + 1)]),
        otherwise("old answer"),
    )  # fmt: skip
    sender.discards(receipt(ANSWER), Sender.READY, "a repeated answer to the item before")

    receiver = Machine("receiver", Receiver, Receiver.LISTENING)
    expected = receiver.variable("expected", meaning="bit of the item that comes next")
    last = receiver.variable("last", ITEM, initial=3, meaning="the item delivered last")
    packet = received(PACKET)
    answers = send(ANSWER(bit=packet.bit), on=back)
    receiver.on(receipt(PACKET)).decide(
        case("delivers", when=packet.bit == expected,
             then=[expected.becomes(~expected), last.becomes(packet.item), answers]),
        otherwise("has it already", then=[answers]),
    )  # fmt: skip

    name = "alternating bit" + (", lines that reorder" if reorders else "")
    sizes = Sizes(widths={"item": 2}, bounds={"capacity": capacity, "copies": copies})
    faults = {"loses": True, "duplicates": True, "reorders": reorders}
    return compose(name, [network, sender, receiver], [there, back], Binding(sizes, parameters=faults))


def observations(built: System) -> list[Observation]:
    """The first must never be seen: every item is delivered once and in order."""
    last = variable("receiver.last")
    delivered = occurs("receiver") & (after(variable("receiver.expected")) != variable("receiver.expected"))
    return [
        observe_steps("an item is lost, repeated or out of order", delivered & (after(last) != last + 1), built),
        observe_states("three items have arrived", last == 2, built),
    ]


if __name__ == "__main__":
    for disorder in (False, True):
        lines = system(reorders=disorder)
        show(lines, observations(lines))
