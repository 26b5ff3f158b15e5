"""Shortest runs to states of a product search, read backwards from the distances it has kept."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from checker.product.local_states import LocalStates
from checker.product.planning import Plan
from checker.product.state_sets import WORD, StateSet

Path = tuple[tuple[str, int | None], ...]
Arrivals = dict[tuple[int, int], list[tuple[int, int, int]]]


class Runs:
    """Finds states at a distance, and runs to them."""

    def __init__(self, plan: Plan, search: StateSet) -> None:
        self.plan, self.search = plan, search
        self._arrivals: dict[int, Arrivals] = {}

    def with_part(self, part: int, state: int, value: int, level: int) -> tuple[int, ...]:
        """A state of the whole at distance `level` in which this part is in `state`."""
        shape = self.search.shape
        outer = 1
        for size in shape.dimensions[:part]:
            outer *= size
        is_last = part == len(shape.dimensions) - 1
        if is_last:
            slab = value * shape.rows * shape.width
            start = 8 * slab + state // 8
            bits = self._at_level(level, start, 8 * shape.width, shape.rows)
            for row, byte in enumerate(bits):
                if byte >> state % 8 & 1:
                    return shape.states(row, state)
        block = shape.width
        for size in shape.dimensions[part + 1 : -1]:
            block *= size
        for repeat in range(outer if not is_last else 0):
            first = ((value * outer + repeat) * shape.dimensions[part] + state) * block
            bits = self._at_level(level, 8 * first, 1, 8 * block)
            found = int.from_bytes(bits, "little")
            if found:
                row, place = divmod(WORD * first + (found & -found).bit_length() - 1, WORD * shape.width)
                return shape.states(row - value * shape.rows, place)
        raise RuntimeError("a part's state is nowhere at the distance at which it was seen")

    def _at_level(self, level: int, start: int, step: int, count: int) -> bytes:
        """Bytes of the set of all states at distance `level`: every `step`th from byte `start` on."""

        def part_of(address: int) -> int:
            size = (count - 1) * step + 1
            numbers = memoryview((ctypes.c_ubyte * size).from_address(address + start)).cast("B")
            return int.from_bytes(bytes(numbers[::step]), "little")

        found = part_of(self.search.known.address)
        for place, plane in enumerate(self.search.planes):
            digit = part_of(plane.address)
            found &= digit if level >> place & 1 else ~digit
        return found.to_bytes(count, "little")

    def run_to(self, states: Sequence[int], value: int) -> tuple[tuple[int, ...], int, Path]:
        """A shortest run to a known state: where it starts (parts' states, shared value), and its steps."""
        level = self.search.level(states, value)
        assert level is not None
        path: list[tuple[str, int | None]] = []
        present = tuple(states)
        for distance in range(level, 0, -1):
            present, value, part, label = self._before(present, value, distance)
            path.append(self.step(part, label))
        return present, value, tuple(reversed(path))

    def step(self, part: int, label: int) -> tuple[str, int | None]:
        action, position = self.plan.parts[part].action(label)
        return action.name, position

    def _before(self, states: tuple[int, ...], value: int, distance: int) -> tuple[tuple[int, ...], int, int, int]:
        for part, own in enumerate(self.plan.parts):
            for before, earlier, label in self._arriving(own.states).get((states[part], value), ()):
                candidate = (*states[:part], before, *states[part + 1 :])
                if self.search.level(candidate, earlier) == distance - 1:
                    return candidate, earlier, part, label
        raise RuntimeError("a state has no predecessor at a smaller distance")

    def _arriving(self, states: LocalStates) -> Arrivals:
        """State and shared value -> the steps that lead there: state, shared value before, label."""
        found = self._arrivals.get(id(states))
        if found is None:
            found = self._arrivals[id(states)] = {}
            for state, nodes in enumerate(states.nodes):
                for value, node in nodes.items():
                    for label, after, to in node.successors:
                        found.setdefault((after, to), []).append((state, value, label))
        return found
