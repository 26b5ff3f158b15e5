"""An adapter in a process of its own: whatever it does there, ending the process included, is told in words and in
bounded time. Needs only the standard library: generated pytest modules carry this text too."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sized
from contextlib import suppress
from importlib import import_module
from itertools import islice
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Any

SECONDS_FOR_A_CALL = 60.0  # the environment variable DSMIP_SECONDS names another number
SECONDS_TO_CLOSE = 5.0
MOST_ANSWERS = 1_000  # to one stimulus; the model gives a handful
MOST_BYTES = 1_000_000  # of what is returned, in words
STIMULI = ("happens", "receives", "timer_ends", "decides")
METHODS = ("reset", *STIMULI, "state")
KINDS = {"Unable": "unable", "NotImplementedError": "unable", "ModelError": "unable", "NoPacket": "no packet"}
RESET = "every test begins with reset(initial): the system as at its start, with the values in `initial`"


class AdapterProcess:
    """An adapter "package.module:factory"; its process starts when it is needed, and anew after `end`.

    error: makes what is raised, of a kind and words: "down" (it ended, hangs, babbles or returns nonsense; the process
    is gone then), "unable" (it cannot do what is asked), "no packet" (the system sent what is none), "no adapter".
    """

    def __init__(self, adapter: str, error: Callable[[str, str], BaseException]) -> None:
        self.adapter = adapter
        self._error = error
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Any = None
        self._made: dict[str, AdaptedSystem] = {}
        self.missing = False
        self.down_in_a_row = 0  # times; whoever runs tests may start anew

    def start(self) -> None:
        """Read the adapter, if that is not done."""
        if self._process is None:
            self._connection, theirs = Pipe()
            command = [sys.executable, str(Path(__file__)), str(theirs.fileno())]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                                             start_new_session=True)  # fmt: skip
            theirs.close()
            self.ask("reading the adapter", {"do": "read", "adapter": self.adapter, "path": sys.path})

    def system(self, key: str, setup: Mapping[str, Any]) -> AdaptedSystem:
        """What the factory makes of the set-up, once for each key."""
        self.start()
        if key not in self._made:
            names = self.ask("its factory", {"do": "make", "key": key, "setup": setup})
            self._made[key] = AdaptedSystem(self, key, names)
        return self._made[key]

    def end(self) -> None:
        """Close what was made, and end all that is left of the process and of those that it started."""
        process, self._process = self._process, None
        self._made.clear()
        if process is None:
            return
        with suppress(OSError, subprocess.TimeoutExpired):
            self._connection.send_bytes(b'{"do": "close"}')
            process.wait(SECONDS_TO_CLOSE)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._connection.close()

    def ask(self, name: str, request: Mapping[str, Any]) -> Any:
        """What the process replies. name: of what it does, for people."""
        seconds = patience() if request["do"] == "call" else max(patience(), SECONDS_FOR_A_CALL)
        until = monotonic() + seconds
        try:
            self._connection.send_bytes(json.dumps(request).encode())
            while not self._connection.poll(0.2):
                too_much = _too_much_memory(self._process)
                if too_much:
                    reply = _down(f"{name} of the adapter takes more than {too_much} of memory")
                elif monotonic() > until:
                    reply = _down(f"{name} of the adapter does not return within {seconds:g} s")
                elif self._has_ended() and not self._connection.poll():
                    raise EOFError  # somebody whom it started holds the connection
                else:
                    continue
                break
            else:
                reply = json.loads(self._connection.recv_bytes(2 * MOST_BYTES))
        except (OSError, EOFError, ValueError):
            reply = _down(f"the adapter's process {self._ending()} in {name}")
        if request["do"] == "read" and "error" in reply:
            reply["error"] = "no adapter"
        if "error" not in reply:
            return reply["ok"]
        kind, words = reply["error"], reply["words"]
        if kind in ("down", "no adapter"):
            self.end()
            self.down_in_a_row += 1
        if kind == "no adapter":
            self.missing = True
            words = f'"{self.adapter}": {words}'
        raise self._error(kind, words)

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _ending(self) -> str:
        try:
            code = self._process.wait(1.0) if self._process is not None else 0
        except subprocess.TimeoutExpired:
            return "cannot be talked to any more"
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


class AdaptedSystem:
    """A system under test with those of METHODS that the adapter has; each call is done in the adapter's process."""

    def __init__(self, process: AdapterProcess, key: str, names: Iterable[str]) -> None:
        self._process = process
        self._key = key
        self._names = frozenset(names)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(name)

        def called(*arguments: Any) -> Any:
            words = {"do": "call", "key": self._key, "name": name, "arguments": arguments}
            return self._process.ask(name, words)

        return called


def patience() -> float:
    """Seconds that a call may take. Raises ValueError if the environment names no such number."""
    text = os.environ.get("DSMIP_SECONDS") or str(SECONDS_FOR_A_CALL)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise ValueError(f'DSMIP_SECONDS is "{text}"; the seconds that a call of the adapter may take are due')
    return seconds


def _too_much_memory(process: subprocess.Popen[bytes] | None) -> str:
    """How much is allowed, if the process holds more; "" if it does not, or if nobody can tell."""
    try:
        assert process is not None
        pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
        most = _most_memory()
        return f"{most >> 20:,} MiB" if pages * os.sysconf("SC_PAGE_SIZE") > most else ""
    except (OSError, ValueError, IndexError):
        return ""


def _most_memory() -> int:
    """Bytes: half of what the machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2


# In the adapter's process


class Serving:
    """Does what is asked for over the connection, one thing at a time, in the main thread."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._factory: Callable[[Any], object] | None = None
        self._made: dict[str, object] = {}
        self._requests: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._busy = False

    def run(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()
        while (request := self._requests.get()) is not None:
            self._busy = True
            try:
                reply = {"ok": self._done(request)}
            except BaseException as error:  # SystemExit too: it is the tester's to end
                reply = _told(error, request)
            self._busy = False
            self._connection.send_bytes(_as_json(reply, request))
        self._close()

    def _listen(self) -> None:
        """Ask the main thread, and close what was made even if it hangs."""
        while True:
            try:
                request = json.loads(self._connection.recv_bytes())
            except (OSError, EOFError):  # the tester is gone
                request = {"do": "close"}
            if request["do"] != "close":
                self._requests.put(request)
            elif self._busy:
                self._close()
            else:
                self._requests.put(None)
                return

    def _close(self) -> None:
        for system in self._made.values():
            with suppress(BaseException):
                close = getattr(system, "close", None)
                if callable(close):
                    close()
        os._exit(0)

    def _done(self, request: dict[str, Any]) -> Any:
        if request["do"] == "read":
            sys.path[:] = request["path"]
            module, _, name = request["adapter"].partition(":")
            if not name:
                raise ValueError('it is no "package.module:factory"')
            self._factory = getattr(import_module(module), name)
            if not callable(self._factory):
                raise TypeError(f'"{name}" cannot be called')
            return None
        if request["do"] == "make":
            assert self._factory is not None
            self._made[request["key"]] = system = self._factory(request["setup"])
            return [name for name in METHODS if callable(getattr(system, name, None))]
        name = request["name"]
        found = getattr(self._made[request["key"]], name)(*request["arguments"])
        return answers_from(name, found) if name in STIMULI else found


def answers_from(name: str, found: Any) -> list[tuple[str, dict[str, Any]]]:
    """What a stimulus returned, as answers. Raises Nonsense if it is none."""
    try:
        many = len(found) > MOST_ANSWERS if isinstance(found, Sized) else isinstance(found, Iterable)
        first = list(islice(found, MOST_ANSWERS + 1)) if many else found
        answers = [(message, fields) for message, fields in first or ()]
    except (TypeError, ValueError):
        answers = [("", "")]
    if len(answers) > MOST_ANSWERS:
        raise Nonsense(f"the adapter babbles: {name}() gives more than {MOST_ANSWERS} answers to one stimulus")
    if not all(isinstance(message, str) and isinstance(fields, Mapping) for message, fields in answers):
        raise Nonsense(f"the adapter's {name}() returns {found!r:.60}; a list of (message name, fields) is due")
    return [(message, dict(fields)) for message, fields in answers]


class Nonsense(Exception):
    """The adapter returned what it should not. Says what."""


def _as_json(reply: dict[str, Any], request: dict[str, Any]) -> bytes:
    name = request.get("name", "its factory")
    if name == "state" and not isinstance(reply.get("ok", {}), Mapping):
        reply = _down(f"the adapter's state() returns {reply['ok']!r:.60}; variables by name are due")
    if request["do"] == "make" and "reset" not in reply.get("ok", ["reset"]):
        reply = {"error": "no adapter", "words": f"what it makes has no method reset; {RESET}"}
    if name == "reset" and "ok" in reply:
        reply = {"ok": None}
    try:
        text = json.dumps(reply, default=_plain).encode()
    except (TypeError, ValueError, RecursionError) as error:
        text = json.dumps(_down(f"what {name} returns is no plain data: {_words(error)}")).encode()
    if len(text) > MOST_BYTES:
        text = json.dumps(_down(f"the adapter babbles: {name} returns {len(text):,} bytes")).encode()
    return text


def _plain(value: Any) -> Any:
    """A number of another library as a number; of anything else what it looks like."""
    item = getattr(value, "item", None)
    found = item() if callable(item) else repr(value)
    return found if isinstance(found, bool | int | float | str) else repr(value)


def _told(error: BaseException, request: dict[str, Any]) -> dict[str, Any]:
    name = request.get("name", "its factory")
    if request["do"] == "read":
        return {"error": "no adapter", "words": _words(error)}
    kinds = [KINDS[one.__name__] for one in type(error).__mro__ if one.__name__ in KINDS]
    if kinds:
        return {"error": kinds[0], "words": f"{error}" or f"the adapter cannot do {name}"}
    if isinstance(error, Nonsense) or type(error).__name__ == "SystemDown":
        return _down(str(error))
    return _down(f"the adapter fails in {name}: {_words(error)}")


def _down(words: str) -> dict[str, Any]:
    return {"error": "down", "words": words}


def _words(error: BaseException) -> str:
    """The error with the place where it was raised, in a line."""
    place, last = "", error.__traceback__
    while last is not None:
        if last.tb_frame.f_code.co_filename != __file__:
            file = last.tb_frame.f_code.co_filename.rpartition("/")[2]
            place = f" ({file}, line {last.tb_lineno})"
        last = last.tb_next
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"{text:.200}{place}"


def serve(handle: int) -> None:
    """Be the process of an adapter. handle: of the connection to the tester."""
    os.set_inheritable(handle, False)
    os.dup2(2, 1)  # what an adapter prints is no part of a tester's output
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")  # the first to go where memory ends
    Serving(Connection(handle)).run()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
