"""Actions in Promela: each one indivisible step, its properties asserted on the state before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generators.exports.expression_text import Level, Message
from generators.exports.names import comment, quoted
from generators.exports.promela_channels import PromelaChannel
from generators.exports.promela_responses import PromelaResponses
from generators.exports.promela_words import PromelaText, PromelaWords
from generators.exports.ranges import may_leave
from generators.exports.sequencing import Sequenced, sequenced
from generators.exports.subject import Claim
from model.language.domains import Domain, Integer
from model.language.expressions import TRUE, Expression, conjuncts
from model.language.machines import Alter
from model.language.systems import Action, ActionKind, Sending


def about(action: Action) -> str:
    """Clause and requirements of an action's rows."""
    return ", ".join([*(f"clause {clause}" for clause in action.clauses), *action.requirements])


class PromelaAction:
    """One action as an inline. claims: (number, claim) of all properties that speak of this step."""

    def __init__(
        self, words: PromelaWords, channels: Mapping[str, PromelaChannel], action: Action,
        claims: Sequence[tuple[int, Claim]], responses: PromelaResponses,
    ) -> None:  # fmt: skip
        self.words = words
        self.channels = channels
        self.action = action
        self.claims = claims
        self.responses = responses
        self.effects: Sequenced = sequenced(action)
        self.text = PromelaText(words, action)
        self.name = words.names.of(("action", action.name), action.name)
        self.temporaries: dict[str, None] = {}

    @property
    def calls(self) -> list[str]:
        """The options of the main loop: one for each message that the action may take."""
        if self.action.channel is None:
            return [f"{self.name}()"]
        channel = self.channels[self.action.channel]
        return [
            f"{self.name}({position}, {channel.condition_name(self.action.kind, position)})"
            for position in range(channel.channel.capacity)
        ]

    def lines(self) -> Iterator[str]:
        yield f"/* {comment(self.action.name)} */"
        if sources := about(self.action):
            yield f"/* {comment(sources)} */"
        for note in dict.fromkeys(row.note for row in self.action.rows if row.note):
            yield f"/* {comment(note)} */"
        yield f"inline {self.name}({'' if self.action.channel is None else 'i, ready'}) {{"
        yield "  d_step {"
        yield from self._guard()
        yield f'    {self.words.own("says")}("{quoted(self.action.name)}\\n")'
        for number, claim in self.claims:
            seen = self.text.condition(claim.seen.in_steps[self.action.name])
            property_name = self.words.names.of(("claim", claim.name), claim.name)
            macro = self.words.own("sometimes_in_step" if claim.must_occur else "never_in_step")
            yield f'    {macro}({property_name}, "seen: {number} {quoted(claim.name)}\\n", {seen})'
        yield from (f"    {line}" for line in self.responses.marks(self.action, self.text))
        statements = list(self._statements())
        yield from (f"    {line}" for line in separated(statements or ["skip"]))
        yield "  }"
        yield "}"
        yield ""

    def _guard(self) -> Iterator[str]:
        parts: list[str] = []
        if self.action.channel is not None and self.action.message is not None:
            channel = self.channels[self.action.channel]
            parts.append("ready")
            if len(channel.channel.messages) > 1:
                parts.append(self.words.is_of_type(self.action.channel, f"{channel.slots}[i]", self.action.message))
        parts += [self.text.condition(part, Level.COMPARISON) for part in conjuncts(self.action.guard)]
        if not parts:
            parts = ["true"]
        yield from (f"    {part} &&" for part in parts[:-1])  # a sign at the end: SPIN may end statements at line ends
        yield f"    {parts[-1]} ->"

    # effects

    def _statements(self) -> Iterator[str]:
        yield from self._messages()
        if self.effects.keeps_taken and self.action.channel is not None:
            channel = self.channels[self.action.channel]
            yield f"{channel.copy}({channel.spare}, {channel.slots}[i])"
        looked_at: dict[Expression, str] = {}
        for number, expression in enumerate(self.effects.looked_at):
            name = self._temporary(("looked at", number), f"looked_at_{number + 1}")
            yield f"{name} = {self.text.condition(expression)}"
            looked_at[expression] = name
        for name, value in self.effects.held.items():
            domain = self.words.system.domain(name)
            yield from self._write(self._temporary(("held", name), f"new {name}"), value, domain)
        for name, value in self.effects.direct.items():
            yield from self._write(self.words.variable(name), value, self.words.system.domain(name))
        yield from self._channel_changes(looked_at)
        for name in self.effects.held:
            yield f"{self.words.variable(name)} = {self._temporary(('held', name), f'new {name}')}"

    def _temporary(self, thing: tuple[object, ...], wish: str) -> str:
        name = self.words.names.of(thing, wish)
        self.temporaries[name] = None
        return name

    def _write(self, target: str, value: Expression, domain: Domain, text: PromelaText | None = None) -> Iterator[str]:
        text = text or self.text
        if may_leave(value, domain):
            yield f"{self.words.in_domain} = {self._fits(value, domain, text)}"
            yield f"assert({self.words.in_domain})"
        yield f"{target} = {text.stored(value, domain)}"

    def _fits(self, value: Expression, domain: Domain, text: PromelaText) -> str:
        assert isinstance(domain, Integer)
        number = text.value(value, domain, Level.ATOM)
        return f"({domain.low} <= {number} && {number} <= {domain.top})"

    def _messages(self) -> Iterator[str]:
        """Messages to be sent, made from the state before the step."""
        for number, sending in self._numbered():
            channel = self.channels[sending.channel]
            kind = channel.channel.index_of(sending.message.name)
            places = channel.layout.fields[kind]
            values = {name: self.text.stored(sending.carried[name], place.domain) for name, place in places.items()}
            yield from channel.made(kind, f"{channel.fresh}[{number}]", values)
            if kept := self._fits_name(number, sending):
                open_ones = [(sending.carried[name], place.domain) for name, place in places.items()]
                fits = [self._fits(value, domain, self.text) for value, domain in open_ones if may_leave(value, domain)]
                yield f"{kept} = ({' && '.join(fits)})"

    def _numbered(self) -> Iterator[tuple[int, Sending]]:
        """What is sent, numbered on each channel."""
        counts: dict[str, int] = {}
        for sending in self.action.sends:
            counts[sending.channel] = counts.get(sending.channel, -1) + 1
            yield counts[sending.channel], sending

    def _fits_name(self, number: int, sending: Sending) -> str | None:
        """Where it is kept whether a message's numbers lie in their ranges; None if that is plain."""
        channel = self.channels[sending.channel]
        places = channel.layout.fields[channel.channel.index_of(sending.message.name)]
        if not any(may_leave(sending.carried[name], place.domain) for name, place in places.items()):
            return None
        return self._temporary(("fits", sending.channel, number), f"fits {sending.channel} {number}")

    def _channel_changes(self, looked_at: Mapping[Expression, str]) -> Iterator[str]:
        if self.action.channel is not None:
            yield from self._taking(self.channels[self.action.channel])
        moved: dict[str, None] = {}
        for number, alter in enumerate(self.action.alters):
            channel = self.channels[alter.channel]
            yield from self._altering(number, alter, looked_at)
            if channel.channel.reorders or channel.channel.lane in alter.fields:
                moved[alter.channel] = None
        for name in moved:
            if self.channels[name].last:
                yield f"{self.channels[name].sort}()"
        for number, sending in self._numbered():
            channel = self.channels[sending.channel]
            if kept := self._fits_name(number, sending):
                yield f"{self.words.in_domain} = ({kept} || {channel.present(channel.last)})"
                yield f"assert({self.words.in_domain})"
            yield f"{channel.put}({number})"

    def _taking(self, channel: PromelaChannel) -> Iterator[str]:
        if self.action.kind is not ActionKind.DUPLICATION:
            yield f"{channel.take}(i)"
        elif not channel.channel.reorders:
            yield f"{channel.duplicate}(i)"
        else:
            yield f"{channel.copy}({channel.fresh}[0], {channel.slots}[i])"
            yield f"{channel.mark(f'{channel.fresh}[0]')} = {channel.mark(f'{channel.fresh}[0]')} | 1"
            yield f"{channel.put}(0)"

    def _altering(self, number: int, alter: Alter, looked_at: Mapping[Expression, str]) -> Iterator[str]:
        """Change messages in flight where they stand; each sees its own fields as they were."""
        channel = self.channels[alter.channel]
        kind = channel.channel.index_of(alter.message)
        text = PromelaText(self.words, self.action)
        text.known = dict(looked_at)
        text.scope = text.scope.with_flight(channel.channel, alter.message)
        if self.effects.keeps_taken and self.action.channel is not None:
            taken = text.messages["received"]
            text.messages["received"] = taken._replace(place=self.channels[self.action.channel].spare)
        for position in range(channel.channel.capacity):
            slot = f"{channel.slots}[{position}]"
            text.messages["flight"] = Message(alter.channel, kind, slot)
            test = channel.present(position)
            if len(channel.channel.messages) > 1:
                test = self.words.is_of_type(alter.channel, slot, alter.message)
            if alter.when is not TRUE:
                test += f" && {text.condition(alter.when, Level.COMPARISON)}"
            places = channel.layout.fields[kind]
            statements: list[str] = []
            parts: dict[int, list[str]] = {}
            masks: dict[int, int] = {}
            for name, value in alter.fields.items():
                place = places[name]
                if may_leave(value, place.domain):
                    statements.append(f"{self.words.in_domain} = {self._fits(value, place.domain, text)}")
                    statements.append(f"assert({self.words.in_domain})")
                setter = self.words.setter(alter.channel, kind, name)
                parts.setdefault(place.part, []).append(f"{setter}({text.stored(value, place.domain)})")
                masks[place.part] = masks.get(place.part, 0) | place.mask << place.shift
            temporary = len(parts) > 1
            for part, pieces in parts.items():
                target = f"{slot}.{self.words.part(part)}"
                new = self._temporary(("altered", part), f"altered_{part + 1}") if temporary else target
                keep = (1 << channel.layout.widths[part]) - 1 & ~masks[part]
                statements.append(f"{new} = ({target} & {keep}) | {' | '.join(pieces)}")
            if temporary:
                statements += [f"{slot}.{self.words.part(part)} = {self._temporary(('altered', part), '')}"
                               for part in parts]  # fmt: skip
            yield f"if\n:: {test} -> {'; '.join(statements) or 'skip'}\n:: else\nfi"


def separated(statements: Sequence[str]) -> Iterator[str]:
    """Statements as lines, with a semicolon between one and the next."""
    for index, statement in enumerate(statements):
        lines = statement.split("\n")
        last = index == len(statements) - 1
        yield from lines[:-1]
        yield lines[-1] + ("" if last else ";")


