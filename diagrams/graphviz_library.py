"""Graphviz as the library inside pygraphviz: no program is started. The only module that imports it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from diagrams.errors import DiagramError
from diagrams.labels import plain_line

FORMATS = ("svg", "png", "pdf")
PNG_DOTS_PER_INCH = 144
_TIME = re.compile(rb"(?<=/CreationDate \(D:)\d{14}")
_EXTENT = re.compile(r'<svg width="([\d.]+)pt" height="([\d.]+)pt"')


def drawn(dot: str, image_format: str, *, size: str = "", margin: float = 0.0, engine: str = "dot") -> bytes:
    """A DOT text laid out by an engine of Graphviz (svg, png, pdf, json). Raises DiagramError with Graphviz's reason.

    size: the most it may take, "width,height" in inches; a larger drawing is scaled down. margin: inches around it.
    Equal texts give equal bytes: a PDF bears no time of its making.
    """
    try:
        from pygraphviz import AGraph
    except ImportError as error:
        raise DiagramError(f"pygraphviz cannot be loaded ({error}); install it with: pip install pygraphviz") from None
    with _messages_of_the_library() as messages:
        try:
            graph = AGraph(string=dot)
            if image_format == "png":
                graph.graph_attr["dpi"] = str(PNG_DOTS_PER_INCH)
            if size:
                graph.graph_attr.update(size=size, margin=str(margin))
            data = graph.draw(format=image_format, prog=engine)
            graph.close()
        except Exception as error:
            reason = plain_line(" ".join(messages()) or str(error))
            raise DiagramError(f"Graphviz cannot draw this: {reason}") from None
    if not data:
        raise DiagramError(f"Graphviz drew nothing as {image_format}: {plain_line(' '.join(messages()))}")
    return _TIME.sub(b"20000101000000", bytes(data)) if image_format == "pdf" else bytes(data)


def extent(dot: str) -> tuple[float, float]:
    """Width and height of a DOT text when drawn, in points. Raises DiagramError."""
    found = _EXTENT.search(drawn(dot, "svg").decode("utf-8", "replace"))
    assert found is not None
    return float(found[1]), float(found[2])


@contextmanager
def _messages_of_the_library() -> Iterator[Callable[[], list[str]]]:
    """What the C library writes to standard error, kept off the terminal."""
    read: list[str] = []

    def messages() -> list[str]:
        if not kept.closed:
            kept.seek(0)
            lines = kept.read().decode("utf-8", "replace").splitlines()
            read[:] = [line for line in lines if line.strip() and not line.startswith("Fontconfig")]
        return read

    with tempfile.TemporaryFile() as kept:
        try:
            saved = os.dup(2)
        except OSError:  # no standard error at all
            yield messages
            return
        os.dup2(kept.fileno(), 2)
        try:
            yield messages
        finally:
            messages()
            os.dup2(saved, 2)
            os.close(saved)
