"""``raseed secret``: kept here, and handed to the other counters by the manager's."""

import io
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.bootstrap.invite import invite
from pos_desktop.bootstrap.secret import keep_secret
from pos_desktop.net.http import HttpClient
from pos_desktop.relay_client.client import RelayClient
from pos_desktop.relay_client.credentials import NAMES, SharedKeys
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from tests.relay.support import Relay, Shop
from tests.support.fenced_till import set_up
from tests.unit.relay_client.test_client import Secrets

NAME = NAMES[0]


@pytest.fixture
def till(tmp_path: Path, relay: Relay, shop: Shop) -> Path:
    return set_up(tmp_path / "till", relay, shop)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def kept(till: Path) -> str | None:
    return PracticeSecrets(folders(till).practice_secrets).get(NAME)


def test_one_command_reaches_the_other_counter(
    till: Path,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert invite("Counter 3", 15, till) == 0
    other = Secrets()
    with closing(HttpClient(relay.base_url)) as http:
        client = RelayClient(http, other)
        client.enrol(capsys.readouterr().out.strip(), "Counter 3")
        typed(monkeypatch, "rotated\n")
        assert keep_secret(NAME, till) == 0
        told = capsys.readouterr()
        assert "counters that have it, or get it when they ask next: 2" in told.out
        assert "rotated" not in told.out + told.err
        assert SharedKeys(http, other).fetch(client.store()) == {NAME: 1}
    assert (kept(till), other.values[NAME]) == ("rotated", "rotated")


def test_a_counter_that_gets_nothing_is_named(
    till: Path,
    relay: Relay,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with closing(HttpClient(relay.base_url)) as http:
        other = RelayClient(http, Secrets())
        other.enrol(relay.code(shop), "Counter 9")
    typed(monkeypatch, "rotated\n")
    assert keep_secret(NAME, till) == 0
    assert "Counter 9 does not get it" in capsys.readouterr().out


def test_another_counter_keeps_it_for_itself(
    tmp_path: Path,
    till: Path,
    relay: Relay,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    second = set_up(tmp_path / "second", relay, shop)
    typed(monkeypatch, "mine\n")
    assert keep_secret(NAME, second) == 0
    assert "the manager's counter hands keys on" in capsys.readouterr().out
    assert (kept(second), kept(till)) == ("mine", None)


def test_without_the_relay_it_is_kept_and_said(
    till: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = OptionsFile(folders(till).options)
    options = file.read()
    file.save(replace(options, relay=replace(options.relay, base_url="http://127.0.0.1:9")))
    typed(monkeypatch, "kept\n")
    assert keep_secret(NAME, till) == 1
    assert "other counters may not have it yet" in capsys.readouterr().err
    assert kept(till) == "kept"


@pytest.mark.parametrize(("text", "said"), [("\n", "nothing was given"), ("k\u0131ey\n", "signs")])
def test_what_is_no_key_changes_nothing(
    till: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    said: str,
) -> None:
    typed(monkeypatch, text)
    assert keep_secret(NAME, till) == 2
    assert said in capsys.readouterr().err
    assert kept(till) is None
