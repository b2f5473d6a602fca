"""Sealed files: durable before they are acknowledged, and nothing left behind by a full disk."""

import os
from pathlib import Path

import pytest

from pos_relay.store import files
from pos_relay.store.files import SealedFolder, digest

PAGE = "ab" + "0" * 62
DATA = b"sealed bytes"


@pytest.fixture
def folder(tmp_path: Path) -> SealedFolder:
    return SealedFolder(tmp_path / "sealed")


def test_a_repeat_finishes_what_a_crash_left_open(
    folder: SealedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first process died between the rename and the flush of its folder."""
    flushed: list[str] = []

    def die(_folder: Path) -> None:
        raise OSError("killed here")

    monkeypatch.setattr(files, "_flush_folder", die)
    with pytest.raises(OSError, match="killed"):
        folder.put(PAGE, digest(DATA), DATA)
    monkeypatch.setattr(files, "_flush_folder", lambda found: flushed.append(found.name))
    folder.put(PAGE, digest(DATA), DATA)
    assert flushed == ["sealed", "ab"]
    assert folder.get(PAGE, digest(DATA)) == DATA


def test_a_full_disk_leaves_no_scraps(
    folder: SealedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    folder.put(PAGE, digest(DATA), DATA)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.put(PAGE, digest(b"more"), b"more")
    assert len([path for path in (tmp_path / "sealed").rglob("*") if path.is_file()]) == 1
