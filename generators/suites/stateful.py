"""Long random runs of a system against the model, shrunk by Hypothesis to the shortest that fails.
Needs `hypothesis`; the machine it makes is run by pytest or by `run_state_machine_as_test`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generators.suites.alphabet import newest_number, possible
from generators.suites.cases import Belief, Suite, TestCase, after, stepped, steps_of
from generators.suites.goals import in_words
from generators.suites.running import Session, Verdict, run_case
from generators.suites.subjects import Subject

if TYPE_CHECKING:
    from hypothesis.stateful import RuleBasedStateMachine


class Disagreement(AssertionError):
    """The system reacted in a way that the model does not permit. Says when, how, and against which requirement."""


def state_machine(entry: Subject, session: Session) -> type[RuleBasedStateMachine]:
    """A state machine whose rules are what a tester can do. session: opens the system under test."""
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

    suite = Suite(entry.actor.role, {entry.name: entry.setup}, ())
    telling = [offer for offer in entry.offers if offer.offset is not None]

    class AgainstTheModel(RuleBasedStateMachine):
        """stimuli: of the run; the system is driven through them at its end, from a reset."""

        def __init__(self) -> None:
            super().__init__()
            self.start = entry.actor.initial_states[0]
            self.belief: Belief = (self.start,)
            self.stimuli: list[Any] = []

        @initialize(start=st.sampled_from(entry.actor.initial_states))
        def begins(self, start: Any) -> None:
            self.start, self.belief = start, (start,)

        @rule(offer=st.one_of(st.sampled_from(entry.offers), st.sampled_from(telling or entry.offers)))
        def stimulus(self, offer: Any) -> None:
            if not possible(entry.actor, self.belief[0], [offer]):
                return
            stimulus = offer.at(newest_number(entry.actor, self.belief[0]))
            self.stimuli.append(stimulus)
            self.belief = after(next(iter(stepped(entry.actor, self.belief, stimulus).values())))

        def teardown(self) -> None:
            if not self.stimuli:
                return
            case = TestCase("run", entry.actor.role, "a random run", (), (), (), entry.name,
                            tuple(entry.actor.differing(self.start).items()),
                            steps_of(entry.actor, self.start, self.stimuli))  # fmt: skip
            result = run_case(suite, case, session)
            if result.verdict in (Verdict.FAIL, Verdict.ERROR):
                if result.verdict is Verdict.ERROR:
                    session.closed()
                taken = "; ".join(in_words(one) for one in self.stimuli[: result.step])
                raise Disagreement(f"{result} (run: {taken})")

    return AgainstTheModel
