"""``raseed forget``: with the manager's PIN, the window closed; nothing of the number is left."""

import io
from pathlib import Path

import pytest

from pos_desktop import cli
from pos_desktop.bootstrap.peers import CALLBACK_NAME, CallbackSecrets, keep_callback_secret
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.options import Options
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.test_numbers_forgotten import HERS, add

PIN = "739204"
NATIONAL = HERS[3:]


class Shop:
    """The commands in a practice shop's folder."""

    def __init__(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.folder = folder / "till"
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.places = folders(self.folder)
        self.places.make()
        OptionsFile(self.places.options).save(Options(practice=True))

    def says(self, lines: str, *words: str) -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(lines))
        code = cli.run([*words, "--data", str(self.folder)])
        out, err = self._capsys.readouterr()
        assert PIN not in out + err
        assert NATIONAL not in out + err
        return code, out, err

    def store(self) -> SqliteStore:
        return SqliteStore(self.places.data / DATABASE).open()

    def bytes(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.places.data.glob(f"{DATABASE}*"))


@pytest.fixture
def shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shop:
    made = Shop(tmp_path, monkeypatch, capsys)
    assert made.says(f"Meera\n{PIN}\n", "pin")[0] == 0
    store = made.store()
    add(store)
    store.close()
    return made


def end(shop: Shop, *numbers: int) -> None:
    store = shop.store()
    with store.write() as unit:
        for number, order_id in zip(numbers, unit.sales.awaiting_of(HERS), strict=True):
            unit.sales.issue(order_id, f"C2A/2627/{number:06d}", 1, "cash")
        unit.commit()
    store.close()


def test_the_manager_has_a_number_erased(shop: Shop) -> None:
    code, _, err = shop.says(f"{PIN}\n", "forget", NATIONAL)
    assert (code, "still waits for its money" in err) == (1, True)
    end(shop, 1, 2)
    assert NATIONAL.encode() in shop.bytes()
    code, out, err = shop.says(f"98000 00001\n{PIN}\n", "forget", "-")
    assert (code, err) == (0, "")
    assert "erased from 2 bills and 2 messages" in out
    assert NATIONAL.encode() not in shop.bytes()
    copy = shop.places.data / f"{DATABASE}.v2-backup"
    copy.write_bytes(b"older")
    assert str(copy) in shop.says(f"{PIN}\n", "forget", NATIONAL)[1]


@pytest.mark.parametrize(
    ("lines", "number", "code", "words"),
    [
        ("605917\n", NATIONAL, 1, "that is not the PIN"),
        ("", NATIONAL, 2, "nothing was given"),
        (f"{PIN}\n", "12345", 2, "no Indian mobile number"),
    ],
)
def test_what_will_not_do(shop: Shop, lines: str, number: str, code: int, words: str) -> None:
    found, out, err = shop.says(lines, "forget", number)
    assert (found, out) == (code, "")
    assert words in err
    assert NATIONAL.encode() in shop.bytes()


def test_without_a_manager_nothing_is_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = Shop(tmp_path, monkeypatch, capsys)
    code, _, err = shop.says(f"{PIN}\n", "forget", NATIONAL)
    assert (code, "raseed pin" in err) == (2, True)


def test_an_open_counter_keeps_its_database(shop: Shop) -> None:
    store = shop.store()
    code, _, err = shop.says(f"{PIN}\n", "forget", NATIONAL)
    assert (code, bool(err)) == (3, True)
    store.close()


def test_the_former_callback_secret_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    secrets = PracticeSecrets(tmp_path / "secrets.json")
    known = CallbackSecrets(secrets)
    assert known() == ()
    for secret in ("first", "second", "second", "third"):
        known.renewed(lambda new: keep_callback_secret(secrets, new), secret)
    assert known() == ("third", "second")
    assert secrets.get(CALLBACK_NAME) == "third"
