"""Which steps a fairness group has in one system: actions, some only for messages that are copies or are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.fairness.responses import Response
from model.language.systems import Action, System
from properties.fairness import FairnessGroup


@dataclass(frozen=True)
class FairSteps:
    """Steps of one action. copies: the message taken must be a copy made by the network (True), must be none
    (False), or either (None)."""

    action: Action
    copies: bool | None


def fair_steps(group: FairnessGroup, system: System) -> list[FairSteps]:
    found = []
    for action in system.actions:
        original = group.has(action, False)
        if action.channel is None:
            if original:
                found.append(FairSteps(action, None))
            continue
        copied = group.has(action, True)
        if original or copied:
            found.append(FairSteps(action, None if original and copied else copied))
    return found


def groups_with_steps(responses: Sequence[Response], system: System) -> list[FairnessGroup]:
    """All groups that the responses assume, each once; without those of which the system has no step,
    which assume nothing."""
    groups = dict.fromkeys(group for response in responses for group in response.groups)
    return [group for group in groups if fair_steps(group, system)]


def said(group: FairnessGroup) -> str:
    """What is assumed of a group, for a comment."""
    return f"{group}: " + ("possible from some moment on without a break, it happens again and again"
                           if group.strength.value == "weak"
                           else "possible again and again, it happens again and again")  # fmt: skip
