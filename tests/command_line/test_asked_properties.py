"""A property that is asked for by name and judged nowhere is told, never left out in silence."""

from __future__ import annotations

import pytest

from tests.program import run


@pytest.mark.parametrize(("arguments", "words"), [
    (("check", "minimal", "--property", "BIND-1", "--property", "V4-1"), "V4-1 is not judged in minimal: "),
    (("check", "two-ue", "--property", "LIVE-5", "--reading", "intended", "--time", "0.001s"),
     "LIVE-5 is not judged in two-ue: "),
    (("bmc", "NAT-1", "--steps", "1"), "NAT-1 is not judged in minimal: "),
])  # fmt: skip
def test_what_is_judged_nowhere_is_bad_use(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert words in done.stderr and done.stderr.count("\n") == 1


def test_what_is_judged_in_one_of_several_scenarios_is_answered_there() -> None:
    done = run("check", "minimal", "mixed-schools", "--property", "NAT-1", "--reading", "literal", "--no-charts")
    assert done.returncode in (0, 1), done.stderr
    assert "NAT-1" in done.stdout
