"""The one exception that drawing raises."""

from __future__ import annotations


class DiagramError(Exception):
    """A picture that cannot be made: one line that says what and why."""
