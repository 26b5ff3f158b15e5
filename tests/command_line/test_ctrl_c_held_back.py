"""Ctrl-C while processes are started: none of them gets it, and the one that starts them does not lose it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from checker.interruption import held_back


@pytest.fixture(autouse=True)
def ordinary() -> Iterator[None]:
    """A background job starts with Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_it_comes_when_the_block_has_ended() -> None:
    reached = False
    with pytest.raises(KeyboardInterrupt), held_back():
        ctrl_c()
        reached = True
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_it_waits_also_where_another_thread_is_given_it() -> None:
    reached, go_on = False, threading.Event()
    other = threading.Thread(target=go_on.wait)
    other.start()
    with pytest.raises(KeyboardInterrupt), held_back():
        assert other.ident is not None
        signal.pthread_kill(other.ident, signal.SIGINT)
        go_on.set()
        other.join()  # it has taken the signal before it ends
        reached = True
    assert reached


def test_without_it_nothing_comes() -> None:
    with held_back():
        pass


def test_a_process_started_in_the_block_never_gets_it() -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGINT); print('still here')"
    with held_back():
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    out, _ = process.communicate(timeout=60)
    assert (out, process.returncode) == ("still here\n", 0)


def test_an_answer_of_the_program_is_given_afterwards() -> None:
    answers: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: answers.append(number))
    with held_back():
        ctrl_c()
        assert not answers
    assert answers == [signal.SIGINT]
