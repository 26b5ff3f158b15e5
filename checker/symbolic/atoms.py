"""What lemmas are made of: simple facts about one or two components of a state, each with a value in a
concrete state, a term in Z3 and a text. Serial numbers are counted from where they start, so that a
fact learned at one width means the same at another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import z3

from checker.symbolic.components import Component, Components
from checker.symbolic.encoding import Encoding
from model.language.domains import Boolean, Enumeration, Integer, Modular
from model.language.systems import System

MOST_VALUES = 40  # of a domain whose single values are worth a fact
MOST_STEPS = 24  # serial numbers further than this from their start are not told apart


class Relation(Enum):
    IS = "is"  # component = code
    AT_MOST = "at most"  # component <= code
    SAME = "same"  # component = other
    NOT_AFTER = "not after"  # counted from the start, component <= other
    AHEAD = "ahead"  # component is ahead of other (serial numbers)
    FOLLOWS = "follows"  # component = other + 1 (serial numbers)
    WITHIN = "within"  # counted from the start, component <= code


@dataclass(frozen=True)
class Atom:
    relation: Relation
    component: str
    code: int = 0
    other: str = ""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.relation.value, self.component, self.code, self.other))

    @property
    def names(self) -> tuple[str, ...]:
        return (self.component, self.other) if self.other else (self.component,)


class Vocabulary:
    """The atoms of one system. start: of serial numbers, by the name of their width.

    Systems that differ in widths only have the same atoms.
    """

    def __init__(self, system: System) -> None:
        self.components = Components(system)
        self.starts: dict[str, int] = {}
        for entry in system.variables:
            if isinstance(entry.domain, Modular):
                code = entry.domain.encode(entry.initial[0])
                if not self.starts.get(entry.domain.width):
                    self.starts[entry.domain.width] = code
        self.atoms: tuple[Atom, ...] = tuple(self._atoms())

    def _atoms(self) -> Iterator[Atom]:
        entries = list(self.components.by_name.values())
        for entry in entries:
            yield from self._of_one(entry)
        for number, entry in enumerate(entries):
            for other in entries[number + 1 :]:
                yield from self._of_two(entry, other)

    def _of_one(self, entry: Component) -> Iterator[Atom]:
        domain = entry.domain
        match domain:
            case Boolean():
                yield Atom(Relation.IS, entry.name, 1)
            case Modular():
                yield Atom(Relation.IS, entry.name, 0)
                for code in range(min(MOST_STEPS, domain.size // 2)):
                    yield Atom(Relation.WITHIN, entry.name, code)
            case Integer() | Enumeration():
                if 2 <= domain.size <= MOST_VALUES:
                    for code in range(domain.size if domain.size > 2 else 1):
                        yield Atom(Relation.IS, entry.name, code)
                if isinstance(domain, Integer):
                    for code in range(1, min(domain.size - 2, MOST_VALUES)):
                        yield Atom(Relation.AT_MOST, entry.name, code)

    def _of_two(self, entry: Component, other: Component) -> Iterator[Atom]:
        domain = entry.domain
        if domain != other.domain or domain.size < 2 or entry.name.endswith(".kind"):
            return
        if isinstance(domain, Modular):
            yield Atom(Relation.SAME, entry.name, other=other.name)
            yield Atom(Relation.NOT_AFTER, entry.name, other=other.name)
            yield Atom(Relation.NOT_AFTER, other.name, other=entry.name)
            yield Atom(Relation.FOLLOWS, entry.name, other=other.name)
            yield Atom(Relation.FOLLOWS, other.name, other=entry.name)
            yield Atom(Relation.AHEAD, entry.name, other=other.name)
            yield Atom(Relation.AHEAD, other.name, other=entry.name)
        elif isinstance(domain, Enumeration) and domain.size > 2:
            yield Atom(Relation.SAME, entry.name, other=other.name)

    def holds(self, atom: Atom) -> Callable[[Mapping[str, int]], bool]:
        """The atom as a test of a state's codes."""
        one, other, code = atom.component, atom.other, atom.code
        domain = self.components.by_name[one].domain
        start = self.starts[domain.width] if isinstance(domain, Modular) else 0
        size = domain.size
        match atom.relation:
            case Relation.IS:
                return lambda codes: codes[one] == code
            case Relation.AT_MOST:
                return lambda codes: codes[one] <= code
            case Relation.SAME:
                return lambda codes: codes[one] == codes[other]
            case Relation.NOT_AFTER:
                return lambda codes: (codes[one] - start) % size <= (codes[other] - start) % size
            case Relation.AHEAD:
                return lambda codes: 1 <= (codes[one] - codes[other]) % size < size // 2
            case Relation.FOLLOWS:
                return lambda codes: (codes[one] - codes[other]) % size == 1
            case Relation.WITHIN:
                return lambda codes: (codes[one] - start) % size <= code

    def term(self, atom: Atom, encoding: Encoding, effects: Mapping[str, z3.ExprRef] | None = None) -> z3.BoolRef:
        """The atom as a term over a state; with the effects of a move, of the state after it."""
        changed = effects or {}
        one = changed.get(atom.component, encoding.constants[atom.component])
        domain = self.components.by_name[atom.component].domain
        if atom.relation is Relation.IS:
            return one == encoding.code(atom.component, atom.code)
        if atom.relation is Relation.SAME:
            return one == changed.get(atom.other, encoding.constants[atom.other])
        assert isinstance(one, z3.BitVecRef)
        if atom.relation is Relation.AT_MOST:
            return z3.ULE(one, atom.code)
        assert isinstance(domain, Modular)
        start = z3.BitVecVal(self.starts[domain.width], domain.bits, encoding.context)
        if atom.relation is Relation.WITHIN:
            return z3.ULE(one - start, atom.code)
        other = changed.get(atom.other, encoding.constants[atom.other])
        assert isinstance(other, z3.BitVecRef)
        if atom.relation is Relation.FOLLOWS:
            return one == other + 1
        if atom.relation is Relation.NOT_AFTER:
            return z3.ULE(one - start, other - start)
        return z3.ULT(one - other - 1, z3.BitVecVal(domain.modulus // 2 - 1, domain.bits, encoding.context))

    def text(self, atom: Atom, positive: bool) -> str:
        """The atom or its negation in words."""
        domain = self.components.by_name[atom.component].domain
        one, no = atom.component, "" if positive else "not "
        match atom.relation:
            case Relation.IS if isinstance(domain, Boolean):
                return f"{no}{one}"
            case Relation.IS if one.endswith(".kind"):
                return self.components.kind_in_words(one, atom.code, positive)
            case Relation.IS if isinstance(domain, Enumeration | Integer) and domain.size == 2:
                return f"{one} = {domain.decode(atom.code if positive else 1 - atom.code)}"
            case Relation.IS:
                return f"{one} {'=' if positive else '≠'} {domain.decode(atom.code)}"
            case Relation.AT_MOST:
                return f"{one} {'≤' if positive else '>'} {domain.decode(atom.code)}"
            case Relation.SAME:
                return f"{one} {'=' if positive else '≠'} {atom.other}"
            case Relation.NOT_AFTER:
                return f"{one} {'≤' if positive else '>'} {atom.other}, counted from the start"
            case Relation.FOLLOWS:
                return f"{one} {'=' if positive else '≠'} {atom.other} + 1"
            case Relation.AHEAD:
                return f"{one} is {no}ahead of {atom.other}"
            case Relation.WITHIN if atom.code == 0:
                return f"{one} {'=' if positive else '≠'} start"
            case Relation.WITHIN:
                return f"{one} {'≤' if positive else '>'} start + {atom.code}"
