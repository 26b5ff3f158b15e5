"""Drives the reference program over real UDP on loopback: it runs as a process of its own, and counts as down
when it ends or does not answer in time."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from time import monotonic, sleep
from typing import Any

from generators.adapters.links import DatagramLink, Link
from generators.adapters.loopback_plan import HOME_AGENT, ipv4_addresses, loopback_plan
from generators.adapters.protocol import Fields
from generators.adapters.sockets import arrived, udp_socket
from generators.adapters.wire_protocol import Capability, Datagram, SystemDown, Udp, Unable
from model.scenarios import from_data

SECONDS_TO_START = 30.0
SECONDS_TO_ANSWER = 10.0
LONGEST_WAIT = 35.0  # seconds, for the end of a timer in real time


class LoopbackAdapter:
    """See `wire_protocol.Adapter`. command: the program and its arguments.

    real_time: its timers end by the clock, and a test waits for them; else they end when the test says so.
    """

    capabilities = frozenset(Capability)

    def __init__(
        self, role: str, command: Sequence[str] | None = None, mutant: str | None = None, *, real_time: bool = False
    ) -> None:
        self.role = role
        self.real_time = real_time
        program = [sys.executable, "-m", "generators.adapters.reference_program", role, "--port", "0"]
        self.command = list(command or program)
        if mutant is not None:
            self.command += ["--mutant", mutant]
        if real_time:
            self.command.append("--real-time")
        self._process: subprocess.Popen[bytes] | None = None
        self._said = b""
        self._sockets: dict[tuple[str, int], socket.socket] = {}
        self._link: Link | None = None
        self._program_link = 0
        self.port = 0  # of the program
        self.own_port = 0  # of the tester
        self._set_up_for: str | None = None
        self._arrived: deque[Datagram] = deque()

    def start(self, setup: Mapping[str, Any]) -> None:
        text = json.dumps(setup, sort_keys=True)
        if self._process is None:
            self._spawn()
        if text == self._set_up_for:
            return
        self._listen(setup)
        link = self._link.port if self._link is not None else 0
        words = {"do": "setup", "setup": setup, "link": link, "port": self.own_port, **self._placing()}
        self.port = self._ask(words, SECONDS_TO_START)["port"]  # a UE listens from now on
        self._set_up_for = text

    def stop(self) -> None:
        process, self._process, self._set_up_for = self._process, None, None
        if process is not None:
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    if stream is not None:
                        stream.close()
            try:
                process.wait(0.5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for one in self._sockets.values():
            one.close()
        if self._link is not None:
            self._link.close()
        self._sockets, self._link, self._said = {}, None, b""
        self._arrived.clear()

    def reset(self, initial: Fields) -> None:
        self._ask({"do": "reset", "initial": dict(initial)})
        while self.receive(0) is not None:
            pass

    def send(self, datagram: Datagram) -> None:
        if datagram.via is None:
            assert self._link is not None
            self._link.send(datagram.data)
            return
        one = self._sockets.get((datagram.via.source, self.own_port))
        if one is None:
            raise Unable(f"{datagram.via.source} is no address of the tester")
        try:
            one.sendto(datagram.data, (datagram.via.destination, self.port))
        except OSError as error:
            raise Unable(f"nothing can be sent to {datagram.via.destination}: {error.strerror}") from None

    def receive(self, seconds: float) -> Datagram | None:
        if not self._arrived:
            self._drain(seconds)
        return self._arrived.popleft() if self._arrived else None

    def settle(self, seconds: float) -> None:
        self._ask({"do": "settle"}, max(seconds, SECONDS_TO_ANSWER))

    def act(self, kind: str, name: str, fields: Fields) -> None:
        if kind == "timer" and self.real_time:
            self._wait_for(name)
        else:
            self._ask({"do": "act", "kind": kind, "name": name, "fields": dict(fields)})

    def observe(self) -> Fields:
        found: Fields = self._ask({"do": "observe"})
        return found

    def now(self) -> float:
        return float(self._ask({"do": "now"}))

    def advance(self, seconds: float) -> None:
        if self.real_time:
            sleep(seconds)
            self._ask({"do": "settle"})
        else:
            self._ask({"do": "advance", "seconds": seconds})

    def _wait_for(self, timer: str) -> None:
        """Until the timer has ended, if it runs."""
        left = self._ask({"do": "timer", "name": timer})
        if left is None:
            return
        if left > LONGEST_WAIT:
            raise Unable(f'time is real, and the timer "{timer}" ends only in {left:.0f} s')
        self.advance(left)

    # the process

    @property
    def process_id(self) -> int | None:
        return None if self._process is None else self._process.pid

    def _spawn(self) -> None:
        self._process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        said = self._line(SECONDS_TO_START)
        if not isinstance(said, dict) or "port" not in said:
            raise SystemDown(f"it does not start: it says {said!r}")
        self.port, self._program_link = said["port"], said["link"]

    def _placing(self) -> Mapping[str, Any]:
        """Where the parties are, if not at the addresses of `loopback_plan`."""
        return {}

    def _listen(self, setup: Mapping[str, Any]) -> None:
        """A socket for each address that the tester plays; all with one port."""
        if self._link is None:
            self._link = DatagramLink()
        self._link.peer_port = self._program_link
        scenario = from_data(setup["scenario"], "scenario of the test")
        wanted = ipv4_addresses(loopback_plan(scenario, 0)) if self.role == "home_agent" else [str(HOME_AGENT)]
        for address in wanted:
            if (address, self.own_port) not in self._sockets:
                one = udp_socket(address, self.own_port)
                self.own_port = one.getsockname()[1]
                self._sockets[address, self.own_port] = one

    def _ask(self, words: Mapping[str, Any], seconds: float = SECONDS_TO_ANSWER) -> Any:
        if self._process is None or self._process.stdin is None:
            raise SystemDown("it is not running")
        try:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise SystemDown(self._ending()) from None
        reply = self._line(seconds)
        if "error" in reply:
            raise Unable(str(reply["error"]))
        return reply.get("ok")

    def _line(self, seconds: float) -> dict[str, Any]:
        """The next line that the program says. Sockets are emptied meanwhile, so that nobody blocks."""
        assert self._process is not None and self._process.stdout is not None
        until = monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._said:
                left = until - monotonic()
                if left <= 0:
                    raise SystemDown(f"it does not answer within {seconds:g} s")
                if selector.select(left):
                    more = self._process.stdout.read1(65_536)  # type: ignore[attr-defined]
                    if not more:
                        raise SystemDown(self._ending())
                    self._said += more
                if len(self._said) > 1_000_000:
                    raise SystemDown("it babbles on its control channel")
        line, _, self._said = self._said.partition(b"\n")
        try:
            found = json.loads(line)
        except ValueError:
            raise SystemDown(f"what it says on its control channel is no JSON: {line[:40]!r}") from None
        if not isinstance(found, dict):
            raise SystemDown(f"what it says on its control channel is no object: {line[:40]!r}")
        return found

    def _ending(self) -> str:
        assert self._process is not None
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return "it closed its control channel"
        return f"it was ended by signal {-code}" if code < 0 else f"it ended with exit code {code}"

    def _drain(self, seconds: float) -> None:
        with selectors.DefaultSelector() as selector:
            for (address, port), one in self._sockets.items():
                selector.register(one, selectors.EVENT_READ, (address, port))
            if self._link is not None:
                selector.register(self._link, selectors.EVENT_READ, None)
            for key, _ in selector.select(seconds):
                if isinstance(key.fileobj, socket.socket):
                    for data, sender in arrived(key.fileobj):
                        self._arrived.append(Datagram(data, Udp(sender[0], sender[1], *key.data)))
                elif self._link is not None:
                    self._arrived += [Datagram(data, None) for data in self._link.received()]
