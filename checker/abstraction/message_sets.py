"""Channels without bounds: whatever any run was seen to send may arrive at any time, in any order, any number of
times, or never. The set of such messages grows until a complete exploration sends nothing that is not in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from random import Random

from checker.explicit.engine import ExplicitSearch
from checker.search import INTERRUPTED, Exploration, Limits, ProgressReport
from checker.trace import replay
from model.language.channel_contents import Flight, with_field
from model.language.expressions import TRUE, Expression, all_of, any_of, constant, field_of, full, in_flight, negation
from model.language.interpretation import State
from model.language.observations import Observation
from model.language.systems import Action, ActionKind, Sending, System, SystemChannel

ARRIVES = "arrives once more"
LOOKED_AT = 30_000  # states that are read after each exploration
SEED = 1
Messages = dict[str, dict[Flight, None]]  # channel -> what it was seen to carry


@dataclass
class MessageSets:
    """What was found. sent: all that may be in flight. exploration: the last one, of the system with these sets."""

    exploration: Exploration
    sent: Messages = field(default_factory=dict)


def explore_with_sets(
    system: System, observations: Sequence[Observation], limits: Limits, progress: ProgressReport | None = None
) -> MessageSets:  # fmt: skip
    """Explore `system`, whose guards must not ask what is in flight, with a set of messages for each channel.

    What is not sighted there if the exploration is complete, never occurs in `system`, whatever its channels' faults
    and capacities.
    """
    sent: Messages = {channel.name: {} for channel in system.channels}
    while True:
        within = _with_sets(system, sent)
        unknown = [_unknown(channel, _with_copies(channel, sent[channel.name])) for channel in system.channels]
        with closing(ExplicitSearch(within, [*observations, *unknown], limits)) as search:
            stopped = search.run(progress)
            if stopped == INTERRUPTED:
                raise KeyboardInterrupt
            found = search.result(stopped)
            before = sum(map(len, sent.values()))
            if stopped is None:
                _read(search, sent)
                for entry in unknown:
                    if entry.name in found.sightings:
                        sighting = found.sightings[entry.name]
                        _add(within, replay(within, entry.name, sighting.initial, sighting.path).states[-1], sent)
        if stopped is not None or sum(map(len, sent.values())) == before:
            return MessageSets(found, sent)


def _with_sets(system: System, sent: Messages) -> System:
    """One message in transit on each channel: one just sent, which may be lost, or one of the set. What is
    duplicated stays in the set, so it need not stay in transit."""
    channels = tuple(replace(channel, capacity=1, loses=True, duplicates=False, reorders=False)
                     for channel in system.channels)  # fmt: skip
    kept = [replace(action, kind=ActionKind.LOSS) if action.kind is ActionKind.DUPLICATION else action
            for action in system.actions]  # fmt: skip
    lost = [
        Action(f"{channel.name}: {message.name} makes room", ActionKind.LOSS, channel.name, "loss", TRUE, {},
               channel=channel.name, message=message.name)
        for channel in channels for message in channel.messages
    ]  # fmt: skip
    nothing = all_of(negation(full(channel.name)) for channel in channels)
    arriving = [action for channel in system.channels for action in _arriving(channel, sent[channel.name], nothing)]
    return replace(system, channels=channels, actions=(*kept, *lost, *arriving), symmetries=())


def _arriving(channel: SystemChannel, known: dict[Flight, None], when: Expression) -> Iterator[Action]:
    for number, flight in enumerate(_with_copies(channel, known), start=1):
        message = channel.messages[flight.message]
        values = dict(zip(message.fields, map(constant, flight.values), strict=True))
        name = f"{channel.name}: {message.name} {number} {ARRIVES}"
        yield Action(name, ActionKind.EVENT, channel.name, ARRIVES, when, {},
                     (Sending(channel.name, message, values, values),))  # fmt: skip


def _with_copies(channel: SystemChannel, known: dict[Flight, None]) -> dict[Flight, None]:
    """What may arrive: also marked copies, where the network makes some."""
    if not channel.duplicates:
        return known
    return {**known, **{with_field(channel, flight, channel.copy_mark, True): None for flight in known}}


def _unknown(channel: SystemChannel, known: dict[Flight, None]) -> Observation:
    """A message in flight that is not in the set."""
    new = [
        in_flight(channel.name, negation(any_of(
            all_of(field_of("flight", name) == value for name, value in zip(message.fields, flight.values, strict=True))
            for flight in known if flight.message == kind
        )), message.name)
        for kind, message in enumerate(channel.messages)
    ]  # fmt: skip
    return Observation(f"{channel.name} carries something new", in_states=any_of(new))


def _read(search: ExplicitSearch, sent: Messages) -> None:
    count = search.tables.count
    chosen = range(count) if count <= LOOKED_AT else Random(SEED).sample(range(count), LOOKED_AT)
    for index in chosen:
        _add(search.system, search.layout.decode(search.state_words(index)), sent)


def _add(system: System, state: State, sent: Messages) -> None:
    for channel, contents in zip(system.channels, state.channels, strict=True):
        sent[channel.name].update(dict.fromkeys(contents))
