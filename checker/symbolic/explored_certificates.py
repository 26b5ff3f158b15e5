"""Certificates of what a complete exploration shows: system and properties as text, and how many states there are.
Checking one explores the text again, and no compiled code takes part."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from checker.search import INTERRUPTED
from checker.symbolic.certificates import (
    ABOUT,
    EXPLORED,
    FIRST_LINE,
    INVARIANT,
    SYNTAX,
    Certificate,
    CertificateRefused,
    CertificateUndecided,
    Seen,
    first_difference,
    system_section,
)
from checker.symbolic.components import Components
from checker.symbolic.second_exploration import MOST_STATES, SecondExploration, explore_text
from checker.symbolic.second_solver import SecondSolver
from checker.symbolic.system_text import SystemText
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.systems import System


def explored_text(about: Mapping[str, Any], system: System, seen: Seen, states: int) -> str:
    """The file that says that nothing of `seen` is in any of so many states. states: as `explored_again` counts."""
    section = system_section(SystemText(system, SYNTAX), seen)
    lines = [FIRST_LINE, ABOUT + json.dumps(about, sort_keys=True), section, f"{EXPLORED}{states} states", INVARIANT]
    return "\n".join(lines) + "\n"


def explored_again(
    system: System, seen: Seen, solver: SecondSolver, *, seconds: float | None = None,
    report: Callable[[int], None] | None = None,
) -> SecondExploration:  # fmt: skip
    """Explore what certificates say of a system. Messages in slots count in each order that they come in, which may
    make more states than there are. Raises ModelError if the solver knows other initial states."""
    return _again(system_section(SystemText(system, SYNTAX), seen), system, solver, seconds, report)


def check_explored(
    certificate: Certificate, system: System, seen: Seen, solver: SecondSolver, seconds: float | None = None,
    report: Callable[[int], None] | None = None,
) -> SecondExploration:  # fmt: skip
    """Explore the text of a certificate. Raises CertificateRefused unless it is the text of this system, every state
    is reached, there are as many as it says, and nothing of `seen` is there."""
    expected = system_section(SystemText(system, SYNTAX), seen)
    if certificate.system != expected:
        raise CertificateRefused(first_difference(certificate.system, expected))
    try:
        found = _again(certificate.system, system, solver, seconds, report)
    except ModelError as error:
        raise CertificateRefused(str(error)) from None
    if found.stopped == INTERRUPTED:
        raise KeyboardInterrupt
    if found.stopped is not None:
        raise CertificateUndecided(f"not explored to the end: {found.states:,} states, {found.stopped}")
    names = list(seen)
    if found.seen:
        raise CertificateRefused(f"a state was reached that violates {', '.join(names[k] for k in sorted(found.seen))}")
    if found.faulty:
        raise CertificateRefused("a move was taken that leaves a domain, or loses a reply for want of room")
    if found.states != certificate.explored:
        raise CertificateRefused(f"{found.states:,} states were reached, not {certificate.explored:,}")
    return found


def _again(
    section: str, system: System, solver: SecondSolver, seconds: float | None, report: Callable[[int], None] | None
) -> SecondExploration:
    components = Components(system)
    initial = [components.codes(state) for state in Interpretation(system).initial_states()]
    return explore_text(section, initial, solver, states=MOST_STATES, seconds=seconds, report=report)
