"""The formats that a system can be exported to. One entry here makes `dsmip export` know a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module

from generators.exports.names import identifier
from generators.exports.subject import Subject
from model.language.errors import ModelError, nearest


@dataclass(frozen=True)
class Format:
    """language: what it is and which program reads it. module, function: a subject -> the text of the file.

    beside: more files of the same name, suffix -> module and function; a text that is empty is no file.
    responses: whether it can say response properties under fairness.
    """

    language: str
    suffix: str
    module: str
    function: str
    beside: Mapping[str, tuple[str, str]] | None = None
    responses: bool = True

    def files(self, subject: Subject, name: str | None = None) -> dict[str, str]:
        """File name -> text. name: without suffix; by default the subject's title as an identifier."""
        base = name or identifier(subject.title)
        writers = {self.suffix: (self.module, self.function), **(self.beside or {})}
        writes: dict[str, Callable[[Subject], str]] = {
            suffix: getattr(import_module(module), function) for suffix, (module, function) in writers.items()
        }
        named = replace(subject, file_name=base)
        texts = {f"{base}{suffix}": write(named) for suffix, write in writes.items()}
        return {name: text for name, text in texts.items() if text}


FORMATS: dict[str, Format] = {
    "promela": Format("Promela, for SPIN", ".pml", "generators.exports.promela", "promela"),
    "murphi": Format("Murphi, for rumur", ".m", "generators.exports.murphi", "murphi", responses=False),
    "tla": Format("TLA+, for TLC", ".tla", "generators.exports.tla", "tla", {
        ".cfg": ("generators.exports.tla", "configuration"),
        "_responses.tla": ("generators.exports.tla_responses", "responses"),
        "_responses.cfg": ("generators.exports.tla_responses", "responses_configuration"),
    }),
    "smv": Format("SMV, for NuSMV and nuXmv", ".smv", "generators.exports.smv", "smv"),
    "verilog": Format("Verilog, for yosys and berkeley-abc", ".v", "generators.exports.verilog", "verilog",
                      responses=False),
}


def format_called(name: str) -> Format:
    """The format of this name. Raises ModelError naming the nearest one."""
    if name not in FORMATS:
        raise ModelError(f'unknown format "{name}": {nearest(name, FORMATS)}')
    return FORMATS[name]
