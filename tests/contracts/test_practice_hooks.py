"""Webhooks of the practice Razorpay: shapes, signature, delivery, faults (gateways 1.8, 1.11)."""

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

from pos_desktop.sandbox.shapes import signature
from tests.contracts.practice_case import assert_same_shape, get, new_link, new_qr
from tests.support.practice import Heard, Json, Listener, Practice, wait_for
from tests.support.wire_samples import sample, vectors


def named(heard: list[Heard], event: str) -> Json:
    return next(h.json for h in heard if h.json["event"] == event)


def test_signature_vectors() -> None:
    for name in ("razorpay_webhook", "razorpay_return"):
        vector = vectors()[name]
        assert signature(vector["secret"], vector["body"].encode()) == vector["signature"]


def test_a_paid_link_sends_four_events_in_documented_shape(
    practice: Practice, hearing: Listener
) -> None:
    practice.webhook(hearing.url + "/hook")
    link = new_link(practice)
    payment = practice.pay(link["id"])
    heard = hearing.wait(4)
    assert hearing.events() == [
        "payment.authorized",
        "payment.captured",
        "order.paid",
        "payment_link.paid",
    ]
    body = named(heard, "payment_link.paid")
    assert_same_shape(sample("razorpay/hook_payment_link_paid"), body)
    assert body["contains"] == ["payment_link", "order", "payment"]
    order = body["payload"]["order"]["entity"]
    paid = body["payload"]["payment"]["entity"]
    assert (paid["id"], paid["order_id"]) == (payment, "order_" + order["id"])
    assert order["product_id"] == link["id"].removeprefix("plink_")
    assert order["receipt"] == link["reference_id"]


def test_every_delivery_is_signed_over_its_raw_bytes(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url, secret="whsec_of_this_test")
    practice.pay(new_link(practice)["id"])
    heard = hearing.wait(4)
    for one in heard:
        wanted = hmac.new(b"whsec_of_this_test", one.body, hashlib.sha256).hexdigest()
        assert one.headers["x-razorpay-signature"] == wanted
        assert one.headers["content-type"] == "application/json"
    ids = {one.headers["x-razorpay-event-id"] for one in heard}
    assert len(ids) == 4


def test_without_a_secret_there_is_no_signature(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url, secret="", events=["payment.captured"])
    practice.pay(new_link(practice)["id"])
    assert "x-razorpay-signature" not in hearing.wait(1)[0].headers


def test_cancel_and_expiry(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url)
    cancelled = new_link(practice, notes=None)
    practice.razorpay.post(f"/v1/payment_links/{cancelled['id']}/cancel").raise_for_status()
    expired = new_link(practice)
    practice.do("expire", collect_id=expired["id"])
    heard = hearing.wait(2)
    wanted = sample("razorpay/hook_payment_link_cancelled")
    body = named(heard, "payment_link.cancelled")
    assert_same_shape(wanted, body)
    assert body["payload"]["payment_link"]["entity"]["notes"] is None
    late = named(heard, "payment_link.expired")["payload"]["payment_link"]["entity"]
    assert (late["id"], late["status"], late["cancelled_at"]) == (expired["id"], "expired", 0)
    assert late["expired_at"] > 0


def test_a_credited_qr_shows_empty_counters(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url)
    qr = new_qr(practice)
    payment = practice.pay(qr["id"])
    body = named(hearing.wait(3), "qr_code.credited")
    assert_same_shape(sample("razorpay/hook_qr_code_credited"), body)
    shown = body["payload"]["qr_code"]["entity"]
    assert (shown["payments_count_received"], shown["status"]) == (0, "active")
    assert body["payload"]["payment"]["entity"]["notes"] == qr["notes"]
    assert get(practice, f"/v1/payments/{payment}")["notes"] == []  # copied in webhooks only


def test_only_a_close_on_demand_is_announced(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url, events=["qr_code.closed", "qr_code.created"])
    silent, closed = new_qr(practice), new_qr(practice)
    practice.do("expire", collect_id=silent["id"])
    practice.razorpay.post(f"/v1/payments/qr_codes/{closed['id']}/close").raise_for_status()
    heard = hearing.wait(3)
    assert hearing.events() == ["qr_code.created", "qr_code.created", "qr_code.closed"]
    created = heard[0].json["payload"]["qr_code"]["entity"]
    assert created["close_by"] == str(silent["close_by"])
    shown = heard[2].json["payload"]["qr_code"]["entity"]
    assert (shown["id"], shown["close_reason"]) == (closed["id"], "on_demand")


def test_failed_then_captured_on_one_id(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url, events=["payment.failed", "payment.captured"])
    link = new_link(practice)
    failed = practice.do("fail", collect_id=link["id"])["payment_id"]
    practice.pay(link["id"], payment_id=failed)
    heard = hearing.wait(2)
    first = named(heard, "payment.failed")
    assert_same_shape(sample("razorpay/hook_payment_failed"), first)
    assert first["payload"]["payment"]["entity"]["vpa"] is None
    second = named(heard, "payment.captured")["payload"]["payment"]["entity"]
    assert second["id"] == failed
    extra = set(second) - set(
        sample("razorpay/hook_payment_failed")["payload"]["payment"]["entity"]
    )
    assert extra == {"base_amount", "amount_transferred"}


def test_a_refund_is_pending_then_processed(practice: Practice, hearing: Listener) -> None:
    practice.features(refund_ms=50)
    payment = practice.pay(new_link(practice)["id"])
    practice.webhook(hearing.url)
    path = f"/v1/payments/{payment}/refund"
    refund = practice.razorpay.post(path, json={"amount": 24950}).json()
    heard = hearing.wait(2)
    assert hearing.events() == ["refund.created", "refund.processed"]
    body = named(heard, "refund.processed")
    assert_same_shape(sample("razorpay/hook_refund_processed"), body)
    done = get(practice, f"/v1/refunds/{refund['id']}")
    assert done["status"] == "processed"
    assert len(done["acquirer_data"]["rrn"]) == 12


def test_a_refund_can_fail_or_lack_balance(practice: Practice, hearing: Listener) -> None:
    payment = practice.pay(new_link(practice)["id"])
    practice.webhook(hearing.url)
    path = f"/v1/payments/{payment}/refund"
    practice.features(refunds="low_balance")
    assert "enough balance" in practice.razorpay.post(path, json={}).text
    practice.features(refunds="failed", refund_ms=20)
    assert practice.razorpay.post(path, json={}).status_code == 200
    hearing.wait(2)
    assert hearing.events() == ["refund.created", "refund.failed"]
    after = get(practice, f"/v1/payments/{payment}")
    assert (after["status"], after["amount_refunded"]) == ("captured", 0)


def test_an_unanswered_webhook_comes_again_with_the_same_id(
    practice: Practice, hearing: Listener
) -> None:
    practice.features(retry_ms=30)
    practice.webhook(hearing.url, secret="first", events=["payment.captured"])
    hearing.statuses = [500, 404]
    practice.pay(new_link(practice)["id"])
    hearing.wait(1)
    practice.webhook(hearing.url, secret="second")
    heard = hearing.wait(3)
    assert len({h.headers["x-razorpay-event-id"] for h in heard}) == 1
    # Repeats after a rotation still carry the signature of the old secret.
    assert {h.headers["x-razorpay-signature"] for h in heard} == {signature("first", heard[0].body)}
    wait_for(lambda: practice.sent_to(hearing.url) == [500, 404, 200])


def test_webhooks_can_be_lost_duplicated_delayed(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url, events=["payment.captured", "payment_link.paid"])
    practice.fault("webhooks", "lose", event="payment.captured")
    practice.fault("webhooks", "duplicate", event="payment_link.paid")
    practice.pay(new_link(practice)["id"])
    heard = hearing.wait(2)
    assert hearing.events() == ["payment_link.paid"] * 2
    assert len({h.headers["x-razorpay-event-id"] for h in heard}) == 1
    practice.fault("webhooks", "delay", event="payment.captured", delay_ms=300)
    practice.pay(new_link(practice)["id"])
    hearing.wait(4)
    assert hearing.events()[2:] == ["payment_link.paid", "payment.captured"]
    lost = [e for e in practice.journal("webhooks") if e["fault"] == "lose"]
    assert lost[-1]["json"]["event"] == "payment.captured"


def test_webhooks_can_be_reordered(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url)
    practice.fault("webhooks", "reorder", count=4)
    practice.pay(new_link(practice)["id"])
    hearing.wait(4)
    assert hearing.events() == [
        "payment_link.paid",
        "order.paid",
        "payment.captured",
        "payment.authorized",
    ]


def test_a_reorder_that_waits_in_vain_lets_go(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url, events=["payment.captured"])
    practice.fault("webhooks", "reorder", count=5, delay_ms=100)
    practice.pay(new_link(practice)["id"])
    assert hearing.wait(1)[0].json["event"] == "payment.captured"


def test_a_wrong_signature_is_followed_by_the_right_one(
    practice: Practice, hearing: Listener
) -> None:
    practice.features(retry_ms=30)
    practice.webhook(hearing.url, secret="s", events=["payment.captured"])
    practice.fault("webhooks", "wrong_signature")
    hearing.statuses = [401]
    practice.pay(new_link(practice)["id"])
    first, second = hearing.wait(2)
    good = signature("s", first.body)
    assert first.headers["x-razorpay-signature"] != good
    assert second.headers["x-razorpay-signature"] == good


def test_webhooks_stay_on_this_machine(practice: Practice) -> None:
    for url in ("https://relay.example.in/hook", "ftp://127.0.0.1/", "http://[", "nonsense"):
        assert practice.control.post("/webhook", json={"url": url}).status_code == 400


def test_the_pay_page_works_without_script(practice: Practice, hearing: Listener) -> None:
    back = hearing.url + "/p/FM01/return"
    link = new_link(practice, callback_url=back, description="<b>Bill</b>")
    page = practice.control.get(link["short_url"])
    assert "Rs 1,249.50" in page.text
    assert "&lt;b&gt;Bill&lt;/b&gt;" in page.text
    assert "<script" not in page.text
    assert "PRACTICE" in page.text
    failed = practice.control.post(link["short_url"] + "/fail")
    assert failed.status_code == 200
    assert "Try again" in failed.text
    paid = practice.control.post(link["short_url"] + "/pay")
    assert paid.status_code == 303
    target = urlsplit(paid.headers["location"])
    query = {k: v[0] for k, v in parse_qs(target.query).items()}
    message = f"{link['id']}|{link['reference_id']}|paid|{query['razorpay_payment_id']}"
    secret = practice.line["key_secret"]
    assert query["razorpay_signature"] == signature(secret, message.encode())
    assert query["razorpay_payment_link_status"] == "paid"
    fetched = get(practice, f"/v1/payment_links/{link['id']}")
    assert [p["payment_id"] for p in fetched["payments"]] == [query["razorpay_payment_id"]]
    assert "paid" in practice.control.get(link["short_url"]).text
    assert practice.control.post(link["short_url"] + "/pay").status_code == 409


def test_pages_that_are_not_there(practice: Practice) -> None:
    for path in ("/rzp/nobody", "/i/nobody", "/posters/nobody.png"):
        assert practice.control.get(practice.origin + path).status_code == 404
    assert practice.control.post(practice.origin + "/rzp/nobody/pay").status_code == 404


def test_a_link_without_return_and_a_upi_link_say_paid(practice: Practice) -> None:
    plain = new_link(practice, callback_url=None, callback_method=None)
    upi = new_link(practice, upi_link=True)
    for link in (plain, upi):
        done = practice.control.post(link["short_url"] + "/pay")
        assert done.status_code == 200
        assert "Paid Rs 1,249.50" in done.text


def test_deliveries_wait_for_a_receiver_that_is_down(practice: Practice) -> None:
    practice.features(retry_ms=20)
    url = "http://127.0.0.1:1/hook"
    practice.webhook(url, events=["payment.captured"])
    practice.pay(new_link(practice)["id"])
    wait_for(lambda: len(practice.sent_to(url)) >= 3)
    tries = [entry for entry in practice.journal("webhooks") if entry["path"] == url]
    assert {(entry["status"], entry["fault"]) for entry in tries} == {(None, None)}
    assert tries[0]["note"] == "ConnectError"
