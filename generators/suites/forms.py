"""The forms in which a suite is written, by the suffix of the file."""

from __future__ import annotations

import json

from generators.suites.cases import Suite, as_data
from model.language.errors import ModelError, nearest

FORMS = (".json", ".py", ".ttcn", ".md")


def written(suite: Suite, suffix: str) -> str:
    """JSON for other tools and for `dsmip suite run`; a pytest module; TTCN-3-like text; a test plan."""
    match suffix:
        case ".json":
            return json.dumps(as_data(suite), indent=1) + "\n"
        case ".py":
            from generators.suites.pytest_form import pytest_module

            return pytest_module(suite)
        case ".ttcn":
            from generators.suites.ttcn_form import ttcn_module

            return ttcn_module(suite)
        case ".md":
            from generators.suites.plan_form import test_plan

            return test_plan(suite)
        case other:
            raise ModelError(f'no form "{other}": {nearest(other, FORMS)}')
