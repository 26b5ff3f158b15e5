"""Messages of the model in generated pytest modules: the functions that make them, and calls of these."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from generators.python_text import Call, source
from model.language.domains import Value
from model.language.machines import TriggerKind
from model.language.messages import MessageType

CALLS = {  # the adapter's method for a stimulus
    TriggerKind.EVENT: "happens",
    TriggerKind.RECEIPT: "receives",
    TriggerKind.TIMER: "timer_ends",
    TriggerKind.DECISION: "decides",
}
ALWAYS_SHOWN = ("status", "lifetime", "sequence_number")


def builder(message: MessageType, hidden: Collection[str]) -> str:
    """The function that makes a message from the fields in which it differs from the usual one."""
    shown = {name: value for name, value in message.usual.items() if name not in hidden}
    function = _function(message)
    constant = function.upper()
    return (
        f"{constant} = {source(shown, 0, len(constant) + 3)}\n\n\n"
        f'def {function}(**fields):\n    """A {message.name}: the usual one but for these fields."""\n'
        f'    return "{message.name}", {{**{constant}, **fields}}\n'
    )


def message_call(message: MessageType, fields: Mapping[str, Value], hidden: Collection[str] = ()) -> Call:
    """A call of the message's builder with what differs from the usual message."""
    return Call(_function(message), [
        (f"{name}=", value) for name, value in fields.items()
        if name not in hidden and (name in ALWAYS_SHOWN or value != message.usual[name])
    ])  # fmt: skip


def _function(message: MessageType) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in message.name).lstrip("_")
