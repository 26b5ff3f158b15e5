"""Bad input ends in one clear line on standard error and exit code 2; Ctrl-C in exit code 3."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import ArgumentError

from model.language.plain_text import visible

BAD_USE = 2
UNKNOWN = 3
INTERRUPTION = "dsmip: interrupted; what was not finished is unknown"
WORKER_KILLED = "dsmip: a worker was killed (out of memory?); what was not finished is unknown"


LONGEST_WORD, LONGEST_ERROR = 200, 2_000  # letters; the longest list of known names is shorter
HEAD, TAIL = 600, 1_200  # of a longer error: what is wrong, and what to do


def one_line(text: str) -> str:
    """An error for a terminal: nothing in it steers, and nobody's text is repeated at full length."""
    words = [word if len(word) <= LONGEST_WORD else f"{word[:80]}…{word[-20:]}" for word in text.split()]
    line = visible(" ".join(words))
    return line if len(line) <= LONGEST_ERROR else f"{line[:HEAD]} … {line[-TAIL:]}"


def bad_use(error: Exception) -> None:
    """What the command line library has to say about wrong arguments, in one line; help is shown as it is."""
    message = error.format_message()  # type: ignore[attr-defined]
    context = getattr(error, "ctx", None)
    if context is not None and "\n\n" in message:
        print(message, file=sys.stderr)
    else:
        command = context.command_path if context is not None else "dsmip"
        print(f"dsmip: {one_line(message).rstrip('.')}; see {command} --help", file=sys.stderr)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn the toolkit's own errors into one line and exit code 2."""
    from diagrams.errors import DiagramError
    from dsmip.files import OutputError
    from generators.packets.errors import PacketError
    from model.language.errors import ModelError

    try:
        yield
    except (ModelError, OutputError, DiagramError, PacketError) as error:
        print(f"dsmip: {one_line(str(error))}", file=sys.stderr)
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
