"""A trace as a message sequence chart, independent of how it is drawn.
Sends are linked with receipts by following every message through the channels step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from checker.trace import Packet, Trace, TraceStep, one_turn
from diagrams.chart import (
    NETWORK,
    Arrival,
    Chart,
    ChartStep,
    Copying,
    Departure,
    Ending,
    Fate,
    Item,
    Message,
    Note,
    NoteKind,
    Place,
    Signal,
    Way,
)
from diagrams.errors import DiagramError
from diagrams.labels import display_name, plain_line, value_text
from model.language.channel_contents import Flight, order_key, with_field
from model.language.domains import Value
from model.language.interpretation import Interpretation, State
from model.language.machines import TriggerKind
from model.language.messages import MessageType
from model.language.systems import ActionKind, ResolvedMachine, ResolvedRow, System, SystemChannel
from model.language.type_checking import Scope

FIELDS_IN_LABEL = 6
CHANGES_IN_NOTE = 4
NO_WAY = Way()


def sequence_chart(
    trace: Trace,
    *,
    title: str = "",
    short_names: Mapping[str, str | None] | None = None,
    hidden: Collection[str] = (),
    offence: str = "",
    loop: int | None = None,
    way: Way = NO_WAY,
) -> Chart:
    """The chart of a trace.

    short_names: how to write message names and field names in labels. "" writes a field's value alone,
    None leaves the field out; a sign such as "#" stands before the value, and such fields always show.
    hidden: variables ("machine.variable") whose changes are not shown; ghosts never are.
    offence: property ID and statement that the last step, or the run for ever, violates.
    loop: the step from which the run repeats; by default, where the trace says, after one turn.
    way: what lies between the machines and the network.
    Raises DiagramError if the trace is no run of its system.
    """
    shifted = False
    if loop is None and trace.loop is not None:
        trace, shifted = one_turn(trace)
        loop = (trace.loop or 0) + 1
    builder = _Builder(trace, short_names or {}, set(hidden), way)
    return replace(builder.chart(plain_line(title or trace.about), plain_line(offence), loop), shifted=shifted)


def message_label(packet: Packet, message: MessageType, short_names: Mapping[str, str | None], skip: str = "") -> str:
    """The message's name, its signed fields, and at most six others that differ from their defaults."""
    short = _short_label(packet, short_names)
    differing = [
        name for name, entry in message.fields.items()
        if name != skip and packet.fields[name] != entry.default and not _is_signed(short_names.get(name))
    ]  # fmt: skip
    return " ".join([short, *_fields(packet, differing, short_names)])


def _short_label(packet: Packet, short_names: Mapping[str, str | None]) -> str:
    signed = [name for name in packet.fields if _is_signed(short_names.get(name))]
    texts = [_field_text(name, packet.fields[name], short_names) for name in signed]
    return " ".join([plain_line(short_names.get(packet.message) or packet.message), *texts])


def _is_signed(short: str | None) -> bool:
    """Whether a short name is a sign such as "#" before the value; such fields always show."""
    return bool(short) and not plain_line(short or "")[-1:].isalnum()


def _fields(packet: Packet, names: Sequence[str], short_names: Mapping[str, str | None]) -> list[str]:
    shown = [name for name in names if short_names.get(name, name) is not None]
    texts = [_field_text(name, packet.fields[name], short_names) for name in shown[:FIELDS_IN_LABEL]]
    return [*texts, "…"] if len(shown) > FIELDS_IN_LABEL else texts


def _field_text(name: str, value: Value, short_names: Mapping[str, str | None]) -> str:
    short = plain_line(short_names.get(name, display_name(name)) or "")
    if isinstance(value, bool) and short:
        return short if value else f"no {short}"
    if not short:
        return value_text(value)
    return f"{short} {value_text(value)}" if short[-1].isalnum() else f"{short}{value_text(value)}"


class _Builder:
    def __init__(self, trace: Trace, short_names: Mapping[str, str | None], hidden: set[str], way: Way) -> None:
        self.trace = trace
        self.way = way
        self.system = trace.system
        self.short_names = short_names
        self.hidden = hidden | {entry.name for entry in self.system.variables if entry.ghost}
        self.interpretation = Interpretation(self.system)
        self.flights: list[list[tuple[Flight, int]]] = [[] for _ in self.system.channels]
        self.messages: list[Message] = []
        self.packets: list[Packet] = []
        self.slots = 0
        self.receivers = {channel.name: _receivers(self.system, channel) for channel in self.system.channels}
        self.lifelines = _lifelines(trace)
        self.network_at = _network_at(self.system, self.lifelines, self.receivers)
        self._add_places()

    def chart(self, title: str, offence: str, loop: int | None) -> Chart:
        start = tuple(self._start_notes())
        steps, before = [], self.trace.initial
        for number, step in enumerate(self.trace.steps, start=1):
            steps.append(self._step(number, before, step))
            before = step.state
        self._drop_idle_translator(steps)
        titles = {name: place.title for name, place in self.way.places.items()}
        return Chart(
            title, self.lifelines, self.network_at, self.slots,
            start, tuple(steps), tuple(self.messages), offence, loop,
            titles=titles, quiet=frozenset(self.way.places), translator=self.way.translator,
        )  # fmt: skip

    def _add_places(self) -> None:
        """Lifelines for what lies on the way, the translator next to the network."""
        acting = {row.machine for step in self.trace.steps for row in step.action.rows}
        behind: dict[str, list[str]] = {}
        for name, place in self.way.places.items():
            if name in acting and name not in self.lifelines:
                behind.setdefault(place.behind, []).append(name)
        left = [part for name in self.lifelines[: self.network_at] for part in (name, *behind.get(name, ()))]
        right = [part for name in self.lifelines[self.network_at :] for part in (name, *behind.get(name, ()))]
        left += [self.way.translator] if self.way.translator else []
        self.lifelines, self.network_at = (*left, *right), len(left)

    def _drop_idle_translator(self, steps: Sequence[ChartStep]) -> None:
        name = self.way.translator
        items = [item for step in steps for item in step.items]
        if name and not any(
            item.lifeline == name if isinstance(item, Note)
            else isinstance(item, Departure | Arrival) and bool(item.translated)
            for item in items
        ):  # fmt: skip
            self.lifelines = tuple(entry for entry in self.lifelines if entry != name)
            self.network_at -= 1

    def _start_notes(self) -> list[Note]:
        notes = []
        for machine in self.system.machines:
            name = f"{machine.name}.state"
            moves = any(row.dest is not None for row in machine.rows)
            if name not in self.system.variable_index or name in self.hidden or not moves:
                continue
            state = value_text(self.trace.initial.values[self.system.variable_index[name]])
            if machine.name in self.lifelines:
                notes.append(Note(NoteKind.STATE, machine.name, state))
            elif machine.role == "environment":
                notes.append(Note(NoteKind.STATE, None, f"{display_name(machine.name)}: {state}"))
        return [*self._chosen(), *notes]

    def _chosen(self) -> list[Note]:
        """What the start leaves open, and how this run has it."""
        parts = []
        for variable, value in zip(self.system.variables, self.trace.initial.values, strict=True):
            if len(variable.initial) > 1 and variable.name not in self.hidden:
                machine, _, own = variable.name.partition(".")
                name = display_name(machine) if own == "state" else f"{display_name(machine)}: {display_name(own)}"
                parts.append(f"{name} {value_text(value)}")
        return [Note(NoteKind.STATE, None, f"chosen at the start: {', '.join(parts)}")] if parts else []

    def _step(self, number: int, before: State, step: TraceStep) -> ChartStep:
        items: list[Item] = []
        if step.position is not None and step.taken is not None:
            items.append(self._take(number, step, step.taken))
        items += self._notes(before, step)
        self._alter(before, step)
        items += self._send(number, before, step)
        for index, channel in enumerate(self.system.channels):
            flights = sorted(self.flights[index], key=lambda entry: order_key(channel, entry[0]))
            if tuple(flight for flight, _ in flights) != step.state.channels[index]:
                raise DiagramError(f'step {number}: the trace is no run of its system (channel "{channel.name}")')
            self.flights[index] = flights
        return ChartStep(number, step.action.name, step.action.clauses, tuple(items))

    def _take(self, number: int, step: TraceStep, taken: Packet) -> Item:
        index = self.system.channel_index[taken.channel]
        channel, flights = self.system.channels[index], self.flights[index]
        assert step.position is not None
        if step.position >= len(flights):
            raise DiagramError(f"step {number}: the trace takes a message that is not there")
        flight, identity = flights[step.position]
        if step.action.kind is ActionKind.DUPLICATION:
            original = self.messages[identity - 1]
            copy = self._new(number, self.packets[identity - 1], original.sender, copy_of=identity)
            marked = with_field(channel, flight, channel.copy_mark, True)
            flights.insert(step.position + 1, (marked, copy))
            return Copying(identity, copy)
        del flights[step.position]
        match step.action.kind:
            case ActionKind.LOSS:
                self._end(identity, number, Fate.LOST)
            case ActionKind.UNDELIVERABLE:
                self._end(identity, number, Fate.UNDELIVERABLE)
            case _:
                fate = Fate.DISCARDED if step.action.discards else Fate.RECEIVED
                self._end(identity, number, fate, step.action.machine)
                carried = dict(zip(taken.fields, flight.values, strict=True))
                translated = self._translated(carried, taken.fields)
                before = _fields(Packet(taken.channel, taken.message, carried), translated, self.short_names)
                title = self.messages[identity - 1].title
                return Arrival(
                    identity, self._arrival_label(identity, taken), " ".join([title, *before]) if translated else ""
                )
        return Ending(identity)

    def _notes(self, before: State, step: TraceStep) -> list[Note | Signal]:
        """For each machine of the step: what it does, its change of state, its changed variables."""
        action = step.action
        notes: list[Note | Signal] = []
        for row in action.rows:
            changed = {n: v for n, v in step.changes.items() if self._owner(n) == row.machine and n not in self.hidden}
            state = changed.pop(f"{row.machine}.state", None)
            texts = {NoteKind.ACTION: self._action_text(before, step, row)}
            if state is not None:
                texts[NoteKind.STATE] = f"{value_text(state[0])} → {value_text(state[1])}"
            if changed:
                texts[NoteKind.CHANGES] = self._changes_text(changed)
            lifeline = row.machine
            if lifeline in self.way.places and row.trigger.name in self.way.events and self.way.translator:
                lifeline = self.way.translator
            told = self._told(step, row)
            if told is not None:
                notes.append(Signal(row.machine, told, texts.pop(NoteKind.ACTION), action.discards))
            if lifeline in self.lifelines:
                notes += [Note(kind, lifeline, text) for kind, text in texts.items() if text]
            else:
                action_text = texts.pop(NoteKind.ACTION)
                details = "".join(f"; {text}" for text in texts.values())
                notes.append(Note(NoteKind.ACTION, None, f"{display_name(row.machine)}: {action_text}{details}"))
        return notes

    def _told(self, step: TraceStep, row: ResolvedRow) -> str | None:
        """Whom a place on the way lets know of its event: the machine behind which it stands, if it takes part."""
        place = self.way.places.get(row.machine)
        if place is None or step.action.kind is not ActionKind.EVENT or row.machine != step.action.machine:
            return None
        parties = {other.machine for other in step.action.rows}
        return place.behind if place.behind in parties and {place.behind, row.machine} <= {*self.lifelines} else None

    def _action_text(self, before: State, step: TraceStep, row: ResolvedRow) -> str:
        kind = row.trigger.kind
        title = plain_line(row.title)
        if kind is TriggerKind.RECEIPT or (kind is TriggerKind.EVENT and row.machine != step.action.machine):
            return title
        name = display_name(row.trigger.name)
        if kind is TriggerKind.EVENT:
            scope = self.interpretation.scope(step.action)
            values = {n: self.interpretation.evaluate(e, before, {}, scope) for n, e in step.action.event.items()}
            shown = ", ".join(f"{display_name(n)} {value_text(value)}" for n, value in values.items())
            name += f" ({shown})" if shown else ""
            alone = sum(other.trigger == row.trigger for other in self.system.machine(row.machine).rows) == 1
            if alone and shown:
                return name
        elif kind is TriggerKind.TIMER:
            name = f"timer {name}"
        return name if title == display_name(row.trigger.name) else f"{name}: {title}"

    def _alter(self, before: State, step: TraceStep) -> None:
        for alter in step.action.alters:
            index = self.system.channel_index[alter.channel]
            channel = self.system.channels[index]
            kind = channel.index_of(alter.message)
            scope = Scope(self.system, {}).with_flight(channel, alter.message)
            for position, (flight, identity) in enumerate(self.flights[index]):
                if flight.message != kind:
                    continue
                fields = {"flight": dict(zip(channel.messages[kind].fields, flight.values, strict=True))}
                if self.interpretation.evaluate(alter.when, before, fields, scope):
                    for name, expression in alter.fields.items():
                        value = self.interpretation.evaluate(expression, before, fields, scope)
                        flight = with_field(channel, flight, name, value)
                    self.flights[index][position] = (flight, identity)

    def _send(self, number: int, before: State, step: TraceStep) -> list[Item]:
        senders = [row.machine for row in step.action.rows for _ in row.sends]
        fields = self.interpretation.taken(step.action, before, step.position)
        scope = self.interpretation.scope(step.action)
        items: list[Item] = []
        for sending, packet, sender in zip(step.action.sends, step.sent, senders, strict=True):
            index = self.system.channel_index[sending.channel]
            channel, flights = self.system.channels[index], self.flights[index]
            identity = self._new(number, packet, sender)
            if len(flights) >= channel.capacity:
                self._end(identity, number, Fate.NO_ROOM)
                items.append(Departure(identity))
                continue
            carried = {
                name: self.interpretation.evaluate(sending.carried[name], before, fields, scope)
                for name in sending.message.fields
            }
            translated = self._translated(packet.fields, carried)
            after = _fields(Packet(packet.channel, packet.message, carried), translated, self.short_names)
            items.append(Departure(identity, ", ".join(after)))
            flights.append((Flight(channel.index_of(packet.message), tuple(carried.values())), identity))
        return items

    def _translated(self, before: Mapping[str, Value], after: Mapping[str, Value]) -> list[str]:
        """The fields that the translator rewrites."""
        return [name for name, value in before.items()
                if after[name] != value and self.way.rewrites(value, after[name])]  # fmt: skip

    def _new(self, number: int, packet: Packet, sender: str, copy_of: int | None = None) -> int:
        busy = {entry.slot for entry in self.messages if entry.ended_at is None or entry.ended_at >= number}
        slot = next(place for place in range(len(busy) + 1) if place not in busy)
        self.slots = max(self.slots, slot + 1)
        possible = [name for name in self.receivers[packet.channel] if name in self.lifelines]
        receiver = next((name for name in possible if name != sender), None)
        identity = len(self.messages) + 1
        self.packets.append(packet)
        self.messages.append(
            Message(
                identity, packet.channel, packet.message, self._label(packet), _short_label(packet, self.short_names),
                sender, receiver, copy_of, number, slot,
            )
        )  # fmt: skip
        return identity

    def _end(self, identity: int, number: int, fate: Fate, receiver: str | None = None) -> None:
        message = self.messages[identity - 1]
        self.messages[identity - 1] = replace(
            message, fate=fate, ended_at=number, receiver=receiver or message.receiver
        )

    def _arrival_label(self, identity: int, packet: Packet) -> str:
        channel = self.system.channels[self.system.channel_index[packet.channel]]
        sent = self.packets[identity - 1].fields
        changed = [n for n, value in packet.fields.items() if value != sent[n] and n != channel.copy_mark]
        fields = _fields(packet, changed, self.short_names)
        late = ["(late)"] if self._is_late(identity) else []
        return " ".join([self.messages[identity - 1].title, *late, *([f"now {', '.join(fields)}"] if fields else [])])

    def _is_late(self, identity: int) -> bool:
        """Whether its sender has sent another of its kind since."""
        message = self.messages[identity - 1]
        return any(later.sender == message.sender and later.name == message.name and later.copy_of is None
                   and later.sent_at > message.sent_at for later in self.messages[identity:])  # fmt: skip

    def _label(self, packet: Packet) -> str:
        channel = self.system.channels[self.system.channel_index[packet.channel]]
        message = channel.messages[channel.index_of(packet.message)]
        return message_label(packet, message, self.short_names, channel.copy_mark)

    def _changes_text(self, changes: Mapping[str, tuple[Value, Value]]) -> str:
        parts = []
        for name, (before, after) in list(changes.items())[:CHANGES_IN_NOTE]:
            short = display_name(name.partition(".")[2])
            if isinstance(after, bool):
                thing = self.system.variables[self.system.variable_index[name]].meaning.startswith("there is")
                parts.append(short if after else f"{'no' if thing else 'not'} {short}")
            else:
                parts.append(f"{short} {value_text(before)} → {value_text(after)}")
        if len(changes) > CHANGES_IN_NOTE:
            parts.append(f"{len(changes) - CHANGES_IN_NOTE} more")
        return ", ".join(parts)

    def _owner(self, variable: str) -> str:
        return self.system.variables[self.system.variable_index[variable]].owner


def _receivers(system: System, channel: SystemChannel) -> tuple[str, ...]:
    names = {entry.name for entry in channel.messages}
    return tuple(
        machine.name for machine in system.machines
        if any(row.trigger.kind is TriggerKind.RECEIPT and row.trigger.name in names for row in machine.rows)
    )  # fmt: skip


def _exchanges_messages(machine: ResolvedMachine) -> bool:
    return any(row.sends or row.trigger.kind is TriggerKind.RECEIPT for row in machine.rows)


def _lifelines(trace: Trace) -> tuple[str, ...]:
    """The machines that exchange messages; of those that are no actors, the ones that act in the trace."""
    acting = {row.machine for step in trace.steps for row in step.action.rows}
    return tuple(
        machine.name for machine in trace.system.machines
        if _exchanges_messages(machine) and (machine.role == "actor" or machine.name in acting)
    )  # fmt: skip


def _network_at(system: System, lifelines: tuple[str, ...], receivers: Mapping[str, tuple[str, ...]]) -> int:
    """The place of the network that most pairs of sender and receiver have between them."""
    pairs = {
        (lifelines.index(machine.name), lifelines.index(receiver))
        for machine in system.machines if machine.name in lifelines
        for row in machine.rows for sending in row.sends
        for receiver in receivers[sending.channel] if receiver in lifelines
    }  # fmt: skip
    return max(
        range(1, max(2, len(lifelines))),
        key=lambda place: sum((one < place) != (other < place) for one, other in pairs),
    )


__all__ = [
    "NETWORK", "NO_WAY", "Arrival", "Chart", "ChartStep", "Copying", "Departure", "Ending", "Fate",
    "Item", "Message", "Note", "NoteKind", "Place", "Signal", "Way", "message_label", "sequence_chart",
]  # fmt: skip
