"""Hypothesis profiles; the environment variable DSMIP_HYPOTHESIS chooses one. What `sampled` leaves out is `broad`."""

from __future__ import annotations

import os
from collections import defaultdict

import pytest
from hypothesis import settings

PROFILES = ("dev", "ci", "thorough")

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("thorough", deadline=None, max_examples=5_000)

chosen = os.environ.get("DSMIP_HYPOTHESIS") or ("ci" if os.environ.get("CI") else "dev")
if chosen not in PROFILES:
    raise pytest.UsageError(f"DSMIP_HYPOTHESIS is {chosen!r}; choose one of {', '.join(PROFILES)}")
settings.load_profile(chosen)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a test marked `sampled(n)`, n of its parameters, evenly spread, are for everybody; the others are `broad`."""
    together: dict[tuple[str, int], list[pytest.Item]] = defaultdict(list)
    for item in items:
        mark = item.get_closest_marker("sampled")
        if mark is not None and item.get_closest_marker("slow") is None:
            together[item.nodeid.partition("[")[0], mark.args[0]].append(item)
    for (_, count), alike in together.items():
        kept = {number * len(alike) // count for number in range(count)}
        for number, item in enumerate(alike):
            if number not in kept:
                item.add_marker("broad")
