"""How two text formats spell the few operations on bit-vectors that a system needs. Terms are strings;
truth values are Bool in SMT-LIB and one bit in Verilog."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Syntax(Protocol):
    """Numbers are unsigned codes of a width in bits unless `signed` is said."""

    true: str
    false: str

    def name(self, name: str) -> str: ...
    def number(self, code: int, width: int) -> str: ...
    def no(self, one: str) -> str: ...
    def both(self, parts: Sequence[str]) -> str: ...
    def either(self, parts: Sequence[str]) -> str: ...
    def same(self, one: str, other: str) -> str: ...
    def below(self, one: str, other: str) -> str: ...
    def below_signed(self, one: str, other: str) -> str: ...
    def plus(self, one: str, other: str) -> str: ...
    def minus(self, one: str, other: str) -> str: ...
    def choose(self, condition: str, one: str, other: str) -> str: ...
    def widened(self, one: str, by: int) -> str: ...
    def lowest(self, one: str, width: int) -> str: ...


class SmtLib:
    true, false = "true", "false"

    def name(self, name: str) -> str:
        return f"|{name}|"

    def number(self, code: int, width: int) -> str:
        return f"#b{code:0{width}b}"

    def no(self, one: str) -> str:
        if one in (self.true, self.false):
            return self.true if one == self.false else self.false
        return f"(not {one})"

    def both(self, parts: Sequence[str]) -> str:
        return self._junction("and", parts, self.true, self.false)

    def either(self, parts: Sequence[str]) -> str:
        return self._junction("or", parts, self.false, self.true)

    def _junction(self, word: str, parts: Sequence[str], unit: str, zero: str) -> str:
        kept = list(dict.fromkeys(part for part in parts if part != unit))
        if zero in kept:
            return zero
        if len(kept) < 2:
            return kept[0] if kept else unit
        return f"({word} {' '.join(kept)})"

    def same(self, one: str, other: str) -> str:
        return f"(= {one} {other})"

    def below(self, one: str, other: str) -> str:
        return f"(bvult {one} {other})"

    def below_signed(self, one: str, other: str) -> str:
        return f"(bvslt {one} {other})"

    def plus(self, one: str, other: str) -> str:
        return f"(bvadd {one} {other})"

    def minus(self, one: str, other: str) -> str:
        return f"(bvsub {one} {other})"

    def choose(self, condition: str, one: str, other: str) -> str:
        if condition in (self.true, self.false) or one == other:
            return other if condition == self.false else one
        return f"(ite {condition} {one} {other})"

    def widened(self, one: str, by: int) -> str:
        return f"((_ zero_extend {by}) {one})"

    def lowest(self, one: str, width: int) -> str:
        return f"((_ extract {width - 1} 0) {one})"
