"""What a tester at the wire sees of an actor's answers: their bytes. Answers that differ in the model and not in
their bytes are one to it."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from generators.packets.encoding import encode
from generators.packets.errors import PacketError
from generators.packets.wire_form import form_for
from generators.suites.actor_model import Answers
from generators.suites.alphabet import HIDDEN_FROM_WIRE
from model.scenarios import Scenario

Seen = Callable[[Answers], Hashable]


def packets_seen(scenario: Scenario) -> Seen:
    """The function from answers to what is seen of them. What has no packet is seen as the model's fields."""
    form = form_for(scenario)
    known: dict[Answers, Hashable] = {}

    def seen(answers: Answers) -> Hashable:
        if answers not in known:
            try:
                known[answers] = tuple(encode(form.packet(one.name, dict(one.fields))) for one in answers)
            except PacketError:
                known[answers] = tuple(
                    (one.name, tuple(entry for entry in one.fields if entry[0] not in HIDDEN_FROM_WIRE))
                    for one in answers
                )
        return known[answers]

    return seen
