"""Running a system at random or step by step on a person's choice. Reads and writes only through the
functions it is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from model.execution.execution import Execution
from model.execution.stimuli import Occurrence
from model.language.domains import Value
from model.language.interpretation import Interpretation
from model.language.systems import System


def random_run(system: System, seed: int, steps: int) -> Iterator[Occurrence]:
    """At most `steps` random steps from a random initial state; fewer where nothing can happen.

    Equal seeds give equal runs.
    """
    random = Random(seed)
    execution = Execution(system, random.choice(Interpretation(system).initial_states()))
    for _ in range(steps):
        possible = execution.enabled()
        if not possible:
            return
        yield execution.perform(*random.choice(possible))


def interactive(execution: Execution, read: Callable[[str], str], write: Callable[[str], None]) -> None:
    """Offer what can happen, take a number, show what changed; u undoes a step, q (or end of input) ends.

    read: gets the prompt, returns a line. write: gets one line of text.
    """
    while True:
        possible = execution.enabled()
        for number, (name, position) in enumerate(possible, start=1):
            write(f"{number:3}  {name}" + message_text(execution, name, position))
        if not possible:
            write("nothing can happen any more")
        try:
            answer = read(f"step {len(execution.log) + 1}: number, u (undo) or q (quit): ").strip()
        except EOFError:
            return
        if answer == "q":
            return
        if answer == "u":
            write(f"undone: {execution.undo().action.name}" if execution.log else "nothing to undo")
        elif answer.isdecimal() and 1 <= int(answer) <= len(possible):
            for line in lines_of(execution.perform(*possible[int(answer) - 1])):
                write(line)
        else:
            write(f'not a choice: "{answer}"; type a number from 1 to {len(possible)}, u or q')


def message_text(execution: Execution, name: str, position: int | None) -> str:
    """The message that an action takes, as it travels."""
    channel = execution.system.actions[execution.system.action_index[name]].channel
    if channel is None or position is None:
        return ""
    fields = execution.network.fields_at(channel, position)
    return f" ({', '.join(f'{field} {shown(value)}' for field, value in fields.items())})"


def shown(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def lines_of(occurrence: Occurrence) -> Iterator[str]:
    """A step in words: the action, then what was sent and what changed."""
    yield occurrence.action.name
    for message in occurrence.sent:
        fields = ", ".join(f"{name} {shown(value)}" for name, value in message.fields.items())
        yield f"  sends {message.message} on {message.channel}: {fields}"
    if occurrence.overflow:
        yield "  a reply found its channel full and is lost"
    for name, (before, after) in occurrence.changes.items():
        yield f"  {name}: {shown(before)} -> {shown(after)}"
