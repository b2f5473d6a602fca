"""Folders: the system's, or all in one that was chosen."""

from pathlib import Path

import pytest

from pos_desktop.domain.errors import InputError, StoreError
from pos_desktop.settings.paths import folders


def test_chosen_folder_holds_everything(tmp_path: Path) -> None:
    found = folders(tmp_path / "till")
    found.make()
    root = (tmp_path / "till").resolve()
    assert (found.data, found.config, found.logs) == (root, root / "config", root / "logs")
    assert found.options == root / "config" / "settings.json"
    assert {found.templates.parent, found.practice_secrets.parent} == {root / "config"}
    assert all(f.is_dir() and f.stat().st_mode & 0o077 == 0 for f in (found.data, found.logs))
    found.make()


def test_usual_folders_name_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = folders()
    assert all("raseed" in str(f) for f in (found.data, found.config, found.logs))


@pytest.mark.parametrize("name", ["OneDrive", "OneDrive - Shree Stores", "Dropbox", "Google Drive"])
def test_synced_folders_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as caught:
        folders(tmp_path / name / "till")
    assert caught.value.code == "synced_folder"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        folders(tmp_path / "file" / "till").make()
