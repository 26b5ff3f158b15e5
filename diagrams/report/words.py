"""Values written once: a report repeats the same few names in thousands of steps."""

from __future__ import annotations

from diagrams.labels import plain_line, value_text
from model.language.domains import Value


class Words:
    """Texts by number, in order of first use. Number 0 is the empty text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}

    def text(self, text: str) -> int:
        """The number of a text, on one line."""
        return self._numbers.setdefault(plain_line(text), len(self._numbers))

    def value(self, value: Value) -> int:
        """The number of a value as it is shown."""
        return self.text(value_text(value))

    @property
    def all(self) -> list[str]:
        return list(self._numbers)
