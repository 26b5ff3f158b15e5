"""The pages of docs/ say what the program says today, and lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dsmip.documentation.findings_page import findings_page
from dsmip.documentation.pages import pages, write_pages
from dsmip.findings_command import schools
from dsmip.known_answers import known_answers
from dsmip.words_at_fault import NO_SWITCH, WHY_NONE, WORDS
from model.handover import MACHINES
from model.readings import AMBIGUITIES

DOCS = Path(__file__).parents[2] / "docs"
GENERATED = dict(pages())
REMEDY = "run: dsmip docs -o docs"


@pytest.mark.parametrize("path", GENERATED)
def test_a_generated_page_is_what_the_program_says_today(path: str) -> None:
    assert (DOCS / path).read_text(encoding="utf-8") == GENERATED[path], REMEDY


def test_every_machine_has_a_page() -> None:
    for machine in MACHINES:
        assert f"model/{machine.name.replace('_', '-')}.md" in GENERATED


def test_links_between_pages_lead_to_files() -> None:
    for page in DOCS.rglob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), f"{page}: {target}"


def test_every_verdict_that_is_recorded_stands_in_the_table_of_scenarios() -> None:
    text = GENERATED["scenarios.md"]
    for (scenario, _), answer in known_answers().items():
        assert f"| `{scenario}` |" in text
        for identifier in answer.verdicts:
            assert re.search(rf"\| {re.escape(identifier).replace('_', '.*_')} \|", text.replace("\\", "")), identifier


def test_rewriting_changes_nothing(tmp_path: Path) -> None:
    written = write_pages(tmp_path)
    assert {str(page.relative_to(tmp_path)) for page in written} == set(GENERATED)
    assert all(page.read_text(encoding="utf-8") == GENERATED[str(page.relative_to(tmp_path))] for page in written)


def test_every_ambiguity_has_the_words_at_fault() -> None:
    assert set(WORDS) == {entry.identifier for entry in AMBIGUITIES}
    numbers = sorted(int(name.removeprefix("AMB-")) for name in (*WORDS, *NO_SWITCH))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_page_of_findings_cut_short_says_so() -> None:
    nothing = {"unfinished": "minimal: memory limit", "demanded": {"minimal": []}, "repairs": [], "not_needed": [],
               "broken": [], "everywhere": None, "findings": [], "own_choices": {}, "no_switch": {}, "schools": [],
               "readings_agree": {}, "unanswered": [],
               "final": {"repaired": [], "by filling in": [], "not repaired": [], "new": [],
                         "filled in": []}}  # fmt: skip
    text = findings_page(nothing)
    assert "**Not complete: minimal: memory limit.**" in text
    assert "None was found." in text


def test_schools_that_meet_say_what_each_actor_keeps_and_loses() -> None:
    found = {str(entry["scenario"]): entry for entry in schools()}
    assert {"mixed-schools", "mixed-schools-reversed"} <= set(found)
    assert "NAT-8" in found["mixed-schools"]["reasons"]  # type: ignore[operator]


def test_every_ambiguity_stands_on_the_page_of_findings_with_a_run_or_a_reason() -> None:
    text = (DOCS / "findings.md").read_text(encoding="utf-8")
    for name in NO_SWITCH:
        assert f"| {name} |" in text
    for entry in AMBIGUITIES:
        section = text.partition(f"### {entry.identifier}: ")[2].partition("### ")[0]
        breaks = "By itself it breaks" in section
        assert breaks == (entry.identifier not in WHY_NONE)
        assert breaks or WHY_NONE[entry.identifier][:30] in section.replace("\\", "")
