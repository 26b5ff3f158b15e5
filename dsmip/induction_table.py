"""docs/induction.md: what induction proves at 16 bits, how long it takes, how large the invariants are, and what a
second solver says of them; made from records."""

from __future__ import annotations

from collections.abc import Iterator

from dsmip.documentation.markdown import table
from dsmip.invariant_text import in_groups
from dsmip.proof_records import SPELT_OUT, Document
from dsmip.proof_table import GENERATED

PARTS = ("search", "minimising", "second solver")
INTRODUCTION = (
    "Induction is a way to a verdict that visits no state of the system at 16 bits: an invariant that is true at the "
    "start, is kept by every step from any state at all, and excludes what violates a property. `dsmip prove "
    "--invariant` prints it; `dsmip prove --certificate DIR` writes it down for others to check.",
    "Lemmas are learned from a small instance (sequence numbers of few bits), which is explored. Z3 looks for a state "
    "at 16 bits in which a property could break, or from which a step leads out of the lemmas so far; the few facts "
    "about that state that are to blame, and that no explored state has together, are denied of all states. So it "
    "goes on until Z3 finds none. If the time is up before, the lemmas that keep each other are kept (Houdini), and "
    "what they exclude is proved; the rest is unknown by this way. All properties of a row are proved in one search, "
    "so its seconds are those of every one of them.",
    "What a proof rests on is then found from unsatisfiable cores: what each lemma takes so that no step breaks it. "
    "At last the second solver, bitwuzla, reads system, lemmas and properties as text that a second exporter writes "
    "anew, and confirms every claim; without its word nothing counts as proved.",
    "The proofs are of the scenario as it is, so all of its bounds are left in them (movements, retransmissions, "
    "messages in flight: [proofs](proofs.md) lists them by scenario, and says which properties are proved without "
    "them in another way). Seconds are processor time on a machine with two cores and other work to do.",
)


def page(document: Document) -> str:
    """docs/induction.md."""
    rows = [(name, reading_name, found) for name, readings in document.items()
            for reading_name, found in readings.items() if found.get("induction")]  # fmt: skip
    lines = ["# Proofs by induction", "", GENERATED, ""]
    for paragraph in INTRODUCTION:
        lines += [paragraph, ""]
    lines.append(table(
        ["scenario", "reading", "hold", "proved by induction", "search, s", "minimising, s", "second solver, s",
         "lemmas for all", "for one property", "longest lemma", "second solver"],
        [_line(*row) for row in rows],
    ))  # fmt: skip
    left_out = [f"{name} {reading_name}" for name, readings in document.items()
                for reading_name, found in readings.items() if not found.get("induction")]  # fmt: skip
    if left_out:
        lines += ["", f"Not tried by induction (their verdicts come from explorations): {', '.join(left_out)}."]
    for row in rows:
        lines += _open(*row)
    for row in rows:
        lines += _spelt_out(*row)
    return "\n".join(lines) + "\n"


def _holding(found: Document) -> list[str]:
    return [name for name, text in found["properties"].items() if not text.startswith("violated")]


def _line(name: str, reading_name: str, found: Document) -> list[str]:
    tried = found["induction"]
    sizes, spent = list(tried["lemmas"].values()), tried["spent"]
    word = tried["second solver"].rpartition("; ")[2]
    return [
        name, reading_name, str(len(_holding(found))), str(len(sizes)), *(str(spent.get(part, "")) for part in PARTS),
        str(tried["together"]), f"{min(sizes)} to {max(sizes)}" if sizes else "", f"{tried['longest']} facts"
        if tried["longest"] else "", word,
    ]  # fmt: skip


def _open(name: str, reading_name: str, found: Document) -> Iterator[str]:
    """What holds, as exploration says, and is not proved by induction: with what was tried."""
    tried = found["induction"]
    rest = [identifier for identifier in _holding(found) if identifier not in tried["lemmas"]]
    if rest:
        yield from ("", f"Unknown by induction in {name}, {reading_name} ({tried['stopped'] or 'not proved'}; tried "
                        f"with learned lemmas for {tried['limit']:g} s of wall clock): {', '.join(rest)}.")  # fmt: skip


def _spelt_out(name: str, reading_name: str, found: Document) -> Iterator[str]:
    """The invariant in words, where it is recorded."""
    tried = found["induction"]
    if name not in SPELT_OUT or not tried["invariant"]:
        return
    yield from ("", f"## {name}, {reading_name}", "")
    sizes = [[identifier, str(size)] for identifier, size in tried["lemmas"].items()]
    yield table(["property", "lemmas"], sizes)
    yield ""
    yield (f"The invariant of all of them, {tried['together']} lemmas. `uplink[1]` is the first place of the queue "
           "from the UE to the home agent; `start` is the first sequence number of all.")  # fmt: skip
    yield from ("", "```text")
    yield from in_groups(tried["invariant"])
    yield "```"
