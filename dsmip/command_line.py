"""The `dsmip` command. Each command is a module of its own, loaded when it is used."""

from __future__ import annotations

from dsmip.shadowing import check_own_packages


def main() -> None:
    """Run the command line. Exit codes: 0 as expected, 1 not as expected, 2 bad use, 3 unknown."""
    check_own_packages()
    from dsmip.commands import application
    from dsmip.failures import one_line_errors

    with one_line_errors():
        application()


if __name__ == "__main__":
    main()
