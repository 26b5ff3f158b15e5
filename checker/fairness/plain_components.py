"""Where a fair run can stay for ever, decided with sets and recursion: slow, and plain enough to be
believed. The yardstick for `components`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from properties.fairness import FairnessGroup, Strength

Steps = Mapping[int, Iterable[tuple[int, frozenset[FairnessGroup]]]]


def fair_part(steps: Steps, region: Set[int], groups: Iterable[FairnessGroup]) -> set[int]:
    """The states of `region` on some fair run that stays in it for ever and goes round in one component.

    steps: state -> (state after, groups that the step belongs to), for every step possible.
    """
    fair: set[int] = set()
    for component in components(steps, region):
        enabled = {state: {group for _, belongs in steps[state] for group in belongs} for state in component}
        taken = {group for state in component for after, belongs in steps[state] if after in component
                 for group in belongs}  # fmt: skip
        avoid: set[int] = set()
        hopeless = False
        for group in groups:
            if group in taken:
                continue
            possible = {state for state in component if group in enabled[state]}
            if group.strength is Strength.STRONG:
                avoid |= possible
            elif possible == component:
                hopeless = True
        if hopeless:
            continue
        fair |= component if not avoid else fair_part(steps, component - avoid, groups)
    return fair


def components(steps: Steps, region: Set[int]) -> list[set[int]]:
    """Strongly connected components of `region`, each with the states that reach each other inside it."""
    left = set(region)
    found: list[set[int]] = []
    backwards: dict[int, set[int]] = {state: set() for state in region}
    forwards: dict[int, set[int]] = {state: {after for after, _ in steps[state]} for state in region}
    for state in region:
        for after, _ in steps[state]:
            if after in region:
                backwards[after].add(state)
    while left:
        state = next(iter(left))
        component = _reached(state, forwards, left) & _reached(state, backwards, left)
        found.append(component)
        left -= component
    return found


def _reached(start: int, following: dict[int, set[int]], allowed: set[int]) -> set[int]:
    seen = {start}
    waiting = [start]
    while waiting:
        for after in following[waiting.pop()]:
            if after in allowed and after not in seen:
                seen.add(after)
                waiting.append(after)
    return seen
