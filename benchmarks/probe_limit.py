"""The rate at which this machine can change random places of a table far larger than its caches, with the
places fetched ahead: no search that stores its states in such a table goes faster on one core."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from time import monotonic, process_time

from checker.explicit.compilation import NativeCode, optimised
from checker.explicit.memory import Region

AHEAD = 32  # places fetched before they are needed


@dataclass(frozen=True)
class ProbeLimit:
    """rate: changes a second of processor time."""

    table_bytes: int
    probes: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        return self.probes / self.cpu_seconds


def probe_limit(table_bits: int = 25, probes: int = 1 << 26) -> ProbeLimit:
    """table_bits: the table has 2**table_bits words of 8 bytes."""
    code = NativeCode.loaded(optimised(_text(table_bits)))
    try:
        change = code.function("change", ctypes.c_void_p, ctypes.c_uint64)
        with Region(8 << table_bits) as table:
            change(table.address, 1 << table_bits)  # so that every page is there
            started, used = monotonic(), process_time()
            change(table.address, probes)
            return ProbeLimit(table.size, probes, monotonic() - started, process_time() - used)
    finally:
        code.close()


def _text(bits: int) -> str:
    return f"""
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)

define internal i64 @place(i64 %number) alwaysinline {{
  %a = mul i64 %number, -7046029254386353131
  %b = lshr i64 %a, 29
  %c = xor i64 %a, %b
  %d = mul i64 %c, -4417276706812531889
  %e = lshr i64 %d, {64 - bits}
  ret i64 %e
}}

define dso_local i64 @change(ptr %table, i64 %count) {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %loop]
  %far = add i64 %i, {AHEAD}
  %later = call i64 @place(i64 %far)
  %there = getelementptr i64, ptr %table, i64 %later
  call void @llvm.prefetch.p0(ptr %there, i32 1, i32 3, i32 1)
  %now = call i64 @place(i64 %i)
  %here = getelementptr i64, ptr %table, i64 %now
  %old = load i64, ptr %here
  %new = add i64 %old, %i
  store i64 %new, ptr %here
  %i1 = add i64 %i, 1
  %more = icmp ult i64 %i1, %count
  br i1 %more, label %loop, label %leave
leave:
  ret i64 %count
}}"""
