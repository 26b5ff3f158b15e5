"""Channels in Promela: arrays of messages in canonical order, the empty places last, so that equal
contents are equal states. (A Promela `chan` would count contents apart that differ only between lanes.)"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generators.exports.names import comment
from generators.exports.promela_layout import MessageLayout, Place
from generators.exports.promela_words import PromelaWords
from model.language.domains import describe as describe_domain
from model.language.systems import ActionKind, SystemChannel


def describe(channel: SystemChannel) -> str:
    order = "a multiset" if channel.reorders else f"one queue for each value of {channel.lane}"
    faults = [word for word, on in (("loses", channel.loses), ("duplicates", channel.duplicates)) if on]
    return f"{order}, at most {channel.capacity} in flight" + (f"; {' and '.join(faults)} messages" if faults else "")


class PromelaChannel:
    """The declarations of one channel. sends: the most messages that one action puts on it."""

    def __init__(self, words: PromelaWords, layout: MessageLayout, sends: int) -> None:
        self.words = words
        self.layout = layout
        self.channel = layout.channel
        self.name = self.channel.name
        self.slots = words.slots(self.name)
        self.fresh = words.of_channel("sent on", self.name)
        self.spare = words.of_channel("spare on", self.name)
        self.sends = sends
        self.last = self.channel.capacity - 1

    # names

    def present(self, position: int) -> str:
        return self.words.present(self.name, position)

    def _own(self, what: str) -> str:
        return self.words.of_channel(what, self.name)

    def condition_name(self, kind: ActionKind, position: int) -> str:
        """The macro that says whether the message at `position` can be taken by an action of `kind`."""
        what = {ActionKind.LOSS: "can be lost on", ActionKind.DUPLICATION: "can be copied on"}.get(kind, "arrives on")
        return self.words.names.of((what, self.name, position), f"{what} {self.name} {position}")

    @property
    def take(self) -> str:
        return self._own("take from")

    @property
    def duplicate(self) -> str:
        return self._own("duplicate on")

    @property
    def put(self) -> str:
        return self._own("put on")

    @property
    def sort(self) -> str:
        return self._own("sort")

    @property
    def copy(self) -> str:
        return self._own("copy on")

    def mark(self, slot: str) -> str:
        """The part of a message that holds its copy mark, as its lowest bit."""
        return f"{slot}.{self.words.part(self.layout.last)}"

    # declarations

    def declarations(self) -> Iterator[str]:
        words, typed = self.words, self._own("message on")
        yield f"/* {comment(self.name)}: {comment(describe(self.channel))} */"
        yield f"typedef {typed} {{"
        for part, width in enumerate(self.layout.widths):
            yield f"  unsigned {words.part(part)} : {width};"
        yield "}"
        yield f"{typed} {self.slots}[{self.channel.capacity}];"
        yield f"hidden {typed} {self.fresh}[{max(1, self.sends)}], {self.spare};  /* not part of the state */"
        tag = self.layout.tag
        yield f"#define {self._own('type on')}(slot) ((slot.{words.part(0)} >> {tag.shift}) & {tag.mask})"
        for number, message in enumerate(self.channel.messages):
            yield f"#define {words.message_type(self.name, message.name)} {number + 1}"
        for number, message in enumerate(self.channel.messages):
            for name, place in self.layout.fields[number].items():
                meaning = message.fields[name].meaning
                note = f"{message.name}.{name}{f': {meaning}' if meaning else ''} ({describe_domain(place.domain)})"
                yield f"/* {comment(note)} */"
                yield f"#define {words.getter(self.name, number, name)}(slot) {self._read(place)}"
                yield f"#define {words.setter(self.name, number, name)}(value) ((value) << {place.shift})"
        yield ""

    def _read(self, place: Place) -> str:
        return f"((slot.{self.words.part(place.part)} >> {place.shift}) & {place.mask})"

    def made(self, kind: int, slot: str, values: dict[str, str]) -> Iterator[str]:
        """Statements that write a whole message. values: field -> stored value."""
        name = self.words.message_type(self.name, self.channel.messages[kind].name)
        for part in range(len(self.layout.widths)):
            pieces = [f"({name} << {self.layout.tag.shift})"] if part == 0 else []
            for field, place in self.layout.fields[kind].items():
                if place.part == part and values[field] not in ("0", "false"):
                    pieces.append(f"{self.words.setter(self.name, kind, field)}({values[field]})")
            yield f"{slot}.{self.words.part(part)} =\n  " + " |\n  ".join(pieces or ["0"])

    # conditions

    def macros(self, used: set[ActionKind]) -> Iterator[str]:
        parts = [self.words.part(part) for part in range(len(self.layout.widths))]
        same = [f"a.{part} == b.{part}" for part in parts]
        alike = [*same[:-1], f"(a.{parts[-1]} >> 1) == (b.{parts[-1]} >> 1)"]
        yield f"#define {self._own('same on')}(a, b) ({' && '.join(same)})"
        yield f"#define {self._own('alike on')}(a, b) ({' && '.join(alike)})  /* but for the copy mark */"
        yield f"#define {self._own('before on')}(a, b) ({self._before(parts)})"
        for position in range(self.channel.capacity):
            here = f"{self.slots}[{position}]"
            if used & {ActionKind.RECEIPT, ActionKind.UNDELIVERABLE}:
                yield self._definition(ActionKind.RECEIPT, position, self._arrives(position, here))
            if used & {ActionKind.LOSS, ActionKind.DUPLICATION}:
                yield self._definition(ActionKind.LOSS, position, self._can_be_lost(position, here))
            if ActionKind.DUPLICATION in used:
                lost = self.condition_name(ActionKind.LOSS, position)
                yield self._definition(ActionKind.DUPLICATION, position, f"{lost} && !({self.mark(here)} & 1)")
        yield ""

    def _definition(self, kind: ActionKind, position: int, condition: str) -> str:
        return f"#define {self.condition_name(kind, position)} ({condition})"

    def _before(self, parts: list[str]) -> str:
        """Only the lane decides in a queue, everything in a multiset."""
        if not self.channel.reorders:
            shift = self.layout.lane.shift
            return f"(a.{parts[0]} >> {shift}) < (b.{parts[0]} >> {shift})"
        result = f"a.{parts[-1]} < b.{parts[-1]}"
        for part in reversed(parts[:-1]):
            result = f"a.{part} < b.{part} || (a.{part} == b.{part} && ({result}))"
        return result

    def _arrives(self, position: int, here: str) -> str:
        if position == 0:
            return self.present(0)
        before = f"{self.slots}[{position - 1}]"
        if self.channel.reorders:
            return f"{self.present(position)} && !{self._own('alike on')}({here}, {before})"
        shift, part = self.layout.lane.shift, self.words.part(0)
        return f"{self.present(position)} && ({here}.{part} >> {shift}) != ({before}.{part} >> {shift})"

    def _can_be_lost(self, position: int, here: str) -> str:
        """Equal messages count once; of an original and its copy the copy goes first."""
        others = [f"{self.slots}[{other}]" for other in range(self.channel.capacity) if other != position]
        parts = [self.present(position)]
        parts += [f"!{self._own('same on')}({other}, {here})" for other in others[:position]]
        copies = [f"({self._own('alike on')}({other}, {here}) && ({self.mark(other)} & 1))" for other in others]
        if copies:
            parts.append(f"(({self.mark(here)} & 1) || !({' || '.join(copies)}))")
        return " && ".join(parts)

    # what happens to messages: without loops, each place from what stood there and beside it

    def inlines(self, *, altered: bool) -> Iterator[str]:
        parts = [self.words.part(part) for part in range(len(self.layout.widths))]
        yield f"inline {self.copy}(a, b) {{ {'; '.join(f'a.{part} = b.{part}' for part in parts)} }}"
        yield f"inline {self.take}(i) {{  /* the message at i goes, those behind it move up */"
        yield from _body(self._take(parts))
        yield "}"
        if self.channel.duplicates and not self.channel.reorders:
            yield f"inline {self.duplicate}(i) {{  /* a marked copy right behind the message at i */"
            yield from _body(self._duplicate(parts))
            yield "}"
        yield f"inline {self.put}(m) {{  /* into its place in the order; lost if there is no room */"
        yield from _body(self._put(parts))
        yield "}"
        if altered and self.last:
            yield f"inline {self.sort}() {{  /* the canonical order again, after messages were altered */"
            yield from _body(self._sort(parts))
            yield "}"
        yield ""

    def _slot(self, position: int) -> str:
        return f"{self.slots}[{position}]"

    def _take(self, parts: list[str]) -> Iterator[str]:
        for position in range(self.last):
            here, behind = self._slot(position), self._slot(position + 1)
            yield from (f"{here}.{part} = (i <= {position} -> {behind}.{part} : {here}.{part})" for part in parts)
        yield from (f"{self._slot(self.last)}.{part} = {self.words.nothing}" for part in parts)

    def _duplicate(self, parts: list[str]) -> Iterator[str]:
        for position in range(self.last, 0, -1):
            here, before = self._slot(position), self._slot(position - 1)
            for part in parts:
                copied = f"{before}.{part}" + (" | 1" if part == parts[-1] else "")
                moved = f"(i < {position - 1} -> {before}.{part} : {here}.{part})"
                yield f"{here}.{part} = (i == {position - 1} -> {copied} : {moved})"

    def _put(self, parts: list[str]) -> Iterator[str]:
        place, fresh = self.words.place, f"{self.fresh}[m]"
        found = str(self.channel.capacity)
        for position in range(self.last, -1, -1):
            here = self._slot(position)
            free = f"{here}.{parts[0]} == {self.words.nothing}"
            found = f"({free} || {self._own('before on')}({fresh}, {here}) -> {position} : {found})"
        yield f"{place} = ({self.present(self.last)} -> {self.channel.capacity} : {found})"
        for position in range(self.last, -1, -1):
            here = self._slot(position)
            for part in parts:
                kept = f"{here}.{part}"
                if position:
                    kept = f"({place} < {position} -> {self._slot(position - 1)}.{part} : {kept})"
                yield f"{here}.{part} = ({place} == {position} -> {fresh}.{part} : {kept})"

    def _sort(self, parts: list[str]) -> Iterator[str]:
        """Insertion sort; equal messages keep their order."""
        place = self.words.place
        for start in range(1, self.channel.capacity):
            for position in range(start, 0, -1):
                here, before = self._slot(position), self._slot(position - 1)
                yield f"{place} = ({self.present(position)} && {self._own('before on')}({here}, {before}))"
                yield f"{self.copy}({self.spare}, {here})"
                yield from (f"{here}.{part} = ({place} -> {before}.{part} : {here}.{part})" for part in parts)
                yield from (f"{before}.{part} = ({place} -> {self.spare}.{part} : {before}.{part})" for part in parts)


def _body(statements: Iterable[str]) -> Iterator[str]:
    lines = list(statements) or ["skip"]
    yield from (f"  {line};" for line in lines[:-1])
    yield f"  {lines[-1]}"
