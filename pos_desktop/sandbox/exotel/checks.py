"""Checks of a request before anything is accepted (reference exotel 1, 2.1, 3.1)."""

import base64
import binascii
import hmac
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from litestar import Request

from pos_desktop.sandbox.exotel.answers import Refused
from pos_desktop.sandbox.exotel.book import Book
from pos_desktop.sandbox.exotel.registry import sender_of
from pos_desktop.sandbox.exotel.units import is_gsm
from pos_desktop.sandbox.shapes import Json

Asked = Request[Any, Any, Any]
LONGEST_SMS = 2000
MOST_MESSAGES = 100
_INDIAN = re.compile(r"(?:\+?91|0)?([6-9]\d{9})")
_FOREIGN = re.compile(r"\+(?!91)[1-9]\d{7,14}")
_SMS_TYPES = {"transactional", "transactional_opt_in", "promotional"}


def check_key(request: Asked, book: Book, account: str, *, xml: bool) -> None:
    """Basic auth of this account. Raises Refused (401)."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        given = b""
    wanted = f"{book.keys.exotel_key}:{book.keys.exotel_token}".encode()
    if scheme.lower() != "basic" or not hmac.compare_digest(given, wanted):
        raise Refused(401, "Authentication failed", xml=xml)
    if account != book.keys.exotel_sid:
        raise Refused(401, "Account sid mismatch", xml=xml)


def number(text: str) -> str | None:
    """A recipient in E.164, None if it cannot be one."""
    if match := _INDIAN.fullmatch(text):
        return "+91" + match[1]
    return text if _FOREIGN.fullmatch(text) else None


async def sms_form(request: Asked, book: Book, *, xml: bool) -> dict[str, str]:
    """The checked fields of an SMS. Raises Refused (400)."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Refused(400, "Invalid Parameters", xml=xml)
    raw = await request.body()
    form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    for name in ("From", "To", "Body"):
        if not form.get(name):
            raise Refused(400, f"Mandatory parameter missing: {name}", xml=xml)
    if number(form["To"]) is None:
        raise Refused(400, f"Invalid Recipient [{form['To']}]", xml=xml)
    if len(form["Body"]) > LONGEST_SMS or not _sensible(form):
        raise Refused(400, "Invalid Parameters", xml=xml)
    if form.get("EncodingType", "plain") == "plain" and not is_gsm(form["Body"]):
        raise Refused(400, "Encoding mismatch", xml=xml)
    header = sender_of(book.templates, form.get("DltTemplateId", ""))
    if header is not None and header != form["From"]:
        raise Refused(400, "Sender is not valid for the body", xml=xml)
    return form


async def whatsapp_body(request: Asked) -> Json:
    """The JSON of a WhatsApp send with 1 to 100 messages. Raises Refused (400)."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Refused(400, "Content-Type must be application/json")
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refused(400, "Malformed JSON") from None
    channel = body.get("whatsapp") if isinstance(body, dict) else None
    messages = channel.get("messages") if isinstance(channel, dict) else None
    if not isinstance(messages, list) or not 1 <= len(messages) <= MOST_MESSAGES:
        raise Refused(400, "whatsapp.messages must hold 1 to 100 messages")
    if not all(isinstance(message, dict) for message in messages):
        raise Refused(400, "whatsapp.messages must hold objects")
    return dict(body)


def _sensible(form: dict[str, str]) -> bool:
    return (
        form.get("EncodingType", "plain") in {"plain", "unicode"}
        and form.get("Priority", "normal") in {"normal", "high"}
        and form.get("SmsType", "transactional") in _SMS_TYPES
        and all(form[n].isdigit() for n in ("DltEntityId", "DltTemplateId") if n in form)
    )
