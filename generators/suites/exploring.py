"""All that a tester can bring an actor to: a graph of the states of the right actor, explored breadth first.
States that differ only in their sequence numbers, shifted together, count as one."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from generators.suites.actor_model import ActorModel, Answers, Reaction, Stimulus
from generators.suites.alphabet import Offer, newest_number, possible
from generators.suites.compiled_rows import Values
from model.language.domains import Value

Key = tuple[Value, ...]


@dataclass(frozen=True)
class Edge:
    """One reaction of the actor in one state, by a row; the first stimulus of those that make it do just this."""

    source: int
    offer: Offer
    stimulus: Stimulus
    reaction: Reaction
    target: int


@dataclass
class ActorGraph:
    """What was explored. arrival: for each state the edge by which it was first reached, None at a start.

    complete: nothing more can be reached; else `states` is a part.
    """

    actor: ActorModel
    states: list[Values] = field(default_factory=list)
    arrival: list[Edge | None] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    complete: bool = False

    def path(self, state: int) -> tuple[Values, list[Stimulus]]:
        """The start and the stimuli that lead to a state, as few as can be."""
        stimuli: list[Stimulus] = []
        while (edge := self.arrival[state]) is not None:
            stimuli.append(edge.stimulus)
            state = edge.source
        return self.states[state], stimuli[::-1]

    def path_of(self, *edges: Edge) -> tuple[Values, list[Stimulus]]:
        """The same, followed by edges that join. Where an edge leads to a state with other numbers than those for
        which the next one was found, the next stimulus has its number shifted as well."""
        start, stimuli = self.path(edges[0].source)
        state = self.states[edges[0].source]
        for edge in edges:
            stimuli.append(edge.offer.at(newest_number(self.actor, state)))
            state = next(one.after for one in self.actor.reactions(state, stimuli[-1])
                         if one.row is edge.reaction.row)  # fmt: skip
        return start, stimuli


def shifted(actor: ActorModel, *states: Values) -> Key:
    """The states as one key: what is visible, sequence numbers relative to the first one."""
    numbers = actor.numbers
    if not numbers:
        return tuple(state[place] for state in states for place in actor.visible)
    base = int(states[0][next(iter(numbers))])
    key = []
    for state in states:
        own = list(state)
        for place, modulus in numbers.items():
            own[place] = (int(state[place]) - base) % modulus
        key += [own[place] for place in actor.visible]
    return tuple(key)


def explored(actor: ActorModel, offers: Sequence[Offer], most_states: int = 15_000) -> ActorGraph:
    """The graph, until complete or `most_states` are found."""
    graph = ActorGraph(actor)
    index: dict[Key, int] = {}
    seen: dict[Values, int] = {}  # the same by the state itself, for speed

    def number_of(state: Values, arrival: Edge | None) -> int | None:
        if state in seen:
            return seen[state]
        key = shifted(actor, state)
        if key not in index:
            if len(index) >= most_states:
                return None
            index[key] = len(graph.states)
            graph.states.append(state)
            graph.arrival.append(arrival)
            waiting.append(index[key])
        seen[state] = index[key]
        return index[key]

    waiting: deque[int] = deque()
    for state in actor.initial_states:
        number_of(state, None)
    cut = False
    while waiting:
        source = waiting.popleft()
        state = graph.states[source]
        newest = newest_number(actor, state)
        known: set[tuple[int, Answers, Values]] = set()
        for offer in possible(actor, state, offers):
            stimulus = offer.at(newest)
            for reaction in actor.reactions(state, stimulus):
                alike = (id(reaction.row), reaction.answers, reaction.after)
                if reaction.row is None or alike in known:
                    continue
                known.add(alike)
                target = number_of(reaction.after, Edge(source, offer, stimulus, reaction, -1))
                if target is None:
                    cut = True
                    continue
                graph.edges.append(Edge(source, offer, stimulus, reaction, target))
    graph.complete = not cut
    return graph
