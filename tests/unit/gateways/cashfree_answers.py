"""What the Cashfree adapter is asked for, and answers made from the documented samples."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import responses

from pos_desktop.domain.payment import CollectKind
from pos_desktop.ports import RefundOrder
from tests.support.wire_samples import sample
from tests.unit.gateways.answers import COLLECT as RAZORPAY_COLLECT
from tests.unit.gateways.answers import INTENT as ANY_INTENT
from tests.unit.gateways.conftest import DATE

BASE = "https://api.cashfree.com/pg"
LINKS = f"{BASE}/links"
ORDERS = f"{BASE}/orders"
SESSIONS = f"{ORDERS}/sessions"
PING = f"{ORDERS}/ping"
LINK_ID = "FM01-2627-000123-1"
QR_ID = "FM01-2627-000123-q1"
LINK_ORDER = "CFPay_k9x2m4p7q1zz_abc123def45"
PAY = "9100456712"
PNG = "data:image/png;base64,iVBORw0KGgo="
SESSION = "session_a1VXIPJo8kh7"

INTENT = ANY_INTENT
QR_INTENT = replace(INTENT, kind=CollectKind.QR, reference=QR_ID, life=300)
COLLECT = replace(RAZORPAY_COLLECT, reference=LINK_ID, gateway="cashfree", gateway_id=LINK_ID)
QR_COLLECT = replace(COLLECT, kind=CollectKind.QR, reference=QR_ID, gateway_id=QR_ID)
REFUND = RefundOrder(
    keys=("ret-9100456712-1",),
    payment_id=PAY,
    amount=24950,
    note="Returned item",
    provider_order_id=QR_ID,
)


def link(**changes: object) -> dict[str, Any]:
    return {**sample("cashfree/link_active"), **changes}


def order(order_id: str = QR_ID, **changes: object) -> dict[str, Any]:
    entity = {
        "cf_order_id": "2149460581",
        "order_id": order_id,
        "entity": "order",
        "order_amount": 1249.50,
        "order_currency": "INR",
        "order_status": "ACTIVE",
        "payment_session_id": SESSION,
        "order_expiry_time": "2026-11-23T10:31:30+05:30",
        "order_tags": {"bill": "01JD8Q6W7X", "until": "1795409430"},
        "created_at": "2026-11-23T10:15:30+05:30",
    }
    return {**entity, **changes}


def link_order(**changes: object) -> dict[str, Any]:
    return order(LINK_ORDER, order_tags={"cf_link_id": "7001234"}, **changes)


def payment(order_id: str = QR_ID, **changes: object) -> dict[str, Any]:
    return {**sample("cashfree/order_payments")[0], "order_id": order_id, **changes}


def refund(**changes: object) -> dict[str, Any]:
    entity = sample("cashfree/refund_pending")
    return {**entity, "refund_id": "retx9100456712x1", **changes}


def drawn(picture: object = PNG) -> dict[str, Any]:
    answer: dict[str, Any] = sample("cashfree/order_pay_qr_answer")
    answer["data"]["payload"] = {"qrcode": picture}
    return answer


def refused(
    message: str = "refused", kind: str = "invalid_request_error", code: str = "request_failed"
) -> dict[str, str]:
    return {"message": message, "code": code, "type": kind}


def missing(what: str = "order") -> dict[str, str]:
    return refused(f"{what} not found", code=f"{what}_not_found")


def timed(api: responses.RequestsMock) -> None:
    """The first call tells the server's time; the order does not exist, which is well."""
    api.get(PING, json=missing(), status=404, headers={"Date": DATE})


def sent(api: responses.RequestsMock, number: int = -1) -> dict[str, Any]:
    """The body of a call, amounts exact."""
    raw = api.calls[number].request.body or b"{}"
    body: dict[str, Any] = json.loads(raw, parse_float=Decimal)
    return body


def raw_sent(api: responses.RequestsMock, number: int = -1) -> bytes:
    body = api.calls[number].request.body
    assert isinstance(body, bytes)
    return body


def headers(api: responses.RequestsMock, number: int = -1) -> Mapping[str, str]:
    return {name.lower(): str(value) for name, value in api.calls[number].request.headers.items()}
