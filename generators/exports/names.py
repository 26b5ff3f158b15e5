"""Names and comments for files in other languages: close to the model's own names, never two alike,
never a word that the language or its tools keep for themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable

LONGEST = 90


class Names:
    """Gives every thing one name. Names that differ only in case count as alike."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._taken = {word.lower() for word in reserved}
        self._given: dict[Hashable, str] = {}

    def of(self, thing: Hashable, wish: str, style: Callable[[str], str] = lambda text: text) -> str:
        """The name of `thing`, made from `wish` at the first call."""
        if thing not in self._given:
            base = style(identifier(wish))
            name, number = base, 1
            while name.lower() in self._taken:
                number += 1
                name = f"{base}_{number}"
            self._taken.add(name.lower())
            self._given[thing] = name
        return self._given[thing]


def identifier(text: str) -> str:
    """Letters, digits and single underscores, starting with a letter, of bounded length."""
    plain = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:LONGEST].rstrip("_")
    return plain if plain[:1].isalpha() else f"n_{plain}".rstrip("_")


def one_line(text: str) -> str:
    """The text as one line without control characters."""
    return "".join(character if character.isprintable() else "?" for character in " ".join(text.split()))


def comment(text: str) -> str:
    """One line that no comment of any of the languages ends or nests at."""
    for mark in ("/*", "*/", "(*", "*)", "--", "{-", "-}", "===="):
        while mark in text:
            text = text.replace(mark, " ".join(mark))
    return one_line(text).rstrip("\\")


def quoted(text: str) -> str:
    """Plain characters that may stand in a string of any of the languages, without the quotes."""
    plain = one_line(text).replace('"', "'").replace("\\", "/").replace("%", " percent")
    return plain.encode("ascii", "replace").decode()


def filled(text: str, width: int = 100) -> list[str]:
    """`text` in lines of at most `width` characters where that is possible."""
    from textwrap import wrap

    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
