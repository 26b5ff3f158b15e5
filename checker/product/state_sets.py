"""Sets of states of all parts together as bitmaps, and a breadth-first search over them. What one part
does is done to whole blocks of the others' states at once."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Callable, Sequence
from math import prod

from checker.explicit.compilation import NativeCode, optimised
from checker.explicit.memory import Region
from checker.product.bitmap_text import BITMAP_TEXT

WORD = 64
LARGE = 2**18  # words from which optimised code pays
WORDS_AT_ONCE = 2**24  # of work in one call, so that the search can stop in between

Moves = Sequence[dict[int, set[tuple[int, int]]]]  # state -> shared value -> (state, shared value) after a step
P, N = ctypes.c_void_p, ctypes.c_uint64


class Shape:
    """How many states each part has and how many shared values there are, and where a state's bit is."""

    def __init__(self, dimensions: Sequence[int], values: int) -> None:
        self.dimensions = tuple(dimensions)
        self.values = values
        self.width = -(-self.dimensions[-1] // WORD)  # words of a row
        self.rows = prod(self.dimensions[:-1])  # for one shared value
        self.words = values * self.rows * self.width

    def place(self, states: Sequence[int], value: int) -> tuple[int, int]:
        """Word and bit of a state."""
        row = value
        for state, size in zip(states[:-1], self.dimensions[:-1], strict=True):
            row = row * size + state
        return row * self.width + states[-1] // WORD, states[-1] % WORD

    def states(self, row: int, last: int) -> tuple[int, ...]:
        """The states of the parts in a row (counted within its shared value)."""
        found = [last]
        for size in reversed(self.dimensions[:-1]):
            row, state = divmod(row, size)
            found.append(state)
        return tuple(reversed(found))


class Bitmap:
    """A set of states."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.region = Region(8 * max(1, shape.words))
        self.numbers = (ctypes.c_uint64 * max(1, shape.words)).from_address(self.region.address)

    @property
    def address(self) -> int:
        return self.region.address

    def add(self, states: Sequence[int], value: int) -> None:
        word, bit = self.shape.place(states, value)
        self.numbers[word] |= 1 << bit

    def has(self, states: Sequence[int], value: int) -> bool:
        word, bit = self.shape.place(states, value)
        return bool(self.numbers[word] >> bit & 1)

    def close(self) -> None:
        self.region.close()


class Operations:
    """The compiled operations on bitmaps. Close it when done."""

    def __init__(self, words: int) -> None:
        code = NativeCode.loaded(optimised(BITMAP_TEXT)) if words >= LARGE else NativeCode.compiled(BITMAP_TEXT)
        self.code = code
        self.spread = code.procedure("spread", P, P, P, P, N, N, N, N, N, P, P, N)
        self.scatter = code.procedure("scatter", P, P, P, P, P, N, N, N, N, P, P, N)
        self.settle = code.function("settle", P, P, P, N)
        self.unite = code.procedure("unite", P, P, N)
        self.lowest = code.procedure("lowest", P, P, N, N, N, N, N, P, P, N, P, P, P)
        self.weigh = code.procedure("weigh", P, N, N, N, N, P, P, P, N)

    def close(self) -> None:
        self.code.close()


class PartMoves:
    """The steps of one part as numbers for `spread`, or for `scatter` if it is the last one.

    counts: how often each state (under each shared value) was expanded; first_seen: its level + 1.
    """

    def __init__(self, shape: Shape, part: int, moves: Moves, *, all_states: bool = True) -> None:
        """all_states: whether states without a move are looked at, and so counted."""
        self.shape = shape
        self.size = shape.dimensions[part]
        self.is_last = part == len(shape.dimensions) - 1
        self.outer = prod(shape.dimensions[:part])
        self.block = prod(shape.dimensions[part + 1 : -1]) * shape.width
        self.stride = self.size * self.block
        self.counts = array("Q", bytes(8 * shape.values * self.size))
        self.first_seen = array("Q", bytes(8 * shape.values * self.size))
        sources, targets = array("Q"), array("Q")
        self.moving = array("Q", bytes(8 * shape.values * shape.width))  # states of the last part looked at
        for value in range(shape.values):
            for state in range(self.size):
                found = [move for move in sorted(moves[state].get(value, ())) if move != (state, value)]
                if self.is_last and (found or all_states):
                    self.moving[value * shape.width + state // WORD] |= 1 << state % WORD
                if found or all_states or self.is_last:
                    self._source(sources, targets, state, value, found)
        self.sources, self.targets = sources, targets

    def _source(
        self, sources: array[int], targets: array[int], state: int, value: int, found: list[tuple[int, int]]
    ) -> None:
        size, rows, width = self.size, self.shape.rows, self.shape.width
        if self.is_last:
            first = len(targets) // 2
            for after, to in found:
                targets.extend((to * rows * width + after // WORD, 1 << after % WORD))
            sources.extend((first, len(targets) // 2))
            return
        first = len(targets)
        targets.extend((to * self.outer * size + after) * self.block for after, to in found)
        start = (value * self.outer * size + state) * self.block
        sources.extend((start, first, len(targets), value * size + state))

    def counted(self, state: int, value: int) -> int:
        return self.counts[value * self.size + state]

    def level(self, state: int, value: int) -> int | None:
        """The distance at which a state of this part first occurs."""
        seen = self.first_seen[value * self.size + state]
        return seen - 1 if seen else None


def _address(numbers: array[int]) -> int:
    return numbers.buffer_info()[0]


class StateSet:
    """States found in the order of their distance.

    planes: the distance of every known state, a bitmap for each binary digit, lowest first; kept only
    `with_distances`.
    """

    def __init__(self, shape: Shape, *, with_distances: bool) -> None:
        self.shape = shape
        self.with_distances = with_distances
        self.operations = Operations(shape.words)
        self.known, self.frontier = Bitmap(shape), Bitmap(shape)
        self.planes: list[Bitmap] = []

    @property
    def bitmaps(self) -> list[Bitmap]:
        return [self.known, self.frontier, *self.planes]

    @property
    def memory(self) -> int:
        """Bytes of all bitmaps."""
        return sum(bitmap.region.size for bitmap in self.bitmaps)

    def take_over(self, found: Bitmap, distance: int) -> int:
        """What was found and is not known becomes the frontier, at this distance; how many states it has."""
        words = self.shape.words
        new = self.operations.settle(found.address, self.known.address, self.frontier.address, words)
        if new and self.with_distances:
            for place in range(distance.bit_length()):
                if place == len(self.planes):
                    self.planes.append(Bitmap(self.shape))
                if distance >> place & 1:
                    self.operations.unite(self.planes[place].address, self.frontier.address, words)
        return new

    def take_steps(self, parts: Sequence[PartMoves], into: Bitmap, distance: int, pause: Callable[[], None]) -> None:
        """Every step of the parts from the frontier. `pause` is called now and then and may raise."""
        for part in parts:
            if part.is_last:
                self._scatter(part, into, distance, pause)
            else:
                self._spread(part, into, distance, pause)

    def _spread(self, part: PartMoves, into: Bitmap, distance: int, pause: Callable[[], None]) -> None:
        some = max(1, WORDS_AT_ONCE // (part.outer * part.block))
        count = len(part.sources) // 4
        for first in range(0, count, some):
            self.operations.spread(
                self.frontier.address, into.address, _address(part.sources), _address(part.targets), first,
                min(first + some, count), part.outer, part.stride, part.block, _address(part.counts),
                _address(part.first_seen), distance,
            )  # fmt: skip
            pause()

    def _scatter(self, part: PartMoves, into: Bitmap, distance: int, pause: Callable[[], None]) -> None:
        rows, width = self.shape.rows, self.shape.width
        some = max(1, WORDS_AT_ONCE // (8 * width))
        for value in range(self.shape.values):
            skipped = 8 * value * part.size
            for first in range(0, rows, some):
                self.operations.scatter(
                    self.frontier.address, into.address, _address(part.sources) + 2 * skipped,
                    _address(part.targets), _address(part.moving) + 8 * value * width, value * rows * width, first,
                    min(first + some, rows), width, _address(part.counts) + skipped,
                    _address(part.first_seen) + skipped, distance,
                )  # fmt: skip
                pause()

    def level(self, states: Sequence[int], value: int) -> int | None:
        """The distance of a state, None if it is not known. Needs the planes."""
        word, bit = self.shape.place(states, value)
        if not self.known.numbers[word] >> bit & 1:
            return None
        return sum(int(plane.numbers[word] >> bit & 1) << place for place, plane in enumerate(self.planes))

    def weighed(self, weights: Sequence[Sequence[int]]) -> list[list[list[int]]]:
        """Where each state of a part stands for several: how many whole states each stands in.

        weights: part -> state -> how many it stands for. Returns part -> shared value -> state ->
        whole states with one of those (not with all of them).
        """
        shape = self.shape
        arrays = [array("Q", each) for each in weights]
        results = [array("Q", bytes(8 * shape.values * size)) for size in shape.dimensions]
        pointers = (ctypes.c_void_p * len(arrays))(*(_address(each) for each in arrays))
        dimensions = array("Q", shape.dimensions)
        for value in range(shape.values):
            places = [_address(each) + 8 * value * size for each, size in zip(results, shape.dimensions, strict=True)]
            targets = (ctypes.c_void_p * len(places))(*places)
            start = value * shape.rows * shape.width
            self.operations.weigh(
                self.known.address, start, 0, shape.rows, shape.width, _address(dimensions),
                ctypes.addressof(pointers), ctypes.addressof(targets), len(arrays) - 1,
            )  # fmt: skip
        return [
            [list(each[value * size : (value + 1) * size]) for value in range(shape.values)]
            for each, size in zip(results, shape.dimensions, strict=True)
        ]

    def lowest(
        self, value: int, classes: Sequence[Sequence[int]], selected: Sequence[int], masks: Sequence[int]
    ) -> tuple[int, tuple[int, ...]] | None:
        """The nearest known state under a shared value among those selected: its distance, its parts' states.

        classes: for every part but the last, state -> offset. selected: sum of offsets -> number of a
        mask, or -1. masks: states of the last part, as bits.
        """
        shape = self.shape
        arrays = [array("Q", each) for each in classes]
        pointers = (ctypes.c_void_p * max(1, len(arrays)))(*(_address(each) for each in arrays))
        planes = (ctypes.c_void_p * max(1, len(self.planes)))(*(plane.address for plane in self.planes))
        dimensions, chosen = array("Q", shape.dimensions), array("q", selected)
        bits = array("Q")
        for mask in masks:
            bits.extend(mask >> WORD * number & (2**64 - 1) for number in range(shape.width))
        answer = array("Q", (2**64 - 1, 0, 0))
        self.operations.lowest(
            self.known.address, ctypes.addressof(planes), len(self.planes), value * shape.rows * shape.width, 0,
            shape.rows, shape.width, _address(dimensions), ctypes.addressof(pointers), len(arrays), _address(chosen),
            _address(bits), _address(answer),
        )  # fmt: skip
        if answer[0] == 2**64 - 1:
            return None
        return int(answer[0]), shape.states(int(answer[1]), int(answer[2]))

    def close(self) -> None:
        for bitmap in self.bitmaps:
            bitmap.close()
        self.operations.close()


class BreadthFirst(StateSet):
    """All states reachable by the moves of the parts. levels: how many are new at each distance."""

    def __init__(self, shape: Shape, moves: Sequence[Moves], *, with_distances: bool) -> None:
        super().__init__(shape, with_distances=with_distances)
        self.parts = [PartMoves(shape, part, each) for part, each in enumerate(moves)]
        self.found = Bitmap(shape)
        self.levels: list[int] = []

    @property
    def bitmaps(self) -> list[Bitmap]:
        return [*super().bitmaps, self.found]

    @property
    def states(self) -> int:
        return sum(self.levels)

    @property
    def depth(self) -> int:
        return max(0, len(self.levels) - 1)

    def settle(self) -> int:
        """Make what was found the new frontier; how many states are new."""
        new = self.take_over(self.found, len(self.levels))
        if new:
            self.levels.append(new)
        return new

    def expand(self, pause: Callable[[], None]) -> None:
        self.take_steps(self.parts, self.found, self.depth, pause)
