"""Pages and pictures: pushed sealed, opened by token, one answer for everything else."""

import hashlib
import io
import itertools
import secrets

import httpx
import msgspec
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import Connection

from pos_desktop.wire import seal, v1
from pos_relay.pages import PageLinks, render
from pos_relay.routes.links import CLOSED_PNG
from pos_relay.store import pages
from pos_relay.store.pages import CLOSED_SHOWN_MS, PictureFile
from tests.relay.samples import BILL, INVOICE, PDF
from tests.relay.support import Relay, Shop, Till

PNG = b"\x89PNG\r\n\x1a\n a QR"


def new_token() -> str:
    return secrets.token_urlsafe(16)


def push_picture(relay: Relay, till: Till, token: str, png: bytes = PNG) -> httpx.Response:
    body = {"sealed": seal.encode(seal.seal(token, seal.PICTURE, 0, png))}
    url = f"/v1/pictures/{seal.page_id(token)}"
    return relay.http.put(url, json=body, headers=till.headers)


def close_picture(relay: Relay, till: Till, token: str) -> httpx.Response:
    url = f"/v1/pictures/{seal.page_id(token)}/close"
    return relay.http.post(url, headers=till.headers)


def test_a_bill_becomes_an_invoice_under_the_same_link(relay: Relay, till: Till) -> None:
    token = new_token()
    assert relay.publish(till, token, BILL).json() == {"result": "stored"}
    first = relay.http.get(f"/i/{token}")
    assert first.status_code == 200
    assert first.text == render(BILL, PageLinks("", f"/i/{token}?lang=hi"))
    assert relay.http.get(f"/i/{token}.pdf").status_code == 404
    assert relay.publish(till, token, INVOICE, revision=2, pdf=PDF).status_code == 200
    second = relay.http.get(f"/i/{token}")
    assert second.text == render(INVOICE, PageLinks(f"/i/{token}.pdf", f"/i/{token}?lang=hi"))
    pdf = relay.http.get(f"/i/{token}.pdf")
    assert (pdf.content, pdf.headers["content-type"]) == (PDF, "application/pdf")
    assert pdf.headers["content-disposition"] == 'attachment; filename="invoice.pdf"'


def test_three_forms_of_the_link(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, BILL)
    for url in (f"/i/{token}", f"/i?{token}", f"/i?{token}=", f"/FRSHMT/{token}"):
        reply = relay.http.get(url)
        assert reply.status_code == 200, url
        assert "₹1,132.00" in reply.text
    for url in (f"/i?{token}&lang=hi", f"/i/{token}?lang=hi", f"/FRSHMT/{token}?lang=hi"):
        assert '<html lang="hi">' in relay.http.get(url).text, url
    assert f'href="/i?{token}&amp;lang=hi"' in relay.http.get(f"/i?{token}").text
    assert f'href="/FRSHMT/{token}?lang=hi"' in relay.http.get(f"/FRSHMT/{token}").text


def test_revisions_only_go_forward(relay: Relay, till: Till) -> None:
    token = new_token()
    for revision, content, status, code in (
        (1, BILL, 200, "stored"),
        (1, BILL, 200, "same"),
        (1, INVOICE, 409, "conflict"),
        (3, INVOICE, 200, "stored"),
        (1, BILL, 200, "same"),
        (2, BILL, 409, "stale"),
        (3, INVOICE, 200, "same"),
        (3, BILL, 409, "conflict"),
    ):
        reply = relay.publish(till, token, content, revision=revision)
        told = reply.json().get("result") or reply.json()["code"]
        assert (reply.status_code, told) == (status, code), revision
    assert "Paid by UPI" in relay.http.get(f"/i/{token}").text


def test_a_pdf_may_follow_but_not_change(relay: Relay, till: Till) -> None:
    token = new_token()
    results = [
        relay.publish(till, token, INVOICE, pdf=pdf).status_code
        for pdf in (None, PDF, PDF, None, PDF + b"x")
    ]
    assert results == [200, 200, 200, 200, 409]
    assert relay.http.get(f"/i/{token}.pdf").content == PDF


def test_the_relay_has_nothing_to_read(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, INVOICE, pdf=PDF)
    kept = b"".join(p.read_bytes() for p in relay.node.settings.data.rglob("*") if p.is_file())
    for secret in (token, "Amul Taaza", "1,132.00", "C2A/2627/000124", "6327 1234"):
        assert secret.encode() not in kept
    assert seal.token_bytes(token) not in kept
    assert seal.page_id(token).encode() in kept


def test_one_answer_for_everything_that_opens_nothing(relay: Relay, till: Till) -> None:
    gone = new_token()
    relay.publish(till, gone, BILL)
    url = f"/v1/pages/{seal.page_id(gone)}/revoke"
    assert [relay.http.post(url, headers=till.headers).status_code for _ in range(2)] == [200, 200]
    paths = [
        f"/i/{gone}",
        f"/i/{new_token()}",
        "/i/short",
        "/i/" + "A" * 500,
        f"/i/{gone}.pdf",
        "/i",
        "/i?",
        f"/i?{new_token()}",
        f"/FRSHMT/{gone}",
        f"/x/{gone}",
        "/q/none.png",
        f"/q/{gone}",
        "/i/%F0%9F%98%80",
        "/nothing",
        "/v1/nothing",
        "/",
    ]
    answers = []
    for path in paths:
        reply = relay.http.get(path)
        headers = {k: v for k, v in reply.headers.items() if k != "date"}
        answers.append((reply.status_code, reply.content, tuple(sorted(headers.items()))))
    assert set(answers) == {answers[0]}
    assert answers[0][0] == 404


def test_revoked_links_stay_revoked(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, BILL)
    relay.http.post(f"/v1/pages/{seal.page_id(token)}/revoke", headers=till.headers)
    assert relay.publish(till, token, INVOICE, revision=2).status_code == 200
    assert relay.http.get(f"/i/{token}").status_code == 404
    none = relay.http.post(f"/v1/pages/{'0' * 64}/revoke", headers=till.headers)
    assert none.status_code == 404


def test_another_shop_finds_nothing(relay: Relay, till: Till) -> None:
    stranger = relay.enrol(relay.shop("Other"))
    token, picture = new_token(), new_token()
    relay.publish(till, token, BILL)
    push_picture(relay, till, picture)
    url = f"/v1/pages/{seal.page_id(token)}/revoke"
    assert relay.publish(stranger, token, INVOICE, revision=9).status_code == 404
    assert relay.http.post(url, headers=stranger.headers).status_code == 404
    assert push_picture(relay, stranger, picture).status_code == 404
    assert close_picture(relay, stranger, picture).status_code == 404
    assert "To pay" in relay.http.get(f"/i/{token}").text
    assert relay.http.get(f"/q/{picture}.png").content == PNG


SAFE = {
    "cache-control": "private, no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow, noarchive",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def test_headers_of_every_answer(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, INVOICE, pdf=PDF)
    for path in (f"/i/{token}", f"/i/{token}.pdf", "/i/none", "/healthz", "/p/x/return"):
        reply = relay.http.get(path)
        assert SAFE.items() <= dict(reply.headers).items(), path
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert "set-cookie" not in reply.headers
        assert "server" not in reply.headers


def test_head_is_get_without_a_body(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, BILL)
    head, full = relay.http.head(f"/i/{token}"), relay.http.get(f"/i/{token}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == full.headers["content-length"]
    assert relay.http.head("/i/none").status_code == 404


@pytest.mark.parametrize(
    ("practice", "url", "shown"),
    [
        (False, "https://rzp.io/rzp/x", True),
        (False, "https://rzp.io:443/rzp/x", True),
        (False, "https://RZP.IO/rzp/x", True),
        (False, "http://rzp.io/rzp/x", False),
        (False, "https://rzp.io.evil.example/x", False),
        (False, "https://evil.example/rzp.io", False),
        (False, "https://rzp.io@evil.example/", False),
        (False, "https://evil.example#@rzp.io/", False),
        (False, "https://evil.example\\@rzp.io/", False),
        (False, "https://rzp.io:8443/x", False),
        (False, "javascript://rzp.io/%0aalert(1)", False),
        (False, "https://[::1]/x", False),
        (False, "http://127.0.0.1:9/x", False),
        (True, "http://127.0.0.1:9/x", True),
        (True, "http://localhost:9/x", True),
        (True, "http://[::1]:9/x", True),
        (True, "http://10.0.0.1/x", False),
        (True, "https://evil.example/x", False),
    ],
)
def test_where_a_pay_button_may_lead(relay: Relay, practice: bool, url: str, shown: bool) -> None:
    till = relay.enrol(relay.shop(practice=practice))
    token = new_token()
    pay = v1.PayButton(url=url, label="Pay now")
    relay.publish(till, token, msgspec.structs.replace(BILL, pay=pay))
    html = relay.http.get(f"/i/{token}").text
    assert ("Pay now" in html) is shown
    assert "₹1,132.00" in html


def test_a_practice_shop_cannot_publish_what_looks_real(relay: Relay) -> None:
    till = relay.enrol(relay.shop(practice=True))
    token = new_token()
    relay.publish(till, token, INVOICE)
    assert "PRACTICE" in relay.http.get(f"/i/{token}").text


def test_a_picture_until_its_collect_is_closed(relay: Relay, till: Till) -> None:
    token = new_token()
    assert push_picture(relay, till, token).json() == {"result": "stored"}
    assert push_picture(relay, till, token).json() == {"result": "same"}
    assert push_picture(relay, till, token, PNG + b"x").status_code == 409
    shown = relay.http.get(f"/q/{token}.png")
    assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
    assert [close_picture(relay, till, token).status_code for _ in range(2)] == [200, 200]
    closed = relay.http.get(f"/q/{token}.png")
    assert closed.status_code == 200
    picture = Image.open(io.BytesIO(closed.content))
    assert picture.size == (800, 800)
    assert zxingcpp.read_barcodes(picture.convert("L")) == []
    assert push_picture(relay, till, token).json() == {"result": "same"}
    assert relay.http.get(f"/q/{token}.png").content == closed.content
    assert close_picture(relay, till, new_token()).status_code == 404


def test_a_picture_that_is_closed_between_look_and_read(
    relay: Relay, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WhatsApp fetches just when the payment arrives: it must not get an error to keep."""
    token = new_token()
    push_picture(relay, till, token)
    looked, look = itertools.count(), pages.picture

    def closing(connection: Connection, page_id: str, now: int) -> PictureFile | None:
        found = look(connection, page_id, now)
        if next(looked) == 0:
            close_picture(relay, till, token)
        return found

    monkeypatch.setattr(pages, "picture", closing)
    shown = relay.http.get(f"/q/{token}.png")
    assert (shown.status_code, shown.content) == (200, CLOSED_PNG)


def test_a_closed_picture_is_forgotten_after_thirty_days(
    relay: Relay, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = new_token()
    push_picture(relay, till, token)
    close_picture(relay, till, token)
    later = relay.node.now() + CLOSED_SHOWN_MS + 60_000
    monkeypatch.setattr(type(relay.node), "now", lambda _self: later)
    assert relay.http.get(f"/q/{token}.png").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"revision": 0, "content": "x"},
        {"revision": 10**12, "content": "x"},
        {"revision": 1, "content": "not base64!"},
        {"revision": 1, "content": "AAAA"},
        {"revision": 1},
        {"revision": "1", "content": "AA"},
        {"revision": 1, "content": seal.encode(b"\x02" + b"x" * 60)},
        [],
    ],
)
def test_unreadable_pushes(relay: Relay, till: Till, body: object) -> None:
    url = f"/v1/pages/{seal.page_id(new_token())}"
    reply = relay.http.put(url, json=body, headers=till.headers)
    assert reply.status_code == 400
    assert set(reply.json()) >= {"code", "text"}


def test_sizes_and_ids(relay: Relay, till: Till) -> None:
    big = seal.encode(b"\x01" + bytes(300_000))
    url = f"/v1/pages/{seal.page_id(new_token())}"
    reply = relay.http.put(url, json={"revision": 1, "content": big}, headers=till.headers)
    assert reply.status_code == 413
    reply = relay.http.put(url, content=b" " * 4_000_000, headers=till.headers)
    assert reply.status_code == 413
    good = {"revision": 1, "content": seal.encode(b"\x01" + bytes(60))}
    for page_id in ("0" * 63, "G" * 64, "A" * 64):
        reply = relay.http.put(f"/v1/pages/{page_id}", json=good, headers=till.headers)
        assert reply.status_code == 404


def test_the_return_page_trusts_nothing(relay: Relay, shop: Shop) -> None:
    query = "?razorpay_payment_link_status=paid&razorpay_signature=x"
    answers = {relay.http.get(f"/p/{t}/return{query}").content for t in (shop.tenant, "none")}
    assert len(answers) == 1
    assert "look at the counter" in answers.pop().decode()


def test_replays_of_all_revisions_in_any_order_end_at_the_newest(relay: Relay, till: Till) -> None:
    contents = {1: BILL, 2: msgspec.structs.replace(BILL, saved="26.00"), 3: INVOICE}
    for order in itertools.permutations(contents):
        token = new_token()
        for revision in (*order, *order):
            relay.publish(till, token, contents[revision], revision=revision)
        assert "Paid by UPI" in relay.http.get(f"/i/{token}").text


def test_files_are_named_by_content(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, BILL)
    page_id = seal.page_id(token)
    names = [p.name for p in (relay.node.settings.folder / page_id[:2]).iterdir()]
    sealed = seal.seal(token, seal.PAGE, 1, msgspec.json.encode(BILL))
    assert f"{page_id}.{hashlib.sha256(sealed).hexdigest()[:24]}" in names
    assert not [name for name in names if name.endswith(".part")]
