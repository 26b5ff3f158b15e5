"""Search by distance where one move may count for several steps: sets of states wait for their distance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checker.product.state_sets import Bitmap, Moves, PartMoves, Shape, StateSet


class WeightedSearch(StateSet):
    """All states reachable by the moves, nearest first. moves: steps a move counts for -> moves of each part."""

    def __init__(self, shape: Shape, moves: Mapping[int, Sequence[Moves]]) -> None:
        super().__init__(shape, with_distances=True)
        all_moves = {1: [[{} for _ in range(size)] for size in shape.dimensions], **moves}
        self.moves = {
            weight: [PartMoves(shape, part, each, all_states=weight == 1) for part, each in enumerate(parts)]
            for weight, parts in all_moves.items()
        }
        self.waiting = [Bitmap(shape) for _ in range(max(self.moves) + 1)]
        self.distance = 0

    @property
    def bitmaps(self) -> list[Bitmap]:
        return [*super().bitmaps, *self.waiting]

    def first_seen(self, part: int, state: int, value: int) -> int | None:
        """The least distance at which a state of this part occurs."""
        return self.moves[1][part].level(state, value)

    def run(self, pause: Callable[[], None]) -> None:
        """Search on until nothing new is found."""
        quiet = 0
        while quiet <= len(self.waiting):
            quiet += 1
            while self.take_over(self._at(self.distance), self.distance):
                quiet = 0
                for weight, parts in self.moves.items():
                    self.take_steps(parts, self._at(self.distance + weight), self.distance, pause)
            self.distance += 1

    def _at(self, distance: int) -> Bitmap:
        return self.waiting[distance % len(self.waiting)]
