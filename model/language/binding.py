"""Filling in what a model leaves open: scenario parameters, tables, and how ambiguities are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from model.language.domains import Sizes, Value
from model.language.errors import ModelError, nearest
from model.language.expressions import (
    Expression,
    Operator,
    all_of,
    any_of,
    constant,
    if_then_else,
    mentions,
    rebuilt,
    variable,
)
from model.language.machines import Alter, Effect, EffectChoice, Machine, Row, Send
from model.language.rewriting import nodes_of, rewritten

Alternatives = Mapping[str, str]
UNSETTLED = "left-open"  # the alternative of a choice that is asked for where a reading settles it in no way
LEFT_OPEN = (Operator.PARAMETER, Operator.LOOKUP, Operator.CHOICE)


@dataclass(frozen=True)
class Binding:
    """Everything that turns a model into one system to check.

    choices: ambiguity -> the alternatives allowed (several: all are explored).
    actor_choices: the same for one actor, (actor, ambiguity) -> alternatives.
    settings: ambiguities that the system itself settles, once, where it starts: ambiguity ("AMB-06"), or that of
    one actor ("ue.AMB-06") -> value of the variable `choice.` + ambiguity -> the alternatives that are then allowed.
    """

    sizes: Sizes = field(default_factory=Sizes)
    parameters: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, Mapping[Value, Value]] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    actor_choices: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def alternatives(self, ambiguity: str, actor: str) -> tuple[str, ...]:
        own = self.actor_choices.get((actor, ambiguity))
        if own is not None:
            return own
        settings = self.settings_of(ambiguity, actor)
        if settings:
            return tuple(dict.fromkeys(value for allowed in settings.values() for value in allowed))
        if ambiguity not in self.choices:
            raise ModelError(f'the reading says nothing of "{ambiguity}": {nearest(ambiguity, self.choices)}')
        return self.choices[ambiguity]

    def settings_of(self, ambiguity: str, actor: str) -> Mapping[str, tuple[str, ...]]:
        """The settings that decide for this actor; none where something else does."""
        if (actor, ambiguity) in self.actor_choices:
            return {}
        return self.settings.get(f"{actor}.{ambiguity}") or self.settings.get(ambiguity, {})

    def setting_for(self, ambiguity: str, actor: str) -> Expression:
        """The variable that decides for this actor, where a setting does."""
        own = f"{actor}.{ambiguity}"
        return setting(own if own in self.settings else ambiguity)

    def allowed_by_settings(self, actor: str, chosen: Alternatives) -> Expression:
        """Under which settings an actor may take these alternatives."""
        conditions = []
        for ambiguity, value in chosen.items():
            settings = self.settings_of(ambiguity, actor)
            allowing = [name for name, allowed in settings.items() if value in allowed]
            if len(allowing) < len(settings):
                conditions.append(self.setting_for(ambiguity, actor).is_one_of(*allowing))
        return all_of(conditions)


def setting(ambiguity: str) -> Expression:
    """The variable that settles an ambiguity where a system starts."""
    return variable(f"choice.{ambiguity}")


class Resolver:
    """Fills in expressions for one binding, and remembers what is done: rows share most of their parts."""

    def __init__(self, binding: Binding) -> None:
        self.binding = binding
        self._done: dict[tuple[str, tuple[tuple[str, str], ...]], dict[Expression, Expression]] = {}

    def resolve(self, expression: Expression, actor: str, chosen: Alternatives | None = None) -> Expression:
        """`expression` without parameters, lookups and choices. `chosen` settles choices left open."""
        if not mentions(expression, *LEFT_OPEN):
            return expression
        done = self._done.setdefault((actor, tuple(sorted((chosen or {}).items()))), {})
        return rewritten(
            expression, LEFT_OPEN, done, lambda node, operands: self._node(node, operands, actor, chosen)
        )

    def _node(
        self, node: Expression, operands: tuple[Expression, ...], actor: str, chosen: Alternatives | None
    ) -> Expression:
        match node.operator:
            case Operator.PARAMETER:
                name = str(node.payload)
                parameters = self.binding.parameters
                if name not in parameters:
                    raise ModelError(f'unknown parameter "{name}": {nearest(name, parameters)}')
                return constant(parameters[name])
            case Operator.LOOKUP:
                return _looked_up(str(node.payload), operands[0], self.binding)
            case Operator.CHOICE:
                ambiguity, names = _choice(node)
                if ambiguity not in (chosen or {}) and self.binding.settings_of(ambiguity, actor):
                    return self._by_setting(ambiguity, names, operands, actor)
                return operands[names.index(_settled(ambiguity, names, self.binding, actor, chosen))]
            case _:
                return rebuilt(node, operands)


    def _by_setting(
        self, ambiguity: str, names: tuple[str, ...], operands: tuple[Expression, ...], actor: str
    ) -> Expression:
        found: Expression | None = None
        for name, allowed in self.binding.settings_of(ambiguity, actor).items():
            alone = Binding(choices={ambiguity: allowed})
            operand = operands[names.index(_settled(ambiguity, names, alone, actor, None))]
            decided = self.binding.setting_for(ambiguity, actor) == name
            found = operand if found is None else if_then_else(decided, operand, found)
        assert found is not None
        return found


def resolve(
    expression: Expression, binding: Binding, actor: str, chosen: Alternatives | None = None
) -> Expression:
    """One expression, filled in (see `Resolver`)."""
    return Resolver(binding).resolve(expression, actor, chosen)


def _choice(node: Expression) -> tuple[str, tuple[str, ...]]:
    assert isinstance(node.payload, tuple) and isinstance(node.payload[1], tuple)
    return str(node.payload[0]), node.payload[1]


def _settled(
    ambiguity: str, names: tuple[str, ...], binding: Binding, actor: str, chosen: Alternatives | None
) -> str:
    allowed = binding.alternatives(ambiguity, actor)
    value = (chosen or {}).get(ambiguity) or (allowed[0] if len(allowed) == 1 else None)
    if value is None and UNSETTLED in names:
        return UNSETTLED
    if value is None:
        raise ModelError(f"{ambiguity} is left open ({', '.join(allowed)}) where one value is needed")
    if value not in names:
        raise ModelError(f'machine "{actor}": {ambiguity} does not provide for "{value}": {nearest(value, names)}')
    return value


def _looked_up(table: str, key: Expression, binding: Binding) -> Expression:
    if table not in binding.tables:
        raise ModelError(f'unknown table "{table}": {nearest(table, binding.tables)}')
    entries = binding.tables[table]
    if key.operator is Operator.CONSTANT:
        value = key.payload
        if value not in entries:
            raise ModelError(f'table "{table}" has no entry for "{value}"')
        return constant(entries[value])  # type: ignore[index]
    results = list(dict.fromkeys(entries.values()))
    default = max(results, key=lambda result: list(entries.values()).count(result))
    found = constant(default)
    for result in results:
        if result != default:
            keys = [entry for entry, value in entries.items() if value == result]
            found = if_then_else(any_of(key == entry for entry in keys), constant(result), found)
    return found


def open_choices(expressions: list[Expression], effects: tuple[Effect, ...], binding: Binding, actor: str) -> list[str]:
    """The ambiguities mentioned that the reading leaves open, in order of appearance; of those that settings
    decide, the ones that an expression cannot express: of several values, or about effects."""
    found: dict[str, None] = {}
    about_effects: set[str] = set()
    for expression in [*expressions, *effect_expressions(effects)]:
        for node in nodes_of(expression, Operator.CHOICE):
            found[_choice(node)[0]] = None
    for effect in effects:
        if isinstance(effect, EffectChoice):
            found[effect.ambiguity] = None
            about_effects.add(effect.ambiguity)
            for alternative in effect.alternatives.values():
                for inner in open_choices([], alternative, binding, actor):
                    found[inner] = None
    return [
        name for name in found
        if len(binding.alternatives(name, actor)) > 1
        and (name in about_effects or _needs_variants(binding.settings_of(name, actor)))
    ]  # fmt: skip


def mentioned_choices(machine: Machine) -> frozenset[str]:
    """The ambiguities that a machine's table mentions."""
    found: set[str] = set()

    def of_effects(effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, EffectChoice):
                found.add(effect.ambiguity)
                for alternative in effect.alternatives.values():
                    of_effects(alternative)

    for entry in machine.decisions:
        for item in entry.cases:
            of_effects(item.then)
            dest = () if item.dest is None else (item.dest,)
            for expression in (item.when, *item.emits.values(), *dest, *effect_expressions(item.then)):
                found.update(_choice(node)[0] for node in nodes_of(expression, Operator.CHOICE))
    return frozenset(found)


def _needs_variants(settings: Mapping[str, tuple[str, ...]]) -> bool:
    return not settings or any(len(allowed) > 1 for allowed in settings.values())


def effect_expressions(effects: tuple[Effect, ...]) -> Iterator[Expression]:
    """Every expression in effects, choices included."""
    for effect in effects:
        if isinstance(effect, EffectChoice):
            for alternative in effect.alternatives.values():
                yield from effect_expressions(alternative)
        elif isinstance(effect, Send):
            yield from effect.template.fields.values()
        elif isinstance(effect, Alter):
            yield effect.when
            yield from effect.fields.values()
        else:
            yield effect.value


def alternatives_of(row: Row, machine: Machine, binding: Binding) -> Iterator[Alternatives]:
    """Every way to settle the choices that a row mentions and the reading leaves open."""
    case = row.case
    names = open_choices([row.guard, *case.emits.values()], case.then, binding, machine.name)
    if case.dest is not None:
        mentioned = [_choice(node)[0] for node in nodes_of(case.dest, Operator.CHOICE)]
        names += [name for name in dict.fromkeys(mentioned)
                  if name not in names and len(binding.alternatives(name, machine.name)) > 1]  # fmt: skip
    for values in product(*(binding.alternatives(name, machine.name) for name in names)):
        yield dict(zip(names, values, strict=True))


def settled_effects(
    effects: tuple[Effect, ...], binding: Binding, actor: str, chosen: Alternatives
) -> tuple[Effect, ...]:
    """The effects with every effect choice replaced by the alternative that is read."""
    result: list[Effect] = []
    for effect in effects:
        if isinstance(effect, EffectChoice):
            value = _settled(effect.ambiguity, tuple(effect.alternatives), binding, actor, chosen)
            result.extend(settled_effects(effect.alternatives[value], binding, actor, chosen))
        else:
            result.append(effect)
    return tuple(result)
