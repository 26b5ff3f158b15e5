"""A system: variables, channels and actions (guarded simultaneous assignments), with nothing left open.
This is what every back end reads; `flattening.py` makes it from machines and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property, lru_cache
from hashlib import sha256

from model.language.domains import Domain, Value
from model.language.expressions import TRUE, Expression
from model.language.machines import Alter, LocalInvariant, Trigger
from model.language.messages import MessageType
from model.language.symmetry import Interchangeable


@dataclass(frozen=True)
class SystemVariable:
    """name: "machine.variable". initial: the values it may start with, each combination a start.
    shared: copies of the system have it in common."""

    name: str
    domain: Domain
    initial: tuple[Value, ...]
    owner: str
    ghost: bool
    meaning: str
    shared: bool = False


@dataclass(frozen=True)
class SystemChannel:
    """A bounded channel: a multiset if `reorders`, else one queue a lane (value of the lane field)."""

    name: str
    messages: tuple[MessageType, ...]
    capacity: int
    lane: str
    copy_mark: str
    loses: bool
    duplicates: bool
    reorders: bool

    def index_of(self, message: str) -> int:
        return [entry.name for entry in self.messages].index(message)


@dataclass(frozen=True)
class ResolvedRow:
    """A row of a machine's table as one reading and scenario have it.

    alternative: the choices left open by the reading that this row settles.
    emits: event fields computed here (only the emitting machine's rows). place: file and line of its source.
    own_guard: the guard as written, without the negations of the cases before it; `later`: there are such cases.
    """

    machine: str
    trigger: Trigger
    states: tuple[str, ...]
    label: str
    alternative: Mapping[str, str]
    guard: Expression
    assignments: Mapping[str, Expression]
    sends: tuple[Sending, ...]
    alters: tuple[Alter, ...]
    dest: str | None
    clause: str
    requirements: tuple[str, ...]
    note: str
    discards: bool
    in_every_state: bool
    emits: Mapping[str, Expression]
    place: str = field(default="", compare=False)
    own_guard: Expression = field(default=TRUE, compare=False)
    later: bool = field(default=False, compare=False)

    @property
    def title(self) -> str:
        """The label, with the alternatives it settles: "removal again [AMB-28: status-0]"."""
        if not self.alternative:
            return self.label
        settled = ", ".join(f"{name}: {value}" for name, value in self.alternative.items())
        return f"{self.label} [{settled}]"


@dataclass(frozen=True)
class ResolvedMachine:
    name: str
    role: str
    meaning: str
    states: tuple[str, ...]
    rows: tuple[ResolvedRow, ...]
    invariants: tuple[LocalInvariant, ...]


@dataclass(frozen=True)
class Sending:
    """A message put on a channel: `fields` as the sender writes it, `carried` as it then travels."""

    channel: str
    message: MessageType
    fields: Mapping[str, Expression]
    carried: Mapping[str, Expression]


class ActionKind(Enum):
    RECEIPT = "receipt"  # takes a deliverable message
    TIMER = "timer"
    DECISION = "decision"
    EVENT = "event"
    LOSS = "loss"  # takes a message away
    UNDELIVERABLE = "undeliverable"  # takes a message whose destination is nowhere
    DUPLICATION = "duplication"  # adds a marked copy


@dataclass(frozen=True)
class Action:
    """One thing that can happen; for channel actions once for each message it can apply to.

    In guard, assignments and sends, the scope "received" stands for the message taken, already
    translated for delivery. `event` holds the event's fields as the emitter computed them.
    """

    name: str
    kind: ActionKind
    machine: str
    trigger: str
    guard: Expression
    assignments: Mapping[str, Expression]
    sends: tuple[Sending, ...] = ()
    alters: tuple[Alter, ...] = ()
    channel: str | None = None
    message: str | None = None
    rows: tuple[ResolvedRow, ...] = ()
    event: Mapping[str, Expression] = field(default_factory=dict)
    delivery: Mapping[str, Expression] = field(default_factory=dict)

    @property
    def requirements(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for row in self.rows for name in row.requirements))

    @property
    def clauses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.clause for row in self.rows if row.clause))

    @property
    def takes_message(self) -> bool:
        return self.kind in (
            ActionKind.RECEIPT, ActionKind.LOSS, ActionKind.UNDELIVERABLE, ActionKind.DUPLICATION
        )  # fmt: skip

    @property
    def discards(self) -> bool:
        return bool(self.rows) and all(row.discards for row in self.rows)


@dataclass(frozen=True)
class System:
    """The flattened model. Variables, channels and actions keep the order in which they were declared.

    symmetries: what is declared interchangeable; nobody relies on it without checking it.
    """

    name: str
    variables: tuple[SystemVariable, ...]
    channels: tuple[SystemChannel, ...]
    machines: tuple[ResolvedMachine, ...]
    actions: tuple[Action, ...]
    initially: Expression = TRUE  # which combinations of initial values are initial states
    symmetries: tuple[Interchangeable, ...] = ()

    @cached_property
    def variable_index(self) -> Mapping[str, int]:
        return {variable.name: index for index, variable in enumerate(self.variables)}

    @cached_property
    def channel_index(self) -> Mapping[str, int]:
        return {channel.name: index for index, channel in enumerate(self.channels)}

    @cached_property
    def action_index(self) -> Mapping[str, int]:
        return {action.name: index for index, action in enumerate(self.actions)}

    def __getstate__(self) -> dict[str, object]:
        """Without what others keep here: another process works that out again."""
        return {name: value for name, value in self.__dict__.items() if name != "scopes"}

    @cached_property
    def scopes(self) -> dict[object, object]:
        """What names mean in its actions, kept by those who check expressions."""
        return {}

    def domain(self, variable: str) -> Domain:
        return self.variables[self.variable_index[variable]].domain

    def machine(self, name: str) -> ResolvedMachine:
        return next(machine for machine in self.machines if machine.name == name)

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything that decides behaviour; equal systems have equal fingerprints."""
        digest = sha256(str(self.initially).encode())
        for variable in self.variables:
            digest.update(f"{variable.name} {variable.domain} {variable.initial}\n".encode())
        for channel in self.channels:
            messages = [(m.name, [(n, str(f.domain)) for n, f in m.fields.items()]) for m in channel.messages]
            flags = (channel.capacity, channel.lane, channel.loses, channel.duplicates, channel.reorders)
            digest.update(f"{channel.name} {messages} {flags}\n".encode())
        for action in self.actions:
            parts = [action.name, _text(action.guard)]
            parts += [f"{name}:={_text(value)}" for name, value in action.assignments.items()]
            for sending in action.sends:
                parts += [sending.channel, sending.message.name]
                parts += [f"{name}={_text(value)}" for name, value in sending.carried.items()]
            for alter in action.alters:
                parts += [alter.channel, alter.message, _text(alter.when)]
                parts += [f"{name}={_text(value)}" for name, value in alter.fields.items()]
            digest.update("\n".join(parts).encode())
        return digest.hexdigest()[:16]


@lru_cache(20_000)
def _text(expression: Expression) -> str:
    return str(expression)
