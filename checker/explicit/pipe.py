"""A search on two processors: a second thread looks up what the first one finds. The results are those of
one processor; see `pipe_text.py`. Used where it pays: for many states, with a second processor there."""

from __future__ import annotations

import ctypes
import os
from queue import SimpleQueue
from threading import Thread

from checker.explicit.kernel import Kernel
from checker.explicit.memory import Region
from checker.explicit.pipe_text import AHEAD, FULL, RING, Pipe
from checker.explicit.search_memory import ENTRY, Register

MANY_STATES = 1_000_000  # found, and many of them waiting: from here on two processors pay
MANY_WAITING = 50_000


def processors() -> int:
    """How many this process may use; 1 where the system does not say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


class TwoProcessors:
    """The second thread and the ring of buffers between the two. Close it before the kernel."""

    def __init__(self, kernel: Kernel, most_successors: int) -> None:
        self._kernel = kernel
        self._registers = (ctypes.c_uint64 * len(Register))()  # of the one who looks up
        size = 8 * ENTRY * (FULL + most_successors + AHEAD + 2)
        self._buffers = [Region(size) for _ in range(RING)]
        self._nowhere = Region(64)
        self._shared = Region(8 * Pipe.END)
        self._pipe = (ctypes.c_uint64 * Pipe.END).from_address(self._shared.address)
        self._yield = ctypes.CDLL(None).sched_yield
        self._pipe[Pipe.YIELD] = ctypes.cast(self._yield, ctypes.c_void_p).value or 0
        self._pipe[Pipe.TABLES] = ctypes.addressof(self._registers)
        for number, buffer in enumerate(self._buffers):
            self._pipe[Pipe.BUFFERS + number] = buffer.address
        self._tasks: SimpleQueue[bool] = SimpleQueue()
        self._ended: SimpleQueue[bool] = SimpleQueue()
        self._thread = Thread(target=self._work, name="looks up states", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while self._tasks.get():
            self._kernel.consume(self._shared.address)
            self._ended.put(True)

    def run(self, context: ctypes.Array[ctypes.c_uint64], budget: int, most_successors: int) -> int:
        """Like `kernel.run`. The registers of the tables have to be told again afterwards."""
        ctypes.memmove(self._registers, context, ctypes.sizeof(self._registers))
        for counter in (Pipe.FILLED, Pipe.EMPTIED, Pipe.STOP):
            self._pipe[counter] = 0
        context[Register.BUFFER] = self._buffers[0].address
        context[Register.TABLE], context[Register.SHIFT] = self._nowhere.address, 63  # nothing to fetch ahead here
        self._tasks.put(True)
        try:
            return self._kernel.run_piped(ctypes.addressof(context), self._shared.address, budget, most_successors)
        finally:
            self._pipe[Pipe.STOP] = 1
            self._ended.get()

    def close(self) -> None:
        self._pipe[Pipe.STOP] = 1
        self._tasks.put(False)
        self._thread.join()
        for region in (*self._buffers, self._nowhere, self._shared):
            region.close()
