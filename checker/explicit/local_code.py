"""Native code of what one part of a state decides alone: the steps that it takes, what can be seen in it,
how full its channels are, and which joint entries it allows. Runs once for each value of the part.
Actions are chosen by control state, by the messages that can be taken and by their types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.explicit.action_code import HOW_TAKEN, ActionCode, look_for
from checker.explicit.channel_code import ChannelCode
from checker.explicit.expression_code import ExpressionCode
from checker.explicit.function_text import FunctionText, Operand
from checker.explicit.joint_code import JointCode
from checker.explicit.packing import Layout
from model.language.expressions import Expression, Operator, conjuncts
from model.language.systems import Action, System
from model.language.type_checking import Scope


class LocalCode:
    """Writes `own_0` and `own_1`. observed: (number of observation, condition) by part."""

    def __init__(self, system: System, layout: Layout, actions: ActionCode, joint: JointCode,
                 observed: Sequence[Sequence[tuple[int, Expression]]]) -> None:  # fmt: skip
        self.system = system
        self.layout = layout
        self.actions = actions
        self.joint = joint
        self.observed = observed
        self.functions: list[str] = []

    def write(self, part: int) -> str:
        self.functions = []
        text = FunctionText(f"own_{part}", "ptr %state, ptr %masks", attributes="internal")
        code = ExpressionCode(text, self.layout, Scope(self.system, {}))
        self._observe(text, part)
        channels = [channel for channel in self.system.channels if self.layout.parts.part_of[channel.name] == part]
        for channel in channels:
            self._largest(text, code, self.system.channel_index[channel.name])
        local = [number for number, home in enumerate(self.actions.homes) if home == part]
        own = [number for number in local if self.system.actions[number].channel is None]
        if own:
            self._tried(f"own_{part}_steps", own)
            text.line(f"call void @own_{part}_steps(ptr %state)")
        for channel in channels:
            numbers = [number for number in local if self.system.actions[number].channel == channel.name]
            self._channel(text, code, channel.name, numbers)
        for number, word in enumerate(self.joint.allowed(text, code, part)):
            place = text.fresh("%mask")
            text.line(f"{place} = getelementptr i64, ptr %masks, i64 {number}")
            text.line(f"store i64 {word}, ptr {place}")
        text.line("ret void")
        self.functions.append(text.text())
        return "\n".join(self.functions)

    def _function(self, name: str, parameters: str) -> tuple[FunctionText, ExpressionCode]:
        text = FunctionText(name, parameters, attributes="internal")
        return text, ExpressionCode(text, self.layout, Scope(self.system, {}))

    def _observe(self, text: FunctionText, part: int) -> None:
        groups: dict[int, list[tuple[int, Expression]]] = {}
        for observation, condition in self.observed[part]:
            groups.setdefault(observation // 64, []).append((observation % 64, condition))
        for group, entries in groups.items():
            name = f"observe_{part}_{group}"
            text.line(f"call void @{name}(ptr %state, i64 0)")
            inner, code = self._function(name, "ptr %state, i64 %label")
            look_for(inner, code, group, entries)
            self.functions.append(inner.text())

    def _largest(self, text: FunctionText, code: ExpressionCode, index: int) -> None:
        """Keep the most messages that a channel ever held."""
        channel = ChannelCode(text, self.layout.slots[index])
        count: Operand = 0
        for flight in code.slots(index):
            count = text.add(64, count, text.resized(channel.present(flight), 1, 64))
        place = f"getelementptr (i64, ptr @largest, i64 {index})"
        before = text.fresh("%n")
        text.line(f"{before} = load i64, ptr {place}")
        text.line(f"{before}c = icmp ult i64 {before}, {count}")
        text.line(f"{before}s = select i1 {before}c, i64 {count}, i64 {before}")
        text.line(f"store i64 {before}s, ptr {place}")

    # messages

    def _channel(self, text: FunctionText, code: ExpressionCode, name: str, local: Sequence[int]) -> None:
        index = self.system.channel_index[name]
        slot = self.layout.slots[index]
        channel = ChannelCode(text, slot)
        contents = code.slots(index)
        for stem in dict.fromkeys(HOW_TAKEN.values()):
            numbers = [number for number in local if HOW_TAKEN[self.system.actions[number].kind] == stem]
            if not numbers:
                continue
            self._by_type(f"{stem}_{index}", index, numbers)
            for position in range(len(contents)):
                possible = channel.can_be_taken(stem, contents, position)
                here, following = text.fresh("b"), text.fresh("b")
                text.line(f"br i1 {possible}, label %{here}, label %{following}")
                text.block(here)
                arguments = f"ptr %state, i64 {position}, i{slot.register} {contents[position]}"
                text.line(f"call void @{stem}_{index}({arguments})")
                text.line(f"br label %{following}")
                text.block(following)

    def _by_type(self, name: str, channel: int, numbers: Sequence[int]) -> None:
        slot = self.layout.slots[channel]
        parameters = f"ptr %state, i64 %position, i{slot.register} %taken"
        text, code = self._function(name, parameters)
        tag = code.tag(slot, "%taken")
        kinds = {
            kind: [number for number in numbers if self.system.actions[number].message == message.name]
            for kind, message in enumerate(slot.channel.messages)
        }
        targets = " ".join(f"i64 {kind + 1}, label %kind{kind}" for kind in kinds)
        text.line(f"switch i64 {tag}, label %leave [{targets}]")
        for kind, chosen in kinds.items():
            text.block(f"kind{kind}")
            if chosen:
                self._tried(f"{name}_{kind}", chosen)
                text.line(f"call void @{name}_{kind}({parameters})")
            text.line("br label %leave")
        text.block("leave")
        text.line("ret void")
        self.functions.append(text.text())

    # control states

    def _tried(self, name: str, numbers: Sequence[int]) -> None:
        """The function `name`: try these actions, those with a control state in their guard by that state."""
        parameters = self.actions.parameters(self.system.actions[numbers[0]])
        text, code = self._function(name, parameters)
        groups: dict[str | None, list[tuple[int, tuple[int, ...]]]] = {}
        for number in numbers:
            variable, allowed, settled = self._control(self.system.actions[number])
            groups.setdefault(variable, []).append((number, allowed))
            self.functions.extend(self.actions.functions(number, settled))
        for variable, entries in groups.items():
            if variable is None:
                for number, _ in entries:
                    text.line(f"call void @action_{number}({parameters})")
                continue
            value = code.variable(variable)
            self._switch(text, value, self.system.domain(variable).size, entries, parameters)
        text.line("ret void")
        self.functions.append(text.text())

    def _switch(self, text: FunctionText, value: object, size: int, entries: Sequence[tuple[int, tuple[int, ...]]],
                parameters: str) -> None:  # fmt: skip
        following = text.fresh("b")
        blocks = {code: text.fresh("b") for code in range(size) if any(code in allowed for _, allowed in entries)}
        targets = " ".join(f"i64 {code}, label %{label}" for code, label in blocks.items())
        text.line(f"switch i64 {value}, label %{following} [{targets}]")
        for code, label in blocks.items():
            text.block(label)
            for number, allowed in entries:
                if code in allowed:
                    text.line(f"call void @action_{number}({parameters})")
            text.line(f"br label %{following}")
        text.block(following)

    def _control(self, action: Action) -> tuple[str | None, tuple[int, ...], Expression | None]:
        """The most selective conjunct of the guard on one control state: variable, codes allowed, conjunct."""
        best: tuple[str | None, tuple[int, ...], Expression | None] = (None, (), None)
        for part in conjuncts(action.guard):
            alternatives = part.operands if part.operator is Operator.OR else (part,)
            tests = list(self._tests(alternatives))
            if len(tests) != len(alternatives) or len({variable for variable, _ in tests}) != 1:
                continue
            codes = tuple(sorted({code for _, code in tests}))
            if best[0] is None or len(codes) < len(best[1]):
                best = (tests[0][0], codes, part)
        return best

    def _tests(self, alternatives: Sequence[Expression]) -> Iterator[tuple[str, int]]:
        for test in alternatives:
            if test.operator is not Operator.EQUAL:
                continue
            left, right = test.operands
            name = str(left.payload)
            if left.operator is Operator.VARIABLE and name.endswith(".state") and right.operator is Operator.CONSTANT:
                yield name, self.system.domain(name).encode(right.payload)  # type: ignore[arg-type]
