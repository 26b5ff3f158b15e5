"""SVG that everybody can use: it scales, names itself to screen readers and follows a dark theme."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from diagrams.labels import plain_line

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"


def accessible(
    svg: bytes, title: str, description: str, *, titles: Mapping[str, str] | None = None,
    dark: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """An SVG document with viewBox only, role, title and description.

    titles: replacements for the titles inside the drawing. dark: colours to swap in a dark theme.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg)
    width = float(root.get("viewBox", "0 0 0 0").split()[2])
    for element in root.iter(f"{{{SVG}}}title"):
        element.text = (titles or {}).get(element.text or "", element.text)
    for element in root.iter():
        element.attrib.pop(f"{{{XML}}}space", None)
    name_root(root, title, description, width)
    if dark:
        style = ElementTree.Element(f"{{{SVG}}}style")
        rules = [f'[fill="{a}"]{{fill:{b}}}[stroke="{a}"]{{stroke:{b}}}' for a, b in dark.items()]
        style.text = f"@media (prefers-color-scheme: dark) {{{''.join(rules)}}}"
        root.insert(2, style)
    return document(root)


def name_root(root: ElementTree.Element, title: str, description: str, width: float) -> None:
    """Give the svg element its role, title and description; it fills its place up to its own width."""
    for attribute in ("width", "height"):
        root.attrib.pop(attribute, None)
    root.set("style", f"max-width:{width:.0f}pt;width:100%;height:auto")
    root.set("role", "img")
    root.set("aria-labelledby", "diagram-title diagram-description")
    for position, (name, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(f"{{{SVG}}}{name}")
        element.set("id", "diagram-title" if name == "title" else "diagram-description")
        element.text = plain_line(text)
        element.tail = "\n"
        root.insert(position, element)


def document(root: ElementTree.Element) -> str:
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"
