"""The explorer in a browser: choosing, undoing, jumping, saving; for everybody, and shut to other sites."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dsmip.explorer.server import ExplorerServer
from dsmip.explorer.session import Session
from dsmip.explorer.workbench import Workbench
from dsmip.trace_files import stored_run
from model.readings import reading
from model.scenarios import load
from tests.browser.chromium import Browser
from tests.browser.toy_reports import LONG, ON_ONE_LINE, evil_system

READY = "page !== null && page.now !== undefined && !page.busy"


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[None]:
    with server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[ExplorerServer]:
    made = ExplorerServer(Workbench(load("minimal"), reading("literal")))
    with running(made):
        yield made


@pytest.fixture
def page(browser: Browser, server: ExplorerServer) -> Browser:
    """The explorer at its first initial state, where only a movement is possible."""
    session = server.workbench.session
    session.restart(session.revision, 0)
    browser.open(server.address)
    browser.until(READY)
    return browser


def do(page: Browser, script: str) -> None:
    page.run(script)
    page.until(READY, seconds=60)


def press(page: Browser, key: str) -> None:
    before = page.run("return page.now.revision")
    page.driver.switch_to.active_element.send_keys(key)
    page.until(f"{READY} && page.now.revision !== {before}")


def choices(page: Browser) -> list[str]:
    return page.texts(".choice .title")


def test_choosing_by_key_and_by_click_leads_on_and_undo_back(page: Browser) -> None:
    assert page.texts(".machine[data-machine=ue] .node.lit title") == ["at home"]
    press(page, "1")
    assert page.texts(".machine[data-machine=ue] .node.lit title") == ["configuring address"]
    assert page.texts(".machine[data-machine=ue] .edge.lit title") == ["any state → configuring address"]
    page.all(".choice")[0].click()
    page.until(f"{READY} && page.now.path.length === 2")
    assert page.texts("#path .n") == ["0", "1", "2"]
    assert page.texts("#path [aria-current=step] .n") == ["2"]
    press(page, "u")
    assert page.texts("#path .n") == ["0", "1"]
    do(page, "document.querySelector('#path button').click()")
    assert page.texts(".machine[data-machine=ue] .node.lit title") == ["at home"]
    assert not page.one("#undo").is_enabled()


@pytest.mark.broad
def test_a_jump_leads_to_the_violation_and_one_back_shows_what_would_break(page: Browser) -> None:
    do(page, "byId('properties').value = 'BIND-1'; byId('jump').click()")
    assert page.text("#said") == "BIND-1 is violated: 8 steps"
    assert page.text(".broken").startswith("BIND-1 is broken: the UE at home")
    assert len(page.all("#path li")) == 9
    do(page, "byId('undo').click()")
    given_up, nobody, lost = choices(page)
    assert given_up.startswith("give up the security association")
    assert "reaches nobody" in nobody and "is lost" in lost
    assert page.texts(".choice .breaking") == ["breaks SA-7", "breaks BIND-1", "breaks BIND-1"]
    assert page.all(".broken") == []


@pytest.mark.broad
def test_a_jump_that_leads_nowhere_says_why(page: Browser) -> None:
    do(page, "byId('properties').value = 'BIND-3'; byId('jump').click()")
    assert "BIND-3 holds" in page.text("#said")
    do(page, "page.change('jump', {property: 'nobody'})")
    assert 'unknown property "nobody"' in page.text("#said")


@pytest.mark.broad
def test_saved_runs_replay_and_saved_tests_are_python(page: Browser, server: ExplorerServer) -> None:
    do(page, "byId('properties').value = 'SA-6'; byId('jump').click()")
    names = []
    for button in ("#save-trace", "[data-save=ue]", "[data-save=home_agent]"):
        page.one(button).click()
        page.until("document.getElementById('said').textContent.startsWith('Saved')")
        names.append(page.text("#said").removeprefix("Saved: "))
        page.run("page.say('')")
    files = [page.downloads / name for name in names]
    arrive(files)
    _, trace = stored_run(files[0])
    assert trace.states == server.workbench.session.trace.states
    for file in files[1:]:
        compile(file.read_text(encoding="utf-8"), file.name, "exec")


def arrive(files: list[Path]) -> None:
    waiting = threading.Event()
    for _ in range(100):
        if all(file.exists() and file.stat().st_size for file in files):
            return
        waiting.wait(0.05)
    pytest.fail(f"not downloaded: {[file.name for file in files if not file.exists()]}")


@pytest.mark.broad
def test_a_page_that_is_too_old_is_brought_up_to_date(page: Browser, server: ExplorerServer) -> None:
    session = server.workbench.session
    session.take(session.revision, 0)
    press(page, "1")
    assert "brought up to date" in page.text("#said")
    assert len(page.all("#path li")) == 2


@pytest.mark.broad
def test_nobody_is_shut_out(page: Browser) -> None:
    press(page, "1")
    assert page.accessibility_faults() == []
    page.emulate(scheme="dark")
    assert page.accessibility_faults("color-contrast") == []
    controls = page.names_of_controls()
    assert len(controls) >= 9
    assert [role for role, name in controls if not name.strip()] == []


@pytest.mark.broad
def test_a_narrow_window_needs_no_scrolling_sideways(page: Browser) -> None:
    page.emulate(width=360, height=700)
    assert page.run("return document.documentElement.scrollWidth") <= 360


@pytest.mark.broad
def test_only_the_explorer_is_asked_and_nothing_is_complained_about(page: Browser, server: ExplorerServer) -> None:
    press(page, "1")
    asked = page.requests()
    assert len([address for address in asked if address.startswith(server.address)]) >= 6
    assert page.foreign_requests() == []
    assert page.complaints() == []


@pytest.mark.broad
def test_hostile_names_stay_text(browser: Browser, server: ExplorerServer) -> None:
    usual, server.workbench.session = server.workbench.session, Session(evil_system(), [])
    try:
        server.workbench.session.maps.as_data()
        browser.open(server.address)
        browser.until(READY)
        for _ in range(2):
            press(browser, "1")
        shown = browser.run("return document.body.textContent")
        assert ON_ONE_LINE in shown and LONG in shown
        assert browser.run("return window.ran") is None
        assert browser.all("img") == []
        browser.emulate(width=360)
        assert browser.run("return document.documentElement.scrollWidth") <= 360
        assert browser.complaints() == []
    finally:
        server.workbench.session = usual


@pytest.mark.broad
def test_a_page_of_another_site_neither_changes_nor_reads(
    browser: Browser, server: ExplorerServer, tmp_path: Path
) -> None:
    """Even one that has found out the token, on another port of this machine."""
    (tmp_path / "index.html").write_text("<!DOCTYPE html><title>elsewhere</title>", encoding="utf-8")
    before = server.workbench.session.revision

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    elsewhere = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path)))
    with running(elsewhere):
        browser.open(f"http://127.0.0.1:{elsewhere.server_address[1]}/index.html")
        found = browser.driver.execute_async_script(  # type: ignore[no-untyped-call]
            """
            const [address, revision, done] = arguments;
            const body = JSON.stringify({ revision, choice: 0 });
            const attempts = [
              fetch(address + "state"),
              fetch(address + "step", { method: "POST", body, headers: { "Content-Type": "application/json" } }),
              fetch(address + "step", { method: "POST", body, mode: "no-cors" }).then((answer) => answer.text()),
            ];
            Promise.allSettled(attempts).then((ends) => done(ends.map((end) => end.status + " " + (end.value || ""))));
            """,
            server.address, before,
        )  # fmt: skip
    assert [text.strip() for text in found] == ["rejected"] * 3
    assert server.workbench.session.revision == before
    browser.complaints()
