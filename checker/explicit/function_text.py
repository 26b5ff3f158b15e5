"""The body of one native function as LLVM text, written instruction by instruction.
Operations on constants are done here, and an operation written twice is computed once: every
block must be dominated by those written before it, unless it is inside `aside`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

Operand: TypeAlias = int | str


class FunctionText:
    """Operands are Python integers (constants) or names. Types are bit widths; 1 is a truth value."""

    def __init__(self, name: str, parameters: str, *, attributes: str = "internal", result: str = "void") -> None:
        self.name = name
        self._lines = [f"define {attributes} {result} @{name}({parameters}) nounwind {{", "entry:"]
        self._count = 0
        self._known: dict[str, str] = {}
        self._made: dict[str, str] = {}  # by name: the instruction

    # structure

    def fresh(self, stem: str = "v") -> str:
        self._count += 1
        return f"{stem}{self._count}"

    def line(self, text: str) -> None:
        self._lines.append("  " + text)

    def block(self, label: str) -> None:
        self._lines.append(f"{label}:")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Code in a branch that later blocks do not depend on: nothing computed inside is reused after."""
        known = dict(self._known)
        yield
        self._known = known

    def unless(self, condition: Operand, target: str) -> None:
        """Leave for `target` unless `condition`; go on in a new block."""
        if condition == 1:
            return
        following = self.fresh("b")
        self.line(f"br i1 {condition}, label %{following}, label %{target}")
        self.block(following)

    def text(self) -> str:
        return "\n".join([*self._lines, "}", ""])

    def _value(self, instruction: str) -> str:
        found = self._known.get(instruction)
        if found is None:
            found = "%" + self.fresh()
            self._known[instruction] = found
            self._made[found] = instruction
            self._lines.append(f"  {found} = {instruction}")
        return found

    # memory

    def load(self, address: str, width: int = 64) -> Operand:
        """Memory that does not change while the function runs."""
        return self._value(f"load i{width}, ptr {address}")

    def element(self, base: str, index: Operand) -> str:
        return base if index == 0 else self._value(f"getelementptr i64, ptr {base}, i64 {index}")

    # operations

    def add(self, width: int, left: Operand, right: Operand) -> Operand:
        if isinstance(left, int) and isinstance(right, int):
            return signed(left + right, width)
        if left == 0:
            return right
        if right == 0:
            return left
        return self._value(f"add i{width} {left}, {right}")

    def subtract(self, width: int, left: Operand, right: Operand) -> Operand:
        if isinstance(left, int) and isinstance(right, int):
            return signed(left - right, width)
        return left if right == 0 else self._value(f"sub i{width} {left}, {right}")

    def conjunction(self, width: int, left: Operand, right: Operand) -> Operand:
        left, right = ordered(left, right)
        if isinstance(right, int):
            ones = -1 if width > 1 else 1
            if isinstance(left, int):
                return signed(left & right, width)
            if right == 0:
                return 0
            if right == ones:
                return left
        return left if left == right else self._value(f"and i{width} {left}, {right}")

    def disjunction(self, width: int, left: Operand, right: Operand) -> Operand:
        left, right = ordered(left, right)
        if isinstance(right, int):
            ones = -1 if width > 1 else 1
            if isinstance(left, int):
                return signed(left | right, width)
            if right == 0:
                return left
            if right == ones:
                return ones
        return left if left == right else self._value(f"or i{width} {left}, {right}")

    def exclusive(self, width: int, left: Operand, right: Operand) -> Operand:
        left, right = ordered(left, right)
        if isinstance(left, int) and isinstance(right, int):
            return signed(left ^ right, width)
        return left if right == 0 else self._value(f"xor i{width} {left}, {right}")

    def negation(self, condition: Operand) -> Operand:
        if isinstance(condition, int):
            return 1 - condition
        made = self._made.get(condition, "")
        if made.startswith("xor i1 ") and made.endswith(", 1"):
            return made.removeprefix("xor i1 ").removesuffix(", 1")
        if made.startswith("icmp eq "):
            return self._value(made.replace("icmp eq ", "icmp ne ", 1))
        return self._value(f"xor i1 {condition}, 1")

    def shift_left(self, width: int, value: Operand, by: int) -> Operand:
        if isinstance(value, int):
            return signed(value << by, width)
        return value if by == 0 else self._value(f"shl i{width} {value}, {by}")

    def shift_right(self, width: int, value: Operand, by: int) -> Operand:
        if isinstance(value, int):
            return signed((value & ((1 << width) - 1)) >> by, width)
        return value if by == 0 else self._value(f"lshr i{width} {value}, {by}")

    def masked(self, width: int, value: Operand, bits: int) -> Operand:
        """The lowest `bits` bits."""
        return value if bits >= width else self.conjunction(width, value, (1 << bits) - 1)

    def resized(self, value: Operand, source: int, target: int) -> Operand:
        if source == target:
            return value
        if isinstance(value, int):
            return signed(value & ((1 << min(source, target)) - 1), target)
        return self._value(f"{'zext' if source < target else 'trunc'} i{source} {value} to i{target}")

    def compare(self, relation: str, width: int, left: Operand, right: Operand) -> Operand:
        """relation: eq, ne, slt, ult."""
        if isinstance(left, int) and isinstance(right, int):
            if relation == "ult":
                return int(left & ((1 << width) - 1) < right & ((1 << width) - 1))
            return int({"eq": left == right, "ne": left != right, "slt": left < right}[relation])
        if left == right:
            return int(relation == "eq")
        if relation in ("eq", "ne"):
            left, right = ordered(left, right)
            if width == 1:  # what compilers do quickly
                differ = self.negation(left) if right == 1 else self.exclusive(1, left, right)
                return differ if relation == "ne" else self.negation(differ)
        return self._value(f"icmp {relation} i{width} {left}, {right}")

    def select(self, width: int, condition: Operand, then: Operand, otherwise: Operand) -> Operand:
        if isinstance(condition, int):
            return then if condition else otherwise
        if then == otherwise:
            return then
        if width == 1:
            if then == 1 and otherwise == 0:
                return condition
            if then == 0 and otherwise == 1:
                return self.negation(condition)
        return self._value(f"select i1 {condition}, i{width} {then}, i{width} {otherwise}")

    def call(self, function: str, arguments: str) -> None:
        self.line(f"call void @{function}({arguments})")


def signed(value: int, width: int) -> int:
    """`value` modulo 2**width as LLVM writes it: signed, truth values as 0 and 1."""
    value &= (1 << width) - 1
    return value - (1 << width) if width > 1 and value >> (width - 1) else value


def ordered(left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """The operands of a commutative operation in one order, a constant last."""
    if isinstance(left, int):
        return right, left
    if isinstance(right, int):
        return left, right
    return (left, right) if left <= right else (right, left)
