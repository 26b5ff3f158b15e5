"""Figures of a product search from how often each part was in each of its states."""

from __future__ import annotations

from collections.abc import Iterable

from checker.product.planning import Plan


def figures(
    prepared: Plan, counted: Iterable[tuple[int, int, int, int]]
) -> tuple[dict[str, int], dict[str, int], frozenset[str]]:
    """How often each action was taken, most messages on each channel, channels without room.

    counted: part, state, shared value, and in how many states of the whole the part is in that state.
    """
    fired = {action.name: 0 for action in prepared.system.actions}
    largest = {channel.name: 0 for channel in prepared.system.channels}
    overflowed: set[str] = set()
    names = [[channel.name for channel in part.system.channels] for part in prepared.parts]
    labels: list[dict[int, int]] = [{} for _ in prepared.parts]
    for part, state, value, count in counted:
        node = prepared.node(part, state, value)
        for label, _, _ in node.successors:
            labels[part][label] = labels[part].get(label, 0) + count
        for channel, name in enumerate(names[part]):
            largest[name] = max(largest[name], node.expansion.largest[channel])
            if node.expansion.overflowed >> channel & 1:
                overflowed.add(name)
    for part, counts in enumerate(labels):
        for label, count in counts.items():
            fired[prepared.parts[part].action(label)[0].name] += count
    return fired, largest, frozenset(overflowed)
