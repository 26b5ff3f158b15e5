"""berkeley-abc as a referee: an exported Verilog file, made a circuit by yosys, is proved claim by claim with
property directed reachability (PDR); what that finds broken is searched again for a shortest run (BMC)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from checker.search import Sighting
from generators.exports.subject import Claim, Subject
from generators.exports.verilog import Output, VerilogModule, first_values, move_of
from generators.referees.programs import Clock, RefereeError, must_succeed, require, run
from model.language.errors import ModelError
from model.language.interpretation import Interpretation, State
from model.language.observations import Observation

YOSYS = ("read_verilog -sv model.v; hierarchy -top {top}; proc -noopt; flatten; techmap; simplemap; dffunmap; aigmap; "
         "clean; write_aiger -zinit -map model.map model.aig")  # abc makes it small, and is quicker at that
PROVE = "read model.aig; cone -s -O {output}; scorr; dc2; pdr -m -T {seconds}; print_status"
SEARCH = "read model.aig; cone -s -O {output}; bmc3 -T {seconds}; print_status; write_cex -a {file}"
GRACE = 3  # seconds that abc may need beyond a limit it was told
LARGE = 1_000_000  # seconds, where there is no limit

Path_ = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Opinion:
    """What abc says of one claim. seen: True (with a shortest run), False (proved that it never is), None.

    steps: of the shortest run, as exploration counts them. reason: why it is None. seconds: for this claim.
    """

    claim: Claim
    seen: bool | None
    sighting: Sighting | None
    reason: str | None
    seconds: float

    @property
    def verdict(self) -> str:
        """"holds", "violated" or "unknown"."""
        if self.seen is None:
            return "unknown"
        return "holds" if self.seen == self.claim.must_occur else "violated"

    @property
    def steps(self) -> int | None:
        return None if self.sighting is None else len(self.sighting.path)


@dataclass(frozen=True)
class _Answer:
    seen: bool | None
    sighting: Sighting | None = None
    reason: str | None = None


def ask_abc(subject: Subject, *, seconds: float | None = 600, each: float = 60) -> list[Opinion]:
    """Export `subject` and let abc decide every claim, in order. seconds: for all; each: for one claim.

    Raises RefereeError if yosys or abc cannot be asked, ModelError if a value leaves its domain.
    """
    require("yosys", "berkeley-abc")
    clock, module = Clock(seconds), VerilogModule(subject)
    with TemporaryDirectory(prefix="dsmip-abc-") as name:
        folder = Path(name)
        (folder / "model.v").write_text(module.text, encoding="utf-8")
        must_succeed(["yosys", "-q", "-p", YOSYS.format(top=module.name)], folder, clock)
        circuit = _Circuit(module, folder, clock, each)
        doubt = circuit.doubt()
        return [circuit.opinion(claim, doubt) for claim in subject.claims]


class _Circuit:
    """The module as an and-inverter graph in a folder."""

    def __init__(self, module: VerilogModule, folder: Path, clock: Clock, each: float) -> None:
        self.module, self.folder, self.clock, self.each = module, folder, clock, each
        self.interpretation = Interpretation(module.system)
        self.constants = _constant_outputs((folder / "model.aig").read_bytes())
        if len(self.constants) != len(module.outputs):
            raise RefereeError(f"yosys made {len(self.constants)} outputs of {len(module.outputs)}")
        self.inputs = _inputs((folder / "model.map").read_text(encoding="utf-8"))

    def doubt(self) -> str | None:
        """Why no proof counts: not shown that values stay in their domains and no reply is lost."""
        for number, output in enumerate(self.module.outputs):
            if output.claim is None:
                answer = self._answer(number, output, None)
                if answer.seen and output.name == self.module.leaves_domain:
                    raise ModelError(f'abc: a value of "{self.module.subject.title}" leaves its domain')
                if answer.seen is not False:
                    return f"not excluded that {output.meaning}" + (f": {answer.reason}" if answer.reason else "")
        return None

    def opinion(self, claim: Claim, doubt: str | None) -> Opinion:
        started = monotonic()
        answers = [
            self._answer(number, output, claim.seen) for number, output in enumerate(self.module.outputs)
            if output.claim is claim
        ]  # fmt: skip
        shown = [answer.sighting for answer in answers if answer.sighting is not None]
        open_reasons = [answer.reason for answer in answers if answer.seen is None]
        seen: bool | None
        if shown:
            seen, reason = True, None
        elif open_reasons:
            seen, reason = None, open_reasons[0]
        else:
            seen, reason = (False, None) if doubt is None else (None, doubt)
        shortest = min(shown, key=lambda sighting: len(sighting.path), default=None)
        return Opinion(claim, seen, shortest, reason, monotonic() - started)

    def _answer(self, number: int, output: Output, wanted: Observation | None) -> _Answer:
        if self.constants[number] is False:
            return _Answer(False)
        printed = self._abc(PROVE, number)
        if printed is None or (status := _status(printed)) is None or status < 0:
            return _Answer(None, reason=self._why(printed))
        if status == 1:
            return _Answer(False)
        if wanted is None:
            return _Answer(True)
        file = self.folder / f"run-{number}.cex"
        printed = self._abc(SEARCH, number, file.name)
        if printed is None or _status(printed) != 0 or not file.exists():
            return _Answer(None, reason=f"it is broken, and no shortest run was found: {self._why(printed)}")
        return _Answer(True, self._sighting(file.read_text(encoding="utf-8"), output, wanted))

    def _abc(self, commands: str, output: int, file: str = "") -> str | None:
        """What abc prints; None if it did not end in time."""
        left = self.clock.left
        seconds = self.each if left is None else min(self.each, left)
        script = commands.format(output=output, seconds=max(1, int(seconds)), file=file)
        try:
            _, printed = run(["berkeley-abc", "-c", script], self.folder, Clock(seconds + GRACE))
        except RefereeError:
            return None
        return printed

    def _why(self, printed: str | None) -> str:
        if printed is not None and _status(printed) is None:
            return "berkeley-abc ended without an answer"
        if self.clock.left == 0:
            return "the time limit for all claims is reached"
        return f"PDR did not decide it within {self.each:g} s"

    def _sighting(self, counterexample: str, output: Output, wanted: Observation) -> Sighting:
        """The run in a counterexample, replayed through the interpretation. Raises RefereeError if it is none."""
        cycles = _cycles(counterexample, self.inputs)
        before = self.module.cycles_before
        first = first_values(self.module, cycles[0])
        runs: dict[State, tuple[State, Path_]] = {
            state: (state, ()) for state in self.interpretation.initial_states()
            if all(self._code(state, name) == code for name, code in first.items())
        }  # fmt: skip
        for inputs in cycles[before:-1]:
            runs = self._after(runs, inputs[self.module.step])
        for state, (initial, path) in runs.items():
            if not output.of_steps:
                if wanted.in_states is not None and self.interpretation.holds(wanted.in_states, state):
                    return Sighting(initial, path)
                continue
            for step in self.interpretation.steps(state):
                condition = wanted.in_steps.get(step.action.name)
                taken = self.interpretation.taken(step.action, state, step.position)
                scope = self.interpretation.scope(step.action)
                if condition is not None and self.interpretation.evaluate(condition, state, taken, scope):
                    return Sighting(initial, (*path, (step.action.name, step.position)))
        raise RefereeError(f'abc: its run to "{output.name}" is no run of the model')

    def _code(self, state: State, name: str) -> int:
        index = self.module.system.variable_index[name]
        return self.module.system.variables[index].domain.encode(state.values[index])

    def _after(self, runs: Mapping[State, tuple[State, Path_]], number: int) -> dict[State, tuple[State, Path_]]:
        """The states after a step; every message of the type that may be taken is tried, abc's is among them."""
        found: dict[State, tuple[State, Path_]] = {}
        move = move_of(self.module, number)
        if move is None:
            return found
        action, _ = move
        for state, (initial, path) in runs.items():
            for position in self.interpretation.positions(action, state):
                if self.interpretation.is_enabled(action, position, state):
                    after = self.interpretation.step(action, position, state).state
                    found.setdefault(after, (initial, (*path, (action.name, position))))
        return found


def _status(printed: str) -> int | None:
    """1 proved, 0 a run was found, -1 neither; None if abc does not say."""
    found = re.findall(r"^Status = +(-?\d+)", printed, re.MULTILINE)
    return int(found[-1]) if found else None


def _constant_outputs(circuit: bytes) -> list[bool | None]:
    """For every output of a binary AIGER file its value if it has the same always."""
    lines = circuit.split(b"\n")
    header = [int(number) for number in lines[0].split()[1:]]
    latches, outputs = header[2], header[3]
    literals = [int(line) for line in lines[1 + latches : 1 + latches + outputs]]
    return [bool(literal) if literal < 2 else None for literal in literals]


def _inputs(text: str) -> list[tuple[str, int]]:
    """Name and bit of every input, in the circuit's order."""
    found = {int(m[1]): (m[3], int(m[2])) for m in re.finditer(r"^input (\d+) (\d+) (\S+)$", text, re.MULTILINE)}
    return [found[number] for number in range(len(found))]


def _cycles(counterexample: str, inputs: Sequence[tuple[str, int]]) -> list[dict[str, int]]:
    """Input -> value, for every clock cycle of a counterexample; its first line has the registers."""
    lines = [line.partition("#")[0].strip() for line in counterexample.splitlines()]
    cycles: list[dict[str, int]] = []
    for line in [line for line in lines if line][1:]:
        values = {name: 0 for name, _ in inputs}
        for (name, bit), digit in zip(inputs, line, strict=True):
            values[name] |= (digit == "1") << bit
        cycles.append(values)
    return cycles
