"""The documentation: no dead link in its pages, and a site that is whole and needs nothing from outside."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

PROJECT = Path(__file__).parents[2]
MARKDOWN_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"^#+\s+(.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def test_no_page_has_a_dead_link() -> None:
    dead = []
    for page in [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]:
        for link in MARKDOWN_LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
            if not target.exists() or (parts.fragment and target.suffix == ".md"
                                       and parts.fragment not in headings(target)):  # fmt: skip
                dead.append(f"{page.relative_to(PROJECT)}: {link}")
    assert dead == []


class Page(HTMLParser):
    """What a page refers to, and the anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.resources: list[str] = []
        self.anchors: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self.anchors += [value for name in ("id", "name") if (value := given.get(name)) and tag != "meta"]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        elif tag in ("link", "script", "img", "iframe", "source", "object", "image", "use"):
            self.resources += [value for name in ("src", "href", "data") if (value := given.get(name))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason="the site is built by Sphinx: pip install 'dsmip[docs]'")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "scripts/documentation.py", str(folder)], cwd=PROJECT, capture_output=True, text=True,
        env={"PATH": "", "PYTHONPATH": str(PROJECT), "HOME": str(folder)}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.mark.slow
def test_the_site_has_no_dead_link_and_no_anchor_twice(site: Path) -> None:
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert site / "pictures" / "ue.html" in pages
    dead = []
    for path, page in pages.items():
        ids = [anchor for anchor in page.anchors if anchor.startswith("state-")]
        assert len(ids) == len(set(ids)), path
        for link in [*page.links, *page.resources]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link in ("#", ""):
                continue
            target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
            lives = target.is_file() and (not parts.fragment or target not in pages
                                          or unquote(parts.fragment) in pages[target].anchors)  # fmt: skip
            if not lives:
                dead.append(f"{path.relative_to(site)}: {link}")
    assert dead == []


@pytest.mark.slow
def test_the_site_loads_nothing_from_outside(site: Path) -> None:
    for path in site.rglob("*.html"):
        outside = [link for link in Page(path.read_text(encoding="utf-8")).resources if urlsplit(link).netloc]
        assert outside == [], path
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"@import[^;]*//|url\(\s*['\"]?(https?:)?//", text), path
