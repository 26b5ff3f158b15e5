"""Pieces of Markdown: tables, and text in which nothing is taken for markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

GENERATED = "<!-- Generated; edit what it is generated from, then run: {} -->"


def plain(text: str) -> str:
    """`text` on one line, with what Markdown or a table could take for markup escaped."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown already."""
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def page(title: str, *parts: str, command: str = "dsmip docs -o docs") -> str:
    """A whole page. command: what writes it."""
    return "\n\n".join([GENERATED.format(command), f"# {title}", *(part for part in parts if part)]) + "\n"


def slug(name: str) -> str:
    """A name as part of a file name."""
    return name.lower().replace("_", "-").replace(" ", "-")
