"""Regions of the reachable states, counted in the compiled engine's memory: the chosen variables are cut
out of the packed states, then the steps out of every expanded state are asked for. No reduction is used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from math import prod
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from checker.explicit.action_code import action_and_position
from checker.explicit.engine import ExplicitSearch
from checker.explicit.packing import mask
from checker.explicit.search_memory import Register
from checker.search import Limits, Progress, ProgressReport
from checker.state_space import Crossing, Region, StateSpace, chosen_variables
from model.language.errors import ModelError
from model.language.interpretation import Interpretation
from model.language.systems import System

CHUNK = 4096  # states whose steps are asked for between two looks at the clock


def state_space(
    system: System, names: Sequence[str], limits: Limits, progress: ProgressReport | None = None
) -> StateSpace:
    """Explore, and count states and steps by the values of the variables named. Raises ModelError."""
    chosen = chosen_variables(system, names)
    sizes = [system.variables[index].domain.size for index in chosen]
    if prod(sizes) >= 2**62:
        raise ModelError(f"the {len(chosen)} variables have too many values together; choose fewer")
    with closing(ExplicitSearch(system, [], limits)) as search:
        stopped = search.run(progress)
        keys = _keys(search, chosen, sizes)
        values, region_of, counts = np.unique(keys, return_inverse=True, return_counts=True)
        expanded = search.tables.count if stopped is None else int(search.context[Register.NEXT])
        steps, counted, cut = _steps(search, region_of, len(values), expanded, limits, progress)
    first = {int(region_of[index]) for index in range(min(len(keys), len(Interpretation(system).initial_states())))}
    order = sorted(range(len(values)), key=lambda region: (region not in first, int(values[region])))
    place = {region: number for number, region in enumerate(order)}
    inside: Counter[int] = Counter()
    crossing: dict[tuple[int, int], Counter[str]] = {}
    for (source, dest, action), count in steps.items():
        if source == dest:
            inside[source] += count
        else:
            between = crossing.setdefault((place[source], place[dest]), Counter())
            between[system.actions[action].name] += count
    regions = tuple(
        Region(_decoded(system, chosen, sizes, int(values[region])), int(counts[region]), region in first,
               inside[region])
        for region in order
    )  # fmt: skip
    crossings = tuple(
        Crossing(source, dest, actions.total(), tuple(sorted(actions.items(), key=lambda item: (-item[1], item[0]))))
        for (source, dest), actions in sorted(crossing.items())
    )
    return StateSpace(
        system.name, tuple(system.variables[index].name for index in chosen), regions, crossings, len(keys), counted,
        sum(steps.values()), stopped or cut,
    )  # fmt: skip


def _keys(search: ExplicitSearch, chosen: Sequence[int], sizes: Sequence[int]) -> NDArray[np.int64]:
    """For each state found, the values of the chosen variables as one number."""
    words = packed_states(search)
    keys = np.zeros(len(words), dtype=np.int64)
    for index, size in zip(chosen, sizes, strict=True):
        piece = search.layout.variable_pieces[index]
        column = (words[:, piece.word] >> np.uint64(piece.shift)) & np.uint64(mask(piece.width))
        keys = keys * size + column.astype(np.int64)
    return keys


def packed_states(search: ExplicitSearch) -> NDArray[np.uint64]:
    """The states found, packed, one a row: the words of their parts side by side."""
    tables = search.tables
    held = tables.held()
    keys, _, *values = tables.blocks(0, tables.count, [0] * len(held), held)
    pairs = np.frombuffer(keys, dtype=np.uint64)
    numbers = [pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)]
    columns = [
        np.frombuffer(block, dtype=np.uint64).reshape(count, width)[(number - np.uint64(1)).astype(np.int64)]
        for block, count, width, number in zip(values, held, search.layout.part_words, numbers, strict=True)
        if width
    ]
    return np.ascontiguousarray(np.concatenate(columns, axis=1))


def _steps(
    search: ExplicitSearch, region_of: NDArray[np.intp], regions: int, expanded: int, limits: Limits,
    progress: ProgressReport | None,
) -> tuple[Counter[tuple[int, int, int]], int, str | None]:  # fmt: skip
    """Steps by (region, region after, action); of how many states; why not of all that were expanded."""
    room, actions = CHUNK * search.most_successors, len(search.system.actions)
    targets, labels = np.empty(room, dtype=np.uint64), np.empty(room, dtype=np.uint64)
    target_at, label_at = targets.ctypes.data, labels.ctypes.data
    total: Counter[tuple[int, int, int]] = Counter()
    for first in range(0, expanded, CHUNK):
        if limits.seconds is not None and monotonic() - search.started > limits.seconds:
            return total, first, f"time limit of {limits.seconds:g} s reached while steps were counted"
        if progress is not None:
            progress(Progress(search.tables.count, total.total(), search.depth, expanded - first, search.seconds))
        last = min(first + CHUNK, expanded)
        sizes = np.zeros(last - first, dtype=np.int64)
        search.write_steps_from(first, last - first, target_at, label_at, sizes.ctypes.data)
        filled = int(sizes.sum())
        sources = np.repeat(region_of[first:last], sizes).astype(np.int64)
        dests = region_of[targets[:filled].astype(np.int64)].astype(np.int64)
        numbers, own = np.unique(labels[:filled], return_inverse=True)
        action = np.array([action_and_position(int(label))[0] for label in numbers], dtype=np.int64)
        steps = (sources * regions + dests) * actions + (action[own] if filled else 0)
        for step, count in zip(*np.unique(steps, return_counts=True), strict=True):
            pair, number = divmod(int(step), actions)
            total[(*divmod(pair, regions), number)] += int(count)
    return total, expanded, None


def _decoded(system: System, chosen: Sequence[int], sizes: Sequence[int], key: int) -> tuple[bool | int | str, ...]:
    values = []
    for index, size in zip(reversed(chosen), reversed(sizes), strict=True):
        key, code = divmod(key, size)
        values.append(system.variables[index].domain.decode(code))
    return tuple(reversed(values))
