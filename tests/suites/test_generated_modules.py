"""Generated pytest modules on adapters that end, hang or are none: a clear verdict each, in bounded time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from generators.suites.cases import Suite
from generators.suites.forms import written

ROOT = Path(__file__).resolve().parents[2]


def run_pytest(folder: Path, suite: Suite, adapter: str, **more: str) -> tuple[int, str]:
    """Exit code and output of the suite's module."""
    (folder / "test_generated.py").write_text(written(suite, ".py"))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                   "DSMIP_ADAPTER": f"tests.suites.spoilt_adapters:{adapter}", **more}  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "--rootdir", str(folder), "-W", "error"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("adapter, words", [
    ("ends", "the adapter's process ended with exit code 0 in receives"),
    pytest.param("hangs", "receives of the adapter does not return within 3 s", marks=pytest.mark.slow),
])  # fmt: skip
def test_system_that_goes_down_once_is_one_verdict_and_the_next_test_starts_clean(
    small_suite: Suite, tmp_path: Path, adapter: str, words: str
) -> None:
    code, output = run_pytest(tmp_path, small_suite, adapter, ONCE=str(tmp_path / "once"), DSMIP_SECONDS="3")
    assert code == 1
    assert f"1 failed, {len(small_suite.cases) - 1} passed" in output, output
    assert f"ERROR: the system is down: {words}" in output and "Traceback" not in output


def test_system_that_always_hangs_is_given_up_after_three_tests_in_a_row(small_suite: Suite, tmp_path: Path) -> None:
    began = monotonic()
    code, output = run_pytest(tmp_path, small_suite, "hangs", DSMIP_SECONDS="0.5")
    assert code == 1 and monotonic() - began < 60
    assert re.search(r"\b3 failed", output) and "not run: the system went down in 3 tests in a row" in output, output
    assert len(re.findall("ERROR: the system is down", output)) in (3, 6)  # with the summary of some environments


def test_what_is_no_adapter_is_said_once(small_suite: Suite, tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, small_suite, "no_reset")
    assert code == 1 and "no adapter \"tests.suites.spoilt_adapters:no_reset\": what it makes has no method" in output
    assert f"{len(small_suite.cases) - 1} skipped" in output
    assert "not run: there is no adapter" in output
