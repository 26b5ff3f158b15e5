"""A second word on message sets: the compiled exploration, which found none of them, has one place in each channel
and gets every message of the sets again and again. It must send no other, and see nothing new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checker.abstraction.message_sets import MessageSets
from checker.explicit.engine import explore
from checker.search import Limits
from checker.symbolic.components import Components
from model.language.channel_contents import Flight
from model.language.expressions import TRUE, Expression, all_of, any_of, constant, in_flight
from model.language.messages import flying
from model.language.observations import Observation, observe_states
from model.language.systems import Action, ActionKind, Sending, System, SystemChannel

UNKNOWN = "a message that is in no set"


@dataclass(frozen=True)
class SetsAgain:
    """states: explored. seen: names of observations. unknown: a message was sent that is in no set. stopped: None if
    every state was reached."""

    states: int
    seen: frozenset[str]
    unknown: bool
    stopped: str | None


def explore_again(
    system: System, observations: Sequence[Observation], sets: MessageSets, limits: Limits
) -> SetsAgain:  # fmt: skip
    """Explore `system` as `explore_with_sets` does, given the messages that it found, with the compiled engine.

    Every message of a set may come up whenever nothing is in flight, and any message may be lost: so each is tried
    from every state. If none is sent that is in no set, there are no others, and what is not seen never occurs.
    """
    components = Components(_with_one_place(system))
    known = {
        channel.name: [flight for codes in sets.sent[channel.name]
                       if (flight := components.flight(channel, components.slots[channel.name][0], codes)) is not None]
        for channel in components.system.channels
    }  # fmt: skip
    unknown = [_unknown(channel, known[channel.name]) for channel in components.system.channels]
    nothing = ~any_of(in_flight(channel.name) for channel in system.channels)
    kept = [action for action in system.actions if action.kind not in (ActionKind.LOSS, ActionKind.DUPLICATION)]
    more = [action for channel in components.system.channels for action in _more(channel, known[channel.name], nothing)]
    again = replace(components.system, actions=(*kept, *more))
    names = {action.name for action in again.actions}
    wanted = [replace(entry, in_steps={name: condition for name, condition in entry.in_steps.items() if name in names})
              for entry in observations]  # fmt: skip
    found = explore(again, [*wanted, observe_states(UNKNOWN, any_of(unknown), again)], limits)
    return SetsAgain(
        found.states or 0, frozenset(found.sightings) - {UNKNOWN}, UNKNOWN in found.sightings, found.stopped
    )


def _with_one_place(system: System) -> System:
    channels = tuple(
        replace(channel, capacity=1, loses=True, duplicates=False, reorders=True) for channel in system.channels
    )
    return replace(system, channels=channels, symmetries=())


def _unknown(channel: SystemChannel, known: Sequence[Flight]) -> Expression:
    """A message is on the channel that is none of these."""
    return any_of(
        in_flight(channel.name, ~any_of(
            all_of(getattr(flying(message), name) == constant(value)
                   for name, value in zip(message.fields, flight.values, strict=True))
            for flight in known if flight.message == number
        ), message.name)
        for number, message in enumerate(channel.messages)
    )  # fmt: skip


def _more(channel: SystemChannel, known: Sequence[Flight], nothing: Expression) -> Iterator[Action]:
    """Each message comes up again; and any message on the channel may be lost."""
    for message in channel.messages:
        yield Action(f"{channel.name}: {message.name} is lost, or not there yet", ActionKind.LOSS, channel.name, "loss",
                     TRUE, {}, channel=channel.name, message=message.name)  # fmt: skip
    for number, flight in enumerate(known):
        message = channel.messages[flight.message]
        values = {name: constant(value) for name, value in zip(message.fields, flight.values, strict=True)}
        yield Action(f"{channel.name}: {message.name} {number} comes up again", ActionKind.EVENT, channel.name,
                     "again", nothing, {}, sends=(Sending(channel.name, message, values, values),))  # fmt: skip
