"""rumur as a referee: an exported file with all properties as covers is searched completely."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from generators.exports.murphi import observed_murphi
from generators.exports.subject import Subject
from generators.referees.findings import Findings
from generators.referees.programs import Clock, RefereeError, must_succeed, require, run
from model.language.errors import ModelError

OPTIONS = ("--value-type", "int32_t", "--deadlock-detection", "off", "--symmetry-reduction", "off", "--threads", "1",
           "--output-format", "machine-readable", "--counterexample-trace", "off")  # fmt: skip


def ask_rumur(subject: Subject, *, seconds: float | None = 600, optimise: str = "-O1") -> Findings:
    """Export `subject`, search it with rumur and look for every claim.

    Raises RefereeError if rumur cannot be asked, ModelError if a value leaves its domain.
    """
    require("rumur", "gcc")
    started, clock = monotonic(), Clock(seconds)
    with TemporaryDirectory(prefix="dsmip-rumur-") as name:
        folder = Path(name)
        (folder / "model.m").write_text(observed_murphi(subject), encoding="utf-8")
        must_succeed(["rumur", *OPTIONS, "--output", "model.c", "model.m"], folder, clock)
        must_succeed(["gcc", optimise, "-w", "-o", "checker", "model.c", "-lpthread"], folder, clock)
        _, printed = run(["./checker"], folder, clock)
    return _findings(subject, printed, monotonic() - started)


def _findings(subject: Subject, printed: str, seconds: float) -> Findings:
    error = re.search(r"<message>(.*?)</message>", printed, re.DOTALL)
    if error is not None:
        said = unescape(error[1])
        if "out of range" in said or "leaves its domain" in said or "not within" in said:
            raise ModelError(f'rumur: a value of "{subject.title}" leaves its domain: {said}')
        raise RefereeError(f"rumur stopped: {said}")
    summary = re.search(r'<summary states="(\d+)" rules_fired="(\d+)"', printed)
    if summary is None:
        last = printed.strip().splitlines()
        raise RefereeError(f"rumur: no result: {last[-1] if last else 'nothing said'}")
    hits = re.findall(r'<cover_result message="(\d+) [^"]*" count="(\d+)"', printed)
    seen = {int(number) for number, count in hits if count != "0"}
    states = int(summary[1])
    return Findings(
        "rumur", True, None, states, int(summary[2]), states, None,
        frozenset(subject.claims[number].name for number in seen), seconds,
    )  # fmt: skip
