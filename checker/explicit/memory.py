"""Memory for tables, straight from the system: zeroed, not counted by Python, returned when closed."""

from __future__ import annotations

import ctypes
import mmap
from types import TracebackType

HUGE = 64 * 2**20  # bytes from which large pages pay


class Region:
    """A block of memory. Pages cost nothing until they are written."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._map = _mapped(size)
        self.address = self._located()

    def _located(self) -> int:
        return ctypes.addressof(ctypes.c_char.from_buffer(self._map))

    def grow(self, size: int) -> None:
        """Make room for `size` bytes; the contents stay, the address may change. Raises OSError."""
        try:
            self._map.resize(size)
        except (SystemError, ValueError):
            larger = _mapped(size)
            larger[: self.size] = self._map[:]
            self._map.close()
            self._map = larger
        self.size = size
        self.address = self._located()

    def close(self) -> None:
        self._map.close()

    def __enter__(self) -> Region:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _mapped(size: int) -> mmap.mmap:
    if not hasattr(mmap, "MAP_ANONYMOUS"):
        return mmap.mmap(-1, size)
    mapped = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size >= HUGE and hasattr(mmap, "MADV_HUGEPAGE"):
        mapped.madvise(mmap.MADV_HUGEPAGE)
    return mapped
