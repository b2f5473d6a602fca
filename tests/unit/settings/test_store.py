"""The settings file: round trip, clear refusals, and a shop that always starts."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import (
    CounterOptions,
    ExotelOptions,
    GatewayOptions,
    Language,
    LinkStyle,
    Options,
    OwnUpiOptions,
    RelayOptions,
    Shop,
)
from pos_desktop.domain.printer import PaperSize, PrinterKind, PrinterOptions
from pos_desktop.domain.sale import Channel, Scheme
from pos_desktop.settings.store import OptionsFile, check_options, parse_options

FULL = Options(
    shop=Shop(
        name="श्री Stores",
        address=("1 Main", "Pune"),
        state="27",
        scheme=Scheme.COMPOSITION,
        language=Language.TAMIL,
        logo=str(Path("/srv/shop/logo.PNG").absolute()),
    ),
    counter=CounterOptions(label="Counter 2", number=2, series="C2A", epoch=3, manager=True),
    channel=Channel.SMS_LINK,
    link_style=LinkStyle.PAGE,
    gateway=GatewayOptions(
        key_id="rzp_test_x",
        pay_hosts=("rzp.io", "pay.example"),
        remote_link_minutes=720,
        qr_enabled=False,
    ),
    former_gateways=(
        GatewayOptions(name="cashfree", base_url="https://api.cashfree.com/pg", key_id="CF1"),
    ),
    own_upi=OwnUpiOptions("asha.stores@examplebank", "Asha Stores", "5411", outage_limit=50_000),
    exotel=ExotelOptions(
        base_url="https://api.in.exotel.com",
        callback_url="https://relay.example/cb/exotel/{channel}/t/s",
    ),
    relay=RelayOptions(base_url="http://127.0.0.1:8080"),
    paper=PaperSize.NARROW,
    printer=PrinterOptions(PrinterKind.NETWORK, "192.168.1.50:9100", drawer=True),
    practice=True,
)


def test_round_trip(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "config" / "settings.json")
    file.save(FULL)
    assert file.read() == FULL
    loaded = file.load()
    assert (loaded.options, loaded.source, loaded.problem) == (FULL, "file", None)
    assert file.path.stat().st_mode & 0o077 == 0
    assert [p.name for p in sorted(file.path.parent.iterdir())] == [
        "settings.json",
        "settings.json.good",
    ]


def test_first_start_has_defaults(tmp_path: Path) -> None:
    loaded = OptionsFile(tmp_path / "settings.json").load()
    assert (loaded.options, loaded.source, loaded.problem) == (Options(), "default", None)


def test_partial_file_takes_defaults_for_the_rest() -> None:
    options = parse_options(b'\xef\xbb\xbf{"shop": {"name": "Asha"}, "theme": "dark"}')
    assert options == replace(Options(), shop=Shop(name="Asha"), theme="dark")


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ('{\n "shop": {\n  "nmae": "x"\n }\n}', "shop.nmae", 3),
        ('{\n "colour": 1\n}', "colour", 2),
        ('{\n "counter": {"number": "two"}\n}', "counter.number", 2),
        ('{\n "counter": 7\n}', "counter", 2),
        ('{\n "channel": "pigeon"\n}', "channel", 2),
        ('{\n "practice": 1\n}', "practice", 2),
        ('{\n "gateway": {\n "link_minutes": 10\n}}', "gateway.link_minutes", 3),
        ('{\n "gateway": {\n "base_url": "http://x.example"\n}}', "gateway.base_url", 3),
        ('{\n "relay": {"public_url": "b.example"}\n}', "relay.public_url", 2),
        ('{\n "exotel": {"callback_url": "https://x/cb"}\n}', "exotel.callback_url", 2),
        ('{\n "exotel": {"callback_url": "x{channel}"}\n}', "exotel.callback_url", 2),
        ('{\n "theme": "a",\n "theme": "b"\n}', "theme", 2),
        ('{\n "gateway": {"pay_hosts": ["a", 2]}\n}', "gateway.pay_hosts[1]", 2),
        ('{\n "gateway": {"pay_hosts": [{"a": 2}]}\n}', "gateway.pay_hosts[0]", 2),
        ('{\n "[a].b[]": 1\n}', "[a].b[]", None),
        ('{\n "gateway": {"name": "stripe"}\n}', "gateway.name", 2),
        ('{\n "gateway": {"name": "cashfree"}\n}', "gateway.base_url", 2),
        ('{\n "gateway": {"remote_link_minutes": 1441}\n}', "gateway.remote_link_minutes", 2),
        ('{\n "gateway": {"qr_enabled": "yes"}\n}', "gateway.qr_enabled", 2),
        ('{\n "counter": {"manager": 1}\n}', "counter.manager", 2),
        ('{\n "own_upi": {"vpa": "asha"}\n}', "own_upi.vpa", 2),
        ('{\n "own_upi": {"vpa": "asha @bank", "payee": "A"}\n}', "own_upi.vpa", 2),
        ('{\n "own_upi": {"vpa": "asha@bank"}\n}', "own_upi.payee", 2),
        ('{\n "own_upi": {\n  "vpa": "asha@bank",\n  "payee": " "}\n}', "own_upi.payee", 4),
        ('{\n "own_upi": {"category": "541"}\n}', "own_upi.category", 2),
        ('{\n "own_upi": {"outage_limit": -1}\n}', "own_upi.outage_limit", 2),
        ('{\n "own_upi": {"outage": 5}\n}', "own_upi.outage", 2),
        ('{\n "messages_quiet": "21-8"\n}', "messages_quiet", 2),
        ('{\n "printer": {\n  "kind": "network",\n  "address": "a b"\n}}', "printer.address", 4),
        ('{\n "printer": {"kind": "device", "address": "/dev/lp0"},\n "paper": "a4"}', "paper", 3),
        ('{\n "shop": {\n  "language": "xx"\n}}', "shop.language", 3),
        ('{\n "shop": {\n  "logo": "logo.png"\n}}', "shop.logo", 3),
        ('{\n "shop": {\n  "logo": "/srv/logo.svg"\n}}', "shop.logo", 3),
        ('{\n "former_gateways": {}\n}', "former_gateways", 2),
        ('{\n "former_gateways": [\n  {"name": "razorpay"}\n]}', "former_gateways[0].name", 3),
        ('{\n "former_gateways": [\n  {"nmae": "x"}\n]}', "former_gateways[0].nmae", 3),
        (
            '{\n "former_gateways": [\n  {"name": "cashfree", "base_url": "https://x.example"},\n'
            '  {"name": "cashfree", "base_url": "https://x.example"}\n]}',
            "former_gateways[1].name",
            4,
        ),
        (
            '{\n "former_gateways": [\n  {"name": "cashfree",\n   "base_url": "cashfree"}\n]}',
            "former_gateways[0].base_url",
            4,
        ),
        (
            '{\n "former_gateways": [{"name": "cashfree", "base_url": "https://x.example",\n'
            '  "link_minutes": 5}\n]}',
            "former_gateways[0].link_minutes",
            3,
        ),
    ],
)
def test_mistakes_name_key_and_line(text: str, key: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        parse_options(text.encode())
    assert caught.value.code == "settings_value"
    assert (caught.value.params["key"], caught.value.params["line"]) == (key, line)
    assert key in str(caught.value)
    assert (f"line {line}" in str(caught.value)) == (line is not None)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1]", b"null", b"\xff\xfe{}", b"[" * 90_000, b'{"theme": ' + b"9" * 5000]
)
def test_what_is_no_settings_file(raw: bytes) -> None:
    with pytest.raises(InputError) as caught:
        parse_options(raw)
    assert str(caught.value)


def test_a_broken_file_falls_back_to_the_last_good_one(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.save(FULL)
    file.path.write_text('{"theme": 5}')
    loaded = file.load()
    assert (loaded.options, loaded.source) == (FULL, "last_good")
    assert loaded.problem is not None and loaded.problem.params["key"] == "theme"
    assert file.path.read_text() == '{"theme": 5}'


def test_a_channel_is_written_beside_everything_else(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.save(FULL)
    other = next(channel for channel in Channel if channel is not FULL.channel)
    assert file.keep_channel(other)
    assert file.read() == replace(FULL, channel=other)
    assert file.load().source == "file"


def test_a_file_with_a_mistake_is_not_written_over(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.save(FULL)
    file.path.write_text('{"theme": 5}')
    assert not file.keep_channel(Channel.SMS_LINK)
    assert file.path.read_text() == '{"theme": 5}'
    assert not OptionsFile(tmp_path / "nothing.json").keep_channel(Channel.SMS_LINK)


def test_an_edit_by_hand_becomes_the_last_good_one(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.save(FULL)
    file.path.write_text(json.dumps({"theme": "dark"}))
    assert file.load().options.theme == "dark"
    file.path.unlink()
    loaded = file.load()
    assert (loaded.options.theme, loaded.source) == ("dark", "last_good")


def test_two_broken_files_still_start(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.path.write_bytes(b"x" * 2_000_000)
    (tmp_path / "settings.json.good").mkdir()
    loaded = file.load()
    assert (loaded.options, loaded.source) == (Options(), "default")
    assert loaded.problem is not None and loaded.problem.code == "settings_large"


def test_a_copy_that_cannot_be_kept_is_no_reason_to_stop(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.path.write_text("{}")
    (tmp_path / "settings.json.good").mkdir()
    assert file.load().source == "file"


def test_bad_options_are_not_written(tmp_path: Path) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.save(FULL)
    before = file.path.read_bytes()
    with pytest.raises(InputError):
        file.save(replace(FULL, gateway=replace(FULL.gateway, screen_qr_minutes=500)))
    assert file.path.read_bytes() == before


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = OptionsFile(tmp_path / "settings.json")
    file.save(FULL)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        file.save(Options())
    monkeypatch.undo()
    assert file.read() == FULL
    assert len(list(tmp_path.iterdir())) == 2


def test_a_wrong_address_of_the_shop_is_told_in_plain_words() -> None:
    with pytest.raises(InputError) as caught:
        parse_options(b'{"own_upi": {"vpa": "9876543210"}}')
    expected = "Setting own_upi.vpa (line 1) is not a UPI address; it looks like name@bank."
    assert str(caught.value) == expected


def test_defaults_are_good() -> None:
    check_options(Options())
