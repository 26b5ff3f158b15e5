"""Runs the command line in a process of its own, forked from one that has loaded it: a start costs no second."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload([
    "dsmip.commands", "dsmip.check_command", "dsmip.known_answers", "checker.checking", "properties.registry",
    "model.handover", "model.scenarios",
])  # fmt: skip


def run(*arguments: str | Path, cwd: Path | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """What `dsmip` with these arguments prints and ends with. Raises TimeoutExpired."""
    words = [str(argument) for argument in arguments]
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        process = FORKS.Process(target=_main, args=(words, cwd or Path.cwd(), dict(os.environ), out, err))
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(words, timeout)
        assert process.exitcode is not None
        return subprocess.CompletedProcess(words, process.exitcode, _text(out), _text(err))


def _main(words: Sequence[str], folder: Path, environment: dict[str, str], out: Path, err: Path) -> None:
    from dsmip.command_line import main

    for number, file in ((1, out), (2, err)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["dsmip", *words]
    code: object = 1
    try:
        main()
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    if not isinstance(code, int):
        code = 0 if code is None else 1
    os._exit(code)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""
