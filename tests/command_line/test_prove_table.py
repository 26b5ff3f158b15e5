"""`dsmip prove --table` as a user meets it: what is recorded, a row a property, what it says no to."""

from __future__ import annotations

import json

import pytest

from dsmip import proof_table_command
from dsmip.proof_table_command import run_table
from model.language.errors import ModelError

NOTHING: dict[str, object] = {}


def table(*properties: str, scenarios: tuple[str, ...] = ("minimal",), **options: object) -> int:
    given = {"table": True, "every": False, "live": False, "time": None, "refused": NOTHING, "as_json_text": False}
    given.update(options)
    return run_table(properties, scenarios, [], **given)  # type: ignore[arg-type]


def test_the_table_says_where_it_comes_from_and_sums_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert table() == 0
    shown = capsys.readouterr().out
    assert "as recorded" in shown and "2,879" in shown and "outlives 32767 Binding Updates" in " ".join(shown.split())


def test_json_has_a_row_for_each_property_with_bounds_and_assumptions(capsys: pytest.CaptureFixture[str]) -> None:
    assert table("BIND-6", "SA-1", "SA-7", as_json_text=True) == 0
    document = json.loads(capsys.readouterr().out)
    rows = {entry["property"]: entry for entry in document["results"] if entry["reading"] == "intended"}
    assert document["source"] == "recorded" and document["missing"] == []
    assert (rows["SA-1"]["verdict"], rows["SA-1"]["left"], rows["SA-1"]["assumptions"]) == ("holds", [], [])
    assert (rows["SA-7"]["verdict"], rows["SA-7"]["left"]) == ("violated", None)
    assert "sequence numbers" in rows["BIND-6"]["left"] and rows["BIND-6"]["assumptions"]


def test_what_is_not_recorded_is_named_and_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proof_table_command, "recorded", dict)
    assert table() == 3
    assert "minimal, literal: not recorded: unknown" in capsys.readouterr().out


def test_what_was_recorded_of_another_model_is_said_to_be_out_of_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proof_table_command, "identity", lambda name, reading: "another")
    table()
    assert "minimal, intended: made with another version of the model" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("options, words", [
    ({"table": False, "every": True}, "--all: give --table with it"),
    ({"refused": {"mutant": "x"}}, "--mutant says nothing with --table"),
    ({"time": "5s"}, "--time: give --live with it"),
    ({"every": True}, "--all: leave out --scenario"),
    ({"scenarios": ("two-ue",)}, '"two-ue" is no shipped scenario with one UE'),
])  # fmt: skip
def test_what_makes_no_sense_together_is_one_line(options: dict[str, object], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        table(**options)  # type: ignore[arg-type]


def test_a_response_property_has_no_place_in_the_table() -> None:
    with pytest.raises(ModelError, match=r"BIND-2.*neither an invariant nor a step property"):
        table("BIND-2")
