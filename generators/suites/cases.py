"""A test case: stimuli, and after each one the set of answers that the model permits. Where the model leaves
a choice, the tester keeps the set of states that fit what was seen so far (a belief), as in ioco testing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from generators.suites.actor_model import ActorModel, Answers, Message, Reaction, Stimulus
from generators.suites.compiled_rows import Values
from model.language.domains import Value
from model.language.machines import TriggerKind

Belief = tuple[Values, ...]


@dataclass(frozen=True)
class Permitted:
    """One answer that is permitted, silence included. before, after: numbers of the tester's beliefs.

    state: what the system's variables then are, where an adapter can observe them. rows: titles of the model's
    rows at work ("" is none); requirements and clauses are theirs.
    """

    before: int
    after: int
    answers: Answers
    state: tuple[tuple[str, Value], ...]
    rows: tuple[str, ...]
    requirements: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A stimulus and everything that may follow."""

    stimulus: Stimulus
    permitted: tuple[Permitted, ...]


@dataclass(frozen=True)
class TestCase:
    """purpose: in words. goals: what it is there for ("row ...", "mutant ..."). initial: how the system starts.

    setup: role, scenario, reading, choices: what the system under test has to be set up for.
    """

    identifier: str
    role: str
    purpose: str
    goals: tuple[str, ...]
    requirements: tuple[str, ...]
    clauses: tuple[str, ...]
    setup: str
    initial: tuple[tuple[str, Value], ...]
    steps: tuple[Step, ...]
    __test__ = False

    @property
    def messages(self) -> int:
        """How many messages the tester sends."""
        return sum(step.stimulus.kind.value == "receives" for step in self.steps)


@dataclass(frozen=True)
class Suite:
    """Test cases for one role. setups: by name, what cases refer to. left_out: goal -> why no test has it.

    bound: the suite has at most this many times the tests of the smallest that reaches the same goals.
    """

    role: str
    setups: dict[str, dict[str, Any]]
    cases: tuple[TestCase, ...]
    goals: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    bound: float = 1.0

    def setup(self, case: TestCase) -> dict[str, Any]:
        return self.setups[case.setup]


def stepped(actor: ActorModel, belief: Belief, stimulus: Stimulus) -> dict[Answers, list[Reaction]]:
    """The answers that are permitted now, each with the reactions that give it."""
    found: dict[Answers, list[Reaction]] = {}
    for state in belief:
        for reaction in actor.reactions(state, stimulus):
            found.setdefault(reaction.answers, []).append(reaction)
    return found


def after(reactions: Sequence[Reaction]) -> Belief:
    return tuple(dict.fromkeys(reaction.after for reaction in reactions))


def steps_of(actor: ActorModel, start: Values, stimuli: Sequence[Stimulus]) -> tuple[Step, ...]:
    """The test: what the model permits after each of the stimuli, whatever was answered before."""
    beliefs: list[Belief] = [(start,)]
    steps: list[Step] = []
    for number, stimulus in enumerate(stimuli, start=1):
        following: list[Belief] = []
        permitted: list[Permitted] = []
        for before, belief in enumerate(beliefs):
            for reactions in stepped(actor, belief, stimulus).values():
                next_belief = after(reactions)
                if next_belief not in following:
                    following.append(next_belief)
                number_after = following.index(next_belief)
                permitted.append(
                    _permitted(actor, before, number_after, belief, reactions, last=number == len(stimuli))
                )
        steps.append(Step(stimulus, tuple(permitted)))
        beliefs = following
    return tuple(steps)


def _permitted(
    actor: ActorModel, before: int, following: int, belief: Belief, reactions: Sequence[Reaction], *, last: bool
) -> Permitted:
    rows = [reaction.row for reaction in reactions if reaction.row is not None]
    return Permitted(
        before, following, reactions[0].answers, _state(actor, belief, after(reactions), last=last),
        tuple(dict.fromkeys(row.title for row in rows)),
        tuple(dict.fromkeys(name for row in rows for name in row.requirements)),
        tuple(dict.fromkeys(row.clause for row in rows if row.clause)),
    )  # fmt: skip


def _state(actor: ActorModel, before: Belief, following: Belief, *, last: bool) -> tuple[tuple[str, Value], ...]:
    """What is sure of the variables after the step: those that changed; at the end of a test all of them."""
    sure = []
    for place in actor.visible:
        values = {state[place] for state in following}
        if len(values) == 1 and (last or values != {state[place] for state in before}):
            sure.append((actor.names[place], values.pop()))
    return tuple(sure)


def as_data(suite: Suite) -> dict[str, Any]:
    """The suite as JSON data, for other tools."""
    return {
        "format": "dsmip-suite/1",
        "role": suite.role,
        "bound": round(suite.bound, 2),
        "setups": suite.setups,
        "goals": suite.goals,
        "left_out": suite.left_out,
        "cases": [_case_data(case) for case in suite.cases],
    }


def _case_data(case: TestCase) -> dict[str, Any]:
    return {
        "id": case.identifier,
        "purpose": case.purpose,
        "goals": list(case.goals),
        "requirements": list(case.requirements),
        "clauses": list(case.clauses),
        "setup": case.setup,
        "initial": dict(case.initial),
        "steps": [
            {
                "stimulus": {"kind": step.stimulus.kind.value, "name": step.stimulus.name,
                             "fields": dict(step.stimulus.fields)},
                "permitted": [
                    {
                        "from": entry.before, "to": entry.after,
                        "answers": [[answer.name, dict(answer.fields)] for answer in entry.answers],
                        "state": dict(entry.state), "rows": list(entry.rows),
                        "requirements": list(entry.requirements), "clauses": list(entry.clauses),
                    }
                    for entry in step.permitted
                ],
            }
            for step in case.steps
        ],
    }  # fmt: skip


def from_data(data: dict[str, Any]) -> Suite:
    """A suite from what `as_data` gave. Raises KeyError or ValueError if it is none."""
    if data.get("format") != "dsmip-suite/1":
        raise ValueError('"format" is not "dsmip-suite/1"')
    cases = []
    for case in data["cases"]:
        steps = tuple(
            Step(
                Stimulus(TriggerKind(step["stimulus"]["kind"]), step["stimulus"]["name"],
                         tuple(step["stimulus"]["fields"].items())),
                tuple(
                    Permitted(
                        entry["from"], entry["to"],
                        tuple(Message(name, tuple(fields.items())) for name, fields in entry["answers"]),
                        tuple(entry["state"].items()), tuple(entry["rows"]), tuple(entry["requirements"]),
                        tuple(entry["clauses"]))
                    for entry in step["permitted"]),
            )
            for step in case["steps"]
        )  # fmt: skip
        cases.append(TestCase(
            case["id"], data["role"], case["purpose"], tuple(case["goals"]), tuple(case["requirements"]),
            tuple(case["clauses"]), case["setup"], tuple(case["initial"].items()), steps))  # fmt: skip
    return Suite(data["role"], data["setups"], tuple(cases), data["goals"], data["left_out"], data["bound"])
