"""Text inside pictures: one line without control characters, measured in terminal columns, wrapped."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, combining, east_asian_width

from model.language.domains import Value


def plain_line(text: str) -> str:
    """`text` on one line: runs of white space become one space, control characters "?"."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join("?" if category(character).startswith("C") else character for character in line)


def display_name(name: str) -> str:
    """A name as people write it: spaces for underscores."""
    return plain_line(name.replace("_", " "))


def columns_of(text: str) -> int:
    """Terminal columns that `text` takes: wide characters two, combining ones none."""
    return sum(columns_of_character(character) for character in text)


@lru_cache(maxsize=4096)
def columns_of_character(character: str) -> int:
    if combining(character) or category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def wrapped(text: str, width: int, most: int | None = None) -> list[str]:
    """`text` in lines of at most `width` columns; words longer than a line are cut.

    most: the largest number of lines; the last then ends in "…".
    """
    lines: list[str] = []
    line = ""
    for word in plain_line(text).split(" "):
        if line and columns_of(line) + 1 + columns_of(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, width)
        lines.extend(full)
    lines.append(line)
    if most is not None and len(lines) > most:
        lines = lines[:most]
        lines[-1] = shortened(f"{lines[-1]} …", width) if columns_of(lines[-1]) + 2 <= width else _cut(lines[-1], width)
    return lines


def shortened(text: str, width: int) -> str:
    """`text` if it fits in `width` columns, else its beginning and "…"."""
    return text if columns_of(text) <= width else _cut(text, width)


def value_text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else plain_line(str(value))


def _cut(text: str, width: int) -> str:
    kept = ""
    for character in text:
        if columns_of(kept) + columns_of_character(character) > width - 1:
            break
        kept += character
    return f"{kept.rstrip()}…"


def _pieces(word: str, width: int) -> list[str]:
    pieces, piece, columns = [], "", 0
    for character in word:
        own = columns_of_character(character)
        if piece and columns + own > width:
            pieces.append(piece)
            piece, columns = "", 0
        piece += character
        columns += own
    return [*pieces, piece]
