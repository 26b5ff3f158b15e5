"""Names and free text of a scenario file: people read them, so nothing in them may steer a terminal."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from model.language.plain_text import steering_character

CONTROL_CHARACTER = "control_character"  # the type of the validation error

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=40)]


def _readable(text: str) -> str:
    if found := steering_character(text):
        raise PydanticCustomError(CONTROL_CHARACTER, f"has the control character {found}; leave it out")
    return text


Text = Annotated[str, AfterValidator(_readable)]
