"""A system as a TLA+ module for TLC, with its configuration file. Channels are sequences in canonical
order, so that TLC counts the states that dsmip counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generators.exports.expression_text import Level, Message
from generators.exports.names import comment
from generators.exports.promela import header, initial_states
from generators.exports.promela_actions import about
from generators.exports.promela_channels import describe
from generators.exports.subject import Claim, Subject
from generators.exports.tla_words import TlaText, TlaWords
from model.language.domains import Boolean, Domain, Enumeration
from model.language.domains import describe as describe_domain
from model.language.expressions import FALSE, TRUE, conjuncts
from model.language.machines import Alter
from model.language.systems import Action, ActionKind, SystemChannel

USE = """
Check it:  java -cp tla2tools.jar tlc2.TLC FILE      (FILE.cfg lies beside it; the model may stop anywhere)
TLC's "distinct states found" are the states of the model. It generates as many states as the model has transitions,
and the initial states besides. A step that changes nothing is a stuttering step, of which TLA+ properties say nothing.
Response properties, if there are any, stand in a module of their own, FILE_responses, which extends this one.
""".strip().splitlines()


def tla(subject: Subject) -> str:
    """The module. Its name is the file's."""
    return "\n".join([*TlaModule(subject).lines(), ""])


def configuration(subject: Subject) -> str:
    """The configuration for TLC: what to check, and what must be violated because it must occur."""
    return "\n".join([*TlaModule(subject).configuration(), ""])


class TlaModule:
    """The parts of the module of one system."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.system = subject.system
        self.words = TlaWords(subject.system)
        self._ranked: set[Domain] = set()
        self.variables = [self.words.variable(entry.name) for entry in self.system.variables]
        self.variables += [self.words.contents(channel.name) for channel in self.system.channels]
        self.names = {action.name: self.words.names.of(("action", action.name), action.name)
                      for action in self.system.actions}  # fmt: skip

    def lines(self) -> Iterator[str]:
        name = self.subject.file_name
        yield f"{'-' * 8} MODULE {name} {'-' * 8}"
        for line in [*header(self.subject, "TLA+, for TLC"), *USE]:
            yield f"\\* {line}".rstrip()
        yield "EXTENDS Integers, Sequences, FiniteSets"
        yield ""
        yield from self._declarations()
        for channel in self.system.channels:
            yield from self._channel(channel)
        yield from self._init()
        for action in self.system.actions:
            yield from self._action(action)
        yield "Next =="
        yield from (f"  \\/ {self._some(action)}" for action in self.system.actions)
        if not self.system.actions:
            yield "  FALSE"
        yield ""
        yield "Spec == Init /\\ [][Next]_vars"
        yield ""
        for claim in self.subject.claims:
            yield from self._claim(claim)
        yield "=" * 40

    def _declarations(self) -> Iterator[str]:
        yield "VARIABLES"
        rows = []
        for variable in self.system.variables:
            meaning = f": {variable.meaning}" if variable.meaning else ""
            ghost = "; for properties only" if variable.ghost else ""
            rows.append((self.words.variable(variable.name),
                         f"{variable.name}{meaning} ({describe_domain(variable.domain)}{ghost})"))  # fmt: skip
        for channel in self.system.channels:
            rows.append((self.words.contents(channel.name), f"{channel.name}: {describe(channel)}"))
        for index, (name, note) in enumerate(rows):
            yield f"  {name}{',' if index < len(rows) - 1 else ''}  \\* {comment(note)}"
        yield ""
        yield f"vars == <<{', '.join(self.variables)}>>"
        yield ""
        for domain in self.words.enumerations():
            yield f"{self.words.set_of(domain)} == {self.words.values_of(domain)}"
        yield ""
        yield "\\* serial numbers modulo m: a is 1 to m / 2 - 1 steps ahead of b"
        yield "Ahead(a, b, m) == (a - b) % m >= 1 /\\ (a - b) % m < m \\div 2"
        yield "Contents(q) == {q[n] : n \\in DOMAIN q}"
        yield ""

    # channels

    def _channel(self, channel: SystemChannel) -> Iterator[str]:
        words, name = self.words, channel.name
        mark = words.field(channel.copy_mark)
        yield f"\\* {comment(name)}: {comment(describe(channel))}"
        types = []
        for message in channel.messages:
            fields = [f"{words.type_field} : {{{words.message_type(message.name)}}}"]
            fields += [f"{words.field(field)} : {words.set_of(e.domain)}" for field, e in message.fields.items()]
            kind = words.names.of(("message set", name, message.name), f"{message.name} on {name}")
            yield f"{kind} == [{', '.join(fields)}]"
            types.append(kind)
        yield f"{words.of_channel('messages on', name)} == " + " \\cup ".join(types)
        domains = [entry.domain for message in channel.messages for field, entry in message.fields.items()
                   if channel.reorders or field == channel.lane]  # fmt: skip
        for domain in dict.fromkeys(domains):
            if isinstance(domain, Enumeration | Boolean) and domain not in self._ranked:
                self._ranked.add(domain)
                yield f"{self._rank(domain)}(a) == " + "CASE " + " [] ".join(
                    f"a = {words.value(value, domain)} -> {code}" for code, value in enumerate(domain.values)
                )  # fmt: skip
        before = words.of_channel("Before on", name)
        yield f"{before}(a, b) == {self._before(channel)}"
        yield f"{words.of_channel('Take from', name)}(q, i) == SubSeq(q, 1, i - 1) \\o SubSeq(q, i + 1, Len(q))"
        yield f"{words.of_channel('Put on', name)}(q, m) ==  \\* into its place in the order; lost if there is no room"
        yield f"  IF Len(q) = {channel.capacity} THEN q"
        yield f"  ELSE LET n == Cardinality({{i \\in DOMAIN q : ~{before}(m, q[i])}})"
        yield "       IN SubSeq(q, 1, n) \\o <<m>> \\o SubSeq(q, n + 1, Len(q))"
        yield f"RECURSIVE {words.of_channel('Sort', name)}(_)"
        yield f"{words.of_channel('Sort', name)}(q) ==  \\* equal messages keep their order"
        yield "  IF q = <<>> THEN q"
        shorter = f"{words.of_channel('Sort', name)}(SubSeq(q, 1, Len(q) - 1))"
        yield f"  ELSE {words.of_channel('Put on', name)}({shorter}, q[Len(q)])"
        yield f"{words.of_channel('Copy of', name)}(m) == [m EXCEPT !.{mark} = TRUE]"
        yield f"{words.of_channel('Original of', name)}(m) == [m EXCEPT !.{mark} = FALSE]"
        contents = words.contents(name)
        differs = f"{contents}[i].{words.field(channel.lane)} # {contents}[i - 1].{words.field(channel.lane)}"
        if channel.reorders:
            original = words.of_channel("Original of", name)
            differs = f"{original}({contents}[i]) # {original}({contents}[i - 1])"
        yield f"{words.of_channel('Arrives on', name)}(i) == i = 1 \\/ {differs}"
        yield f"{words.of_channel('CanBeLost on', name)}(i) =="
        yield f"  /\\ \\A n \\in 1..(i - 1) : {contents}[n] # {contents}[i]  \\* equal messages count once"
        copied = f"{words.of_channel('Copy of', name)}({contents}[i])"
        yield f"  /\\ {contents}[i].{mark} \\/ {copied} \\notin Contents({contents})  \\* a copy goes first"
        yield f"{words.of_channel('CanBeCopied on', name)}(i) == " \
              f"{words.of_channel('CanBeLost on', name)}(i) /\\ ~{contents}[i].{mark}"
        yield ""

    def _rank(self, domain: Domain) -> str:
        wish = "Rank of truth" if isinstance(domain, Boolean) else f"Rank of {domain.name}"  # type: ignore[union-attr]
        return self.words.names.of(("rank", domain), wish)

    def _before(self, channel: SystemChannel) -> str:
        """Only the lane decides in a queue, everything in a multiset."""
        lane = channel.messages[0].fields[channel.lane].domain
        if not channel.reorders:
            return self._lexicographic([(channel.lane, lane)])
        kinds = []
        type_field = self.words.type_field
        for number, message in enumerate(channel.messages):
            special = (channel.lane, channel.copy_mark)
            fields = [(name, entry.domain) for name, entry in message.fields.items() if name not in special]
            inner = self._lexicographic([*fields, (channel.copy_mark, message.fields[channel.copy_mark].domain)])
            is_a = f"a.{type_field} = {self.words.message_type(message.name)}"
            kinds.append(f"({is_a} /\\ b.{type_field} = {self.words.message_type(message.name)} /\\ ({inner}))")
            later = [self.words.message_type(other.name) for other in channel.messages[number + 1 :]]
            if later:
                kinds.append(f"({is_a} /\\ b.{type_field} \\in {{{', '.join(later)}}})")
        return self._lexicographic([(channel.lane, lane)], " \\/ ".join(kinds))

    def _lexicographic(self, fields: Sequence[tuple[str, Domain]], then: str = "") -> str:
        result = then
        for name, domain in reversed(fields):
            left, right = (f"{side}.{self.words.field(name)}" for side in "ab")
            less = f"{left} < {right}"
            if isinstance(domain, Enumeration | Boolean):
                less = f"{self._rank(domain)}({left}) < {self._rank(domain)}({right})"
            result = f"{less} \\/ ({left} = {right} /\\ ({result}))" if result else less
        return result

    # behaviour

    def _init(self) -> Iterator[str]:
        initial_states(self.subject)
        yield "Init =="
        for variable in self.system.variables:
            values = [self.words.value(value, variable.domain) for value in variable.initial]
            name = self.words.variable(variable.name)
            yield f"  /\\ {name} = {values[0]}" if len(values) == 1 else f"  /\\ {name} \\in {{{', '.join(values)}}}"
        yield from (f"  /\\ {self.words.contents(channel.name)} = <<>>" for channel in self.system.channels)
        if self.system.initially is not TRUE:
            yield f"  /\\ {TlaText(self.words).condition(self.system.initially, Level.COMPARISON)}"
        yield ""
        yield "TypeOK ==  \\* no value leaves its domain"
        for variable in self.system.variables:
            yield f"  /\\ {self.words.variable(variable.name)} \\in {self.words.set_of(variable.domain)}"
        for channel in self.system.channels:
            contents = self.words.contents(channel.name)
            messages = self.words.of_channel("messages on", channel.name)
            yield f"  /\\ Len({contents}) <= {channel.capacity} /\\ Contents({contents}) \\subseteq {messages}"
        yield ""

    def _some(self, action: Action) -> str:
        """The action, for some message that it may take."""
        if action.channel is None:
            return self.names[action.name]
        return f"\\E i \\in DOMAIN {self.words.contents(action.channel)} : {self.names[action.name]}(i)"

    def _action(self, action: Action) -> Iterator[str]:
        words, text = self.words, TlaText(self.words, action)
        yield f"\\* {comment(action.name)}"
        if sources := about(action):
            yield f"\\* {comment(sources)}"
        for note in dict.fromkeys(row.note for row in action.rows if row.note):
            yield f"\\* {comment(note)}"
        yield f"{self.names[action.name]}{'' if action.channel is None else '(i)'} =="
        for part in self._guard(action, text):
            yield f"  /\\ {part}"
        changed: list[str] = []
        for name, value in action.assignments.items():
            changed.append(words.variable(name))
            yield f"  /\\ {words.variable(name)}' = {text.value(value, self.system.domain(name), Level.SUM)}"
        touched = dict.fromkeys([*([action.channel] if action.channel else []),
                                 *(alter.channel for alter in action.alters),
                                 *(sending.channel for sending in action.sends)])  # fmt: skip
        for name in touched:
            changed.append(words.contents(name))
            yield f"  /\\ {words.contents(name)}' ="
            yield from (f"       {line}" for line in self._contents(action, name))
        kept = [name for name in self.variables if name not in changed]
        if kept:
            yield f"  /\\ UNCHANGED <<{', '.join(kept)}>>"
        yield ""

    def _guard(self, action: Action, text: TlaText) -> Iterator[str]:
        if action.channel is not None and action.message is not None:
            what = {ActionKind.LOSS: "CanBeLost on", ActionKind.DUPLICATION: "CanBeCopied on"}
            yield f"{self.words.of_channel(what.get(action.kind, 'Arrives on'), action.channel)}(i)"
            channel = self.system.channels[self.system.channel_index[action.channel]]
            if len(channel.messages) > 1:
                kind = self.words.message_type(action.message)
                yield f"{self.words.contents(action.channel)}[i].{self.words.type_field} = {kind}"
        needed = conjuncts(action.guard)
        yield from (text.condition(part, Level.COMPARISON) for part in needed)
        if action.channel is None and not needed:
            yield "TRUE"

    def _contents(self, action: Action, name: str) -> Iterator[str]:
        """The contents of a channel after the step, stage by stage."""
        channel = self.system.channels[self.system.channel_index[name]]
        stages = [self.words.contents(name)]
        if action.channel == name and action.kind is ActionKind.DUPLICATION:
            copied = f"{self.words.of_channel('Copy of', name)}({stages[0]}[i])"
            put = f"{self.words.of_channel('Put on', name)}({stages[0]}, {copied})"
            behind = f"SubSeq({stages[0]}, 1, i) \\o <<{copied}>> \\o SubSeq({stages[0]}, i + 1, Len({stages[0]}))"
            stages.append(put if channel.reorders else behind)
        elif action.channel == name:
            stages.append(f"{self.words.of_channel('Take from', name)}({stages[0]}, i)")
        moved = False
        for alter in action.alters:
            if alter.channel == name:
                stages.append(self._altered(action, alter, channel, self._stage(stages)))
                moved = moved or channel.reorders or channel.lane in alter.fields
        if moved:
            stages.append(f"{self.words.of_channel('Sort', name)}({self._stage(stages)})")
        for sending in action.sends:
            if sending.channel == name:
                text = TlaText(self.words, action)
                fields = [f"{self.words.type_field} |-> {self.words.message_type(sending.message.name)}"]
                fields += [f"{self.words.field(field)} |-> {text.value(sending.carried[field], entry.domain)}"
                           for field, entry in sending.message.fields.items()]  # fmt: skip
                put = self.words.of_channel("Put on", name)
                stages.append(f"{put}({self._stage(stages)}, [{', '.join(fields)}])")
        if len(stages) == 2:
            yield stages[1]
            return
        for number, stage in enumerate(stages[1:-1], 1):
            yield f"{'LET' if number == 1 else '   '} q{number} == {stage}"
        yield f"IN {stages[-1]}"

    def _stage(self, stages: Sequence[str]) -> str:
        return stages[0] if len(stages) == 1 else f"q{len(stages) - 1}"

    def _altered(self, action: Action, alter: Alter, channel: SystemChannel, stage: str) -> str:
        text = TlaText(self.words, action)
        text.scope = text.scope.with_flight(channel, alter.message)
        kind = channel.index_of(alter.message)
        text.messages["flight"] = Message(channel.name, kind, f"{stage}[n]")
        tests = []
        if len(channel.messages) > 1:
            tests.append(f"{stage}[n].{self.words.type_field} = {self.words.message_type(alter.message)}")
        if alter.when is not TRUE:
            tests.append(text.condition(alter.when, Level.COMPARISON))
        domains = {field: entry.domain for field, entry in channel.messages[kind].fields.items()}
        changes = [f"!.{self.words.field(field)} = {text.value(value, domains[field])}"
                   for field, value in alter.fields.items()]  # fmt: skip
        changed = f"[{stage}[n] EXCEPT {', '.join(changes)}]" if changes else f"{stage}[n]"
        if tests:
            changed = "IF " + " /\\ ".join(tests) + f" THEN {changed} ELSE {stage}[n]"
        return f"[n \\in DOMAIN {stage} |-> {changed}]"

    # properties

    def _claim_name(self, claim: Claim) -> str:
        return self.words.names.of(("claim", claim.name), claim.name)

    def _claim(self, claim: Claim) -> Iterator[str]:
        kind = "must occur, so this must be violated" if claim.must_occur else "must hold"
        sources = f" [{', '.join(claim.sources)}]" if claim.sources else ""
        yield f"\\* {comment(claim.name)} ({kind}): {comment(claim.statement)}{comment(sources)}"
        name = self._claim_name(claim)
        if claim.seen.impossible:
            yield f"{name} == TRUE  \\* nothing in this system could ever decide it"
        elif claim.seen.in_states is not None and claim.seen.in_states is not FALSE:
            yield f"{name} == ~({TlaText(self.words).condition(claim.seen.in_states)})"
        else:
            yield f"{name} == [][~("
            for action in self.system.actions:
                if action.name in claim.seen.in_steps:
                    seen = TlaText(self.words, action).condition(claim.seen.in_steps[action.name], Level.COMPARISON)
                    yield f"    \\/ ({self._some(action)} /\\ {seen})"
            yield "  )]_vars"
        yield ""

    def configuration(self) -> Iterator[str]:
        list(self.lines())  # names are given in the order of the module
        yield f"\\* configuration of {self.subject.file_name}.tla for TLC"
        yield "SPECIFICATION Spec"
        yield "CHECK_DEADLOCK FALSE"
        yield "INVARIANT TypeOK"
        for claim in self.subject.claims:
            kind = "INVARIANT" if claim.seen.in_states is not None or claim.seen.impossible else "PROPERTY"
            if claim.must_occur:
                yield f"\\* {kind} {self._claim_name(claim)}  \\* must be violated: TLC then shows a run"
            else:
                yield f"{kind} {self._claim_name(claim)}"
