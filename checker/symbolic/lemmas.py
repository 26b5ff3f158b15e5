"""Lemmas: clauses that no explored state contradicts. Each is learned from one state that gets in the way
of a proof: the weakest few facts about it that no explored state has together are denied of all states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import z3

from checker.symbolic.atoms import Atom, Relation, Vocabulary
from checker.symbolic.encoding import Encoding
from checker.symbolic.reachable import FEW, Sample

MOST_OF_A_KIND = 3  # lemmas learned from one state
MOST_FROM_FACTS = 2  # lemmas learned from the facts that are to blame
MOST_TOGETHER = 4  # literals of a lemma, where no search for a longer one is needed
FEW_FACTS = 16  # of which so many together are tried; one less of more
FIRST = (1 << FEW) - 1


class Literal(NamedTuple):
    atom: Atom
    positive: bool

    @property
    def opposite(self) -> Literal:
        return Literal(self.atom, not self.positive)


@dataclass(frozen=True)
class Lemma:
    """Not all of these literals at once."""

    denied: tuple[Literal, ...]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.denied)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(name for literal in self.denied for name in literal.atom.names)

    def term(self, literal_term: Callable[[Literal], z3.BoolRef], encoding: Encoding) -> z3.BoolRef:
        """literal_term: of a literal over a state."""
        return encoding.encoder.some(literal_term(literal.opposite) for literal in self.denied)

    def denial(self, literal_term: Callable[[Literal], z3.BoolRef], encoding: Encoding) -> z3.BoolRef:
        """The opposite of `term`."""
        return encoding.encoder.every(literal_term(literal) for literal in self.denied)

    def text(self, vocabulary: Vocabulary) -> str:
        """The lemma in words: from what is so to what is so then, with as few negations as it takes."""
        facts = sorted((entry for entry in self.denied if entry.positive), key=_control_state_first)
        others = [entry for entry in self.denied if not entry.positive]
        if not others:
            *facts, last = facts
            others = [last]
        conclusion = " or ".join(vocabulary.text(entry.atom, not entry.positive) for entry in others)
        premise = " and ".join(vocabulary.text(entry.atom, entry.positive) for entry in facts)
        return f"{premise} → {conclusion}" if premise else conclusion

    def follows_from(self, other: Lemma) -> bool:
        """Whether it says no more than another one: each fact denied there is told by one that is denied here."""
        return all(any(_tells(mine, theirs) for mine in self.denied) for theirs in other.denied)


def _control_state_first(literal: Literal) -> tuple[bool, bool]:
    """Relations between components last: they make good conclusions."""
    return literal.atom.other != "", not literal.atom.component.endswith((".state", ".kind"))


def _tells(fact: Literal, other: Literal) -> bool:
    """Whether the first is never true without the other. Says no where it does not look closely."""
    one, two = fact.atom, other.atom
    if one == two:
        return fact.positive == other.positive
    if one.component != two.component or one.relation is not two.relation:
        return False
    match one.relation:
        case Relation.IS:
            return fact.positive and not other.positive
        case Relation.AT_MOST | Relation.WITHIN:
            if fact.positive != other.positive:
                return False
            return one.code <= two.code if fact.positive else one.code >= two.code
    return False


class Learner:
    """Learns lemmas at the width of `vocabulary` from a sample at another width."""

    def __init__(self, vocabulary: Vocabulary, sample: Sample) -> None:
        self.vocabulary, self.sample = vocabulary, sample
        self.tests = [(atom, vocabulary.holds(atom)) for atom in sample.vocabulary.atoms if atom in sample.positive]
        self.weights: dict[Literal, int] = {}
        self.sets: dict[Literal, int] = {}

    def literals(self, codes: Mapping[str, int]) -> list[Literal]:
        """What holds in a state, the facts that most explored states share first."""
        return self._weakest_first(self.facts(codes))

    def facts(self, codes: Mapping[str, int]) -> list[Literal]:
        """Everything that can be said of a state."""
        return [Literal(atom, holds(codes)) for atom, holds in self.tests]

    def _weakest_first(self, facts: Sequence[Literal]) -> list[Literal]:
        """Without what all explored states share."""
        for literal in facts:
            if literal not in self.sets:
                bits = self.sample.bits(literal.atom, literal.positive)
                self.sets[literal] = bits
                self.weights[literal] = bits.bit_count()
        found = sorted(facts, key=lambda literal: -self.weights[literal])
        return [literal for literal in found if self.weights[literal] < self.sample.size]

    def count_as_reached(self, codes: Mapping[str, int]) -> None:
        """Learn no lemma any more that excludes this state."""
        self.sample.add(self.vocabulary, codes)
        self.sets.clear()
        self.weights.clear()

    def excludes(self, lemma: Lemma, codes: Mapping[str, int]) -> bool:
        return all(self.vocabulary.holds(entry.atom)(codes) == entry.positive for entry in lemma.denied)

    def lemmas(self, codes: Mapping[str, int]) -> list[Lemma]:
        """Lemmas that exclude this state; empty if the explored states have all its facts together."""
        literals = self.literals(codes)
        never = [literal for literal in literals if self.weights[literal] == 0]
        if never:
            return [Lemma((literal,)) for literal in never[:MOST_OF_A_KIND]]
        pairs = self._pairs(literals)
        if pairs:
            return pairs
        cube = self._cube(literals)
        return [Lemma(cube)] if cube else []

    def lemmas_from(self, facts: Sequence[Literal]) -> list[Lemma]:
        """The shortest lemmas that deny some of these facts together; empty if the explored states have them all."""
        literals = self._weakest_first(facts)
        few = [self.sets[literal] & FIRST for literal in literals]
        for size in range(1, MOST_TOGETHER + 1 if len(literals) <= FEW_FACTS else MOST_TOGETHER):
            found = [chosen for chosen in combinations(range(len(literals)), size) if not _common(few, chosen)]
            found.sort(key=lambda chosen: -sum(self.weights[literals[number]] for number in chosen))
            lemmas: dict[frozenset[str], Lemma] = {}
            for chosen in found:
                lemma = Lemma(tuple(literals[number] for number in chosen))
                if lemma.names not in lemmas and not _common([self.sets[entry] for entry in lemma.denied]):
                    lemmas[lemma.names] = lemma
                    if len(lemmas) == MOST_FROM_FACTS:
                        break
            if lemmas:
                return list(lemmas.values())
        cube = self._cube(literals)
        return [Lemma(cube)] if cube else []

    def _pairs(self, literals: list[Literal]) -> list[Lemma]:
        found: list[tuple[int, Literal, Literal]] = []
        few = [self.sets[literal] & FIRST for literal in literals]
        for index, one in enumerate(few):
            weight = self.weights[literals[index]]
            for other in range(index):
                if not one & few[other]:
                    found.append((weight, literals[other], literals[index]))
        found.sort(key=lambda entry: -entry[0])
        chosen: list[Lemma] = []
        used: set[frozenset[str]] = set()
        for _, one_literal, other_literal in found:
            names = frozenset((*one_literal.atom.names, *other_literal.atom.names))
            if names not in used and not self.sets[one_literal] & self.sets[other_literal]:
                used.add(names)
                chosen.append(Lemma((one_literal, other_literal)))
                if len(chosen) == MOST_OF_A_KIND:
                    break
        return chosen

    def _cube(self, literals: list[Literal]) -> tuple[Literal, ...]:
        """A smallest set of literals without a state in the sample: the rarest are left out first."""
        order = list(reversed(literals))  # rare ones first
        rest = [self.sample.everything]  # rest[i]: states with all of the i last literals
        for literal in reversed(order):
            rest.append(rest[-1] & self.sets[literal])
        if rest[-1]:
            return ()
        kept: list[Literal] = []
        common = self.sample.everything
        for index, literal in enumerate(order):
            if common & rest[len(order) - 1 - index]:
                kept.append(literal)
                common &= self.sets[literal]
        return tuple(kept)


def _common(sets: Sequence[int], chosen: Iterable[int] | None = None) -> int:
    """The states that are in all of these sets (default: in every one)."""
    found = -1
    for number in range(len(sets)) if chosen is None else chosen:
        found &= sets[number]
        if not found:
            break
    return found
