"""Whether a system and what is observed of it stay the same under a declared permutation: every action
must become an action, by normal form. What cannot be shown is refused, and the operation named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from model.language.errors import ModelError
from model.language.expressions import TRUE, Expression, Operator
from model.language.normal_forms import Diagrams, Form, Forms, Key, Surroundings
from model.language.observations import Observation
from model.language.symmetry import Interchangeable, Permutation
from model.language.systems import Action, System, SystemChannel
from model.language.type_checking import Scope, scope_of_action


@dataclass(frozen=True)
class Part:
    """One thing that an action does. where: in words. expression: as the model has it."""

    where: str
    key: Key
    expression: Expression


def check_symmetries(system: System) -> None:
    """Every symmetry that is not only presumed is one. Raises ModelError, naming the operation that breaks it."""
    checks = SymmetryChecks(system)
    for declared in system.symmetries:
        if not declared.presumed:
            checks.require(declared)


class SymmetryChecks:
    """Checks of one system; what they learn of it is kept for the next permutation."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.diagrams = Diagrams()
        self.unchanged = Forms(system, Permutation.identity(system), self.diagrams)
        self._forms: dict[Key, Forms] = {}
        self._around: dict[str, Surroundings] = {}
        self._known: dict[tuple[Key, bool], dict[str, Key]] = {}

    def forms(self, permutation: Permutation) -> Forms:
        if permutation.action not in self._forms:
            self._forms[permutation.action] = Forms(self.system, permutation, self.diagrams)
        return self._forms[permutation.action]

    # the system

    def require(self, declared: Interchangeable) -> list[Permutation]:
        """The generators of a declared symmetry. Raises ModelError, naming the operation that breaks it."""
        generators = declared.generators(self.system)
        for permutation in generators:
            where = f"{declared.what} are not interchangeable"
            forms = self.forms(permutation)
            try:
                self._require_same_start(forms)
                self._require_same_channels(permutation)
                self._require_lanes_kept(permutation)
                if not self._same_actions(forms, within_guards=False):
                    self._require_same_actions(forms)
            except ModelError as error:
                raise ModelError(f"{where}: {error}") from None
        return generators

    def _require_same_start(self, forms: Forms) -> None:
        permutation = forms.permutation
        for index, variable in enumerate(self.system.variables):
            there = self.system.variables[permutation.variables[index]]
            renaming = permutation.values[index]
            images = {value if renaming is None else renaming[variable.domain.encode(value)]
                      for value in variable.initial}  # fmt: skip
            if images != set(there.initial):
                differs = "" if there.name == variable.name else f' and "{there.name}"'
                raise ModelError(f'the initial values of "{variable.name}"{differs} differ')
        around = Surroundings(Scope(self.system, {}), {})
        condition = self.system.initially
        if forms.form(condition, around) != self.unchanged.form(condition, around):
            raise ModelError(f"the condition on initial states is another one: {condition}")

    def _require_same_channels(self, permutation: Permutation) -> None:
        for channel, target in zip(self.system.channels, permutation.channels, strict=True):
            there = self.system.channels[target]
            if replace(channel, name=there.name) != there:
                raise ModelError(f'channels "{channel.name}" and "{there.name}" differ')

    def _require_lanes_kept(self, permutation: Permutation) -> None:
        """Messages of a queue that change lanes in flight line up in the order of the lanes they leave."""
        for action in self.system.actions:
            for alter in action.alters:
                index = self.system.channel_index[alter.channel]
                channel = self.system.channels[index]
                renamed = any(
                    renamings[list(message.fields).index(channel.lane)] is not None
                    for message, renamings in zip(channel.messages, permutation.fields[index], strict=True)
                )
                if renamed and not channel.reorders and channel.lane in alter.fields:
                    raise ModelError(
                        f'action "{action.name}" puts messages on {channel.name} into another lane, those of '
                        f'earlier lanes first, and "{channel.lane}" is the lane'
                    )

    def _same_actions(self, forms: Forms, *, within_guards: bool) -> bool:
        images = self._signatures(forms, within_guards)
        return Counter(images.values()) == Counter(self._signatures(self.unchanged, within_guards).values())

    def _require_same_actions(self, forms: Forms) -> None:
        """The same with values compared only where guards hold. Raises ModelError for the first difference."""
        if self._same_actions(forms, within_guards=True):
            return
        left = Counter(self._signatures(self.unchanged, True).values())
        for action in self.system.actions:
            image = self._signature(forms, action, True)
            if left[image] == 0:
                self._refuse(forms, action)
            left[image] -= 1
        raise ModelError("fewer actions after the renaming than before")

    def _refuse(self, forms: Forms, action: Action) -> None:
        mine = {part.key: part for part in self._parts(forms, action, False)}
        best: tuple[int, Action | None, list[Part]] = (-1, None, list(mine.values()))
        for other in self.system.actions:
            if self._frame(self.unchanged, other) != self._frame(forms, action):
                continue
            theirs = {part.key for part in self._parts(self.unchanged, other, False)}
            common = len(theirs & set(mine)) - len(theirs ^ set(mine))
            if best[1] is None or common > best[0]:
                best = (common, other, [part for key, part in mine.items() if key not in theirs])
        if best[1] is None or not best[2]:
            raise ModelError(f'nothing corresponds to action "{action.name}" after the renaming')
        part = best[2][0]
        raise ModelError(
            f'nothing corresponds to action "{action.name}" after the renaming, because of {part.where}: '
            f"{part.expression}"
        )

    # actions

    def _signatures(self, forms: Forms, within_guards: bool) -> dict[str, Key]:
        key = (forms.permutation.action, within_guards)
        if key not in self._known:
            self._known[key] = {
                action.name: self._signature(forms, action, within_guards) for action in self.system.actions
            }
        return self._known[key]

    def _signature(self, forms: Forms, action: Action, within_guards: bool) -> Key:
        """All that an action does, after the renaming; equal for actions that do the same."""
        values = self._values(forms, action, within_guards)
        return (*self._frame(forms, action), self.guard(forms, action), values)

    def _frame(self, forms: Forms, action: Action) -> Key:
        channel = None
        if action.channel is not None:
            channel = forms.permutation.channels[self.system.channel_index[action.channel]]
        return (action.kind, channel, action.message)

    def around(self, action: Action) -> Surroundings:
        """What names mean in an action's expressions."""
        found = self._around.get(action.name)
        if found is None:
            fields: dict[str, tuple[SystemChannel, str | None]] = {}
            if action.channel is not None:
                fields["received"] = (self.system.channels[self.system.channel_index[action.channel]], action.message)
            found = Surroundings(scope_of_action(self.system, action), fields)
            self._around[action.name] = found
        return found

    def guard(self, forms: Forms, action: Action) -> Form:
        return forms.form(action.guard, self.around(action))

    def _values(self, forms: Forms, action: Action, within_guards: bool) -> Key:
        parts = list(self._effects(forms, action, self.guard(forms, action) if within_guards else None))
        assigned = frozenset(part.key for part in parts if part.key[0] == "assigned")
        return (assigned, *(part.key for part in parts if part.key[0] != "assigned"))

    def _parts(self, forms: Forms, action: Action, within_guards: bool) -> Iterator[Part]:
        around = self.around(action)
        conjuncts = action.guard.operands if action.guard.operator is Operator.AND else (action.guard,)
        for part in conjuncts:
            yield Part("its guard", ("guard", forms.form(part, around)), part)
        yield from self._effects(forms, action, self.guard(forms, action) if within_guards else None)

    def _effects(self, forms: Forms, action: Action, guard: Form | None) -> Iterator[Part]:
        """guard: values count only where it holds (None: everywhere)."""
        system, permutation, around = self.system, forms.permutation, self.around(action)
        irrelevant = self.diagrams.leaf(("irrelevant",))

        def counted(form: Form) -> Form:
            return form if guard is None else self.diagrams.choice(guard, form, irrelevant)

        for name, expression in action.assignments.items():
            index = system.variable_index[name]
            form = forms.image(permutation.values[index], system.domain(name), forms.form(expression, around))
            key: Key = ("assigned", permutation.variables[index], counted(form))
            yield Part(f'the new value of "{name}"', key, expression)
        for number, sending in enumerate(action.sends):
            index = system.channel_index[sending.channel]
            kind = system.channels[index].index_of(sending.message.name)
            yield Part("what it sends", ("sends", number, permutation.channels[index], kind), TRUE)
            for place, (name, entry) in enumerate(sending.message.fields.items()):
                expression = sending.carried[name]
                renaming = permutation.fields[index][kind][place]
                form = counted(forms.image(renaming, entry.domain, forms.form(expression, around)))
                yield Part(f"{sending.message.name}.{name}", ("field", number, name, form), expression)
        for number, alter in enumerate(action.alters):
            index = system.channel_index[alter.channel]
            channel = system.channels[index]
            kind = channel.index_of(alter.message)
            inner = around.in_flight(channel, alter.message)
            when = forms.form(alter.when, inner)
            key = ("alters", number, permutation.channels[index], kind, when)
            yield Part(f"which messages on {alter.channel} it alters", key, alter.when)
            names = list(channel.messages[kind].fields)
            for name, expression in sorted(alter.fields.items()):
                renaming = permutation.fields[index][kind][names.index(name)]
                domain = channel.messages[kind].fields[name].domain
                form = forms.image(renaming, domain, forms.form(expression, inner))
                yield Part(f"{alter.message}.{name} in flight", ("altered", number, name, form), expression)

    def images(self, permutation: Permutation) -> Iterator[tuple[str, str]]:
        """Pairs of actions such that the second does what the first does after the renaming."""
        forms = self.forms(permutation)
        within_guards = not self._same_actions(forms, within_guards=False)
        own: dict[Key, list[str]] = {}
        for name, signature in self._signatures(self.unchanged, within_guards).items():
            own.setdefault(signature, []).append(name)
        for name, signature in self._signatures(forms, within_guards).items():
            for image in own[signature]:
                yield name, image

    # what is observed

    def broken_by(self, permutation: Permutation, observations: Sequence[Observation]) -> str | None:
        """The name of an observation that the permutation may change, or None if it changes none."""
        forms = self.forms(permutation)
        around = Surroundings(Scope(self.system, {}), {})
        within_guards = not self._same_actions(forms, within_guards=False)
        images, own = self._signatures(forms, within_guards), self._signatures(self.unchanged, within_guards)
        for observation in observations:
            condition = observation.in_states
            if condition is not None and forms.form(condition, around) != self.unchanged.form(condition, around):
                return observation.name
            found = self._steps_seen(forms, observation, images)
            if found != self._steps_seen(self.unchanged, observation, own):
                return observation.name
        return None

    def _steps_seen(self, forms: Forms, observation: Observation, signatures: dict[str, Key]) -> set[Key]:
        """What actions do, with the condition under which it is looked for."""
        seen: set[Key] = set()
        for name, condition in observation.in_steps.items():
            action = self.system.actions[self.system.action_index[name]]
            seen_here = forms.form(condition, self.around(action))
            form = self.diagrams.choice(self.guard(forms, action), seen_here, self.diagrams.false)
            if form != self.diagrams.false:
                seen.add((signatures[name], form))
        return seen
