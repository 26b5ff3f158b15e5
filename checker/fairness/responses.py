"""Response properties of one system, decided together from one state graph: p leads to q, if fair."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from checker.search import INTERRUPTED, Limits, ProgressReport
from model.language.binding import Binding, resolve
from model.language.expressions import Expression
from model.language.interpretation import State
from model.language.observations import observe_states, observe_steps
from model.language.systems import System
from properties.fairness import FairnessGroup
from properties.kinds import Property

if TYPE_CHECKING:
    from checker.fairness.graph import Flags, Masks, StateGraph


@dataclass(frozen=True)
class Response:
    """Whenever a state satisfies `at`, or a step its condition in `by` (action name -> condition on the
    state before and the message taken), a state that satisfies `goal` follows, in every fair run."""

    name: str
    goal: Expression
    groups: tuple[FairnessGroup, ...]
    at: Expression | None = None
    by: Mapping[str, Expression] = field(default_factory=dict)


def response_of(entry: Property, system: System, binding: Binding) -> Response:
    """A response property in terms of one system. Raises ModelError if it makes no sense there."""
    goal = observe_states(entry.violation_name, resolve(entry.then, binding, entry.actor), system).in_states
    assert goal is not None
    whenever = resolve(entry.whenever, binding, entry.actor)
    observe = observe_states if entry.in_states else observe_steps
    called = observe(entry.antecedent_name, whenever, system)
    return Response(entry.violation_name, goal, entry.fairness, called.in_states, called.in_steps)


@dataclass(frozen=True)
class FairRun:
    """A run for ever that breaks a response property. path: (action name, position of the message taken).
    loop: how many steps come before the loop; the rest of the path repeats, or nothing happens any more."""

    initial: State
    path: tuple[tuple[str, int | None], ...]
    loop: int


@dataclass(frozen=True)
class Answers:
    """runs: by name of the response, short ones first; none if the property holds. stopped: why nothing
    can be said of those that are missing, or None."""

    states: int
    transitions: int
    runs: Mapping[str, Sequence[FairRun]]
    stopped: str | None


class Graph(Protocol):
    """What a builder of state graphs offers."""

    @property
    def graph(self) -> StateGraph: ...

    def state(self, index: int) -> State: ...

    def where(self, condition: Expression) -> Flags: ...

    def steps_where(self, in_steps: Mapping[str, Expression]) -> Flags: ...

    def check_limits(self, when: str) -> None: ...

    def close(self) -> None: ...


BUILDERS = {"plain": ("checker.fairness.plain_graph", "PlainGraph")}
USUAL_BUILDER = ("checker.fairness.state_graph", "CompiledGraph")


def decide(
    system: System, responses: Sequence[Response], engine: str, limits: Limits, progress: ProgressReport | None = None
) -> Answers:
    """Build the state graph of `system`, without any reduction, and decide each response property."""
    from checker.fairness.limits import LimitReached

    module, name = BUILDERS.get(engine, USUAL_BUILDER)
    build: Callable[[System, Limits, ProgressReport | None], Graph] = getattr(import_module(module), name)
    runs: dict[str, Sequence[FairRun]] = {}
    states = transitions = 0
    try:
        built = build(system, limits, progress)
        try:
            states, transitions = built.graph.states, len(built.graph.labels)
            for response in responses:
                built.check_limits(f'while "{response.name}" was decided')
                runs[response.name] = _runs(built, system, response)
        finally:
            built.close()
    except LimitReached as limit:
        return Answers(states, transitions, runs, str(limit))
    except MemoryError:
        return Answers(states, transitions, runs, "no more memory to be had for the state graph")
    except KeyboardInterrupt:
        return Answers(states, transitions, runs, INTERRUPTED)
    return Answers(states, transitions, runs, None)


def _runs(built: Graph, system: System, response: Response) -> list[FairRun]:
    import numpy as np

    from checker.explicit.action_code import action_and_position
    from checker.fairness.lassos import Question, lassos

    graph = built.graph
    nowhere = np.zeros(graph.states, dtype=np.bool_)
    question = Question(
        nowhere if response.at is None else built.where(response.at), built.steps_where(response.by),
        built.where(response.goal), response.groups, groups_of(graph, system, response.groups),
    )  # fmt: skip

    def step(edge: int) -> tuple[str, int | None]:
        number, position = action_and_position(int(graph.labels[edge]))
        return system.actions[number].name, position

    return [
        FairRun(built.state(lasso.initial), tuple(step(edge) for edge in (*lasso.stem, *lasso.loop)), len(lasso.stem))
        for lasso in lassos(graph, question)
    ]


def groups_of(graph: StateGraph, system: System, groups: Sequence[FairnessGroup]) -> Masks:
    """For each step the groups it belongs to: bit i for groups[i]."""
    import numpy as np

    tables = [
        np.array([sum(1 << bit for bit, group in enumerate(groups) if group.has(action, copy))
                  for action in system.actions], dtype=np.uint32)
        for copy in (False, True)
    ]  # fmt: skip
    numbers = graph.actions
    return np.asarray(np.where(graph.copies, tables[1][numbers], tables[0][numbers]), dtype=np.uint32)
