"""Finite domains of values. A domain may name what a scenario fills in later (a width, a bound,
the members of an enumeration); `resolve` fills it in. Values are bool, int or str; members of a
Python enumeration stand for their `.value`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from model.language.errors import ModelError, nearest

Value: TypeAlias = bool | int | str


def plain(value: Value | Enum) -> Value:
    """The plain value behind `value`: members of an enumeration stand for their `.value`."""
    if isinstance(value, Enum):
        return str(value.value)
    return value


@dataclass(frozen=True)
class Sizes:
    """What a scenario says about domains: widths in bits, upper bounds, members of enumerations."""

    widths: Mapping[str, int] = field(default_factory=dict)
    bounds: Mapping[str, int] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Boolean:
    """The two truth values; encoded false = 0, true = 1."""

    def resolve(self, sizes: Sizes) -> Boolean:
        return self

    @property
    def values(self) -> tuple[Value, ...]:
        return (False, True)

    @property
    def size(self) -> int:
        return 2

    def contains(self, value: Value) -> bool:
        return isinstance(value, bool)

    def encode(self, value: Value) -> int:
        return int(value)

    def decode(self, code: int) -> Value:
        return bool(code)


@dataclass(frozen=True)
class Enumeration:
    """Named values, encoded by position. Without members they come from the scenario."""

    name: str
    members: tuple[str, ...] = ()

    @staticmethod
    def of(source: type[Enum]) -> Enumeration:
        return Enumeration(source.__name__, tuple(str(member.value) for member in source))

    def resolve(self, sizes: Sizes) -> Enumeration:
        if self.members:
            return self
        if self.name not in sizes.members:
            raise ModelError(
                f'enumeration "{self.name}" has no members: {nearest(self.name, sizes.members)}'
            )
        return Enumeration(self.name, sizes.members[self.name])

    @property
    def values(self) -> tuple[Value, ...]:
        return self.members

    @property
    def size(self) -> int:
        return len(self.members)

    def contains(self, value: Value) -> bool:
        return isinstance(value, str) and value in self.members

    def encode(self, value: Value) -> int:
        return self.members.index(str(value))

    def decode(self, code: int) -> Value:
        return self.members[code]


@dataclass(frozen=True)
class Integer:
    """Integers from `low` to `high` inclusive; `high` may name a bound of the scenario."""

    low: int
    high: int | str

    def resolve(self, sizes: Sizes) -> Integer:
        if isinstance(self.high, int):
            return self
        if self.high not in sizes.bounds:
            raise ModelError(f'unknown bound "{self.high}": {nearest(self.high, sizes.bounds)}')
        return Integer(self.low, sizes.bounds[self.high])

    @property
    def top(self) -> int:
        """The upper bound of a resolved domain."""
        if isinstance(self.high, str):
            raise ModelError(f'the bound "{self.high}" is not filled in')
        return self.high

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(range(self.low, self.top + 1))

    @property
    def size(self) -> int:
        return self.top - self.low + 1

    def contains(self, value: Value) -> bool:
        return type(value) is int and self.low <= value <= self.top

    def encode(self, value: Value) -> int:
        return int(value) - self.low

    def decode(self, code: int) -> Value:
        return self.low + code


@dataclass(frozen=True)
class Modular:
    """Numbers modulo 2**bits, compared as serial numbers; `width` names the scenario's setting."""

    width: str
    bits: int = 0

    def resolve(self, sizes: Sizes) -> Modular:
        if self.bits:
            return self
        if self.width not in sizes.widths:
            raise ModelError(f'unknown width "{self.width}": {nearest(self.width, sizes.widths)}')
        return Modular(self.width, sizes.widths[self.width])

    @property
    def modulus(self) -> int:
        if not self.bits:
            raise ModelError(f'the width "{self.width}" is not filled in')
        return 1 << self.bits

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(range(self.modulus))

    @property
    def size(self) -> int:
        return self.modulus

    def contains(self, value: Value) -> bool:
        return type(value) is int and 0 <= value < self.modulus

    def encode(self, value: Value) -> int:
        return int(value)

    def decode(self, code: int) -> Value:
        return code


Domain: TypeAlias = Boolean | Enumeration | Integer | Modular

BOOLEAN = Boolean()


def bits_of(domain: Domain) -> int:
    """Bits that hold every code of a resolved `domain`."""
    return max(1, (domain.size - 1).bit_length())


def describe(domain: Domain) -> str:
    """The domain in words, for error messages."""
    match domain:
        case Boolean():
            return "true or false"
        case Enumeration(name, members):
            return f"{name} ({', '.join(members)})"
        case Integer(low, high):
            return f"{low} to {high}"
        case Modular(width, bits):
            return f"{width} (modulo 2^{bits})"
