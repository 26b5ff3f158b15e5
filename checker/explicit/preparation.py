"""Code made once for searches that differ only in where they start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checker.explicit.compilation import unoptimised
from checker.explicit.packing import Layout
from checker.explicit.system_text import SystemText
from model.language.observations import Observation
from model.language.systems import System


@dataclass(frozen=True)
class Prepared:
    """For a system without symmetries and these observations, whatever its initial values."""

    layout: Layout
    written: SystemText
    machine_code: bytes

    @staticmethod
    def of(system: System, observations: Sequence[Observation]) -> Prepared:
        layout = Layout(system, None)
        written = SystemText(system, layout, observations)
        return Prepared(layout, written, unoptimised(written.text))
