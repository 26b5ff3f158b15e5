"""Who is measured, and how: the steps from a scenario to a complete exploration, each a process. A peer
gets the product's own export, so the counts must be the same; they are compared after every run."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from benchmarks.measured_process import Cost, ProgramError, run
from dsmip.commands import check
from generators.exports.promela import additional_states, additional_transitions, initial_states, promela
from generators.exports.subject import Subject, subject_of
from model.readings import reading
from model.scenarios import load
from properties.registry import ALL_PROPERTIES

ROOT = Path(__file__).resolve().parent.parent
SPIN_DEPTHS = (1_000_000, 10_000_000, 100_000_000)  # of its stack: the first that is enough is measured
TOO_DEEP = "max search depth too small"
RESIDENT = "bytes a state, growth of resident memory"
TABLES = "bytes a state, tables"


@dataclass(frozen=True)
class Case:
    """What everybody explores. properties: every property is looked for, else only states are."""

    scenario: str
    reading: str
    properties: bool

    @property
    def subject(self) -> Subject:
        wanted = ALL_PROPERTIES if self.properties else ()
        found = subject_of(load(self.scenario), reading(self.reading, []), wanted)
        return found if self.properties else Subject(found.title, found.system, (), found.origin)


@dataclass(frozen=True)
class Measurement:
    """One run: its cost from start to answer, that of the exploration alone, and what was counted.

    details: figures that only some have, such as bytes a state.
    """

    cost: Cost
    exploring: Cost
    states: int
    transitions: int
    details: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Contestant:
    """programs: what must be installed. measure: raises ProgramError. ours: an engine of this product."""

    name: str
    programs: tuple[str, ...]
    measure: Callable[[Case, float], Measurement]
    ours: bool = False

    def absent(self) -> str | None:
        """Why it is left out, in words."""
        missing = [program for program in self.programs if shutil.which(program) is None]
        return f"{' and '.join(missing)} not installed" if missing else None


def dsmip_check(engine: str, *, reduced: bool = False) -> Contestant:
    """The command a person runs: all properties judged, counterexamples replayed, a table printed.

    reduced: with symmetry, where there is one.
    """

    def measure(case: Case, seconds: float) -> Measurement:
        command = [sys.executable, "-c", "from dsmip.command_line import main; main()", "check", case.scenario,
                   "--reading", case.reading, "--engine", engine, "--json", "--no-charts"]  # fmt: skip
        if "reduction" in signature(check).parameters:
            command.append("--reduction" if reduced else "--no-reduction")
        cost, printed = run(command, ROOT, seconds, fine=(0, 1))  # 1: a property does not hold, an answer too
        found = json.loads(printed)["results"][0]
        if found["states"] is None or found["transitions"] is None:
            raise ProgramError(f"the {engine} engine gives no counts")
        return Measurement(cost, cost, found["states"], found["transitions"])

    with_symmetry = ", symmetry" if reduced else ""
    return Contestant(f"dsmip check, {engine} engine{with_symmetry}", (), measure, ours=True)


def dsmip_exploration(engine: str) -> Contestant:
    """The exploration alone, as a process of its own."""

    def measure(case: Case, seconds: float) -> Measurement:
        command = [sys.executable, "-m", "benchmarks.exploration", case.scenario, case.reading, engine, str(seconds)]
        cost, printed = run(command, ROOT, seconds + 60)
        found = json.loads(printed)
        if not found["complete"]:
            raise ProgramError(f"the {engine} engine stopped: {found['stopped']}")
        search = Cost(found["search_seconds"], found["search_cpu_seconds"], 0.0, cost.peak)
        details = {
            TABLES: found["table_bytes"] / found["states"],
            RESIDENT: found["growth_bytes"] / found["states"],
            "depth": found["depth"],
        }
        return Measurement(cost, search, found["states"], found["transitions"], details)

    return Contestant(f"dsmip, {engine} engine, exploration only", (), measure, ours=True)


def spin(name: str, defined: Sequence[str], optimise: str = "-O2") -> Contestant:
    """defined: what is given to the compiler of SPIN's verifier."""

    def measure(case: Case, seconds: float) -> Measurement:
        subject, started = case.subject, monotonic()
        with TemporaryDirectory(prefix="benchmark-spin-") as folder_name:
            folder = Path(folder_name)
            (folder / "model.pml").write_text(promela(subject), encoding="utf-8")
            total = Cost()
            for command in (
                ["spin", "-o2", "-DREPORT_ALL", "-DQUIET", "-a", "model.pml"],
                ["gcc", optimise, "-w", "-DSAFETY", "-DPRINTF", *defined, "-o", "pan", "pan.c"],
            ):
                total += run(command, folder, seconds - (monotonic() - started))[0]
            for depth in SPIN_DEPTHS:
                search, printed = run(["./pan", f"-m{depth}"], folder, seconds - (monotonic() - started))
                if TOO_DEEP not in printed:
                    break
        return _of_spin(subject, total + search, search, printed)

    return Contestant(name, ("spin", "gcc"), measure)


def _of_spin(subject: Subject, total: Cost, search: Cost, printed: str) -> Measurement:
    counted = {word: int(float(number)) for number, word in re.findall(r"([\d.e+]+) states, (stored|matched)", printed)}
    reached = re.search(r"depth reached \d+, errors: (\d+)", printed)
    if len(counted) != 2 or reached is None or reached[1] != "0" or TOO_DEEP in printed:
        raise ProgramError("SPIN did not explore everything")
    seen = {int(number) for number in re.findall(r"^seen: (\d+) ", printed, re.MULTILINE)}
    of_states = sum(1 for number in seen if subject.claims[number].seen.in_states is not None)
    initial = len(initial_states(subject))
    states = counted["stored"] - additional_states(initial)
    transitions = counted["stored"] + counted["matched"] - additional_transitions(initial) - of_states
    used = re.findall(r"([\d.]+)\s+(?:actual memory usage for states|memory used for hash table)", printed)
    details = {RESIDENT: search.peak / states, TABLES: sum(float(megabytes) for megabytes in used) * 2**20 / states}
    return Measurement(total, search, states, transitions, details)


def rumur() -> Contestant:
    def measure(case: Case, seconds: float) -> Measurement:
        if find_spec("generators.exports.murphi") is None:
            raise ProgramError("there is no export to Murphi")
        from generators.exports.formats import format_called

        subject, started = case.subject, monotonic()
        with TemporaryDirectory(prefix="benchmark-rumur-") as folder_name:
            folder = Path(folder_name)
            for name, text in format_called("murphi").files(subject, "model").items():
                (folder / name).write_text(text, encoding="utf-8")
            options = ["--deadlock-detection", "off", "--symmetry-reduction", "off", "--output-format",
                       "machine-readable", "--counterexample-trace", "off"]  # fmt: skip
            total = Cost()
            for command in (
                ["rumur", *options, "--output", "model.c", "model.m"],
                ["gcc", "-O2", "-w", "-mcx16", "-o", "checker", "model.c", "-lpthread"],
            ):
                total += run(command, folder, seconds - (monotonic() - started))[0]
            search, printed = run(["./checker"], folder, seconds - (monotonic() - started))
        summary = re.search(r'<summary states="(\d+)" rules_fired="(\d+)"', printed)
        if summary is None:
            raise ProgramError("rumur did not explore everything")
        states = int(summary[1])
        details = {RESIDENT: search.peak / states}
        return Measurement(total + search, search, states, int(summary[2]), details)

    return Contestant("rumur, all processors", ("rumur", "gcc"), measure)
