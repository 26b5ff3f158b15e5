"""Characters that would steer a terminal or turn the direction of text instead of being read."""

from __future__ import annotations

from unicodedata import category

KEPT = "\n\t\u00ad\u200c\u200d"  # line, tab, soft hyphen, and what joins and separates letters in some scripts
STEERING = ("Cc", "Cf", "Cs", "Zl", "Zp")


def steering_character(text: str) -> str | None:
    """The first character of `text` that steers, as "U+001B", or None."""
    return next((f"U+{ord(character):04X}" for character in text if _steers(character)), None)


def visible(text: str) -> str:
    """`text` with every steering character written out as "U+001B"."""
    if text.isprintable():
        return text
    return "".join(f"U+{ord(character):04X}" if _steers(character) else character for character in text)


def _steers(character: str) -> bool:
    return character not in KEPT and category(character) in STEERING
