"""The record of a suite's efficacy as a page in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def efficacy_page(record: Mapping[str, Any]) -> str:
    """The page. Equal records give equal text."""
    unseen = set(record["unseen"])
    matrix = record["matrix"]
    known = [entry for entry in matrix if entry["mutant"] not in unseen]
    new = [entry for entry in matrix if entry["mutant"] in unseen]
    lines = [
        "# How good the suite is",
        "",
        "<!-- made by `python -m scripts.measure_efficacy`; do not edit -->",
        "",
        f"The suite for the home agent, built from {', '.join(record['scenarios'])} under `intended`: "
        f"{record['tests']} tests, {record['stimuli']} stimuli, {record['messages']} of them messages. "
        "Every home agent here ran as a program of its own, tested over UDP on loopback, its variables observed.",
        "A mutant counts as equivalent if in none of these set-ups any stimulus in any reachable state tells it from "
        "the right home agent.",
        "",
        f"- of {len(known)} mutants that the suite was made for, {_killed(known)} fail",
        f"- of {len(new)} mutants made from the tables that it was not made for, {_killed(new)} fail; "
        f"{sum(entry['mutant'] in record['equivalent'] for entry in new)} are equivalent",
        f"- {len(record['fewest'])} of the {record['tests']} tests are enough for the same: "
        f"{', '.join(record['fewest'])}",
        f"- random testing with {record['stimuli']} stimuli (seed {record['seed']}, spread over the same set-ups, "
        f"in process) finds {record['random_killed']} of the {record['mutants']}; it misses "
        f"{', '.join(record['random_missed']) or 'none'}",
        "",
        "| mutant | tests that fail | requirements named |",
        "|---|---|---|",
        *(f"| {entry['mutant']} | {_tests(entry, record)} | {', '.join(entry['requirements'])} |" for entry in matrix),
        "",
        "Tests for each requirement (their last stimulus calls for a row that realises it):",
        "",
        "| requirement | tests |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in record["requirements"].items()),
        "",
    ]
    return "\n".join(lines)


def _killed(entries: list[dict[str, Any]]) -> int:
    return sum(bool(entry["tests"]) for entry in entries)


def _tests(entry: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    if entry["mutant"] in record["equivalent"]:
        return "none: equivalent for a tester"
    return str(len(entry["tests"])) if entry["tests"] else "none"
