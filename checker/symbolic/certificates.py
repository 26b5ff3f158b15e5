"""Certificates: a system, what must never be seen in it, and an invariant that excludes it, as SMT-LIB text.
Checking one writes system and properties anew from the installed model, compares, and asks a second
solver: true at the start, kept by every move (or k-inductive), excludes everything. No proving run is used."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from checker.symbolic.atoms import Atom, Relation, Vocabulary
from checker.symbolic.lemmas import Lemma
from checker.symbolic.second_solver import SecondSolver
from checker.symbolic.system_text import SystemText
from checker.symbolic.text_syntax import SmtLib
from checker.symbolic.unrolled_text import at, differ, step, unrolled
from model.language.domains import Boolean, Modular, bits_of
from model.language.errors import ModelError
from model.language.observations import Observation
from model.language.systems import System

FIRST_LINE = "; dsmip certificate, version 1"
ABOUT = "; about: "
INDUCTION = "; induction: k = "
EXPLORED = "; explored: "
SIMPLE = ", simple path"
MOST_STATES = 50  # k at most
INVARIANT = "; invariant: lemmas, each over the components it names"
SYNTAX = SmtLib()
OPERATORS = {
    "and", "or", "not", "xor", "=", "=>", "distinct", "ite", "true", "false", "_", "extract", "concat", "bvult",
    "bvule", "bvugt", "bvuge", "bvslt", "bvsle", "bvsgt", "bvsge", "bvadd", "bvsub", "bvmul", "bvneg", "bvnot", "bvand",
    "bvor", "bvxor",
}  # fmt: skip
DEFINITION = re.compile(r"\(define-fun lemma\.(\d+) \(((?:\(\|[^|]+\| [^|]+?\)\s?)*)\) Bool (.*)\)")
PARAMETER = re.compile(r"\(\|([^|]+)\| (Bool|\(_ BitVec \d+\))\)")
COUNT = re.compile(rf"{EXPLORED}([1-9]\d{{0,11}}) states")
DEPTH = re.compile(rf"{INDUCTION}([1-9]\d?)({SIMPLE})?")
TOKEN = re.compile(r"\s*(\(|\)|\|[^|]+\||#b[01]+|[^\s()|]+)")

Seen = Mapping[str, Sequence[Observation]]  # property -> what must never be seen


class CertificateRefused(ModelError):
    """The certificate proves nothing. One line: why."""


class CertificateUndecided(CertificateRefused):
    """The check was cut short: what the certificate says is neither confirmed nor refuted. One line: why."""


@dataclass(frozen=True)
class WrittenLemma:
    """names: the components it speaks of. body: a condition on them."""

    names: tuple[str, ...]
    body: str


class Induction(NamedTuple):
    """How the invariant is shown: k, and whether the k + 1 states of the step are assumed to differ."""

    k: int
    simple_path: bool = False

    def __str__(self) -> str:
        return f"{INDUCTION}{self.k}{SIMPLE if self.simple_path else ''}"


@dataclass(frozen=True)
class Certificate:
    """A certificate as read. about: scenario, reading, properties and the like. induction: None if the lemmas alone
    exclude everything and every move keeps them. explored: how many states there are, of which none is what must
    never be seen; then there are no lemmas."""

    about: Mapping[str, Any]
    system: str
    lemmas: tuple[WrittenLemma, ...]
    induction: Induction | None = None
    explored: int | None = None


def certificate_text(
    about: Mapping[str, Any], system: System, seen: Seen, vocabulary: Vocabulary, lemmas: Sequence[Lemma],
    induction: Induction | None = None, written: Sequence[tuple[str, WrittenLemma]] = (),
) -> str:  # fmt: skip
    """The file that proves, with these lemmas, that nothing of `seen` ever is. written: more of them, with words."""
    exporter = SystemText(system, SYNTAX)
    lines = [FIRST_LINE, ABOUT + json.dumps(about, sort_keys=True), system_section(exporter, seen)]
    lines += [INVARIANT] if induction is None else [str(induction), INVARIANT]
    texts = [(lemma.text(vocabulary), _written(vocabulary, lemma)) for lemma in lemmas]
    for number, (words, text) in enumerate([*texts, *written]):
        lines += [f"; {words}", _function(f"lemma.{number}", exporter, text)]
    return "\n".join(lines) + "\n"


def system_section(exporter: SystemText, seen: Seen) -> str:
    """System and properties as text; equal models give equal text."""
    lines = ["(set-logic QF_BV)", f"; system {exporter.system.fingerprint}"]
    lines += [f"(declare-const |{name}| {_sort(exporter, name)})" for name in exporter.components.names]
    lines.append(f"(define-fun start () Bool {exporter.start()})")
    for number, move in enumerate(exporter.moves):
        lines.append(f"; move {number}: {move.title}")
        lines.append(f"(define-fun move.{number}.guard () Bool {move.guard})")
        lines.append(f"(define-fun move.{number}.fault () Bool {_fault(exporter, number)})")
        for name, term in move.effects.items():
            lines.append(f"(define-fun |move.{number}.next.{name}| () {_sort(exporter, name)} {term})")
    for number, (names, condition) in enumerate(exporter.well_formed()):
        lines.append(_function(f"formed.{number}", exporter, WrittenLemma(names, condition)))
    for number, (identifier, observations) in enumerate(seen.items()):
        condition = SYNTAX.either([exporter.seen(observation) for observation in observations])
        lines += [f"; {identifier}", f"(define-fun seen.{number} () Bool {condition})"]
    return "\n".join(lines)


def _fault(exporter: SystemText, number: int) -> str:
    """A value leaves its domain; or a reply finds no room on a channel that may lose nothing."""
    move = exporter.moves[number]
    lossless = [channel.name for channel in exporter.system.channels if not channel.loses]
    unlost = move.overflow if any(sending.channel in lossless for sending in move.action.sends) else SYNTAX.false
    return SYNTAX.either([move.fault, unlost])


def _sort(exporter: SystemText, name: str) -> str:
    width = exporter.bits(name)
    return f"(_ BitVec {width})" if width else "Bool"


def _function(name: str, exporter: SystemText, lemma: WrittenLemma) -> str:
    parameters = " ".join(f"(|{entry}| {_sort(exporter, entry)})" for entry in lemma.names)
    return f"(define-fun {name} ({parameters}) Bool {lemma.body})"


def _written(vocabulary: Vocabulary, lemma: Lemma) -> WrittenLemma:
    body = SYNTAX.either([_literal_text(vocabulary, entry.atom, not entry.positive) for entry in lemma.denied])
    return WrittenLemma(tuple(dict.fromkeys(name for entry in lemma.denied for name in entry.atom.names)), body)


def _literal_text(vocabulary: Vocabulary, atom: Atom, positive: bool) -> str:
    found = _atom_text(vocabulary, atom)
    return found if positive else SYNTAX.no(found)


def _atom_text(vocabulary: Vocabulary, atom: Atom) -> str:
    domain = vocabulary.components.by_name[atom.component].domain
    one, other = f"|{atom.component}|", f"|{atom.other}|"
    if isinstance(domain, Boolean):
        return SYNTAX.same(one, other) if atom.other else one if atom.code else SYNTAX.no(one)
    code = SYNTAX.number(atom.code, bits_of(domain))
    if atom.relation in (Relation.IS, Relation.SAME):
        return SYNTAX.same(one, other if atom.other else code)
    if atom.relation is Relation.AT_MOST:
        return f"(bvule {one} {code})"
    assert isinstance(domain, Modular)
    if atom.relation is Relation.AHEAD:
        half = SYNTAX.number(domain.modulus // 2, domain.bits)
        return SYNTAX.both([SYNTAX.no(SYNTAX.same(one, other)), SYNTAX.below(SYNTAX.minus(one, other), half)])
    if atom.relation is Relation.FOLLOWS:
        return SYNTAX.same(SYNTAX.minus(one, other), SYNTAX.number(1, domain.bits))
    start = SYNTAX.number(vocabulary.starts[domain.width], domain.bits)
    limit = code if atom.relation is Relation.WITHIN else SYNTAX.minus(other, start)
    return f"(bvule {SYNTAX.minus(one, start)} {limit})"


# reading


def read_certificate(text: str, file: str) -> Certificate:
    """The parts of a certificate. Raises ModelError for what is none, CertificateRefused for a lemma of
    another form than certificates have."""
    lines = text.splitlines()
    if not lines or lines[0] != FIRST_LINE:
        raise ModelError(f"{file}: not a certificate that `dsmip prove --certificate` wrote")
    if len(lines) < 2 or not lines[1].startswith(ABOUT) or INVARIANT not in lines:
        raise ModelError(f"{file}: not complete: no line says what it is about, or there is no invariant")
    try:
        about = json.loads(lines[1].removeprefix(ABOUT))
    except (ValueError, RecursionError):
        raise ModelError(f"{file}, line 2: not readable as JSON; prove again") from None
    if not isinstance(about, dict):
        raise ModelError(f"{file}, line 2: not a JSON object; prove again")
    cut = lines.index(INVARIANT)
    lemmas = tuple(
        _lemma(line, f"{file}, line {number}") for number, line in enumerate(lines[cut + 1 :], start=cut + 2)
        if line and not line.startswith(";")
    )  # fmt: skip
    own = next((number for number in range(2, cut) if lines[number].startswith((INDUCTION, EXPLORED))), cut)
    where = f"{file}, line {own + 1}"
    explored = _explored(lines[own:cut], lemmas, where)
    depth = None if explored is not None else _induction(lines[own:cut], where)
    return Certificate(about, "\n".join(lines[2:own]), lemmas, depth, explored)


def _explored(lines: Sequence[str], lemmas: Sequence[WrittenLemma], where: str) -> int | None:
    """Of the line between system and invariant, if there is one that counts states."""
    if not lines or not lines[0].startswith(EXPLORED):
        return None
    match = COUNT.fullmatch(lines[0])
    if match is None or len(lines) > 1:
        raise CertificateRefused(f"{where}: not a number of states in a line of its own")
    if lemmas:
        raise CertificateRefused(f"{where}: explored, and yet with lemmas")
    return int(match[1])


def _induction(lines: Sequence[str], where: str) -> Induction | None:
    """Of the line between system and invariant, if there is one."""
    if not lines:
        return None
    match = DEPTH.fullmatch(lines[0])
    if match is None or len(lines) > 1 or int(match[1]) > MOST_STATES:
        raise CertificateRefused(f"{where}: k must be a number from 1 to {MOST_STATES}, in a line of its own")
    return Induction(int(match[1]), match[2] is not None)


def _lemma(line: str, where: str) -> WrittenLemma:
    """A lemma of the one form allowed: over its parameters only, with the operators of lemmas only."""
    match = DEFINITION.fullmatch(line)
    if match is None:
        raise CertificateRefused(f"{where}: not a lemma")
    names = tuple(name for name, _ in PARAMETER.findall(match[2]))
    known = {f"|{name}|" for name in names}
    depth = position = 0
    body = match[3]
    while position < len(body):
        token = TOKEN.match(body, position)
        if token is None:
            raise CertificateRefused(f"{where}: not a lemma")
        word, position = token[1], token.end()
        depth += (word == "(") - (word == ")")
        simple = word in "()" or word.startswith("#b") or word.isdecimal() or word in known or word in OPERATORS
        if not simple or depth < 0 or (depth == 0 and position < len(body)):
            raise CertificateRefused(f'{where}: "{word}" has no place in a lemma')
    if depth:
        raise CertificateRefused(f"{where}: not a lemma")
    return WrittenLemma(names, body)


# checking


def check_certificate(
    certificate: Certificate, system: System, seen: Seen, solver: SecondSolver,
    report: Callable[[str], None] | None = None,
) -> int:  # fmt: skip
    """The number of queries that the second solver answered, all as they must be. Raises CertificateRefused.

    system, seen: composed from the installed model, as `certificate.about` says.
    """
    exporter = SystemText(system, SYNTAX)
    expected = system_section(exporter, seen)
    if certificate.system != expected:
        raise CertificateRefused(first_difference(certificate.system, expected))
    lemmas = [(f"formed.{number}", names) for number, (names, _) in enumerate(exporter.well_formed())]
    texts = [expected]
    for number, lemma in enumerate(certificate.lemmas):
        for name in lemma.names:
            if name not in exporter.components.by_name:
                raise CertificateRefused(f'lemma {number} speaks of "{name}", which the system does not have')
        texts.append(_function(f"lemma.{number}", exporter, lemma))
        lemmas.append((f"lemma.{number}", lemma.names))
    if certificate.induction is None:
        now = [_applied(name, names, {}) for name, names in lemmas]
        queries = _queries(exporter, seen, lemmas, now)
    else:
        texts[0] = unrolled(expected, exporter, certificate.induction.k)
        queries = _queries_of_runs(exporter, seen, lemmas, certificate.induction)
    try:
        solver.define("\n".join(texts))
    except ModelError as error:
        raise CertificateRefused(str(error)) from None
    asked = 0
    for what, conditions in queries:
        asked += 1
        answer = solver.can_hold(conditions)
        if answer is not False:
            if answer is None:
                raise CertificateUndecided(f"{solver.name} does not know: {what}")
            raise CertificateRefused(f"{solver.name} says that it is wrong: {what}")
        if report is not None:
            report(what)
    return asked


def _queries(
    exporter: SystemText, seen: Seen, lemmas: Sequence[tuple[str, tuple[str, ...]]], now: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    """What must be impossible, with the claim it stands for."""
    yield "the invariant is true at the start", ["start", SYNTAX.no(SYNTAX.both(now))]
    for number, move in enumerate(exporter.moves):
        guard = f"move.{number}.guard"
        nexts = {name: f"|move.{number}.next.{name}|" for name in move.effects}
        touched = [_applied(name, names, nexts) for name, names in lemmas if not nexts.keys().isdisjoint(names)]
        broken = SYNTAX.no(SYNTAX.both(touched))
        bad = SYNTAX.either([broken if touched else SYNTAX.false, f"move.{number}.fault"])
        yield f'"{move.title}" keeps the invariant and every value in its domain', [*now, guard, bad]
    for number, identifier in enumerate(seen):
        yield f"the invariant excludes what violates {identifier}", [*now, f"seen.{number}"]


def _queries_of_runs(
    exporter: SystemText, seen: Seen, lemmas: Sequence[tuple[str, tuple[str, ...]]], induction: Induction
) -> Iterator[tuple[str, list[str]]]:
    """The same for k-induction: what is claimed of a state is that the lemmas are true, that no value is about to
    leave its domain, and that nothing of `seen` is."""
    k = induction.k
    claimed = [_applied(name, names, {}) for name, names in lemmas]
    claimed += [SYNTAX.no(SYNTAX.both([f"move.{number}.guard", f"move.{number}.fault"]))
                for number in range(len(exporter.moves))]  # fmt: skip
    claimed += [SYNTAX.no(f"seen.{number}") for number in range(len(seen))]
    claims = [at(state, SYNTAX.both(claimed)) for state in range(k + 1)]
    for state in range(k):
        before = [at(0, "start"), *(step(number) for number in range(state))]
        yield f"what is claimed is true after {state} steps", [*before, SYNTAX.no(claims[state])]
    different = [differ(exporter, one, other) for one, other in combinations(range(k + 1), 2)]
    yield (f"{k} states of which it is true lead to none of which it is not",
           [*claims[:k], *(step(number) for number in range(k)), SYNTAX.no(claims[k]),
            *(different if induction.simple_path else ())])  # fmt: skip


def _applied(name: str, names: Sequence[str], instead: Mapping[str, str]) -> str:
    arguments = " ".join(instead.get(entry, f"|{entry}|") for entry in names)
    return f"({name} {arguments})" if arguments else name


def first_difference(found: str, expected: str) -> str:
    """Where the system section of a certificate is not the one expected, in words."""
    ours, theirs = expected.splitlines(), found.splitlines()
    differing = (number for number, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1])
    number = next(differing, min(len(ours), len(theirs)))
    line = theirs[number] if number < len(theirs) else "nothing"
    return (f"line {number + 3} is not what the installed model says (another version of the model, or an altered"
            f" file): {line[:80]}")  # fmt: skip
