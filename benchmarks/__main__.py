"""One command that measures everything and writes `benchmarks.md` and `benchmarks.json` into a folder.
Installs nothing; whoever is not there is left out with a word."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.comparison import Comparison, compare
from benchmarks.contestants import Case, dsmip_check, dsmip_exploration, rumur, spin
from benchmarks.machine import machine
from benchmarks.probe_limit import ProbeLimit, probe_limit
from benchmarks.proving import Proving, prove
from benchmarks.report import as_json, as_markdown
from benchmarks.scaling import Size, measure
from dsmip.files import OutputError, write_atomically
from model.language.errors import ModelError
from model.readings import reading
from model.scenarios import load

PARTS = ("cold", "large", "probe", "scaling", "proving")
PLAIN_SPIN = ("SPIN, no reduction", ("-DNOREDUCE",))
OTHER_SPINS = (
    ("SPIN, partial-order reduction", ()), ("SPIN, no reduction, COLLAPSE", ("-DNOREDUCE", "-DCOLLAPSE")),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    folder = Path(options.folder)
    try:
        for name in (options.small, options.large):
            load(name)
        reading(options.reading, [])
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / "benchmarks.md", "# Benchmarks\n\nNot finished.\n")
    except (ModelError, OutputError) as error:
        return _bad_use(str(error))
    except OSError as error:
        return _bad_use(f"{folder}: cannot write there: {error.strerror}; name another folder")
    found = machine()
    comparisons: list[Comparison] = []
    limit: ProbeLimit | None = None
    sizes: list[Size] = []
    proving: Proving | None = None
    if "cold" in options.parts:
        comparisons += _cold(options)
    if "probe" in options.parts:
        _say("probe limit")
        limit = probe_limit()
    if "large" in options.parts:
        comparisons += _large(options)
    if "scaling" in options.parts:
        sizes = measure("explicit", options.reading, options.seconds, _say)
    if "proving" in options.parts:
        proving = prove(options.small, options.reading, options.proof_seconds, options.seconds, _say)
    write_atomically(folder / "benchmarks.json", as_json(found, comparisons, limit, sizes, proving))
    write_atomically(folder / "benchmarks.md", as_markdown(found, comparisons, limit, sizes, proving))
    print(f"written: {folder / 'benchmarks.md'}, {folder / 'benchmarks.json'}")
    differing = [sentence for comparison in comparisons for sentence in comparison.counts_differ]
    for sentence in differing:
        _say(f"counts differ: {sentence}")
    contradicting = proving.contradicting if proving is not None else []
    for identifier in contradicting:
        _say(f"dsmip prove and berkeley-abc contradict each other: {identifier}")
    return 1 if differing or contradicting else 0


def _cold(options: argparse.Namespace) -> list[Comparison]:
    plain, checked = (Case(options.small, options.reading, properties) for properties in (False, True))
    return [
        compare("a small scenario, states only", plain,
                [dsmip_exploration("explicit"), spin(*PLAIN_SPIN), rumur()],
                options.rounds, options.seconds, _say),
        compare("a small scenario, every property", checked,
                [dsmip_check("explicit"), dsmip_check("auto"), spin(*PLAIN_SPIN), rumur()],
                options.rounds, options.seconds, _say),
    ]  # fmt: skip


def _large(options: argparse.Namespace) -> list[Comparison]:
    plain, checked = (Case(options.large, options.reading, properties) for properties in (False, True))
    contestants = [dsmip_exploration("explicit"), dsmip_exploration("product"), spin(*PLAIN_SPIN), rumur()]
    if not options.quick:
        contestants += [spin(*PLAIN_SPIN, "-O3"), *(spin(name, defined) for name, defined in OTHER_SPINS)]
    ours = [dsmip_check("explicit"), dsmip_check("explicit", reduced=True), dsmip_check("auto")]
    return [
        compare("a large scenario, states only", plain, contestants, options.rounds, options.seconds, _say),
        compare("a large scenario, every property", checked,
                [*ours, spin(*PLAIN_SPIN)], options.rounds, options.seconds, _say),
    ]  # fmt: skip


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("folder", nargs="?", default="benchmark-results", help="where the two files go")
    parser.add_argument("--small", default="minimal", metavar="SCENARIO", help="for cold verdicts")
    parser.add_argument("--large", default="two-ue", metavar="SCENARIO", help="for speed and memory")
    parser.add_argument("--reading", default="intended")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of runs (default 3)")
    parser.add_argument("--seconds", type=float, default=1800, help="limit of one run (default 1800)")
    parser.add_argument("--proof-seconds", type=float, default=20, help="abc's limit for a property (default 20)")
    parser.add_argument("--quick", action="store_true", help="SPIN with its plain flags only")
    parser.add_argument("--only", dest="parts", action="append", choices=PARTS, help="may be given several times")
    options = parser.parse_args(arguments)
    options.parts = options.parts or list(PARTS)
    if options.rounds < 1 or options.seconds <= 0 or options.proof_seconds <= 0:
        parser.error("--rounds, --seconds and --proof-seconds must be positive")
    return options


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _bad_use(line: str) -> int:
    _say(f"benchmarks: {line}")
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        _say("benchmarks: interrupted; nothing was written")
        sys.exit(3)
    except OutputError as error:
        sys.exit(_bad_use(str(error)))
