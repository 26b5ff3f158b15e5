from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.execution import Execution, interactive, random_run
from model.language.expressions import variable
from model.language.interpretation import Interpretation
from tests.execution.parcels import parcel_system
from tests.toys import toy_system


def answering(*answers: str) -> Callable[[str], str]:
    left = iter(answers)

    def read(prompt: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return read


def run(seed: int) -> list[tuple[str, int | None]]:
    return [(step.action.name, step.position) for step in random_run(parcel_system(), seed, 30)]


def test_equal_seeds_give_equal_runs() -> None:
    assert run(7) == run(7)
    assert len({tuple(run(seed)) for seed in range(5)}) > 1


def test_runs_start_in_an_initial_state() -> None:
    system = replace(parcel_system(), initially=(variable("clerk.seen") == "south") & (variable("clerk.last") == 1))
    starts = {next(random_run(system, seed, 1)).before for seed in range(10)} | {Execution(system).state}
    assert starts == set(Interpretation(system).initial_states())


def test_random_run_stops_where_nothing_can_happen() -> None:
    steps = list(random_run(toy_system(loss=True, duplication=False), 1, 1000))
    assert len(steps) < 1000
    assert Execution(toy_system(loss=True, duplication=False), steps[-1].after).enabled() == []


def test_menu_takes_numbers_and_undoes() -> None:
    execution = Execution(toy_system())
    lines: list[str] = []
    interactive(execution, answering("1", "u", "u", "0", "x", "1", "q", "1"), lines.append)
    assert [occurrence.action.name for occurrence in execution.log] == ["sender: send: sends"]
    assert "  1  sender: send: sends" in lines
    assert "undone: sender: send: sends" in lines
    assert "nothing to undo" in lines
    assert 'not a choice: "x"; type a number from 1 to 2, u or q' in lines
    assert "  sender.state: idle -> waiting" in lines
    assert "  sends Data on up: number 1, side left, copied false" in lines
    assert any(line.endswith("up: Data is lost (number 1, side left, copied false)") for line in lines)


def test_menu_ends_with_the_input() -> None:
    execution = Execution(toy_system())
    interactive(execution, answering("1"), lambda line: None)
    assert len(execution.log) == 1
