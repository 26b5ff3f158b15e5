"""SVG that everybody can use: it scales, names itself to screen readers and follows a dark theme."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from xml.etree import ElementTree

from diagrams.labels import plain_line

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
LINKS = (".state-diagram a{text-decoration:none}"
         ".state-diagram a:hover,.state-diagram a:focus{text-decoration:underline}")  # fmt: skip


def accessible(
    svg: bytes, title: str, description: str, *, titles: Mapping[str, str] | None = None,
    dark: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """An SVG document with viewBox only, role, title and description; several can stand in one page.

    titles: replacements for the titles inside the drawing. dark: colours to swap in a dark theme.
    """
    root = parsed(svg)
    set_titles(root, titles or {})
    return finished(root, title, description, dark or {})


def parsed(svg: bytes) -> ElementTree.Element:
    """What Graphviz drew, without its ids, which are the same in every picture."""
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.attrib.pop("id", None)
    return root


def set_titles(root: ElementTree.Element, titles: Mapping[str, str]) -> None:
    for element in root.iter(f"{{{SVG}}}title"):
        element.text = titles.get(element.text or "", element.text)


def finished(root: ElementTree.Element, title: str, description: str, dark: Mapping[str, str]) -> str:
    """The document, named, in a light and a dark theme; with links in it its parts can be read one by one."""
    width = float(root.get("viewBox", "0 0 0 0").split()[2])
    linked = any(element.get("href") for element in root.iter(f"{{{SVG}}}a"))
    name_root(root, title, description, width)
    if linked:
        root.set("role", "graphics-document document")
    root.set("class", "state-diagram")
    if dark:
        style = ElementTree.Element(f"{{{SVG}}}style")
        rules = [
            f'.state-diagram [{part}="{light}"]{{{part}:{colour}}}'
            for light, colour in dark.items() for part in ("fill", "stroke")
        ]  # fmt: skip
        style.text = f"{LINKS if linked else ''}@media (prefers-color-scheme: dark) {{{''.join(rules)}}}"
        root.insert(2, style)
    return document(root)


def name_root(root: ElementTree.Element, title: str, description: str, width: float) -> None:
    """Give the svg element its role, title and description; it fills its place up to its own width."""
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("style", f"max-width:{width:.0f}pt;width:100%;height:auto")
    root.set("role", "img")
    digest = sha256(f"{title}\n{description}".encode("utf-8", "replace")).hexdigest()[:8]
    root.set("aria-labelledby", f"title-{digest} desc-{digest}")
    for position, (name, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{name}")
        element.set("id", f"{name}-{digest}")
        element.text = plain_line(text)
        element.tail = "\n"
        root.insert(position, element)


def document(root: ElementTree.Element) -> str:
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"
