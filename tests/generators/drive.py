"""Runs the tests of a generated module on a system under test, in this process."""

from __future__ import annotations

from typing import Any

import pytest

from generators.adapters.reference import reference
from model.handover import Change

Namespace = dict[str, Any]


def loaded(source: str) -> Namespace:
    """The names that a generated module defines."""
    namespace: Namespace = {"__name__": "generated"}
    exec(compile(source, "generated.py", "exec"), namespace)
    return namespace


def complaint(source: str, change: Change | None = None) -> str:
    """What the generated test says of the reference, changed or not: "" if it passes."""
    namespace = loaded(source)
    tests = [value for name, value in namespace.items() if name.startswith("test_")]
    assert len(tests) == 1
    setup = namespace["SETUP"]
    try:
        tests[0](reference(setup, setup["role"], change))
    except pytest.fail.Exception as failure:
        return str(failure.msg)
    return ""
