"""HTTP of the practice Exotel, below ``/exotel``; paths are case-sensitive (reference exotel 9)."""

import secrets

from litestar import Controller, Response, Router, get, post
from litestar.di import Provide

from pos_desktop.sandbox.exotel import outcomes, registry
from pos_desktop.sandbox.exotel.answers import (
    Refused,
    accepted,
    failure,
    whatsapp_answer,
    wrapped,
)
from pos_desktop.sandbox.exotel.book import Book, Sent, button_url
from pos_desktop.sandbox.exotel.callbacks import zero_form
from pos_desktop.sandbox.exotel.checks import (
    Asked,
    check_key,
    number,
    sms_form,
    whatsapp_body,
)
from pos_desktop.sandbox.exotel.units import units
from pos_desktop.sandbox.front import HANG
from pos_desktop.sandbox.shapes import Json, ist_text, tail

_EXOPHONE = "08047100000"


class SmsRoutes(Controller):
    """SMS v1 (2.1, 2.3)."""

    path = "/v1/Accounts/{account:str}"

    @post(["/Sms/send", "/Sms/send.json"], status_code=200)
    async def send(self, request: Asked, book: Book, account: str) -> Response[bytes]:
        """Accept one SMS; its text is judged later, by callback."""
        xml = not request.url.path.endswith(".json")
        check_key(request, book, account, xml=xml)
        form = await sms_form(request, book, xml=xml)
        to = number(form["To"]) or ""
        ending = outcomes.ending(to)
        if ending in outcomes.HTTP_REFUSALS:
            raise Refused(*outcomes.HTTP_REFUSALS[ending], xml=xml)
        message = _sms(book, form, to)
        judged = registry.judge_sms(book.templates, form, book.keys.dlt_entity_id)
        book.accept_sms(message, judged)
        _maybe_silent(request, ending, xml=xml)
        shown = _sms_entity(message, book)
        if ending == outcomes.WITHOUT_SID:
            del shown["Sid"], shown["Uri"]
        return wrapped({"SMSMessage": shown}, xml=xml)

    @get("/SMS/Messages/{name:str}")
    async def details(self, request: Asked, book: Book, account: str, name: str) -> Response[bytes]:
        """How far one SMS got."""
        xml = not name.endswith(".json")
        check_key(request, book, account, xml=xml)
        message = book.messages.get(name.removesuffix(".json"))
        if message is None or message.channel != "sms":
            raise Refused(404, "Not Found", xml=xml)
        return wrapped({"SMSMessage": _sms_entity(message, book)}, xml=xml)


class WhatsAppRoutes(Controller):
    """WhatsApp v2 (3.1, 3.7)."""

    path = "/v2/accounts/{account:str}"

    @post("/messages", status_code=202)
    async def send(self, request: Asked, book: Book, account: str) -> Response[bytes]:
        """Accept messages; a wrong template dies later, by callback."""
        check_key(request, book, account, xml=False)
        body = await whatsapp_body(request)
        messages: list[Json] = body["whatsapp"]["messages"]
        to = number(str(messages[0].get("to", ""))) or ""
        ending = outcomes.ending(to)
        if ending in outcomes.HTTP_REFUSALS and ending != "04":
            raise Refused(*outcomes.HTTP_REFUSALS[ending])
        results = [_take(book, body, message) for message in messages]
        _maybe_silent(request, ending, xml=False)
        refused = all(r["status"] == "failure" for r in results)
        inside = ending == outcomes.REFUSED_INSIDE
        return whatsapp_answer(results, status=400 if refused and not inside else 202)

    @get("/templates")
    async def templates(self, request: Asked, book: Book, account: str) -> Response[bytes]:
        """The approved templates; the form of this answer is an assumption."""
        check_key(request, book, account, xml=False)
        rows = [
            {
                "code": 200,
                "error_data": None,
                "status": "success",
                "data": {
                    "name": template.name,
                    "language": template.language,
                    "status": "APPROVED",
                    "category": "UTILITY",
                    "components": [{"type": "BODY", "text": template.body}],
                },
            }
            for template in book.templates
            if template.provider == "whatsapp"
        ]
        return whatsapp_answer(rows, status=200, method="GET")


def exotel_router(book: Book) -> Router:
    """All of it below ``/exotel``."""
    return Router(
        path="/exotel",
        route_handlers=[SmsRoutes, WhatsAppRoutes],
        dependencies={"book": Provide(lambda: book, sync_to_thread=False)},
    )


def _maybe_silent(request: Asked, ending: str, *, xml: bool) -> None:
    """Accepted, but the caller will not know: 500 or no answer at all."""
    if ending == outcomes.ACCEPT_THEN_500:
        raise Refused(500, "Internal Server Error", xml=xml)
    if ending == outcomes.ACCEPT_THEN_HANG:
        request.scope["state"][HANG] = True


def _sms(book: Book, form: dict[str, str], to: str) -> Sent:
    now = book.now()
    links = [word for word in form["Body"].split() if "://" in word]
    return Sent(
        sid=secrets.token_hex(16),
        channel="sms",
        to=to,
        sender=form["From"],
        body=form["Body"],
        label=form.get("CustomField"),
        callback_url=form.get("StatusCallback", ""),
        callback_json=form.get("StatusCallbackContentType") == "application/json",
        step=outcomes.SMS_QUEUED,
        created_at=now,
        updated_at=now,
        url=links[-1] if links else None,
        dlt_template_id=form.get("DltTemplateId", ""),
        units=units(form["Body"]),
        plain_echo=len(book.messages) % 2 == 1,
    )


def _sms_entity(message: Sent, book: Book) -> Json:
    """The object of send and details; numbers come back in either of two forms (2.1)."""
    waiting = message.step.code < 21000 or message.step.code >= 23000
    unsent = "1970-01-01 05:30:00" if message.plain_echo else None
    sender, to = f"{_EXOPHONE}/{message.sender}", zero_form(message.to)
    if message.plain_echo:
        sender, to = message.sender, message.to
    account = book.keys.exotel_sid
    return {
        "Sid": message.sid,
        "AccountSid": account,
        "From": sender,
        "To": to,
        "DateCreated": ist_text(message.created_at // 1000),
        "DateUpdated": ist_text(message.updated_at // 1000),
        "DateSent": ist_text(message.updated_at // 1000) if waiting else unsent,
        "Body": message.body,
        "BodyIndex": "",
        "Direction": "outbound-api",
        "Uri": f"/v1/Accounts/{account}/SMS/Messages/{message.sid}.json",
        "ApiVersion": None,
        "Price": "0.200000" if waiting else None,
        "Status": message.step.status,
        "SmsUnits": message.units if waiting else None,
        "DetailedStatusCode": message.step.code,
        "DetailedStatus": message.step.name,
    }


def _take(book: Book, body: Json, message: Json) -> Json:
    """Accept or refuse one entry of ``messages``; its result object."""
    to = number(str(message.get("to", "")))
    content = message.get("content")
    if to is None:
        return failure("Mandatory Parameter missing", "to is required")
    if not isinstance(message.get("from"), str) or not isinstance(content, dict):
        return failure("Mandatory Parameter missing", "from and content are required")
    ending = outcomes.ending(to)
    if ending == "04":
        return failure("Invalid Parameter", "to is not valid")
    if ending == outcomes.REFUSED_INSIDE:
        return failure("Sender not registered", "practice refusal inside an accepted request")
    sent, judged = _whatsapp(book, body, message, to)
    book.accept_whatsapp(sent, judged)
    return accepted(None if ending == outcomes.WITHOUT_SID else sent.sid)


def _whatsapp(book: Book, body: Json, message: Json, to: str) -> tuple[Sent, int | None]:
    now, content, channel = book.now(), message["content"], body["whatsapp"]
    label = message.get("custom_data") or channel.get("custom_data") or body.get("custom_data")
    callback = str(channel.get("status_callback") or body.get("status_callback") or "")
    sent = Sent(
        sid=tail(22),
        channel="whatsapp",
        to=to,
        sender=message["from"],
        body="",
        label=label,
        callback_url=callback,
        step=outcomes.WHATSAPP_ACCEPTED,
        created_at=now,
        updated_at=now,
    )
    template = content.get("template")
    if content.get("type") != "template" or not isinstance(template, dict):
        text = content.get("text")
        sent.body = str(text.get("body", "")) if isinstance(text, dict) else ""
        return sent, outcomes.OUTSIDE_WINDOW
    return _with_template(book, sent, template), registry.judge_whatsapp(book.templates, template)


def _with_template(book: Book, sent: Sent, template: Json) -> Sent:
    filled = registry.read_filled(template)
    sent.template, sent.language = filled.name, filled.language
    sent.parameters, sent.media_url = filled.parameters, filled.media_url
    sent.suffix = filled.suffix
    known = next((t for t in book.templates if t.name == filled.name), None)
    if known is not None:
        sent.body = registry.render(known, filled.parameters)
        sent.url = button_url(book, known, filled.suffix, sent.callback_url)
    return sent
