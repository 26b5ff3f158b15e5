"""Native code of one action: guard, counts, observations of the step, the state after it. The words of
the parts that change go to `collect` (a step of one part, kept with its value) or to `emit` (a successor)."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explicit.channel_code import ChannelCode
from checker.explicit.expression_code import ExpressionCode, MessageAtHand
from checker.explicit.function_text import FunctionText, Operand, signed
from checker.explicit.packing import Layout, Piece, mask
from model.language.expressions import Expression, conjuncts
from model.language.systems import Action, ActionKind, System
from model.language.type_checking import scope_of_action

HOW_TAKEN = {
    ActionKind.RECEIPT: "deliver", ActionKind.UNDELIVERABLE: "deliver",
    ActionKind.LOSS: "lose", ActionKind.DUPLICATION: "duplicate",
}  # fmt: skip
POSITION_BITS = 12  # of a label: action + 1 above, position + 1 (0: no message) below


def label_of(action: int, position: int | None) -> int:
    return (action + 1) << POSITION_BITS | (0 if position is None else position + 1)


def action_and_position(label: int) -> tuple[int, int | None]:
    position = label & mask(POSITION_BITS)
    return (label >> POSITION_BITS) - 1, position - 1 if position else None


class ActionCode:
    """Writes the functions of actions.

    watched: action name -> (number of observation, condition), looked at when the action is taken.
    homes: of each action the part that decides and changes alone where it applies, or None.
    symmetric: a state counts as often as it stands for others (`symmetry_code.py`).
    """

    def __init__(
        self, system: System, layout: Layout, watched: dict[str, list[tuple[int, Expression]]],
        homes: Sequence[int | None], symmetric: bool = False,
    ) -> None:  # fmt: skip
        self.system = system
        self.symmetric = symmetric
        self.layout = layout
        self.watched = watched
        self.homes = homes

    def parameters(self, action: Action) -> str:
        if action.channel is None:
            return "ptr %state"
        register = self.layout.slots[self.system.channel_index[action.channel]].register
        return f"ptr %state, i64 %position, i{register} %taken"

    def arguments(self, action: Action) -> str:
        return self.parameters(action)

    def functions(self, number: int, settled: Expression | None = None) -> list[str]:
        """The function `action_<number>` and those it calls. `settled`: a conjunct known to hold."""
        action = self.system.actions[number]
        text = FunctionText(f"action_{number}", self.parameters(action), attributes="internal")
        code = self.expressions(text, action)
        for part in conjuncts(action.guard):
            if part is not settled:
                text.unless(code.condition(part), "leave")
        if self.homes[number] is None:
            counter = f"getelementptr (i64, ptr @fired, i64 {number})"
            before = text.fresh("%n")
            text.line(f"{before} = load i64, ptr {counter}")
            times = text.load("@weight") if self.symmetric else 1
            text.line(f"{before}x = add i64 {before}, {times}")
            text.line(f"store i64 {before}x, ptr {counter}")
        label = self.label(text, number)
        groups = self._watch(text, number, action, label)
        self._successor(text, code, number, action, label)
        text.line("br label %leave")
        text.block("leave")
        text.line("ret void")
        return [text.text(), *groups]

    def label(self, text: FunctionText, number: int) -> Operand:
        """The label of the step at hand, in a function that has this action's parameters."""
        if self.system.actions[number].channel is None:
            return label_of(number, None)
        text.line(f"%label = add i64 %position, {label_of(number, 0)}")
        return "%label"

    def expressions(self, text: FunctionText, action: Action, taken: Operand = "%taken") -> ExpressionCode:
        """taken: the message at hand, if the action takes one."""
        messages: dict[str, MessageAtHand] = {}
        if action.channel is not None and action.message is not None:
            slot = self.layout.slots[self.system.channel_index[action.channel]]
            messages["received"] = MessageAtHand(slot, slot.channel.index_of(action.message), taken)
        return ExpressionCode(text, self.layout, scope_of_action(self.system, action), messages)

    # observations

    def _watch(self, text: FunctionText, number: int, action: Action, label: Operand) -> list[str]:
        """Calls to functions that look for what of each group of 64 observations is still unseen."""
        groups: dict[int, list[tuple[int, Expression]]] = {}
        for observation, condition in self.watched.get(action.name, []):
            groups.setdefault(observation // 64, []).append((observation % 64, condition))
        functions: list[str] = []
        for group, entries in groups.items():
            wanted = signed(sum(1 << bit for bit, _ in entries), 64)
            unseen, look, following = text.fresh("%unseen"), text.fresh("look"), text.fresh("b")
            text.line(f"{unseen} = load i64, ptr getelementptr (i64, ptr @unseen, i64 {group})")
            text.line(f"{unseen}m = and i64 {unseen}, {wanted}")
            text.line(f"{unseen}c = icmp ne i64 {unseen}m, 0")
            text.line(f"br i1 {unseen}c, label %{look}, label %{following}")
            text.block(look)
            name = f"watch_{number}_{group}"
            text.line(f"call void @{name}({self.arguments(action)}, i64 {label})")
            text.line(f"br label %{following}")
            text.block(following)
            inner = FunctionText(name, self.parameters(action) + ", i64 %label", attributes="internal")
            look_for(inner, self.expressions(inner, action), group, entries)
            functions.append(inner.text())
        return functions

    # the state after the step

    def _successor(
        self, text: FunctionText, code: ExpressionCode, number: int, action: Action, label: Operand
    ) -> None:
        values: dict[int, Operand] = {}
        valid: Operand = 1
        for name, expression in action.assignments.items():
            index = self.system.variable_index[name]
            domain = self.system.variables[index].domain
            valid = text.conjunction(1, valid, code.in_domain(expression, domain))
            values[index] = code.encoded(code.value(expression, domain), domain)
        contents = self._contents_taken(text, code, action)
        valid = text.conjunction(1, valid, self._alter(text, code, action, contents))
        valid = text.conjunction(1, valid, self._send(text, code, action, contents))
        if valid != 1:
            text.unless(valid, "outside")
        words = self._packed(text, code, values, contents)
        changed = {self.layout.part_of_word(word) for word in words}
        home = self.homes[number]
        touched = sorted(changed) or [home or 0]
        function = f"emit_{''.join(map(str, touched))}" if home is None else f"collect_{home}"
        operands = [words[word] if word in words else code.word(word)
                    for part in touched for word in self.layout.words_of_part(part)]  # fmt: skip
        text.line(f"call void @{function}({', '.join(f'i64 {item}' for item in (label, *operands))})")
        if valid != 1:
            text.line("br label %leave")
            text.block("outside")
            text.line(f"store i64 {label}, ptr @failed")

    def _contents_taken(
        self, text: FunctionText, code: ExpressionCode, action: Action
    ) -> dict[int, list[Operand]]:
        """The contents of channels that the action changes, without (or with a copy of) what it takes."""
        contents: dict[int, list[Operand]] = {}
        for name in [sending.channel for sending in action.sends] + [alter.channel for alter in action.alters]:
            index = self.system.channel_index[name]
            contents[index] = code.slots(index)
        if action.channel is not None:
            index = self.system.channel_index[action.channel]
            channel = ChannelCode(text, self.layout.slots[index])
            if action.kind is ActionKind.DUPLICATION:
                contents[index] = channel.duplicated(code.slots(index), "%position", "%taken")
            else:
                contents[index] = channel.removed(code.slots(index), "%position")
        return contents

    def _alter(
        self, text: FunctionText, code: ExpressionCode, action: Action, contents: dict[int, list[Operand]]
    ) -> Operand:
        """Change messages in flight, then restore the canonical order. Returns whether all fits its domain."""
        valid: Operand = 1
        moved: set[int] = set()
        outer = code.scope
        for alter in action.alters:
            index = self.system.channel_index[alter.channel]
            slot = self.layout.slots[index]
            kind = slot.channel.index_of(alter.message)
            code.scope = outer.with_flight(slot.channel, alter.message)
            for position, flight in enumerate(contents[index]):
                code.messages["flight"] = MessageAtHand(slot, kind, flight)
                right_kind = text.compare("eq", 64, code.tag(slot, flight), kind + 1)
                here = text.conjunction(1, right_kind, code.condition(alter.when))
                changed = flight
                for name, expression in alter.fields.items():
                    place = slot.fields[kind][name]
                    fits = code.in_domain(expression, place.domain)
                    valid = text.conjunction(1, valid, text.disjunction(1, text.negation(here), fits))
                    value = code.encoded(code.value(expression, place.domain), place.domain)
                    kept = signed(~(mask(place.width) << place.shift), slot.register)
                    part = text.shift_left(slot.register, text.resized(value, 64, slot.register), place.shift)
                    changed = text.conjunction(slot.register, changed, kept)
                    changed = text.disjunction(slot.register, changed, part)
                contents[index][position] = text.select(slot.register, here, changed, flight)
            del code.messages["flight"]
            code.scope = outer
            if slot.channel.reorders or slot.channel.lane in alter.fields:
                moved.add(index)
        for index in moved:
            contents[index] = ChannelCode(text, self.layout.slots[index]).sorted(contents[index])
        return valid

    def _send(
        self, text: FunctionText, code: ExpressionCode, action: Action, contents: dict[int, list[Operand]]
    ) -> Operand:
        valid: Operand = 1
        for sending in action.sends:
            index = self.system.channel_index[sending.channel]
            slot = self.layout.slots[index]
            channel = ChannelCode(text, slot)
            room = channel.has_room(contents[index])
            self._count_overflow(text, index, room)
            kind = slot.channel.index_of(sending.message.name)
            message: Operand = signed((kind + 1) << slot.tag_shift, slot.register)
            for name, place in slot.fields[kind].items():
                expression = sending.carried[name]
                fits = text.disjunction(1, text.negation(room), code.in_domain(expression, place.domain))
                valid = text.conjunction(1, valid, fits)
                value = code.encoded(code.value(expression, place.domain), place.domain)
                part = text.shift_left(slot.register, text.resized(value, 64, slot.register), place.shift)
                message = text.disjunction(slot.register, message, part)
            contents[index] = channel.inserted(contents[index], message)
        return valid

    def _count_overflow(self, text: FunctionText, channel: int, room: Operand) -> None:
        if room != 1:
            place = f"getelementptr (i64, ptr @overflowed, i64 {channel})"
            lost = text.resized(text.negation(room), 1, 64)
            before = text.fresh("%o")
            text.line(f"{before} = load i64, ptr {place}")
            text.line(f"{before}x = or i64 {before}, {lost}")
            text.line(f"store i64 {before}x, ptr {place}")

    def _packed(
        self, text: FunctionText, code: ExpressionCode, values: dict[int, Operand],
        contents: dict[int, list[Operand]],
    ) -> dict[int, Operand]:  # fmt: skip
        """The words of the state in which these variables and contents are replaced."""
        parts: dict[int, list[tuple[Piece, Operand]]] = {}
        for index, value in values.items():
            for piece in self.layout.places(index):
                parts.setdefault(piece.word, []).append((piece, value))
        for index, slots in contents.items():
            register = self.layout.slots[index].register
            for pieces, flight in zip(self.layout.slot_pieces[index], slots, strict=True):
                for piece in pieces:
                    part = text.resized(text.shift_right(register, flight, piece.offset), register, 64)
                    parts.setdefault(piece.word, []).append((piece, text.masked(64, part, piece.width)))
        words: dict[int, Operand] = {}
        for number, replaced in parts.items():
            kept = signed(~sum(mask(piece.width) << piece.shift for piece, _ in replaced), 64)
            new: Operand = 0
            for piece, value in replaced:
                new = text.disjunction(64, new, text.shift_left(64, value, piece.shift))
            words[number] = text.disjunction(64, text.conjunction(64, code.word(number), kept), new)
        return words


def look_for(text: FunctionText, code: ExpressionCode, group: int, entries: Sequence[tuple[int, Expression]]) -> None:
    """The body of a function that reports which of `entries` (bit, condition) hold, if still unseen."""
    always = 0  # those that are true anyway
    seen: Operand = 0
    for bit, condition in entries:
        here = code.condition(condition)
        if isinstance(here, int):
            always |= here << bit
        else:
            seen = text.disjunction(64, seen, text.shift_left(64, text.resized(here, 1, 64), bit))
    seen = text.disjunction(64, seen, signed(always, 64))
    text.line(f"call void @sight(i64 {group}, i64 {seen}, i64 %label)")
    text.line("ret void")
