"""A home agent daemon of somebody else's in a network namespace: raw IPv6 on a veth pair, UDP 4191 through a NAT.
It is started by its command and knows nothing of tests; it is started anew for each."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import Any

from generators.adapters.namespaces import NamespaceAdapter
from generators.adapters.protocol import Fields
from generators.adapters.security_oracle import CommandHook
from generators.adapters.watched_daemon import WatchedDaemon
from generators.adapters.wire_protocol import Capability

ESTABLISHED, ENDS = "security association established", "security association ends"


class DaemonAdapter(WatchedDaemon, NamespaceAdapter):
    """See `wire_protocol.Adapter`. command: runs in the home agent's namespace, where the interface `direct` has
    2001:db8::1 and leads to every IPv6 address of the UE, and `uplink` has 192.0.2.1.

    hook: sets up and takes away the real security association; without one such tests are inconclusive.
    kernel: whether the namespace's own kernel processes the Mobility Header, for a daemon that relies on it.
    seconds_to_start: until the daemon listens.
    """

    def __init__(
        self, command: Sequence[str], hook: CommandHook | None = None, *, network: str = "ipv4-nat",
        kernel: bool = True, seconds_to_start: float = 1.0,
    ) -> None:  # fmt: skip
        self.kernel = kernel
        super().__init__(network)
        self.command = [*self.namespaces.inside("ha"), *command]
        self.hook = hook
        self.seconds_to_start = seconds_to_start
        self.capabilities = frozenset({Capability.EVENTS} if hook else ())
        self._began = monotonic()

    def start(self, setup: Mapping[str, Any]) -> None:
        self._setup = setup
        if not self.namespaces.there:
            self._build()
        self._listen(setup)

    def reset(self, initial: Fields) -> None:
        self._end()
        if self.hook is not None:
            self.hook.tell(bool(initial.get("security_association")), self.namespaces.inside("ha"))
        self._process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._began = monotonic()
        sleep(self.seconds_to_start)
        self._running()
        while self.receive(0) is not None:  # what it says by itself, or had said before
            pass

    def act(self, kind: str, name: str, fields: Fields) -> None:
        if kind != "event" or name not in (ESTABLISHED, ENDS) or self.hook is None:
            super().act(kind, name, fields)
        elif fields.get("where") != "at the UE":
            self.hook.tell(name == ESTABLISHED, self.namespaces.inside("ha"))

    def _without_kernel(self) -> Sequence[str]:
        return ("ue",) if self.kernel else super()._without_kernel()

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
        super()._end()
