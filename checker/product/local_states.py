"""The states that each part can be in, with every value of what is shared that it can meet there.
Other parts count by the changes of shared values they can make, so that more may be listed than is
reachable, never less. Parts with equal code share one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from checker.explicit.packing import Layout, mask
from checker.product.local_code import Expansion, LocalCode
from model.language.systems import System

MOST_STATES = 120_000  # of a part, each with each shared value


class TooManyStates(Exception):
    """A part alone has more states than a list of them is good for."""


@dataclass
class Node:
    """A state of a part under one shared value. successors: (label, state, shared value after it)."""

    successors: list[tuple[int, int, int]]
    expansion: Expansion


@dataclass(eq=False)
class LocalStates:
    """The states of all parts with this code.

    keys: a state's number -> its words with nothing shared in them. nodes: state -> shared value -> Node.
    """

    system: System
    layout: Layout
    code: LocalCode
    shared: Sequence[str]
    parts: int = 0
    keys: list[tuple[int, ...]] = field(default_factory=list)
    nodes: list[dict[int, Node]] = field(default_factory=list)
    changes: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers: dict[tuple[int, ...], int] = {}
        self._pieces = [self.layout.variable_pieces[self.system.variable_index[name]] for name in self.shared]
        self._kept = [2**64 - 1] * self.layout.words
        for piece in self._pieces:
            self._kept[piece.word] &= ~(mask(piece.width) << piece.shift)

    @property
    def count(self) -> int:
        return len(self.keys)

    def number(self, words: Sequence[int]) -> int:
        """The number of a state, given with or without what is shared."""
        key = tuple(word & kept for word, kept in zip(words, self._kept, strict=True))
        found = self.numbers.get(key)
        if found is None:
            found = self.numbers[key] = len(self.keys)
            self.keys.append(key)
            self.nodes.append({})
        return found

    def shared_codes(self, words: Sequence[int]) -> tuple[int, ...]:
        return tuple(words[piece.word] >> piece.shift & mask(piece.width) for piece in self._pieces)

    def words(self, state: int, codes: Sequence[int]) -> list[int]:
        words = list(self.keys[state])
        for piece, code in zip(self._pieces, codes, strict=True):
            words[piece.word] |= code << piece.shift
        return words


class SharedValues:
    """Combinations of values of the shared variables, numbered as they turn up."""

    def __init__(self) -> None:
        self.codes: list[tuple[int, ...]] = []
        self._numbers: dict[tuple[int, ...], int] = {}

    def number(self, codes: tuple[int, ...]) -> int:
        found = self._numbers.get(codes)
        if found is None:
            found = self._numbers[codes] = len(self.codes)
            self.codes.append(codes)
        return found


class Listing:
    """Lists the states of all parts together, until nothing new turns up."""

    def __init__(self, kinds: Sequence[LocalStates], values: SharedValues, pause: Callable[[], None]) -> None:
        self.kinds = kinds
        self.values = values
        self.pause = pause  # called now and then; may raise
        self.waiting: list[tuple[int, int, int]] = []
        self.listed = 0

    def add(self, kind: int, state: int, value: int) -> None:
        """A state of a part that can be, under a shared value that can be."""
        nodes = self.kinds[kind].nodes[state]
        if value not in nodes:
            nodes[value] = Node([], _NOTHING)
            self.waiting.append((kind, state, value))

    def run(self) -> None:
        """Raises TooManyStates."""
        while self.waiting:
            kind, state, value = self.waiting.pop()
            self.listed += 1
            if self.listed > MOST_STATES:
                raise TooManyStates
            if self.listed % 512 == 0:
                self.pause()
            self._expand(kind, state, value)

    def _expand(self, kind: int, state: int, value: int) -> None:
        states = self.kinds[kind]
        expansion = states.code.expansion(states.words(state, self.values.codes[value]))
        successors = []
        for label, words in expansion.successors:
            following, after = states.number(words), self.values.number(states.shared_codes(words))
            successors.append((label, following, after))
            self.add(kind, following, after)
            if after != value and after not in states.changes.setdefault(value, set()):
                states.changes[value].add(after)
                self._disturb(kind, value, after)
        states.nodes[state][value] = Node(successors, expansion)
        for other, others in enumerate(self.kinds):
            if other != kind or others.parts > 1:
                for after in others.changes.get(value, ()):
                    self.add(kind, state, after)

    def _disturb(self, changing: int, value: int, after: int) -> None:
        """Parts of the kind `changing` turn out to change this shared value: the others must be ready for it."""
        for kind, states in enumerate(self.kinds):
            if kind != changing or states.parts > 1:
                for state, nodes in enumerate(states.nodes):
                    if value in nodes:
                        self.add(kind, state, after)


_NOTHING = Expansion((), 0, {}, 0, 0, ())
