"""When the timers of a reference UE or home agent end, its binding's lifetime with them (RFC 6275, 12 and 13).
The model says only that a timer runs; here it gets its seconds. Knows no clock: the caller says what time it is."""

from __future__ import annotations

from generators.adapters.protocol import Answers, Fields
from generators.adapters.reference import ReferenceActor
from model.language.machines import TriggerKind
from model.messages import BindingUpdate

FIRST_REGISTRATION = 1.5  # seconds (InitialBindackTimeoutFirstReg)
INITIAL = 1.0  # seconds (INITIAL_BINDACK_TIMEOUT)
LONGEST = 32.0  # seconds (MAX_BINDACK_TIMEOUT)
RETRANSMISSION = "timer retransmission"
REFRESH = "timer refresh"
LASTING = {
    "timer duplicate address detection ends": 1.0,
    "timer entry marked invalid": 10.0,  # MAX_DELETE_BCE_TIMEOUT
    REFRESH: 110.0,  # NATKATIMEOUT (RFC 5555, 6)
}
TICK = "event tick"
LIFETIMES = {
    "ue": "event binding lifetime ends at the UE",
    "home_agent": "event binding lifetime ends at the home agent",
}


class Timers:
    """Those that run, each with the time at which it ends. tick: seconds of a tick, where the actor counts ticks.

    A timer that repeats a message begins with a second and doubles up to 32 s.
    """

    def __init__(self, actor: ReferenceActor, tick: float = 0.0) -> None:
        self.actor = actor
        self.ends: dict[str, float] = {TICK: tick} if tick else {}
        self._tick = tick
        self._intervals: dict[str, float] = {}
        self._binding = 0.0  # seconds for which the binding was granted

    def after(self, trigger: str, before: Fields, answers: Answers, now: float) -> None:
        """The actor has reacted to `trigger`; before: its variables until then."""
        runs = self.actor.triggers(TriggerKind.TIMER)
        lifetime = LIFETIMES[self.actor.role]
        if lifetime in self.ends and self.actor.reactions(lifetime, {}):
            runs.append(lifetime)
        self.ends = {key: end for key, end in self.ends.items() if key in runs or key == TICK}
        repeated = any(name == BindingUpdate.name for name, _ in answers)
        for key in runs:
            if key not in self.ends or key == trigger or (repeated and key == RETRANSMISSION):
                self.ends[key] = now + self._lasts(key, trigger, before)
        if trigger == TICK:
            self.ends[TICK] = now + self._tick

    def binding_lasts(self, since: float, seconds: float) -> None:
        """The binding is granted for so long, or 0: it is gone."""
        self._binding = seconds
        self.ends.pop(LIFETIMES[self.actor.role], None)
        if seconds:
            self.ends[LIFETIMES[self.actor.role]] = since + seconds
            if REFRESH in self.ends:
                self.ends[REFRESH] = since + self._lasts(REFRESH, "", {})

    def due(self, now: float) -> str | None:
        """The timer that has ended first of those that have; it runs no more."""
        ended = [key for key, end in self.ends.items() if end <= now]
        if not ended:
            return None
        first = min(ended, key=lambda key: self.ends[key])
        del self.ends[first]
        return first

    @property
    def next_end(self) -> float | None:
        return min(self.ends.values(), default=None)

    def _lasts(self, key: str, trigger: str, before: Fields) -> float:
        if key == REFRESH and self._binding:
            return min(LASTING[key], self._binding * 3 / 4)
        if key in LASTING:
            return LASTING[key]
        if key == trigger:
            self._intervals[key] = min(2 * self._intervals.get(key, INITIAL), LONGEST)
        else:
            first = key == RETRANSMISSION and before.get("list_entry") == "none"
            self._intervals[key] = FIRST_REGISTRATION if first else INITIAL
        return self._intervals[key]
