"""A report as one HTML document: style, scripts, pictures and data inside, nothing fetched."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from hashlib import sha256
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from diagrams.labels import display_name
from diagrams.report.contents import Contents, Outcome

STYLES = ("base.css", "report.css")
SCRIPTS = ("inspection.js", "verdicts.js", "report.js")
WORST_FIRST = ("violated", "not reached", "unknown", "holds", "reached", "never exercised")


def page_file(name: str) -> str:
    """A file that pages are made of."""
    return resources.files("diagrams.report").joinpath("pages", name).read_text(encoding="utf-8")


def report_html(contents: Contents) -> str:
    """The whole page. Every text in `contents` appears as text; only pictures are markup."""
    script = "\n".join(page_file(name) for name in SCRIPTS)
    digest = base64.b64encode(sha256(script.encode()).digest()).decode()
    return environment().get_template("report.html.j2").render(
        contents=contents,
        figures=headline(contents),
        covered=any(entry.witness or entry.killed for entry in contents.requirements),
        style=Markup("\n".join(page_file(name) for name in STYLES)),
        script=Markup(script),
        script_digest=digest,
        data=embedded_json(_data(contents)),
    )  # fmt: skip


def environment() -> Environment:
    """Templates in which whatever is put in is text."""
    made = Environment(
        loader=PackageLoader("diagrams.report", "pages"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["number"] = lambda value: "–" if value is None else f"{value:,}"
    made.filters["counted"] = lambda number, word: f"{number:,} {word}{'' if number == 1 else 's'}"
    made.filters["spaced"] = display_name
    made.filters["picture"] = Markup
    return made


def embedded_json(data: object) -> Markup:
    """JSON that can stand inside a script element: no text in it ends the element or opens a comment."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character, escape in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e"),
                              ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):  # fmt: skip
        text = text.replace(character, escape)
    return Markup(text.encode("utf-8", "replace").decode())


def headline(contents: Contents) -> dict[str, int]:
    """The figures at the top of the page."""
    words = [outcome.word for outcome in contents.outcomes]
    return {
        "explorations": len(contents.explorations),
        "states": sum(entry.states or 0 for entry in contents.explorations),
        "transitions": sum(entry.transitions or 0 for entry in contents.explorations),
        "violated": words.count("violated") + words.count("not reached"),
        "holds": words.count("holds") + words.count("reached"),
        "vacuous": words.count("never exercised"),
        "unknown": words.count("unknown"),
        "recorded": sum(outcome.as_expected is not None for outcome in contents.outcomes),
        "unexpected": sum(outcome.as_expected is False for outcome in contents.outcomes),
    }


def _data(contents: Contents) -> dict[str, object]:
    numbers = {entry.identifier: number for number, entry in enumerate(contents.statements)}
    return {
        "title": contents.title,
        **contents.traces.as_data(),
        "runs": [[entry.scenario, entry.reading] for entry in contents.explorations],
        "properties": [
            [entry.identifier, entry.text, entry.clause, ", ".join(entry.requirements)] for entry in contents.statements
        ],
        "findings": [entry.statement.identifier for entry in contents.findings],
        "order": WORST_FIRST,
        "outcomes": [
            [entry.run, numbers[entry.property], WORST_FIRST.index(entry.word), _expected(entry), entry.reason,
             entry.trace]
            for entry in sorted_outcomes(contents.outcomes)
        ],
    }  # fmt: skip


def sorted_outcomes(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """What deserves attention first."""
    return sorted(outcomes, key=lambda entry: (entry.as_expected is not False, WORST_FIRST.index(entry.word)))


def _expected(outcome: Outcome) -> int:
    """1: as recorded, 0: not so, -1: nothing is recorded."""
    return -1 if outcome.as_expected is None else int(outcome.as_expected)
