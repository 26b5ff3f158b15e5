"""What the published text has made of what the proposal's text breaks, from the recorded verdicts; and where the
reading `final` only fills in what nobody here has read."""

from __future__ import annotations

import re

from dsmip.known_answers import known_answers
from model.readings import AMBIGUITIES

READ_AND_AS_INTENDED = ("AMB-29",)
"""Clauses of the published text that were read and say what `intended` has; where they say something else,
`Ambiguity.final` has it."""


def filled_in() -> list[str]:
    """Ambiguities that `final` settles as `intended` does although no clause that was read settles them."""
    return [entry.identifier for entry in AMBIGUITIES
            if entry.final is None and entry.literal != entry.intended
            and entry.identifier not in READ_AND_AS_INTENDED]  # fmt: skip


def published() -> dict[str, list[str]]:
    """Properties that can hold (as they do under `intended`), by what became of them.

    "by filling in": violated as written and not in `final`, where every ambiguity in the recorded reasons is one
    that `final` merely fills in; "repaired": the others of these.
    """
    known = known_answers()
    broken: dict[str, set[str]] = {"literal": set(), "final": set()}
    named: dict[str, set[str]] = {}
    for (scenario, reading), answer in known.items():
        possible = known[scenario, "intended"].verdicts
        if reading not in broken:
            continue
        for name, verdict in answer.verdicts.items():
            if verdict == "violated" and possible.get(name) == "holds" and not name.startswith("W-"):
                broken[reading].add(name)
                if reading == "literal":
                    named.setdefault(name, set()).update(re.findall(r"AMB-\d+", answer.reasons.get(name, "")))
    better = broken["literal"] - broken["final"]
    filled = set(filled_in())
    merely = {name for name in better if named[name] and named[name] <= filled}
    return {
        "repaired": sorted(better - merely),
        "by filling in": sorted(merely),
        "not repaired": sorted(broken["literal"] & broken["final"]),
        "new": sorted(broken["final"] - broken["literal"]),
    }
