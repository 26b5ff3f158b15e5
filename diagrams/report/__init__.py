"""The HTML report: verdicts, findings, matrices, pictures and a step-through of traces in one file."""
