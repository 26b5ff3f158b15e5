"""Confirming a path: the `transitions` machines must go through the very states that are claimed."""

from __future__ import annotations

from collections.abc import Sequence

from model.execution.actors import ExecutionError
from model.execution.execution import Execution
from model.language.errors import ModelError
from model.language.interpretation import State, field_values
from model.language.systems import System


def confirm(
    system: System, initial: State, path: Sequence[tuple[str, int | None]], expected_states: Sequence[State]
) -> None:
    """Replay `path` (action name, position of the message taken) from `initial`.

    expected_states: the state after each step. Raises ExecutionError naming the step and what differs.
    """
    if len(path) != len(expected_states):
        raise ExecutionError(f"{len(path)} steps, but {len(expected_states)} states to compare with")
    execution = _started(system, initial)
    for number, ((name, position), expected) in enumerate(zip(path, expected_states, strict=True), start=1):
        try:
            execution.perform(name, position)
        except ModelError as error:
            raise ExecutionError(f"step {number}: {error}") from error
        if execution.state != expected:
            found = "; ".join(differences(system, execution.state, expected))
            raise ExecutionError(f'step {number}, "{name}": {found}')


_latest: list[Execution] = []  # the machines confirmed with last: many paths of one system come in a row


def _started(system: System, initial: State) -> Execution:
    if _latest and _latest[0].system is system:
        _latest[0].restart(initial)
    else:
        _latest[:] = [Execution(system, initial)]
    return _latest[0]


def differences(system: System, found: State, expected: State) -> list[str]:
    """What tells two states apart, in words, variable by variable and channel by channel."""
    result = [
        f'"{variable.name}" is {left}, expected {right}'
        for variable, left, right in zip(system.variables, found.values, expected.values, strict=True)
        if left != right
    ]
    for channel, left_contents, right_contents in zip(system.channels, found.channels, expected.channels, strict=True):
        if left_contents != right_contents:
            left_text, right_text = (
                ", ".join(
                    f"{channel.messages[flight.message].name} {field_values(channel, flight)}" for flight in contents
                ) or "nothing"
                for contents in (left_contents, right_contents)
            )  # fmt: skip
            result.append(f'channel "{channel.name}" holds {left_text}, expected {right_text}')
    return result
