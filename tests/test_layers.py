"""The floors of the building: an upper one may import a lower one, never the other way, and nothing in circles."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENGINE = {"model", "properties", "checker"}
MAY_IMPORT = {
    "model": {"model"},
    "properties": {"model", "properties"},
    "checker": ENGINE,
    "generators": ENGINE | {"generators"},
    "diagrams": ENGINE | {"diagrams"},
    "dsmip": ENGINE | {"generators", "diagrams", "dsmip"},
}
OURS = {*MAY_IMPORT, "tests"}
MOST_LINES = 500
NAMELESS = {"utils.py", "helpers.py", "common.py", "misc.py"}


def sources(root: Path) -> dict[str, Path]:
    """Module name -> file, for every module of the six packages."""
    found = {}
    for package in MAY_IMPORT:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def is_for_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}


def import_statements(node: ast.AST, *, at_load: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements below a node; at_load: only those that run when the module is loaded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif at_load and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        elif at_load and isinstance(child, ast.If) and is_for_type_checking(child):
            for other in child.orelse:
                yield from import_statements(ast.Module([other], []), at_load=True)
        else:
            yield from import_statements(child, at_load=at_load)


def imported(module: str, modules: dict[str, Path], *, at_load: bool) -> set[str]:
    """Absolute names a module imports; `from package import name` gives the submodule if there is one."""
    path = modules[module]
    found: set[str] = set()
    for statement in import_statements(ast.parse(path.read_text(encoding="utf-8")), at_load=at_load):
        if isinstance(statement, ast.Import):
            found.update(alias.name for alias in statement.names)
            continue
        base = statement.module or ""
        if statement.level:
            package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
            kept = package[: len(package) - (statement.level - 1)]
            base = ".".join([*kept, *([base] if base else [])])
        for alias in statement.names:
            deeper = f"{base}.{alias.name}"
            found.add(deeper if deeper in modules else base)
    return found


def trespasses(root: Path) -> list[str]:
    """Imports that reach into a higher or a neighbouring floor, lazy and typing imports included."""
    modules = sources(root)
    return [
        f"{module} imports {name}"
        for module in modules
        for name in sorted(imported(module, modules, at_load=False))
        if name.split(".")[0] in OURS - MAY_IMPORT[module.split(".")[0]]
    ]


def circle(root: Path) -> list[str] | None:
    """Modules that need each other while being loaded; None if there are none."""
    modules = sources(root)
    graph = {module: imported(module, modules, at_load=True) & modules.keys() for module in modules}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return None


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_every_floor_imports_only_itself_and_lower_floors() -> None:
    assert trespasses(ROOT) == []


def test_no_module_needs_itself_to_be_loaded() -> None:
    assert circle(ROOT) is None


def test_no_file_is_longer_than_a_reader_can_bear() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text().count("\n") for path in sources(ROOT).values()}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_every_file_is_named_for_an_idea() -> None:
    assert [str(path.relative_to(ROOT)) for path in sources(ROOT).values() if path.name in NAMELESS] == []


def test_importing_the_toolkit_loads_no_engine() -> None:
    show = "import sys, dsmip; print(sorted({'z3', 'llvmlite', 'pygraphviz'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", show], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    "statement",
    [
        "import checker.search",
        "from checker import search",
        "from checker.search import Limits",
        "def later():\n    import checker.search",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import checker.search",
    ],
)
def test_import_of_a_higher_floor_is_noticed(tmp_path: Path, statement: str) -> None:
    write(tmp_path, {"checker/search.py": "", "model/systems.py": statement})
    assert trespasses(tmp_path) == ["model.systems imports checker.search"]


def test_import_of_a_neighbour_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, {"diagrams/report.py": "import generators.suites", "generators/suites.py": "import z3, model"})
    assert trespasses(tmp_path) == ["diagrams.report imports generators.suites"]


def test_import_of_a_test_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, {"dsmip/api.py": "from tests.toys import TOYS"})
    assert trespasses(tmp_path) == ["dsmip.api imports tests.toys"]


def test_circle_of_imports_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, {"model/__init__.py": "", "model/a.py": "from model import b", "model/b.py": "from .a import x"})
    assert set(circle(tmp_path) or []) == {"model.a", "model.b"}


def test_circle_through_a_package_is_noticed(tmp_path: Path) -> None:
    write(tmp_path, {"model/__init__.py": "from .a import x", "model/a.py": "from . import y"})
    assert set(circle(tmp_path) or []) == {"model", "model.a"}


@pytest.mark.parametrize(
    "statement",
    ["def later():\n    import model.b", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import model.b"],
)
def test_import_that_does_not_run_at_load_closes_no_circle(tmp_path: Path, statement: str) -> None:
    write(tmp_path, {"model/a.py": statement, "model/b.py": "import model.a"})
    assert circle(tmp_path) is None
