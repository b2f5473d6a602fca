"""The short way to a page and the framework's way cannot be told apart."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from pos_desktop.wire import seal, v1
from pos_relay import shortcut
from tests.relay.samples import BILL, INVOICE
from tests.relay.support import QUICK, Relay, captured_log, running
from tests.relay.test_pages import new_token

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
    with captured_log() as log:
        asked(relay, f"/i/{token}")
    said = [line for line in log if '"route": "/i/{name}"' in line]
    assert len(said) == 1
    assert f'"page": "{seal.page_id(token)[:6]}"' in said[0]
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
