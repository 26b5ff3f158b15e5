"""SPIN as a referee: an exported file is compiled and searched completely, every claim looked for.
SPIN ends with exit code 0 whatever it finds, and for a search cut short: its text decides."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from generators.exports.promela import additional_states, additional_transitions, initial_states, promela
from generators.exports.subject import Subject
from generators.referees.findings import Findings
from generators.referees.programs import Clock, RefereeError, must_succeed, require, run
from model.language.errors import ModelError

FIRST_DEPTH = 1_000_000
DEEPEST = 100_000_000
TOO_DEEP = "max search depth too small"
OUT_OF_MEMORY = ("out of memory", "reached -DMEMLIM bound")


def ask_spin(subject: Subject, *, seconds: float | None = 600, optimise: str = "-O1", memory: int = 4096) -> Findings:
    """Export `subject`, search it with SPIN and look for every claim. memory: megabytes.

    Raises RefereeError if SPIN cannot be asked, ModelError if a value leaves its domain.
    """
    require("spin", "gcc")
    started, clock = monotonic(), Clock(seconds)
    with TemporaryDirectory(prefix="dsmip-spin-") as name:
        folder = Path(name)
        (folder / "model.pml").write_text(promela(subject), encoding="utf-8")
        must_succeed(["spin", "-o2", "-DREPORT_ALL", "-DQUIET", "-a", "model.pml"], folder, clock)
        defined = ["-DSAFETY", "-DNOREDUCE", "-DPRINTF", f"-DMEMLIM={memory}"]
        must_succeed(["gcc", optimise, "-w", *defined, "-o", "pan", "pan.c"], folder, clock)
        depth = FIRST_DEPTH
        while True:
            _, printed = run(["./pan", f"-m{depth}", "-w20"], folder, clock)
            if TOO_DEEP not in printed or depth >= DEEPEST:
                break
            depth *= 10
    return _findings(subject, printed, monotonic() - started)


def _findings(subject: Subject, printed: str, seconds: float) -> Findings:
    if re.search(r"assertion violated +\S*in_its_domain", printed):
        raise ModelError(f'SPIN: a value of "{subject.title}" leaves its domain')
    counted = re.findall(r"([\d.e+]+) states, (stored|matched)", printed)
    numbers = {key: int(float(found)) for found, key in counted}
    reached = re.search(r"depth reached (\d+), errors: (\d+)", printed)
    if len(numbers) != 2 or reached is None:
        last = printed.strip().splitlines()
        raise RefereeError(f"SPIN: no result: {last[-1] if last else 'nothing said'}")
    if reached[2] != "0":
        said = next((line for line in printed.splitlines() if line.startswith("pan:")), f"{reached[2]} errors")
        raise RefereeError(f"SPIN stopped: {said}")
    reason = next((text for text in (TOO_DEEP, *OUT_OF_MEMORY) if text in printed), None)
    seen = {int(number) for number in re.findall(r"^seen: (\d+) ", printed, re.MULTILINE)}
    of_states = sum(1 for number in seen if subject.claims[number].seen.in_states is not None)
    initial = len(initial_states(subject))
    stored = numbers["stored"]
    transitions = stored + numbers["matched"] - additional_transitions(initial) - of_states
    return Findings(
        "SPIN", reason is None, reason, stored - additional_states(initial), transitions, stored, int(reached[1]),
        frozenset(subject.claims[number].name for number in seen), seconds,
    )  # fmt: skip


def responses_broken(
    subject: Subject, *, seconds: float | None = 600, optimise: str = "-O1", memory: int = 4096
) -> dict[str, bool]:
    """Export `subject` and let SPIN look for a fair run that breaks each response property: name -> whether
    there is one.

    Raises RefereeError if SPIN cannot be asked or did not search everything, ModelError if a value leaves its domain.
    """
    require("spin", "gcc")
    clock = Clock(seconds)
    broken: dict[str, bool] = {}
    with TemporaryDirectory(prefix="dsmip-spin-") as name:
        folder = Path(name)
        (folder / "model.pml").write_text(promela(subject), encoding="utf-8")
        for number, claim in enumerate(subject.responses, 1):
            must_succeed(["spin", "-o2", f"-DRESPONSE={number}", "-DQUIET", "-a", "model.pml"], folder, clock)
            defined = ["-DNOREDUCE", f"-DMEMLIM={memory}"]
            must_succeed(["gcc", optimise, "-w", *defined, "-o", "pan", "pan.c"], folder, clock)
            depth = FIRST_DEPTH
            while True:
                _, printed = run(["./pan", "-a", f"-m{depth}", "-w20"], folder, clock)
                if TOO_DEEP not in printed or depth >= DEEPEST:
                    break
                depth *= 10
            broken[claim.name] = _is_broken(subject, printed)
    return broken


def _is_broken(subject: Subject, printed: str) -> bool:
    if re.search(r"assertion violated +\S*in_its_domain", printed):
        raise ModelError(f'SPIN: a value of "{subject.title}" leaves its domain')
    reached = re.search(r"depth reached (\d+), errors: (\d+)", printed)
    said = next((line for line in printed.splitlines() if line.startswith("pan:")), "no result")
    if reached is None or (reached[2] != "0" and "acceptance cycle" not in printed):
        raise RefereeError(f"SPIN stopped: {said}")
    if reached[2] == "0" and any(text in printed for text in (TOO_DEEP, *OUT_OF_MEMORY)):
        raise RefereeError("SPIN did not search everything")
    return reached[2] != "0"
