"""A trace as a tester sees it who plays everything around one actor: stimuli, and the answers that
the right model permits. A trace of a wrong system becomes the test that this system fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.trace import Trace, TraceStep
from generators.adapters.protocol import Answers, Fields
from generators.adapters.reference import Reaction, ReferenceActor, own_values, written_fields
from model.handover import handover
from model.language.errors import ModelError, nearest
from model.language.interpretation import Interpretation, State
from model.language.machines import TriggerKind
from model.language.systems import ActionKind, ResolvedRow, System
from model.readings import ACTORS, Reading
from model.scenarios import Scenario


@dataclass(frozen=True)
class Stimulus:
    """What the tester does. name: of the event, message, timer or decision."""

    kind: TriggerKind
    name: str
    fields: Fields

    @property
    def trigger(self) -> str:
        return f"{self.kind.value} {self.name}"


@dataclass(frozen=True)
class Permitted:
    """One thing that the system under test may do. row: of the right model; None: it takes no notice.

    state: variables worth a look after the step, where the adapter can observe them.
    """

    row: ResolvedRow | None
    answers: Answers
    state: Fields


@dataclass(frozen=True)
class RoleStep:
    """One stimulus and what may follow. permitted: first what the rest of the test builds on."""

    stimulus: Stimulus
    permitted: tuple[Permitted, ...]


@dataclass(frozen=True)
class RoleView:
    """A test case. initial: the variables of the actor in which starts differ.

    preferences: the alternatives it follows where the reading leaves choices open.
    """

    role: str
    system: System
    initial: Fields
    steps: tuple[RoleStep, ...]
    preferences: Mapping[str, str]


def role_view(trace: Trace, role: str, scenario: Scenario, reading: Reading) -> RoleView:
    """The test case for "ue" or "home_agent" that `trace` contains.

    It ends where the trace's system answers otherwise than `scenario` under `reading` permits. What happens
    to messages on their way is no stimulus. Raises ModelError for an unknown role, or if nothing is left.
    """
    if role not in ACTORS:
        raise ModelError(f'unknown role "{role}": {nearest(role, ACTORS)}')
    view = _Viewer(trace, role, handover(scenario, reading))
    if not view.steps:
        raise ModelError(f'no step of the trace of {trace.about} concerns "{role}"')
    return RoleView(role, view.right.system, view.initial, tuple(view.steps), view.preferences)


class _Viewer:
    """Runs the right actor along the trace."""

    def __init__(self, trace: Trace, role: str, right_system: System) -> None:
        self.trace = trace
        self.role = role
        self.right = ReferenceActor(right_system, role)
        self.steps: list[RoleStep] = []
        self.preferences: dict[str, str] = {}
        self.interpretation = Interpretation(trace.system)
        self.initial = self._initial()
        self.right.reset(self.initial)
        if self._walk():
            self._missing_timers()

    def _initial(self) -> Fields:
        prefix = f"{self.role}."
        several = {
            variable.name.removeprefix(prefix)
            for variable in self.trace.system.variables
            if variable.owner == self.role and len(variable.initial) > 1
        }
        values = own_values(self.trace.system, self.role, self.trace.initial)
        return {name: value for name, value in values.items() if name in several}

    def _walk(self) -> bool:
        """Whether the trace's actor answered as permitted to the end."""
        before = self.trace.initial
        for step in self.trace.steps:
            stimulus = self._stimulus(step, before)
            before = step.state
            if stimulus is not None and not self._apply(stimulus, step):
                return False
        return True

    def _stimulus(self, step: TraceStep, before: State) -> Stimulus | None:
        """What the step is to the actor; None if it does not notice."""
        action = step.action
        row = next((row for row in action.rows if row.machine == self.role), None)
        if row is None:
            return None
        fields: Fields = {}
        if action.kind is ActionKind.RECEIPT:
            assert step.taken is not None
            lane = self._lane(step.taken.channel)
            fields = {name: value for name, value in step.taken.fields.items() if name != lane}
        elif action.kind is ActionKind.EVENT:
            scope = self.interpretation.scope(action)
            fields = {
                name: self.interpretation.evaluate(value, before, {}, scope) for name, value in action.event.items()
            }
        return Stimulus(row.trigger.kind, row.trigger.name, fields)

    def _lane(self, channel: str) -> str:
        return self.trace.system.channels[self.trace.system.channel_index[channel]].lane

    def _apply(self, stimulus: Stimulus, step: TraceStep) -> bool:
        """Add the step as the right actor takes it; False if the trace's actor answered otherwise."""
        reactions = self.right.reactions(stimulus.trigger, stimulus.fields)
        if not reactions and stimulus.kind is TriggerKind.TIMER:
            return True  # a wrong actor's timer: the right one has none that could end
        seen_answers = self._answers(step)
        seen = own_values(self.trace.system, self.role, step.state)
        reactions = sorted(reactions, key=lambda reaction: self._distance(reaction, seen_answers, seen))
        self._add(stimulus, reactions, seen)
        if not reactions:
            return not seen_answers
        for name, value in reactions[0].row.alternative.items():
            self.preferences.setdefault(name, value)
        return list(reactions[0].answers) == seen_answers

    def _answers(self, step: TraceStep) -> list[tuple[str, Fields]]:
        """What the trace's actor itself sent: an action sends for its rows, one after the other."""
        packets = iter(step.sent)
        of_rows = {row.machine: [next(packets) for _ in row.sends] for row in step.action.rows}
        return [
            (packet.message, written_fields(self.trace.system, packet.channel, packet.fields))
            for packet in of_rows[self.role]
        ]

    def _distance(self, reaction: Reaction, answers: Sequence[tuple[str, Fields]], seen: Fields) -> tuple[bool, int]:
        """How far a permitted reaction is from what the trace shows."""
        values = own_values(self.right.system, self.role, reaction.after)
        return list(reaction.answers) != list(answers), sum(values[name] != value for name, value in seen.items())

    def _add(self, stimulus: Stimulus, reactions: Sequence[Reaction], seen: Fields | None = None) -> None:
        """seen: the trace's variables after the step; the test looks at those that differ, too."""
        before = self.right.state()
        permitted = []
        for reaction in reactions:
            after = own_values(self.right.system, self.role, reaction.after)
            looked_at = {
                name: value for name, value in after.items()
                if value != before[name] or (seen is not None and value != seen[name])
            }  # fmt: skip
            permitted.append(Permitted(reaction.row, reaction.answers, looked_at))
        if reactions:
            self.right.take(reactions[0])
        else:
            unchanged = {name: value for name, value in before.items() if seen is not None and value != seen[name]}
            permitted = [Permitted(None, [], unchanged)]
        self.steps.append(RoleStep(stimulus, tuple(permitted)))

    def _missing_timers(self) -> None:
        """A timer that runs in the right actor and not in the trace's: the test lets it end."""
        last = self.trace.steps[-1].state if self.trace.steps else self.trace.initial
        empty = State(last.values, tuple(() for _ in last.channels))
        running = {step.action.trigger for step in self.interpretation.steps(empty)
                   if step.action.machine == self.role}  # fmt: skip
        for trigger in self.right.triggers(TriggerKind.TIMER):
            if trigger not in running:
                name = trigger.removeprefix(f"{TriggerKind.TIMER.value} ")
                self._add(Stimulus(TriggerKind.TIMER, name, {}), self.right.reactions(trigger, {}))
                return
