"""A home agent of somebody else's on loopback that speaks DSMIPv6 in UDP and knows nothing of tests: it is started
anew for each, and tested by its packets alone."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from generators.adapters.protocol import Fields
from generators.adapters.watched_daemon import WatchedDaemon
from generators.adapters.wire_protocol import Datagram, SystemDown, Unable


class UdpDaemonAdapter(WatchedDaemon):
    """See `wire_protocol.Adapter`. command: starts it; it has to listen on 127.0.0.1.

    port: on which it listens. seconds_to_start: until it has to.
    """

    capabilities = frozenset()

    def __init__(self, command: Sequence[str], port: int = 4191, seconds_to_start: float = 20.0) -> None:
        super().__init__("home_agent", command)
        self.port = port
        self.seconds_to_start = seconds_to_start
        self._began = monotonic()

    def start(self, setup: Mapping[str, Any]) -> None:
        self._listen(setup)

    def reset(self, initial: Fields) -> None:
        if not initial.get("security_association", True):
            raise Unable("nothing in front of the home agent tells protected packets from others")
        self._end()
        try:
            self._process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        except OSError as error:
            raise SystemDown(f"{self.command[0]} cannot be started: {error.strerror}") from None
        self._began = monotonic()
        self._wait_until_it_listens()
        while self.receive(0) is not None:  # what was said before
            pass

    def send(self, datagram: Datagram) -> None:
        if datagram.via is None:
            raise Unable("a message without UDP cannot be brought to it")
        super().send(datagram)

    def _wait_until_it_listens(self) -> None:
        while not _is_bound(self.port):
            self._running()
            if self.now() > self.seconds_to_start:
                raise SystemDown(f"it does not listen on UDP port {self.port} within {self.seconds_to_start:g} s")
            sleep(0.01)


def _is_bound(port: int) -> bool:
    """Whether somebody listens on this UDP port of this machine."""
    entries = [line.split() for name in ("udp", "udp6") if (file := Path("/proc/net", name)).exists()
               for line in file.read_text(encoding="ascii").splitlines()[1:]]  # fmt: skip
    return any(int(entry[1].rpartition(":")[2], 16) == port for entry in entries)
