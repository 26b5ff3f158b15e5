"""The text of `adapter_process`, for generated modules that stand alone, and what pytest makes of its errors."""

from __future__ import annotations

import ast
from pathlib import Path

TEXT = Path(__file__).with_name("adapter_process.py").read_text(encoding="utf-8")


def _split() -> tuple[str, str]:
    """The imports, and what follows them."""
    lines = TEXT.splitlines(keepends=True)
    body = ast.parse(TEXT).body[1:]  # without the docstring
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    first, last = imports[0].lineno - 1, imports[-1].end_lineno
    return "".join(lines[first:last]), "".join(lines[last:]).lstrip("\n")


IMPORTS, _REST = _split()
MACHINERY = "# The rest runs the adapter in a process of its own\n\n" + _REST
VERDICT = '''\
def verdict(kind, words):
    """What ends a test in which the adapter does not do what is asked."""
    if kind == "unable":
        return pytest.skip.Exception(words)
    known = {"down": "ERROR: the system is down:", "no packet": "what the system sends is no packet:"}
    return pytest.fail.Exception(f"{known.get(kind, 'no adapter')} {words}", pytrace=False)


'''
