"""How a state is cut in two parts that change as independently of each other as possible.
Each part is stored once and numbered; a state is then a pair of numbers. A step that touches one
part only is computed once for each value of that part, not once for each state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from checker.explicit.footprints import Footprint, footprint, read_by
from model.language.domains import bits_of
from model.language.expressions import Expression
from model.language.systems import System, SystemChannel

PARTS = 2
LARGEST_SHARE = 0.8  # of a state's bits that one part may have
MOST_COMMON_BITS = 8
WORD = 64
FLOW, TOUCH = 8, 1  # weight of a value that goes from one item to another; of an action that writes both


@dataclass(frozen=True)
class Parts:
    """part_of: item (variable or channel) -> 0 or 1. common: variables that both parts hold a copy of."""

    part_of: Mapping[str, int]
    common: frozenset[str]

    def sees(self, part: int, items: Iterable[str]) -> bool:
        """Whether the part holds all of the items."""
        return all(self.part_of[item] == part or item in self.common for item in items)

    def home(self, read: Footprint) -> int | None:
        """The part that decides and changes alone where this action applies; None if both are needed."""
        for part in range(PARTS):
            if self.sees(part, read.all) and not read.writes & self.common:
                return part
        return None

    def seat(self, expression: Expression, taken_from: str | None = None) -> int | None:
        """The part that decides an expression alone; None if both are needed."""
        items = read_by([expression], taken_from)
        return next((part for part in range(PARTS) if self.sees(part, items)), None)


def undivided(system: System) -> Parts:
    """Everything in part 0."""
    names = [variable.name for variable in system.variables] + [channel.name for channel in system.channels]
    return Parts(dict.fromkeys(names, 0), frozenset())


def parts_of(system: System) -> Parts:
    weights = _weights(system)
    groups = _groups(system, weights)
    heaviest = sum(weights.values()) * LARGEST_SHARE
    footprints = [footprint(action) for action in system.actions]
    attraction = _attraction(system, footprints)
    while len(groups) > PARTS:
        best: tuple[float, int, int] | None = None
        for one, other in combinations(range(len(groups)), 2):
            weight = sum(weights[item] for item in (*groups[one], *groups[other]))
            if weight > heaviest:
                continue
            pull = sum(attraction.get((item, mate), 0) for item in groups[one] for mate in groups[other])
            closeness = pull / min(len(groups[one]), len(groups[other]))
            if best is None or closeness > best[0]:
                best = (closeness, one, other)
        if best is None:  # whatever is left is large: put the two smallest together
            by_weight = sorted(range(len(groups)), key=lambda index: sum(weights[item] for item in groups[index]))
            best = (0, *sorted(by_weight[:2]))  # type: ignore[assignment]
        _, one, other = best  # type: ignore[misc]
        groups[one] = [*groups[one], *groups.pop(other)]
    part_of = {item: part for part, group in enumerate(groups) for item in group}
    return Parts(part_of, _common(system, part_of, footprints))


def _weights(system: System) -> dict[str, int]:
    """Bits of each item; of a channel, those of one message."""
    weights = {variable.name: bits_of(variable.domain) for variable in system.variables}
    return weights | {channel.name: _message_bits(channel) for channel in system.channels}


def _message_bits(channel: SystemChannel) -> int:
    return max(sum(bits_of(field.domain) for field in message.fields.values()) for message in channel.messages)


def _groups(system: System, weights: Mapping[str, int]) -> list[list[str]]:
    """What stays together: the variables of one owner, unless they are most of the state; each channel."""
    owners: dict[str, list[str]] = {}
    for variable in system.variables:
        owners.setdefault(variable.owner, []).append(variable.name)
    groups = [[channel.name] for channel in system.channels]
    for names in owners.values():
        if sum(weights[name] for name in names) > sum(weights.values()) * LARGEST_SHARE:
            groups += [[name] for name in names]
        else:
            groups.append(names)
    return groups


def _attraction(system: System, footprints: Sequence[Footprint]) -> dict[tuple[str, str], float]:
    """How strongly two items hang together, either way round."""
    pulls: dict[tuple[str, str], float] = {}

    def pull(one: str, other: str, weight: float) -> None:
        if one != other:
            for pair in ((one, other), (other, one)):
                pulls[pair] = pulls.get(pair, 0) + weight

    for action, read in zip(system.actions, footprints, strict=True):
        for target, value in action.assignments.items():
            for source in read_by([value]):
                pull(source, target, FLOW)
        for sending in action.sends:
            for value in sending.carried.values():
                for source in read_by([value]):
                    pull(source, sending.channel, FLOW)
        for one, other in combinations(sorted(read.writes), 2):
            pull(one, other, TOUCH)
    return pulls


def _common(system: System, part_of: Mapping[str, int], footprints: Sequence[Footprint]) -> frozenset[str]:
    """Variables worth a copy in both parts: more actions become one part's own than cease to be."""
    common: frozenset[str] = frozenset()
    bits = {variable.name: bits_of(variable.domain) for variable in system.variables}
    while True:
        room = MOST_COMMON_BITS - sum(bits[name] for name in common)
        parts = Parts(part_of, common)
        gains: Counter[str] = Counter()
        for read in footprints:
            if parts.home(read) is not None:
                gains.subtract(read.writes - common)
                continue
            for part in range(PARTS):
                missing = {item for item in read.all if part_of[item] != part and item not in common}
                if len(missing) == 1 and not missing & read.writes and not read.writes & common:
                    gains.update(missing)
        gained = [name for name, gain in gains.items() if gain > 0 and bits.get(name, WORD) <= room]
        if not gained:
            return common
        common |= {max(sorted(gained), key=lambda name: gains[name])}
