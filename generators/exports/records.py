"""One record type for all messages of a channel: fields of the same name and domain are shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from model.language.domains import Boolean, Domain
from model.language.errors import ModelError
from model.language.systems import SystemChannel


@dataclass(frozen=True)
class RecordField:
    """name: as the exported file has it, before it is made an identifier."""

    name: str
    domain: Domain
    meaning: str


@dataclass(frozen=True)
class Record:
    """The slots of one channel. places: for each message type, its field -> the record's field."""

    channel: SystemChannel
    fields: tuple[RecordField, ...]
    places: tuple[dict[str, RecordField], ...] = field(compare=False)

    @cached_property
    def lane(self) -> RecordField:
        return self.places[0][self.channel.lane]

    @cached_property
    def copy_mark(self) -> RecordField:
        return self.places[0][self.channel.copy_mark]

    def order(self, kind: int) -> Sequence[RecordField]:
        """The fields that order messages of one type in one lane of a multiset, the copy mark last."""
        special = (self.channel.lane, self.channel.copy_mark)
        plain = [place for name, place in self.places[kind].items() if name not in special]
        return [*plain, self.copy_mark]

    def shared_by_all(self, name: str) -> RecordField | None:
        """The record field that `name` means whatever the message type; None if there is none such."""
        found = {id(place.get(name)): place.get(name) for place in self.places}
        return next(iter(found.values())) if len(found) == 1 else None


def record_of(channel: SystemChannel) -> Record:
    """Raises ModelError if the message types disagree on the lane or the copy mark."""
    fields: dict[str, RecordField] = {}
    places: list[dict[str, RecordField]] = []
    for message in channel.messages:
        here: dict[str, RecordField] = {}
        for name, entry in message.fields.items():
            known = fields.get(name)
            if known is None:
                known = fields[name] = RecordField(name, entry.domain, entry.meaning)
            elif known.domain != entry.domain:
                own = f"{message.name}.{name}"
                known = fields[own] = RecordField(own, entry.domain, entry.meaning)
            here[name] = known
        places.append(here)
    for name in (channel.lane, channel.copy_mark):
        if any(place[name] is not places[0][name] for place in places):
            raise ModelError(f'channel "{channel.name}": its messages differ in the domain of "{name}"')
    if not isinstance(places[0][channel.copy_mark].domain, Boolean):
        raise ModelError(f'channel "{channel.name}": the copy mark "{channel.copy_mark}" must be Boolean')
    return Record(channel, tuple(fields.values()), tuple(places))
