"""Builds the documentation site from docs/, README.md and pictures drawn from the tables that run.
Usage: python scripts/documentation.py FOLDER. The site needs nothing from outside; warnings are errors."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path

from checker.checking import check_scenario
from checker.explicit.regions import state_space
from checker.search import Limits
from diagrams.chart_svg import chart_svg
from diagrams.decision import decisions
from diagrams.emphasis import about_trigger, triggers_of
from diagrams.labels import display_name
from diagrams.pages import pages
from diagrams.space_diagram import space_picture, space_svg
from diagrams.state_diagram import Chosen, Graph, Level, machine_diagram, table_of
from diagrams.state_svg import Links, graph_svg, slug
from dsmip.charts import chart_of
from model.handover import handover
from model.language.systems import System
from model.readings import reading
from model.scenarios import load
from properties.registry import property_called

PROJECT = Path(__file__).resolve().parent.parent
MACHINES = ("ue", "home_agent", "access", "security_association", "lifetimes")
SCENARIO, READING = "clause-5.2", "intended"
EXAMPLE = ("minimal", "literal", "BIND-1")
SETTINGS = {
    "project": "dsmip", "html_title": "dsmip", "extensions": "myst_parser", "html_theme": "furo",
    "html_copy_source": "0", "html_show_sphinx": "0", "myst_heading_anchors": "4", "language": "en", "copyright": "",
    "html_show_copyright": "0", "html_extra_path": "extra",
}  # fmt: skip
MERMAID = re.compile(r"^```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)
OVERVIEW = "overview.md"  # the README of the project, as a page of the site
FILE_LINK = re.compile(r"\]\(((?:\.\./)+[^)#\s]+)(#[^)\s]*)?\)")


def main(target: Path) -> int:
    """Build the site in `target`; the exit code of the builder."""
    from sphinx.cmd.build import main as sphinx

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_sources(work)
        settings = [text for name, value in SETTINGS.items() for text in ("-D", f"{name}={value}")]
        return int(sphinx(["-q", "-W", "--keep-going", "-n", "-E", "-C", *settings, str(work), str(target)]))


def write_sources(work: Path) -> None:
    """Everything the builder reads: the pages, and what is drawn from the model."""
    shutil.copytree(PROJECT / "docs", work, dirs_exist_ok=True)
    shutil.copy(PROJECT / "README.md", work / OVERVIEW)
    for page in work.rglob("*.md"):
        page.write_text(_with_files(page, work), encoding="utf-8")
    (work / "README.md").rename(work / "index.md")
    _draw_mermaid(work)
    pictures = work / "pictures"
    pictures.mkdir(exist_ok=True)
    _write_machines(pictures)
    _write_state_space(pictures)
    _write_chart(pictures)
    _write_listings(work / "extra" / "source")
    _write_index(work)


def _draw_mermaid(work: Path) -> None:
    """Mermaid text in a machine's page becomes the picture it stands for; elsewhere it stays text."""
    system = handover(load(SCENARIO), reading(READING, []))
    names = {slug(machine.name): machine.name for machine in system.machines}
    for page in work.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if page.stem in names and "```mermaid" in text:
            graph = machine_diagram(system, names[page.stem])
            svg = graph_svg(graph, links=Links(_listing))
            drawn = _inlined(page.parent, f"{page.stem}.svg", svg, graph.title, 1000 if page.stem == "ue" else 600)
            text = MERMAID.sub(lambda _: drawn, text, count=1)  # noqa: B023
        page.write_text(text.replace("```mermaid", "```text"), encoding="utf-8")


def _write_index(work: Path) -> None:
    """The first page, with every page there is."""
    index = work / "index.md"
    text = index.read_text(encoding="utf-8")
    drawn = [*(f"pictures/{slug(name)}" for name in MACHINES), "pictures/space", "pictures/counterexample"]
    pages = sorted(page.relative_to(work).with_suffix("").as_posix() for page in work.rglob("*.md"))
    guides = [page for page in pages if page not in {*drawn, "overview", "index"} and not page.startswith("files/")]
    for caption, entries in (("First steps", ["overview"]), ("Guides", guides), ("Drawn from the model", drawn)):
        if entries:
            lines = "\n".join(entries)
            text += f"\n```{{toctree}}\n:maxdepth: 1\n:caption: {caption}\n\n{lines}\n```\n"
    index.write_text(text, encoding="utf-8")


def _with_files(page: Path, work: Path) -> str:
    """The page with links to files of the project, outside docs/, turned into links to copies of them."""
    own = PROJECT / "README.md" if page == work / OVERVIEW else PROJECT / "docs" / page.relative_to(work)
    up = "../" * (len(page.relative_to(work).parts) - 1)

    def copied(match: re.Match[str]) -> str:
        source = (own.parent / match[1]).resolve()
        if source == PROJECT / "README.md":
            return f"]({up}{OVERVIEW}{match[2] or ''})"
        if source == PROJECT / "docs" / "README.md":
            return f"]({up}index.md{match[2] or ''})"
        if not source.is_file() or source.is_relative_to(PROJECT / "docs"):
            return match[0]
        place = work / "files" / source.relative_to(PROJECT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
        return f"](/files/{source.relative_to(PROJECT).as_posix()})"

    text = page.read_text(encoding="utf-8")
    if page == work / OVERVIEW:
        text = re.sub(r"\]\((?:\./)?docs/", "](", text).replace("](README.md", "](index.md")
    return FILE_LINK.sub(copied, text)


# pictures


def _listing(place: str) -> str | None:
    file, _, line = place.rpartition(":")
    return f"../source/{file}.html#L-{line}" if file and (PROJECT / file).is_file() else None


def _write_machines(folder: Path) -> None:
    system = handover(load(SCENARIO), reading(READING, []))
    for name in MACHINES:
        (folder / f"{slug(name)}.md").write_text("\n".join(_machine_page(folder, system, name)), encoding="utf-8")


def _machine_page(folder: Path, system: System, name: str) -> Iterable[str]:
    machine, rows = table_of(system, name)
    title = machine.meaning or display_name(name)
    yield f"# {title[:1].upper()}{title[1:]}\n"
    yield f"Drawn from the table that runs: scenario `{SCENARIO}`, reading `{READING}`. A row leads to its source.\n"
    graph = machine_diagram(system, name)
    yield _inlined(folder, f"{name}.svg", graph_svg(graph, links=Links(_listing)), graph.title, 1000)

    def drawing(some: Chosen, subject: str) -> Graph:
        return machine_diagram(system, name, Level.DETAIL, chosen=some, subject=subject, rows=decided)

    decided = decisions(rows)
    for words in triggers_of(rows):
        yield f"## {words[:1].upper()}{words[1:]}\n"
        for number, detail in enumerate(pages(decided, about_trigger(rows, words)[1], words, drawing), start=1):
            svg = graph_svg(detail, links=Links(_listing, identify=False))
            yield _inlined(folder, f"{name}-{slug(words)}-{number}.svg", svg, detail.title, 640)


def _write_state_space(folder: Path) -> None:
    scenario = load(EXAMPLE[0])
    space = state_space(handover(scenario, reading(READING, [])), ["ue", "home_agent"], Limits())
    picture = space_picture(space, f"scenario {scenario.name}, reading {READING}")
    body = _inlined(folder, "space.svg", space_svg(picture), picture.title, 760)
    command = f"`dsmip diagram space {scenario.name} -o space.svg`"
    text = f"# The state space from far\n\n{command}: {picture.counts}.\n\n{body}"
    (folder / "space.md").write_text(text, encoding="utf-8")


def _write_chart(folder: Path) -> None:
    scenario, read, name = EXAMPLE
    entry = property_called(name)
    trace = check_scenario(load(scenario), reading(read, []), [entry]).trace(name)
    if trace is None:
        raise SystemExit(f"{name} is not violated in {scenario}, {read}: choose another example")
    offence = f"{name}: {entry.statement}"
    chart = chart_of(trace, title=offence, offence=offence)
    body = _inlined(folder, "chart.svg", chart_svg(chart), offence, 900)
    text = f"# A counterexample\n\nScenario `{scenario}`, reading `{read}`, property `{name}`.\n\n{body}"
    (folder / "counterexample.md").write_text(text, encoding="utf-8")


def _inlined(folder: Path, name: str, svg: str, title: str, width: int) -> str:
    """A picture in the page, at a size that can be read; narrow windows scroll."""
    around = f'<div style="overflow-x:auto" tabindex="0" role="region" aria-label="{escape(title)}">'
    html = f'{around}<div style="min-width:{width}px">{svg}</div></div>\n'
    (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return f"```{{raw}} html\n:file: {name}.html\n```\n"


def _write_listings(folder: Path) -> None:
    """The model's files as pages with an anchor for each line."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    for source in sorted((PROJECT / "model").rglob("*.py")):
        name = source.relative_to(PROJECT).as_posix()
        formatter = HtmlFormatter(full=True, title=name, lineanchors="L", linenos="inline", anchorlinenos=True)
        page = folder / f"{name}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(highlight(source.read_text(encoding="utf-8"), PythonLexer(), formatter), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/docs")))
