"""Operators that alter what a row sends: no message, a field left at its default, a bit set, another
status, two fields exchanged. Rows that send the same value in a field share its mutants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from generators.changes import of_every_effect
from generators.mutation.effect_operators import other_values
from generators.mutation.variation import Rule, Variation, named, other_value
from model.addresses import ADDRESS
from model.handover import Change
from model.language.domains import BOOLEAN, Enumeration
from model.language.expressions import TRUE, Expression, Operator, constant
from model.language.machines import Effect, Send
from model.language.messages import MessageType
from model.messages import Status

LEFT_TO_THE_NETWORK = ("repeated", "network")


def message_variations(rule: Rule) -> Iterator[Variation]:
    lost: set[str] = set()
    seen: set[tuple[str, tuple[Expression, ...]]] = set()
    for sending in rule.sends():
        message = sending.template.message
        sent = (message.name, tuple(sending.template.fields.values()))
        if sent in seen:
            continue
        seen.add(sent)
        if message.name not in lost:
            lost.add(message.name)
            yield Variation("drop-send", message.name, f"does not send its {message.name}", _losing(rule, message))
        for name, value in sending.template.fields.items():
            if name not in LEFT_TO_THE_NETWORK:
                yield from _of_field(rule, sending, name, value)
        addresses = [name for name, field in message.fields.items() if field.domain is ADDRESS]
        for one, other in combinations(addresses, 2):
            yield from _exchanged(rule, sending, one, other)


def _of_field(rule: Rule, sending: Send, name: str, value: Expression) -> Iterator[Variation]:
    message = sending.template.message
    field = message.fields[name]
    default = constant(field.default)

    def sends(operator: str, detail: str, words: str, other: Expression) -> Variation:
        return Variation(
            operator, f"{name}-{detail}" if detail else name, f"{message.name}: {words}",
            _sending(rule, sending, {name: other}), builder=(message.name, operator, name, value, other),
        )  # fmt: skip

    if name == "status":
        yield sends("other-status", named(_wrong_status(value)), f"status {_wrong_status(value)} instead of {value}",
                    _wrong_status(value))  # fmt: skip
        return
    if value is not default:
        yield sends("omit-field", "", f"{name} stays {default} instead of {value}", default)
    if field.domain == BOOLEAN and value is not TRUE:
        yield sends("set-bit", "", f"{name} is set always, instead of {value}", TRUE)
    if value.operator is Operator.CONSTANT and isinstance(field.domain, Enumeration):
        other = other_value(field.domain, value.payload)
        if other is not None and constant(other) is not default:
            yield sends("other-value", named(constant(other)), f'{name} "{other}" instead of {value}', constant(other))
    for operator, detail, words, other_expression in other_values(rule, value):
        if operator != "negate-value" and other_expression is not default and other_expression is not TRUE:
            yield sends(operator, detail, f"{name} {words}", other_expression)


def _wrong_status(value: Expression) -> Expression:
    """Acceptance where there was a refusal; else "reason unspecified"."""
    refuses = value.operator is Operator.CONSTANT and value.payload != Status.ACCEPTED.value
    return constant(Status.ACCEPTED if refuses else Status.REASON_UNSPECIFIED)


def _exchanged(rule: Rule, sending: Send, one: str, other: str) -> Iterator[Variation]:
    fields = sending.template.fields
    if fields[one] is not fields[other]:
        yield Variation(
            "exchange-fields", f"{one}-{other}", f"{sending.template.message.name}: {one} and {other} exchanged",
            _sending(rule, sending, {one: fields[other], other: fields[one]}),
            builder=(sending.template.message.name, "exchange", one, other, fields[one], fields[other]),
        )  # fmt: skip


def _sending(rule: Rule, sending: Send, fields: dict[str, Expression]) -> Change:
    """Other values in the messages of this type that have the same ones now."""
    before = sending.template.fields

    def rewritten(effect: Effect) -> Effect:
        if not isinstance(effect, Send) or effect.template.message is not sending.template.message:
            return effect
        if any(effect.template.fields[name] is not before[name] for name in fields):
            return effect
        return replace(effect, template=effect.template.with_fields(**fields))

    return of_every_effect(rule.machine.name, rule.label, rewritten)


def _losing(rule: Rule, message: MessageType) -> Change:
    def kept(effect: Effect) -> Effect | None:
        return None if isinstance(effect, Send) and effect.template.message is message else effect

    return of_every_effect(rule.machine.name, rule.label, kept)
