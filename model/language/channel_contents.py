"""What a channel holds, and which of its messages can be taken, lost or duplicated.

Messages are kept in a canonical order, so that equal contents are equal tuples: a multiset is
sorted; queues stand lane by lane, in the order of sending within a lane. A network copy (marked)
follows its original, so that of two identical packets the marked one always comes second."""

from __future__ import annotations

from typing import NamedTuple

from model.language.domains import Value
from model.language.systems import SystemChannel


class Flight(NamedTuple):
    """A message in flight: position of its type in the channel's list, values in field order."""

    message: int
    values: tuple[Value, ...]


Contents = tuple[Flight, ...]


def field_value(channel: SystemChannel, flight: Flight, name: str) -> Value:
    fields = list(channel.messages[flight.message].fields)
    return flight.values[fields.index(name)]


def with_field(channel: SystemChannel, flight: Flight, name: str, value: Value) -> Flight:
    position = list(channel.messages[flight.message].fields).index(name)
    return flight._replace(values=(*flight.values[:position], value, *flight.values[position + 1 :]))


def is_copy(channel: SystemChannel, flight: Flight) -> bool:
    return bool(field_value(channel, flight, channel.copy_mark))


def order_key(channel: SystemChannel, flight: Flight) -> tuple[int, ...]:
    """Lane first; a multiset then compares type, fields in order and, last, the copy mark."""
    fields = channel.messages[flight.message].fields
    codes = {
        name: entry.domain.encode(value)
        for (name, entry), value in zip(fields.items(), flight.values, strict=True)
    }
    lane = codes[channel.lane]
    if not channel.reorders:
        return (lane,)
    mark = codes.pop(channel.copy_mark)
    return (lane, flight.message, *codes.values(), mark)


def canonical(channel: SystemChannel, flights: list[Flight]) -> Contents:
    """The contents in canonical order (stable: a queue keeps its order within a lane)."""
    return tuple(sorted(flights, key=lambda flight: order_key(channel, flight)))


def _original(channel: SystemChannel, flight: Flight) -> Flight:
    return with_field(channel, flight, channel.copy_mark, False)


def _copy(channel: SystemChannel, flight: Flight) -> Flight:
    return with_field(channel, flight, channel.copy_mark, True)


def _distinct(contents: Contents) -> list[int]:
    return [index for index, flight in enumerate(contents) if flight not in contents[:index]]


def deliverable(channel: SystemChannel, contents: Contents) -> list[int]:
    """Positions of messages that can arrive next: each distinct one of a multiset (a copy only after
    its original), the first of each lane of queues."""
    if channel.reorders:
        return [
            index
            for index in _distinct(contents)
            if not (is_copy(channel, contents[index]) and _original(channel, contents[index]) in contents)
        ]
    lanes: dict[Value, int] = {}
    for index, flight in enumerate(contents):
        lanes.setdefault(field_value(channel, flight, channel.lane), index)
    return list(lanes.values())


def losable(channel: SystemChannel, contents: Contents) -> list[int]:
    """Positions of messages that can be lost; of an original and its copy, the copy goes first."""
    return [
        index
        for index in _distinct(contents)
        if is_copy(channel, contents[index]) or _copy(channel, contents[index]) not in contents
    ]


def duplicable(channel: SystemChannel, contents: Contents) -> list[int]:
    """Positions of originals that have no copy in flight."""
    return [index for index in losable(channel, contents) if not is_copy(channel, contents[index])]


def duplicated(channel: SystemChannel, contents: Contents, index: int) -> Contents:
    """The contents with a marked copy right behind the message at `index`."""
    flights = [*contents[: index + 1], _copy(channel, contents[index]), *contents[index + 1 :]]
    return canonical(channel, flights)
