"""A small suite for the home agent, built once."""

from __future__ import annotations

import pytest

from generators.mutants import mutant
from generators.suites.building import build_suite
from generators.suites.cases import Suite
from model.readings import reading
from model.scenarios import load

KILLED = ("ha-any-number", "ha-keeps-binding", "ha-lifetime-zero", "ha-peer-not-moved")


@pytest.fixture(scope="session")
def small_suite() -> Suite:
    """Rows, answers, requirements and some mutants of `minimal`."""
    return build_small_suite()


def build_small_suite() -> Suite:
    kinds = ("rows", "answers", "requirements", "mutants")
    mutants = [mutant(name) for name in KILLED]
    return build_suite([load("minimal")], reading("intended"), "home_agent", kinds, mutants)
