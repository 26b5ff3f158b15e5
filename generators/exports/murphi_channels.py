"""Channels in Murphi: arrays of records in canonical order, the empty places last, so that equal contents
are equal states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generators.exports.murphi_words import MurphiWords
from generators.exports.names import comment
from generators.exports.promela_channels import describe
from generators.exports.records import Record, RecordField
from model.language.domains import Boolean, Domain, Enumeration
from model.language.systems import ActionKind


class MurphiChannel:
    """The declarations of one channel."""

    def __init__(self, words: MurphiWords, record: Record) -> None:
        self.words = words
        self.record = record
        self.channel = record.channel
        self.name = self.channel.name
        self.slots = words.slots(self.name)
        self.last = self.channel.capacity - 1

    def _own(self, what: str) -> str:
        return self.words.of_channel(what, self.name)

    @property
    def message_type(self) -> str:
        return self._own("message on")

    @property
    def place(self) -> str:
        return self._own("place on")

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

    def condition(self, kind: ActionKind) -> str:
        """The function that says whether the message at a place can be taken by an action of `kind`."""
        what = {ActionKind.LOSS: "can be lost on", ActionKind.DUPLICATION: "can be copied on"}.get(kind, "arrives on")
        return self._own(what)

    # declarations

    def types(self) -> Iterator[str]:
        words = self.words
        kinds = [words.nothing(self.name)]
        kinds += [words.message_type(self.name, message.name) for message in self.channel.messages]
        yield f"  -- {comment(self.name)}: {comment(describe(self.channel))}"
        yield f"  {self._own('type on')}: enum {{ {', '.join(kinds)} }};"
        yield f"  {self.message_type}: record"
        yield f"    {words.type_field}: {self._own('type on')};"
        for place in self.record.fields:
            note = f"  -- {comment(place.meaning)}" if place.meaning else ""
            yield f"    {words.record_field(place)}: {words.type_of(place.domain)};{note}"
        yield "  end;"
        yield f"  {self.place}: 0..{self.last};"

    def functions(self, used: set[ActionKind], *, altered: bool) -> Iterator[str]:
        here, before = f"{self.slots}[i]", f"{self.slots}[i - 1]"
        yield from self._relation("same on", [*self._plain(), self.record.copy_mark])
        yield from self._relation("alike on", self._plain())
        yield f"function {self._own('before on')}(a: {self.message_type}; b: {self.message_type}): boolean;"
        yield f"begin return {self._before()}; end;"
        if used & {ActionKind.RECEIPT, ActionKind.UNDELIVERABLE}:
            lane = self.words.record_field(self.record.lane)
            differs = f"!{self._own('alike on')}({here}, {before})"
            if not self.channel.reorders:
                differs = f"{here}.{lane} != {before}.{lane}"
            alone = self.words.is_there(self.name, "i")
            yield from self._test(ActionKind.RECEIPT, alone if not self.last else f"{alone} & (i = 0 | {differs})")
        if used & {ActionKind.LOSS, ActionKind.DUPLICATION}:
            yield from self._test(ActionKind.LOSS, self._can_be_lost(here))
        if ActionKind.DUPLICATION in used:
            mark = self.words.record_field(self.record.copy_mark)
            yield from self._test(ActionKind.DUPLICATION, f"{self.condition(ActionKind.LOSS)}(i) & !{here}.{mark}")
        yield from self._procedures(altered=altered)
        yield ""

    def _plain(self) -> list[RecordField]:
        return [place for place in self.record.fields if place is not self.record.copy_mark]

    def _relation(self, what: str, fields: Sequence[RecordField]) -> Iterator[str]:
        names = [self.words.type_field, *(self.words.record_field(place) for place in fields)]
        yield f"function {self._own(what)}(a: {self.message_type}; b: {self.message_type}): boolean;"
        yield f"begin return {' & '.join(f'a.{name} = b.{name}' for name in names)}; end;"

    def _test(self, kind: ActionKind, condition: str) -> Iterator[str]:
        yield f"function {self.condition(kind)}(i: {self.place}): boolean;"
        yield f"begin return {condition}; end;"

    def _can_be_lost(self, here: str) -> str:
        """Equal messages count once; of an original and its copy the copy goes first."""
        mark = self.words.record_field(self.record.copy_mark)
        parts = [self.words.is_there(self.name, "i")]
        if self.last:
            parts.append(f"!(exists j: {self.place} do j < i & {self._own('same on')}({self.slots}[j], {here}) end)")
            copied = f"{self._own('alike on')}({self.slots}[j], {here}) & {self.slots}[j].{mark}"
            parts.append(f"({here}.{mark} | !(exists j: {self.place} do {copied} end))")
        return " & ".join(parts)

    def _before(self) -> str:
        """Only the lane decides in a queue, everything in a multiset."""
        if not self.channel.reorders:
            return self._lexicographic([self.record.lane])
        kinds = []
        for number, message in enumerate(self.channel.messages):
            name = self.words.message_type(self.name, message.name)
            inner = self._lexicographic(self.record.order(number))
            kinds.append(f"(a.{self.words.type_field} = {name} & b.{self.words.type_field} = {name} & ({inner}))")
            later = [self.words.message_type(self.name, other.name) for other in self.channel.messages[number + 1 :]]
            if later:
                greater = " | ".join(f"b.{self.words.type_field} = {other}" for other in later)
                kinds.append(f"(a.{self.words.type_field} = {name} & ({greater}))")
        return self._lexicographic([self.record.lane], " | ".join(kinds))

    def _lexicographic(self, places: Sequence[RecordField], then: str = "") -> str:
        result = then
        for place in reversed(places):
            name = self.words.record_field(place)
            less = self._less(f"a.{name}", f"b.{name}", place.domain)
            result = f"{less} | (a.{name} = b.{name} & ({result}))" if result else less
        return result

    def _less(self, left: str, right: str, domain: Domain) -> str:
        """Murphi does not compare names; they are compared by their places in the enumeration."""
        if isinstance(domain, Boolean):
            return f"(!{left} & {right})"
        if not isinstance(domain, Enumeration):
            return f"{left} < {right}"
        code = self.words.names.of(("code", domain), f"place in {domain.name}")
        return f"{code}({left}) < {code}({right})"

    def ordered_domains(self) -> list[Enumeration]:
        """The enumerations that the order of messages needs numbers for."""
        fields = self.record.fields if self.channel.reorders else (self.record.lane,)
        return [place.domain for place in fields if isinstance(place.domain, Enumeration)]

    # what happens to messages

    def _procedures(self, *, altered: bool) -> Iterator[str]:
        slots, last = self.slots, self.last
        mark = self.words.record_field(self.record.copy_mark)
        yield f"procedure {self.take}(i: {self.place});  -- those behind it move up"
        yield "begin"
        for place in range(last):
            yield f"  if i <= {place} then {slots}[{place}] := {slots}[{place + 1}]; end;"
        yield f"  clear {slots}[{last}];"
        yield "end;"
        yield f"procedure {self.put}(m: {self.message_type});  -- into its place in the order; lost if there is no room"
        yield f"var place: 0..{last};"
        yield "begin"
        yield f"  if {self.words.is_free(self.name, last)} then"
        yield f"    place := {last};"
        if last:
            free = self.words.is_free(self.name, "place - 1")
            yield f"    while place > 0 & ({free} | {self._own('before on')}(m, {slots}[place - 1])) do"
            yield f"      {slots}[place] := {slots}[place - 1];"
            yield "      place := place - 1;"
            yield "    end;"
        yield f"    {slots}[place] := m;"
        yield "  end;"
        yield "end;"
        if self.channel.duplicates and not self.channel.reorders and last:
            yield f"procedure {self.duplicate}(i: {self.place});  -- a marked copy right behind the message"
            yield "begin"
            for place in range(last, 0, -1):
                yield f"  if i < {place} then {slots}[{place}] := {slots}[{place - 1}]; end;"
            yield f"  {slots}[i + 1].{mark} := true;"
            yield "end;"
        if altered and last:
            yield f"procedure {self.sort}();  -- insertion sort; equal messages keep their order"
            yield f"var m: {self.message_type};"
            yield "begin"
            for start in range(1, last + 1):
                for place in range(start, 0, -1):
                    here, before = f"{slots}[{place}]", f"{slots}[{place - 1}]"
                    test = f"{self.words.is_there(self.name, place)} & {self._own('before on')}({here}, {before})"
                    yield f"  if {test} then m := {here}; {here} := {before}; {before} := m; end;"
            yield "end;"
