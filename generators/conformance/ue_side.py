"""Where the UE may be: its state, and the update it has just sent. It may move, set up associations and lose
messages unseen; its sequence numbers only go forward, or go on from the number that status 135 told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from generators.conformance.tracking import (
    MOST_PENDING,
    Fields,
    Sent,
    Steps,
    Unexplained,
    Values,
    limited,
    message_of,
    nearest,
)
from model.addresses import NO_ADDRESS
from model.messages import (
    BindingAcknowledgement,
    BindingRevocationAcknowledgement,
    BindingUpdate,
    Encapsulation,
    Ipv4AddressAcknowledgement,
    NatDetection,
    Status,
)

HALF = 1 << 15
NUMBER = "ue.sequence_number"
IGNORED = frozenset({"sequence_number", "key_management"})  # judged apart: by order, and by the profile


class Place(NamedTuple):
    """One possibility. sent: an update that the model has sent and that is not yet seen."""

    values: Values
    sent: Sent | None


class UeSide:
    """near: everything that the UE sends is seen, in order. cut: more answers were under way than are tracked, so that
    the UE may be elsewhere too."""

    def __init__(self, steps: Steps, *, near: bool) -> None:
        self.steps = steps
        self.near = near
        self.cut = False
        self.newest: int | None = None
        self.numbers: dict[int, Fields] = {}
        self.told: list[int] = []
        self.ever: dict[Place, None] = {}  # every place there was: a late update was sent from one of them
        self.places = {Place(values, None): None for values in self.steps.starts}
        self.answers: tuple[tuple[str, Fields], ...] = self._possible_earlier_answers()
        self._close(before=True)
        self.answers = ()
        self.ever |= self.places

    def update(self, fields: Fields) -> Unexplained | None:
        """A Binding Update was seen; None if a place explains it."""
        number = int(fields["sequence_number"])
        self._close()
        if number in self.numbers:
            return self._copy(number, fields)
        in_order = self.newest is None or any(is_ahead(number, last) for last in (self.newest, *self.told))
        late = not in_order and not self.near and self.newest is not None and (self.newest - number) % (2 * HALF) < 64
        if not in_order and not late:
            return Unexplained(
                f"number {number} does not follow {self.newest}", ("sequence_number",),
                {"sequence_number": (int(self.newest or 0) + 1) % (2 * HALF)}, None, settled=True,
            )  # fmt: skip
        among = self.ever if late else self.places
        found = {
            Place(place.values, None): None for place in among
            if place.sent is not None and place.sent.message == BindingUpdate.name and _matches(place.sent, fields)
        }  # fmt: skip
        if not found:
            candidates = dict.fromkeys(
                place.sent for place in among
                if place.sent is not None and place.sent.message == BindingUpdate.name
            )  # fmt: skip
            return replace(nearest(fields, candidates, IGNORED), certain=not self.cut)
        self.numbers[number] = fields
        if not late:
            self.newest = number
            self.told = []
            self.places = found
        return None

    def answer_to_revocation(self, fields: Fields) -> Unexplained | None:
        """A Binding Revocation Acknowledgement was seen; None if a place explains it."""
        self._close()
        name = BindingRevocationAcknowledgement.name
        among = self.places if self.near else self.ever
        sent = [place for place in among if place.sent is not None and place.sent.message == name]
        found = {Place(place.values, None): None for place in sent if place.sent and _matches(place.sent, fields)}
        if not found:
            candidates = [place.sent for place in sent if place.sent is not None]
            return replace(nearest(fields, candidates, IGNORED), certain=not self.cut)
        self.places = found if self.near else {**self.places, **found}
        return None

    def acknowledgement(self, fields: Fields, name: str = BindingAcknowledgement.name) -> None:
        """A message of the home agent was seen: it reaches the UE now, later or never."""
        due = (*(one for one in self.answers if not self._is_spent(*one)), (name, fields))
        self.cut = self.cut or len(due) > MOST_PENDING
        self.answers = due[-MOST_PENDING:]
        if fields.get("status") == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW.value:
            self.told.append(int(fields["sequence_number"]))
        self._close()

    def _copy(self, number: int, fields: Fields) -> Unexplained | None:
        """The same number again: a copy made by the network, never another update."""
        first = self.numbers[number]
        different = tuple(name for name in first if name != "source" and first[name] != fields[name])
        if self.near or different:
            return Unexplained(
                f"number {number} is used again", different or ("sequence_number",),
                {name: first[name] for name in different}, None, settled=True,
            )  # fmt: skip
        return None

    def _is_spent(self, name: str, answer: Fields) -> bool:
        """Of an older update: under no reading does the UE take notice of it (REF-A7), unless it is status 135."""
        if name != BindingAcknowledgement.name:
            return False
        number = int(answer["sequence_number"])
        return (number in self.numbers and number != self.newest
                and answer["status"] != Status.SEQUENCE_NUMBER_OUT_OF_WINDOW.value)  # fmt: skip

    def _possible_earlier_answers(self) -> tuple[tuple[str, Fields], ...]:
        """Acceptances that may have reached the UE before the capture began."""
        return tuple(
            (BindingAcknowledgement.name,
             {**BindingAcknowledgement.usual, "key_management": True, "encapsulation": encapsulation.value,
              "nat_detection": nat.value, "ipv4_address_acknowledgement": ipv4.value, "destination": NO_ADDRESS})
            for encapsulation in (Encapsulation.IPV6, Encapsulation.UDP)
            for nat in ((NatDetection.ABSENT,) if encapsulation is Encapsulation.IPV6 else
                        (NatDetection.F_CLEAR, NatDetection.F_SET))
            for ipv4 in (Ipv4AddressAcknowledgement.ABSENT, Ipv4AddressAcknowledgement.ASSIGNED)
        )  # fmt: skip

    def _close(self, before: bool = False) -> None:
        """Add what may have happened unseen. before: before the capture, when sending was unseen as well."""
        frontier = list(self.places)
        while frontier:
            for one in self._following(frontier.pop(), before):
                if one not in self.places:
                    self.places[one] = None
                    frontier.append(one)
            limited(self.places)
        if not before:
            self.ever |= self.places
            limited(self.ever)

    def _following(self, place: Place, before: bool) -> Iterator[Place]:
        if place.sent is None:
            for values, sent, _ in self.steps.unseen(place.values):
                yield Place(values, sent)
            for name, fields in self.answers:
                yield from self._received(place, name, fields)
        elif before or not self.near:
            yield Place(place.values, None)

    def _received(self, place: Place, name: str, fields: Fields) -> list[Place]:
        """An answer as the UE in this place takes it. Its number counts from that of the newest update, which stands
        for 0: numbers are only compared with each other."""
        told = dict(fields)
        if told["destination"] == NO_ADDRESS:  # an earlier answer
            told["destination"] = self.steps.value(place.values, "ue.address")
            told["sequence_number"] = 0
        elif "sequence_number" in told:
            told["sequence_number"] = (int(told["sequence_number"]) - (self.newest or 0)) % (2 * HALF)
        values = self.steps.with_values(place.values, {NUMBER: 0})
        return [Place(after, sent) for after, sent, _ in self.steps.receiving(values, name, message_of(told))]


def is_ahead(number: int, of: int) -> bool:
    """Modulo 2**16: the number and the 32768 before it are old (RFC 6275, 9.5.1)."""
    return 1 <= (number - of) % (2 * HALF) < HALF


def _matches(sent: Sent, fields: Fields) -> bool:
    return all(value == fields[name] for name, value in sent.fields if name not in IGNORED)
