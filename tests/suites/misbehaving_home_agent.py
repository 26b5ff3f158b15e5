"""A home agent that goes wrong at its second packet, once: `python -m tests.suites.misbehaving_home_agent MODE FILE`.
FILE notes that it did, so that the next one started is well."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from generators.adapters.reference_program import ReferenceProgram


class Misbehaving(ReferenceProgram):
    """mode: killed, ends, hung, babbling, garbage, talkative."""

    def __init__(self, mode: str, note: Path) -> None:
        super().__init__("home_agent", port=0)
        self.mode = mode
        self.note = note
        self.packets = 0

    def datagram(self, data: bytes, whole: bytes) -> None:
        self.packets += 1
        if self.packets == 2 and not self.note.exists():
            self.note.touch()
            self.go_wrong(data, whole)
        super().datagram(data, whole)

    def go_wrong(self, data: bytes, whole: bytes) -> None:
        match self.mode:
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "ends":
                sys.exit(7)
            case "hung":
                time.sleep(60)
            case "babbling":
                for _ in range(40):
                    super().datagram(data, whole)
            case "garbage":
                self.link.send(b"\x60\x01nonsense")
            case "talkative":
                print("x" * 2_000_000, flush=True)


if __name__ == "__main__":
    Misbehaving(sys.argv[1], Path(sys.argv[2])).run()
