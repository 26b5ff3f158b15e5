"""A system under test that does nothing; those that do one thing are made from it."""

from __future__ import annotations

from generators.adapters.protocol import Answers, Fields


class Silent:
    """A system that never answers."""

    def reset(self, initial: Fields) -> None: ...

    def happens(self, event: str, fields: Fields) -> Answers:
        return []

    def receives(self, message: str, fields: Fields) -> Answers:
        return []

    def timer_ends(self, timer: str) -> Answers:
        return []

    def decides(self, decision: str) -> Answers:
        return []

    def state(self) -> Fields:
        return {}
