"""A home agent of somebody else's, which knows nothing of tests: its process is watched while it is talked to, its
time runs by itself, and nothing can be asked of it but by packets."""

from __future__ import annotations

from time import monotonic, sleep

from generators.adapters.loopback import LoopbackAdapter
from generators.adapters.protocol import Fields
from generators.adapters.wire_protocol import Datagram, SystemDown, Unable


class WatchedDaemon(LoopbackAdapter):
    """See `wire_protocol.Adapter`. Whoever starts the process sets the time at which it began."""

    _began: float

    def stop(self) -> None:
        self._end()
        super().stop()

    def send(self, datagram: Datagram) -> None:
        self._running()
        super().send(datagram)

    def receive(self, seconds: float) -> Datagram | None:
        found = super().receive(seconds)
        if found is None:
            self._running()
        return found

    def settle(self, seconds: float) -> None:
        sleep(seconds)

    def act(self, kind: str, name: str, fields: Fields) -> None:
        raise Unable(f'a daemon cannot be made to: {kind} "{name}"')

    def observe(self) -> Fields:
        return {}

    def now(self) -> float:
        return monotonic() - self._began

    def advance(self, seconds: float) -> None:
        sleep(seconds)

    def _running(self) -> None:
        """Raises SystemDown if it is not."""
        if self._process is None:
            raise SystemDown("it is not running")
        if self._process.poll() is not None:
            raise SystemDown(self._ending())

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
