"""What a story may delete: its own things, never somebody else's."""

from pathlib import Path

import pytest

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.story.folder import MARKER, SHOP, story_folder
from pos_desktop.story.play import play


def test_a_folder_with_files_of_somebody_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / SHOP / "accounts.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(InputError, match="not empty"), story_folder(tmp_path):
        pass
    assert mine.read_text() == "mine"
    assert not (tmp_path / MARKER).exists()


def test_a_second_story_clears_only_what_a_story_leaves(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    with story_folder(out):
        (out / SHOP).mkdir()
        (out / "story.json").write_text("{}")
        (out / "01-scan.png").write_bytes(b"")
    (out / "notes.txt").write_text("mine")
    (out / "cash").mkdir()
    with story_folder(out):
        assert sorted(place.name for place in out.iterdir()) == [MARKER, "cash", "notes.txt"]


def test_one_story_at_a_time(tmp_path: Path) -> None:
    with (
        story_folder(tmp_path),
        pytest.raises(Unavailable, match="another story"),
        story_folder(tmp_path),
    ):
        pass


@pytest.mark.parametrize("name", ["cash", "all"])
def test_a_file_for_a_folder_is_one_sentence(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    assert play(name, file) == 2
    assert capsys.readouterr().err == f"run: {file} is a file; give --out a folder\n"
    assert file.read_text() == "mine"
