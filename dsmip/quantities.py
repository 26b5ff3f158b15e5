"""Amounts as people write them on a command line: "4G" of memory, "60s" or "5m" of time."""

from __future__ import annotations

import re

from checker.search import Limits
from model.language.errors import ModelError

MEMORY_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
TIME_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST = 24 * 365  # hours; solvers count milliseconds in 64 bits
MOST_MEMORY = 2**60  # bytes


def memory(text: str) -> int:
    """Bytes from "512M", "4G". Raises ModelError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT])i?B?", text.strip(), re.IGNORECASE)
    if match is None or float(match[1]) == 0:
        raise ModelError(f'--memory "{text}": write an amount such as 512M or 4G')
    amount = float(match[1]) * MEMORY_UNITS[match[2].upper()]
    if amount > MOST_MEMORY:
        raise ModelError(f"--memory of {len(match[1])} digits: no machine has so much; leave it out for no limit")
    return int(amount)


def seconds(text: str, option: str = "--time") -> float:
    """Seconds from "60", "60s", "5m". Raises ModelError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip(), re.IGNORECASE)
    if match is None or float(match[1]) == 0:
        raise ModelError(f'{option} "{text}": write a time such as 60s or 5m')
    found = float(match[1]) * TIME_UNITS[match[2].lower()]
    if found > LONGEST * TIME_UNITS["h"]:
        raise ModelError(f"{option}: at most {LONGEST}h, a year; leave it out for no limit")
    return found


def limits(memory_text: str | None, time_text: str | None) -> Limits:
    """The limits of a search that `--memory` and `--time` ask for; None for none. Raises ModelError."""
    return Limits(
        None if memory_text is None else memory(memory_text), None if time_text is None else seconds(time_text)
    )
