"""An invariant for people to read: lemmas with the same premise stand together, under it."""

from __future__ import annotations

from collections.abc import Sequence

ARROW = " → "


def in_groups(words: Sequence[str]) -> list[str]:
    """Lines. words: of lemmas, as `Lemma.text` gives them: what is always so first, then what follows from what."""
    always = sorted((text for text in words if ARROW not in text), key=lambda text: " or " in text)
    groups: dict[str, list[str]] = {}
    for text in words:
        if ARROW in text:
            premise, conclusion = text.split(ARROW, 1)
            groups.setdefault(premise, []).append(conclusion)
    lines = list(always)
    for premise in sorted(groups, key=lambda text: (" and " in text, ".state = " not in text, -len(groups[text]))):
        conclusions = groups[premise]
        if len(conclusions) == 1:
            lines.append(f"{premise}{ARROW}{conclusions[0]}")
        else:
            lines += [f"{premise}{ARROW.rstrip()}", *(f"  {text}" for text in conclusions)]
    return lines
