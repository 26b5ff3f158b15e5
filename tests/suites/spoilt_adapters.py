"""Adapters that go wrong in one method: "tests.suites.spoilt_adapters:NAME". The file that the environment variable
NOTE names tells when one was closed; ONCE: they go wrong while that file is not there, then are the reference."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

if os.environ.get("WHEN_READ") == "ends":
    os._exit(0)

ANSWER = ("BindingAcknowledgement", {"status": 0})


class Idle:
    """Does nothing, as quickly as can be."""

    def reset(self, initial: dict[str, Any]) -> None: ...

    def receives(self, message: str, fields: dict[str, Any]) -> None: ...

    def state(self) -> dict[str, Any]:
        return {}


class Spoilt:
    """Idle, or the reference home agent, but for one method."""

    def __init__(self, setup: dict[str, Any], name: str, wrong: Callable[..., Any]) -> None:
        self._right: Any = Idle()
        if "ONCE" in os.environ:
            from generators.adapters.reference import home_agent

            self._right = home_agent(setup)

        def method(*arguments: Any) -> Any:
            once = os.environ.get("ONCE")
            if once is not None and Path(once).exists():
                return getattr(self._right, name)(*arguments)
            if once is not None:
                Path(once).touch()
            return wrong(*arguments)

        setattr(self, name, method)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)

    def close(self) -> None:
        note = os.environ.get("NOTE")
        if note is not None:
            with Path(note).open("a", encoding="utf-8") as file:
                file.write("closed\n")


def it_fails(*arguments: Any) -> Any:
    raise KeyError("binding")


def it_cannot(*arguments: Any) -> Any:
    raise NotImplementedError("no such button")


def it_grows(*arguments: Any) -> Any:
    return [b"x" * 10_000_000 for _ in count()]


def it_leaves_somebody_behind(*arguments: Any) -> Any:
    if os.fork() == 0:
        Path(os.environ["NOTE"]).write_text(str(os.getpid()), encoding="utf-8")
        time.sleep(600)
    time.sleep(0.5)
    os._exit(3)


WRONG: dict[str, tuple[str, Callable[..., Any]]] = {
    "fails": ("receives", it_fails),
    "cannot": ("receives", it_cannot),
    "nonsense": ("receives", lambda *given: "nonsense"),
    "no_fields": ("receives", lambda *given: [("BindingAcknowledgement", 5)]),
    "many": ("receives", lambda *given: [ANSWER] * 100_000),
    "without_end": ("receives", lambda *given: (ANSWER for _ in count())),
    "long": ("receives", lambda *given: [("BindingAcknowledgement", {"status": "x" * 10_000_000})]),
    "no_state": ("state", lambda: 7),
    "leaves": ("reset", lambda *given: sys.exit(4)),
    "ends": ("receives", lambda *given: os._exit(0)),
    "killed": ("receives", lambda *given: os.kill(os.getpid(), signal.SIGKILL)),
    "stopped": ("receives", lambda *given: os.kill(os.getpid(), signal.SIGSTOP)),
    "hangs": ("receives", lambda *given: time.sleep(600)),
    "grows": ("receives", it_grows),
    "prints": ("receives", lambda *given: print("talks") or (os.write(1, b"talks\n") and None)),
    "leaves_somebody_behind": ("receives", it_leaves_somebody_behind),
}


def no_reset(setup: dict[str, Any]) -> object:
    return object()


def __getattr__(name: str) -> Any:
    if name not in WRONG:
        raise AttributeError(name)
    return lambda setup: Spoilt(setup, *WRONG[name])
