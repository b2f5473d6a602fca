"""``raseed pin``: set up from two lines or a terminal, changed with the old one, never shown."""

import io
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pos_desktop import cli
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.options import Options
from pos_desktop.settings.paths import folders
from pos_desktop.settings.pins import Argon2Pins
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.store import SqliteStore

PIN, OTHER = "739204", "605917"


class Desk:
    """The command in a practice shop's folder."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.folder = folder / "till"
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        places = folders(self.folder)
        places.make()
        OptionsFile(places.options).save(Options(practice=True))

    def says(self, lines: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        code = cli.run(["pin", "--data", str(self.folder)])
        out, err = self._capsys.readouterr()
        for shown in (PIN, OTHER):
            assert shown not in out + err
        return code, out, err

    def known(self, pin: str) -> list[str]:
        """The managers who have this PIN."""
        pins = Argon2Pins(PracticeSecrets(folders(self.folder).practice_secrets))
        store = SqliteStore(folders(self.folder).data / DATABASE).open()
        try:
            with store.read() as uow:
                return [p.name for p in uow.people.all() if pins.matches(p.pin_hash, pin)]
        finally:
            store.close()


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    return Desk(tmp_path, monkeypatch, capsys)


def test_two_lines_set_it_up_and_two_change_it(desk: Desk) -> None:
    code, out, _ = desk.says(f"Meena Kulkarni\n{PIN}\n")
    assert (code, out.split(" is ")[0]) == (0, "the PIN of Meena Kulkarni")
    assert desk.known(PIN) == ["Meena Kulkarni"]
    code, out, _ = desk.says(f"{PIN}\n{OTHER}\n")
    assert (code, out.split(" is ")[0]) == (0, "the PIN of Meena Kulkarni")
    assert (desk.known(PIN), desk.known(OTHER)) == ([], ["Meena Kulkarni"])


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", "nothing was given"),
        ("Meena\n", "nothing was given"),
        (f" \n{PIN}\n", "nothing was given"),
        ("Meena\n7392\n", "at least 6"),
        ("Meena\n7392047392041\n", "at most 12"),
        ("Meena\n123456\n", "guessed at once"),
        ("Meena\nsecret\n", "figures only"),
        (f"{'M' * 41}\n{PIN}\n", "at most 40"),
    ],
)
def test_what_will_not_do(desk: Desk, lines: str, words: str) -> None:
    code, out, err = desk.says(lines)
    assert (code, out) == (2, "")
    assert words in err


def test_the_old_pin_is_asked_for_and_guessing_locks(desk: Desk) -> None:
    desk.says(f"Meena\n{PIN}\n")
    code, _, err = desk.says(f"{OTHER}\n{OTHER}\n")
    assert (code, "4 more" in err) == (1, True)
    for _ in range(3):
        assert desk.says("000111\n605917\n")[0] == 1
    for pin in ("000111", PIN):
        code, _, err = desk.says(f"{pin}\n{OTHER}\n")
        assert (code, "locked" in err) == (1, True), err
    assert desk.known(OTHER) == []


def test_a_weak_new_pin_costs_no_try(desk: Desk) -> None:
    desk.says(f"Meena\n{PIN}\n")
    for _ in range(6):
        assert desk.says("000111\n111111\n")[0] == 2
    assert desk.says(f"{PIN}\n{OTHER}\n")[0] == 0


def test_a_real_shop_without_a_key_store_gets_no_pin(desk: Desk) -> None:
    """The tests set keyring's "fail" backend, as a machine without one has it."""
    OptionsFile(folders(desk.folder).options).save(Options())
    code, _, err = desk.says(f"Meena\n{PIN}\n")
    assert code == 3
    assert "no safe store for keys" in err
    assert desk.known("000111") == []


def test_a_counter_that_is_open_keeps_its_database(desk: Desk) -> None:
    running = SqliteStore(folders(desk.folder).data / DATABASE).open()
    code, _, err = desk.says(f"Meena\n{PIN}\n")
    running.close()
    assert code == 3
    assert err.startswith("pin: ")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("again", "code"), [(PIN, 0), (OTHER, 2)])
def test_a_terminal_is_asked_without_an_echo(tmp_path: Path, again: str, code: int) -> None:
    """The words come from the program; what is typed behind "PIN" never comes back."""
    places = folders(tmp_path)
    places.make()
    OptionsFile(places.options).save(Options(practice=True))
    ours, its = pty.openpty()
    shown: list[bytes] = []
    process = subprocess.Popen(
        [sys.executable, "-m", "pos_desktop", "pin", "--data", str(tmp_path)],
        stdin=its, stdout=its, stderr=its, start_new_session=True, env=_environment(),
    )  # fmt: skip
    os.close(its)
    reader = threading.Thread(target=_read, args=(ours, shown))
    reader.start()
    for asked, typed in ((b"name", "Meena"), (b"new PIN", PIN), (b"once more", again)):
        _wait_for(shown, asked)
        os.write(ours, typed.encode() + b"\n")
    assert process.wait(30) == code
    reader.join(10)
    os.close(ours)
    text = b"".join(shown).decode()
    assert "Meena" in text, "a name is no secret"
    assert PIN not in text and OTHER not in text
    assert ("is kept" if code == 0 else "not the same") in text


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}


def _read(terminal: int, shown: list[bytes]) -> None:
    while True:
        try:
            piece = os.read(terminal, 1024)
        except OSError:
            return  # the other end is closed
        if not piece:
            return
        shown.append(piece)


def _wait_for(shown: list[bytes], words: bytes) -> None:
    gate = threading.Event()
    for _ in range(600):
        if words in b"".join(shown):
            return
        gate.wait(0.05)
    pytest.fail(f"{words!r} was not asked: {b''.join(shown)!r}")
