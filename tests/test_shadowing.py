"""A user's own folder called like one of our packages is named, not imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dsmip
from dsmip.shadowing import PACKAGES

HOME = Path(dsmip.__file__).resolve().parent.parent
CHECK = "import dsmip.shadowing as s; s.check_own_packages(); print('checked')"


def run(*arguments: str, folder: Path, python_path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run this Python in a folder, with the toolkit reachable as an installed package is: last on the path."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    if python_path is not None:
        environment["PYTHONPATH"] = python_path
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module", autouse=True)
def installed(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("empty")
    found = run("-c", "import dsmip; print(dsmip.__file__)", folder=empty)
    if found.returncode != 0 or Path(found.stdout.strip()).resolve().parent.parent != HOME:
        pytest.skip("the dsmip under test is not installed in this Python; run make test")


def own_package(folder: Path, name: str) -> Path:
    """A user's package that must never be imported."""
    package = folder / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported the wrong package')\n")
    return package


def assert_refused(done: subprocess.CompletedProcess[str], line: str) -> None:
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"dsmip: {line}\n")


@pytest.mark.parametrize("name", PACKAGES)
def test_package_in_the_working_folder_is_named(tmp_path: Path, name: str) -> None:
    package = own_package(tmp_path, name)
    done = run("-c", CHECK, folder=tmp_path)
    remedy = "use the installed command `dsmip`, or start from another folder"
    assert_refused(done, f"{package} hides the package {name!r} of dsmip; {remedy}")


def test_package_on_pythonpath_is_named(tmp_path: Path) -> None:
    package = own_package(tmp_path / "library", "model")
    done = run("-c", CHECK, folder=tmp_path, python_path=str(tmp_path / "library"))
    assert_refused(done, f"{package} hides the package 'model' of dsmip; take {package.parent} off PYTHONPATH")


def test_package_elsewhere_on_the_path_asks_for_an_own_environment(tmp_path: Path) -> None:
    package = own_package(tmp_path / "site", "checker")
    done = run("-c", f"import sys; sys.path.insert(0, {str(package.parent)!r}); {CHECK}", folder=tmp_path)
    assert_refused(
        done, f"{package} hides the package 'checker' of dsmip; install dsmip into an environment of its own"
    )


def test_single_module_is_named_like_a_package(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("raise RuntimeError('imported the wrong module')\n")
    done = run("-c", CHECK, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"dsmip: {tmp_path / 'model.py'} hides the package 'model' of dsmip; ")


def test_script_does_not_see_the_working_folder(tmp_path: Path) -> None:
    own_package(tmp_path / "work", "model")
    (tmp_path / "script.py").write_text(CHECK)
    done = run(str(tmp_path / "script.py"), folder=tmp_path / "work")
    assert (done.returncode, done.stdout, done.stderr) == (0, "checked\n", "")


def test_folder_of_data_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "diagrams").mkdir()
    (tmp_path / "diagrams" / "ue.svg").write_text("<svg/>")
    done = run("-c", CHECK, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "checked\n", "")


def test_own_source_folder_hides_nothing() -> None:
    done = run("-c", CHECK, folder=HOME, python_path=str(HOME))
    assert (done.returncode, done.stdout, done.stderr) == (0, "checked\n", "")


def test_check_imports_none_of_the_packages(tmp_path: Path) -> None:
    done = run("-c", f"{CHECK}; import sys; print(set({PACKAGES!r}) & set(sys.modules))", folder=tmp_path)
    assert done.stdout == "checked\nset()\n"


def test_missing_package_asks_for_a_new_installation(tmp_path: Path) -> None:
    broken = tmp_path / "dsmip"
    broken.mkdir()
    for module in ("__init__", "shadowing"):
        (broken / f"{module}.py").write_text((HOME / "dsmip" / f"{module}.py").read_text())
    done = run("-S", "-c", CHECK, folder=tmp_path)
    assert_refused(done, "the package 'model' of dsmip is missing; install dsmip again")
