"""Proof at 16 bits: `dsmip prove` for all properties of a scenario beside berkeley-abc (PDR), which gets the
Verilog export of the same model, one property after the other."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic

from benchmarks.contestants import ROOT
from benchmarks.measured_process import run
from checker.checking import WIRE_BITS
from generators.exports.subject import subject_of
from generators.referees.abc import ask_abc
from generators.referees.programs import RefereeError
from model.readings import reading
from model.scenarios import load
from properties.kinds import Kind
from properties.registry import ALL_PROPERTIES

OUR_SECONDS = 60  # for all properties; a complete exploration settles what induction leaves open by then


@dataclass(frozen=True)
class Attempt:
    """One property. verdict, seconds: of abc. ours: the verdict of `dsmip prove`."""

    identifier: str
    ours: str
    verdict: str
    seconds: float


@dataclass(frozen=True)
class Proving:
    """ours_seconds: of `dsmip prove`, whole process, all properties. seconds: from the export to abc's last word.
    each: abc's limit for one property, in seconds.

    left_out: why abc has no (complete) word.
    """

    scenario: str
    reading: str
    ours_seconds: float
    seconds: float
    each: float
    attempts: tuple[Attempt, ...]
    left_out: str | None = None

    @property
    def contradicting(self) -> list[str]:
        """Properties on which both have an answer, and not the same."""
        return [
            entry.identifier for entry in self.attempts
            if "unknown" not in (entry.ours, entry.verdict) and entry.ours != entry.verdict
        ]  # fmt: skip


def prove(scenario: str, reading_name: str, each: float, seconds: float, say: Callable[[str], None]) -> Proving:
    """Both one after the other. seconds: the limit of all. Raises ProgramError if `dsmip prove` fails."""
    say(f"proofs at {WIRE_BITS} bits: dsmip prove")
    command = [sys.executable, "-c", "from dsmip.command_line import main; main()", "prove", "--scenario", scenario,
               "--reading", reading_name, "--time", f"{OUR_SECONDS}s", "--json"]  # fmt: skip
    cost, printed = run(command, ROOT, seconds, fine=(0, 1, 3))
    ours = {entry["property"]: entry["verdict"] for entry in json.loads(printed)["results"]}
    wanted = [entry for entry in ALL_PROPERTIES if entry.kind in (Kind.INVARIANT, Kind.STEP)]
    subject = subject_of(load(scenario).at_width(WIRE_BITS), reading(reading_name, []), wanted)
    subject = replace(subject, claims=tuple(claim for claim in subject.claims if claim.name in ours))
    say(f"proofs at {WIRE_BITS} bits: berkeley-abc, {len(subject.claims)} properties, at most {each:g} s each")
    started = monotonic()
    try:
        opinions = ask_abc(subject, seconds=seconds, each=each)
    except RefereeError as error:
        say(f"proofs at {WIRE_BITS} bits: berkeley-abc left out: {error}")
        return Proving(scenario, reading_name, cost.wall, monotonic() - started, each, (), str(error))
    attempts = tuple(
        Attempt(entry.claim.name, ours[entry.claim.name], entry.verdict, entry.seconds) for entry in opinions
    )
    return Proving(scenario, reading_name, cost.wall, monotonic() - started, each, attempts)


def proving_table(found: Proving) -> list[str]:
    """The section of the report."""
    lines = [
        f"## Proof at {WIRE_BITS} bits", "",
        f"Scenario {found.scenario}, reading {found.reading}. `dsmip prove`, whole process, all properties: "
        f"{found.ours_seconds:.1f} s.", "",
    ]  # fmt: skip
    if found.left_out is not None:
        return [*lines, f"berkeley-abc left out: {found.left_out}"]
    undecided = [entry.identifier for entry in found.attempts if entry.verdict == "unknown"]
    lines += [
        f"yosys and berkeley-abc (scorr, then PDR, then BMC for what is broken), {found.each:g} s at most for a "
        f"property: {found.seconds:.1f} s, {found.seconds / max(found.ours_seconds, 1e-6):.1f} times as long; "
        f"{len(found.attempts) - len(undecided)} of {len(found.attempts)} decided.", "",
        "| property | dsmip prove | berkeley-abc | s |", "|---|---|---|---|",
        *(f"| {entry.identifier} | {entry.ours} | {entry.verdict} | {entry.seconds:.1f} |" for entry in found.attempts),
        "", f"**They contradict each other** on {', '.join(found.contradicting)}." if found.contradicting
        else "Where both decide they say the same.",
    ]  # fmt: skip
    return lines
