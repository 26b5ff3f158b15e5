"""The yardstick of `dsmip conform`: whether a run of the whole system, UE and home agent and network together, shows
these messages at one end. Set-tracking over the interpretation, without any of the tool's shortcuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from model.handover import handover
from model.language.domains import Value
from model.language.interpretation import Interpretation, State, Step
from model.language.systems import ActionKind
from model.messages import DOWNLINK, UPLINK
from model.readings import reading
from model.scenarios import load

HIDDEN = ("protection", "repeated", "network")
Shown = tuple[str, tuple[tuple[str, Value], ...]]  # message, and its fields as far as they are on the wire


def shown(message: str, fields: Mapping[str, Value]) -> Shown:
    return message, tuple(sorted((name, value) for name, value in fields.items() if name not in HIDDEN))


class PlainExplanation:
    """Runs of a scenario with its own bounds, at 16 bits, as seen at "ue" or "home_agent"."""

    def __init__(self, scenario: str, reading_name: str, end: str) -> None:
        self.interpretation = Interpretation(handover(load(scenario).at_width(16), reading(reading_name)))
        self.end = end
        self.sends = {"ue": UPLINK.name, "home_agent": DOWNLINK.name}[end]
        self._steps: dict[State, list[tuple[State, tuple[Shown, ...]]]] = {}

    def explained(self, messages: Sequence[Shown]) -> int:
        """How many of the messages, from the first on, some run shows in this order and nothing else."""
        frontier = [(state, 0) for state in self.interpretation.initial_states()]
        found = set(frontier)
        most = 0
        while frontier:
            state, count = frontier.pop()
            most = max(most, count)
            for after, seen in self._following(state):
                if seen == tuple(messages[count : count + len(seen)]):
                    place = (after, count + len(seen))
                    if place not in found:
                        found.add(place)
                        frontier.append(place)
        return most

    def _following(self, state: State) -> list[tuple[State, tuple[Shown, ...]]]:
        known = self._steps.get(state)
        if known is None:
            steps = list(self.interpretation.steps(state))
            known = self._steps[state] = [(step.state, tuple(self._seen(state, step))) for step in steps]
        return known

    def _seen(self, state: State, step: Step) -> Iterator[Shown]:
        """What a probe at the end sees of a step: what is received there, then what is sent there."""
        action, interpretation = step.action, self.interpretation
        taken = interpretation.taken(action, state, step.position)
        if action.kind is ActionKind.RECEIPT and action.machine == self.end:
            assert action.message is not None
            yield shown(action.message, taken["received"])
        for sending in action.sends:
            if sending.channel == self.sends and not step.overflow:
                scope = interpretation.scope(action)
                yield shown(sending.message.name, {
                    name: interpretation.evaluate(value, state, taken, scope) for name, value in sending.fields.items()
                })  # fmt: skip
