"""From machines and channels to a system: choices settled, events made synchronous, channels given
their faults. Errors name the machine and the row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

from model.language.binding import (
    Alternatives,
    Binding,
    Resolver,
    alternatives_of,
    resolve,
    setting,
    settled_effects,
)
from model.language.domains import Enumeration, Value
from model.language.errors import ModelError, nearest
from model.language.expressions import (
    FALSE,
    TRUE,
    Assignment,
    Expression,
    Operator,
    all_of,
    conjuncts,
    constant,
    field_of,
    full,
    negation,
    parameter,
    variable,
)
from model.language.machines import Alter, Decision, Event, LocalInvariant, Machine, Row, Send, TriggerKind
from model.language.messages import Channel
from model.language.recomposition import Kept
from model.language.rewriting import substituted
from model.language.symmetry import Interchangeable
from model.language.symmetry_checks import check_symmetries
from model.language.systems import (
    Action,
    ActionKind,
    ResolvedMachine,
    ResolvedRow,
    Sending,
    System,
    SystemChannel,
    SystemVariable,
)
from model.language.type_checking import check_system


def compose(
    name: str,
    machines: Sequence[Machine],
    channels: Sequence[Channel],
    binding: Binding,
    initially: Expression = TRUE,
    symmetries: Sequence[Interchangeable] = (),
    kept: Kept | None = None,
) -> System:
    """The system of these machines and channels under one binding. Raises ModelError.

    initially: a condition that relates initial values of different variables. symmetries: what may be
    exchanged for each other; refused if an operation tells the one from the other. kept: of compositions
    before this one, under the same binding.
    """
    kept = kept or Kept()
    resolved_channels = [resolved_channel(channel, binding) for channel in channels]
    definitions = {channel.name: channel for channel in channels}
    composer = _Composer(machines, definitions, binding, kept)
    resolved = tuple(composer.machine(machine) for machine in machines)
    of_channels = kept.actions([], partial(composer.channel_actions, resolved_channels))
    actions = _named_apart([*composer.actions(resolved), *of_channels])
    names = Counter(action.name for action in actions)
    for repeated in (name for name, count in names.items() if count > 1):
        raise ModelError(f'two rows make an action of the same name: "{repeated}"')
    system = System(
        name, tuple(variables_and_settings(machines, binding)), tuple(resolved_channels), resolved,
        tuple(actions), initially, tuple(symmetries),
    )  # fmt: skip
    check_system(system, kept.unchecked(actions))
    kept.found_sound(actions)
    if symmetries:
        check_symmetries(system)
    return system


def _without_idle_choices(variants: list[ResolvedRow]) -> list[ResolvedRow]:
    """The variants of a row, without the choices that make no difference to it."""
    for ambiguity in variants[0].alternative:
        groups: dict[tuple[tuple[str, str], ...], list[ResolvedRow]] = {}
        for variant in variants:
            rest = tuple((name, value) for name, value in variant.alternative.items() if name != ambiguity)
            groups.setdefault(rest, []).append(variant)
        if all(len({_behaviour(variant) for variant in group}) == 1 for group in groups.values()):
            variants = [replace(group[0], alternative=dict(rest)) for rest, group in groups.items()]
    return variants


def _behaviour(row: ResolvedRow) -> tuple[object, ...]:
    guard = frozenset(conjuncts(row.guard))
    sends = tuple((sending.channel, sending.message.name, tuple(sending.fields.items())) for sending in row.sends)
    alters = tuple((alter.channel, alter.message, alter.when, tuple(alter.fields.items())) for alter in row.alters)
    return (guard, frozenset(row.assignments.items()), sends, alters, row.dest, tuple(row.emits.items()))


def _named_apart(actions: list[Action]) -> list[Action]:
    """Rows of one label in several groups of states get the states into their action's name."""
    names = Counter(action.name for action in actions)
    result = []
    for action in actions:
        if names[action.name] > 1:
            states = ", ".join(row_states for row in action.rows for row_states in row.states)
            action = replace(action, name=f"{action.name} (in {states})")
        result.append(action)
    return result


def variables_and_settings(machines: Sequence[Machine], binding: Binding) -> Iterator[SystemVariable]:
    yield from _variables(machines, binding)
    yield from _settings(binding)


def _variables(machines: Sequence[Machine], binding: Binding) -> Iterator[SystemVariable]:
    for machine in machines:
        for declared in machine.variables.values():
            domain = declared.domain.resolve(binding.sizes)
            initial: list[Value] = []
            for given in declared.initial:
                value = given
                if isinstance(given, Expression):
                    value = resolve(given, binding, machine.name).payload  # type: ignore[assignment]
                if isinstance(value, str) and value == "either":
                    initial.extend(domain.values)
                else:
                    initial.append(value)  # type: ignore[arg-type]
            yield SystemVariable(
                declared.name, domain, tuple(dict.fromkeys(initial)), machine.name, declared.ghost, declared.meaning,
                declared.shared,
            )  # fmt: skip


def _settings(binding: Binding) -> Iterator[SystemVariable]:
    """A variable for each ambiguity that is settled where the system starts; nothing ever changes it."""
    for ambiguity, settings in binding.settings.items():
        domain = Enumeration(f"settings of {ambiguity}", tuple(settings))
        name = str(setting(ambiguity).payload)
        yield SystemVariable(name, domain, domain.members, "choice", False, "how it is read, from the start on", True)


def resolved_channel(channel: Channel, binding: Binding) -> SystemChannel:
    def switch(name: str) -> bool:
        return bool(resolve(parameter(name), binding, channel.name).payload)

    if channel.capacity not in binding.sizes.bounds:
        raise ModelError(f'channel "{channel.name}": unknown bound "{channel.capacity}"')
    return SystemChannel(
        channel.name,
        tuple(message.resolve(binding.sizes) for message in channel.messages),
        binding.sizes.bounds[channel.capacity],
        channel.lane, channel.copy_mark,
        switch(channel.loses), switch(channel.duplicates), switch(channel.reorders),
    )  # fmt: skip


class _Composer:
    def __init__(
        self, machines: Sequence[Machine], channels: Mapping[str, Channel], binding: Binding, kept: Kept
    ) -> None:
        self.machines = machines
        self.channels = channels
        self.binding = binding
        self.kept = kept
        self.resolver = Resolver(binding)

    # machines

    def machine(self, machine: Machine) -> ResolvedMachine:
        rows = [
            row
            for entry in machine.decisions
            for row in self.kept.rows(machine, entry, partial(self._rows, machine, entry))
        ]
        invariants = tuple(
            LocalInvariant(entry.name, self.resolver.resolve(entry.condition, machine.name))
            for entry in machine.invariants
        )
        return ResolvedMachine(
            machine.name, machine.role, machine.meaning, machine.states, tuple(rows), invariants
        )

    def _rows(self, machine: Machine, entry: Decision) -> Iterator[ResolvedRow]:
        for row in machine.rows_of(entry):
            variants = [self._row(machine, row, item) for item in alternatives_of(row, machine, self.binding)]
            told_apart = [self._allowed(variant) for variant in _without_idle_choices(variants)]
            yield from (variant for variant in told_apart if variant.guard is not FALSE)

    def _allowed(self, variant: ResolvedRow) -> ResolvedRow:
        """The variant, restricted to the settings that allow it."""
        allowed = self.binding.allowed_by_settings(variant.machine, variant.alternative)
        return variant if allowed is TRUE else replace(variant, guard=all_of([allowed, variant.guard]))

    def _row(self, machine: Machine, row: Row, alternative: Alternatives) -> ResolvedRow:
        def settle(expression: Expression) -> Expression:
            return self.resolver.resolve(expression, machine.name, alternative)

        where = f'machine "{machine.name}", row "{row.label}"'
        assignments: dict[str, Expression] = {}
        sends: list[Sending] = []
        alters: list[Alter] = []
        for effect in settled_effects(row.case.then, self.binding, machine.name, alternative):
            if isinstance(effect, Assignment):
                if effect.variable in assignments:
                    raise ModelError(f'{where}: "{effect.variable}" is written twice in one step')
                assignments[effect.variable] = settle(effect.value)
            elif isinstance(effect, Send):
                sends.append(self._sending(effect, settle, where))
            elif isinstance(effect, Alter):
                fields = {name: settle(value) for name, value in effect.fields.items()}
                alters.append(Alter(effect.channel, effect.message, settle(effect.when), fields))
        dest: str | None = None
        if row.case.dest is not None:
            target = settle(row.case.dest)
            if target.operator is not Operator.CONSTANT or target.payload not in machine.states:
                raise ModelError(f"{where}: the destination is not a state: {target}")
            dest = str(target.payload)
            if machine.state.payload in assignments:
                raise ModelError(f'{where}: "{machine.state.payload}" is written twice in one step')
        return ResolvedRow(
            machine.name, row.trigger, row.states, row.label, alternative, settle(row.guard),
            assignments, tuple(sends), tuple(alters), dest, row.case.clause, row.case.requirements,
            row.case.note, row.case.discards, set(row.states) == set(machine.states),
            {name: settle(value) for name, value in row.case.emits.items()}, row.case.place,
            settle(row.case.when), row.guard is not row.case.when,
        )  # fmt: skip

    def _sending(self, effect: Send, settle: object, where: str) -> Sending:
        assert callable(settle)
        if effect.channel not in self.channels:
            raise ModelError(f'{where}: no channel "{effect.channel}": {nearest(effect.channel, self.channels)}')
        channel = self.channels[effect.channel]
        message = effect.template.message
        if message.name not in [entry.name for entry in channel.messages]:
            raise ModelError(f'{where}: channel "{channel.name}" does not carry {message.name}')
        fields = {name: settle(value) for name, value in effect.template.fields.items()}
        flying = {field_of("flight", name): value for name, value in fields.items()}
        carried = dict(fields)
        for name, translation in channel.on_sending.items():
            carried[name] = substituted(self.resolver.resolve(translation, "access"), flying)
        return Sending(channel.name, message.resolve(self.binding.sizes), fields, carried)

    # actions

    def actions(self, machines: Sequence[ResolvedMachine]) -> Iterator[Action]:
        for machine in machines:
            for row in machine.rows:
                match row.trigger.kind:
                    case TriggerKind.TIMER | TriggerKind.DECISION:
                        yield from self.kept.actions([row], partial(self._own, row))
                    case TriggerKind.RECEIPT:
                        yield from self.kept.actions([row], partial(self._receipts, row))
                    case TriggerKind.EVENT:
                        assert row.trigger.event is not None
                        if row.trigger.event.emitter == machine.name:
                            yield from self._events(row, row.trigger.event, machines)

    def _own(self, row: ResolvedRow) -> Iterator[Action]:
        kind = ActionKind.TIMER if row.trigger.kind is TriggerKind.TIMER else ActionKind.DECISION
        room = all_of(negation(full(sending.channel)) for sending in row.sends)
        yield Action(
            f"{row.machine}: {row.trigger.name}: {row.title}", kind, row.machine, row.trigger.key,
            all_of([in_states(row), room, row.guard]), with_destination(row), row.sends, row.alters, rows=(row,),
        )  # fmt: skip

    def _receipts(self, row: ResolvedRow) -> Iterator[Action]:
        message = row.trigger.name
        carriers = [
            channel for channel in self.channels.values() if message in [entry.name for entry in channel.messages]
        ]
        if not carriers:
            raise ModelError(f'machine "{row.machine}", row "{row.label}": no channel carries {message}')
        for channel in carriers:
            where = f" on {channel.name}" if len(carriers) > 1 else ""
            delivery, deliverable = self._delivery(channel)
            guard = substituted(row.guard, delivery) if delivery else row.guard
            if delivery:
                row_assignments = {n: substituted(v, delivery) for n, v in with_destination(row).items()}
                row_sends = tuple(_substituted_sending(sending, delivery) for sending in row.sends)
            else:
                row_assignments, row_sends = with_destination(row), row.sends
            yield Action(
                f"{row.machine}: receives {message}{where}: {row.title}", ActionKind.RECEIPT,
                row.machine, row.trigger.key, all_of([in_states(row), deliverable, guard]),
                row_assignments, row_sends, row.alters, channel.name, message, (row,),
                delivery={str(node.payload[1]): value for node, value in delivery.items()},  # type: ignore[index]
            )  # fmt: skip

    def _losable(self, channel: Channel) -> Expression:
        names = sorted({name for entry in channel.messages for name in entry.fields})
        to_received = {field_of("flight", name): field_of("received", name) for name in names}
        return substituted(resolve(channel.losable, self.binding, "access"), to_received)

    def _delivery(self, channel: Channel) -> tuple[dict[Expression, Expression], Expression]:
        message = channel.messages[0]
        names = {name for entry in channel.messages for name in entry.fields} or set(message.fields)
        to_received = {field_of("flight", name): field_of("received", name) for name in sorted(names)}
        delivery = {
            field_of("received", name): substituted(self.resolver.resolve(value, "access"), to_received)
            for name, value in channel.on_delivery.items()
        }
        deliverable = substituted(self.resolver.resolve(channel.deliverable, "access"), to_received)
        return delivery, deliverable

    def _events(self, row: ResolvedRow, event: Event, machines: Sequence[ResolvedMachine]) -> Iterator[Action]:
        for name in row.emits:
            if name not in event.fields:
                raise ModelError(
                    f'machine "{row.machine}", row "{row.label}": event "{event.name}" has no field '
                    f'"{name}": {nearest(name, event.fields)}'
                )
        free = [name for name in event.fields if name not in row.emits]
        ranges = [event.fields[name].resolve(self.binding.sizes).values for name in free]
        for values in product(*ranges):
            fields = dict(row.emits)
            fields.update({name: constant(value) for name, value in zip(free, values, strict=True)})
            replacement = {field_of("event", name): value for name, value in fields.items()}
            own_guard = substituted(row.guard, replacement)
            subscribers = [
                [other for other in machine.rows if other.trigger == row.trigger]
                for machine in machines
                if machine.name != row.machine and any(other.trigger == row.trigger for other in machine.rows)
            ]
            for combination in product(*subscribers):
                make = partial(
                    self._event_action, row, event, combination, replacement, own_guard,
                    dict(zip(free, values, strict=True)), fields,
                )  # fmt: skip
                yield from self.kept.actions([row, *combination], make, values)

    def _event_action(
        self, row: ResolvedRow, event: Event, others: tuple[ResolvedRow, ...],
        replacement: Mapping[Expression, Expression], own_guard: Expression, free: Mapping[str, Value],
        fields: Mapping[str, Expression],
    ) -> Iterator[Action]:  # fmt: skip
        guards = [in_states(row), own_guard]
        assignments = {name: substituted(value, replacement) for name, value in with_destination(row).items()}
        sends: list[Sending] = [_substituted_sending(sending, replacement) for sending in row.sends]
        alters = list(row.alters)
        for other in others:
            guards += [in_states(other), substituted(other.guard, replacement)]
            for name, value in with_destination(other).items():
                if name in assignments:
                    raise ModelError(
                        f'event "{event.name}": "{name}" is written by rows of "{row.machine}" '
                        f'("{row.label}") and "{other.machine}" ("{other.label}")'
                    )
                assignments[name] = substituted(value, replacement)
            sends += [_substituted_sending(sending, replacement) for sending in other.sends]
            alters += other.alters
        guards += [negation(full(sending.channel)) for sending in sends]
        values = ", ".join(f"{name} {value}" for name, value in free.items())
        titles = "; ".join(f"{other.machine}: {other.title}" for other in others)
        title = f"{row.machine}: {event.name}" + (f" ({values})" if values else "")
        title += f": {row.title}" + (f"; {titles}" if titles else "")
        guard = all_of(guards)
        if guard is not FALSE:
            yield Action(
                title, ActionKind.EVENT, row.machine, row.trigger.key, guard, assignments,
                tuple(sends), tuple(alters), rows=(row, *others), event=fields,
            )  # fmt: skip

    # channels

    def channel_actions(self, channels: Sequence[SystemChannel]) -> Iterator[Action]:
        for channel in channels:
            definition = self.channels[channel.name]
            _, deliverable = self._delivery(definition)
            for message in channel.messages:
                if deliverable is not TRUE:
                    yield Action(
                        f"{channel.name}: {message.name} reaches nobody", ActionKind.UNDELIVERABLE,
                        channel.name, "undeliverable", negation(deliverable), {},
                        channel=channel.name, message=message.name,
                    )  # fmt: skip
                if channel.loses:
                    yield Action(
                        f"{channel.name}: {message.name} is lost", ActionKind.LOSS, channel.name, "loss",
                        self._losable(definition), {}, channel=channel.name, message=message.name,
                    )  # fmt: skip
                if channel.duplicates:
                    left = variable(definition.duplications)
                    yield Action(
                        f"{channel.name}: {message.name} is duplicated", ActionKind.DUPLICATION, channel.name,
                        "duplication", all_of([constant(0) < left, negation(full(channel.name))]),
                        {definition.duplications: left - 1}, channel=channel.name, message=message.name,
                    )  # fmt: skip


def in_states(row: ResolvedRow) -> Expression:
    """The row's source states as a condition."""
    if row.in_every_state:
        return TRUE
    return variable(f"{row.machine}.state").is_one_of(*row.states)


def with_destination(row: ResolvedRow) -> dict[str, Expression]:
    assignments = dict(row.assignments)
    if row.dest is not None:
        assignments[f"{row.machine}.state"] = constant(row.dest)
    return assignments


def _substituted_sending(sending: Sending, replacement: Mapping[Expression, Expression]) -> Sending:
    return Sending(
        sending.channel, sending.message,
        {name: substituted(value, replacement) for name, value in sending.fields.items()},
        {name: substituted(value, replacement) for name, value in sending.carried.items()},
    )  # fmt: skip
