"""Writing pictures to files: the suffix decides the format, and a file is complete or not there."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from diagrams import dot, graphviz_library
from diagrams.chart_image import chart_image
from diagrams.chart_mermaid import chart_mermaid
from diagrams.chart_plantuml import chart_plantuml
from diagrams.chart_svg import chart_svg
from diagrams.chart_text import chart_text
from diagrams.errors import DiagramError
from diagrams.mermaid import state_mermaid
from diagrams.pages import MARGIN, SHEET
from diagrams.sequence_chart import Chart
from diagrams.space_diagram import SpacePicture, space_data, space_dot, space_mermaid, space_svg
from diagrams.state_diagram import Graph, Level
from diagrams.state_svg import Links, graph_svg
from diagrams.svg_accessibility import accessible

GRAPH_SUFFIXES = (".svg", ".png", ".pdf", ".dot", ".mmd")
SPACE_SUFFIXES = (*GRAPH_SUFFIXES, ".json")
DOT_SUFFIXES = (".svg", ".png", ".pdf", ".dot")
CHART_SUFFIXES = (".svg", ".png", ".pdf", ".mmd", ".puml", ".txt")

A4_LANDSCAPE, A4_UPRIGHT = (",".join(f"{side / 72}" for side in sides) for sides in (SHEET, SHEET[::-1]))  # inches


def render(graph: Graph, path: Path | str, *, links: Links | None = None) -> Path:
    """Write a state diagram as its suffix says (svg, png, pdf, dot, mmd). Raises DiagramError.

    links: where the rows of an SVG lead; by default to the files of the model, as seen from the picture.
    """
    target = target_of(path, GRAPH_SUFFIXES)
    match target.suffix.lower():
        case ".dot":
            return _written(target, dot.dot_text(graph))
        case ".mmd":
            return _written(target, state_mermaid(graph))
        case ".svg":
            return _written(target, graph_svg(graph, links=links or Links(_from_beside(target))))
        case ".pdf":
            text = dot.dot_text(graph)
            return _written(target, graphviz_library.drawn(text, "pdf", size=_page(graph), margin=MARGIN))
        case suffix:
            return _written(target, graphviz_library.drawn(dot.dot_text(graph), suffix[1:]))


def _page(graph: Graph) -> str:
    """The A4 page for a picture: on its side for an overview, else as the picture is taller or wider."""
    if graph.level is Level.OVERVIEW:
        return A4_LANDSCAPE
    width, height = graphviz_library.extent(dot.dot_text(graph))
    return A4_LANDSCAPE if width > height else A4_UPRIGHT


def _from_beside(target: Path) -> Callable[[str], str | None]:
    """Addresses of the model's files, relative to the picture's folder; none for what is not there."""
    project = Path(__file__).resolve().parent.parent

    def address(place: str) -> str | None:
        file, _, line = place.rpartition(":")
        source = project / file
        if not file or not source.is_file():
            return None
        return f"{quote(Path(os.path.relpath(source, target.resolve().parent)).as_posix())}#L{line}"

    return address


def render_space(picture: SpacePicture, path: Path | str) -> Path:
    """Write an overview of a state space as its suffix says (svg, png, pdf, dot, mmd, json). Raises DiagramError."""
    target = target_of(path, SPACE_SUFFIXES)
    match target.suffix.lower():
        case ".dot":
            return _written(target, space_dot(picture))
        case ".mmd":
            return _written(target, space_mermaid(picture))
        case ".json":
            return _written(target, json.dumps(space_data(picture), indent=1) + "\n")
        case ".svg":
            return _written(target, space_svg(picture))
        case suffix:
            page = A4_LANDSCAPE if suffix == ".pdf" else ""
            return _written(target, graphviz_library.drawn(space_dot(picture), suffix[1:], size=page, margin=MARGIN))


def render_dot(text: str, path: Path | str, *, title: str = "", description: str = "") -> Path:
    """Write a picture given as DOT text (svg, png, pdf, dot). Raises DiagramError."""
    target = target_of(path, DOT_SUFFIXES)
    match target.suffix.lower():
        case ".dot":
            return _written(target, text)
        case ".svg":
            return _written(target, accessible(graphviz_library.drawn(text, "svg"), title, description))
        case suffix:
            return _written(target, graphviz_library.drawn(text, suffix[1:]))


def render_chart(chart: Chart, path: Path | str, *, width: int = 100) -> Path:
    """Write a sequence chart as its suffix says (svg, png, pdf, mmd, puml, txt); `width` in columns, for txt."""
    target = target_of(path, CHART_SUFFIXES)
    match target.suffix.lower():
        case ".svg":
            return _written(target, chart_svg(chart))
        case ".png" | ".pdf" as suffix:
            return _written(target, chart_image(chart, suffix[1:]))
        case ".mmd":
            return _written(target, chart_mermaid(chart))
        case ".puml":
            return _written(target, chart_plantuml(chart))
        case _:
            return _written(target, chart_text(chart, width))


def target_of(path: Path | str, suffixes: tuple[str, ...]) -> Path:
    target = Path(path)
    if target.suffix.lower() not in suffixes:
        what = f'suffix "{target.suffix}"' if target.suffix else "no suffix"
        raise DiagramError(f"{target}: {what}; use one of {', '.join(suffixes)}")
    return target


def _written(target: Path, content: str | bytes) -> Path:
    """Write beside the target, then move into place."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
    except OSError as error:
        raise DiagramError(f"cannot write {target}: {error.strerror}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DiagramError(f"cannot write {target}: {error.strerror}") from None
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


__all__ = ["graph_svg", "render", "render_chart", "render_dot", "render_space", "target_of"]
