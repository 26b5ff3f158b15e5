"""An adapter that a user wrote: whatever it raises, returns or never returns is one verdict of one test."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sized
from contextlib import suppress
from itertools import islice
from typing import Any, cast

from generators.adapters.protocol import SystemUnderTest
from generators.adapters.wire_protocol import SystemDown, Unable
from generators.adapters.wire_system import NoPacket
from generators.suites.running import Session
from model.language.errors import ModelError

SECONDS_FOR_A_CALL = 60.0
MOST_ANSWERS = 1_000  # to one stimulus; the model gives a handful
STIMULI = ("happens", "receives", "timer_ends", "decides")


class OwnAdapter:
    """See `protocol.SystemUnderTest`; it has the methods that the user's has. make, setup: the user's factory."""

    def __init__(self, make: Callable[[dict[str, Any]], object], setup: dict[str, Any]) -> None:
        self._worker = _Worker()
        self._system = self._worker.call("its factory", lambda: make(setup))
        if not callable(getattr(self._system, "reset", None)):
            raise Unable(f"what the factory gives has no method reset: {type(self._system).__name__}")

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._system, name)

        def called(*arguments: Any) -> Any:
            if self._worker.hangs:
                self._worker = _Worker()  # so that it can at least be closed
            if name in STIMULI:
                return answers_from(name, self._worker.call(name, lambda: _first(method(*arguments))))
            found = self._worker.call(name, lambda: method(*arguments))
            if name == "state" and not isinstance(found, Mapping):
                raise SystemDown(f"the adapter's state() returns {found!r:.60}; variables by name are due")
            return found

        return called


def own_session(make: Callable[[dict[str, Any]], object]) -> Session:
    """Tests on what the factory makes. One that went down is not asked again: the next test gets another."""
    systems: dict[str, SystemUnderTest] = {}

    def opened(setup: dict[str, Any]) -> SystemUnderTest:
        key = json.dumps(setup, sort_keys=True)
        if key not in systems:
            systems[key] = cast(SystemUnderTest, OwnAdapter(make, setup))
        return systems[key]

    def closed() -> None:
        for system in systems.values():
            with suppress(SystemDown, Unable, ModelError, AttributeError):
                system.close()  # type: ignore[attr-defined]  # where it has one
        systems.clear()

    return Session(opened, closed)


def answers_from(name: str, found: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """What a stimulus returned, as answers. Raises SystemDown if it is none."""
    try:
        answers = [(message, fields) for message, fields in found or ()]
    except (TypeError, ValueError):
        answers = [("", "")]
    if len(answers) > MOST_ANSWERS:
        raise SystemDown(f"the adapter babbles: {name}() gives more than {MOST_ANSWERS} answers to one stimulus")
    if not all(isinstance(message, str) and isinstance(fields, Mapping) for message, fields in answers):
        raise SystemDown(f"the adapter's {name}() returns {found!r:.60}; a list of (message name, fields) is due")
    return answers


def _first(found: Any) -> Any:
    """What was returned; no more of many answers, or of answers without end, than show that there are too many."""
    short = len(found) <= MOST_ANSWERS if isinstance(found, Sized) else not isinstance(found, Iterable)
    return found if short else list(islice(found, MOST_ANSWERS + 1))


class _Worker:
    """A thread in which all calls run, so that one that never returns does not stop the tester."""

    def __init__(self) -> None:
        self.hangs = False
        self._calls: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[object, BaseException | None]] = queue.SimpleQueue()
        threading.Thread(target=self._work, daemon=True).start()

    def call(self, name: str, function: Callable[[], object]) -> Any:
        """What the function returns. Raises SystemDown if it does not, or raises what is no verdict."""
        self._calls.put(function)
        try:
            found, error = self._results.get(timeout=SECONDS_FOR_A_CALL)
        except queue.Empty:
            self.hangs = True
            raise SystemDown(f"{name} of the adapter does not return within {SECONDS_FOR_A_CALL:g} s") from None
        if error is None:
            return found
        if isinstance(error, SystemDown | Unable | NoPacket | ModelError):
            raise error
        raise SystemDown(f"the adapter fails in {name}: {_words(error)}")

    def _work(self) -> None:
        while True:
            function = self._calls.get()
            try:
                self._results.put((function(), None))
            except BaseException as error:  # SystemExit too: it is the tester's to end
                self._results.put((None, error))


def _words(error: BaseException) -> str:
    """The error with the place where it was raised, in a line."""
    place, last = "", error.__traceback__
    while last is not None:
        place = f" ({last.tb_frame.f_code.co_filename.rpartition('/')[2]}, line {last.tb_lineno})"
        last = last.tb_next
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"{text:.200}{place}"
