"""What the adapter is asked for, and answers made from the documented samples."""

import json
from dataclasses import replace
from typing import Any

import responses

from pos_desktop.domain.payment import Collect, CollectKind, CollectState
from pos_desktop.ports import CollectIntent
from tests.support.wire_samples import sample
from tests.unit.gateways.conftest import BASE, DATE, NOW

LINKS = f"{BASE}/v1/payment_links"
QRS = f"{BASE}/v1/payments/qr_codes"
PING = f"{BASE}/v1/payments"
LINK_ID = "plink_T1aB2cD3eF4gH5"
QR_ID = "qr_T1rS5tUv6WxY7z"
PAY = "pay_T1kQ7mWx9ZbC2d"
ORDER = "order_T1jP6nVy8AcD3f"

INTENT = CollectIntent(
    reference="FM01-2627-000123-1",
    order_id="01JD8Q6W7X",
    kind=CollectKind.LINK,
    amount=124950,
    life=1800,
    created_at=NOW - 90_000,
    description="Fresh Mart token 12",
    counter="C2",
    customer_phone="+919812345670",
    return_url="https://relay.example.in/p/FM01/return",
)
QR_INTENT = replace(INTENT, kind=CollectKind.QR, reference="FM01-2627-000123-q1", life=300)
COLLECT = Collect(
    reference=INTENT.reference,
    order_id=INTENT.order_id,
    attempt=1,
    kind=CollectKind.LINK,
    state=CollectState.OPEN,
    gateway="razorpay",
    amount=124950,
    created_at=NOW,
    gateway_id=LINK_ID,
)
QR_COLLECT = replace(COLLECT, kind=CollectKind.QR, gateway_id=QR_ID, reference=QR_INTENT.reference)


def link(**changes: object) -> dict[str, Any]:
    return {**sample("razorpay/link_paid"), **changes}


def fresh_link(**changes: object) -> dict[str, Any]:
    entity = link(status="created", payments=None, amount_paid=0, **changes)
    del entity["order_id"]
    return entity


def qr(**changes: object) -> dict[str, Any]:
    return {**sample("razorpay/qr_active"), **changes}


def payment(**changes: object) -> dict[str, Any]:
    return {**sample("razorpay/payment_captured"), **changes}


def items(*entities: object) -> dict[str, object]:
    return {"entity": "collection", "count": len(entities), "items": list(entities)}


def bad(description: str) -> dict[str, object]:
    return {"error": {**sample("razorpay/error")["error"], "description": description}}


def timed(api: responses.RequestsMock) -> None:
    """The first call tells the server's time."""
    api.get(PING, json=items(), headers={"Date": DATE})


def sent(api: responses.RequestsMock) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(api.calls[-1].request.body or b"{}")
    return body
