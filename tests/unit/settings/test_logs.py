"""Logs carry nothing secret or personal, and their failure stops nothing."""

import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_desktop.settings.logs import RotatingLog, redact, start_logging, stop_logging

TOKEN = "K7Q2ZPabcdefghijkl_-34"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("to +919812345670 sent", "to +••••••5670 sent"),
        ("09812345670", "••••••5670"),
        ("9812345670", "••••••5670"),
        ("98123 45670", "••••••5670"),
        ("+91 98123 45670", "••••••5670"),
        ("+91-98123-45670", "••••••5670"),
        ("To=%2B919812345670&", "To=%2B••••••5670&"),
        ("rrn 632712345678", "rrn ••••••5678"),
        ("९८१२३४५६७०", "••••••५६७०"),
        ("https://key:t0ken@api.exotel.com/v1", "https://***@api.exotel.com/v1"),
        (f"https://b.shree.in/i/{TOKEN}.pdf", "https://b.shree.in/i/***.pdf"),
        (f"https://b.shree.in/i?{TOKEN} x", "https://b.shree.in/i?*** x"),
        (f"GET /q/{TOKEN}.png", "GET /q/***.png"),
        (f"PUT /v1/pages/{TOKEN}", "PUT /v1/pages/***"),
        ("/cb/exotel/sms/shree/s3cret?x=1", "/cb/exotel/sms/shree/***?x=1"),
        ("/hook/razorpay/tenantkey", "/hook/razorpay/***"),
        ("Authorization: Basic a2V5OnRva2Vu", "Authorization: Basic ***"),
        ("{'Authorization': 'Bearer abc.def'}", "{'Authorization': 'Bearer ***'}"),
        ("sent Basic a2V5OnRva2Vu away", "sent Basic *** away"),
        ("key rzp_live_AbCdEf123", "key rzp_live_***"),
        ('{"key_secret": "abc", "n": 1}', '{"key_secret": "***", "n": 1}'),
        ("token=abc&x=1", "token=***&x=1"),
        ("pin=4711", "pin=***"),
        ("paid by asha@examplebank", "paid by ***@examplebank"),
        ("token_no 12 of bill C2A-2627/000123", "token_no 12 of bill C2A-2627/000123"),
        ("took 1234 ms, 999999999 bytes", "took 1234 ms, 999999999 bytes"),
    ],
)
def test_redact(text: str, result: str) -> None:
    assert redact(text) == result


@pytest.fixture
def output(tmp_path: Path) -> Iterator[RotatingLog]:
    root = logging.getLogger()
    level = root.level
    started = start_logging(tmp_path / "logs")
    assert started is not None
    yield started
    stop_logging(started)
    root.setLevel(level)


def lines(output: RotatingLog) -> list[dict[str, str]]:
    output.flush()
    text = Path(output.baseFilename).read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_one_object_per_line(output: RotatingLog) -> None:
    logging.getLogger("pos_desktop.x").info("चाय for %s", "+919812345670")
    (line,) = lines(output)
    assert line["text"] == "चाय for +••••••5670"
    assert (line["level"], line["logger"]) == ("INFO", "pos_desktop.x")
    assert line["at"].endswith("+00:00")
    assert Path(output.baseFilename).stat().st_mode & 0o077 == 0


def test_planted_secrets_reach_no_line(output: RotatingLog) -> None:
    planted = ["9812345670", "a2V5OnRva2Vu", TOKEN, "s3cretvalue", "asha@ok"]

    def fail() -> None:
        raise ValueError(f"Authorization: Basic {planted[1]} to {planted[0]}")

    try:
        fail()
    except ValueError:
        logging.getLogger("x").exception("at /i/%s secret=%s by %s", *planted[2:])
    text = Path(output.baseFilename).read_text("utf-8")
    assert "ValueError" in text
    assert not any(secret in text for secret in planted)


def test_line_breaks_cannot_forge_a_line(output: RotatingLog) -> None:
    logging.getLogger("x").warning('a\n{"level": "INFO"}')
    assert len(lines(output)) == 1


def test_libraries_are_quiet(output: RotatingLog) -> None:
    logging.getLogger("urllib3.connectionpool").info("GET https://secret")
    assert lines(output) == []


def test_a_log_that_cannot_be_opened_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "raseed.log").mkdir()
    root = logging.getLogger()
    before = list(root.handlers)
    level = root.level
    assert start_logging(tmp_path) is None
    logging.getLogger("x").info("goes on")
    stop_logging(None)
    for added in set(root.handlers) - set(before):
        root.removeHandler(added)
    root.setLevel(level)


def test_a_full_disk_sets_a_flag(output: RotatingLog, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_text: str) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output.stream, "write", full)
    logging.getLogger("x").info("lost")
    assert output.broken


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_rotated_files_are_the_owners_too(tmp_path: Path) -> None:
    output = RotatingLog(tmp_path / "raseed.log")
    output.doRollover()
    output.doRollover()
    output.close()
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(["raseed.log", "raseed.log.1", "raseed.log.2"], 0o600)
