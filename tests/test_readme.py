"""Everything the README shows is run as it stands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [line[2:] for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
EXPECTED_CODE = {
    "dsmip check minimal --reading literal --property BIND-1": 1,  # violated, and nothing is expected of it
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("readme")
    (place / "out").mkdir()
    scenario = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert scenario is not None
    assert tomllib.loads(scenario[1])["name"] == "my-network"
    (place / "my-network.toml").write_text(scenario[1], encoding="utf-8")
    return place


@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_readme_does_what_it_says(command: str, folder: Path) -> None:
    words = shlex.split(command)
    assert words[0] == "dsmip"
    program = Path(sys.executable).with_name("dsmip")
    done = subprocess.run([program, *words[1:]], cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == EXPECTED_CODE.get(command, 0), done.stderr + done.stdout[-2000:]
    assert "Traceback" not in done.stderr
    for written in (words[words.index("-o") + 1 :][:1] if "-o" in words else []):
        assert (folder / written).stat().st_size > 0


def test_rows_and_properties_of_the_readme_stand_in_the_product() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for name in ("model", "properties")
                        for path in (ROOT / name).glob("*.py"))  # fmt: skip
    squeezed = re.sub(r"\s", "", sources)
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        inner = re.sub(r"\s", "", block).removesuffix(")").rstrip(",")
        assert inner in squeezed, block


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
