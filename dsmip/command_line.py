"""The `dsmip` command. Each command is a module of its own, loaded when it is used."""

from __future__ import annotations

import sys

BAD_USE = 2
CTRL_C = 130  # the code with which the command line library ends, without a word


def main() -> None:
    """Run the command line. Exit codes: 0 as expected, 1 not as expected, 2 bad use, 3 unknown."""
    try:
        from dsmip.interrupts import lost_ones_come_again, no_more_stack_traces

        lost_ones_come_again()
        try:
            _run()
        finally:
            no_more_stack_traces()
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as end:
        if end.code != CTRL_C:
            raise
        _interrupted()


def _run() -> None:
    from dsmip.shadowing import check_own_packages

    check_own_packages()
    if sys.stdout is None:
        _say_closed()
    from typer import Abort, BadParameter

    from dsmip.commands import application
    from dsmip.failures import bad_use, one_line_errors

    bad_arguments: type[Exception] = next(
        kind for kind in BadParameter.__mro__ if issubclass(kind, Exception) and kind.__name__ == "ClickException"
    )
    with one_line_errors():
        try:
            code = application(standalone_mode=False)
        except bad_arguments as error:
            bad_use(error)
            code = BAD_USE
        except Abort:
            print("dsmip: the input has ended", file=sys.stderr)
            code = BAD_USE
    sys.exit(code if isinstance(code, int) else 0)


def _say_closed() -> None:
    """Standard output is closed: whatever is found could not be said."""
    if sys.stderr is not None:
        print("dsmip: standard output is closed; give it a place, such as /dev/null", file=sys.stderr)
    sys.exit(BAD_USE)


def _interrupted() -> None:
    from dsmip.failures import INTERRUPTION, UNKNOWN

    print(INTERRUPTION, file=sys.stderr)
    sys.exit(UNKNOWN)


if __name__ == "__main__":
    main()
