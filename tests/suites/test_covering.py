"""Greedy set cover: everything is covered, and never beyond the stated bound."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from generators.suites.covering import greedy_cover

FAMILIES = st.dictionaries(st.integers(0, 7), st.sets(st.sampled_from("abcdefg")), min_size=1, max_size=7)


@given(FAMILIES)
def test_everything_is_covered_within_the_bound(family: dict[int, set[str]]) -> None:
    wanted = set().union(*family.values())
    chosen, bound = greedy_cover(family, dict.fromkeys(family, 1))
    assert set().union(*(family[name] for name in chosen)) == wanted
    best = next(size for size in range(len(family) + 1) for names in combinations(family, size)
                if set().union(*(family[name] for name in names)) == wanted)  # fmt: skip
    assert len(chosen) <= best * bound


@given(FAMILIES)
def test_no_chosen_test_is_superfluous(family: dict[int, set[str]]) -> None:
    chosen, _ = greedy_cover(family, dict.fromkeys(family, 1))
    for name in chosen:
        others = set().union(*(family[other] for other in chosen if other != name))
        assert not family[name] <= others


def test_cheaper_test_is_preferred() -> None:
    assert greedy_cover({"dear": {"a"}, "cheap": {"a"}}, {"dear": 9, "cheap": 2})[0] == ["cheap"]
