"""States that an explored small instance reaches, and for every atom the set of them in which it holds,
as the bits of one integer. What no state in the sample shows is a candidate, never a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations, product
from random import Random

from checker.explicit.engine import ExplicitSearch
from checker.symbolic.atoms import Atom, Relation, Vocabulary
from model.language.channel_contents import Contents, Flight, field_value
from model.language.domains import Modular
from model.language.interpretation import State
from model.language.systems import System, SystemChannel

SEED = 1
LEARNT_BITS = 8  # of the widest component of a system that is sampled
FEW = 4096  # states that a first look at a candidate takes in
Codes = Mapping[str, int]


class Sample:
    """What the states looked at show. columns: component -> its code in each state, one byte each."""

    def __init__(self, vocabulary: Vocabulary, columns: Mapping[str, bytes]) -> None:
        self.vocabulary = vocabulary
        self.size = len(next(iter(columns.values()), b""))
        self.everything = (1 << self.size) - 1
        self.positive: dict[Atom, int] = {}
        values = _Values(vocabulary, columns)
        for atom in vocabulary.atoms:
            self.positive[atom] = values.bits(atom)

    def add(self, vocabulary: Vocabulary, codes: Codes) -> None:
        """Count one more state, of a system like the sampled one, among those reached."""
        for atom in self.positive:
            self.positive[atom] |= vocabulary.holds(atom)(codes) << self.size
        self.size += 1
        self.everything = (1 << self.size) - 1

    def bits(self, atom: Atom, positive: bool) -> int:
        """The states in which an atom holds, or does not: a bit each."""
        found = self.positive[atom]
        return found if positive else self.everything ^ found


class _Values:
    """The states in which a component has a code, as bits; from these come all atoms."""

    def __init__(self, vocabulary: Vocabulary, columns: Mapping[str, bytes]) -> None:
        self.vocabulary, self.columns = vocabulary, columns
        self._known: dict[str, list[int]] = {}

    def of(self, component: str) -> list[int]:
        """One set of states a code, counted from the start for serial numbers."""
        if component not in self._known:
            domain = self.vocabulary.components.by_name[component].domain
            start = self.vocabulary.starts[domain.width] if isinstance(domain, Modular) else 0
            column = self.columns[component][::-1]  # bit 0 is the first state
            sets = []
            for code in range(domain.size):
                table = bytearray(b"0" * 256)
                table[(code + start) % domain.size] = ord("1")
                sets.append(int(column.translate(table) or b"0", 2))
            self._known[component] = sets
        return self._known[component]

    def bits(self, atom: Atom) -> int:
        one, other = self.of(atom.component), self.of(atom.other) if atom.other else []
        domain = self.vocabulary.components.by_name[atom.component].domain
        size = len(one)
        match atom.relation:
            case Relation.IS:
                start = self.vocabulary.starts[domain.width] if isinstance(domain, Modular) else 0
                return one[(atom.code - start) % size]
            case Relation.AT_MOST | Relation.WITHIN:
                return _union(one[: atom.code + 1])
            case Relation.SAME:
                return _union(left & right for left, right in zip(one, other, strict=True))
            case Relation.NOT_AFTER:
                return _union(left & _union(other[code:]) for code, left in enumerate(one) if left)
            case Relation.FOLLOWS:
                return _union(left & other[(code - 1) % size] for code, left in enumerate(one))
            case Relation.AHEAD:
                return _union(
                    right & _union(one[(code + step) % size] for step in range(1, size // 2))
                    for code, right in enumerate(other) if right
                )  # fmt: skip


def _union(sets: Iterable[int]) -> int:
    found = 0
    for entry in sets:
        found |= entry
    return found


def sample_of(system: System, search: ExplicitSearch, most: int) -> Sample:
    """Up to `most` of the states that a search of `system` found, chosen at random (always the same ones)."""
    vocabulary = Vocabulary(system)
    count = search.tables.count
    chosen = list(range(count)) if count <= most else Random(SEED).sample(range(count), most)
    return Sample(vocabulary, _columns(vocabulary, search, chosen))


def _columns(vocabulary: Vocabulary, search: ExplicitSearch, chosen: Sequence[int]) -> dict[str, bytes]:
    """The codes of the components in the chosen states, and in their variants with messages in each
    order that slots may have: within a lane of queues it is fixed."""
    columns: dict[str, bytearray] = {name: bytearray() for name in vocabulary.components.names}
    for index in chosen:
        state = search.layout.decode(search.state_words(index))
        for variant in in_every_order(search.system, state):
            for name, code in vocabulary.components.codes(variant).items():
                columns[name].append(code)
    return {name: bytes(column) for name, column in columns.items()}


def in_every_order(system: System, state: State) -> Iterator[State]:
    """The state with its messages in each order that slots may have: within a lane of queues it is fixed."""
    variants = [_orders(channel, contents) for channel, contents in zip(system.channels, state.channels, strict=True)]
    for contents in product(*variants):
        yield State(state.values, tuple(contents))


def _orders(channel: SystemChannel, contents: Contents) -> list[Contents]:
    if len(contents) < 2:
        return [contents]
    lanes = _lanes(channel, contents)
    orders = dict.fromkeys(permutations(contents))
    return [order for order in orders if channel.reorders or _lanes(channel, order) == lanes]


def _lanes(channel: SystemChannel, contents: Sequence[Flight]) -> list[Flight]:
    return sorted(contents, key=lambda flight: str(field_value(channel, flight, channel.lane)))
