"""The verdict on a capture: for each UE and home agent whether runs of the model explain it, else the first packet
that none explains and the rule it breaks. What only a profile asks for is told apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache

from generators.conformance.flows import Contents, Flow, Seen
from generators.conformance.home_agent_side import MOST_WAITING, Answer, HomeAgentSide
from generators.conformance.surroundings import NothingToSay, Surroundings, policy_of, surroundings_of
from generators.conformance.touched import Choices, choices_in, touched
from generators.conformance.tracking import MOST_PENDING, Steps, Unexplained
from generators.conformance.ue_side import UeSide
from generators.packets.errors import PacketError
from generators.packets.messages import BindingRevocationAcknowledgement, BindingRevocationIndication
from generators.packets.wire_form import WireForm
from model.handover import handover
from model.language.domains import Value
from model.messages import BindingAcknowledgement as AnswerOfTheModel
from model.messages import BindingRevocationAcknowledgement as AnswerToRevocationOfTheModel
from model.messages import BindingRevocationIndication as IndicationOfTheModel
from model.messages import Status
from model.readings import BY_IDENTIFIER, Reading, reading
from model.scenarios import from_data

SIDES = ("ue", "home_agent")
MOST_UNANSWERED, SECONDS_UNANSWERED = 4, 15.0
RULES = {  # the field in which a message differs from what is permitted -> the requirement about it
    "BindingUpdate": {
        "sequence_number": "REF-A5", "source": "UE-F2F-02", "inner_source": "REF-C5",
        "home_address_option": "UE-F2F-04", "alternate_care_of_address": "UE-F2F-03",
        "ipv4_care_of_address": "REF-C5", "ipv4_home_address": "UE-F2F-05", "encapsulation": "UE-F2F-07",
        "forces_udp": "UE-F2F-08", "tlv_header": "UE-F2F-08", "lifetime": "UE-F2H-01",
    },
    "BindingAcknowledgement": {
        "sequence_number": "REF-B9", "status": "HA-F2F-01", "lifetime": "REF-B8", "key_management": "HA-F2F-11",
        "nat_detection": "HA-F2F-06", "ipv4_address_acknowledgement": "HA-F2F-09", "routing_header": "HA-F2F-10",
        "encapsulation": "REF-C6", "destination": "REF-B12",
    },
}  # fmt: skip
UNANSWERABLE = "REF-B9"  # an answer to nothing
NUMBER_TOLD = "REF-B2"  # the number that status 135 tells
REVOCATION = "REF-F6"
WRONG_ERROR = "REF-B13"  # a Binding Error although there is a binding
SWITCHED = {  # choices that are tried one by one where no named reading explains a side
    "ue": ("AMB-29", "AMB-18", "AMB-10", "AMB-02", "AMB-17"),
    "home_agent": ("AMB-19", "AMB-06", "AMB-20", "AMB-03", "AMB-33", "AMB-28", "AMB-26", "AMB-22", "AMB-17"),
}


class Outcome(Enum):
    EXPLAINED = "explained by runs of the model"
    UNEXPLAINED = "explained by no run of the model"
    DOWN = "system down (suspected)"
    UNKNOWN = "nothing can be said"


@dataclass(frozen=True)
class SideVerdict:
    """side: "ue" or "home_agent". packet: number of the first that nothing explains. reading: what explains the
    side, or what goes farthest, with the choices switched."""

    side: str
    outcome: Outcome
    reading: str
    packet: int | None = None
    requirement: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class FlowVerdict:
    flow: Flow
    sides: tuple[SideVerdict, ...]
    profile: tuple[str, ...]

    @property
    def outcome(self) -> Outcome:
        found = [side.outcome for side in self.sides]
        for worst in (Outcome.DOWN, Outcome.UNEXPLAINED, Outcome.UNKNOWN):
            if worst in found:
                return worst
        return Outcome.EXPLAINED


@dataclass(frozen=True)
class Judgement:
    contents: Contents
    flows: tuple[FlowVerdict, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        outcomes = [flow.outcome for flow in self.flows]
        if Outcome.DOWN in outcomes or Outcome.UNEXPLAINED in outcomes:
            return 1
        return 3 if not outcomes or Outcome.UNKNOWN in outcomes else 0


Report = Callable[[str], None]


@dataclass(frozen=True)
class View:
    """place: where the capture was taken, "ue", "home_agent" or "both" (in between: anything may be late).
    restarts: whether the home agent may have started anew at any time."""

    place: str
    restarts: bool = False


def judge(contents: Contents, view: View, readings: Sequence[Reading], *, search: bool,
          sides: Sequence[str] = SIDES, report: Report = lambda text: None) -> Judgement:  # fmt: skip
    """search: where no reading explains a side, single choices are switched too. sides: which are judged; the other
    may be a tester that does what it likes."""
    judged = []
    for flow in contents.flows:
        down = _down(flow) if "home_agent" in sides else None
        found = (down,) if down else tuple(
            _judge_side(flow, side, view, readings, search, report) for side in sides)  # fmt: skip
        judged.append(FlowVerdict(flow, found, tuple(_profile(flow) if "ue" in sides else ())))
    return Judgement(contents, tuple(judged))


@dataclass
class _Best:
    """What went farthest so far. doubtful: where nothing can be said."""

    reached: int = -1
    verdict: SideVerdict | None = None
    chosen: Reading | None = None
    doubtful: SideVerdict | None = None

    def offer(self, verdict: SideVerdict, chosen: Reading) -> None:
        if verdict.outcome is Outcome.UNKNOWN:
            self.doubtful = self.doubtful or verdict
        if (verdict.packet or 0) > self.reached:
            self.reached, self.verdict, self.chosen = verdict.packet or 0, verdict, chosen


def _judge_side(
    flow: Flow, side: str, view: View, readings: Sequence[Reading], search: bool, report: Report
) -> SideVerdict:
    best = _Best()
    tried: set[tuple[bool, Choices]] = set()
    for chosen in _to_try(readings, flow, side, search, best):
        words = " ".join([chosen.name, *chosen.switched_texts])
        report(f"{side.replace('_', ' ')}: {words}")
        try:
            for walk in _walks(flow, side, view, chosen, tried):
                verdict = replace(walk.walk(side), reading=words)
                if verdict.outcome is Outcome.EXPLAINED:
                    return verdict
                best.offer(verdict, chosen)
                if walk.settled:
                    return verdict
        except NothingToSay as reason:
            return SideVerdict(side, Outcome.UNKNOWN, words, reason=str(reason))
    assert best.verdict is not None
    return best.doubtful or best.verdict


def _to_try(readings: Sequence[Reading], flow: Flow, side: str, search: bool, best: _Best) -> Iterator[Reading]:
    """The readings; then the best of them with single choices switched, round by round while that goes farther."""
    yield from readings
    matter = touched(flow, side, detects_duplicates=True)
    last: Reading | None = None
    while search and best.chosen is not None and best.chosen != last:
        last = best.chosen
        for identifier in SWITCHED[side]:
            if identifier not in matter or (side, identifier) in last.switched:
                continue
            for value in BY_IDENTIFIER[identifier].alternatives:
                if (value,) != last.choices[identifier]:
                    yield Reading(last.name, {**last.switched, (side, identifier): value})


def _walks(
    flow: Flow, side: str, view: View, chosen: Reading, tried: set[tuple[bool, Choices]]
) -> Iterator[_Walk]:
    """One side under one reading; the home agent without and with duplicate address detection. tried: what need not
    be tried once more."""
    for detects in (False, True) if side == "home_agent" else (False,):
        key = detects, choices_in(chosen, side, touched(flow, side, detects_duplicates=detects))
        if key in tried:
            continue
        tried.add(key)
        around = surroundings_of(flow, view.place, side, detects_duplicates=detects, restarts=view.restarts)
        yield _Walk(flow, view.place, around, _steps_of(around, chosen, side))


def _steps_of(around: Surroundings, chosen: Reading, side: str) -> Steps:
    """Shared by flows, and by readings tried, with the same surroundings: what was expanded is known then."""
    steps = _steps(around.scenario.model_dump_json(), chosen.name, tuple(chosen.switched_texts), side)
    steps.expanded = 0
    return steps


@lru_cache(maxsize=32)
def _steps(scenario: str, name: str, switched: tuple[str, ...], side: str) -> Steps:
    return Steps(handover(from_data(json.loads(scenario), "what the capture shows"), reading(name, switched)), side)


Step = Callable[[Seen, Mapping[str, Value]], Unexplained | None]


class _Walk:
    """One pass over a flow, or a second one to say what would have been permitted instead of an answer.
    settled: what it found does not depend on the reading."""

    def __init__(self, flow: Flow, place: str, around: Surroundings, steps: Steps) -> None:
        self.flow, self.place, self.around = flow, place, around
        self.form = WireForm(around.plan)
        self.steps = steps
        self.read = [(seen, self._fields_or_error(seen)) for seen in flow.in_order]
        self.settled = False

    def walk(self, side: str) -> SideVerdict:
        step = self._ue_step() if side == "ue" else self._home_agent_step()
        for seen, fields in self.read:
            if isinstance(fields, PacketError):
                if seen.from_ue != (side == "ue"):
                    continue
                rule = REVOCATION if seen in self.flow.revocations else "UE-F2F-02" if seen.from_ue else "REF-B12"
                self.settled = True
                return SideVerdict(side, Outcome.UNEXPLAINED, "", seen.number, rule, self._of_a_stranger(seen, fields))
            wrong = step(seen, fields)
            if wrong is not None:
                self.settled = wrong.settled
                if side == "home_agent" and wrong.certain and seen not in self.flow.errors:
                    wrong = self._named(seen) or wrong
                return self._unexplained(side, seen, fields, wrong)
        return SideVerdict(side, Outcome.EXPLAINED, "")

    def _of_a_stranger(self, seen: Seen, error: PacketError) -> str:
        """What is wrong with a packet that is no message of this UE, or for it."""
        name, address = ("comes from", seen.outer_source) if seen.from_ue else ("goes to", seen.outer_destination)
        if address in self.around.plan.of_name.values():
            return str(error)
        return f"it {name} {address}" + ("" if seen.from_ue else ", from where no update came")

    def _ue_step(self) -> Step:
        ue = UeSide(self.steps, near=self.place == "ue")
        revoked: set[int] = set()

        def step(seen: Seen, fields: Mapping[str, Value]) -> Unexplained | None:
            if seen.update is not None:
                return ue.update(fields)
            if seen.acknowledgement is not None:
                ue.acknowledgement(fields)
            elif isinstance(seen.packet.message, BindingRevocationIndication):
                revoked.add(seen.packet.message.sequence_number)
                ue.acknowledgement(fields, IndicationOfTheModel.name)
            elif isinstance(seen.packet.message, BindingRevocationAcknowledgement):
                if seen.packet.message.sequence_number not in revoked:
                    return Unexplained("it answers no revocation that was seen", (), {}, None, settled=True)
                return ue.answer_to_revocation(fields)
            return None

        return step

    def _home_agent_step(self, to_name: Seen | None = None) -> Step:
        updates = [seen.update.sequence_number for seen in self.flow.seen if seen.update is not None]
        told = {
            seen.acknowledgement.sequence_number
            for seen in self.flow.seen if seen.acknowledgement is not None and seen.acknowledgement.status == 135
        }  # fmt: skip
        answers = list(self._answers())
        numbers = [seen.number for seen, _ in answers]
        agent = HomeAgentSide(
            self.steps, [answer for _, answer in answers], near=self.place == "home_agent",
            first_number=updates[0] if updates else 0, known_numbers=told if self._begins_with_135() else set(),
            to_name=None if to_name is None else numbers.index(to_name.number),
        )  # fmt: skip

        def step(seen: Seen, fields: Mapping[str, Value]) -> Unexplained | None:
            if seen.update is not None:
                agent.update(seen.time, fields)
                return None
            if seen.from_ue:
                agent.update(seen.time, fields, AnswerToRevocationOfTheModel.name)
                return None
            if seen in self.flow.errors:
                return agent.error(seen.time)
            return self._too_long(seen) or agent.acknowledgement(seen.time)

        return step

    def _too_long(self, seen: Seen) -> Unexplained | None:
        """A lifetime longer than was asked for; the model knows no lengths."""
        answer = seen.acknowledgement
        if answer is None or answer.status >= 128 or not answer.lifetime:
            return None
        asked = [one.update.lifetime for one in self.flow.seen if one.update is not None and one.number < seen.number
                 and one.update.sequence_number == answer.sequence_number]  # fmt: skip
        if not asked or answer.lifetime <= max(asked) or not max(asked):
            return None
        return Unexplained(f"{answer.lifetime} s are granted, {max(asked)} s were asked for", ("lifetime",), {}, None,
                           settled=True)  # fmt: skip

    def _answers(self) -> Iterator[tuple[Seen, Answer]]:
        """What the home agent has to explain, up to the first message that cannot be read as one of the model."""
        for seen, fields in self.read:
            if seen.from_ue or seen in self.flow.errors:
                continue
            if isinstance(fields, PacketError):
                return
            if seen.acknowledgement is None:
                yield seen, Answer(IndicationOfTheModel.name, fields, frozenset(), 0)
                continue
            lifetime = seen.acknowledgement.lifetime if seen.acknowledgement.status < 128 else 0
            yield seen, Answer(AnswerOfTheModel.name, fields, _ignored(seen.acknowledgement.status), lifetime)

    def _named(self, wrong: Seen) -> Unexplained | None:
        """What is wrong with an answer that nothing explains, told from what might have been sent instead."""
        try:
            step = self._home_agent_step(wrong)
            for seen, fields in self.read:
                found = None if isinstance(fields, PacketError) else step(seen, fields)
                if seen is wrong:
                    return found
        except NothingToSay:
            return None
        return None

    def _begins_with_135(self) -> bool:
        """The first answer tells of a binding from before the capture."""
        first = next((seen.acknowledgement for seen in self.flow.seen if seen.acknowledgement is not None), None)
        return first is not None and first.status == 135

    def _fields_or_error(self, seen: Seen) -> dict[str, Value] | PacketError:
        try:
            return {} if seen in self.flow.errors else self._fields(seen)
        except PacketError as error:
            return error

    def _fields(self, seen: Seen) -> dict[str, Value]:
        packet = seen.packet
        answer = seen.acknowledgement
        if answer is not None:
            packet = replace(packet, message=replace(answer, status=policy_of(answer.status)))
        _, fields = self.form.fields(packet)
        name = "source" if seen.from_ue else "destination"
        fields[name] = self.around.hidden_mapping.get(str(fields[name]), fields[name])
        return fields

    def _unexplained(self, side: str, seen: Seen, fields: Mapping[str, Value], wrong: Unexplained) -> SideVerdict:
        if not wrong.certain:
            most = MOST_PENDING if side == "ue" else MOST_WAITING
            reason = f"more than {most} messages under way would have to be tracked for packet {seen.number}"
            return SideVerdict(side, Outcome.UNKNOWN, "", seen.number, None, reason)
        if seen in self.flow.errors:
            return SideVerdict(side, Outcome.UNEXPLAINED, "", seen.number, WRONG_ERROR, wrong.reason)
        if seen in self.flow.revocations:
            return SideVerdict(side, Outcome.UNEXPLAINED, "", seen.number, REVOCATION, _in_words(wrong, fields))
        message = "BindingUpdate" if seen.update is not None else "BindingAcknowledgement"
        rules = RULES[message]
        rule = next((rules[name] for name in wrong.fields if name in rules), None)
        if rule is None:
            rule = wrong.action.requirements[0] if wrong.action and wrong.action.requirements else UNANSWERABLE
        if rule == "REF-B9" and str(fields.get("status")) == Status.SEQUENCE_NUMBER_OUT_OF_WINDOW.value:
            rule = NUMBER_TOLD
        reason = _in_words(wrong, fields)
        if message == "BindingAcknowledgement" and not wrong.fields:
            reason = "it answers no update that was seen"
        return SideVerdict(side, Outcome.UNEXPLAINED, "", seen.number, rule, reason)


def _in_words(wrong: Unexplained, fields: Mapping[str, Value]) -> str:
    differences = ", ".join(
        f"{name.replace('_', ' ')} is {fields[name]}, permitted is {wrong.permitted[name]}"
        for name in wrong.fields if name in wrong.permitted
    )  # fmt: skip
    return wrong.reason + (f": {differences}" if differences else "")


def _ignored(status: int) -> frozenset[str]:
    """A refusal says nothing but its status and number; the rest of it no rule fixes."""
    if status < 128:
        return frozenset()
    return frozenset({"lifetime", "key_management", "nat_detection", "ipv4_address_acknowledgement"})


def _down(flow: Flow) -> SideVerdict | None:
    """A peer that had answered and does not any more, or says that it does not know the protocol."""
    answered = False
    open_since: list[Seen] = []
    for seen in flow.seen:
        if flow.refusal is not None and seen.number > flow.refusal[0]:
            break
        if seen.acknowledgement is not None:
            answered, open_since = True, []
            continue
        if open_since and _exchange(open_since[-1]) != _exchange(seen):
            open_since = []
        open_since.append(seen)
        lasted = seen.time - open_since[0].time
        if answered and len(open_since) >= MOST_UNANSWERED and lasted >= SECONDS_UNANSWERED:
            reason = f"{len(open_since)} transmissions of one exchange over {lasted:.0f} s have no answer"
            return SideVerdict("home_agent", Outcome.DOWN, "", open_since[0].number, None, reason)
    if flow.refusal is not None:
        number, words = flow.refusal
        return SideVerdict("home_agent", Outcome.DOWN, "", number, None, f"{words} after it had worked")
    return None


def _exchange(seen: Seen) -> tuple[object, ...]:
    assert seen.update is not None
    return seen.outer_source, seen.update.lifetime == 0


def _profile(flow: Flow) -> Iterator[str]:
    """What TS 24.303 as published asks of an update beyond the protocol (Annex A)."""
    updates = [seen for seen in flow.seen if seen.update is not None]
    rules: list[tuple[str, Callable[[Seen], bool]]] = [
        ("K must be set in every update (A.2)", lambda seen: bool(seen.update and seen.update.key_management)),
        ("R must be set in every update (A.2)", lambda seen: bool(seen.update and seen.update.mobile_router)),
        ("A must be set in every update (RFC 6275, 11.7.1)",
         lambda seen: bool(seen.update and seen.update.acknowledge)),
        ("H must be set in every update (RFC 6275, 11.7.1)",
         lambda seen: bool(seen.update and seen.update.home_registration)),
    ]  # fmt: skip
    for words, kept in rules:
        broken = [str(seen.number) for seen in updates if not kept(seen)]
        if broken:
            yield f"{words}: not in packet {', '.join(broken[:8])}{' ...' if len(broken) > 8 else ''}"


def default_readings() -> list[Reading]:
    """The named readings, the likeliest first."""
    return [reading(name) for name in ("intended", "final", "literal")]
