"""Tau-closure: what a part does without regard to what is shared is left out of the search, exactly.
A step is silent if it is possible under every shared value that its part can meet in that state, and
changes none. Whatever the others do, they may do before it; so states of a part that silent steps reach
from the same entries (initial states, targets of other steps) are reachable in the same company."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checker.product.local_states import LocalStates
from checker.product.state_sets import Moves


@dataclass(frozen=True)
class Closure:
    """The states of one part in classes.

    silent: state -> states that silent steps lead to. loud: state -> its other steps: shared value,
    state after, shared value after. entries: states where runs of silent steps begin.
    """

    silent: tuple[frozenset[int], ...]
    loud: tuple[tuple[tuple[int, int, int], ...], ...]
    entries: tuple[int, ...]
    class_of: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]

    def moves(self, states: LocalStates) -> Moves:
        """The steps between classes: class -> shared value -> (class, shared value) after a step."""
        found: list[dict[int, set[tuple[int, int]]]] = [{} for _ in self.members]
        for state, targets in enumerate(self.loud):
            for value, after, to in targets:
                found[self.class_of[state]].setdefault(value, set()).add((self.class_of[after], to))
        for state, silent in enumerate(self.silent):
            for value in states.nodes[state]:
                there = {(self.class_of[after], value) for after in silent}
                found[self.class_of[state]].setdefault(value, set()).update(there)
        return found


def closure(states: LocalStates, initial: Iterable[int]) -> Closure:
    """initial: states in which a part of this kind may start."""
    silent: list[frozenset[int]] = []
    loud: list[tuple[tuple[int, int, int], ...]] = []
    entries = set(initial)
    for nodes in states.nodes:
        everywhere: set[int] | None = None
        for value, node in nodes.items():
            kept = {after for _, after, to in node.successors if to == value}
            everywhere = kept if everywhere is None else everywhere & kept
        unheard = frozenset(everywhere or ())
        others = {
            (value, after, to)
            for value, node in nodes.items()
            for _, after, to in node.successors
            if to != value or after not in unheard
        }
        silent.append(unheard)
        loud.append(tuple(sorted(others)))
        entries |= {after for _, after, _ in others}
    reached = _reached_from(sorted(entries), silent)
    numbers: dict[int, int] = {}
    class_of = tuple(numbers.setdefault(origins, len(numbers)) for origins in reached)
    members: list[list[int]] = [[] for _ in numbers]
    for state, number in enumerate(class_of):
        members[number].append(state)
    return Closure(tuple(silent), tuple(loud), tuple(sorted(entries)), class_of, tuple(map(tuple, members)))


def _reached_from(entries: Sequence[int], silent: Sequence[frozenset[int]]) -> list[int]:
    """For each state the entries from which silent steps lead there, as bits."""
    reached = [0] * len(silent)
    for place, entry in enumerate(entries):
        reached[entry] |= 1 << place
    waiting = deque(entries)
    while waiting:
        state = waiting.popleft()
        for after in silent[state]:
            if reached[state] & ~reached[after]:
                reached[after] |= reached[state]
                waiting.append(after)
    return reached


def distances(entry: int, silent: Sequence[frozenset[int]]) -> dict[int, int]:
    """Silent steps from `entry` to every state that they reach, nearest first."""
    found = {entry: 0}
    waiting = [entry]
    for state in waiting:
        for after in silent[state]:
            if after not in found:
                found[after] = found[state] + 1
                waiting.append(after)
    return found


def silent_run(entry: int, target: int, silent: Sequence[frozenset[int]]) -> list[int]:
    """States on a shortest run of silent steps, both ends included."""
    before = {entry: entry}
    waiting = [entry]
    for state in waiting:
        for after in silent[state]:
            if after not in before:
                before[after] = state
                waiting.append(after)
        if target in before:
            break
    run = [target]
    while run[-1] != entry:
        run.append(before[run[-1]])
    return run[::-1]
