"""Razorpay's own Python SDK at our practice server: a third reading of the same documentation."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import razorpay
import requests
from razorpay.errors import BadRequestError, SignatureVerificationError

from pos_desktop.domain.payment import CollectKind, GatewayStatus, PaymentStatus
from tests.contracts.gateway_case import Way
from tests.contracts.gateway_world import collect_of, intent_of, refund_order
from tests.contracts.practice_case import link_body, qr_body
from tests.contracts.razorpay_world import RazorpayWorld
from tests.support.practice import Json, Listener, Practice

Client = Any  # the SDK publishes no types


@pytest.fixture
def sdk(practice: Practice) -> Iterator[Client]:
    line = practice.line
    with requests.Session() as session:
        auth = (line["key_id"], line["key_secret"])
        yield razorpay.Client(session=session, auth=auth, base_url=line["razorpay"])


@pytest.fixture
def world(practice: Practice) -> RazorpayWorld:
    return RazorpayWorld(practice)


def test_it_makes_a_link_that_our_adapter_finds(sdk: Client, world: RazorpayWorld) -> None:
    asked = intent_of(CollectKind.LINK)
    made = sdk.payment_link.create(link_body(reference_id=asked.reference, notes={}))
    assert (made["status"], made["amount"]) == ("created", 124950)
    found = world.gateway().find(asked)
    assert found is not None
    assert (found.gateway_id, found.url) == (made["id"], made["short_url"])


def test_it_fetches_what_our_adapter_made_and_sees_it_paid(
    sdk: Client, world: RazorpayWorld
) -> None:
    opened = Way(world, CollectKind.LINK).open(77700)
    fetched = sdk.payment_link.fetch(opened.made.gateway_id)
    assert (fetched["amount"], fetched["reference_id"]) == (77700, opened.asked.reference)
    assert fetched["notify"] == {"sms": False, "email": False, "whatsapp": False}
    payment_id = world.pay(opened.made)
    paid = sdk.payment_link.fetch(opened.made.gateway_id)
    assert (paid["status"], paid["payments"][0]["payment_id"]) == ("paid", payment_id)
    payment = sdk.payment.fetch(payment_id)
    (fact,) = opened.look().payments
    assert (payment["amount"], payment["status"]) == (fact.amount, fact.status.value)
    assert payment["acquirer_data"]["rrn"] == fact.rrn


def test_it_cancels_and_our_adapter_sees_it(sdk: Client, world: RazorpayWorld) -> None:
    opened = Way(world, CollectKind.LINK).open()
    assert sdk.payment_link.cancel(opened.made.gateway_id)["status"] == "cancelled"
    assert opened.look().status is GatewayStatus.CANCELLED
    with pytest.raises(BadRequestError, match="cannot cancel or expire an expired link"):
        sdk.payment_link.cancel(opened.made.gateway_id)


def test_it_makes_lists_and_closes_a_qr(sdk: Client, world: RazorpayWorld) -> None:
    asked = intent_of(CollectKind.QR)
    made = sdk.qrcode.create(qr_body(notes={"intent": asked.reference}))
    found = world.gateway().find(asked)
    assert found is not None and found.gateway_id == made["id"]
    payment_id = world.pay(found)
    listed = sdk.qrcode.fetch_all_payments(made["id"])["items"]
    assert [each["id"] for each in listed] == [payment_id]
    other = Way(world, CollectKind.QR).open()
    assert sdk.qrcode.close(other.made.gateway_id)["close_reason"] == "on_demand"
    assert other.look().status is GatewayStatus.CANCELLED


def test_it_captures_and_gives_back_as_our_adapter_does(sdk: Client, world: RazorpayWorld) -> None:
    opened = Way(world, CollectKind.LINK).open()
    payment_id = world.authorise(opened.made)
    taken = sdk.payment.capture(payment_id, 124950, {"currency": "INR"})
    assert (taken["status"], taken["captured"]) == ("captured", True)
    (fact,) = opened.look().payments
    assert fact.status is PaymentStatus.CAPTURED
    order = refund_order(fact.payment_id, 24950, opened.made)
    told = opened.way.gateway.refund(order)
    fetched = sdk.refund.fetch(told.refund_id)
    assert (fetched["amount"], fetched["receipt"]) == (24950, order.key)
    theirs = refund_order(fact.payment_id, 10000, opened.made)
    made = sdk.payment.refund(fact.payment_id, {"amount": 10000, "receipt": theirs.key})
    found = opened.way.gateway.find_refund(theirs)
    assert found is not None and found.refund_id == made["id"]
    with pytest.raises(BadRequestError, match="greater than amount captured"):
        sdk.payment.refund(fact.payment_id, {"amount": 124950})


def test_it_verifies_every_webhook(
    sdk: Client, practice: Practice, world: RazorpayWorld, hearing: Listener
) -> None:
    practice.webhook(hearing.url, secret="whsec_of_the_sdk")
    opened = Way(world, CollectKind.LINK).open()
    payment_id = world.pay(opened.made)
    opened.way.gateway.refund(refund_order(payment_id, 24950, opened.made))
    heard = hearing.wait(5)
    for one in heard:
        body, signature = one.body.decode(), one.headers["x-razorpay-signature"]
        assert sdk.utility.verify_webhook_signature(body, signature, "whsec_of_the_sdk")
        for wrong_body, wrong_secret in ((body + " ", "whsec_of_the_sdk"), (body, "whsec_old")):
            with pytest.raises(SignatureVerificationError):
                sdk.utility.verify_webhook_signature(wrong_body, signature, wrong_secret)


def test_it_verifies_the_customers_return(
    sdk: Client, practice: Practice, world: RazorpayWorld
) -> None:
    made = sdk.payment_link.create(link_body())
    page = practice.control.post(f"{made['short_url']}/pay", follow_redirects=False)
    told = {k: v[0] for k, v in parse_qs(urlsplit(page.headers["location"]).query).items()}
    wanted: Json = {
        "payment_link_id": told["razorpay_payment_link_id"],
        "payment_link_reference_id": told["razorpay_payment_link_reference_id"],
        "payment_link_status": told["razorpay_payment_link_status"],
        "razorpay_payment_id": told["razorpay_payment_id"],
        "razorpay_signature": told["razorpay_signature"],
    }
    assert sdk.utility.verify_payment_link_signature(wanted)
    with pytest.raises(SignatureVerificationError):
        sdk.utility.verify_payment_link_signature({**wanted, "payment_link_status": "cancelled"})


def test_it_lists_the_same_payments(sdk: Client, world: RazorpayWorld) -> None:
    opened = Way(world, CollectKind.QR).open()
    payment_id = world.pay(opened.made)
    now = int(time.time())
    theirs = sdk.payment.all({"from": now - 5, "to": now + 5, "count": 100})["items"]
    ours = opened.way.gateway.payments_between((now - 5) * 1000, (now + 5) * 1000)
    there = range((now - 5) * 1000, (now + 5) * 1000 + 1)
    told = {each.fact.payment_id for each in ours if each.fact.created_at in there}
    assert {each["id"] for each in theirs} == told
    assert payment_id in {each["id"] for each in theirs}


def test_it_is_refused_with_a_wrong_key(practice: Practice, world: RazorpayWorld) -> None:
    opened = Way(world, CollectKind.LINK).open()
    collect = collect_of("razorpay", opened.asked, opened.made)
    with requests.Session() as session:
        auth = (practice.line["key_id"], "wrong")
        client = razorpay.Client(session=session, auth=auth, base_url=practice.line["razorpay"])
        with pytest.raises(BadRequestError, match="Authentication failed"):
            client.payment_link.fetch(collect.gateway_id)
