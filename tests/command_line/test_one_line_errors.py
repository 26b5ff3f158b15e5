"""Bad use of the command line ends in one line that says what, where and what to do; nobody's text floods it."""

from __future__ import annotations

import subprocess

import pytest

from dsmip.failures import LONGEST_ERROR, one_line
from tests.program import run


def dsmip(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments)


@pytest.mark.parametrize(("arguments", "words"), [
    (("check", "--foo"), "No such option: --foo"),
    (("nonsense",), "No such command 'nonsense'"),
    (("diagram", "machine"), "Missing argument 'name'"),
    (("check", "--jobs", "few"), "Invalid value for '--jobs'"),
])  # fmt: skip
def test_wrong_arguments_are_told_in_one_line(arguments: tuple[str, ...], words: str) -> None:
    run = dsmip(*arguments)
    (line,) = run.stderr.splitlines()
    assert line.startswith("dsmip: ") and words in line and " --help" in line
    assert (run.returncode, run.stdout) == (2, "")


def test_no_argument_at_all_shows_what_there_is() -> None:
    run = dsmip("diagram")
    assert run.returncode == 2
    assert "Commands:" in run.stdout + run.stderr


def test_an_unknown_name_of_any_length_keeps_the_hint() -> None:
    run = dsmip("check", "x" * 5000)
    (line,) = run.stderr.splitlines()
    assert 'unknown scenario "xxx' in line and "known: " in line
    assert len(line) < LONGEST_ERROR


@pytest.mark.parametrize("name", ["x" * 5000, "x y" * 2000, "<script>" * 700, "\u202e" * 3000])
def test_long_text_is_cut_and_steers_nothing(name: str) -> None:
    line = one_line(f'no such name "{name}": did you mean "ue"?')
    assert line.startswith("no such name") and line.endswith('did you mean "ue"?')
    assert len(line) <= LONGEST_ERROR and line.isprintable()
