"""Webhooks: signature on the raw bytes first, one effect, and nothing about people kept."""

import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from pos_relay.settings import LIMITS
from pos_relay.store import tenants
from pos_relay.store.tenants import OVERLAP_MS
from tests.relay.support import WEBHOOK_SECRET, Relay, Shop, Till

SAMPLES = Path(__file__).parents[1] / "contracts" / "wire" / "razorpay"
LINK_PAID = (SAMPLES / "hook_payment_link_paid.json").read_bytes()


def sign(body: bytes, secret: bytes = WEBHOOK_SECRET) -> str:
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def send(
    relay: Relay, shop: Shop, body: bytes, *, event_id: str = "evt_1", **headers: str
) -> httpx.Response:
    """Deliver a webhook as Razorpay does; ``signature`` replaces the right one."""
    signature = headers.pop("signature", sign(body))
    sent = {
        "content-type": "application/json",
        "x-razorpay-signature": signature,
        "x-razorpay-event-id": event_id,
        **headers,
    }
    return relay.http.post(f"/hook/razorpay/{shop.hook_key}", content=body, headers=sent)


def test_published_vector(relay: Relay, shop: Shop) -> None:
    body = b'{"entity":"event","event":"payment_link.paid"}'
    signature = "fb98a690d0125d46c22f6266fa6d68df23be82ef871b80759d60448ddc6de9b3"
    assert send(relay, shop, body, signature=signature).status_code == 200


def test_a_hint_has_ids_and_words_only(relay: Relay, shop: Shop, till: Till) -> None:
    assert send(relay, shop, LINK_PAID, event_id="evt_link").json() == {"ok": True}
    (hint,) = relay.hints(till)
    assert (hint.seq, hint.kind, hint.gateway) == (1, "hook", "razorpay")
    assert (hint.event, hint.event_id) == ("payment_link.paid", "evt_link")
    assert hint.collect_id == "plink_T1aB2cD3eF4gH5"
    assert hint.payment_id == "pay_T1kQ7mWx9ZbC2d"
    assert hint.reference == "FM01-2627-000123-1"
    assert hint.status == "paid"
    assert hint.at > 1_700_000_000_000


@pytest.mark.parametrize(
    ("name", "collect", "payment"),
    [
        ("hook_qr_code_credited", "qr_T1rS5tUv6WxY7z", "pay_T1zX3cVb5NmL7k"),
        ("hook_payment_link_cancelled", "plink_T1aB2cD3eF4gH5", ""),
        ("hook_payment_failed", "", "pay_T1kQ7mWx9ZbC2d"),
        ("hook_refund_processed", "", "pay_T1kQ7mWx9ZbC2d"),
    ],
)
def test_every_documented_event(
    relay: Relay, shop: Shop, till: Till, name: str, collect: str, payment: str
) -> None:
    body = (SAMPLES / f"{name}.json").read_bytes()
    assert send(relay, shop, body).status_code == 200
    (hint,) = relay.hints(till)
    assert (hint.collect_id, hint.payment_id) == (collect, payment)
    assert hint.event == json.loads(body)["event"]


@pytest.mark.parametrize(
    "signature",
    ["", "0" * 64, sign(LINK_PAID).upper(), sign(LINK_PAID, b"other"), sign(LINK_PAID) + " x"],
)
def test_forged_signatures(relay: Relay, shop: Shop, till: Till, signature: str) -> None:
    reply = send(relay, shop, LINK_PAID, signature=signature)
    assert (reply.status_code, reply.json()["code"]) == (401, "bad_signature")
    assert relay.hints(till) == []


def test_one_changed_byte_breaks_the_signature(relay: Relay, shop: Shop, till: Till) -> None:
    good = sign(LINK_PAID)
    changed = (
        LINK_PAID + b" ",
        LINK_PAID.replace(b'"paid"', b'"Paid"', 1),
        json.dumps(json.loads(LINK_PAID)).encode(),
        b"",
    )
    for body in changed:
        assert send(relay, shop, body, signature=good).status_code == 401
    assert relay.hints(till) == []


def test_fifty_deliveries_in_parallel_have_one_effect(relay: Relay, shop: Shop, till: Till) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: send(relay, shop, LINK_PAID), range(50)))
    assert {reply.status_code for reply in replies} == {200}
    assert len(relay.hints(till)) == 1


def test_without_an_event_id_the_bytes_name_the_event(relay: Relay, shop: Shop, till: Till) -> None:
    for body in (LINK_PAID, LINK_PAID, LINK_PAID + b"\n"):
        assert send(relay, shop, body, event_id="").status_code == 200
    assert len(relay.hints(till)) == 2


def test_order_does_not_matter_and_everything_is_kept(relay: Relay, shop: Shop, till: Till) -> None:
    names = ("hook_payment_failed", "hook_payment_link_paid", "hook_payment_link_cancelled")
    for name in names:
        send(relay, shop, (SAMPLES / f"{name}.json").read_bytes(), event_id=name)
    assert [hint.event_id for hint in relay.hints(till)] == list(names)
    assert [hint.seq for hint in relay.hints(till, after=1)] == [2, 3]


def test_unknown_addresses_are_404(relay: Relay, shop: Shop) -> None:
    headers = {"x-razorpay-signature": sign(LINK_PAID)}
    for path in (
        "/hook/razorpay/none",
        f"/hook/cashfree/{shop.hook_key}",
        "/hook/razorpay/" + "x" * 500,
    ):
        reply = relay.http.post(path, content=LINK_PAID, headers=headers)
        assert reply.status_code == 404


def test_a_shop_without_a_secret_has_no_hook(relay: Relay) -> None:
    store = relay.node.store
    with store.database.write() as sql:
        new = tenants.add(sql, store.box, "No secret", practice=False, now=1)
    bare = Shop(new.tenant, new.hook_key, new.callback_secret)
    assert send(relay, bare, LINK_PAID, signature=sign(LINK_PAID, b"")).status_code == 404


def test_rotation_accepts_the_previous_secret_for_a_day(
    relay: Relay, shop: Shop, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, now = relay.node.store, relay.node.now()
    with store.database.write() as sql:
        tenants.set_gateway_secret(sql, store.box, shop.tenant, b"new secret", now)
        tenants.set_gateway_secret(sql, store.box, shop.tenant, b"new secret", now + 5)
    old, new = sign(LINK_PAID), sign(LINK_PAID, b"new secret")
    assert send(relay, shop, LINK_PAID, signature=old, event_id="a").status_code == 200
    assert send(relay, shop, LINK_PAID, signature=new, event_id="b").status_code == 200
    later = now + OVERLAP_MS + 1
    monkeypatch.setattr(type(relay.node), "now", lambda _self: later)
    assert send(relay, shop, LINK_PAID, signature=old, event_id="c").status_code == 401
    assert send(relay, shop, LINK_PAID, signature=new, event_id="d").status_code == 200
    assert [hint.event_id for hint in relay.hints(till)] == ["a", "b", "d"]


def test_another_merchants_event_is_refused(relay: Relay, shop: Shop, till: Till) -> None:
    with relay.node.store.database.write() as sql:
        tenants.set_gateway_account(sql, shop.tenant, "acc_OTHER")
    assert send(relay, shop, LINK_PAID).json()["code"] == "other_account"
    with relay.node.store.database.write() as sql:
        tenants.set_gateway_account(sql, shop.tenant, "acc_R9zYxWvUtS8r7Q")
    assert send(relay, shop, LINK_PAID).status_code == 200
    assert len(relay.hints(till)) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 200_000])
def test_signed_rubbish_is_400_and_leaves_nothing(
    relay: Relay, shop: Shop, till: Till, body: bytes
) -> None:
    assert send(relay, shop, body).status_code == 400
    assert relay.hints(till) == []


def test_a_collect_that_nobody_knows_is_passed_on(relay: Relay, shop: Shop, till: Till) -> None:
    """The relay knows no bills: whose it is, each counter decides (and asks the gateway itself)."""
    event = json.loads(LINK_PAID)
    link = event["payload"]["payment_link"]["entity"]
    link |= {"id": "plink_NobodyKnowsIt0", "reference_id": "FM09-2627-009999-1"}
    assert send(relay, shop, json.dumps(event).encode()).status_code == 200
    (hint,) = relay.hints(till)
    assert (hint.collect_id, hint.reference) == ("plink_NobodyKnowsIt0", "FM09-2627-009999-1")


def test_a_header_that_is_missing_is_a_wrong_signature(
    relay: Relay, shop: Shop, till: Till
) -> None:
    headers = {"content-type": "application/json", "x-razorpay-event-id": "evt_1"}
    path = f"/hook/razorpay/{shop.hook_key}"
    reply = relay.http.post(path, content=LINK_PAID, headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (401, "bad_signature")
    assert relay.hints(till) == []


@pytest.mark.parametrize("signature", ["é" * 64, "\x80" * 64, "0" * 10_000])
def test_signatures_of_odd_signs_are_only_wrong(
    relay: Relay, shop: Shop, till: Till, signature: str
) -> None:
    headers = [(b"x-razorpay-signature", signature.encode("latin-1"))]
    path = f"/hook/razorpay/{shop.hook_key}"
    reply = relay.http.post(path, content=LINK_PAID, headers=headers)
    assert reply.status_code in (400, 401, 431)
    assert relay.hints(till) == []


def test_a_body_that_breaks_off_is_no_event(relay: Relay, shop: Shop, till: Till) -> None:
    """Its signature would fit, had it come whole; the gateway repeats it."""
    address = urlsplit(relay.base_url)
    assert address.port is not None
    head = (
        f"POST /hook/razorpay/{shop.hook_key} HTTP/1.1\r\nhost: relay\r\n"
        f"x-razorpay-signature: {sign(LINK_PAID)}\r\ncontent-length: {len(LINK_PAID)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port), 5) as peer:
        peer.sendall(head.encode() + LINK_PAID[: len(LINK_PAID) // 2])
    assert relay.hints(till) == []
    half = LINK_PAID[: len(LINK_PAID) // 2]
    assert send(relay, shop, half, signature=sign(LINK_PAID)).status_code == 401
    assert send(relay, shop, LINK_PAID).status_code == 200
    assert len(relay.hints(till)) == 1


STRANGE: list[Any] = [
    {},
    {"event": 7, "payload": []},
    {"event": "x" * 500, "payload": {"payment": []}},
    {"event": "payment.captured", "payload": {"payment": {"entity": {"id": {"a": 1}}}}},
    {"event": "payment_link.paid", "payload": {"payment_link": {"entity": {"id": "9812345670"}}}},
]


@pytest.mark.parametrize("body", STRANGE)
def test_signed_events_of_strange_shape_are_kept_without_content(
    relay: Relay, shop: Shop, till: Till, body: object
) -> None:
    assert send(relay, shop, json.dumps(body).encode()).status_code == 200
    (hint,) = relay.hints(till)
    assert (hint.collect_id, hint.payment_id, hint.reference) == ("", "", "")


def test_the_largest_body_is_taken_and_one_byte_more_is_not(
    relay: Relay, shop: Shop, till: Till
) -> None:
    full = LINK_PAID + b" " * (LIMITS.hook_body - len(LINK_PAID))
    assert send(relay, shop, full, event_id="full").status_code == 200
    assert send(relay, shop, full + b" ", event_id="more").status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(9):
            yield full[: LIMITS.hook_body // 8]

    # Nobody says how long it will be: it is cut off all the same.
    headers = {"x-razorpay-signature": sign(b"".join(pieces()))}
    path = f"/hook/razorpay/{shop.hook_key}"
    assert relay.http.post(path, content=pieces(), headers=headers).status_code == 413
    assert [hint.event_id for hint in relay.hints(till)] == ["full"]


def test_sizes_and_encodings(relay: Relay, shop: Shop) -> None:
    assert send(relay, shop, b" " * (262_144 + 1)).status_code == 413
    zipped = {"content-encoding": "gzip"}
    assert send(relay, shop, LINK_PAID, **zipped).status_code == 415
