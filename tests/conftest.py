"""Hypothesis profiles; the environment variable DSMIP_HYPOTHESIS chooses one."""

from __future__ import annotations

import os

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
