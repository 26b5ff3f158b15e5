"""What a search of the reachable states is asked and what it answers, whichever engine runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from model.language.interpretation import State

INTERRUPTED = "interrupted"  # why a search ended that Ctrl-C has ended


@dataclass(frozen=True)
class Limits:
    """memory: bytes for the search's tables. seconds: wall-clock time. steps: length of runs, of a bounded
    search. None: no limit."""

    memory: int | None = None
    seconds: float | None = None
    states: int | None = None
    steps: int | None = None

    def reached(self, states: int, seconds: float) -> str | None:
        """Which of the limits of states and of time a search is beyond that found so many in so long, in words."""
        if self.states is not None and states > self.states:
            return f"limit of {self.states:,} states reached"
        if self.seconds is not None and seconds > self.seconds:
            return f"time limit of {self.seconds:g} s reached"
        return None


@dataclass(frozen=True)
class Progress:
    """Figures while a search runs. frontier: states found and not yet expanded.

    resumed: states that came from a checkpoint. words: what to show instead of figures.
    """

    states: int
    transitions: int
    depth: int
    frontier: int
    seconds: float
    resumed: int = 0
    words: str = ""


@dataclass(frozen=True)
class Sighting:
    """Where an observation was first matched (a shortest run to it).

    path: (action name, position of the message taken), to the state, or including the step, observed.
    """

    initial: State
    path: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Exploration:
    """The answer of a search. Figures are exact if `complete`, else what was reached; None where the
    engine does not define them (of a bounded search, depth is the length of the runs looked at).

    transitions: enabled (action, message) pairs over all expanded states. depth: the largest
    distance of a state from the initial ones. stopped: why the search ended early, in words, or
    None. fired: how often each action was taken. largest: most messages ever on each channel.
    overflowed: channels on which a reply found no room. levels: how many states at each distance;
    empty where the engine does not say. reductions: what made the search smaller, in words. notes:
    why this engine, and what else a careful reader may want to know. proved: observations proved never
    to occur, whether or not the search is complete.
    """

    engine: str
    complete: bool
    stopped: str | None
    states: int | None
    transitions: int | None
    depth: int | None
    seconds: float
    memory: int
    sightings: Mapping[str, Sighting]
    fired: Mapping[str, int]
    largest: Mapping[str, int]
    overflowed: frozenset[str]
    levels: tuple[int, ...] = ()
    reductions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    proved: frozenset[str] = frozenset()

    @property
    def interrupted(self) -> bool:
        return self.stopped == INTERRUPTED

    def doubt(self, *, loss: bool) -> str | None:
        """Why it says nothing about what it did not find; None if it does. loss: whether channels lose messages,
        so that a reply that finds no room is one that is lost."""
        if not self.complete:
            return self.stopped or "the search was not complete"
        if self.overflowed and not loss:
            names = ", ".join(sorted(self.overflowed))
            return f"a reply found no room on {names}, and the scenario has no loss: raise bounds.messages_in_flight"
        return None


ProgressReport = Callable[[Progress], None]
