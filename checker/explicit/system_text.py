"""The LLVM text of a system: what each part of its states does alone, and what needs both."""

from __future__ import annotations

from collections.abc import Sequence

from checker.explicit.action_code import ActionCode
from checker.explicit.alternatives import alternatives
from checker.explicit.footprints import footprint, read_by
from checker.explicit.joint_code import JointCode, entries_of
from checker.explicit.local_code import LocalCode
from checker.explicit.packing import Layout
from checker.explicit.part_text import part_text
from checker.explicit.parts import PARTS
from checker.explicit.symmetry_code import SymmetryCode
from checker.symmetry import Symmetry
from model.language.expressions import FALSE, Expression, Operator
from model.language.observations import Observation
from model.language.systems import Action, System

Entries = list[tuple[int, Expression]]


class SystemText:
    """text: LLVM. most_successors: of one state. masks: joint entries by 64."""

    def __init__(
        self, system: System, layout: Layout, observations: Sequence[Observation], symmetry: Symmetry | None = None
    ) -> None:
        self.system = system
        homes = [layout.parts.home(footprint(action)) for action in system.actions]
        observed, observed_jointly = self._of_states(layout, observations)
        watched, watched_jointly = self._of_steps(layout, observations, homes)
        entries = entries_of(system, homes, observed_jointly, watched_jointly)
        actions = ActionCode(system, layout, watched, homes, symmetry is not None)
        joint = JointCode(system, layout, actions, entries)
        local = LocalCode(system, layout, actions, joint, observed)
        self.masks = joint.masks
        self.most_successors = sum(self._positions(action) for action in system.actions)
        groups = (len(observations) + 63) // 64
        frame = part_text(
            layout.part_words, len(system.actions), len(system.channels), groups, self.masks, symmetry is not None
        )
        self.text = "\n".join([frame, *(local.write(part) for part in range(PARTS)), joint.write()])
        if symmetry is not None:
            self.most_successors *= symmetry.order  # each may bring new values with all their images
            self.text += "\n" + SymmetryCode(layout, symmetry, self.masks).text()

    def _positions(self, action: Action) -> int:
        if action.channel is None:
            return 1
        return self.system.channels[self.system.channel_index[action.channel]].capacity

    def _of_states(self, layout: Layout, observations: Sequence[Observation]) -> tuple[list[Entries], Entries]:
        """Conditions on states, each alternative by itself: by the part that decides it; and those of both."""
        alone: list[Entries] = [[] for _ in range(PARTS)]
        jointly: Entries = []
        for number, observation in enumerate(observations):
            condition = observation.in_states
            if condition is None or condition is FALSE:
                continue
            for disjunct in condition.operands if condition.operator is Operator.OR else (condition,):
                for alternative in alternatives(disjunct, self.system, layout.parts):
                    seat = layout.parts.seat(alternative)
                    (jointly if seat is None else alone[seat]).append((number, alternative))
        return alone, jointly

    def _of_steps(
        self, layout: Layout, observations: Sequence[Observation], homes: Sequence[int | None]
    ) -> tuple[dict[str, Entries], dict[str, Entries]]:
        """Conditions on steps by action: looked at with the action; and those that need a part it does not."""
        alone: dict[str, Entries] = {}
        jointly: dict[str, Entries] = {}
        for number, observation in enumerate(observations):
            for name, condition in observation.in_steps.items():
                index = self.system.action_index[name]
                home = homes[index]
                channel = self.system.actions[index].channel
                apart = home is not None and not layout.parts.sees(home, read_by([condition], channel))
                (jointly if apart else alone).setdefault(name, []).append((number, condition))
        return alone, jointly
