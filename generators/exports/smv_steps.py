"""One step in SMV: an action with the message it takes. Whether it can happen, and what every variable
and every place of a channel holds after it, as expressions over the state before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generators.exports.expression_text import Level
from generators.exports.records import Record, RecordField
from generators.exports.smv_words import Slot, SmvText, SmvWords
from model.language.domains import Boolean, Domain, Enumeration
from model.language.expressions import TRUE, conjuncts
from model.language.machines import Alter
from model.language.systems import Action, ActionKind


class SmvStep:
    """position: of the message taken. definitions: name -> expression, in the order of their use."""

    def __init__(self, words: SmvWords, action: Action, position: int) -> None:
        self.words = words
        self.action = action
        self.position = position
        self.text = SmvText(words, action, position)
        where = "" if action.channel is None else f" {position + 1}"
        self.name = words.names.of(("step", action.name, position), f"{action.name}{where}")
        self.can = words.names.of(("can", action.name, position), f"can {action.name}{where}")
        self.definitions: dict[str, str] = {}
        self.after: Mapping[str, list[Slot]] = self._channels_after()

    # when

    def guard(self) -> list[str]:
        parts: list[str] = []
        if self.action.channel is not None and self.action.message is not None:
            record = self.words.records[self.action.channel]
            parts.append(self._can_be_taken(record, self.words.slots(self.action.channel)))
            parts.append(f"{self.words.slots(self.action.channel)[self.position].kind} = "
                         f"{self.words.constant(self.action.message)}")  # fmt: skip
        parts += [self.text.condition(part, Level.COMPARISON) for part in conjuncts(self.action.guard)]
        return [part for part in parts if part != "TRUE"] or ["TRUE"]

    def _can_be_taken(self, record: Record, slots: Sequence[Slot]) -> str:
        here, mark = slots[self.position], record.copy_mark.name
        if self.action.kind in (ActionKind.RECEIPT, ActionKind.UNDELIVERABLE):
            if self.position == 0:
                return "TRUE"
            before = slots[self.position - 1]
            if record.channel.reorders:
                return f"!{self._alike(record, here, before)}"
            return f"{here.fields[record.lane.name]} != {before.fields[record.lane.name]}"
        others = [(index, slot) for index, slot in enumerate(slots) if index != self.position]
        parts = [f"!({self._alike(record, slot, here)} & {slot.fields[mark]} = {here.fields[mark]})"
                 for index, slot in others if index < self.position]  # fmt: skip
        copies = [f"({self._alike(record, slot, here)} & {slot.fields[mark]})" for _, slot in others]
        if copies:
            parts.append(f"({here.fields[mark]} | !({' | '.join(copies)}))")
        if self.action.kind is ActionKind.DUPLICATION:
            parts.append(f"!{here.fields[mark]}")
        return " & ".join(parts) or "TRUE"

    def _alike(self, record: Record, one: Slot, other: Slot) -> str:
        """Equal but for the copy mark."""
        names = [place.name for place in record.fields if place is not record.copy_mark]
        parts = [f"{one.kind} = {other.kind}", *(f"{one.fields[name]} = {other.fields[name]}" for name in names)]
        return f"({' & '.join(parts)})"

    # what then

    def assignments(self) -> dict[str, str]:
        """State variable -> its value after the step, for those that may change."""
        result = {
            self.words.variable(name): self.text.value(value, self.words.system.domain(name), Level.SUM)
            for name, value in self.action.assignments.items()
        }
        for name, slots in self.after.items():
            for before, after in zip(self.words.slots(name), slots, strict=True):
                result[before.kind] = after.kind
                result.update({before.fields[field]: after.fields[field] for field in before.fields})
        return {target: value for target, value in result.items() if target != value}

    def _channels_after(self) -> dict[str, list[Slot]]:
        touched = [self.action.channel] if self.action.channel else []
        touched += [alter.channel for alter in self.action.alters]
        touched += [sending.channel for sending in self.action.sends]
        contents = {name: self.words.slots(name) for name in touched}
        if self.action.channel is not None:
            contents[self.action.channel] = self._taken(self.action.channel, contents[self.action.channel])
        moved: dict[str, None] = {}
        for alter in self.action.alters:
            record = self.words.records[alter.channel]
            contents[alter.channel] = [self._altered(alter, record, slot) for slot in contents[alter.channel]]
            if record.channel.reorders or record.channel.lane in alter.fields:
                moved[alter.channel] = None
        for name in moved:
            contents[name] = self._sorted(self.words.records[name], contents[name])
        for sending in self.action.sends:
            record = self.words.records[sending.channel]
            places = record.places[record.channel.index_of(sending.message.name)]
            fields = dict(self.words.empty(sending.channel).fields)
            fields.update({
                place.name: self.text.value(sending.carried[name], place.domain, Level.ATOM)
                for name, place in places.items()
            })  # fmt: skip
            fresh = Slot(self.words.constant(sending.message.name), fields)
            contents[sending.channel] = self._put(record, contents[sending.channel], fresh)
        return contents

    def _taken(self, name: str, slots: list[Slot]) -> list[Slot]:
        record = self.words.records[name]
        if self.action.kind is not ActionKind.DUPLICATION:
            return [*slots[: self.position], *slots[self.position + 1 :], self.words.empty(name)]
        here = slots[self.position]
        copied = Slot(here.kind, {**here.fields, record.copy_mark.name: "TRUE"})
        if record.channel.reorders:
            return self._put(record, slots, copied)
        return [*slots[: self.position + 1], copied, *slots[self.position + 1 :]][: len(slots)]

    def _altered(self, alter: Alter, record: Record, slot: Slot) -> Slot:
        places = record.places[record.channel.index_of(alter.message)]
        text = SmvText(self.words, self.action, self.position)
        text.scope = text.scope.with_flight(record.channel, alter.message)
        text.at("flight", alter.channel, alter.message, slot)
        tests = [f"{slot.kind} = {self.words.constant(alter.message)}"]
        if alter.when is not TRUE:
            tests.append(text.condition(alter.when, Level.COMPARISON))
        altered = self._define("altered", " & ".join(tests))
        fields = dict(slot.fields)
        for name, value in alter.fields.items():
            place = places[name]
            new = text.value(value, place.domain, Level.ATOM)
            fields[place.name] = f"({altered} ? {new} : {slot.fields[place.name]})"
        return Slot(slot.kind, fields)

    def _define(self, what: str, expression: str) -> str:
        number = len(self.definitions) + 1
        name = self.words.names.of((what, self.name, number), f"{what} {number} by {self.name}")
        self.definitions[name] = expression
        return name

    def _put(self, record: Record, slots: list[Slot], fresh: Slot) -> list[Slot]:
        """Into its place in the order; nothing changes if there is no room."""
        room = f"{slots[-1].kind} = {self.words.nothing}"
        goes = [self._define("before", f"{room} & ({slot.kind} = {self.words.nothing} | "
                                       f"{self._before(record, fresh, slot)})") for slot in slots]  # fmt: skip
        result: list[Slot] = []
        for index, slot in enumerate(slots):
            kind = f"({goes[index]} ? {fresh.kind} : {slot.kind})"
            fields = {name: f"({goes[index]} ? {fresh.fields[name]} : {slot.fields[name]})" for name in slot.fields}
            if index:
                earlier = slots[index - 1]
                kind = f"({goes[index - 1]} ? {earlier.kind} : {kind})"
                fields = {name: f"({goes[index - 1]} ? {earlier.fields[name]} : {fields[name]})" for name in fields}
            result.append(Slot(kind, fields))
        return result

    def _sorted(self, record: Record, slots: list[Slot]) -> list[Slot]:
        """Insertion sort; equal messages keep their order."""
        slots = [self._named(slot) for slot in slots]
        for start in range(1, len(slots)):
            for index in range(start, 0, -1):
                before, here = slots[index - 1], slots[index]
                present = f"{here.kind} != {self.words.nothing}"
                swap = self._define("swap", f"{present} & ({self._before(record, here, before)})")
                slots[index - 1] = self._named(self._either(swap, here, before))
                slots[index] = self._named(self._either(swap, before, here))
        return slots

    def _either(self, test: str, one: Slot, other: Slot) -> Slot:
        fields = {name: f"({test} ? {one.fields[name]} : {other.fields[name]})" for name in one.fields}
        return Slot(f"({test} ? {one.kind} : {other.kind})", fields)

    def _named(self, slot: Slot) -> Slot:
        """The same with a definition for each expression."""

        def named(text: str) -> str:
            return self._define("stage", text) if text.startswith("(") else text

        return Slot(named(slot.kind), {name: named(text) for name, text in slot.fields.items()})

    # the canonical order

    def _before(self, record: Record, one: Slot, other: Slot) -> str:
        """Only the lane decides in a queue, everything in a multiset."""
        if not record.channel.reorders:
            return self._less(record.lane, one, other)
        kinds = []
        for number, message in enumerate(record.channel.messages):
            is_one = f"{one.kind} = {self.words.constant(message.name)}"
            is_other = f"{other.kind} = {self.words.constant(message.name)}"
            kinds.append(f"({is_one} & {is_other} & ({self._lexicographic(record.order(number), one, other)}))")
            kinds += [f"({is_one} & {other.kind} = {self.words.constant(later.name)})"
                      for later in record.channel.messages[number + 1 :]]  # fmt: skip
        return self._lexicographic([record.lane], one, other, " | ".join(kinds))

    def _lexicographic(self, places: Sequence[RecordField], one: Slot, other: Slot, then: str = "") -> str:
        result = then
        for place in reversed(places):
            less = self._less(place, one, other)
            equal = f"{one.fields[place.name]} = {other.fields[place.name]}"
            result = f"{less} | ({equal} & ({result}))" if result else less
        return result

    def _less(self, place: RecordField, one: Slot, other: Slot) -> str:
        left, right = one.fields[place.name], other.fields[place.name]
        if isinstance(place.domain, Boolean):
            return f"(!{left} & {right})"
        return f"{self._rank(left, place.domain)} < {self._rank(right, place.domain)}"

    def _rank(self, text: str, domain: Domain) -> str:
        """A number that orders names; numbers order themselves."""
        if not isinstance(domain, Enumeration):
            return text
        result = str(domain.size - 1)
        for code in range(domain.size - 2, -1, -1):
            result = f"({text} = {self.words.constant(domain.members[code])} ? {code} : {result})"
        return result
