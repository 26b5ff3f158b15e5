"""The command line with standard error at a terminal: what it says there tells how far it has come."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

MOST = 300.0  # seconds in which words have to appear


class AtATerminal:
    """A running command. Standard output is kept apart."""

    def __init__(self, program: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, stderr=theirs, text=True, start_new_session=True,
            preexec_fn=_interruptible, env={**environment, "COLUMNS": "200", "TERM": "xterm"},
        )  # fmt: skip
        os.close(theirs)
        self.said = ""

    def until(self, words: str) -> None:
        """Wait until it has said these words. It has to be still at work then."""
        while words not in self.said:
            more = self._more()
            assert more, f'it ended without saying "{words}": {self.said[-300:]}'
            self.said += more
        assert self.process.poll() is None

    def interrupt(self) -> tuple[str, str]:
        """Press Ctrl-C, which every process of the command gets; what is said in the end."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.end()

    def end(self) -> tuple[str, str]:
        """What it has said once it has ended, on standard output and on the terminal."""
        reader = Thread(target=self._rest)
        reader.start()
        out, _ = self.process.communicate(timeout=MOST)
        reader.join(MOST)
        os.close(self._ours)
        return out, self.said

    def _rest(self) -> None:
        while more := self._more():
            self.said += more

    def _more(self) -> str:
        try:
            return os.read(self._ours, 65536).decode(errors="replace")
        except OSError:  # the other end is closed
            return ""


def _interruptible() -> None:
    """A background job starts with Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
