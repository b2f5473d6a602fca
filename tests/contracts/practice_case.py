"""What the contract tests of the practice servers share."""

import itertools
import time
from typing import Any

import httpx

from tests.support.practice import Json, Practice

_numbers = itertools.count(1)
_RUN = time.time_ns() % 10**8
# Keys below these are the caller's own.
_FREE = {"notes", "customer"}


def reference() -> str:
    """A reference never used before in this run."""
    return f"SSS-2627-{_RUN}-{next(_numbers)}"


def assert_same_shape(sample: Any, got: Any, where: str = "body") -> None:
    """Same keys, same types; null fits everything, lists are compared by their first items."""
    if isinstance(sample, dict) and isinstance(got, dict):
        assert set(sample) == set(got), f"{where}: {set(sample) ^ set(got)}"
        for key in set(sample) - _FREE:
            assert_same_shape(sample[key], got[key], f"{where}.{key}")
    elif isinstance(sample, list) and isinstance(got, list):
        if sample and got:
            assert_same_shape(sample[0], got[0], f"{where}[0]")
    elif sample is not None and got is not None:
        assert type(sample) is type(got), f"{where}: {sample!r} against {got!r}"


def assert_refused(answer: httpx.Response, text: str, status: int = 400) -> Json:
    """Razorpay refused with this text; its error object."""
    assert answer.status_code == status, answer.text
    error: Json = answer.json()["error"]
    assert error["description"] == text
    assert error["code"] == "BAD_REQUEST_ERROR"
    return error


def link_body(**changes: object) -> Json:
    """What the counter sends to make a link (reference gateways 1.3)."""
    body: Json = {
        "amount": 124950,
        "currency": "INR",
        "accept_partial": False,
        "expire_by": int(time.time()) + 1800,
        "reference_id": reference(),
        "description": "Fresh Mart bill",
        "customer": {"name": "Asha P", "contact": "+919812345670"},
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "notes": {"bill": "SSS/2627/000123"},
        "callback_url": "https://relay.example.in/p/FM01/return",
        "callback_method": "get",
        "options": {"checkout": {"name": "Fresh Mart"}},
    }
    return without_none({**body, **changes})


def qr_body(**changes: object) -> Json:
    """What the counter sends to make a QR (reference gateways 1.4)."""
    body: Json = {
        "type": "upi_qr",
        "name": "FM01-C2",
        "usage": "single_use",
        "fixed_amount": True,
        "payment_amount": 124950,
        "description": "Bill SSS/2627/000123",
        "close_by": int(time.time()) + 300,
        "notes": {"bill": "SSS/2627/000123", "intent": reference()},
    }
    return without_none({**body, **changes})


def without_none(body: Json) -> Json:
    """``body`` without the keys set to None."""
    return {key: value for key, value in body.items() if value is not None}


def new_link(practice: Practice, **changes: object) -> Json:
    """A link made through the API."""
    answer = practice.razorpay.post("/v1/payment_links", json=link_body(**changes))
    assert answer.status_code == 200, answer.text
    made: Json = answer.json()
    return made


def new_qr(practice: Practice, **changes: object) -> Json:
    """A QR made through the API."""
    answer = practice.razorpay.post("/v1/payments/qr_codes", json=qr_body(**changes))
    assert answer.status_code == 200, answer.text
    made: Json = answer.json()
    return made


def get(practice: Practice, path: str, **query: Any) -> Json:
    """A GET at the practice Razorpay that succeeds."""
    answer = practice.razorpay.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def open_page(practice: Practice, link: Json) -> None:
    """The customer opens the link."""
    assert practice.control.get(link["short_url"]).status_code == 200
