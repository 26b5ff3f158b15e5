"""Check DSMIPv6 handover models. The names below are loaded when they are first used."""

from importlib import import_module
from typing import Any

__all__ = ["Holds", "Unknown", "Violated", "check", "load_scenario"]

_PLACES = {
    "Holds": "checker.verdict",
    "Unknown": "checker.verdict",
    "Violated": "checker.verdict",
    "check": "dsmip.api",
    "load_scenario": "dsmip.api",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'dsmip' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
