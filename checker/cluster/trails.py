"""Runs to what was sighted, put together from what the workers know: each knows, for its own states, the
worker and the index of the predecessor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.cluster.exchange import Exchange
from checker.explicit.action_code import action_and_position
from checker.explicit.packing import Layout
from checker.search import Sighting
from model.language.observations import Observation
from model.language.systems import System

Place = tuple[int, int]  # worker, index


class Trails:
    """origins: number of observation -> worker that sighted it, label << 32 | index."""

    def __init__(self, origins: Mapping[int, tuple[int, int]]) -> None:
        self.origins = origins
        self._words: dict[Place, tuple[int, ...]] = {}
        self._parents: dict[Place, Place | None] = {}
        self._labels: dict[Place, int] = {}

    def follow(self, exchange: Exchange) -> None:
        """Ask for all predecessors, a step back for all trails at once, then for the labels of the steps."""
        wanted = {(worker, origin & 0xFFFFFFFF) for worker, origin in self.origins.values()}
        while wanted:
            for worker in range(exchange.workers):
                indices = sorted(index for owner, index in wanted if owner == worker)
                if not indices:
                    continue
                for index, (words, parent) in zip(indices, exchange.ask(worker, "whence", indices), strict=True):
                    self._words[worker, index] = words
                    self._parents[worker, index] = parent
            wanted = {parent for parent in self._parents.values() if parent is not None} - self._parents.keys()
        for worker in range(exchange.workers):
            places = sorted(place for place, parent in self._parents.items() if parent and parent[0] == worker)
            steps = [(self._parents[place], self._words[place]) for place in places]
            asked = [(parent[1], words) for parent, words in steps if parent is not None]
            self._labels.update(zip(places, exchange.ask(worker, "labels", asked), strict=True))

    def sightings(
        self, system: System, layout: Layout, observations: Sequence[Observation]
    ) -> dict[str, Sighting]:
        found: dict[str, Sighting] = {}
        for number in sorted(self.origins):
            worker, origin = self.origins[number]
            labels = [origin >> 32] if origin >> 32 else []
            place: Place = worker, origin & 0xFFFFFFFF
            while (parent := self._parents[place]) is not None:
                labels.append(self._labels[place])
                place = parent
            path = [action_and_position(label) for label in reversed(labels)]
            found[observations[number].name] = Sighting(
                layout.decode(self._words[place]),
                tuple((system.actions[action].name, position) for action, position in path),
            )
        return found
