"""Compiled code works wherever the operating system puts it."""

from __future__ import annotations

import ctypes
from contextlib import closing

import pytest

from checker.explicit import compilation
from checker.explicit.compilation import NativeCode
from checker.explicit.function_text import FunctionText, Operand

COUNTER = """
@count = dso_local global [1 x i64] zeroinitializer

define dso_local void @more() nounwind {
  %held = load i64, ptr @count
  %next = add i64 %held, 7
  store i64 %next, ptr @count
  ret void
}
"""


@pytest.mark.parametrize("reach", [2**30, 0])
def test_code_that_lies_far_from_its_data_is_compiled_for_that(reach: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "REACH", reach)
    made: list[str] = []
    target_machine = compilation._target_machine
    monkeypatch.setattr(compilation, "_target_machine",
                        lambda level, reach="anywhere": made.append(reach) or target_machine(level))  # fmt: skip
    with closing(NativeCode.compiled(COUNTER)) as code:
        more = code.procedure("more")
        more()
        more()
        assert code.numbers("count", 1)[0] == 14
    assert len(made) == (1 if reach else 2)


@pytest.mark.parametrize("left", [0, 1])
@pytest.mark.parametrize("right", [0, 1])
@pytest.mark.parametrize("relation", ["eq", "ne"])
def test_truth_values_compare_as_numbers_do(relation: str, left: int, right: int) -> None:
    text = FunctionText("compared", "i64 %left, i64 %right", attributes="dso_local", result="i64")
    one, other = text.resized("%left", 64, 1), text.resized("%right", 64, 1)
    answers = [
        text.compare(relation, 1, one, other), text.compare(relation, 1, one, right),
        text.negation(text.compare(relation, 1, one, other)),
    ]  # fmt: skip
    total: Operand = 0
    for place, answer in enumerate(answers):
        total = text.disjunction(64, total, text.shift_left(64, text.resized(answer, 1, 64), place))
    text.line(f"ret i64 {total}")
    with closing(NativeCode.compiled(text.text())) as code:
        found = code.function("compared", ctypes.c_uint64, ctypes.c_uint64)(left, right)
    expected = int((left == right) == (relation == "eq"))
    assert found == expected * 3 + (1 - expected) * 4
