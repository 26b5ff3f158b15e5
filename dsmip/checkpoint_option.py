"""`--checkpoint DIR`: one folder in it for each scenario and reading that is explored."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from checker.checking import Explore
from dsmip import quantities
from dsmip.console import say
from model.language.errors import ModelError

KEEPING = ("auto", "explicit")  # engines


def keeping_engine(engine: str, folder: Path, interval: str | None, name: str) -> Explore:
    """The search function of `engine`, with checkpoints in the folder `name` of `folder`. Raises ModelError."""
    if engine not in KEEPING:
        raise ModelError(f'--checkpoint: the engine "{engine}" keeps none; leave out --engine')
    from checker.explicit.checkpointing import SECONDS_BETWEEN, Checkpointing
    from checker.explicit.engine import explore

    seconds = SECONDS_BETWEEN if interval is None else quantities.seconds(interval, "--checkpoint-interval")
    kept = Checkpointing(folder / name, lambda words: say(f"dsmip: {name}: {words}"), seconds)
    return partial(explore, checkpointing=kept)
