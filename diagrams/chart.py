"""What a message sequence chart consists of: lifelines, steps with what happens in them, messages with their fates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum

from diagrams.labels import display_name
from model.language.domains import Value

NETWORK = "network"


@dataclass(frozen=True)
class Place:
    """How a machine that exchanges no messages is called, and behind which lifeline its own stands."""

    title: str
    behind: str


@dataclass(frozen=True)
class Way:
    """What lies between the machines that exchange messages and the network.

    places: machines that get lifelines, too. translator: what rewrites addresses on the way, with a lifeline
    where it does something. rewrites: whether a change of a field from one value to another is its doing.
    events: those of `places` that are the translator's.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    translator: str = ""
    rewrites: Callable[[Value, Value], bool] = lambda before, after: False
    events: Collection[str] = ()


class Fate(Enum):
    """How a message ends, in the words that charts show."""

    RECEIVED = "received"
    DISCARDED = "discarded"
    LOST = "lost"
    UNDELIVERABLE = "reaches nobody"
    NO_ROOM = "no room on the channel"
    IN_FLIGHT = "still in flight"


@dataclass(frozen=True)
class Message:
    """One packet of the run. number: from 1 in the order of sending.

    label: name and fields as sent. short: name and signed fields ("#3") only.
    sender, receiver: lifelines; receiver is the one that got it, else one that could have.
    copy_of: the message of which the network made this copy. sent_at, ended_at: steps, from 1.
    slot: its place among the messages in flight, from 0; no two in flight at once share one.
    """

    number: int
    channel: str
    name: str
    label: str
    short: str
    sender: str
    receiver: str | None
    copy_of: int | None
    sent_at: int
    slot: int
    fate: Fate = Fate.IN_FLIGHT
    ended_at: int | None = None

    @property
    def title(self) -> str:
        """The message when it ends."""
        return f"{self.short} (copy)" if self.copy_of is not None else self.short


class NoteKind(Enum):
    ACTION = "action"
    STATE = "state"
    CHANGES = "changes"


@dataclass(frozen=True)
class Note:
    """What a lifeline does or how it changes. lifeline: None for whatever has no lifeline."""

    kind: NoteKind
    lifeline: str | None
    text: str


@dataclass(frozen=True)
class Departure:
    """A message is sent (fate NO_ROOM: it never gets on its way). translated: what the translator makes of it."""

    message: int
    translated: str = ""


@dataclass(frozen=True)
class Arrival:
    """A message is received. label: its title, and the fields that changed on the way.

    translated: what the translator gets, where it rewrites the message before this.
    """

    message: int
    label: str
    translated: str = ""


@dataclass(frozen=True)
class Ending:
    """A message is lost or reaches nobody."""

    message: int


@dataclass(frozen=True)
class Copying:
    """The network makes `copy` of `message`."""

    message: int
    copy: int


@dataclass(frozen=True)
class Signal:
    """One lifeline lets another know, without a message: a link's router advertises, an address is configured.

    refused: the other discards it.
    """

    source: str
    dest: str
    text: str
    refused: bool = False


Item = Note | Departure | Arrival | Ending | Copying | Signal


@dataclass(frozen=True)
class ChartStep:
    """One step of the run, number from 1; items in the order in which to draw them."""

    number: int
    name: str
    clauses: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Chart:
    """lifelines: machines, and perhaps the translator; the network stands before lifelines[network_at].

    titles: what lifelines are called, where not by their names. quiet: those that exchange no messages.
    offence: what the last step violates, empty for none. loop: the step from which the run repeats; one more
    than there are steps if nothing happens any more. shifted: with other serial numbers in each turn.
    length: of the run, where some of its steps are folded.
    """

    title: str
    lifelines: tuple[str, ...]
    network_at: int
    slots: int
    start: tuple[Note, ...]
    steps: tuple[ChartStep, ...]
    messages: tuple[Message, ...]
    offence: str
    loop: int | None
    shifted: bool = False
    length: int | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    quiet: Collection[str] = ()
    translator: str = ""

    def heading(self, lifeline: str) -> str:
        """What stands above a lifeline."""
        return self.titles.get(lifeline, display_name(lifeline))

    @property
    def count(self) -> int:
        """How many steps the run has."""
        return len(self.steps) if self.length is None else self.length

    @property
    def offending(self) -> int | None:
        """The number of the step that violates; None where it is the run for ever, or nothing."""
        return self.count if self.offence and self.loop is None and self.steps else None

    def message(self, number: int) -> Message:
        return self.messages[number - 1]

    @property
    def for_ever(self) -> str:
        """How a run for ever goes on after the last step; empty for a run that ends."""
        if self.loop is None:
            return ""
        if self.loop > self.count:
            return "nothing happens any more"
        return f"the run repeats from step {self.loop}" + (", numbers going on" if self.shifted else "")

    @property
    def in_flight(self) -> tuple[Message, ...]:
        """The messages that never end."""
        return tuple(entry for entry in self.messages if entry.fate is Fate.IN_FLIGHT)

    @property
    def description(self) -> str:
        """The chart in a sentence or two, for those who cannot see it."""
        headings = [self.heading(name) for name in self.lifelines]
        names = ", ".join([*headings[: self.network_at], NETWORK, *headings[self.network_at :]])
        counts = [f"{self.count} steps", f"{len(self.messages)} messages"]
        for fate in (Fate.LOST, Fate.DISCARDED, Fate.UNDELIVERABLE, Fate.NO_ROOM, Fate.IN_FLIGHT):
            number = sum(entry.fate is fate for entry in self.messages)
            if number:
                counts.append(f"{number} {fate.value}")
        text = f"Message sequence chart of {names}: {', '.join(counts)}."
        if self.loop is not None:
            repeats = self.loop <= self.count
            text += f" From step {self.loop} on it repeats for ever." if repeats else f" Then {self.for_ever}."
        who = "The last step" if self.loop is None else "The run"
        return f"{text} {who} violates {self.offence}." if self.offence else text
