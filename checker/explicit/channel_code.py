"""Native code of what happens to the messages in flight on a channel, after `channel_contents.py`.
Contents are lists of slot codes in canonical order, empty slots last."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explicit.function_text import FunctionText, Operand
from checker.explicit.packing import SlotLayout


class ChannelCode:
    """Writes operations on the contents of one channel."""

    def __init__(self, text: FunctionText, slot: SlotLayout) -> None:
        self.text = text
        self.slot = slot
        self.register = slot.register

    # which messages can be taken

    def present(self, code: Operand) -> Operand:
        return self.text.compare("ne", self.register, code, 0)

    def _same(self, left: Operand, right: Operand) -> Operand:
        return self.text.compare("eq", self.register, left, right)

    def _is_copy(self, code: Operand) -> Operand:
        return self.text.resized(code, self.register, 1)

    def _distinct(self, contents: Sequence[Operand], position: int) -> Operand:
        result = self.present(contents[position])
        for earlier in contents[:position]:
            different = self.text.negation(self._same(earlier, contents[position]))
            result = self.text.conjunction(1, result, different)
        return result

    def deliverable(self, contents: Sequence[Operand], position: int) -> Operand:
        """First of its lane; in a multiset, first of the equal ones (a copy stands behind its original)."""
        here = contents[position]
        if position == 0:
            return self.present(here)
        shift = 1 if self.slot.channel.reorders else self.slot.lane_shift
        group, before = (self.text.shift_right(self.register, code, shift) for code in (here, contents[position - 1]))
        return self.text.conjunction(1, self.present(here), self.text.compare("ne", self.register, group, before))

    def losable(self, contents: Sequence[Operand], position: int) -> Operand:
        """Distinct, and a copy or without one."""
        copied: Operand = 0
        copy = self.text.disjunction(self.register, contents[position], 1)
        for other in contents:
            copied = self.text.disjunction(1, copied, self._same(other, copy))
        free = self.text.disjunction(1, self._is_copy(contents[position]), self.text.negation(copied))
        return self.text.conjunction(1, self._distinct(contents, position), free)

    def duplicable(self, contents: Sequence[Operand], position: int) -> Operand:
        original = self.text.negation(self._is_copy(contents[position]))
        return self.text.conjunction(1, self.losable(contents, position), original)

    def can_be_taken(self, how: str, contents: Sequence[Operand], position: int) -> Operand:
        """how: "deliver", "lose" or "duplicate"."""
        tests = {"deliver": self.deliverable, "lose": self.losable, "duplicate": self.duplicable}
        return tests[how](contents, position)

    # what happens to them

    def removed(self, contents: Sequence[Operand], position: Operand) -> list[Operand]:
        following = [*contents[1:], 0]
        return [
            self.text.select(self.register, self.text.compare("ult", 64, index, position), here, after)
            for index, (here, after) in enumerate(zip(contents, following, strict=True))
        ]

    def duplicated(self, contents: Sequence[Operand], position: Operand, taken: Operand) -> list[Operand]:
        """A marked copy of the message `taken` from `position`, right behind it."""
        copy = self.text.disjunction(self.register, taken, 1)
        if self.slot.channel.reorders:
            return self.inserted(contents, copy)
        result: list[Operand] = []
        for index, here in enumerate(contents):
            before: Operand = contents[index - 1] if index else 0
            at_copy = self.text.compare("eq", 64, index - 1, position)
            moved = self.text.select(self.register, at_copy, copy, before)
            behind = self.text.compare("slt", 64, position, index)
            result.append(self.text.select(self.register, behind, moved, here))
        return result

    def _key(self, code: Operand) -> Operand:
        """Canonical order as a number; the largest for an empty slot."""
        key = self.text.subtract(self.register, code, 1)
        return key if self.slot.channel.reorders else self.text.shift_right(self.register, key, self.slot.lane_shift)

    def has_room(self, contents: Sequence[Operand]) -> Operand:
        return self.text.compare("eq", self.register, contents[-1], 0)

    def inserted(self, contents: Sequence[Operand], code: Operand) -> list[Operand]:
        """`code` behind everything that is not greater. Nothing changes if there is no room or no message."""
        result: list[Operand] = []
        room = self.has_room(contents)
        key = self._key(code)
        passed: Operand = 0
        for index, here in enumerate(contents):
            smaller = self.text.compare("ult", self.register, key, self._key(here))
            smaller = self.text.conjunction(1, room, smaller)
            before: Operand = contents[index - 1] if index else 0
            moved = self.text.select(self.register, passed, before, code)
            result.append(self.text.select(self.register, smaller, moved, here))
            passed = smaller
        return result

    def sorted(self, contents: Sequence[Operand]) -> list[Operand]:
        """Any list of messages and empty slots in canonical order, equal ones in the order given."""
        result: list[Operand] = [0] * len(contents)
        for code in contents:
            result = self.inserted(result, code)
        return result
