"""Bad input ends in one clear line on standard error and exit code 2; Ctrl-C in exit code 3."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import ArgumentError

BAD_USE = 2
UNKNOWN = 3
INTERRUPTION = "dsmip: interrupted; what was not finished is unknown"
WORKER_KILLED = "dsmip: a worker was killed (out of memory?); what was not finished is unknown"


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn the toolkit's own errors into one line and exit code 2."""
    from diagrams.errors import DiagramError
    from dsmip.files import OutputError
    from generators.packets.errors import PacketError
    from model.language.errors import ModelError
    from model.language.plain_text import visible

    try:
        yield
    except (ModelError, OutputError, DiagramError, PacketError) as error:
        print(f"dsmip: {visible(' '.join(str(error).split()))}", file=sys.stderr)
        sys.exit(BAD_USE)
    except KeyboardInterrupt:
        print(INTERRUPTION, file=sys.stderr)
        sys.exit(UNKNOWN)
    except ArgumentError as error:
        if "KeyboardInterrupt" not in str(error):
            raise
        # Ctrl-C while Python handed an argument to a solver
        print(INTERRUPTION, file=sys.stderr)
        sys.exit(UNKNOWN)
    except BrokenPipeError:
        # the reader of our output is gone: nothing more can be said, and nothing went wrong here
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        print(f"dsmip: the output cannot be written: {error.strerror}", file=sys.stderr)
        sys.exit(BAD_USE)
