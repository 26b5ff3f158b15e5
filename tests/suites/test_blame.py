"""A verdict names the few requirements that an answer disregards."""

from __future__ import annotations

import pytest

from generators.suites.blame import ANSWER, MOST, disregarded
from generators.suites.subjects import subject
from model.readings import reading
from model.scenarios import load


@pytest.mark.parametrize("scenario", ["every-access", "statuses", "lifetimes", "nat-expiry", "ha-restart", "detach"])
@pytest.mark.parametrize("role", ["ue", "home_agent"])
def test_whatever_is_wrong_a_handful_of_what_was_due_is_named(scenario: str, role: str) -> None:
    actor = subject(load(scenario), reading("intended"), role).actor
    for row in actor.rows:
        written = {field for sending in row.sends for field in sending.fields}
        for field in (ANSWER, *written, *(name.removeprefix(f"{role}.") for name in row.assignments)):
            named = disregarded(row.requirements, {field})
            assert set(named) <= set(row.requirements)
            assert 1 <= len(named) <= MOST


def test_what_is_demanded_of_the_other_kind_of_access_is_not_named() -> None:
    due = ("HA-F2F-04", "HA-F2F-05", "REF-B4")
    assert disregarded(due, {"care_of_address"}, {"encapsulation": "in UDP"}) == ("HA-F2F-05", "REF-B4")
    assert disregarded(due, {"care_of_address"}, {"source": "address-foreign-a"}) == ("HA-F2F-04", "REF-B4")
    assert disregarded(("HA-F2F-05",), {"care_of_address"}, {"source": "address-foreign-a"}) == ("HA-F2F-05",)


def test_silence_where_a_first_registration_was_due_names_it() -> None:
    actor = subject(load("minimal"), reading("intended"), "home_agent").actor
    row = next(row for row in actor.rows if row.title == "initial registration")
    assert disregarded(row.requirements, {ANSWER}, {}) == ("HA-H2F-01", "HA-F2F-02", "HA-F2F-03", "REF-B9")
