"""Two-phase commit: a transaction manager and some resource managers all commit or all abort.
Messages, once sent, stay and may be read at any time: the set of messages is one truth value for each
possible message, so a late or a repeated message needs nothing more. The abstraction is Lamport's
(TLA+ "TwoPhase"), and so are the counts: 288 states for three resource managers, 1,568 for four.
Run it: python -m examples.two_phase_commit"""

from __future__ import annotations

from enum import Enum

from examples.exploring import show
from model.language.binding import Binding
from model.language.expressions import all_of, any_of, variable
from model.language.flattening import compose
from model.language.machines import Machine, decision
from model.language.observations import Observation, observe_states
from model.language.systems import System


class Manager(Enum):
    COLLECTING = "collecting"
    COMMITTED = "committed"
    ABORTED = "aborted"


class Resource(Enum):
    WORKING = "working"
    PREPARED = "prepared"
    COMMITTED = "committed"
    ABORTED = "aborted"


def system(resources: int = 3, *, waits_for_all: bool = True) -> System:
    """So many resource managers. waits_for_all: without it the manager commits when the first one is prepared."""
    manager = Machine("manager", Manager, Manager.COLLECTING)
    commit_sent = manager.variable("commit_sent", meaning="the message Commit is there")
    abort_sent = manager.variable("abort_sent", meaning="the message Abort is there")
    heard_of = [manager.variable(f"heard_of_{n}", meaning="known to be prepared") for n in range(resources)]
    everybody = all_of(heard_of) if waits_for_all else any_of(heard_of)
    manager.transition("commits", trigger=decision("commit"), source=Manager.COLLECTING, dest=Manager.COMMITTED,
                       when=everybody, then=[commit_sent.becomes(True)])  # fmt: skip
    manager.transition("aborts", trigger=decision("abort"), source=Manager.COLLECTING, dest=Manager.ABORTED,
                       then=[abort_sent.becomes(True)])  # fmt: skip

    machines = [manager]
    for number, heard in enumerate(heard_of):
        resource = Machine(f"resource_{number}", Resource, Resource.WORKING)
        sent = resource.variable("prepared_sent", meaning="the message Prepared is there")
        resource.transition("prepares", trigger=decision("prepare"), source=Resource.WORKING, dest=Resource.PREPARED,
                            then=[sent.becomes(True)])  # fmt: skip
        resource.transition("aborts by itself", trigger=decision("give up"), source=Resource.WORKING,
                            dest=Resource.ABORTED)  # fmt: skip
        resource.transition("is told to commit", trigger=decision("read Commit"), source=list(Resource),
                            dest=Resource.COMMITTED, when=commit_sent)  # fmt: skip
        resource.transition("is told to abort", trigger=decision("read Abort"), source=list(Resource),
                            dest=Resource.ABORTED, when=abort_sent)  # fmt: skip
        manager.transition(f"hears that {number} is prepared", trigger=decision(f"read Prepared of {number}"),
                           source=Manager.COLLECTING, when=sent, then=[heard.becomes(True)])  # fmt: skip
        machines.append(resource)
    return compose(f"two-phase commit with {resources} resource managers", machines, [], Binding())


def observations(built: System) -> list[Observation]:
    """Consistency is broken if the first is seen; the second shows that a transaction can succeed."""
    states = [variable(f"{m.name}.state") for m in built.machines if m.name != "manager"]
    committed = [state == Resource.COMMITTED for state in states]
    aborted = [state == Resource.ABORTED for state in states]
    return [
        observe_states("one has committed and another aborted", any_of(committed) & any_of(aborted), built),
        observe_states("all have committed", all_of(committed), built),
    ]


if __name__ == "__main__":
    for patient in (True, False):
        managers = system(waits_for_all=patient)
        show(managers, observations(managers))
