"""SVG that everybody can use: it scales, names itself to screen readers and follows a dark theme."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from xml.etree import ElementTree

from diagrams.labels import plain_line

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


def accessible(
    svg: bytes, title: str, description: str, *, titles: Mapping[str, str] | None = None,
    dark: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """An SVG document with viewBox only, role, title and description; several can stand in one page.

    titles: replacements for the titles inside the drawing. dark: colours to swap in a dark theme.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg)
    width = float(root.get("viewBox", "0 0 0 0").split()[2])
    for element in root.iter(f"{{{SVG}}}title"):
        element.text = (titles or {}).get(element.text or "", element.text)
    for element in root.iter():
        element.attrib.pop("id", None)
    name_root(root, title, description, width)
    root.set("class", "state-diagram")
    if dark:
        style = ElementTree.Element(f"{{{SVG}}}style")
        rules = [
            f'.state-diagram [{part}="{light}"]{{{part}:{colour}}}'
            for light, colour in dark.items() for part in ("fill", "stroke")
        ]  # fmt: skip
        style.text = f"@media (prefers-color-scheme: dark) {{{''.join(rules)}}}"
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
