"""One part of a system, compiled: from a state of its variables, its channels and what is shared, to
everything that can happen next in it. Same generated code as the packed search, without its table."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.explicit.action_code import ActionCode
from checker.explicit.compilation import NativeCode
from checker.explicit.joint_code import JointCode
from checker.explicit.local_code import LocalCode as PartCode
from checker.explicit.packing import Layout
from checker.product.splitting import Part
from model.language.expressions import Expression
from model.language.systems import System

Terms = Sequence[tuple[int, Expression]]


@dataclass(frozen=True)
class Expansion:
    """What can happen in one state of a part.

    successors: (label, words of the state after it). in_state: numbers of the terms that hold, as
    bits. in_steps: the same of the terms looked for at a step, by label. failed: label of a step that
    leaves a domain, or 0. overflowed: channels, as bits. largest: messages on each channel.
    """

    successors: tuple[tuple[int, tuple[int, ...]], ...]
    in_state: int
    in_steps: Mapping[int, int]
    failed: int
    overflowed: int
    largest: tuple[int, ...]


def alone(system: System, part: Part, shared: Sequence[str]) -> System:
    """The part as a system of its own, with all that is shared."""
    names = {*part.variables, *shared}
    channels, actions = set(part.channels), set(part.actions)
    return System(
        system.name,
        tuple(variable for variable in system.variables if variable.name in names),
        tuple(channel for channel in system.channels if channel.name in channels),
        (),
        tuple(action for action in system.actions if action.name in actions),
    )


def local_text(system: System, layout: Layout, terms: Terms, watched: dict[str, list[tuple[int, Expression]]]) -> str:
    """The LLVM text of one part, all of whose layout is in part 0; equal texts do the same. Terms are
    numbered from 0."""
    actions = ActionCode(system, layout, watched, [0] * len(system.actions))
    code = PartCode(system, layout, actions, JointCode(system, layout, actions, []), [terms])
    groups = (max([len(terms), *(len(each) for each in watched.values())]) + 63) // 64
    return _frame(layout.words, most_successors(system), system, groups) + code.write(0)


def most_successors(system: System) -> int:
    """The most steps that one state can have."""
    capacities = {channel.name: channel.capacity for channel in system.channels}
    return sum(1 if action.channel is None else capacities[action.channel] for action in system.actions)


class LocalCode:
    """Compiled code of one part. Close it when done."""

    def __init__(self, text: str, system: System, layout: Layout) -> None:
        self.layout = layout
        self._entry = layout.words + 1
        self._code = NativeCode.compiled(text)
        self._look = self._code.function("look", ctypes.c_void_p)
        self._state = (ctypes.c_uint64 * layout.words)()
        sizes = self._code.numbers("sizes", 2)
        self._found = self._code.numbers("found", int(sizes[0]))
        self._seen = self._code.numbers("seen", int(sizes[1]))
        self._seen_count = self._code.numbers("seen_count", 1)
        self._failed = self._code.numbers("failed", 1)
        self._overflowed = self._code.numbers("overflowed", max(1, len(system.channels)))
        self._largest = self._code.numbers("largest", max(1, len(system.channels)))
        self._channels = len(system.channels)

    def expansion(self, words: Sequence[int]) -> Expansion:
        self._state[:] = list(words)
        entry = self._entry
        count = self._look(ctypes.addressof(self._state))
        numbers = self._found[: count * entry]
        successors = tuple(
            (numbers[place], tuple(numbers[place + 1 : place + entry])) for place in range(0, count * entry, entry)
        )
        in_state, in_steps = self._sights()
        failed, overflowed = int(self._failed[0]), 0
        for channel in range(self._channels):
            overflowed |= int(self._overflowed[channel]) << channel
        return Expansion(
            successors, in_state, in_steps, failed, overflowed, tuple(self._largest[: self._channels])
        )

    def _sights(self) -> tuple[int, dict[int, int]]:
        in_state = 0
        in_steps: dict[int, int] = {}
        entries = self._seen[: 3 * int(self._seen_count[0])]
        for place in range(0, len(entries), 3):
            group, bits, label = entries[place : place + 3]
            if label == 0:
                in_state |= bits << 64 * group
            else:
                in_steps[label] = in_steps.get(label, 0) | bits << 64 * group
        return in_state, in_steps

    def close(self) -> None:
        self._code.close()


def _frame(words: int, most: int, system: System, groups: int) -> str:
    """What the generated code calls: successors and sights are listed, nothing is looked up."""
    channels, entry = max(1, len(system.channels)), words + 1
    found, seen = most * entry + 1, 3 * groups * (most + 1) + 1
    parameters = ", ".join(f"i64 %w{number}" for number in range(words))
    stores = "\n".join(
        f"  %i{number} = add i64 %start, {number + 1}\n"
        f"  %p{number} = getelementptr i64, ptr @found, i64 %i{number}\n  store i64 %w{number}, ptr %p{number}"
        for number in range(words)
    )
    clear = "\n".join(
        f"  store i64 0, ptr getelementptr (i64, ptr @{name}, i64 {channel})"
        for name in ("overflowed", "largest")
        for channel in range(channels)
    )
    unseen = ", ".join("i64 -1" for _ in range(max(1, groups)))
    return f"""
@fired = dso_local global [{max(1, len(system.actions))} x i64] zeroinitializer
@overflowed = dso_local global [{channels} x i64] zeroinitializer
@largest = dso_local global [{channels} x i64] zeroinitializer
@unseen = dso_local global [{max(1, groups)} x i64] [{unseen}]
@failed = dso_local global i64 0
@sizes = dso_local global [2 x i64] [i64 {found}, i64 {seen}]
@found = dso_local global [{found} x i64] zeroinitializer
@found_count = dso_local global i64 0
@seen = dso_local global [{seen} x i64] zeroinitializer
@seen_count = dso_local global i64 0
define internal void @collect_0(i64 %label, {parameters}) nounwind {{
  %n = load i64, ptr @found_count
  %n1 = add i64 %n, 1
  store i64 %n1, ptr @found_count
  %start = mul i64 %n, {entry}
  %pl = getelementptr i64, ptr @found, i64 %start
  store i64 %label, ptr %pl
{stores}
  ret void
}}
define internal void @sight(i64 %group, i64 %bits, i64 %label) nounwind {{
  %none = icmp eq i64 %bits, 0
  br i1 %none, label %leave, label %note
note:
  %n = load i64, ptr @seen_count
  %n1 = add i64 %n, 1
  store i64 %n1, ptr @seen_count
  %start = mul i64 %n, 3
  %p0 = getelementptr i64, ptr @seen, i64 %start
  store i64 %group, ptr %p0
  %p1 = getelementptr i64, ptr %p0, i64 1
  store i64 %bits, ptr %p1
  %p2 = getelementptr i64, ptr %p0, i64 2
  store i64 %label, ptr %p2
  br label %leave
leave:
  ret void
}}
define dso_local i64 @look(ptr %state) nounwind {{
  store i64 0, ptr @found_count
  store i64 0, ptr @seen_count
  store i64 0, ptr @failed
{clear}
  call void @own_0(ptr %state, ptr null)
  %n = load i64, ptr @found_count
  ret i64 %n
}}
"""
