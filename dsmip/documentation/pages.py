"""Which pages are generated, and writing them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dsmip.documentation.model_pages import model_pages
from dsmip.documentation.questions_page import questions_page
from dsmip.documentation.scenarios_page import scenarios_page
from dsmip.files import write_atomically


def pages() -> Iterator[tuple[str, str]]:
    """Path below docs/ and text of every page that needs no exploration."""
    yield "scenarios.md", scenarios_page()
    yield "ask.md", questions_page()
    yield from model_pages()


def write_pages(folder: Path) -> list[Path]:
    """Write them; where they are."""
    written = []
    for path, text in pages():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, text)
        written.append(target)
    return written
