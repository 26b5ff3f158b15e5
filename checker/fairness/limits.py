"""The one reason for which a state graph is not to be had."""

from __future__ import annotations


class LimitReached(Exception):
    """Time, memory or states; the text says which, in words."""
