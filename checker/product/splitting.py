"""Parts of a system that meet in a few shared variables only: found from what its actions touch.
Every action belongs to one part; a part reads and writes its own variables, channels and the shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from checker.explicit.packing import SlotLayout
from model.language.domains import bits_of
from model.language.expressions import Expression, Operator, post_order
from model.language.systems import Action, System

MOST_JOINT_VALUES = 64  # of the shared variables
MOST_PAIRS = 2000  # of variables tried as what is shared
LEAST_BITS = 6  # of a part that stands alone; smaller ones are put together
WORTH = 0.25  # of all bits must lie outside the largest part


@dataclass(frozen=True)
class Part:
    """Names of the variables and channels that only these actions touch, in the system's order."""

    variables: tuple[str, ...]
    channels: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """parts: empty if the system does not split. reason: what was found, in words."""

    parts: tuple[Part, ...]
    shared: tuple[str, ...]
    reason: str


def split(system: System) -> Split:
    """The parts of `system`, and what they share."""
    graph = _Graph(system)
    for candidates in graph.candidates():
        best = max(candidates, key=graph.gain, default=None)
        if best is not None and graph.gain(best) >= WORTH * graph.bits:
            break
    else:
        return Split((), (), "does not split: no one or two small variables hold its parts together")
    shared = tuple(system.variables[index].name for index in best)
    masks = graph.parts(best)
    parts = tuple(graph.part(mask, sum(masks), is_first=mask == masks[0]) for mask in masks)
    over = " and ".join(shared) if shared else "nothing"
    return Split(parts, shared, f"splits into {len(parts)} parts over {over}")


def touched(action: Action) -> set[str]:
    """Names of the variables and channels that an action reads, writes, takes from or sends to."""
    names = set(action.assignments)
    expressions: list[Expression] = [action.guard, *action.assignments.values()]
    for sending in action.sends:
        names.add(sending.channel)
        expressions += sending.carried.values()
    for alter in action.alters:
        names.add(alter.channel)
        expressions += [alter.when, *alter.fields.values()]
    if action.channel is not None:
        names.add(action.channel)
    for expression in expressions:
        names |= read(expression)
    return names


def read(expression: Expression) -> set[str]:
    """Names of the variables and channels that an expression looks at."""
    return set(_read(expression))


def _read(expression: Expression) -> Iterator[str]:
    for node in post_order(expression):
        if node.operator in (Operator.VARIABLE, Operator.FULL):
            yield str(node.payload)
        elif node.operator is Operator.IN_FLIGHT:
            assert isinstance(node.payload, tuple)
            yield str(node.payload[0])


class _Graph:
    """Variables, then channels, as bits of masks; an action ties together what it touches."""

    def __init__(self, system: System) -> None:
        self.system = system
        names = [variable.name for variable in system.variables]
        names += [channel.name for channel in system.channels]
        index = {name: number for number, name in enumerate(names)}
        self.masks = [sum(1 << index[name] for name in touched(action)) for action in system.actions]
        self.widths = [bits_of(variable.domain) for variable in system.variables]
        self.widths += [SlotLayout(channel).width * channel.capacity for channel in system.channels]
        self.bits = sum(self.widths)
        owners = [variable.owner for variable in system.variables] + [None] * len(system.channels)
        self.kin = [sum(1 << other for other, name in enumerate(owners) if name == owner) for owner in owners]
        self.ties = _without_contained(self.masks)

    def candidates(self) -> Iterator[list[tuple[int, ...]]]:
        """What could be shared: nothing, a small variable, two small variables."""
        small = [number for number, variable in enumerate(self.system.variables)
                 if 1 < variable.domain.size <= MOST_JOINT_VALUES]  # fmt: skip
        yield [()]
        yield [(number,) for number in small]
        pairs: list[tuple[int, ...]] = [
            pair for pair in combinations(small, 2) if self._values(pair) <= MOST_JOINT_VALUES
        ]
        yield pairs if len(pairs) <= MOST_PAIRS else []

    def _values(self, removed: Iterable[int]) -> int:
        result = 1
        for number in removed:
            result *= self.system.variables[number].domain.size
        return result

    def parts(self, removed: Sequence[int]) -> list[int]:
        """Masks of what is still tied together, small ones put together, in the system's order."""
        kept = ~sum(1 << number for number in removed)
        groups: list[int] = []
        for tie in self.ties:
            merged = tie & kept
            if merged:
                apart = []
                for group in groups:
                    if group & merged:
                        merged |= group
                    else:
                        apart.append(group)
                groups = [*apart, merged]
        for number in range(len(self.widths)):
            if kept >> number & 1 and not sum(groups) >> number & 1:  # nothing touches it
                place = next((place for place, group in enumerate(groups) if group & self.kin[number]), 0)
                groups[place:place + 1] = [mask | 1 << number for mask in groups[place:place + 1] or [0]]
        while len(groups) > 1:
            groups.sort(key=self._bits)
            if self._bits(groups[0]) >= LEAST_BITS:
                break
            groups[:2] = [groups[0] | groups[1]]
        return sorted(groups, key=lambda mask: mask & -mask)

    def _bits(self, mask: int) -> int:
        return sum(width for number, width in enumerate(self.widths) if mask >> number & 1)

    def gain(self, removed: Sequence[int]) -> int:
        """Bits outside the largest part, less what sharing costs."""
        bits = [self._bits(mask) for mask in self.parts(removed)]
        return sum(bits) - max(bits, default=0) - 2 * sum(self.widths[number] for number in removed)

    def part(self, mask: int, all_parts: int, *, is_first: bool) -> Part:
        """The first part also has the actions that touch nothing but what is shared."""
        variables, channels = self.system.variables, self.system.channels
        return Part(
            tuple(entry.name for number, entry in enumerate(variables) if mask >> number & 1),
            tuple(entry.name for number, entry in enumerate(channels, len(variables)) if mask >> number & 1),
            tuple(action.name for action, tie in zip(self.system.actions, self.masks, strict=True)
                  if tie & mask or (is_first and not tie & all_parts)),
        )  # fmt: skip


def _without_contained(masks: Iterable[int]) -> list[int]:
    kept: list[int] = []
    for mask in sorted(set(masks), key=int.bit_count, reverse=True):
        if not any(mask & other == mask for other in kept):
            kept.append(mask)
    return kept
