"""The command line's own words: what there is, and what is refused."""

import io

import pytest

from pos_desktop import __version__, cli
from pos_desktop.bootstrap import secret
from pos_desktop.domain.errors import Unavailable


def ended(words: list[str]) -> object:
    """The exit code of ``words``, where argparse ends the program."""
    with pytest.raises(SystemExit) as end:
        cli.run(words)
    return end.value.code


@pytest.mark.parametrize("words", [[], ["CODE", "--offline"]])
def test_a_counter_is_rejoined_with_a_code_or_offline(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(["rejoin", *words]) == 2
    assert "either a code or --offline" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--help"], ["help"]])
def test_help_names_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(words) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in cli.COMMANDS:
        assert any(line.startswith(f"  {name} ") for line in lines), name


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["--version"]) == 0
    assert capsys.readouterr().out == f"raseed {__version__}\n"


def test_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["sell"]) == 2
    assert capsys.readouterr().err == "raseed: there is no command sell; see: raseed --help\n"


def test_a_story_takes_no_data_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["run", "--headless", "--data", "x"]) == 2
    assert "--out DIR" in capsys.readouterr().err


class _Store:
    kept: dict[str, str]

    def put(self, name: str, value: str) -> None:
        self.kept[name] = value


def test_a_secret_comes_from_stdin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = _Store()
    store.kept = {}
    monkeypatch.setattr(secret, "KeyringSecrets", lambda: store)
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\nmore\n"))
    assert cli.run(["secret", "gateway.key_secret"]) == 0
    assert store.kept == {"gateway.key_secret": "s3cret"}
    assert "s3cret" not in capsys.readouterr().out
    assert cli.run(["secret", "exotel.api_token"]) == 0
    assert store.kept["exotel.api_token"] == "more"
    assert cli.run(["secret", "exotel.api_token"]) == 2


def test_without_a_key_store_the_remedy_is_all_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_self: object, _name: str, _value: str) -> None:
        raise Unavailable("no_safe_keystore", "There is no safe store.")

    monkeypatch.setattr("pos_desktop.settings.secrets.KeyringSecrets.put", refuse)
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    assert cli.run(["secret", "gateway.key_secret"]) == 3
    assert capsys.readouterr().err == "secret: There is no safe store.\n"


def test_only_known_secrets_are_taken() -> None:
    assert ended(["secret", "gateway.secret"]) == 2
