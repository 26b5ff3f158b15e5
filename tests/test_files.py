"""Results are written whole or not at all, and a refusal says what to do."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsmip.files import OutputError, write_atomically

NOBODY = 65534


@pytest.fixture
def ordinary_user() -> Iterator[None]:
    """Root may write everywhere: give that up for the length of a test."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder anybody can reach and write in, unlike pytest's own temporary folders."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def refusal(path: str | Path, data: str | bytes = "new") -> str:
    with pytest.raises(OutputError) as caught:
        write_atomically(path, data)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_text_is_written_as_utf8_with_its_line_ends(tmp_path: Path) -> None:
    write_atomically(tmp_path / "trace.txt", "UE → HA\r\nend\n")
    assert (tmp_path / "trace.txt").read_bytes() == "UE → HA\r\nend\n".encode()
    assert names(tmp_path) == ["trace.txt"]


def test_bytes_replace_an_existing_file(tmp_path: Path) -> None:
    path = tmp_path / "trace.pcap"
    path.write_bytes(b"a longer old content")
    write_atomically(str(path), b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert names(tmp_path) == ["trace.pcap"]


def test_permissions_of_a_new_file_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "report.html", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.html").stat().st_mode) == 0o640


def test_permissions_of_an_existing_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    path.chmod(0o604)
    write_atomically(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


def test_symbolic_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.svg").write_text("old")
    (tmp_path / "link.svg").symlink_to("real.svg")
    write_atomically(tmp_path / "link.svg", "new")
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "real.svg").read_text() == "new"


def test_name_without_folder_goes_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomically("trace.txt", "x")
    assert names(tmp_path) == ["trace.txt"]


def test_device_is_written_to_and_not_replaced() -> None:
    write_atomically("/dev/null", "x")
    assert Path("/dev/null").is_char_device()


def test_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "trace.txt"
    assert refusal(path) == f"cannot write {path}: there is no folder {path.parent}; create it first"


def test_folder_is_not_a_file(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"cannot write {tmp_path}: it is a folder; give the name of a file in it"


def test_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("x")
    path = tmp_path / "notes" / "trace.txt"
    assert refusal(path) == f"cannot write {path}: {path.parent} is a file, not a folder; choose another place"


def test_folder_without_permission_is_named(open_folder: Path, ordinary_user: None) -> None:
    folder = open_folder / "closed"
    folder.mkdir()
    folder.chmod(0o555)
    path = folder / "trace.txt"
    assert refusal(path) == f"cannot write {path}: no permission in the folder {folder}; choose another folder"
    assert names(folder) == []


def test_folder_that_may_not_be_entered_is_an_output_error(open_folder: Path, ordinary_user: None) -> None:
    folder = open_folder / "sealed"
    folder.mkdir()
    folder.chmod(0)
    path = folder / "trace.txt"
    assert refusal(path) == f"cannot write {path}: Permission denied; choose another place"
    folder.chmod(0o700)


def test_write_protected_file_is_kept(open_folder: Path, ordinary_user: None) -> None:
    path = open_folder / "trace.txt"
    path.write_text("old")
    path.chmod(0o444)
    assert refusal(path) == f"cannot write {path}: the file is write-protected; choose another name"
    assert path.read_text() == "old"


def test_name_too_long_for_the_file_system_leaves_nothing_behind(tmp_path: Path) -> None:
    message = refusal(tmp_path / ("x" * 300))
    assert message.startswith("cannot write ") and message.endswith(": File name too long; choose another place")
    assert names(tmp_path) == []


def test_full_disk_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "trace.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", no_space)
    assert refusal(path) == f"cannot write {path}: No space left on device; choose another place"
    assert path.read_text() == "old"
    assert names(tmp_path) == ["trace.txt"]


def test_interruption_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "trace.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["trace.txt"]
