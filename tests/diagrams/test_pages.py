"""Pictures of the shipped machines on paper: what fits a page, words that nothing crosses, equal bytes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from diagrams.clearance import AIRY, crowded
from diagrams.decision import decisions
from diagrams.difference import difference
from diagrams.dot import dot_text
from diagrams.emphasis import about_trigger, triggers_of
from diagrams.pages import SMALL, SMALL_DETAIL, SMALLEST, on_a_sheet, pages, scale
from diagrams.rendering import render
from diagrams.state_diagram import Chosen, Graph, Level, machine_diagram, table_of
from generators.mutants import mutant
from model.handover import handover
from model.language.systems import System
from model.readings import reading
from model.scenarios import load, shipped


@pytest.fixture(scope="module")
def clause_5_2() -> System:
    return handover(load("clause-5.2"), reading("intended", []))


def pages_of(system: System, name: str, trigger: str) -> list[Graph]:
    """The detailed pages of one trigger of a machine."""
    rows = decisions(table_of(system, name)[1])

    def drawing(some: Chosen, subject: str) -> Graph:
        return machine_diagram(system, name, Level.DETAIL, chosen=some, subject=subject, rows=rows)

    return pages(rows, about_trigger(rows, trigger)[1], trigger, drawing)


def test_every_overview_fits_a_sheet_on_its_side_and_no_line_crosses_words(clause_5_2: System) -> None:
    for machine in clause_5_2.machines:
        graph = on_a_sheet(machine_diagram(clause_5_2, machine.name))
        assert scale(graph) >= SMALL, machine.name
        assert crowded(graph) == []


@pytest.mark.parametrize("versus", [
    pytest.param("ue-no-deregistration"), pytest.param("literal", marks=pytest.mark.slow),
])  # fmt: skip
def test_no_line_of_a_difference_runs_along_a_state_that_is_not_at_its_end(clause_5_2: System, versus: str) -> None:
    read, change = (reading("literal"), None) if versus == "literal" else (reading("intended"), mutant(versus).change)
    other = handover(load("clause-5.2"), read, change)
    rows = difference(table_of(clause_5_2, "ue")[1], table_of(other, "ue")[1])
    plain = machine_diagram(other, "ue", rows=rows, subject=f"to {versus}", setup="scenario clause-5.2")
    assert crowded(plain, AIRY) != []  # else this says nothing
    assert crowded(on_a_sheet(plain), AIRY) == []


def test_every_pdf_is_an_a4_page_or_less(clause_5_2: System, tmp_path: Path) -> None:
    graphs = [on_a_sheet(machine_diagram(clause_5_2, name)) for name in ("ue", "access")]
    for graph in (*graphs, *pages_of(clause_5_2, "ue", "BindingAcknowledgement received")):
        ((width, height),) = re.findall(
            rb"/MediaBox \[ 0 0 (\d+) (\d+) \]", render(graph, tmp_path / "page.pdf").read_bytes()
        )
        assert min(int(width), int(height)) <= 595 and max(int(width), int(height)) <= 842
        assert graph.level is Level.DETAIL or int(height) <= 595


@pytest.mark.parametrize(("name", "of_two_pages"), [("ue", []), ("home_agent", ["BindingUpdate received"])])
def test_triggers_of_the_intended_reading_are_a_page_each_updates_two(
    clause_5_2: System, name: str, of_two_pages: list[str]
) -> None:
    _, rows = table_of(clause_5_2, name)
    for trigger in triggers_of(rows):
        graphs = pages_of(clause_5_2, name, trigger)
        assert len(graphs) == (2 if trigger in of_two_pages else 1), trigger
        assert all(scale(graph, turned=True) >= SMALL_DETAIL for graph in graphs)
        assert [crowded(graph) for graph in graphs] == [[]] * len(graphs)
        shown = {row.label for graph in graphs for row in graph.rows}
        assert shown == {e.text.label for e in rows if e.text.trigger == trigger}


@pytest.mark.broad
def test_a_trigger_that_cannot_be_read_on_a_page_is_split_and_no_row_is_lost() -> None:
    system = handover(load("minimal"), reading("literal", []))
    _, rows = table_of(system, "home_agent")
    found = pages_of(system, "home_agent", "BindingUpdate received")
    assert len(found) > 1
    assert f"(page 2 of {len(found)})" in found[1].title
    shown = {row.label for graph in found for row in graph.rows}
    assert shown == {entry.text.label for entry in rows if entry.text.trigger == "BindingUpdate received"}
    for graph in found:
        assert scale(graph, turned=True) >= SMALL_DETAIL
        assert crowded(graph) == []


def test_what_fits_a_page_stays_whole(clause_5_2: System) -> None:
    (graph,) = pages_of(clause_5_2, "ue", "event movement")
    assert " of " not in graph.title


LOOKED_AT: set[object] = set()  # pictures that several readings or scenarios have in common


def is_new(picture: object) -> bool:
    if picture in LOOKED_AT:
        return False
    LOOKED_AT.add(picture)
    return True


@pytest.mark.slow
@pytest.mark.parametrize("choice", ["literal", "intended", "final"])
def test_every_page_of_every_scenario_can_be_read(choice: str) -> None:
    for scenario in shipped():
        system = handover(load(scenario), reading(choice, []))
        for machine in (entry for entry in system.machines if entry.rows):
            where = f"{scenario}, {machine.name}"
            _, rows = table_of(system, machine.name)
            plain = machine_diagram(system, machine.name)
            if is_new(dot_text(plain)):
                overview = on_a_sheet(plain)
                assert scale(overview) >= SMALLEST, where
                assert crowded(overview) == [], where
            for words in triggers_of(rows):
                if is_new((machine.name, tuple(entry.text for entry in rows if entry.text.trigger == words))):
                    for graph in pages_of(system, machine.name, words):
                        assert scale(graph, turned=True) >= SMALL_DETAIL, f"{where}, {words}"
                        assert crowded(graph) == [], f"{where}, {words}"


SCRIPT = """
from pathlib import Path
from diagrams.rendering import render
from diagrams.state_diagram import Level, machine_diagram
from model.handover import handover
from model.readings import reading
from model.scenarios import load
system = handover(load("minimal"), reading("intended", []))
for name, level in (("ue", Level.OVERVIEW), ("access", Level.DETAIL)):
    for suffix in ("svg", "png", "pdf", "dot", "mmd"):
        render(machine_diagram(system, name, level), Path(f"{name}.{suffix}"))
"""


@pytest.mark.broad
def test_pictures_are_equal_to_the_byte_in_another_process_at_another_time(tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, env=environment, check=True)
        made.append({file.name: file.read_bytes() for file in sorted(folder.iterdir())})
    assert len(made[0]) == 10
    assert made[0] == made[1]
