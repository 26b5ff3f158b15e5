"""Measures the engines beside other model checkers on the same model: `python -m benchmarks --help`."""
