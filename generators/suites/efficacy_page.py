"""The record of the suites' efficacy as a page in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ROLES = {"home_agent": "home agent", "ue": "UE"}


def efficacy_page(records: Mapping[str, Any]) -> str:
    """The page. records: role -> record. Equal records give equal text."""
    lines = [
        "# How good the suites are",
        "",
        "<!-- made by `python -m scripts.measure_efficacy ROLE`; do not edit -->",
        "",
        "Every system here ran as a program of its own, tested over UDP on loopback. *By answers* counts the tests "
        "that fail by what the system sends, whatever its variables are; *in all* those that fail where the variables "
        "can be observed too. A mutant counts as equivalent if in none of these set-ups any stimulus in any reachable "
        "state tells it from the right one, be it that it sends the same bytes, and as *undecided* if the comparison "
        "that would show it was cut at its limit of pairs of states and had found no difference. A mutant that the "
        "suite was not made for and does not find has in its row what the shortest test says that the model gives "
        "for it.",
        "",
    ]  # fmt: skip
    for role, name in ROLES.items():
        if role in records:
            lines += _section(records[role], name)
    return "\n".join(lines)


def _section(record: Mapping[str, Any], name: str) -> list[str]:
    unseen = set(record["unseen"])
    matrix = record["matrix"]
    known = [entry for entry in matrix if entry["mutant"] not in unseen]
    new = [entry for entry in matrix if entry["mutant"] in unseen]
    silent = [entry["mutant"] for entry in matrix if entry["tests"] and not entry["by_answers"]]
    return [
        f"## The suite for the {name}",
        "",
        f"Built from {', '.join(record['scenarios'])} under `intended`: {record['tests']} tests, {record['stimuli']} "
        f"stimuli, {record['messages']} of them messages.",
        "",
        f"- of {len(known)} mutants that the suite was made for, {_killed(known)} fail",
        f"- of {len(new)} mutants made from the tables that it was not made for, {_killed(new)} fail; "
        f"{_among(new, record['equivalent'])} equivalent, {_among(new, record['undecided'])} undecided",
        f"- by answers alone {record['killed_by_answers']} of the {record['mutants']} fail; seen only by who observes "
        f"the variables: {', '.join(silent) or 'none'}",
        f"- {len(record['fewest'])} of the {record['tests']} tests are enough for the same: "
        f"{', '.join(record['fewest'])}",
        f"- random testing with {record['stimuli']} stimuli (seed {record['seed']}, spread over the same set-ups, "
        f"{record['random_by']}, variables observed) finds {record['random_killed']} of the {record['mutants']}; "
        f"it misses {', '.join(record['random_missed']) or 'none'}",
        *_derived(record),
        *_reasons(record),
        "",
        "| mutant | tests that fail, in all | by answers | requirements named |",
        "|---|---|---|---|",
        *(f"| {entry['mutant']} | {_tests(entry, record)} | {len(entry['by_answers']) or 'none'} "
          f"| {', '.join(entry['requirements'] or _by_shortest(entry, record))} |" for entry in matrix),
        "",
        "Tests for each requirement (their last stimulus calls for a row that realises it):",
        "",
        "| requirement | tests |",
        "|---|---|",
        *(f"| {requirement} | {count} |" for requirement, count in record["requirements"].items()),
        "",
    ]  # fmt: skip


def _derived(record: Mapping[str, Any]) -> list[str]:
    """Columns that were not measured over UDP."""
    columns = record["in_process"]
    if not columns:
        return []
    return [f"- the columns {' and '.join(f'*{name}*' for name in columns)} are from a run of the same suite in one "
            "process, not over UDP"]  # fmt: skip


def _reasons(record: Mapping[str, Any]) -> list[str]:
    """Why survivors survive, each in a line."""
    shortest = {one["mutant"]: one for one in record["shortest"]}
    return [
        *(f"- {name}: {reason}" for name, reason in record["equivalent"].items()),
        *(f"- {name}: {_undecided(pairs)} in these set-ups and no difference found, but these are not all"
          for name, pairs in record["undecided"].items()),
        *(f"- {name}: not found by the suite; its shortest test says `{one['first'].partition(' ')[2]}`"
          + ("" if one["by_answers"] else " (seen only by who observes the variables)")
          for name, one in shortest.items() if one["first"]),
    ]  # fmt: skip


def _undecided(pairs: int) -> str:
    return f"undecided: {pairs} pairs compared"


def _among(entries: list[dict[str, Any]], names: Mapping[str, Any]) -> int:
    return sum(entry["mutant"] in names for entry in entries)


def _killed(entries: list[dict[str, Any]]) -> int:
    return sum(bool(entry["tests"]) for entry in entries)


def _tests(entry: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    if entry["mutant"] in record["equivalent"]:
        return "none: equivalent for a tester"
    if entry["mutant"] in record["undecided"]:
        return f"none; {_undecided(record['undecided'][entry['mutant']])}"
    if entry["tests"]:
        return str(len(entry["tests"]))
    return "none; its shortest test does" if _by_shortest(entry, record) else "none"


def _by_shortest(entry: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """The requirements that the verdict of the mutant's shortest test names."""
    found = [one["requirements"] for one in record["shortest"] if one["mutant"] == entry["mutant"]]
    return list(found[0]) if found else []
