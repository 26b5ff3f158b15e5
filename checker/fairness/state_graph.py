"""The state graph from the compiled engine: explore everything, then ask for the steps out of every
state. Conditions are compiled too and evaluated over all states at once. No reduction is used here."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import cached_property
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from checker.explicit.compilation import NativeCode
from checker.explicit.engine import ExplicitSearch
from checker.explicit.expression_code import ExpressionCode, MessageAtHand
from checker.explicit.function_text import FunctionText
from checker.explicit.packing import Layout
from checker.explicit.regions import packed_states
from checker.fairness.graph import Flags, Indices, StateGraph
from checker.fairness.limits import LimitReached
from checker.search import INTERRUPTED, Limits, Progress, ProgressReport
from model.language.expressions import Expression
from model.language.interpretation import Interpretation, State
from model.language.systems import Action, System
from model.language.type_checking import Scope, scope_of_action

CHUNK = 4096  # states whose steps are asked for between two looks at the clock
BYTES_PER_STEP = 60  # at most at work at a time, for one step


class CompiledGraph:
    """All states of a system in the engine's memory, and their graph. Close it when done.

    Raises LimitReached, and KeyboardInterrupt when interrupted.
    """

    def __init__(self, system: System, limits: Limits, progress: ProgressReport | None = None) -> None:
        self.system = system
        self.limits = limits
        self.started = monotonic()
        self.search = ExplicitSearch(system, [], limits)
        try:
            stopped = self.search.run(progress)
            if stopped == INTERRUPTED:
                raise KeyboardInterrupt
            if stopped is not None:
                raise LimitReached(stopped)
            self.layout = self.search.layout
            self.graph = self._graph(progress)
        except BaseException:
            self.search.close()
            raise

    def close(self) -> None:
        self.search.close()

    def _graph(self, progress: ProgressReport | None) -> StateGraph:
        search = self.search
        states = search.tables.count
        transitions = sum(search.fired())
        self._require_memory(states, transitions)
        labels = np.empty(transitions, dtype=np.int32)
        targets = np.empty(transitions, dtype=np.int32)
        counts = np.zeros(states, dtype=np.int64)
        room = CHUNK * search.most_successors
        some_targets, some_labels = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
        target_address, label_address = some_targets.ctypes.data, some_labels.ctypes.data
        done = 0
        for first in range(0, states, CHUNK):
            self.check_limits("while the steps were collected")
            if progress is not None:
                progress(Progress(states, done, search.depth, states - first, monotonic() - self.started))
            some = counts[first : first + CHUNK]
            search.write_steps_from(first, len(some), target_address, label_address, some.ctypes.data)
            filled = int(some.sum())
            targets[done : done + filled] = some_targets[:filled]
            labels[done : done + filled] = some_labels[:filled]
            done += filled
        if done != transitions:
            raise RuntimeError(f"{transitions} steps were counted and {done} found")
        offsets = np.concatenate(([0], np.cumsum(counts)))
        initial = len(Interpretation(self.system).initial_states())
        graph = StateGraph(initial, offsets, targets, labels, np.zeros(transitions, dtype=np.bool_))
        graph.copies[:] = self._copies(graph)
        return graph

    def _require_memory(self, states: int, transitions: int) -> None:
        needed = self.search.tables.memory + BYTES_PER_STEP * transitions + 64 * states
        if self.limits.memory is not None and needed > self.limits.memory:
            raise LimitReached(
                f"memory limit of {self.limits.memory / 2**20:g} MiB: the graph of {states:,} states and "
                f"{transitions:,} steps needs some {needed / 2**20:,.0f} MiB"
            )

    def check_limits(self, when: str) -> None:
        if self.limits.seconds is not None and monotonic() - self.started > self.limits.seconds:
            raise LimitReached(f"time limit of {self.limits.seconds:g} s reached {when}")

    # states

    @cached_property
    def words(self) -> NDArray[np.uint64]:
        """The packed states, one a row: the words of their parts side by side."""
        return packed_states(self.search)

    def state(self, index: int) -> State:
        return self.layout.decode(self.search.state_words(index))

    def _copies(self, graph: StateGraph) -> Flags:
        """Whether each step takes a copy: the lowest bit of the slot it takes its message from."""
        result = np.zeros(len(graph.labels), dtype=np.bool_)
        numbers, positions = graph.actions, graph.positions
        channel_of = np.array(
            [-1 if action.channel is None else self.system.channel_index[action.channel]
             for action in self.system.actions], dtype=np.int32
        )  # fmt: skip
        words = self.words
        sources = graph.sources
        for channel, places in enumerate(self.layout.slot_pieces):
            on_channel = channel_of[numbers] == channel
            for position, pieces in enumerate(places):
                edges = np.flatnonzero(on_channel & (positions == position))
                first = pieces[0]  # of the pieces of a slot, the one that holds its lowest bit
                result[edges] = (words[sources[edges], first.word] >> np.uint64(first.shift)) & np.uint64(1)
        return result

    # conditions

    def where(self, condition: Expression) -> Flags:
        """The states in which a condition on states holds."""
        return self._evaluated([(condition, None, 0)], [np.arange(self.graph.states, dtype=np.int64)])[0]

    def steps_where(self, in_steps: Mapping[str, Expression]) -> Flags:
        """The steps that satisfy a condition given action by action."""
        graph = self.graph
        numbers, positions = graph.actions, graph.positions
        sources = graph.sources.astype(np.int64)
        result = np.zeros(len(graph.labels), dtype=np.bool_)
        wanted: list[tuple[Expression, Action | None, int]] = []
        edges: list[Indices] = []
        for name, condition in in_steps.items():
            number = self.system.action_index[name]
            own = numbers == number
            for position in np.unique(positions[own]):
                wanted.append((condition, self.system.actions[number], int(position)))
                edges.append(np.flatnonzero(own & (positions == position)))
        for here, flags in zip(edges, self._evaluated(wanted, [sources[some] for some in edges]), strict=True):
            result[here] = flags
        return result

    def _evaluated(
        self, wanted: Sequence[tuple[Expression, Action | None, int]], states: Sequence[Indices]
    ) -> list[Flags]:
        """The truth of each condition in each of its states; of a step's, for the message at a position."""
        text = "\n".join(
            _condition_text(f"check_{number}", self.system, self.layout, *entry) for number, entry in enumerate(wanted)
        )
        results: list[Flags] = []
        memory = self.words.ctypes.data
        with closing(NativeCode.compiled(text)) as code:
            for number, indices in enumerate(states):
                flags = np.zeros(len(indices), dtype=np.uint64)
                indices = np.ascontiguousarray(indices, dtype=np.int64)
                check = code.procedure(
                    f"check_{number}", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p
                )
                check(memory, indices.ctypes.data, len(indices), flags.ctypes.data)
                results.append(flags.astype(np.bool_))
        return results


def _condition_text(
    name: str, system: System, layout: Layout, condition: Expression, action: Action | None, position: int
) -> str:
    """A condition as a function of one state, and one that evaluates it for many states."""
    text = FunctionText(f"{name}_one", "ptr %state", attributes="internal", result="i1")
    messages: dict[str, MessageAtHand] = {}
    scope = Scope(system, {}) if action is None else scope_of_action(system, action)
    code = ExpressionCode(text, layout, scope, messages)
    if action is not None and action.channel is not None and action.message is not None and position >= 0:
        channel = system.channel_index[action.channel]
        slot = layout.slots[channel]
        code.messages["received"] = MessageAtHand(
            slot, slot.channel.index_of(action.message), code.slot(channel, position)
        )
    text.line(f"ret i1 {code.condition(condition)}")
    return text.text() + "\n" + _loop(name, layout.words)


def _loop(name: str, words: int) -> str:
    return f"""
define dso_local void @{name}(ptr %states, ptr %indices, i64 %n, ptr %flags) nounwind {{
entry:
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %one]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %one, label %leave
one:
  %at = getelementptr i64, ptr %indices, i64 %i
  %index = load i64, ptr %at
  %offset = mul i64 %index, {words}
  %state = getelementptr i64, ptr %states, i64 %offset
  %holds = call i1 @{name}_one(ptr %state)
  %flag = zext i1 %holds to i64
  %to = getelementptr i64, ptr %flags, i64 %i
  store i64 %flag, ptr %to
  %i1 = add i64 %i, 1
  br label %loop
leave:
  ret void
}}"""
