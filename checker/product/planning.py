"""What a product search starts from: parts compiled and their states listed, observations taken apart.
Declines, with the reason in words, where the search would not apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from checker.explicit.action_code import action_and_position
from checker.explicit.packing import Layout
from checker.explicit.parts import undivided
from checker.product.local_code import LocalCode, alone, local_text
from checker.product.local_states import Listing, LocalStates, Node, SharedValues, TooManyStates
from checker.product.observing import Factoring, Sight, Terms, Unfactorable
from checker.product.splitting import Split, split
from model.language.channel_contents import Contents
from model.language.domains import Value
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation
from model.language.systems import Action, System


class Declined(Exception):
    """The product search does not apply. The message says why."""


@dataclass(frozen=True)
class PartStates:
    """A part as a system of its own, and the states it can be in."""

    system: System
    layout: Layout
    states: LocalStates

    def state(self, number: int, codes: Sequence[int]) -> State:
        return self.layout.decode(self.states.words(number, codes))

    def action(self, label: int) -> tuple[Action, int | None]:
        number, position = action_and_position(label)
        return self.system.actions[number], position


@dataclass(frozen=True)
class Plan:
    """sights: observation -> the ways to match it. initial: states of the parts, shared value."""

    system: System
    observations: Sequence[Observation]
    split: Split
    parts: tuple[PartStates, ...]
    values: SharedValues
    sights: dict[str, list[Sight]]
    initial: tuple[tuple[tuple[int, ...], int], ...]

    @property
    def dimensions(self) -> tuple[int, ...]:
        return tuple(part.states.count for part in self.parts)

    def node(self, part: int, state: int, value: int) -> Node:
        return self.parts[part].states.nodes[state][value]

    def whole(self, states: Sequence[int], value: int) -> State:
        """The state of the whole system."""
        values: dict[str, Value] = {}
        contents: dict[str, Contents] = {}
        for part, number in zip(self.parts, states, strict=True):
            local = part.state(number, self.values.codes[value])
            values.update(zip((entry.name for entry in part.system.variables), local.values, strict=True))
            contents.update(zip((entry.name for entry in part.system.channels), local.channels, strict=True))
        return State(
            tuple(values[entry.name] for entry in self.system.variables),
            tuple(contents[entry.name] for entry in self.system.channels),
        )

    def close(self) -> None:
        for states in {id(part.states): part.states for part in self.parts}.values():
            states.code.close()


def plan(system: System, observations: Sequence[Observation], pause: Callable[[], None]) -> Plan:
    """Split, compile and list. `pause` is called now and then and may raise. Raises Declined."""
    found = split(system)
    if not found.parts:
        raise Declined(found.reason)
    factoring = Factoring(system, found)
    try:
        sights = {observation.name: factoring.sights(observation) for observation in observations}
    except Unfactorable as error:
        raise Declined(f"{found.reason}, but {error}") from None
    parts = _compiled(system, found, factoring.terms)
    try:
        values = SharedValues()
        initial = _listed(system, parts, values, pause)
    except TooManyStates:
        _close(parts)
        raise Declined(f"{found.reason}, but one part alone has too many states to list") from None
    except BaseException:
        _close(parts)
        raise
    return Plan(system, observations, found, parts, values, sights, initial)


def _close(parts: Sequence[PartStates]) -> None:
    for states in {id(part.states): part.states for part in parts}.values():
        states.code.close()


def _compiled(system: System, found: Split, terms: Sequence[Terms]) -> tuple[PartStates, ...]:
    """Each part with its code; parts whose code is the same text have one list of states."""
    kinds: dict[object, LocalStates] = {}
    parts = []
    for part, own in zip(found.parts, terms, strict=True):
        inner = alone(system, part, found.shared)
        layout = Layout(inner, undivided(inner))
        observed = [(number, condition) for condition, number in own.observed.items()]
        watched = {
            action: [(number, condition) for condition, number in conditions.items()]
            for action, conditions in own.watched.items()
        }
        text = local_text(inner, layout, observed, watched)
        kind = (text, tuple(layout.variable_pieces), tuple(map(tuple, layout.slot_pieces)))
        if kind not in kinds:
            kinds[kind] = LocalStates(inner, layout, LocalCode(text, inner, layout), found.shared)
        kinds[kind].parts += 1
        parts.append(PartStates(inner, layout, kinds[kind]))
    return tuple(parts)


def _listed(
    system: System, parts: Sequence[PartStates], values: SharedValues, pause: Callable[[], None]
) -> tuple[tuple[tuple[int, ...], int], ...]:
    kinds = list({id(part.states): part.states for part in parts}.values())
    listing = Listing(kinds, values, pause)
    initial = []
    for state in Interpretation(system).initial_states():
        numbers = []
        value = 0
        for part in parts:
            words = part.layout.encode(_local(part.system, system, state))
            value = values.number(part.states.shared_codes(words))
            numbers.append(part.states.number(words))
            listing.add(kinds.index(part.states), numbers[-1], value)
        initial.append((tuple(numbers), value))
    listing.run()
    return tuple(initial)


def _local(inner: System, system: System, state: State) -> State:
    return State(
        tuple(state.values[system.variable_index[entry.name]] for entry in inner.variables),
        tuple(state.channels[system.channel_index[entry.name]] for entry in inner.channels),
    )
