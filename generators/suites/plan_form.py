"""A suite as a test plan in Markdown, with traceability: requirement to tests, test to clause and goals."""

from __future__ import annotations

from generators.suites.cases import Suite, TestCase
from generators.suites.goals import in_words


def test_plan(suite: Suite) -> str:
    """The text. Equal suites give equal text."""
    role = {"ue": "a UE", "home_agent": "a home agent"}[suite.role]
    steps = sum(len(case.steps) for case in suite.cases)
    lines = [
        f"# Test plan for {role}",
        "",
        f"{len(suite.cases)} tests, {steps} stimuli, for {len(suite.goals)} goals. The choice of tests is at most "
        f"{suite.bound:.1f} times as costly as the cheapest one for the same goals.",
        "",
        "**Verdicts.** PASS: every reaction is one that the model permits. FAIL: a reaction that it does not permit, "
        "silence included. INCONCLUSIVE: the adapter cannot do what the test needs. ERROR: the system went down.",
        "",
        "## Requirements",
        "",
        "| requirement | tests |",
        "|---|---|",
        *(f"| {name} | {', '.join(tests)} |" for name, tests in sorted(traceability(suite).items())),
        "",
        "## Tests",
        "",
    ]
    for case in suite.cases:
        lines += _case(case)
    if suite.left_out:
        lines += ["## Left out", "", "| goal | why |", "|---|---|"]
        lines += [f"| {_cell(goal)} | {_cell(why)} |" for goal, why in suite.left_out.items()]
        lines.append("")
    return "\n".join(lines)


test_plan.__test__ = False  # type: ignore[attr-defined]  # not a test itself, whoever imports it


def traceability(suite: Suite) -> dict[str, list[str]]:
    """Requirement -> the tests whose last stimulus calls for a row that realises it."""
    found: dict[str, list[str]] = {}
    for case in suite.cases:
        for name in case.requirements:
            found.setdefault(name, []).append(case.identifier)
    return found


def _case(case: TestCase) -> list[str]:
    lines = [
        f"### {case.identifier}",
        "",
        f"Purpose: {case.purpose}.",
        "",
        f"Requirements: {', '.join(case.requirements) or 'none'}. Clause: {', '.join(case.clauses) or 'none'}. "
        f"Set-up: {case.setup}" + "".join(f", {name} = {value}" for name, value in case.initial) + ".",
        "",
        "| | stimulus | permitted |",
        "|---|---|---|",
    ]
    for number, step in enumerate(case.steps, start=1):
        permitted = []
        for one in step.permitted:
            answers = [f"{answer.name} {dict(answer.fields).get('status', '')}".strip() for answer in one.answers]
            words = " and ".join(answers) or "no answer"
            permitted.append(f"{words} ({', '.join(one.rows) or 'takes no notice'})")
        fields = ", ".join(f"{name} {value}" for name, value in step.stimulus.fields)
        lines.append(f"| {number} | {_cell(in_words(step.stimulus))}{f': {_cell(fields)}' if fields else ''} "
                     f"| {_cell('; or '.join(permitted))} |")  # fmt: skip
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
