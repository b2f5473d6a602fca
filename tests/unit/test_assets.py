"""Where shipped files are found."""

from pathlib import Path

import pytest

from pos_desktop import assets


def test_a_shipped_file_is_found() -> None:
    found = assets.path("templates/messages.json")
    assert found.is_file()
    assert assets.path("templates").is_dir()


@pytest.mark.parametrize("name", ["templates/none.json", "../pyproject.toml", "/etc/hostname"])
def test_anything_else_is_missing_by_name(name: str) -> None:
    with pytest.raises(FileNotFoundError, match=name):
        assets.path(name)


def test_the_built_place_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "a.txt").write_text("built")
    (tmp_path / "a.txt").write_text("checkout")
    monkeypatch.setattr(assets, "_ROOTS", (tmp_path / "built", tmp_path))
    assert assets.path("a.txt").read_text() == "built"
