"""Messages that the contract tests of the practice Exotel send."""

import itertools
from typing import Any

import httpx

from tests.support.practice import Json, Practice, wait_for

LINK = "http://127.0.0.1:8000/i?AbCdEfGhIjKlMnOpQrStUv"
BODY = (
    "Fresh Mart: your bill is Rs 1249.50 for Tea x2 and 3 more, token 42. "
    f"See the bill and pay: {LINK}"
)
_labels = itertools.count(1)


def sms_form(ending: str = "00", /, **changes: str | None) -> dict[str, str]:
    """An SMS to a number with this ending."""
    form: dict[str, str | None] = {
        "From": "RASEED",
        "To": "+9198123456" + ending,
        "Body": BODY,
        "EncodingType": "plain",
        "SmsType": "transactional",
        "DltEntityId": "1101000000000000001",
        "DltTemplateId": "1107000000000000002",
        "CustomField": f"m1.{next(_labels)}",
        **changes,
    }
    return {name: value for name, value in form.items() if value is not None}


def sms_path(practice: Practice, suffix: str = ".json") -> str:
    return f"/v1/Accounts/{practice.line['exotel_sid']}/Sms/send{suffix}"


def send_sms(practice: Practice, ending: str = "00", /, **changes: str | None) -> httpx.Response:
    return practice.exotel.post(sms_path(practice), data=sms_form(ending, **changes))


def details(practice: Practice, sid: str) -> Json:
    path = f"/v1/Accounts/{practice.line['exotel_sid']}/SMS/Messages/{sid}.json"
    found: Json = practice.exotel.get(path).raise_for_status().json()["SMSMessage"]
    return found


def wa_body(ending: str = "00", callback: str = "", **changes: Any) -> Json:
    """A receipt (no picture) to a number with this ending; ``template=`` replaces it."""
    label = f"m1.{next(_labels)}"
    texts = ("Fresh Mart", "SSS/2627/000123", "Rs 1,249.50")
    template: Json = {
        "name": "bill_receipt",
        "language": {"code": "en", "policy": "deterministic"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": t} for t in texts]},
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "AbCdEf"}],
            },
        ],
    }
    message = {
        "from": "+918047100000",
        "to": "+9198123456" + ending,
        "custom_data": label,
        "content": {"type": "template", "template": changes.pop("template", template)},
        **changes,
    }
    body: Json = {"custom_data": label, "whatsapp": {"messages": [message]}}
    return {**body, "status_callback": callback} if callback else body


def qr_template(link: str, *, parameters: int = 4) -> Json:
    """The payment request with a picture."""
    texts = ["Fresh Mart", "42", "Tea x2, Soap x1 and 3 more", "Rs 1,249.50"][:parameters]
    image = {"type": "image", "image": {"link": link}}
    return {
        "name": "bill_pay_qr",
        "language": {"code": "en", "policy": "deterministic"},
        "components": [
            {"type": "header", "parameters": [image]},
            {"type": "body", "parameters": [{"type": "text", "text": t} for t in texts]},
        ],
    }


def send_wa(practice: Practice, body: Json) -> httpx.Response:
    path = f"/v2/accounts/{practice.line['exotel_sid']}/messages"
    return practice.exotel.post(path, json=body)


def message_of(practice: Practice, label: str) -> Json:
    found = [m for m in practice.state()["messages"] if m["label"] == label]
    assert len(found) == 1
    message: Json = found[0]
    return message


def final(practice: Practice, label: str) -> Json:
    """The message once it is delivered, read or failed."""
    ends = ("delivered", "read", "failed")
    wait_for(lambda: message_of(practice, label)["fate"] in ends)
    return message_of(practice, label)
