"""Response properties in Promela: one never claim each, an automaton for "fair, called for, and never answered".
It needs to know which fairness groups are possible and which had the last step: variables say so, if compiled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from generators.exports.expression_text import Level
from generators.exports.fair_steps import FairSteps, fair_steps, groups_with_steps, said
from generators.exports.names import comment
from generators.exports.promela_channels import PromelaChannel
from generators.exports.promela_words import PromelaText, PromelaWords
from generators.exports.subject import ResponseClaim
from model.language.errors import ModelError
from model.language.expressions import FALSE, TRUE
from model.language.systems import Action
from properties.fairness import FairnessGroup, Strength

MOST_GROUPS = 30
MOST_STRONG = 8
"""The claim has states for every set of strong groups that are not possible any more."""

USE = """
Response properties:        spin -o2 -DQUIET -DRESPONSE=1 -a FILE && gcc -O -DNOREDUCE -o pan pan.c && ./pan -a -m999999
  (RESPONSE is the number of the property, see the end of this file. The model may stop wherever no fair group of steps
  is possible. Without RESPONSE the file has the states of the model, with it those times what the claim has to know.)
""".strip("\n").splitlines()


class PromelaResponses:
    """Raises ModelError for more groups than a number has bits."""

    def __init__(
        self, words: PromelaWords, channels: Mapping[str, PromelaChannel], claims: Sequence[ResponseClaim]
    ) -> None:
        self.words = words
        self.channels = channels
        self.system = words.system
        self.claims = list(enumerate(claims, 1))
        self.groups = groups_with_steps([claim.response for claim in claims], self.system)
        strong = max((len(self._strong(claim)) for claim in claims), default=0)
        if len(self.groups) > MOST_GROUPS or strong > MOST_STRONG:
            raise ModelError(
                f'"{self.system.name}": {len(self.groups)} fairness groups, {strong} of them strong; at most '
                f"{MOST_GROUPS} and {MOST_STRONG} can be exported to Promela"
            )
        self.taken = words.own("taken")
        self.takes = words.own("takes")
        self.called = words.own("called")
        self.able = words.own("able")
        self.looked = words.own("looked")

    def _groups(self, claim: ResponseClaim) -> list[FairnessGroup]:
        return [group for group in self.groups if group in claim.response.groups]

    def _strong(self, claim: ResponseClaim) -> list[FairnessGroup]:
        return [group for group in self._groups(claim) if group.strength is Strength.STRONG]

    # before the steps

    def declarations(self) -> Iterator[str]:
        if not self.claims:
            return
        yield "#ifdef RESPONSE  /* the number of a response property */"
        bits = len(self.groups) + 1
        yield f"unsigned {self.taken} : {bits};  /* bit by bit the fairness groups that have the last step */"
        yield f"unsigned {self.able} : {bits};  /* bit by bit those that are possible */"
        yield f"bit {self.looked};  /* what is possible is up to date: only then the claim moves */"
        yield f"#define {self.takes}(groups) {self.taken} = groups; {self.looked} = 0;"
        for bit, group in enumerate(self.groups):
            yield f"#define {self._can(group)} ({self.able} & {1 << bit})"
            yield f"#define {self._was_taken(group)} ({self.taken} & {1 << bit})"
        yield f"#define {self.called} ({self.taken} & {1 << len(self.groups)})  /* by the last step */"
        yield "#else"
        yield f"#define {self.takes}(groups)"
        yield "#endif"
        for number, claim in self.claims:
            if claim.response.by:
                call = f"{self.taken} = {self.taken} | ((condition) -> {1 << len(self.groups)} : 0);"
                yield f"#if defined(RESPONSE) && RESPONSE == {number}"
                yield f"#define {self._calls(number)}(condition) {call}"
                yield "#else"
                yield f"#define {self._calls(number)}(condition)"
                yield "#endif"
        yield ""

    def _calls(self, number: int) -> str:
        return self.words.own(f"calls_{number}")

    def _was_taken(self, group: FairnessGroup) -> str:
        return self.words.names.of(("was taken", group), f"took {group.name}")

    def _can(self, group: FairnessGroup) -> str:
        return self.words.names.of(("can", group), f"can {group.name}")

    # in the steps

    def marks(self, action: Action, text: PromelaText) -> Iterator[str]:
        """What a step of `action` notes down, first of all."""
        if not self.claims:
            return
        masks = {copy: sum(1 << bit for bit, group in enumerate(self.groups) if group.has(action, copy))
                 for copy in (False, True)}  # fmt: skip
        noted = str(masks[False])
        if action.channel is not None and masks[True] != masks[False]:
            channel = self.channels[action.channel]
            noted = f"(({channel.mark(f'{channel.slots}[i]')} & 1) -> {masks[True]} : {masks[False]})"
        yield f"{self.takes}({noted})"
        for number, claim in self.claims:
            if action.name in claim.response.by:
                yield f"{self._calls(number)}({text.condition(claim.response.by[action.name])})"

    def opens(self) -> Iterator[str]:
        """The main loop begins: what is possible is looked at before each step."""
        if self.claims:
            yield "#ifdef RESPONSE"
            yield "  do"
            yield "  :: d_step {"
            yield f"    {self.able} = 0;"
            for bit, group in enumerate(self.groups):
                yield f"    /* {comment(said(group))} */"
                for steps in fair_steps(group, self.system):
                    possible = " ||\n      ".join(f"({part})" for part in self._possible(steps))
                    yield f"    {self.able} = {self.able} | (({possible}) -> {1 << bit} : 0);"
            yield f"    {self.looked} = 1"
            yield "  };"
            yield "  if"
            yield "#else"
        yield "  do"
        if self.claims:
            yield "#endif"

    def closes(self) -> Iterator[str]:
        """The steps of the main loop end: the model may stop too."""
        if self.claims:
            yield "#ifdef RESPONSE"
            yield f"  :: d_step {{ {self.takes}(0) }}  /* nothing happens any more, or yet */"
            yield "  fi"
            yield "#endif"

    # after the process

    def lines(self) -> Iterator[str]:
        if not self.claims:
            return
        for number, claim in self.claims:
            yield from self._claim(number, claim)

    def _possible(self, steps: FairSteps) -> Iterator[str]:
        """When the action can happen, for each place of the message taken."""
        action = steps.action
        places = range(1 if action.channel is None else self.channels[action.channel].channel.capacity)
        for position in places:
            parts = []
            if action.channel is not None and action.message is not None:
                channel = self.channels[action.channel]
                here = f"{channel.slots}[{position}]"
                parts.append(channel.condition_name(action.kind, position))
                if len(channel.channel.messages) > 1:
                    parts.append(f"({self.words.is_of_type(action.channel, here, action.message)})")
                if steps.copies is not None:
                    parts.append(f"({channel.mark(here)} & 1) == {int(steps.copies)}")
            if action.guard is not TRUE:
                parts.append(PromelaText(self.words, action, str(position)).condition(action.guard, Level.ATOM))
            yield " && ".join(parts) or "true"

    def _claim(self, number: int, claim: ResponseClaim) -> Iterator[str]:
        answer = claim.response
        text = PromelaText(self.words)
        name = self.words.names.of(("response", claim.name), claim.name)
        sources = f" [{comment(', '.join(claim.sources))}]" if claim.sources else ""
        yield ""
        yield f"/* RESPONSE {number}: {comment(claim.name)} (must hold): {comment(claim.statement)}{sources} */"
        yield f"#if defined(RESPONSE) && RESPONSE == {number}"
        open_ = self.words.own("unanswered")
        yield f"#define {open_} (!({text.condition(answer.goal)}))"
        called = [f"({text.condition(answer.at)})"] if answer.at is not None and answer.at is not FALSE else []
        called += [self.called] if answer.by else []
        now = f"{self.looked} && ({' || '.join(called) or 'false'}) && {open_}"
        yield f"never {name} {{"
        yield "before:"
        yield "  do"
        yield "  :: true"
        yield f"  :: {now} -> break"
        yield "  od;"
        yield "waiting:  /* until the strong groups that will not be possible any more are so */"
        yield "  do"
        yield f"  :: !{self.looked} || {open_}"
        strong = self._strong(claim)
        gone = [set(some) for count in range(len(strong) + 1) for some in combinations(strong, count)]
        for index, never_again in enumerate(gone):
            yield f"  :: {self._still(open_, never_again)} -> goto fair_{index}_0"
        yield "  od;"
        for index, never_again in enumerate(gone):
            yield from self._round(claim, index, never_again, open_)
        yield "}"
        yield "#endif"

    def _still(self, open_: str, never_again: set[FairnessGroup]) -> str:
        gone = [f"!{self._can(group)}" for group in self.groups if group in never_again]
        return " && ".join([self.looked, open_, *gone])

    def _round(
        self, claim: ResponseClaim, index: int, never_again: set[FairnessGroup], open_: str
    ) -> Iterator[str]:
        """Again and again each of the other groups gets its due, in turn; then the claim accepts."""
        due = [group for group in self._groups(claim) if group not in never_again]
        still = self._still(open_, never_again)
        for turn, group in enumerate(due):
            given = self._was_taken(group)
            if group.strength is Strength.WEAK:
                given = f"({given} || !{self._can(group)})"
            following = f"accept_{index}" if turn == len(due) - 1 else f"fair_{index}_{turn + 1}"
            yield f"fair_{index}_{turn}:"
            yield "  do"
            yield f"  :: !{self.looked}"
            yield f"  :: {still}"
            yield f"  :: {still} && {given} -> goto {following}"
            yield "  od;"
        if not due:
            yield f"fair_{index}_0:"
            yield "  do"
            yield f"  :: !{self.looked}"
            yield f"  :: {still} -> goto accept_{index}"
            yield "  od;"
        yield f"accept_{index}:"
        yield "  do"
        yield f"  :: !{self.looked}"
        yield f"  :: {still} -> goto fair_{index}_0"
        yield "  od;"
