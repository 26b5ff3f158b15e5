"""Actions in Murphi: one rule each, its properties asserted on the state before the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from generators.exports.expression_text import Level, Message
from generators.exports.murphi_channels import MurphiChannel
from generators.exports.murphi_words import MurphiText, MurphiWords
from generators.exports.names import comment, quoted
from generators.exports.promela_actions import about
from generators.exports.ranges import may_leave
from generators.exports.sequencing import sequenced
from generators.exports.subject import Claim
from model.language.domains import Domain, Integer
from model.language.expressions import TRUE, Expression, conjuncts
from model.language.machines import Alter
from model.language.systems import Action, ActionKind, Sending


class MurphiAction:
    """One rule. claims: (number, claim) that speak of this step. observed: properties are only counted."""

    def __init__(
        self, words: MurphiWords, channels: Mapping[str, MurphiChannel], action: Action,
        claims: Sequence[tuple[int, Claim]], *, observed: bool,
    ) -> None:  # fmt: skip
        self.words = words
        self.channels = channels
        self.action = action
        self.claims = claims
        self.observed = observed
        self.effects = sequenced(action)
        self.text = MurphiText(words, action)
        self.locals: dict[str, str] = {}

    def lines(self) -> Iterator[str]:
        body = list(self._body())
        yield f"-- {comment(self.action.name)}"
        if sources := about(self.action):
            yield f"-- {comment(sources)}"
        for note in dict.fromkeys(row.note for row in self.action.rows if row.note):
            yield f"-- {comment(note)}"
        if self.action.channel is not None:
            yield f"ruleset i: {self.channels[self.action.channel].place} do"
        yield f'rule "{quoted(self.action.name)}"'
        parts = list(self._guard()) or ["true"]
        yield "  " + " &\n  ".join(parts)
        yield "==>"
        if self.locals:
            yield "var"
            yield from (f"  {name}: {kind};" for name, kind in self.locals.items())
        yield "begin"
        yield from (f"  {line}" for line in body)
        yield "end;"
        if self.action.channel is not None:
            yield "end;"
        yield ""

    def _guard(self) -> Iterator[str]:
        if self.action.channel is not None and self.action.message is not None:
            channel = self.channels[self.action.channel]
            yield f"{channel.condition(self.action.kind)}(i)"
            if len(channel.channel.messages) > 1:
                kind = self.words.message_type(self.action.channel, self.action.message)
                yield f"{channel.slots}[i].{self.words.type_field} = {kind}"
        yield from (self.text.condition(part, Level.COMPARISON) for part in conjuncts(self.action.guard))

    def _body(self) -> Iterator[str]:
        for number, claim in self.claims:
            yield claim_text(number, claim, self.text.condition(claim.seen.in_steps[self.action.name]), self.observed)
        for number, sending in enumerate(self.action.sends):
            yield from self._message(number, sending)
        if self.effects.keeps_taken and self.action.channel is not None:
            channel = self.channels[self.action.channel]
            yield f"{self._local('taken', channel.message_type)} := {channel.slots}[i];"
        looked_at: dict[Expression, str] = {}
        for number, expression in enumerate(self.effects.looked_at):
            name = self._local(f"looked_at_{number + 1}", "boolean")
            yield f"{name} := {self.text.condition(expression)};"
            looked_at[expression] = name
        for name, value in self.effects.held.items():
            domain = self.words.system.domain(name)
            yield f"{self._local(f'new {name}', self.words.type_of(domain))} := {self.text.value(value, domain)};"
        for name, value in self.effects.direct.items():
            yield f"{self.words.variable(name)} := {self.text.value(value, self.words.system.domain(name))};"
        yield from self._channel_changes(looked_at)
        for name in self.effects.held:
            yield f"{self.words.variable(name)} := {self.words.own(f'new {name}')};"

    def _local(self, wish: str, kind: str) -> str:
        name = self.words.own(wish)
        self.locals[name] = kind
        return name

    # effects

    def _message(self, number: int, sending: Sending) -> Iterator[str]:
        channel = self.channels[sending.channel]
        kind = channel.channel.index_of(sending.message.name)
        made = self._local(f"sent {sending.channel} {number + 1}", channel.message_type)
        yield f"clear {made};"
        yield f"{made}.{self.words.type_field} := {self.words.message_type(sending.channel, sending.message.name)};"
        fits: list[str] = []
        for name, place in channel.record.places[kind].items():
            value = self.text.value(sending.carried[name], place.domain)
            if may_leave(sending.carried[name], place.domain):
                fits.append(self._fits(sending.carried[name], place.domain))
                value = f"({fits[-1]} ? {value} : {self.words.value(place.domain.values[0], place.domain)})"
            yield f"{made}.{self.words.record_field(place)} := {value};"
        if fits:
            yield f"{self._local(f'fits {number + 1}', 'boolean')} := {' & '.join(fits)};"

    def _fits(self, value: Expression, domain: Domain) -> str:
        assert isinstance(domain, Integer)
        number = self.text.value(value, domain, Level.ATOM)
        return f"({domain.low} <= {number} & {number} <= {domain.top})"

    def _channel_changes(self, looked_at: Mapping[Expression, str]) -> Iterator[str]:
        if self.action.channel is not None:
            yield from self._taking(self.channels[self.action.channel])
        moved: dict[str, None] = {}
        for alter in self.action.alters:
            channel = self.channels[alter.channel]
            yield from self._altering(alter, looked_at)
            if channel.channel.reorders or channel.channel.lane in alter.fields:
                moved[alter.channel] = None
        yield from (f"{self.channels[name].sort}();" for name in moved if self.channels[name].last)
        for number, sending in enumerate(self.action.sends):
            channel = self.channels[sending.channel]
            kind = channel.channel.index_of(sending.message.name)
            if any(may_leave(sending.carried[n], p.domain) for n, p in channel.record.places[kind].items()):
                free = self.words.is_free(sending.channel, channel.last)
                fits = self.words.own(f"fits {number + 1}")
                yield f'if !{fits} & {free} then error "a value leaves its domain"; end;'
            yield f"{channel.put}({self.words.own(f'sent {sending.channel} {number + 1}')});"

    def _taking(self, channel: MurphiChannel) -> Iterator[str]:
        if self.action.kind is not ActionKind.DUPLICATION:
            yield f"{channel.take}(i);"
        elif not channel.channel.reorders and channel.last:
            yield f"{channel.duplicate}(i);"
        elif channel.last:
            copied = self._local("copied_message", channel.message_type)
            yield f"{copied} := {channel.slots}[i];"
            yield f"{copied}.{self.words.record_field(channel.record.copy_mark)} := true;"
            yield f"{channel.put}({copied});"

    def _altering(self, alter: Alter, looked_at: Mapping[Expression, str]) -> Iterator[str]:
        """Change messages in flight where they stand; each sees its own fields as they were."""
        channel = self.channels[alter.channel]
        kind = channel.channel.index_of(alter.message)
        text = MurphiText(self.words, self.action)
        text.known = dict(looked_at)
        text.scope = text.scope.with_flight(channel.channel, alter.message)
        if self.effects.keeps_taken:
            text.messages["received"] = text.messages["received"]._replace(place=self.words.own("taken"))
        for position in range(channel.channel.capacity):
            slot = f"{channel.slots}[{position}]"
            text.messages["flight"] = Message(alter.channel, kind, slot)
            test = f"{slot}.{self.words.type_field} = {self.words.message_type(alter.channel, alter.message)}"
            if alter.when is not TRUE:
                test += f" & {text.condition(alter.when, Level.COMPARISON)}"
            places = channel.record.places[kind]
            changed = self._local(f"changed on {alter.channel}", channel.message_type)
            writes = [f"{changed} := {slot};"]
            writes += [
                f"{changed}.{self.words.record_field(places[name])} := {text.value(value, places[name].domain)};"
                for name, value in alter.fields.items()
            ]
            yield f"if {test} then {' '.join(writes)} {slot} := {changed}; end;"


def claim_text(number: int, claim: Claim, seen: str, observed: bool) -> str:
    """One claim as a statement or, without its last character, a declaration."""
    if observed:
        return f'cover "{number} {quoted(claim.name)}" ({seen});'
    if claim.must_occur:
        return f'cover "{quoted(claim.name)}" ({seen});'
    return f'assert "{quoted(claim.name)}" !({seen});'
