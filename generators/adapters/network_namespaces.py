"""Network namespaces that an adapter makes for its tests and takes away again. Needs root, `ip` and `nft`."""

from __future__ import annotations

import ctypes
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from generators.adapters.wire_protocol import Unable

CLONE_NEWNET = 0x40000000


@cache
def why_impossible() -> str:
    """Why namespaces cannot be made here; "" if they can."""
    missing = [name for name in ("ip", "nft", "unshare") if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    done = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"network namespaces are not permitted: {done.stderr.strip()}"


class Namespaces:
    """Namespaces with these names, each with its loopback up. prefix: keeps those of other runs apart."""

    def __init__(self, prefix: str, names: Sequence[str]) -> None:
        self.prefix = prefix
        self.names = tuple(names)
        self.there = False

    def make(self) -> None:
        """Raises Unable where that is not possible."""
        if why := why_impossible():
            raise Unable(why)
        self.there = True
        for name in self.names:
            _run("ip", "netns", "add", self.full(name))
            self.run(name, "ip", "link", "set", "lo", "up")

    def remove(self) -> None:
        """What was in them goes with them. May be called at any time."""
        if self.there:
            for name in self.names:
                subprocess.run(["ip", "netns", "delete", self.full(name)], capture_output=True, check=False)
            self.there = False

    def full(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def run(self, name: str, *command: str) -> None:
        """Run a command inside. Raises Unable if it fails."""
        _run(*self.inside(name), *command)

    def inside(self, name: str) -> list[str]:
        """What makes a command run inside when put before it."""
        return ["ip", "netns", "exec", self.full(name)]

    def join(self, one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
        """A veth pair; each end: namespace, interface, hardware address."""
        (here, inside, own), (there, outside, peer) = one, other
        _run("ip", "link", "add", inside, "address", own, "netns", self.full(here), "type", "veth",
             "peer", "name", outside, "address", peer, "netns", self.full(there))  # fmt: skip
        self.run(here, "ip", "link", "set", inside, "up")
        self.run(there, "ip", "link", "set", outside, "up")

    def socket(self, name: str, make: Callable[[], socket.socket]) -> socket.socket:
        """What `make` gives inside: it runs in a thread of its own that goes there. Raises Unable."""
        found: list[socket.socket] = []
        wrong: list[str] = []

        def there() -> None:
            try:
                with Path(f"/var/run/netns/{self.full(name)}").open() as file:
                    if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "a thread cannot go there")
                found.append(make())
            except OSError as error:
                wrong.append(error.strerror or str(error))

        thread = threading.Thread(target=there)
        thread.start()
        thread.join()
        if not found:
            raise Unable(f"no socket can be had in the namespace {self.full(name)}: {wrong[0]}")
        return found[0]


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unable(f"{' '.join(command)}: {done.stderr.strip()}")
