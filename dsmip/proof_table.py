"""The table of proofs at 16 bits: a row for every property, made from records; and docs/proofs.md."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass

from checker.assumptions import assumptions_of
from dsmip.documentation.markdown import table
from dsmip.proof_records import Document, one_ue_scenarios
from model.language.errors import ModelError
from model.scenarios import load
from properties.registry import property_called

GENERATED = "<!-- made by `python scripts/record_proofs.py --page`; do not edit -->"
EVERY = "all"


@dataclass(frozen=True)
class Row:
    """One property in one scenario and reading.

    ways: how it is known. seconds: of processor time, of everything done for the scenario and reading. lemmas: of
    its inductive invariant. left: bounds that its proof still has, of those that can be lifted (None: no proof).
    tried: what was tried, if it is unknown.
    """

    scenario: str
    reading: str
    identifier: str
    verdict: str
    ways: tuple[str, ...]
    seconds: float
    lemmas: int | None
    second_word: str | None
    left: tuple[str, ...] | None
    assumptions: tuple[str, ...]
    tried: str | None

    @property
    def word(self) -> str:
        """ "holds", "violated" or "unknown"."""
        return self.verdict.split(",")[0].split(":")[0]

    def as_json(self) -> dict[str, object]:
        values = asdict(self)
        return {"property": values.pop("identifier"), **values, "verdict": self.word, "in_words": self.verdict}


def rows_of(document: Document, asked: Collection[str] = ()) -> list[Row]:
    """asked: properties; all by default. Raises ModelError if two ways contradict each other."""
    return [
        row for name, readings in document.items() for reading_name, found in readings.items()
        for row in _rows(name, reading_name, found) if not asked or row.identifier in asked
    ]  # fmt: skip


def _rows(name: str, reading_name: str, found: Document) -> Iterator[Row]:
    scenario, tried, lifting = load(name), found["induction"] or {}, found.get("lifting") or {}
    lemmas, left, twice = tried.get("lemmas", {}), lifting.get("left", {}), _twice(found)
    seconds = round(sum(part.get("seconds", 0.0) for part in (found, tried, lifting, twice)), 1)
    for identifier, text in found["properties"].items():
        ways = ["explored"] if found["states"] is not None else []
        ways += ["explored twice"] if identifier in twice.get("judged", ()) else []
        ways += ["induction"] if identifier in lemmas else []
        ways += ["bounds lifted"] if identifier in left else []
        if text.startswith("violated") and (identifier in left or identifier in lemmas):
            raise ModelError(f"{name}, {reading_name}: {identifier} is recorded as violated and as proved")
        if "explored twice" in ways and text.startswith("violated") != (identifier in twice["violated"]):
            raise ModelError(f"{name}, {reading_name}: the second exploration contradicts the first of {identifier}")
        proved = text.startswith("unknown") and (identifier in left or identifier in lemmas)
        verdict = "holds" if proved else text
        holds = verdict.startswith("holds")
        yield Row(
            name, reading_name, identifier, verdict, tuple(ways) if not text.startswith("violated") else ("a run",),
            seconds, lemmas.get(identifier), _second_word(identifier, tried, twice, lifting),
            tuple(left.get(identifier, lifting.get("bounds", (EVERY,)))) if holds else None,
            assumptions_of(property_called(identifier), scenario) if holds else (),
            _tried(found, tried, lifting) if verdict.startswith("unknown") else None,
        )  # fmt: skip


def _twice(found: Document) -> Document:
    """What a second exploration says, if both came to their ends."""
    twice: Document = found.get("twice") or {}
    return {} if twice.get("stopped") or found["states"] is None else twice


def _second_word(identifier: str, tried: Document, twice: Document, lifting: Document) -> str | None:
    """What else than the exploration and Z3 says so."""
    words = [f"{twice['states']:,} states explored again"] if identifier in twice.get("judged", ()) else []
    words += [tried["second solver"]] if identifier in tried.get("lemmas", {}) else []
    words += [lifting["again"][identifier]] if identifier in lifting.get("again", {}) else []
    return "; ".join(words) or None


def _tried(found: Document, tried: Document, lifting: Document) -> str:
    """What was tried for a property that is unknown."""
    words = [f"exploration at 16 bits: {found['looked at']:,} states, {found['stopped']}"
             if found["states"] is None else "exploration at 16 bits, complete"]  # fmt: skip
    words.append(f"induction: {tried['stopped']}" if tried else "induction: not tried")
    if lifting:
        attempts = lifting["attempts"]
        failed = dict.fromkeys(entry["failed"] for entry in attempts if entry["failed"])
        words.append(f"bounds lifted: {len(attempts)} abstractions show it or cannot be explored"
                     + (f" ({'; '.join(failed)})" if failed else ""))  # fmt: skip
    return "; ".join(words)


def summary(document: Document) -> tuple[list[str], list[list[str]]]:
    """Head and rows: one for each scenario and reading."""
    lines = []
    for name, readings in document.items():
        for reading_name, found in readings.items():
            rows = list(_rows(name, reading_name, found))
            counts = [str(sum(row.word == word for row in rows)) for word in ("holds", "violated", "unknown")]
            tried, twice = found["induction"], _twice(found)
            free = "not tried" if not found.get("lifting") else str(sum(row.left == () for row in rows))
            sizes = [row.lemmas for row in rows if row.lemmas is not None]
            lines.append([
                name, reading_name, *counts,
                str(sum(row.word == "holds" and row.second_word is not None for row in rows)), _states(found),
                str(rows[0].seconds if rows else found["seconds"]), free,
                "not tried" if tried is None else f"{len(sizes)}, up to {max(sizes)} lemmas" if sizes else "0",
                tried["second solver"].rpartition("; ")[2] if sizes else "",
                f"agrees on {sum('explored twice' in row.ways or row.identifier in twice['violated'] for row in rows)}"
                if twice else "not to the end" if found.get("twice") else "not tried",
            ])  # fmt: skip
    return ["scenario", "reading", "hold", "violated", "unknown", "with second word", "states", "seconds",
            "without any bound", "also by induction", "second solver", "second exploration"], lines  # fmt: skip


def _states(found: Document) -> str:
    return f"{found['looked at']:,}, not all" if found["states"] is None else f"{found['states']:,}"


def page(document: Document) -> str:
    """docs/proofs.md."""
    lines = [
        "# Proofs at 16 bits", "", GENERATED, "",
        "Every invariant and step property of the shipped scenarios with one UE, with sequence numbers of 16 bits "
        "as on the wire, in the readings `literal` and `intended`. `dsmip prove --all --table` prints the same "
        "table, with `--live` after doing it all again. Seconds are processor time.", "",
        "The verdict comes from an exploration at 16 bits: where the bounds of the scenario limit how many updates "
        "there are it is complete, and then needs no width rule. Induction is a second way that shares neither the "
        "search nor the compiled code: an invariant from learned lemmas, proved with Z3, and checked by a second "
        "solver from the certificate's text; the column `lemmas` gives the size of each property's invariant.", "",
        "The second exploration is another one still: it reads the certificate's text, as the second solver does, and "
        "takes every state that this text leads to, with code that is neither compiled nor shared with the first. "
        "bitwuzla confirms that it starts from all initial states. (Where messages overtake each other it counts "
        "their orders one by one, so that it may know more states than there are.) What is seen violated there, and "
        "what never is, must be what the first exploration says of every property; a file of `dsmip prove "
        "--certificate` lets anyone do that again.", "",
        "The column `bounds left` says which of the scenario's bounds the proof still has. Sequence numbers and "
        "budgets (movements, retransmissions, ...) are hidden: whatever they decide may go either way at any time, so "
        "nothing is assumed of them, neither a width nor a limit. Channels carry sets of messages: whatever was ever "
        "sent may arrive at any time, in any order, any number of times, or never. What a complete exploration of "
        "that does not show holds without these bounds: `none` is left. What it shows need not be real, so then fewer "
        "bounds are lifted; `all` means that the proof has them all. What is not in a budget (what IKEv2, "
        "timers and NATs may do, one UE) stays as listed under each scenario.", "",
        "The column `with second word` counts the properties that hold and have one beside the first exploration:"
        " a second exploration, the second solver's check of an inductive invariant, or, where only an "
        "exploration with bounds lifted came to its end, another one of that: sets of messages are found with the"
        " evaluated text, and closed again with the compiled engine, which gets each message of the sets again "
        "and again and must send no other; what the compiled engine explored with its channels is explored again "
        "from text.", "",
        table(*summary(document)),
    ]  # fmt: skip
    missing = [name for name in one_ue_scenarios() if name not in document]
    if missing:
        lines += ["", f"Unknown, as nothing is recorded yet: {', '.join(missing)}."]
    for name, readings in document.items():
        for reading_name, found in readings.items():
            lines += _section(name, reading_name, found)
    return "\n".join(lines) + "\n"


def _section(name: str, reading_name: str, found: Document) -> list[str]:
    tried, rows = found["induction"], list(_rows(name, reading_name, found))
    if found["states"] is None:
        way = f"Not explored to the end: {found['looked at']:,} states, {found['stopped']}."
    else:
        way = f"All {found['states']:,} states explored in {found['seconds']} s."
        if again := _twice(found):
            way += f" Explored again from text, {again['states']:,} states in {again['seconds']} s: the same verdicts."
    if tried is None:
        second = "Induction: not tried."
    elif tried["lemmas"]:
        second = f"Induction, {tried['seconds']} s: {tried['second solver']}."
    else:
        second = f"Induction: nothing proved in {tried['limit']:g} s of wall clock ({tried['stopped']})."
    bounds = tuple((found.get("lifting") or {}).get("bounds", (EVERY,)))
    assumed = dict.fromkeys(f"{row.identifier}: {text}" for row in rows for text in row.assumptions)
    unknown = dict.fromkeys(row.tried for row in rows if row.tried)
    lines = ["", f"## {name}, {reading_name}", "", f"{way} {second}", "", f"Bounds: {'; '.join(found['bounds'])}.", ""]
    if assumed:
        lines += [f"Assumed: {'; '.join(assumed)}.", ""]
    if unknown:
        lines += [f"Tried for what is unknown: {'; '.join(unknown)}.", ""]
    return [*lines, table(["property", "verdict", "lemmas", "bounds left"], [
        [row.identifier, row.word if row.tried else row.verdict, "" if row.lemmas is None else str(row.lemmas),
         left_in_words(row.left, bounds)] for row in rows
    ])]  # fmt: skip


def left_in_words(left: tuple[str, ...] | None, bounds: tuple[str, ...] = (EVERY,)) -> str:
    if left is None:
        return ""
    return "none" if not left else "all" if left == bounds else ", ".join(left)
