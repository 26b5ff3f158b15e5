"""Consoles: results on standard output, progress on standard error, colour only on terminals."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from checker.search import Progress, ProgressReport


class _Output(Console):
    def on_broken_pipe(self) -> None:
        """The reader is gone: for the caller to decide, which is no failure (see `failures`)."""
        raise BrokenPipeError


def output() -> Console:
    """Standard output; a plain file gets lines of 120 columns."""
    return _Output(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)


def say(text: str) -> None:
    """One line on standard error."""
    print(text, file=sys.stderr)


@contextmanager
def reporting(title: str) -> Iterator[ProgressReport | None]:
    """Progress of one search on a terminal; None where standard error is none."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title)

        def report(progress: Progress) -> None:
            resumed = f" (resumed at {progress.resumed:,})" if progress.resumed else ""
            bar.update(
                task,
                description=f"{title}: {progress.words}" if progress.words
                else f"{title}: {progress.states:,} states{resumed}, {progress.transitions:,} transitions, "
                f"depth {progress.depth}, {progress.frontier:,} to expand",
            )

        yield report


@contextmanager
def working(title: str) -> Iterator[Callable[[str], None]]:
    """A line on what is being done, on a terminal; nothing where standard error is none."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title)
        yield lambda text: bar.update(task, description=f"{title}: {text}")
