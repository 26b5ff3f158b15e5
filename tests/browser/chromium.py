"""Debian's Chromium without a window. Nothing is downloaded: driver and browser are given by path, and no name
but loopback resolves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

LOCAL = {"127.0.0.1", "localhost"}
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", "--window-size=1280,1000",
)  # fmt: skip
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}}


def missing() -> str | None:
    """Which program is not here; None if all are."""
    found = {"chromium": shutil.which("chromium"), "chromium-driver": shutil.which("chromedriver")}
    absent = [name for name, path in found.items() if path is None]
    return f"needs {' and '.join(absent)} (Debian: apt-get install {' '.join(absent)})" if absent else None


class Browser:
    """A page under test: what it shows, what it asks the network for, what it complains about."""

    def __init__(self, downloads: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for switch in SWITCHES:
            options.add_argument(switch)
        options.add_experimental_option("prefs", {
            "download.default_directory": str(downloads),
            "profile.default_content_setting_values.automatic_downloads": 1,
            "safebrowsing.enabled": True,  # else Python files wait for somebody to confirm them
        })  # fmt: skip
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.downloads = downloads

    def close(self) -> None:
        self.driver.quit()

    def fresh(self) -> None:
        """Forget what earlier tests did."""
        self.emulate()
        self.complaints()
        self.requests()

    def open(self, address: str) -> None:
        self.driver.get("about:blank")  # else a new fragment alone loads nothing
        self.driver.get(address)

    def emulate(self, *, scheme: str = "light", media: str = "", width: int = 1280, height: int = 1000) -> None:
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]})  # fmt: skip
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})  # fmt: skip

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)  # type: ignore[no-untyped-call]

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        (found,) = self.all(selector)
        return found

    def text(self, selector: str) -> str:
        return self.one(selector).text

    def texts(self, selector: str) -> list[str]:
        """The text of each element, in one call."""
        found = self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)
        return list(found)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(getattr(Keys, key))

    def until(self, condition: str, seconds: float = 10) -> None:
        """Wait for a condition in JavaScript."""
        WebDriverWait(self.driver, seconds, 0.03).until(lambda _: self.run(f"return Boolean({condition})"))

    def complaints(self) -> list[str]:
        """What the console got since last asked, warnings included."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def requests(self) -> list[str]:
        """Every address asked for since last asked."""
        events = [json.loads(entry["message"])["message"]
                  for entry in self.driver.get_log("performance")]  # type: ignore[no-untyped-call]  # fmt: skip
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def foreign_requests(self) -> list[str]:
        """Requests that leave this machine."""
        return [address for address in self.requests()
                if urlsplit(address).scheme not in ("file", "data", "blob", "about")
                and urlsplit(address).hostname not in LOCAL]  # fmt: skip

    def accessibility_faults(self, rule: str | None = None) -> list[str]:
        """What axe finds wrong with the page as it is now: rule, and the elements concerned."""
        engine = resources.files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": engine, "allowUnsafeEvalBlockedByCSP": True})
        found = self.driver.execute_async_script(  # type: ignore[no-untyped-call]
            "const done = arguments[arguments.length - 1];"
            "const failed = (error) => done({violations: [{id: String(error), nodes: []}]});"
            "axe.run(document, arguments[0]).then(done, failed)",
            RULES if rule is None else {"runOnly": [rule]},
        )
        return [
            f"{entry['id']}: {[node['html'][:200] for node in entry['nodes'][:3]]}" for entry in found["violations"]
        ]

    def names_of_controls(self) -> Sequence[tuple[str, str]]:
        """(role, accessible name) of everything that can be operated, from the accessibility tree."""
        nodes = self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        roles = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "slider", "radio",
                 "DisclosureTriangle"}  # fmt: skip
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node.get("ignored") and node.get("role", {}).get("value") in roles
        ]
