"""The report in a browser: filters, step-through, deep links, dark and narrow, for everybody, offline."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from checker.trace import Trace
from diagrams.report.document import report_html
from dsmip.report_command import write_report
from model.language.systems import System
from tests.browser.chromium import Browser
from tests.browser.toy_reports import (
    EVIL,
    LONG,
    ON_ONE_LINE,
    evil_contents,
    evil_system,
    lossless_toy,
    plain_contents,
    steady_run,
    traces_of,
)

# all rows of a table are alike, and an accessibility checker is slow
OPEN = """
for (const entry of document.querySelectorAll("#stepper details, #explorations details, .chart")) entry.open = true;
"""
A_FEW_OF_EACH = """
for (const kind of ["tbody tr:nth-child(n+3)", "li:nth-child(n+3)", ".finding:nth-of-type(n+2)", ".picture"]) {
  for (const entry of document.querySelectorAll(kind)) if (!entry.closest("#stepper")) entry.remove();
}
for (const svg of document.querySelectorAll("svg")) {
  const seen = {};
  for (const text of svg.querySelectorAll("text")) {
    const kind = ["class", "fill"].map((name) => text.getAttribute(name) + text.parentElement.getAttribute(name));
    seen[kind] = (seen[kind] || 0) + 1;
    if (seen[kind] > 1) text.remove();
  }
}
"""
RUN = "#trace=minimal-literal-BIND-1"


@pytest.fixture(scope="module")
def minimal(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a report on the smallest scenario, as the text is written."""
    target = tmp_path_factory.mktemp("report") / "a report.html"
    assert write_report(["minimal"], ["literal"], [], [], target, memory=None, time=None, jobs=1) == 0
    return target.as_uri()


@pytest.fixture
def page(browser: Browser, minimal: str) -> Browser:
    browser.open(minimal)
    return browser


def shown_in(browser: Browser, html: str, folder: Path) -> str:
    target = folder / "made.html"
    target.write_text(html, encoding="utf-8")
    browser.open(target.as_uri())
    return target.as_uri()


def choose(browser: Browser, name: str, value: str) -> None:
    browser.run(
        "const field = document.getElementById('filters').elements[arguments[0]]; field.value = arguments[1];"
        "field.dispatchEvent(new Event('input', {bubbles: true}))", name, value,
    )  # fmt: skip


def verdicts(browser: Browser) -> list[list[str]]:
    rows = browser.run("return [...document.querySelectorAll('#outcomes tbody tr')].map("
                       "(row) => [...row.cells].map((cell) => cell.innerText))")  # fmt: skip
    return [[str(cell) for cell in row] for row in rows]


# the verdicts


def test_everything_judged_is_in_the_table_violations_first(page: Browser) -> None:
    rows = verdicts(page)
    words = [row[0] for row in rows]
    assert words[:8] == ["violated"] * 8 and "violated" not in words[8:]
    assert page.text("#shown") == f"{len(rows)} verdicts"
    assert [row[1] for row in rows[:8]] == [
        "SA-1", "SA-5", "SA-6", "SA-7", "BIND-1", "BIND-16", "SA-15", "ADDR-7b"]


@pytest.mark.broad
def test_a_filter_leaves_exactly_what_it_names(page: Browser) -> None:
    everything = verdicts(page)
    filters = {"verdict": ("reached", 0), "property": ("SA-6", 1), "scenario": ("minimal", 3),
               "reading": ("literal", 4)}  # fmt: skip
    for field, (value, column) in filters.items():
        expected = [row for row in everything if row[column] == value]
        assert expected
        choose(page, field, value)
        assert verdicts(page) == expected
        choose(page, field, "")


@pytest.mark.broad
def test_filters_together_and_cleared(page: Browser) -> None:
    everything = verdicts(page)
    choose(page, "verdict", "violated")
    choose(page, "text", "ROUTING  header")
    assert [row[1] for row in verdicts(page)] == ["ADDR-7b"]
    assert page.text("#shown") == f"1 of {len(everything)} verdicts"
    page.one("#filters button[type=reset]").click()
    page.until("document.querySelectorAll('#outcomes tbody tr').length > 1")
    assert verdicts(page) == everything


@pytest.mark.broad
def test_nothing_found_says_so(page: Browser) -> None:
    choose(page, "text", "no such words")
    assert verdicts(page) == []
    assert page.text("#shown").startswith("0 of ")


# findings, requirements, figures, machines


@pytest.mark.broad
def test_each_finding_has_its_clause_its_reason_and_its_chart(page: Browser) -> None:
    finding = page.one("#finding-BIND-1").text
    assert "clause 5.2.2.4" in finding
    assert "Violated under literal in minimal: 8 steps." in finding
    assert "AMB-10: an outstanding update is not undone" in finding
    assert len(page.all(".finding")) == 8 == len(page.all(".finding svg.sequence-chart"))
    page.one("#finding-BIND-1 details.chart summary").click()
    assert page.one("#finding-BIND-1 svg.sequence-chart").is_displayed()


@pytest.mark.broad
def test_a_glance_tells_which_reading_breaks_what_and_walks_show_the_procedure(page: Browser) -> None:
    rows = [row.text.split("\n") for row in page.all(".glance tbody tr")]
    assert [row[0].split()[0] for row in rows] == [
        "SA-1", "SA-5", "SA-6", "SA-7", "BIND-1", "BIND-16", "SA-15", "ADDR-7b"]
    assert all(row[-1].endswith("violated") for row in rows)
    (walk,) = [row for row in page.all("#walks tbody tr") if row.text.startswith("W-F2H ")]
    assert "a return to the home link ends with the binding removed" in walk.text
    page.run("arguments[0].querySelector('a').click()", walk)
    page.until("!document.getElementById('stepper').hidden")
    page.press("END")
    assert page.texts(".machine[data-machine=home_agent] .node.lit title") == ["no binding"]
    assert page.all("#steps li.offence") == []


@pytest.mark.broad
def test_an_address_can_name_filters(page: Browser) -> None:
    everything = verdicts(page)
    expected = [row for row in everything if row[:2] == ["violated", "SA-6"]]
    page.run("location.hash = '#verdicts?verdict=violated&property=SA-6&reading=literal'; follow()")
    assert verdicts(page) == expected != []
    assert page.run("return document.getElementById('filters').elements.property.value") == "SA-6"
    page.run("location.hash = '#verdicts?property=nobody'; follow()")
    assert verdicts(page) == everything


@pytest.mark.broad
def test_the_matrix_names_rows_properties_and_what_became_of_them(page: Browser) -> None:
    row = page.one("#requirement-UE-H2F-02")
    assert "SA-1 violated" in row.text
    assert any("association needed" in text for text in page.texts("#requirement-UE-H2F-02 li"))


@pytest.mark.broad
def test_figures_and_machines_are_those_of_the_run(page: Browser) -> None:
    assert page.one("#explorations tbody tr").text.split()[:4] == ["minimal", "literal", "453", "2,089"]
    assert len(page.all("#machines svg")) == 3
    assert len(page.all("#mutants tbody tr")) > 10


# the step-through


@pytest.mark.broad
def test_a_deep_link_opens_its_step_and_lights_the_states(browser: Browser, minimal: str) -> None:
    browser.open(f"{minimal}{RUN}&step=7")
    assert browser.text("#where") == "Step 7 of 8"
    assert browser.text("#run-title").startswith("BIND-1: the UE at home")
    assert browser.texts(".machine[data-machine=home_agent] .node.lit title") == ["bound"]
    assert browser.texts(".machine[data-machine=home_agent] .node.was title") == ["no binding"]
    assert browser.texts(".machine[data-machine=home_agent] .edge.lit title") == ["no binding → bound"]
    assert browser.texts(".machine[data-machine=ue] .node.lit title") == ["at home"]
    assert not browser.one("#report").is_displayed()


@pytest.mark.broad
def test_machine_diagrams_light_the_state_the_edge_and_the_row_and_follow_the_steps(
    browser: Browser, minimal: str
) -> None:
    browser.open(f"{minimal}{RUN}&step=7")
    browser.one("#diagrams > summary").click()
    browser.until("document.querySelectorAll('.machine-diagram').length === 3")
    agent, ue = "[data-diagram=home_agent]", "[data-diagram=ue]"
    assert browser.texts(f"{agent} .node.lit title") == ["bound"]
    assert browser.texts(f"{agent} .node.was title") == ["no binding"]
    assert set(browser.texts(f"{agent} .edge.lit title")) == {"no binding → bound"}
    (taken,) = browser.texts(f"{agent} .row.taken text")
    assert taken.startswith("• initial registration")
    assert browser.texts(f"{ue} .node.lit title") == ["at home"]
    browser.press("ARROW_LEFT", "ARROW_LEFT")
    assert browser.texts(f"{agent} .node.lit title") == ["no binding"]
    assert browser.texts(f"{agent} .row.taken") == []
    assert browser.texts(f"{ue} .node.lit title") == ["detecting home link"]
    seen = browser.run("const box = document.querySelector('[data-diagram=ue] .scroll').getBoundingClientRect();"
                       "const lit = document.querySelector('[data-diagram=ue] .node.lit').getBoundingClientRect();"
                       "return lit.left >= box.left && lit.right <= box.right && lit.top >= box.top"
                       " && lit.bottom <= box.bottom")  # fmt: skip
    assert seen
    assert browser.complaints() == [] and browser.foreign_requests() == []


def test_keys_step_forward_back_home_and_end_and_escape_leaves(browser: Browser, minimal: str) -> None:
    browser.open(f"{minimal}{RUN}&step=0")
    browser.press("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT", "ARROW_LEFT")
    assert browser.text("#where") == "Step 2 of 8"
    assert browser.run("return location.hash") == f"{RUN}&step=2"
    assert browser.texts(".machine[data-machine=ue] .node.lit title") == ["detecting home link"]
    browser.press("END")
    assert browser.text("#where") == "Step 8 of 8"
    assert browser.texts("#steps .offence .mark") == ["breaks BIND-1"]
    assert not browser.one("#forward").is_enabled()
    browser.press("ARROW_RIGHT", "HOME", "ARROW_LEFT")
    assert browser.text("#where") == "Start of 8"
    browser.press("ESCAPE")
    browser.until("!document.getElementById('report').hidden")
    assert browser.run("return location.hash") == "#finding-BIND-1"


@pytest.mark.broad
def test_each_step_shows_messages_and_changed_variables(browser: Browser, minimal: str) -> None:
    browser.open(f"{minimal}{RUN}&step=7")
    messages = [element.text.splitlines()[0] for element in browser.all(".packet")]
    assert messages == ["BindingUpdate received, uplink", "BindingAcknowledgement sent, downlink",
                        "BindingAcknowledgement in flight, downlink"]  # fmt: skip
    fields = browser.one(".packet.received").text.splitlines()
    assert ("sequence number", "31") in pairwise(fields)
    changed = {row.text for row in browser.all("#inspection section .variables tr.changed")}
    assert "home agent.state no binding bound" in changed
    browser.one("#forward").click()
    assert browser.text(".events").splitlines() == ["network", "BA #31 is lost"]
    assert "No message is in flight." not in browser.text(".messages")
    browser.press("HOME", "ARROW_RIGHT")
    assert browser.text("#where") == "Step 1 of 8"
    assert browser.text(".messages") == "No message is in flight."


@pytest.mark.broad
def test_the_list_of_steps_and_the_slider_lead_to_a_step(browser: Browser, minimal: str) -> None:
    browser.open(f"{minimal}{RUN}&step=0")
    browser.all("#steps button")[6].click()
    assert browser.text("#where") == "Step 6 of 8"
    assert browser.texts("#steps [aria-current=step] .n") == ["6"]
    browser.one("#position").send_keys("x")
    browser.run("arguments[0].focus()", browser.one("#position"))
    browser.press("ARROW_RIGHT")
    assert browser.text("#where") == "Step 7 of 8"


@pytest.mark.broad
def test_a_finding_leads_to_its_run_and_the_run_back(page: Browser) -> None:
    page.one("#finding-SA-6 .button").click()
    page.until("!document.getElementById('stepper').hidden")
    assert page.text("#where") == "Start of 9"
    page.one("#back").click()
    page.until("document.getElementById('stepper').hidden")
    assert page.run("return document.getElementById('finding-SA-6').getBoundingClientRect().top") < 700


@pytest.mark.broad
def test_an_address_that_names_no_run_shows_the_report(page: Browser) -> None:
    for fragment in ("#trace=nobody&step=3", "#trace=", "#step=4", "#%", "#verdicts"):
        page.run("location.hash = arguments[0]; follow()", fragment)
        assert page.one("#report").is_displayed() and not page.one("#stepper").is_displayed()
        assert page.one("#unknown-trace").is_displayed() == fragment.startswith("#trace=")
    page.run("location.hash = '#trace=nobody'; follow()")
    assert page.text("#unknown-trace") == "This report has no trace called “nobody”."
    assert page.complaints() == []


@pytest.mark.broad
def test_a_step_that_is_not_there_is_the_nearest(page: Browser) -> None:
    for step, where in (("99", "Step 8 of 8"), ("-3", "Start of 8"), ("x", "Start of 8")):
        page.run("location.hash = arguments[0]; follow()", f"{RUN}&step={step}")
        assert page.text("#where") == where


# what the page unfolds is what happened


def values_in_the_page(browser: Browser, number: int) -> list[list[str]]:
    views = browser.run("return unfolded(data.traces[arguments[0]]).map((view) => view.variables.map((v) => v.value))",
                        number)  # fmt: skip
    return [[str(value) for value in view] for view in views]


def flights_in_the_page(browser: Browser, number: int) -> list[list[list[list[str]]]]:
    found = browser.run(
        "return unfolded(data.traces[arguments[0]]).map((view) => view.channels.map((channel) =>"
        " channel.flights.map((flight) => [flight.message, ...flight.fields.map((field) => field.value)])))", number,
    )  # fmt: skip
    return list(found)


@pytest.mark.broad
@pytest.mark.parametrize("system", [lossless_toy(), evil_system()], ids=["toy", "hostile"])
def test_the_page_unfolds_every_state_of_a_run(browser: Browser, tmp_path: Path, system: System) -> None:
    trace = steady_run(system, 200)
    shown_in(browser, report_html(plain_contents(traces_of({"one": trace}))), tmp_path)
    assert values_in_the_page(browser, 0) == [[_text(value) for value in state.values] for state in trace.states]
    assert flights_in_the_page(browser, 0) == [_flights(trace, index) for index in range(len(trace.states))]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())


def _flights(trace: Trace, index: int) -> list[list[list[str]]]:
    channels = zip(trace.system.channels, trace.states[index].channels, strict=True)
    return [
        [[_text(channel.messages[flight.message].name), *map(_text, flight.values)] for flight in contents]
        for channel, contents in channels
    ]


@pytest.mark.broad
def test_a_report_of_long_runs_opens_fast(browser: Browser, tmp_path: Path) -> None:
    trace = steady_run(lossless_toy(), 200)
    assert len(trace) == 200
    html = report_html(plain_contents(traces_of({f"run {number}": trace for number in range(20)})))
    assert len(html) < 3_000_000
    address = shown_in(browser, html, tmp_path)
    browser.open(f"{address}#trace=run%2019&step=200")
    assert browser.text("#where") == "Step 200 of 200"
    milliseconds = browser.run("return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert milliseconds < 5000
    stepping = browser.run("const begun = performance.now();"
                           "for (let i = 0; i < 200; i++) stepper.go(stepper.step - 1);"
                           "return performance.now() - begun")  # fmt: skip
    assert browser.text("#where") == "Start of 200"
    assert stepping / 200 < 100


# for everybody, everywhere


@pytest.mark.broad
@pytest.mark.parametrize("place", ["", f"{RUN}&step=4"], ids=["report", "step-through"])
def test_nobody_is_shut_out(browser: Browser, minimal: str, place: str) -> None:
    browser.open(minimal + place)
    browser.run(OPEN)
    browser.until("document.getElementById('stepper').hidden || document.querySelector('.machine-diagram')")
    browser.run(A_FEW_OF_EACH)
    assert browser.accessibility_faults() == []
    browser.emulate(scheme="dark")
    assert browser.accessibility_faults("color-contrast") == []
    controls = browser.names_of_controls()
    assert len(controls) > 10
    assert [role for role, name in controls if not name.strip()] == []


@pytest.mark.broad
def test_dark_mode_has_dark_paper_and_light_ink(browser: Browser, minimal: str) -> None:
    lightness = {}
    for scheme in ("light", "dark"):
        browser.emulate(scheme=scheme)
        browser.open(minimal)
        for part in ("backgroundColor", "color"):
            colour = browser.run("return getComputedStyle(document.body)[arguments[0]]", part)
            red, green, blue = (int(number) for number in colour.removeprefix("rgb(").removesuffix(")").split(","))
            lightness[scheme, part] = (red + green + blue) / 3
    assert lightness["light", "backgroundColor"] > 200 > 80 > lightness["light", "color"]
    assert lightness["dark", "backgroundColor"] < 50 < 180 < lightness["dark", "color"]


@pytest.mark.broad
@pytest.mark.parametrize("place", ["", f"{RUN}&step=4"], ids=["report", "step-through"])
def test_a_narrow_window_needs_no_scrolling_sideways(browser: Browser, minimal: str, place: str) -> None:
    browser.emulate(width=360, height=700)
    browser.open(minimal + place)
    assert browser.run("return document.documentElement.scrollWidth") <= 360


@pytest.mark.broad
def test_on_paper_there_are_charts_and_no_controls(page: Browser) -> None:
    page.run("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate(media="print", width=794)
    assert not any(element.is_displayed() for element in page.all("nav, .filters, .actions"))
    assert all(element.is_displayed() for element in page.all("svg.sequence-chart:not(.in-parts)"))
    assert page.run("return document.documentElement.scrollWidth") <= 794


def test_nothing_is_fetched_and_nothing_complained_about(browser: Browser, minimal: str) -> None:
    browser.open(minimal)
    browser.open(f"{minimal}{RUN}&step=1")
    browser.press("ARROW_RIGHT", "END", "ESCAPE")
    asked = browser.requests()
    assert [address for address in asked if address.startswith("file:")]
    assert [address for address in asked if not address.startswith(("file:", "about:", "data:"))] == []
    assert browser.complaints() == []


@pytest.mark.broad
def test_hostile_text_stays_text(browser: Browser, tmp_path: Path) -> None:
    address = shown_in(browser, report_html(evil_contents()), tmp_path)
    assert browser.text("#report h1") == ON_ONE_LINE
    assert len(browser.all("img")) == 0
    shown = " ".join(browser.run("return document.getElementById('report').textContent").split())
    assert shown.count(ON_ONE_LINE) > 20 and LONG in shown
    for width in (1280, 360):
        browser.emulate(width=width)
        assert browser.run("return document.documentElement.scrollWidth") <= width
    browser.run("location.hash = `#trace=${encodeURIComponent(data.traces[0].id)}&step=1`")
    browser.until("!document.getElementById('stepper').hidden")
    assert browser.text("#where") == "Step 1 of 2"
    assert browser.texts(".machine .current") == [LONG, f"here {ON_ONE_LINE}"]
    assert f"Message {ON_ONE_LINE}" in browser.texts(".packet strong")
    assert browser.run("return document.documentElement.scrollWidth") <= 360
    assert browser.run("return window.ran") is None
    assert browser.complaints() == [] and address.startswith("file:")
    assert EVIL != ON_ONE_LINE


PARTS = """
window.dispatchEvent(new Event("beforeprint"));
return [...document.querySelectorAll("#findings svg.in-parts")].map((svg) => {
  const parts = [];
  for (let next = svg.nextElementSibling; next && next.matches("svg.part"); next = next.nextElementSibling)
    parts.push([next.viewBox.baseVal.y, next.viewBox.baseVal.height, next.getBoundingClientRect().height]);
  const texts = [...svg.querySelectorAll("text")].map((text) => text.getBBox());
  return [svg.viewBox.baseVal.height, parts, texts.map((box) => [box.y, box.y + box.height])];
});
"""


@pytest.mark.broad
def test_on_paper_a_long_chart_is_cut_between_steps_and_not_made_small(page: Browser) -> None:
    page.emulate(media="print", width=720, height=1000)
    found = page.run(PARTS)
    assert found
    for height, parts, _ in found:
        assert len(parts) > 1
        assert [part[0] for part in parts] == [0, *[part[0] + part[1] for part in parts[:-1]]]
        assert parts[-1][0] + parts[-1][1] == pytest.approx(height)
        assert all(0 < part[2] <= 1000 for part in parts)
    page.emulate()
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.all("svg.part, svg.in-parts") == []


@pytest.mark.broad
def test_no_cut_on_paper_goes_through_words(page: Browser) -> None:
    found = page.run(PARTS)
    assert found
    for _, parts, texts in found:
        assert len(texts) > 10
        for top, _, _ in parts[1:]:
            assert [box for box in texts if box[0] < top < box[1]] == []
    page.run("window.dispatchEvent(new Event('afterprint'))")
