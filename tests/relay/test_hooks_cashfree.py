"""Cashfree's webhooks at the relay: signature on the raw bytes first, one effect, no people."""

import base64
import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from pos_relay.store import tenants
from pos_relay.store.tenants import OVERLAP_MS
from tests.relay.support import Relay, Shop, Till, command, operator, running
from tests.relay.test_hooks import LINK_PAID as RAZORPAY_LINK_PAID
from tests.relay.test_hooks import send as send_razorpay
from tests.support.wire_samples import raw, sample, vectors

SECRET = b"cfsk_demo_1"
STAMP = "1763871330000"
PAID = raw("cashfree/hook_payment_success.json")
LINK_PAID = raw("cashfree/hook_link_paid.json")


def sign(body: bytes, secret: bytes = SECRET, stamp: str = STAMP) -> str:
    digest = hmac.new(secret, stamp.encode() + body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def send(
    relay: Relay, shop: Shop, body: bytes, *, key: str = "idem_1", **headers: str
) -> httpx.Response:
    """Deliver a webhook as Cashfree does; ``signature`` and ``stamp`` replace the right ones."""
    stamp = headers.pop("stamp", STAMP)
    sent = {
        "content-type": "application/json",
        "x-webhook-signature": headers.pop("signature", sign(body, stamp=stamp)),
        "x-webhook-timestamp": stamp,
        "x-webhook-version": "2025-01-01",
        "x-webhook-attempt": "1",
        **({"x-idempotency-key": key} if key else {}),
        **headers,
    }
    return relay.http.post(f"/hook/cashfree/{shop.hook_key}", content=body, headers=sent)


@pytest.fixture
def cash_shop(relay: Relay, shop: Shop) -> Shop:
    """A shop with both gateways."""
    store = relay.node.store
    with store.database.write() as sql:
        tenants.set_gateway_secret(sql, store.box, shop.tenant, SECRET, 1, "cashfree")
    return shop


def test_published_vector(relay: Relay, cash_shop: Shop) -> None:
    vector = vectors()["cashfree_webhook"]
    assert vector["secret"].encode() == SECRET
    body, signature = vector["body"].encode(), vector["signature"]
    reply = send(relay, cash_shop, body, signature=signature, stamp=vector["timestamp"])
    assert reply.status_code == 200


def test_a_hint_has_ids_and_words_only(relay: Relay, cash_shop: Shop, till: Till) -> None:
    assert send(relay, cash_shop, PAID).json() == {"ok": True}
    (hint,) = relay.hints(till)
    assert (hint.seq, hint.kind, hint.gateway) == (1, "hook", "cashfree")
    assert (hint.event, hint.event_id) == ("PAYMENT_SUCCESS_WEBHOOK", "idem_1")
    assert (hint.collect_id, hint.reference) == ("FM01-2627-000123-q1", "FM01-2627-000123-q1")
    assert (hint.payment_id, hint.status) == ("9100456712", "SUCCESS")


def test_a_link_event_names_the_link_and_the_payment(
    relay: Relay, cash_shop: Shop, till: Till
) -> None:
    assert send(relay, cash_shop, LINK_PAID, key="").status_code == 200
    (hint,) = relay.hints(till)
    assert (hint.event, hint.status) == ("PAYMENT_LINK_EVENT", "PAID")
    assert (hint.collect_id, hint.reference) == ("FM01-2627-000123-1", "FM01-2627-000123-1")
    assert hint.payment_id == "9100456712"
    assert hint.event_id == hashlib.sha256(LINK_PAID).hexdigest()


def test_the_payment_of_a_link_names_an_order_that_is_not_ours(
    relay: Relay, cash_shop: Shop, till: Till
) -> None:
    body = json.loads(PAID)
    body["data"]["order"]["order_id"] = "CFPay_k9x2m4p7q1zz_abc123def45"
    body["data"]["payment"]["cf_payment_id"] = 9100456712
    assert send(relay, cash_shop, json.dumps(body).encode()).status_code == 200
    (hint,) = relay.hints(till)
    assert (hint.collect_id, hint.reference) == ("CFPay_k9x2m4p7q1zz_abc123def45", "")
    assert hint.payment_id == "9100456712"


@pytest.mark.parametrize("name", ["refund", "auto_refund"])
def test_refunds_name_order_and_payment(
    relay: Relay, cash_shop: Shop, till: Till, name: str
) -> None:
    entity = sample("cashfree/refund_pending") | {"cf_payment_id": 9100456712}
    body = {"data": {name: entity}, "type": "REFUND_STATUS_WEBHOOK"}
    assert send(relay, cash_shop, json.dumps(body).encode()).status_code == 200
    (hint,) = relay.hints(till)
    assert (hint.collect_id, hint.payment_id) == ("FM01-2627-000123-q1", "9100456712")
    assert (hint.event, hint.status) == ("REFUND_STATUS_WEBHOOK", "PENDING")


@pytest.mark.parametrize(
    "signature",
    [
        "",
        sign(PAID, b"other"),
        sign(PAID, stamp="1763871330001"),
        sign(PAID, stamp=STAMP + "."),
        sign(PAID).lower(),
        hmac.new(SECRET, STAMP.encode() + PAID, hashlib.sha256).hexdigest(),
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
    ],
)
def test_forged_signatures(relay: Relay, cash_shop: Shop, till: Till, signature: str) -> None:
    reply = send(relay, cash_shop, PAID, signature=signature)
    assert (reply.status_code, reply.json()["code"]) == (401, "bad_signature")
    assert relay.hints(till) == []


def test_without_a_timestamp_or_with_another_one_nothing_fits(
    relay: Relay, cash_shop: Shop, till: Till
) -> None:
    assert send(relay, cash_shop, PAID, signature=sign(PAID), stamp="").status_code == 401
    assert send(relay, cash_shop, PAID, signature=sign(PAID), stamp="0").status_code == 401
    # Its age is not judged: repeats come half an hour later.
    assert send(relay, cash_shop, PAID, stamp="1").status_code == 200
    assert len(relay.hints(till)) == 1


def test_one_changed_byte_breaks_the_signature(relay: Relay, cash_shop: Shop, till: Till) -> None:
    good = sign(PAID)
    changed = (
        PAID + b" ",
        PAID.replace(b"1249.50", b"1249.5", 1),
        json.dumps(json.loads(PAID)).encode(),
        b"",
    )
    for body in changed:
        assert send(relay, cash_shop, body, signature=good).status_code == 401
    assert relay.hints(till) == []


def test_fifty_deliveries_in_parallel_have_one_effect(
    relay: Relay, cash_shop: Shop, till: Till
) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: send(relay, cash_shop, PAID), range(50)))
    assert {reply.status_code for reply in replies} == {200}
    assert len(relay.hints(till)) == 1


def test_a_repeat_with_a_fresh_timestamp_is_the_same_news(
    relay: Relay, cash_shop: Shop, till: Till
) -> None:
    for attempt, stamp in (("1", STAMP), ("2", "1763871450000"), ("3", "1763872050000")):
        headers = {"x-webhook-attempt": attempt}
        assert send(relay, cash_shop, PAID, stamp=stamp, **headers).status_code == 200
        assert send(relay, cash_shop, LINK_PAID, key="", stamp=stamp, **headers).status_code == 200
    assert [hint.event for hint in relay.hints(till)] == [
        "PAYMENT_SUCCESS_WEBHOOK",
        "PAYMENT_LINK_EVENT",
    ]


def test_the_gateways_do_not_sign_for_each_other(relay: Relay, cash_shop: Shop, till: Till) -> None:
    path = f"/hook/cashfree/{cash_shop.hook_key}"
    right = hmac.new(b"whsec_demo_1", RAZORPAY_LINK_PAID, hashlib.sha256).hexdigest()
    headers = {"x-razorpay-signature": right}
    reply = relay.http.post(path, content=RAZORPAY_LINK_PAID, headers=headers)
    assert reply.status_code == 401
    by_cashfree = {"x-webhook-signature": sign(PAID), "x-webhook-timestamp": STAMP}
    reply = relay.http.post(
        f"/hook/razorpay/{cash_shop.hook_key}", content=PAID, headers=by_cashfree
    )
    assert reply.status_code == 401
    # One id at two gateways is two events.
    assert send_razorpay(relay, cash_shop, RAZORPAY_LINK_PAID, event_id="same").status_code == 200
    assert send(relay, cash_shop, PAID, key="same").status_code == 200
    assert [hint.gateway for hint in relay.hints(till)] == ["razorpay", "cashfree"]


def test_another_merchants_event_is_refused(relay: Relay, cash_shop: Shop, till: Till) -> None:
    """A body of Cashfree names no merchant: what binds it to a shop is the key that it was signed
    with, which is the merchant's own."""
    other = relay.shop("Corner Store")
    store = relay.node.store
    with store.database.write() as sql:
        tenants.set_gateway_secret(sql, store.box, other.tenant, b"cfsk_other", 1, "cashfree")
    theirs = sign(PAID, b"cfsk_other")
    for shop, signature in ((cash_shop, theirs), (other, sign(PAID))):
        reply = send(relay, shop, PAID, signature=signature)
        assert (reply.status_code, reply.json()["code"]) == (401, "bad_signature")
    assert relay.hints(till) == []
    assert send(relay, other, PAID, signature=theirs).status_code == 200
    assert relay.hints(till) == [], "another shop's counters hear of it, not ours"
    # The same event id at two shops is two events: one cannot spend the other's.
    assert send(relay, cash_shop, PAID).status_code == 200
    (hint,) = relay.hints(till)
    assert hint.payment_id == "9100456712"


def test_addresses_that_do_not_exist(relay: Relay, shop: Shop, cash_shop: Shop) -> None:
    other = relay.shop("Without Cashfree")
    assert send(relay, other, PAID).status_code == 404
    headers = {"x-webhook-signature": sign(PAID), "x-webhook-timestamp": STAMP}
    for path in ("/hook/cashfree/nobody", f"/hook/paytm/{cash_shop.hook_key}"):
        assert relay.http.post(path, content=PAID, headers=headers).status_code == 404


def test_rotation_accepts_the_previous_secret_for_a_day(
    relay: Relay, cash_shop: Shop, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, now = relay.node.store, relay.node.now()
    with store.database.write() as sql:
        tenants.set_gateway_secret(sql, store.box, cash_shop.tenant, b"cfsk_new", now, "cashfree")
    new = sign(PAID, b"cfsk_new")
    assert send(relay, cash_shop, PAID, key="a").status_code == 200
    assert send(relay, cash_shop, PAID, signature=new, key="b").status_code == 200
    later = now + OVERLAP_MS + 1
    monkeypatch.setattr(type(relay.node), "now", lambda _self: later)
    assert send(relay, cash_shop, PAID, key="c").status_code == 401
    assert send(relay, cash_shop, PAID, signature=new, key="d").status_code == 200
    assert [hint.event_id for hint in relay.hints(till)] == ["a", "b", "d"]
    # Razorpay's secret is another and stays.
    assert send_razorpay(relay, cash_shop, RAZORPAY_LINK_PAID).status_code == 200


def test_customers_pay_on_a_host_that_is_allowed(relay: Relay, cash_shop: Shop) -> None:
    with relay.node.store.database.read() as sql:
        hosts = tenants.allowed_hosts(sql, cash_shop.tenant)
    assert hosts == {"rzp.io", "payments.cashfree.com"}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 200_000])
def test_signed_rubbish_is_400(relay: Relay, cash_shop: Shop, body: bytes) -> None:
    assert send(relay, cash_shop, body).status_code == 400


STRANGE: list[Any] = [
    {},
    {"type": 7, "data": []},
    {"type": "x" * 500, "data": {"payment": [], "order": "x"}},
    {"type": "PAYMENT_SUCCESS_WEBHOOK", "data": {"order": {"order_id": {"a": 1}}}},
    {"type": "PAYMENT_SUCCESS_WEBHOOK", "data": {"order": {"order_id": "9812345670"}}},
    {"type": "PAYMENT_SUCCESS_WEBHOOK", "data": {"order": {"order_id": "bill-919812345670"}}},
    {"type": "PAYMENT_SUCCESS_WEBHOOK", "data": {"payment": {"cf_payment_id": "asha@bank"}}},
    {"type": "PAYMENT_SUCCESS_WEBHOOK", "data": {"payment": {"cf_payment_id": True}}},
    {"type": "PAYMENT_LINK_EVENT", "data": {"link_id": "Asha P", "link_status": "for 98123"}},
]


@pytest.mark.parametrize("body", STRANGE)
def test_signed_events_of_strange_shape_are_kept_without_content(
    relay: Relay, cash_shop: Shop, till: Till, body: object
) -> None:
    assert send(relay, cash_shop, json.dumps(body).encode()).status_code == 200
    (hint,) = relay.hints(till)
    told = (hint.collect_id, hint.payment_id, hint.reference, hint.status)
    assert told == ("", "", "", "")


def test_nothing_about_the_customer_is_kept(relay: Relay, cash_shop: Shop) -> None:
    for number, body in enumerate((PAID, LINK_PAID)):
        assert send(relay, cash_shop, body, key=f"k{number}").status_code == 200
    folder = relay.node.settings.data
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (b"9812345670", b"Asha P", b"asha@", b"632712345678", b"1249.50", SECRET):
        assert secret not in kept


def test_sizes(relay: Relay, cash_shop: Shop) -> None:
    assert send(relay, cash_shop, b" " * (262_144 + 1)).status_code == 413


def test_the_operator_sets_the_client_secret(data: Path) -> None:
    added = command(data, "tenant", "add", "Fresh Mart")
    assert added["hook_paths"] == {
        "razorpay": f"/hook/razorpay/{added['tenant_key']}",
        "cashfree": f"/hook/cashfree/{added['tenant_key']}",
    }
    words = ("tenant", "secret", added["tenant"], "--gateway", "cashfree")
    assert command(data, *words, stdin="cfsk_demo_1\n")["previous_secret_hours"] == 24
    headers = {"x-webhook-signature": sign(PAID), "x-webhook-timestamp": STAMP}
    with running(data) as relay:
        path = added["hook_paths"]["cashfree"]
        assert relay.http.post(path, content=PAID, headers=headers).status_code == 200
    stored = b"".join(p.read_bytes() for p in data.rglob("*") if p.is_file())
    assert SECRET not in stored


def test_both_secrets_come_one_after_the_other(data: Path) -> None:
    flags = ("--razorpay-secret-stdin", "--cashfree-secret-stdin")
    added = command(data, "tenant", "add", "Both", *flags, stdin="whsec_demo_1\ncfsk_demo_1\n")
    by_both = ("--gateway", "cashfree", "--gateway", "razorpay")
    words = ("tenant", "secret", added["tenant"], *by_both)
    shop = Shop(added["tenant"], added["tenant_key"], added["callback_secret"])
    with running(data) as relay:
        assert send(relay, shop, PAID).status_code == 200
        assert send_razorpay(relay, shop, RAZORPAY_LINK_PAID).status_code == 200
        command(data, *words, stdin="cfsk_of_now\nwhsec_of_now\n")
        new = sign(PAID, b"cfsk_of_now")
        assert send(relay, shop, PAID, signature=new).status_code == 200
    assert operator(data, *words, stdin="cfsk_of_now\n")[0] == 2
