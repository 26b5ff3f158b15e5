"""A system as a Verilog module for yosys and berkeley-abc: each clock cycle takes the step that an input
chooses, or none where it cannot happen. An output for each property is 1 where it is seen to be broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from checker.symbolic.components import Components
from checker.symbolic.system_text import MoveText, SystemText
from generators.exports.names import comment, identifier
from generators.exports.promela import header
from generators.exports.promela_actions import about
from generators.exports.subject import Claim, Subject
from generators.exports.verilog_words import VerilogWords
from model.language.domains import Boolean, Domain, Enumeration, bits_of
from model.language.domains import describe as describe_domain
from model.language.expressions import TRUE
from model.language.observations import Observation
from model.language.systems import Action, SystemVariable

USE = """
To AIGER:      yosys -p "read_verilog -sv FILE; prep -flatten -top MODULE; techmap; opt -full; dffunmap; aigmap;
               opt_clean; write_aiger -zinit -symbols -map model.map model.aig"
Check it:      berkeley-abc -c "read model.aig; bmc3 -a -F 30"     (the shortest runs, all outputs at once)
               berkeley-abc -c "read model.aig; cone -s -O 3; pdr" (a proof about one output, counted from 0)
The input "step" chooses what happens; a step that cannot happen changes nothing. An output that speaks of steps is 1
in the state before a step that breaks the property.
""".strip().splitlines()


@dataclass(frozen=True)
class Output:
    """One output of the module. claim: what it is about, None for what every proof needs.

    of_steps: it is 1 in the state before the step.
    """

    name: str
    claim: Claim | None
    of_steps: bool
    meaning: str


def verilog(subject: Subject) -> str:
    """The text of the file."""
    return VerilogModule(subject).text


class VerilogModule:
    """The module, and what its inputs and outputs mean. name: of the module."""

    def __init__(self, subject: Subject) -> None:
        self.subject, self.system = subject, subject.system
        components = Components(subject.system)
        self.words = VerilogWords({
            name: 1 if isinstance(entry.domain, Boolean) else bits_of(entry.domain)
            for name, entry in components.by_name.items()
        })  # fmt: skip
        self.exporter = SystemText(subject.system, self.words)
        self.name = self.words.own(identifier(subject.title))
        self.clock, self.step = self.words.own("clock"), self.words.own("step")
        self.step_bits = max(1, len(self.exporter.moves).bit_length())
        self.leaves_domain = self.words.own("leaves domain")
        self.outputs: list[Output] = []
        self.chosen = [entry for entry in self.system.variables if len(entry.initial) > 1]
        self.starts_chosen = bool(self.chosen) or self.system.initially is not TRUE

    @property
    def moves(self) -> tuple[MoveText, ...]:
        """Step number -> move; numbers beyond are no step."""
        return self.exporter.moves

    def start_input(self, variable: SystemVariable) -> str:
        """The input that gives a variable its first value, in the first cycle."""
        return self.words.own(f"start {variable.name}")

    @cached_property
    def cycles_before(self) -> int:
        """Clock cycles before the initial state."""
        return 1 if self.starts_chosen else 0

    @cached_property
    def text(self) -> str:
        body = list(self._body())
        ports = [f"  input wire {self.clock}", f"  input wire {self.words.range(self.step_bits)}{self.step}"]
        ports += [
            f"  input wire {self.words.range(self.exporter.bits(entry.name) or 1)}{self.start_input(entry)}"
            for entry in self.chosen
        ]
        ports += [f"  output wire {entry.name}" for entry in self.outputs]
        lines = [f"// {line}".rstrip() for line in [*header(self.subject, "Verilog, for yosys"), *self._use()]]
        return "\n".join([*lines, f"module {self.name}(", ",\n".join(ports), ");", *body, "endmodule", ""])

    def _use(self) -> list[str]:
        return [line.replace("FILE", f"{self.subject.file_name}.v").replace("MODULE", self.name) for line in USE]

    def _body(self) -> Iterator[str]:
        yield from self._registers()
        started = self.words.true
        if self.starts_chosen:
            loaded, begun = self.words.own("loaded"), self.words.own("begun")
            yield "  // The first cycle gives every variable the value that its input has."
            yield f"  reg {loaded} = 1'b0;"
            yield f"  reg {begun} = 1'b0;"
            fits = self.exporter.start()
            yield from self._new_wires()
            started = self.words.own("started")
            yield f"  wire {started} = {begun} || ({loaded} && {fits});"
        taken = []
        for number, move in enumerate(self.moves):
            yield f"  // {comment(move.title)}"
            if sources := about(move.action):
                yield f"  // {comment(sources)}"
            yield from self._new_wires()
            can, takes = self._can(number), self.words.own(f"takes {number}")
            yield f"  wire {can} = {started} && {move.guard};"
            yield f"  wire {takes} = {can} && {self.step} == {self.step_bits}'d{number};"
            taken.append(takes)
        yield from self._clocked(started, taken)
        yield from self._claims(started)

    def _can(self, number: int) -> str:
        return self.words.own(f"can {number}")

    def _new_wires(self) -> Iterator[str]:
        yield from self.words.definitions
        self.words.definitions.clear()

    def _registers(self) -> Iterator[str]:
        first = {
            entry.name: entry.domain.encode(entry.initial[0]) if len(entry.initial) == 1 else 0
            for entry in self.system.variables
        }
        meanings = {entry.name: entry.meaning for entry in self.system.variables}
        for name, component in self.exporter.components.by_name.items():
            width = self.exporter.bits(name) or 1
            said = [name, meanings.get(name, ""), _codes(component.domain)]
            note = comment(": ".join(part for part in said if part))
            yield f"  reg {self.words.range(width)}{self.words.name(name)} = {width}'d{first.get(name, 0)};  // {note}"

    def _clocked(self, started: str, taken: list[str]) -> Iterator[str]:
        yield f"  always @(posedge {self.clock}) begin"
        if self.starts_chosen:
            loaded = self.words.own("loaded")
            yield f"    {loaded} <= 1'b1;"
            yield f"    {self.words.own('begun')} <= {started};"
            for entry in self.chosen:
                register = self.words.name(entry.name)
                yield f"    if (!{loaded}) {register} <= {self.start_input(entry)};"
        effects: dict[str, dict[str, list[str]]] = {}
        for takes, move in zip(taken, self.moves, strict=True):
            for name, term in move.effects.items():
                effects.setdefault(name, {}).setdefault(term, []).append(takes)
        for name, terms in effects.items():
            for term, takers in terms.items():
                yield f"    if ({' || '.join(takers)}) {self.words.name(name)} <= {term};"
        yield "  end"

    def _claims(self, started: str) -> Iterator[str]:
        for claim in self.subject.claims:
            kind = "must occur" if claim.must_occur else "must hold"
            sources = f" [{', '.join(claim.sources)}]" if claim.sources else ""
            meaning = f"{claim.name} ({kind}): {claim.statement}{sources}"
            states = self.words.false if claim.seen.in_states is None else self._in_states(claim.seen, started)
            if claim.seen.in_states is not None or not claim.seen.in_steps:
                yield from self._output(f"seen {claim.name}", states, claim, False, meaning)
            if claim.seen.in_steps:
                steps = self._in_steps(claim.seen)
                yield from self._output(f"seen before {claim.name}", steps, claim, True, meaning)
        faults = [self.words.both([self._can(number), move.fault]) for number, move in enumerate(self.moves)]
        yield from self._output("leaves domain", self.words.either(faults), None, True, "a value leaves its domain")
        lossless = {channel.name for channel in self.system.channels if not channel.loses}
        lost = [
            self.words.both([self._can(number), move.overflow]) for number, move in enumerate(self.moves)
            if lossless & {sending.channel for sending in move.action.sends}
        ]  # fmt: skip
        yield from self._output("loses reply", self.words.either(lost), None, True,
                                "a reply is lost for want of room where nothing may be lost")  # fmt: skip

    def _in_states(self, seen: Observation, started: str) -> str:
        assert seen.in_states is not None
        return self.words.both([started, self.exporter.condition(seen.in_states)])

    def _in_steps(self, seen: Observation) -> str:
        parts = []
        for number, move in enumerate(self.moves):
            if (condition := seen.in_steps.get(move.action.name)) is not None:
                parts.append(self.words.both([self._can(number), self.exporter.step_condition(move, condition)]))
        return self.words.either(parts)

    def _output(self, wish: str, term: str, claim: Claim | None, of_steps: bool, meaning: str) -> Iterator[str]:
        output = Output(self.words.own(wish), claim, of_steps, meaning)
        self.outputs.append(output)
        yield f"  // {comment(meaning)}"
        yield from self._new_wires()
        yield f"  assign {output.name} = {term};"


def _codes(domain: Domain) -> str:
    if isinstance(domain, Enumeration):
        return ", ".join(f"{code} {member}" for code, member in enumerate(domain.members))
    return "" if isinstance(domain, Boolean) else describe_domain(domain)


def move_of(module: VerilogModule, step: int) -> tuple[Action, int | None] | None:
    """The action, and the slot of the message it takes, that a value of the input "step" chooses."""
    if step >= len(module.moves):
        return None
    move = module.moves[step]
    return move.action, move.slot


def first_values(module: VerilogModule, inputs: Mapping[str, int]) -> dict[str, int]:
    """Variable -> the code of its first value, from the values of the inputs in the first cycle."""
    return {entry.name: inputs.get(module.start_input(entry), 0) for entry in module.chosen}
