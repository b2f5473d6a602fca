"""The short way to a page and the framework's way cannot be told apart."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from pos_desktop.wire import seal, v1
from pos_relay import shortcut
from tests.relay.samples import BILL, INVOICE
from tests.relay.support import QUICK, Relay, captured_log, running
from tests.relay.test_pages import new_token
from tests.support.practice import wait_for

Answered = tuple[int, dict[str, str], bytes]
LINE, ROW = INVOICE.lines[0], INVOICE.tax_rows[0]
NOTE = v1.CreditNote(number="C2AC/2627/000001", date="1 Nov 2026", lines=(LINE,), total="₹1.00")


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Relay]:
    """A relay that bars an address after six calls or three misses."""
    limits = replace(QUICK, hits_per_minute=6, misses_per_minute=3)
    with running(tmp_path / "data", limits) as relay:
        yield relay


def asked(relay: Relay, path: str, method: str = "GET") -> Answered:
    """Status, headers but for the date, and body."""
    reply = relay.http.request(method, path)
    kept = {name: value for name, value in reply.headers.items() if name != "date"}
    return reply.status_code, kept, reply.content


def published(relay: Relay) -> str:
    token = new_token()
    assert relay.publish(relay.enrol(relay.shop()), token, BILL).status_code == 200
    return token


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_both_ways_answer_the_same(
    relay: Relay, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    token = published(relay)
    paths = [f"/i/{token}", f"/i/{new_token()}", "/i/short", f"/i/{token}.pdf", "/i/"]
    short = [asked(relay, path, method) for path in paths]
    with monkeypatch.context() as patched:
        patched.setattr(shortcut.Shortcut, "_page", _nothing)
        long = [asked(relay, path, method) for path in paths]
    assert short == long
    assert [status for status, _, _ in short] == [200, 404, 404, 404, 404]


async def _nothing(*_: object) -> None:
    return None


def test_another_language_goes_the_long_way(relay: Relay) -> None:
    token = published(relay)
    assert asked(relay, f"/i/{token}?lang=hi")[2] != asked(relay, f"/i/{token}")[2]
    assert asked(relay, f"/i/{token}?lang=en")[2] == asked(relay, f"/i/{token}")[2]


def test_the_short_way_is_noted_like_any_other(relay: Relay) -> None:
    token = published(relay)
    page = f'"page": "{seal.page_id(token)[:6]}"'
    with captured_log() as log:
        asked(relay, f"/i/{token}")
        wait_for(lambda: any(page in line for line in log))
    said = [json.loads(line) for line in log if page in line]
    assert [(entry["route"], entry["method"], entry["status"]) for entry in said] == [
        ("/i/{name}", "GET", 200)
    ]
    assert token not in "".join(log)


def test_each_view_counts_once(strict: Relay) -> None:
    token = published(strict)
    statuses = [asked(strict, f"/i/{token}")[0] for _ in range(8)]
    assert statuses == [200] * 6 + [429] * 2


def test_who_guesses_is_barred_from_known_pages_too(strict: Relay) -> None:
    token = published(strict)
    assert [asked(strict, f"/i/{new_token()}")[0] for _ in range(3)] == [404] * 3
    assert asked(strict, f"/i/{token}")[0] == 429


def test_a_damaged_page_is_judged_on_the_long_way(relay: Relay) -> None:
    token = published(relay)
    folder = relay.node.settings.folder
    (file,) = folder.rglob(f"{seal.page_id(token)}.*")
    file.write_bytes(b"\x01" * 60)
    with captured_log() as log:
        assert asked(relay, f"/i/{token}")[0] == 404
    assert any("damaged" in line for line in log)
    assert any("the long way: Lost" in line for line in log)


@pytest.mark.parametrize(
    "grown",
    [
        {"buyer": ("",) * 4000, "credit_notes": (NOTE,) * 20},
        {"date": "<" * 100_000, "credit_notes": (NOTE,) * 20},
        {"shop_name": "<" * 100_000, "credit_notes": (NOTE,) * 20},
        {"lines": (msgspec.structs.replace(LINE, hsn="1006"),) * 600, "tax_rows": (ROW,) * 600},
    ],
)
def test_a_page_that_would_hold_up_all_others_is_no_page(
    relay: Relay, grown: dict[str, object]
) -> None:
    """Sealed it is small; shown it would grow with the square of that, in the event loop."""
    token, till = new_token(), relay.enrol(relay.shop())
    relay.publish(till, token, msgspec.structs.replace(INVOICE, **grown))
    with captured_log() as log:
        assert asked(relay, f"/i/{token}")[0] == 404
    assert any('"lost": "garbled"' in line for line in log)


def test_a_large_sale_with_many_notes_is_shown(relay: Relay) -> None:
    token, till = new_token(), relay.enrol(relay.shop())
    many = {"lines": (LINE,) * 500, "tax_rows": (ROW,) * 8, "credit_notes": (NOTE,) * 200}
    relay.publish(till, token, msgspec.structs.replace(INVOICE, **many))
    assert asked(relay, f"/i/{token}")[0] == 200


def test_answers_on_one_line_come_whole_and_in_turn(relay: Relay) -> None:
    """Heads wait for their bodies; the head of HEAD waits for none, nor does a stream's."""
    till, token = relay.enrol(relay.shop()), new_token()
    assert relay.publish(till, token, BILL).status_code == 200
    page = asked(relay, f"/i/{token}")[2]
    words = [f"{method} /i/{token} HTTP/1.1\r\nhost: x\r\n\r\n" for method in ("GET", "HEAD")]
    feed = "GET /v1/feed HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n"
    feed += f"authorization: {till.headers['authorization']}\r\n\r\n"
    port = urlsplit(relay.base_url).port
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall("".join([*words, *words, feed]).encode())
        got = b""
        while b"\n\n" not in got.partition(b"text/event-stream")[2]:
            got += line.recv(65_536)
    parts = got.split(b"HTTP/1.1 200 OK\r\n")[1:]
    bodies = [part.partition(b"\r\n\r\n")[2] for part in parts]
    assert bodies[:4] == [page, b"", page, b""]
    lengths = [f"content-length: {len(page)}".encode() in part for part in parts]
    assert lengths == [True] * 4 + [False]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(words[1].encode())
        assert line.recv(65_536).endswith(b"\r\n\r\n")


def test_a_page_whose_head_is_cut_off_is_no_trouble(relay: Relay) -> None:
    token = published(relay)
    port = urlsplit(relay.base_url).port
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(f"GET /i/{token} HTTP/1.1\r\nhost: x\r\n\r\n".encode())
    assert asked(relay, f"/i/{token}")[0] == 200


def test_a_body_that_claims_to_be_packed_goes_the_long_way(relay: Relay) -> None:
    reply = relay.http.get(f"/i/{published(relay)}", headers={"content-encoding": "gzip"})
    assert reply.status_code == 415
