"""Native code of what needs both parts of a state: joint entries. Each part's value knows, as a bit mask,
which entries it allows; only entries that both values allow are tried in a state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.explicit.action_code import HOW_TAKEN, ActionCode
from checker.explicit.channel_code import ChannelCode
from checker.explicit.expression_code import ExpressionCode
from checker.explicit.footprints import is_about_message, read_by
from checker.explicit.function_text import FunctionText, Operand
from checker.explicit.packing import Layout
from checker.explicit.search_memory import Record, Register, Status, at
from model.language.expressions import Expression, conjuncts
from model.language.systems import Action, System
from model.language.type_checking import Scope

ALL = -1  # every bit set


@dataclass(frozen=True)
class JointEntry:
    """An action to try (observation None), an observation of its steps, or one of states (action None).

    conditions: all must hold; those about one part only are known from the part's value.
    """

    conditions: tuple[Expression, ...]
    action: int | None
    observation: int | None


def entries_of(system: System, homes: Sequence[int | None],
               observed: Sequence[tuple[int, Expression]],
               watched: dict[str, list[tuple[int, Expression]]]) -> list[JointEntry]:  # fmt: skip
    """observed, watched: the observations of states, and of the steps of one part, that need both parts."""
    entries = [
        JointEntry(conjuncts(action.guard), number, None)
        for number, action in enumerate(system.actions)
        if homes[number] is None
    ]
    entries += [JointEntry(conjuncts(condition), None, observation) for observation, condition in observed]
    for name, looked_for in watched.items():
        number = system.action_index[name]
        guard = conjuncts(system.actions[number].guard)
        entries += [JointEntry((*guard, *conjuncts(condition)), number, observation)
                    for observation, condition in looked_for]  # fmt: skip
    return entries


class JointCode:
    """Writes `joint`, which tries what both values of a state allow, and the masks of values."""

    def __init__(self, system: System, layout: Layout, actions: ActionCode, entries: Sequence[JointEntry]) -> None:
        self.system = system
        self.layout = layout
        self.actions = actions
        self.entries = entries

    @property
    def masks(self) -> int:
        """Words of 64 entries."""
        return (len(self.entries) + 63) // 64

    # what a part's value allows

    def allowed(self, text: FunctionText, code: ExpressionCode, part: int) -> list[Operand]:
        """A bit for each entry: set unless this part's value rules it out."""
        words: list[Operand] = [ALL] * self.masks
        bits: list[list[Operand]] = [[] for _ in words]
        for number, entry in enumerate(self.entries):
            here = self._allows(text, code, part, entry)
            bits[number // 64].append(text.resized(here, 1, 64))
        for word, truths in enumerate(bits):
            words[word] = 0
            for bit, truth in enumerate(truths):
                words[word] = text.disjunction(64, words[word], text.shift_left(64, truth, bit))
        return words

    def _allows(self, text: FunctionText, code: ExpressionCode, part: int, entry: JointEntry) -> Operand:
        parts = self.layout.parts
        action = None if entry.action is None else self.system.actions[entry.action]
        channel = None if action is None else action.channel
        about_message = [condition for condition in entry.conditions if is_about_message(condition)]
        plain = [condition for condition in entry.conditions if not is_about_message(condition)]
        result: Operand = 1
        for condition in plain:
            if parts.sees(part, read_by([condition])):
                result = text.conjunction(1, result, code.condition(condition))
        if action is None or channel is None or parts.part_of[channel] != part:
            return result
        seen = [condition for condition in about_message if parts.sees(part, read_by([condition], channel))]
        some: Operand = 0
        index = self.system.channel_index[channel]
        contents = code.slots(index)
        for position, flight in enumerate(contents):
            here = self._can_take(text, code, action, contents, position)
            at_hand = self.actions.expressions(text, action, flight)
            for condition in seen:
                here = text.conjunction(1, here, at_hand.condition(condition))
            some = text.disjunction(1, some, here)
        return text.conjunction(1, result, some)

    def _can_take(self, text: FunctionText, code: ExpressionCode, action: Action, contents: Sequence[Operand],
                  position: int) -> Operand:  # fmt: skip
        assert action.channel is not None and action.message is not None
        slot = self.layout.slots[self.system.channel_index[action.channel]]
        possible = ChannelCode(text, slot).can_be_taken(HOW_TAKEN[action.kind], contents, position)
        kind = slot.channel.index_of(action.message) + 1
        return text.conjunction(1, possible, text.compare("eq", 64, code.tag(slot, contents[position]), kind))

    # trying

    def write(self) -> str:
        functions: list[str] = []
        for number, entry in enumerate(self.entries):
            functions += self._tried(number, entry)
        return "\n".join([*functions, self._joint()])

    def _tried(self, number: int, entry: JointEntry) -> list[str]:
        text = FunctionText(f"try_{number}", "ptr %state", attributes="internal")
        code = ExpressionCode(text, self.layout, Scope(self.system, {}))
        functions: list[str] = []
        target = f"action_{entry.action}"
        if entry.observation is None:
            assert entry.action is not None
            functions += self.actions.functions(entry.action)
        else:
            self._unless_seen(text, number, entry.observation)
            target = f"look_{number}"
            functions.append(self._look(target, entry))
        action = None if entry.action is None else self.system.actions[entry.action]
        if action is None or action.channel is None:
            text.line(f"call void @{target}(ptr %state)")
        else:
            index = self.system.channel_index[action.channel]
            slot, contents = self.layout.slots[index], code.slots(index)
            for position, flight in enumerate(contents):
                here, following = text.fresh("b"), text.fresh("b")
                possible = self._can_take(text, code, action, contents, position)
                text.line(f"br i1 {possible}, label %{here}, label %{following}")
                text.block(here)
                text.line(f"call void @{target}(ptr %state, i64 {position}, i{slot.register} {flight})")
                text.line(f"br label %{following}")
                text.block(following)
        text.line("ret void")
        return [*functions, text.text()]

    def _unless_seen(self, text: FunctionText, number: int, observation: int) -> None:
        """Leave for good once the observation was seen."""
        unseen, live = text.fresh("%unseen"), text.fresh("%live")
        group, bit = divmod(observation, 64)
        text.line(f"{unseen} = load i64, ptr getelementptr (i64, ptr @unseen, i64 {group})")
        text.line(f"{unseen}s = lshr i64 {unseen}, {bit}")
        text.line(f"{unseen}c = trunc i64 {unseen}s to i1")
        text.line(f"br i1 {unseen}c, label %wanted, label %seen")
        text.block("seen")
        place = f"getelementptr (i64, ptr @live, i64 {number // 64})"
        text.line(f"{live} = load i64, ptr {place}")
        text.line(f"{live}n = and i64 {live}, {~(1 << number % 64) if number % 64 < 63 else 2**63 - 1}")
        text.line(f"store i64 {live}n, ptr {place}")
        text.line("ret void")
        text.block("wanted")

    def _look(self, name: str, entry: JointEntry) -> str:
        """A function that reports the observation if all conditions hold."""
        assert entry.observation is not None
        label: Operand = 0
        if entry.action is None:
            text = FunctionText(name, "ptr %state", attributes="internal")
            code = ExpressionCode(text, self.layout, Scope(self.system, {}))
        else:
            action = self.system.actions[entry.action]
            text = FunctionText(name, self.actions.parameters(action), attributes="internal")
            code = self.actions.expressions(text, action)
            label = self.actions.label(text, entry.action)
        for condition in entry.conditions:
            text.unless(code.condition(condition), "leave")
        group, bit = divmod(entry.observation, 64)
        text.line(f"call void @sight(i64 {group}, i64 {1 << bit if bit < 63 else -(2**63)}, i64 {label})")
        text.line("br label %leave")
        text.block("leave")
        text.line("ret void")
        return text.text()

    def _joint(self) -> str:
        width = Record.MASKS + self.masks
        lines = []
        for word in range(self.masks):
            following = f"word{word + 1}" if word + 1 < self.masks else "leave"
            numbers = range(64 * word, min(64 * word + 64, len(self.entries)))
            targets = " ".join(f"i64 {number - 64 * word}, label %try{number}" for number in numbers)
            lines.append(f"""
word{word}:
  %p{word}.at = getelementptr i64, ptr %one, i64 {Record.MASKS + word}
  %p{word} = load i64, ptr %p{word}.at
  %r{word}.at = getelementptr i64, ptr %other, i64 {Record.MASKS + word}
  %r{word} = load i64, ptr %r{word}.at
  %l{word} = load i64, ptr getelementptr (i64, ptr @live, i64 {word})
  %b{word} = and i64 %p{word}, %r{word}
  %m{word} = and i64 %b{word}, %l{word}
  br label %loop{word}
loop{word}:
  %rest{word} = phi i64 [%m{word}, %word{word}], [%fewer{word}, %next{word}]
  %none{word} = icmp eq i64 %rest{word}, 0
  br i1 %none{word}, label %{following}, label %some{word}
some{word}:
  %bit{word} = call i64 @llvm.cttz.i64(i64 %rest{word}, i1 1)
  switch i64 %bit{word}, label %next{word} [{targets}]""")
            lines += [
                f"try{number}:\n  call void @try_{number}(ptr @state)\n  br label %next{word}"
                for number in numbers
            ]
            lines.append(f"""next{word}:
  %less{word} = sub i64 %rest{word}, 1
  %fewer{word} = and i64 %rest{word}, %less{word}
  br label %loop{word}""")
        return f"""
define dso_local i64 @joint(i64 %key) nounwind {{
entry:
  call void @write_out(i64 %key, ptr @state)
  store i64 %key, ptr @here
  %tried = load i64, ptr {at(Register.JOINTLY)}
  %tried1 = add i64 %tried, 1
  store i64 %tried1, ptr {at(Register.JOINTLY)}
  %left = lshr i64 %key, 32
  %right = and i64 %key, 4294967295
  %records0 = load ptr, ptr {at(Register.RECORDS_0)}
  %records1 = load ptr, ptr {at(Register.RECORDS_1)}
  %o0 = mul i64 %left, {width}
  %o1 = mul i64 %right, {width}
  %one = getelementptr i64, ptr %records0, i64 %o0
  %other = getelementptr i64, ptr %records1, i64 %o1
  br label %{'word0' if self.masks else 'leave'}{chr(10).join(lines)}
leave:
  %failed = load i64, ptr @failed
  %wrong = icmp ne i64 %failed, 0
  %status = select i1 %wrong, i64 {Status.FAILED.value}, i64 0
  ret i64 %status
}}"""
