"""What an adapter has to offer so that generated tests can drive a UE or a home agent through it.
Only plain data crosses the border: an adapter needs nothing of this package.

A test names a factory, "package.module:factory". The factory gets the set-up of the test as JSON
data and returns the system under test. The set-up has these keys:

role         "ue" or "home_agent"
scenario     the scenario as in its TOML file: networks, features, who wants what
reading      "literal", "intended" or "final"
choices      single choices of the reading that were switched, such as "AMB-02=sa-first"
preferences  for choices that the reading leaves open: the alternative that the test follows
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Value: TypeAlias = bool | int | str
Fields: TypeAlias = Mapping[str, Value]
Answers: TypeAlias = Sequence[tuple[str, Fields]]


class SystemUnderTest(Protocol):
    """A UE or a home agent, driven by a tester who plays everything around it.

    Each stimulus returns what the system sent because of it: message names with fields that a sender writes, in the
    order sent; None is nothing. Names and values are those of `model/messages.py`; for a status its number will do.
    A field that is not there is not judged. A method that is not there makes tests that need it inconclusive;
    without `state` nothing is observed. A method `close` is called when the system is needed no more.
    """

    def reset(self, initial: Fields) -> None:
        """Start anew: the UE attached to the home link, the home agent without binding.

        initial: what differs between starts, such as {"security_association": True}.
        """

    def happens(self, event: str, fields: Fields) -> Answers:
        """An event around the system: "movement" (to), "address configured" (address, family),
        "router advertisement" (prefix), "security association established" (peer_address), ..."""

    def receives(self, message: str, fields: Fields) -> Answers:
        """A message arrives, with all its fields. `protection` is relative to the security association in force."""

    def timer_ends(self, timer: str) -> Answers:
        """A timer runs out; nothing is sent if it does not run."""

    def decides(self, decision: str) -> Answers:
        """The user or operator asks for something, such as "give up the security association"."""

    def state(self) -> Fields:
        """The variables that the adapter can observe, by their names in the model; {} if none."""


Factory: TypeAlias = Callable[[Mapping[str, Any]], SystemUnderTest]
