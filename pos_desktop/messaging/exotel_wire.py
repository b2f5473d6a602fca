"""The bodies that Exotel gets and gives (reference exotel 2.1, 2.3, 3.1 to 3.3); pure.

Answers are read by HTTP status and known fields only. Exotel's own sentences echo phone numbers, so
none of them leaves this module.
"""

from collections.abc import Mapping

from pos_desktop.domain.delivery import DeliverySeen, Message
from pos_desktop.domain.options import ExotelOptions
from pos_desktop.messaging.gsm7 import is_gsm7
from pos_desktop.messaging.registry import MessageTemplate
from pos_desktop.messaging.states import sms_state
from pos_desktop.net.http import GarbledAnswer, HttpAnswer
from pos_desktop.ports import Accepted, NotSent, Rejected, SendResult, Unknown

_SETUP = frozenset({401, 402, 403})
_AMBIGUOUS = frozenset({408, 409, 425})
_LONGEST_WAIT = 60.0
_USUAL_WAIT = 15.0

_REFUSED = "exotel_refused"
_WORDS = {
    401: "exotel_key",
    402: "exotel_plan",
    403: "exotel_not_allowed",
    404: "exotel_address",
}


def callback(options: ExotelOptions, channel: str) -> str | None:
    """Where Exotel reports to: the relay's route for ``sms`` or ``wa``; None without a relay."""
    return options.callback_url.replace("{channel}", channel) or None


def sms_form(message: Message, template: MessageTemplate, options: ExotelOptions) -> dict[str, str]:
    """The form of ``Sms/send.json``."""
    body = message.body or ""
    form = {
        "From": options.sms_from or template.sms_sender,
        "To": message.to,
        "Body": body,
        "EncodingType": "plain" if is_gsm7(body) else "unicode",
        "SmsType": "transactional",
        "DltTemplateId": template.dlt_template_id,
        "CustomField": message.label,
    }
    entity = template.dlt_entity_id or options.dlt_entity_id
    if entity:
        form["DltEntityId"] = entity
    address = callback(options, "sms")
    if address is not None:
        form["StatusCallback"] = address
    return form


def whatsapp_body(
    message: Message, template: MessageTemplate, options: ExotelOptions
) -> dict[str, object]:
    """The JSON of one template message. Which ``custom_data`` is echoed is not documented, so it
    stands at both levels."""
    entry: dict[str, object] = {
        "from": options.whatsapp_from,
        "to": message.to,
        "custom_data": message.label,
        "content": {"type": "template", "template": _template(message, template)},
    }
    body: dict[str, object] = {"custom_data": message.label, "whatsapp": {"messages": [entry]}}
    address = callback(options, "wa")
    if address is not None:
        body["status_callback"] = address
    return body


def _template(message: Message, template: MessageTemplate) -> dict[str, object]:
    components: list[object] = []
    header = _header(message, template)
    if header is not None:
        components.append({"type": "header", "parameters": [header]})
    values = message.parameters[: template.parameters]
    texts = [{"type": "text", "text": value} for value in values]
    components.append({"type": "body", "parameters": texts})
    if template.button != "none":
        suffix = [{"type": "text", "text": message.url_suffix}]
        button = {"type": "button", "sub_type": "url", "index": "0", "parameters": suffix}
        components.append(button)
    return {
        "name": template.name,
        "language": {"code": template.language, "policy": "deterministic"},
        "components": components,
    }


def _header(message: Message, template: MessageTemplate) -> dict[str, object] | None:
    """Its one parameter; a text without a variable has none."""
    if template.header == "image":
        return {"type": "image", "image": {"link": message.media_url}}
    if template.header == "document":
        named = {"link": message.media_url, "filename": message.parameters[-1]}
        return {"type": "document", "document": named}
    if template.header_field:
        return {"type": "text", "text": message.parameters[-1]}
    return None


def sms_result(answer: HttpAnswer) -> SendResult:
    """What became of an SMS request (9, client 4). Never raises."""
    if not answer.ok:
        return _refused(answer.status, answer.retry_after, None)
    sid = _text(_object(_object(_json(answer)).get("SMSMessage")).get("Sid"))
    return Accepted(sid) if sid else Unknown("Exotel's answer names no message.")


def whatsapp_result(answer: HttpAnswer) -> SendResult:
    """What became of a WhatsApp request: its one entry decides, not the HTTP status alone."""
    entry = _entry(_json(answer))
    code = _number(_object(entry.get("error_data")).get("code"))
    if not answer.ok:
        return _refused(answer.status, answer.retry_after, code)
    data = _object(entry.get("data"))
    sid = _text(data.get("sid")) or _text(data.get("message_id"))
    status = _number(entry.get("code"))
    if status is not None and not 200 <= status < 300:
        return _refused(status, answer.retry_after, code)
    if sid:
        return Accepted(sid)
    if entry.get("status") == "failure":
        return _refused(400, None, code)
    return Unknown("Exotel's answer names no message.")


def _refused(status: int, retry_after: float | None, code: int | None) -> SendResult:
    if status in (429, 503):
        wait = _USUAL_WAIT if retry_after is None else retry_after
        return NotSent(min(wait, _LONGEST_WAIT), "Exotel asks to slow down.")
    if 400 <= status < 500 and status not in _AMBIGUOUS:
        return Rejected(status, code, refusal_code(status), status in _SETUP)
    return Unknown(f"Exotel answered with status {status}; the message may have gone.")


def refusal_code(status: int) -> str:
    """Our word for a status that means "no"; the window has a sentence for it."""
    return _WORDS.get(status, _REFUSED)


def sms_seen(sid: str, answer: HttpAnswer) -> DeliverySeen | None:
    """The fate of an SMS from its details; None where the answer tells nothing."""
    found = _object(_object(_json(answer)).get("SMSMessage"))
    word = _text(found.get("Status")) or _text(found.get("DetailedStatus"))
    code = _number(found.get("DetailedStatusCode"))
    if word is None and code is None:
        return None
    state, reason = sms_state(word, code)
    return DeliverySeen(
        sid=sid,
        label=None,
        state=state,
        code=code,
        reason=reason,
        to_last10=_last10(found.get("To")),
    )


def _json(answer: HttpAnswer) -> object:
    try:
        return answer.json()
    except GarbledAnswer:
        return None  # every reader below takes "nothing readable" for what it is


def _entry(body: object) -> dict[str, object]:
    inner = _object(_object(_object(body).get("response")).get("whatsapp"))
    messages = inner.get("messages")
    return _object(messages[0]) if isinstance(messages, list) and messages else {}


def _object(value: object) -> dict[str, object]:
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 200 else None


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _last10(value: object) -> str | None:
    digits = "".join(sign for sign in str(value or "") if sign.isascii() and sign.isdigit())
    return digits[-10:] if len(digits) >= 10 else None
