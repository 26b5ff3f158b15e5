"""`dsmip suite`: suites of tests from the model, written in several forms, run on a system under test."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import typer

from dsmip.console import say, working
from dsmip.files import OutputError, refuse_unwritable, write_atomically
from generators.packets.captures import pcap_of
from generators.suites.building import KINDS, build_suite
from generators.suites.cases import Suite, TestCase, from_data
from generators.suites.checked_data import checked
from generators.suites.forms import FORMS, written
from generators.suites.own_adapter import own_session
from generators.suites.recording import recorded
from generators.suites.running import Session, Verdict, run_suite
from generators.suites.sessions import ADAPTERS, session_for
from model.language.errors import ModelError, nearest
from model.language.plain_text import visible
from model.readings import reading
from model.scenarios import load


def write_suite(
    scenarios: list[str], target: Path, role: str, reading_name: str, choices: list[str], kinds: list[str]
) -> None:
    """Build a suite and write it in the form of the file's suffix. Raises ModelError."""
    for kind in kinds:
        if kind not in KINDS:
            raise ModelError(f'--goals "{kind}": {nearest(kind, KINDS)}')
    if target.suffix not in FORMS:
        raise ModelError(f'--output "{target}": a suite ends in {", ".join(FORMS)}')
    refuse_unwritable(target)
    chosen = [load(name) for name in scenarios]
    with working("suite") as report:
        suite = build_suite(chosen, reading(reading_name, choices), role, kinds or KINDS, report=report)
    write_atomically(target, written(suite, target.suffix))
    say(f"written: {target} ({len(suite.cases)} tests for {len(suite.goals)} goals, at most {suite.bound:.1f} times "
        f"the smallest possible number; {len(suite.left_out)} goals left out)")  # fmt: skip


def read_suite(file: Path) -> Suite:
    """A suite from its JSON form. Raises ModelError."""
    try:
        return checked(from_data(json.loads(file.read_text(encoding="utf-8"))))
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror}") from None
    except KeyError as error:
        raise ModelError(f"{file}: no suite: the key {error} is missing") from None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"{file}: no suite: {error}") from None


def capture_suite(file: Path, target: Path, mutant: str | None, only: list[str]) -> None:
    """The packets between tester and reference system as a capture. Raises ModelError or OutputError."""
    if target.suffix != ".pcap":
        raise OutputError(f"cannot write {target}: the file's name must end in .pcap")
    refuse_unwritable(target)
    suite = read_suite(file)
    tests = recorded(suite, session_for("in-process", suite.role, mutant), _chosen(suite, file, only))
    packets = [one for _, found in tests for one in found]
    write_atomically(target, pcap_of(packets))
    failed = sum(result.verdict is not Verdict.PASS for result, _ in tests)
    say(f"written: {target} ({len(packets)} packets of {len(tests)} tests, as seen at the "
        f"{suite.role.replace('_', ' ')}{f'; {failed} failed' if failed else ''})")  # fmt: skip
    if failed:
        raise typer.Exit(1)


def _chosen(suite: Suite, file: Path, only: list[str]) -> list[TestCase]:
    known = [case.identifier for case in suite.cases]
    for name in only:
        if name not in known:
            raise ModelError(f'{file} has no test "{name}": {nearest(name, known)}')
    return [case for case in suite.cases if not only or case.identifier in only]


def run_on(file: Path, adapter: str, mutant: str | None, only: list[str], as_json: bool) -> None:
    """Run a suite; exit code 0 all passed, 1 something failed or went down, 3 something inconclusive."""
    suite = read_suite(file)
    cases = _chosen(suite, file, only)
    session = _session(adapter, suite.role, mutant)
    results = []
    try:
        for result in run_suite(suite, session, cases):
            results.append(result)
            if not as_json and result.verdict is not Verdict.PASS:
                print(visible(str(result)))
    finally:
        session.closed()
    counts = {verdict.value: sum(result.verdict is verdict for result in results) for verdict in Verdict}
    if as_json:
        print(json.dumps({"counts": counts, "results": [
            {"id": result.case.identifier, "verdict": result.verdict.value, "step": result.step,
             "reason": result.reason, "requirements": list(result.requirements)}
            for result in results]}, indent=1))  # fmt: skip
    else:
        print(", ".join(f"{count} {name}" for name, count in counts.items() if count))
    if counts["fail"] or counts["error"]:
        raise typer.Exit(1)
    if counts["inconclusive"]:
        raise typer.Exit(3)


def _session(adapter: str, role: str, mutant: str | None) -> Session:
    """A shipped adapter by name, or a user's own as "package.module:factory"."""
    if ":" not in adapter:
        if adapter not in ADAPTERS:
            raise ModelError(f'--adapter "{adapter}": {nearest(adapter, ADAPTERS)}, or "package.module:factory"')
        return session_for(adapter, role, mutant)
    if mutant is not None:
        raise ModelError("--mutant is for the adapters that ship; an adapter of your own drives your own system")
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))  # as for `python -m`: an adapter lies beside the suite
    return own_session(adapter)
