"""packaging/relay/backup.py: whole while the relay serves, and honest where it is not."""

import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pos_desktop.wire import seal
from pos_relay.routes.links import CLOSED_PNG
from tests.guards.source import ROOT
from tests.relay.samples import BILL, INVOICE, PDF
from tests.relay.support import Relay, running
from tests.relay.test_pages import close_picture, new_token, push_picture

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="for a server with systemd")


@pytest.fixture(scope="module")
def backup() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("backup", ROOT / "packaging/relay/backup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def served(data: Path) -> Iterator[Relay]:
    """A relay with a folder of its own."""
    with running(data) as relay:
        yield relay


def run(backup: ModuleType, served: Relay, to: Path, *more: str) -> int:
    """The script's exit code."""
    words = ["--data", str(served.node.settings.data), "--to", str(to), *more]
    code: int = backup.main(words)
    return code


def newest(to: Path) -> Path:
    """The last whole backup."""
    return max(path for path in to.iterdir() if path.name.endswith("Z"))


@contextmanager
def restored(served: Relay, copy: Path) -> Iterator[Relay]:
    """A relay on a backup, with the key that was kept elsewhere."""
    shutil.copy(served.node.settings.key_file, copy)
    with running(copy) as relay:
        yield relay


@pytest.fixture
def stamps(backup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another second for each backup."""
    count = itertools.count()

    class Clock:
        @staticmethod
        def now(_zone: Any) -> Any:
            return datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=next(count))

    monkeypatch.setattr(backup, "datetime", Clock)


def test_a_backup_is_whole_while_counters_write(
    backup: ModuleType, served: Relay, tmp_path: Path
) -> None:
    till = served.enrol(served.shop())
    stop = threading.Event()
    published: list[str] = []

    def busy() -> None:
        """Pages without end, and pictures that are closed at once."""
        while not stop.is_set():
            token, picture = new_token(), new_token()
            assert served.publish(till, token, BILL).status_code == 200
            assert push_picture(served, till, picture).status_code == 200
            assert served.publish(till, token, INVOICE, revision=2, pdf=PDF).status_code == 200
            assert close_picture(served, till, picture).status_code == 200
            published.append(token)

    counters = [threading.Thread(target=busy) for _ in range(2)]
    for counter in counters:
        counter.start()
    codes, early = list[int](), list[str]()
    try:
        while len(codes) < 8 or len(early) < 4:
            early = list(published)
            codes.append(run(backup, served, tmp_path / "to"))
    finally:
        stop.set()
        for counter in counters:
            counter.join(20)
    assert set(codes) == {0}
    with restored(served, newest(tmp_path / "to")) as relay:
        assert all(relay.http.get(f"/i/{token}.pdf").content == PDF for token in early)


def test_a_picture_that_is_closed_between_database_and_folder(
    backup: ModuleType, served: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    till, token = served.enrol(served.shop()), new_token()
    push_picture(served, till, token)
    copy_folder: Callable[..., None] = backup._copy_folder

    def late(*arguments: Any) -> None:
        close_picture(served, till, token)
        copy_folder(*arguments)

    monkeypatch.setattr(backup, "_copy_folder", late)
    assert run(backup, served, tmp_path / "to") == 0
    with restored(served, newest(tmp_path / "to")) as relay:
        shown = relay.http.get(f"/q/{token}.png")
    assert (shown.status_code, shown.content) == (200, CLOSED_PNG)


def test_faults_are_named_and_mended(
    backup: ModuleType, served: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    till, token, other = served.enrol(served.shop()), new_token(), new_token()
    for one in (token, other):
        served.publish(till, one, BILL)
    to = tmp_path / "to"
    assert run(backup, served, to) == 0
    first = newest(to)
    files = sorted((first / "sealed").rglob("*.*"))
    assert len(files) == 2
    files[0].write_bytes(b"rotten")
    files[1].unlink()
    assert run(backup, served, to, "--check", str(first)) == 1
    said = capsys.readouterr().err
    places = [file.relative_to(first).as_posix() for file in files]
    assert f"{places[0]}: damaged" in said
    assert f"{places[1]}: lost" in said
    assert run(backup, served, to) == 0, "what the last backup has wrong is copied anew"
    assert run(backup, served, to, "--check", str(newest(to))) == 0
    page_id = seal.page_id(token)
    for path in (served.node.settings.folder / page_id[:2]).glob(f"{page_id}.*"):
        path.write_bytes(b"rotten, too")
    for path in to.rglob(f"{page_id}.*"):
        path.write_bytes(b"rotten, too")
    assert run(backup, served, to) == 1, "a fault of the relay itself is not hidden"


def test_a_second_one_leaves_a_running_one_alone(
    backup: ModuleType,
    served: Relay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One by hand while that of the night is copying, in a process of its own."""
    to, copy_folder, by_hand = tmp_path / "to", backup._copy_folder, []
    script = [sys.executable, str(ROOT / "packaging/relay/backup.py")]
    words = [*script, "--data", str(served.node.settings.data), "--to", str(to)]

    def meanwhile(*arguments: Any) -> None:
        by_hand.append(subprocess.run(words, capture_output=True, text=True, check=False))
        copy_folder(*arguments)

    served.publish(served.enrol(served.shop()), new_token(), INVOICE, pdf=PDF)
    monkeypatch.setattr(backup, "_copy_folder", meanwhile)
    assert run(backup, served, to) == 0
    ((code, said),) = [(done.returncode, done.stderr) for done in by_hand]
    assert (code, said) == (2, f"raseed-relay-backup: another backup to {to} is running\n")
    assert [path.name for path in to.iterdir()] == [newest(to).name]
    assert ": whole" in capsys.readouterr().out
    again = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (again.returncode, again.stderr) == (0, ""), "the folder is free again"


@pytest.mark.usefixtures("stamps")
def test_the_newest_are_kept_and_share_their_files(
    backup: ModuleType, served: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    till = served.enrol(served.shop())
    served.publish(till, new_token(), INVOICE, pdf=PDF)
    to = tmp_path / "to"
    (to / "20200101T000000000000Z.part/sealed").mkdir(parents=True)
    (to / "notes").mkdir()
    assert [run(backup, served, to, "--keep", "2") for _ in range(4)] == [0] * 4
    said = capsys.readouterr().out
    assert sorted(path.name for path in to.iterdir()) == [
        "20261123T000002000000Z",
        "20261123T000003000000Z",
        "notes",
    ]
    assert "relay.key is not in the backup" in said
    linked = [path for path in newest(to).rglob("*.*") if "sealed" in path.parts]
    assert [path.stat().st_nlink for path in linked] == [2, 2]
    assert not list(newest(to).rglob("relay.key"))
    modes = {path.stat().st_mode & 0o077 for path in (newest(to), *linked)}
    assert modes == {0}


def test_what_cannot_be_backed_up_is_a_sentence(
    backup: ModuleType,
    served: Relay,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    to = tmp_path / "to"
    nothing = ["--data", str(tmp_path / "nothing"), "--to", str(to)]
    assert backup.main(nothing) == 2
    assert "there is no" in capsys.readouterr().err
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert run(backup, served, to) == 2
    assert "as the user of the relay" in capsys.readouterr().err
    assert not to.exists()
    monkeypatch.undo()
    (tmp_path / "file").write_text("in the way")
    assert run(backup, served, tmp_path / "file") == 2
    assert capsys.readouterr().err.startswith("raseed-relay-backup: ")
