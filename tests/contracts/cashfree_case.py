"""What the contract tests of the practice Cashfree share."""

from datetime import datetime, timedelta
from typing import Any

import httpx

from pos_desktop.gateways.cashfree_parts import IST
from tests.contracts.practice_case import reference, without_none
from tests.support.practice import Json, Practice


def later(seconds: int) -> str:
    """An ISO time so far ahead, as the counter sends it."""
    return (datetime.now(IST) + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def link_body(**changes: object) -> Json:
    """What the counter sends to make a link (reference gateways 2.2)."""
    body: Json = {
        "link_id": reference(),
        "link_amount": 1249.5,
        "link_currency": "INR",
        "link_purpose": "Fresh Mart bill",
        "customer_details": {"customer_phone": "9812345670", "customer_name": "Asha P"},
        "link_partial_payments": False,
        "link_expiry_time": later(1800),
        "link_notify": {"send_sms": False, "send_email": False},
        "link_auto_reminders": False,
        "link_notes": {"bill": "FM01-2627-000123", "counter": "C2"},
        "link_meta": {"return_url": "https://relay.example.in/p/FM01/return", "upi_intent": False},
    }
    return without_none({**body, **changes})


def order_body(**changes: object) -> Json:
    """What the counter sends to make the order of a QR (2.3)."""
    body: Json = {
        "order_id": reference(),
        "order_amount": 1249.5,
        "order_currency": "INR",
        "customer_details": {"customer_id": "CUST9812345670", "customer_phone": "9812345670"},
        "order_meta": {"payment_methods": "upi"},
        "order_expiry_time": later(1800),
        "order_note": "Fresh Mart bill",
        "order_tags": {"bill": "FM01-2627-000123"},
    }
    return without_none({**body, **changes})


def refund_body(**changes: object) -> Json:
    """What the counter sends to give back (2.4)."""
    name = reference().replace("-", "")
    body: Json = {"refund_amount": 249.5, "refund_id": name, "refund_note": "Returned item"}
    return without_none({**body, **changes})


def ask(practice: Practice, method: str, path: str, **more: Any) -> httpx.Response:
    """A call to the practice Cashfree."""
    return practice.cashfree.request(method, path, **more)


def done(answer: httpx.Response) -> Any:
    """The JSON of an answer that succeeded."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def new_link(practice: Practice, **changes: object) -> Json:
    """A link made through the API."""
    return dict(done(ask(practice, "POST", "/links", json=link_body(**changes))))


def new_order(practice: Practice, **changes: object) -> Json:
    """An order made through the API."""
    return dict(done(ask(practice, "POST", "/orders", json=order_body(**changes))))


def new_session(practice: Practice, order: Json, channel: str = "qrcode", **more: Any) -> Json:
    """A UPI session for an order."""
    method = {"upi": {"channel": channel}}
    body = {"payment_session_id": order["payment_session_id"], "payment_method": method}
    return dict(done(ask(practice, "POST", "/orders/sessions", json=body, **more)))


def payments_of(practice: Practice, order_id: str) -> list[Json]:
    """Every attempt on an order."""
    return list(done(ask(practice, "GET", f"/orders/{order_id}/payments")))


def assert_refused(answer: httpx.Response, status: int, kind: str) -> Json:
    """Cashfree refused with this status and type; its body."""
    assert answer.status_code == status, answer.text
    body: Json = answer.json()
    assert set(body) == {"message", "code", "type"}
    assert body["type"] == kind
    return body
