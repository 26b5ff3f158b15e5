"""What of the observations a finished product search has met, and where first: per part where a term of
one part decides, else by classes of the parts' states that agree on the terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from checker.product.observing import Formula, Sight, Term, holds, terms_in
from checker.product.planning import Plan

Vectors = frozenset[int]  # what members of a class say of the terms of a formula, as bits


@dataclass(frozen=True)
class Met:
    """A sight and where it was met. part, state: where only one part's state is known, not the others'."""

    level: int
    sight: Sight
    value: int
    states: tuple[int, ...] | None
    part: int = 0
    state: int = 0

    @property
    def steps(self) -> int:
        """Steps to the state, and the step observed."""
        return self.level + (self.sight.acting is not None)


def first_met(plan: Plan, levels: Iterable[tuple[int, int, int, int]]) -> Mapping[Term, tuple[int, int, int]]:
    """Term -> level, state and shared value at which it first holds. levels: (part, state, shared value, level)."""
    by_part: dict[int, list[tuple[int, int, int]]] = {}
    for part, state, value, level in levels:
        by_part.setdefault(part, []).append((level, state, value))
    found: dict[Term, tuple[int, int, int]] = {}
    for part, places in by_part.items():
        seen: dict[str | None, int] = {}
        for level, state, value in sorted(places):
            for action, bits in _terms_at(plan, part, state, value):
                new = bits & ~seen.get(action, 0)
                seen[action] = seen.get(action, 0) | new
                while new:
                    lowest = new & -new
                    found[Term(part, lowest.bit_length() - 1, action)] = (level, state, value)
                    new ^= lowest
    return found


def _terms_at(plan: Plan, part: int, state: int, value: int) -> Iterator[tuple[str | None, int]]:
    """The terms that hold in a state and at its steps, as bits, by action."""
    expansion = plan.node(part, state, value).expansion
    yield None, expansion.in_state
    for label, bits in expansion.in_steps.items():
        yield plan.parts[part].action(label)[0].name, bits


def labels_at(plan: Plan, sight: Sight, states: Sequence[int], value: int) -> Iterator[int]:
    """The steps (labels of the acting part) that match in a state of the whole."""
    assert sight.acting is not None
    nodes = [plan.node(part, state, value) for part, state in enumerate(states)]
    vectors = [node.expansion.in_state for node in nodes]
    for label, bits in nodes[sight.acting].expansion.in_steps.items():
        vectors[sight.acting] = bits
        if plan.parts[sight.acting].action(label)[0].name == sight.action and holds(sight.formula, vectors):
            yield label


class Classes:
    """For one sight that several parts decide: states of each part that say the same of its terms.

    members: part -> number of a state (or group of states) -> the states it stands for.
    """

    def __init__(self, plan: Plan, sight: Sight, members: Sequence[Sequence[Sequence[int]]], value: int) -> None:
        self.plan, self.sight, self.value = plan, sight, value
        self.masks_of_terms = [0] * len(plan.parts)
        for term in terms_in(sight.formula):
            self.masks_of_terms[term.part] |= 1 << term.number
        self.kinds: list[dict[Vectors, int]] = []
        self.of_states: list[list[int]] = []
        for part, groups in enumerate(members):
            kinds: dict[Vectors, int] = {}
            self.of_states.append([kinds.setdefault(self._vectors(part, group), len(kinds)) for group in groups])
            self.kinds.append(kinds)

    def _vectors(self, part: int, group: Sequence[int]) -> Vectors:
        wanted, found = self.masks_of_terms[part], set()
        nodes = self.plan.parts[part].states.nodes
        for state in group:
            node = nodes[state].get(self.value)
            if node is None:
                continue
            if part == self.sight.acting:
                action = self.plan.parts[part].action
                found |= {
                    bits & wanted
                    for label, bits in node.expansion.in_steps.items()
                    if action(label)[0].name == self.sight.action
                }
            else:
                found.add(node.expansion.in_state & wanted)
        return frozenset(found)

    def selection(self) -> tuple[list[list[int]], list[int], list[int]]:
        """What `StateSet.lowest` wants: offsets of the classes, selected masks, masks."""
        sizes = [len(kinds) for kinds in self.kinds]
        offsets = []
        factor = 1
        for number, size in enumerate(sizes[:-1]):
            offsets.append([kind * factor for kind in self.of_states[number]])
            factor *= size
        last = [0] * sizes[-1]
        for state, kind in enumerate(self.of_states[-1]):
            last[kind] |= 1 << state
        selected: list[int] = []
        masks: dict[int, int] = {}
        vectors = [list(kinds) for kinds in self.kinds]
        for reverse in product(*(range(size) for size in reversed(sizes[:-1]))):
            chosen = [vectors[part][kind] for part, kind in enumerate(reversed(reverse))]
            mask = 0
            for kind, of_last in enumerate(vectors[-1]):
                if any_holds(self.sight.formula, [*chosen, of_last]):
                    mask |= last[kind]
            selected.append(masks.setdefault(mask, len(masks)) if mask else -1)
        return offsets, selected, list(masks)

    def matching(self) -> Iterator[tuple[int, ...]]:
        """The classes of all parts whose members can match together."""
        vectors = [list(kinds) for kinds in self.kinds]
        for chosen in product(*(range(len(kinds)) for kinds in self.kinds)):
            if any_holds(self.sight.formula, [vectors[part][kind] for part, kind in enumerate(chosen)]):
                yield chosen


def any_holds(formula: Formula, classes: Sequence[Vectors]) -> bool:
    """Whether the formula holds for members of these classes."""
    return any(holds(formula, vectors) for vectors in product(*classes))
