"""The results as Markdown for people and as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from statistics import median

from benchmarks.comparison import Comparison, Entry
from benchmarks.contestants import RESIDENT, TABLES, Measurement
from benchmarks.probe_limit import ProbeLimit
from benchmarks.proving import Proving, proving_table
from benchmarks.scaling import Size

SCALING = ("engine", "setting", "value", "states", "transitions", "depth", "search s", "states a second",
           "bytes a state, tables", "bytes a state, resident")  # fmt: skip
CONTESTANTS = ("contestant", "states", "transitions", "wall s", "processor s", "peak MB", "bytes a state, tables",
               "bytes a state, resident", "states a second", "ratio of wall time",
               "ratio of processor time")  # fmt: skip


def as_json(machine: dict[str, str], comparisons: Sequence[Comparison], limit: ProbeLimit | None,
            sizes: Sequence[Size], proving: Proving | None = None) -> str:  # fmt: skip
    return json.dumps({
        "version": 1, "machine": machine, "comparisons": [_comparison(entry) for entry in comparisons],
        "probe_limit": None if limit is None else {**asdict(limit), "probes_per_cpu_second": limit.rate},
        "scaling": [asdict(size) for size in sizes],
        "proving": None if proving is None else {**asdict(proving), "contradicting": proving.contradicting},
    }, indent=1) + "\n"  # fmt: skip


def _comparison(comparison: Comparison) -> dict[str, object]:
    return {
        **asdict(comparison), "counts_differ": comparison.counts_differ,
        "ratios": {
            entry.name: {"wall": comparison.ratios(entry, _wall), "processor": comparison.ratios(entry, _cpu)}
            for entry in comparison.entries[1:]
        },
    }  # fmt: skip


def as_markdown(machine: dict[str, str], comparisons: Sequence[Comparison], limit: ProbeLimit | None,
                sizes: Sequence[Size], proving: Proving | None = None) -> str:  # fmt: skip
    lines = ["# Benchmarks", "", "Ratios are run by run, both runs of a pair made one after the other; "
             "above 1: the contestant took longer than the first of its table.", ""]  # fmt: skip
    lines += [f"- {name}: {value}" for name, value in machine.items()]
    for comparison in comparisons:
        lines += ["", *_table_of(comparison)]
    if limit is not None:
        lines += ["", *_limit(limit, comparisons)]
    if sizes:
        lines += ["", *_scaling(sizes)]
    if proving is not None:
        lines += ["", *proving_table(proving)]
    return "\n".join([*lines, ""])


def _table_of(comparison: Comparison) -> list[str]:
    case = comparison.case
    looked_for = "every property looked for" if case.properties else "no property looked for"
    lines = [
        f"## {comparison.title}", "",
        f"Scenario {case.scenario}, reading {case.reading}, {looked_for}; whole processes, compilers included; "
        f"{comparison.rounds} round(s), medians.", "",
        *_head(CONTESTANTS),
    ]  # fmt: skip
    for entry in comparison.entries:
        if not entry.runs:
            lines.append(f"| {entry.name} | left out: {entry.left_out} {'|' * 10}")
            continue
        first = entry.runs[0]
        is_first = entry is comparison.entries[0]
        cells = [
            entry.name, f"{first.states:,}", f"{first.transitions:,}", _middle(entry, _wall, "{:.2f}"),
            _middle(entry, _cpu, "{:.2f}"), _middle(entry, lambda run: run.cost.peak / 2**20, "{:.0f}"),
            *(f"{first.details[name]:.1f}" if name in first.details else "" for name in (TABLES, RESIDENT)),
            _middle(entry, lambda run: run.states / max(run.exploring.wall, 1e-6), "{:,.0f}"),
            "1" if is_first else _spread(comparison.ratios(entry, _wall)),
            "1" if is_first else _spread(comparison.ratios(entry, _cpu)),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", *(f"**Counts differ:** {sentence}." for sentence in comparison.counts_differ)]
    if not comparison.counts_differ:
        lines.append("All counts are the same.")
    return lines


def _limit(limit: ProbeLimit, comparisons: Sequence[Comparison]) -> list[str]:
    lines = [
        "## Against the machine's probe limit", "",
        f"Random places of a table of {limit.table_bytes / 2**20:.0f} MB changed, fetched ahead: "
        f"{limit.rate / 1e6:.1f} million a second of processor time. A search looks up every transition:", "",
        "| contestant | scenario | transitions a second of processor time | part of the limit |", "|---|---|---|---|",
    ]  # fmt: skip
    for comparison in comparisons:
        for entry in comparison.entries:
            if entry.ours and entry.runs and entry.runs[0].exploring != entry.runs[0].cost:
                rate = median(run.transitions / max(run.exploring.cpu, 1e-6) for run in entry.runs)
                lines.append(f"| {entry.name} | {comparison.case.scenario} | {rate:,.0f} | {rate / limit.rate:.2f} |")
    return lines


def _scaling(sizes: Sequence[Size]) -> list[str]:
    lines = [
        "## Scaling", "",
        *_head(SCALING),
    ]  # fmt: skip
    for size in sizes:
        found = size.measurement
        if found is None:
            lines.append(f"| {size.engine} | {size.setting} | {size.value} | {size.failure} {'|' * 7}")
            continue
        seconds = found.exploring.wall
        lines.append(
            f"| {size.engine} | {size.setting} | {size.value} | {found.states:,} | {found.transitions:,} "
            f"| {found.details['depth']:.0f} | {seconds:.2f} | {found.states / max(seconds, 1e-6):,.0f} "
            f"| {found.details[TABLES]:.1f} | {found.details[RESIDENT]:.1f} |"
        )
    return lines


def _head(titles: Sequence[str]) -> list[str]:
    return ["| " + " | ".join(titles) + " |", "|---" * len(titles) + "|"]


def _wall(run: Measurement) -> float:
    return run.cost.wall


def _cpu(run: Measurement) -> float:
    return run.cost.cpu


def _middle(entry: Entry, figure: Callable[[Measurement], float], form: str) -> str:
    return form.format(median(figure(run) for run in entry.runs))


def _spread(found: tuple[float, float, float] | None) -> str:
    return "" if found is None else f"{found[1]:.2f} ({found[0]:.2f} to {found[2]:.2f})"
