"""A message of a Promela channel as one number (two or more if it has over 31 bits), from the top: lane,
type, the other fields, copy mark. 0 is no message; the canonical order is the order of these numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from model.language.domains import Boolean, Domain, Integer
from model.language.errors import ModelError
from model.language.systems import SystemChannel

MOST_BITS = 31


@dataclass(frozen=True)
class Place:
    """A field: `width` bits from bit `shift` of number `part`."""

    part: int
    shift: int
    width: int
    domain: Domain

    @property
    def mask(self) -> int:
        return (1 << self.width) - 1


@dataclass(frozen=True)
class MessageLayout:
    """widths: bits of each part. fields: for each message type, its fields in order."""

    channel: SystemChannel
    widths: tuple[int, ...]
    tag: Place
    fields: tuple[dict[str, Place], ...]

    @cached_property
    def lane(self) -> Place:
        return self.fields[0][self.channel.lane]

    @property
    def last(self) -> int:
        """The part that holds the copy mark, as its lowest bit."""
        return len(self.widths) - 1


def offset(domain: Domain) -> int:
    """What is subtracted from a value before storing: the lower bound if it is negative."""
    return min(domain.low, 0) if isinstance(domain, Integer) else 0


def stored_bits(domain: Domain, what: str) -> int:
    """Bits that hold the stored values. Raises ModelError for more than a Promela number has."""
    largest = domain.top - offset(domain) if isinstance(domain, Integer) else domain.size - 1
    bits = max(1, largest.bit_length())
    if bits > MOST_BITS:
        raise ModelError(f'"{what}" needs {bits} bits; Promela has no numbers of more than {MOST_BITS}')
    return bits


def layout_of(channel: SystemChannel) -> MessageLayout:
    """Raises ModelError if the message types disagree on the lane or the copy mark."""
    first = channel.messages[0]
    for name in (channel.lane, channel.copy_mark):
        if any(message.fields[name].domain != first.fields[name].domain for message in channel.messages):
            raise ModelError(f'channel "{channel.name}": its messages differ in the domain of "{name}"')
    if not isinstance(first.fields[channel.copy_mark].domain, Boolean):
        raise ModelError(f'channel "{channel.name}": the copy mark "{channel.copy_mark}" must be Boolean')
    lane_bits = stored_bits(first.fields[channel.lane].domain, f"{channel.name}: {channel.lane}")
    tag_bits = len(channel.messages).bit_length()
    plans = [_plan(channel, number, lane_bits + tag_bits) for number in range(len(channel.messages))]
    parts = max(len(plan) for plan in plans)
    widths = [max([0, *(sum(w for _, w in plan[part]) for plan in plans if part < len(plan))]) for part in range(parts)]
    widths[0] += lane_bits + tag_bits
    widths[-1] += 1
    if widths[-1] > MOST_BITS:
        widths[-1] -= 1
        widths.append(1)
    fields = []
    for number, plan in enumerate(plans):
        message = channel.messages[number]
        here: dict[str, Place] = {}
        for part, entries in enumerate(plan):
            shift = widths[part] - (lane_bits + tag_bits if part == 0 else 0)
            for name, width in entries:
                shift -= width
                here[name] = Place(part, shift, width, message.fields[name].domain)
        here[channel.lane] = Place(0, widths[0] - lane_bits, lane_bits, message.fields[channel.lane].domain)
        here[channel.copy_mark] = Place(len(widths) - 1, 0, 1, message.fields[channel.copy_mark].domain)
        fields.append({name: here[name] for name in message.fields})
    tag = Place(0, widths[0] - lane_bits - tag_bits, tag_bits, Integer(0, len(channel.messages)))
    return MessageLayout(channel, tuple(widths), tag, tuple(fields))


def _plan(channel: SystemChannel, number: int, used: int) -> list[list[tuple[str, int]]]:
    """The fields of one message type, (name, width), part by part."""
    message = channel.messages[number]
    plan: list[list[tuple[str, int]]] = [[]]
    for name, entry in message.fields.items():
        if name in (channel.lane, channel.copy_mark):
            continue
        width = stored_bits(entry.domain, f"{channel.name}: {name}")
        if used + width > MOST_BITS:
            plan.append([])
            used = 0
        plan[-1].append((name, width))
        used += width
    return plan
