"""The search loop and what keeps its tables in order, as functions that Python calls with the address of
the search's registers. Ready at once; optimised when a search turns out to be more than a small one."""

from __future__ import annotations

import ctypes
from functools import cache

from checker.explicit.compilation import NativeCode, optimised
from checker.explicit.kernel_text import kernel_text

ADDRESS, WORD = ctypes.c_void_p, ctypes.c_uint64


class Kernel:
    """For systems with so many joint entries by 64; settle: as for `kernel_text`. Close it when done."""

    def __init__(self, masks: int, settle: str | None = None) -> None:
        self._text = kernel_text(masks, settle)
        self._is_optimised = self._text in _made
        plain = None if self._is_optimised else NativeCode.compiled(self._text)
        self._use(plain or NativeCode.loaded(_optimised(self._text)))

    def _use(self, code: NativeCode) -> None:
        self._code = code
        self.run = code.function("run", ADDRESS, WORD, WORD)
        self.settle = code.procedure("settle", ADDRESS)
        self.tally = code.procedure("tally", ADDRESS, ADDRESS, WORD)
        self.run_piped = code.function("run_piped", ADDRESS, ADDRESS, WORD, WORD)
        self.consume = code.procedure("consume", ADDRESS)
        self.again = code.function("again", ADDRESS, WORD, WORD)
        self.rebuild = code.procedure("rebuild", ADDRESS)
        self.reslot = [code.procedure(f"reslot_{part}", ADDRESS) for part in (0, 1)]
        self.make_index = code.procedure("make_index", ADDRESS)
        self.index_of = code.function("index_of", ADDRESS, WORD)
        self.edges = code.function("edges", ADDRESS, WORD, WORD, ADDRESS, ADDRESS)
        self.edges_from = code.function("edges_from", ADDRESS, WORD, WORD, WORD, ADDRESS, ADDRESS, ADDRESS)

    def optimise(self) -> None:
        """Takes about a tenth of a second, the first time."""
        if not self._is_optimised:
            self._is_optimised = True
            former = self._code
            self._use(NativeCode.loaded(_optimised(self._text)))
            former.close()

    def address(self, name: str) -> int:
        """Of one of its functions, for other compiled code; good until it is optimised."""
        return self._code.address(name)

    def close(self) -> None:
        self._code.close()


_made: set[str] = set()


@cache
def _optimised(text: str) -> bytes:
    _made.add(text)
    return optimised(text)
