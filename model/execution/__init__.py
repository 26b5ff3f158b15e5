"""Systems run as `transitions` machines: driven by hand, at random, or to confirm a path."""

from model.execution.actors import Actor, ExecutionError
from model.execution.execution import Execution
from model.execution.replay import confirm
from model.execution.simulation import interactive, random_run
from model.execution.stimuli import Occurrence

__all__ = ["Actor", "Execution", "ExecutionError", "Occurrence", "confirm", "interactive", "random_run"]
