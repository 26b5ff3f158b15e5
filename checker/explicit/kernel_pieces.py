"""Pieces of LLVM text that several kernel functions need: registers, and the records of a state's parts."""

from __future__ import annotations

from enum import IntEnum

from checker.explicit.search_memory import Record, Register

LOW = 4294967295


def get(name: str, place: IntEnum, kind: str = "i64", *, of: str = "c") -> str:
    """Load a word; its address stays known as `name`.at. of: the record it is in, by default the registers."""
    return f"""  %{name}.at = getelementptr i64, ptr %{of}, i64 {place.value}
  %{name} = load {kind}, ptr %{name}.at"""


def records(masks: int) -> str:
    """The records `one` and `other` of the two parts of `key`, with the hashes of both values."""
    return f"""
{get("records0", Register.RECORDS_0, "ptr")}
{get("records1", Register.RECORDS_1, "ptr")}
  %left = lshr i64 %key, 32
  %right = and i64 %key, {LOW}
  %left.offset = mul i64 %left, {Record.MASKS + masks}
  %right.offset = mul i64 %right, {Record.MASKS + masks}
  %one = getelementptr i64, ptr %records0, i64 %left.offset
  %other = getelementptr i64, ptr %records1, i64 %right.offset
  %ha = load i64, ptr %one
  %hb = load i64, ptr %other"""


def hash_function(masks: int) -> str:
    return f"""
define internal i64 @hash_of(ptr %c, i64 %key) nounwind alwaysinline {{
{records(masks)}
  %h = xor i64 %ha, %hb
  ret i64 %h
}}"""
