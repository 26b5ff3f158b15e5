"""Calls and literals as Python source, broken into lines the way a formatter would."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill, wrap

WIDTH = 120


@dataclass(frozen=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True)
class Call:
    """A call. arguments: text that stands before the argument ("", "*" or "name="), the argument."""

    function: str
    arguments: Sequence[tuple[str, object]]


def source(node: object, indent: int = 0, used: int = 0) -> str:
    """The source of a call, or of a literal with calls in it.

    indent: of its last line. used: characters on its first line before it, the indent included; one
    more is left free behind it for a comma.
    """
    short = one_line(node)
    if used + len(short) < WIDTH:
        return short
    inner = indent + 4
    match node:
        case Call(function, arguments):
            opening, closing, items = f"{function}(", ")", list(arguments)
        case Mapping():
            opening, closing, items = "{", "}", [(f"{one_line(key)}: ", item) for key, item in node.items()]
        case list():
            opening, closing, items = "[", "]", [("", item) for item in node]
        case tuple():
            opening, closing, items = "(", ")", [("", item) for item in node]
        case str():
            parts = wrap(node, WIDTH - inner - 3, drop_whitespace=False, break_on_hyphens=False)
            return "\n".join(["(", *(" " * inner + one_line(part) for part in parts), " " * indent + ")"])
        case _:
            return short
    lines = [f"{' ' * inner}{head}{source(item, inner, inner + len(head))}," for head, item in items]
    return "\n".join([opening, *lines, " " * indent + closing]) if items else short


def one_line(node: object) -> str:
    """The same on one line."""
    match node:
        case Name(name):
            return name
        case Call(function, arguments):
            return f"{function}({', '.join(head + one_line(item) for head, item in arguments)})"
        case str():
            return json.dumps(node, ensure_ascii=False)
        case Mapping():
            return "{" + ", ".join(f"{one_line(key)}: {one_line(item)}" for key, item in node.items()) + "}"
        case list():
            return "[" + ", ".join(map(one_line, node)) + "]"
        case tuple():
            return "(" + ", ".join(map(one_line, node)) + ("," if len(node) == 1 else "") + ")"
        case _:
            return repr(node)


def comment(text: str, indent: int) -> str:
    """A comment, wrapped."""
    head = " " * indent + "# "
    return paragraph(text, head, head)


def paragraph(text: str, first: str = "", rest: str = "") -> str:
    """Text, wrapped. first, rest: what stands before its first line and before the others."""
    return fill(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
