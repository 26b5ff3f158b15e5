"""Questions that a user types: `reachable ...`, `always ...`, `never ...`, `when ...: ...`, `after ...: ...`.
A question becomes a property, so it is answered as every property is, with a trace or a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from model.language.domains import describe
from model.language.systems import System
from properties.kinds import Kind, Property
from properties.question_parser import NAMED_CONDITIONS, Form, Parser, messages_of, speaks_of_steps, triggers_of

ASKED = "question"  # the identifier of each, in saved runs


@dataclass(frozen=True)
class Question:
    """A question as a property of the model. text: as the user typed it."""

    text: str
    form: Form
    property: Property


def question(text: str, system: System) -> Question:
    """The question as a property of `system` (one UE). Raises QuestionError, which names the column."""
    asked = Parser(text, system).asked()
    of_steps = speaks_of_steps(asked.whenever) or speaks_of_steps(asked.then)
    kind = Kind.STEP if of_steps else Kind.INVARIANT
    if asked.form is Form.REACHABLE:
        kind = Kind.WITNESS
    made = Property(ASKED, kind, text, (), asked.whenever, asked.then, "asked", in_states=not of_steps)
    return Question(text, asked.form, made)


def names_of(system: System) -> list[tuple[str, str, str]]:
    """Every name that a question may use: name, values, meaning."""
    found = [(entry.name, describe(entry.domain), entry.meaning) for entry in system.variables]
    found += [(name, "true or false", meaning) for name, (_, meaning) in NAMED_CONDITIONS.items()]
    for message in messages_of(system).values():
        found += [
            (f"sent.{name} or received.{name} ({message.name})", describe(entry.domain), entry.meaning)
            for name, entry in message.fields.items()
        ]
    found += [(f'{kind} "{name}"', "a step", "") for kind, name in sorted(triggers_of(system))]
    return found
