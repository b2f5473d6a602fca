"""The tester's hand: ``/control`` makes customers pay and things go wrong (design payments 9).

No key is needed: the process listens on this machine only. Refusals are ``{"code","text"}``.
"""

import json
from dataclasses import asdict, fields

from litestar import Controller, Router, delete, get, post
from litestar.di import Provide

from pos_desktop.sandbox import customer
from pos_desktop.sandbox.cashfree import entities as cashfree
from pos_desktop.sandbox.cashfree.control import CashfreeMoneyRoutes
from pos_desktop.sandbox.controlling import Asked, ControlRefused, control_body, whole_number
from pos_desktop.sandbox.exotel import registry
from pos_desktop.sandbox.exotel.callbacks import Answer
from pos_desktop.sandbox.faults import SERVER_TARGETS, FaultRefused
from pos_desktop.sandbox.practice import Practice, Target
from pos_desktop.sandbox.razorpay import entities
from pos_desktop.sandbox.razorpay.control import RazorpayMoneyRoutes
from pos_desktop.sandbox.razorpay.objects import Payment
from pos_desktop.sandbox.razorpay.payments import Attempt
from pos_desktop.sandbox.shapes import Json, is_local_url

_ATTEMPT = {
    "amount": int,
    "method": str,
    "rrn": str,
    "payment_id": str,
    "reason": str,
    "late": bool,
    "fee": int,
    "tax": int,
    "age_s": int,
}


class CustomerRoutes(Controller):
    """What the customer does.

    All take ``collect_id`` (``plink_``, ``qr_``, Cashfree's are our references) or ``reference``
    and answer ``{"payment_id", "status"}``. Further fields: those of ``payments.Attempt``; ``late``
    pays what nobody could.
    """

    path = "/"

    @post("/pay", status_code=200)
    async def pay(self, request: Asked, practice: Practice) -> Json:
        """Pay: captured, with every webhook."""
        return await _acted(request, practice, "pay")

    @post("/authorise", status_code=200)
    async def authorise(self, request: Asked, practice: Practice) -> Json:
        """Authorised by the bank, not captured."""
        return await _acted(request, practice, "authorise")

    @post("/attempt", status_code=200)
    async def attempt(self, request: Asked, practice: Practice) -> Json:
        """The customer types the PIN: fail, authorise or pay with its ``payment_id`` ends it."""
        return await _acted(request, practice, "attempt")

    @post("/fail", status_code=200)
    async def fail(self, request: Asked, practice: Practice) -> Json:
        """A failed attempt; pay with its ``payment_id`` makes the same one succeed."""
        return await _acted(request, practice, "fail")

    @post("/expire", status_code=200)
    async def expire(self, request: Asked, practice: Practice) -> Json:
        """Let a link or QR code reach its end now."""
        target = _target(await control_body(request), practice)
        customer.expire(practice, target)
        return {"collect_id": target.id}

    @post("/reply", status_code=200)
    async def reply(self, request: Asked, practice: Practice) -> Json:
        """The customer answers a WhatsApp message: ``{"sid", "text", "payload"?, "quotes"?}``.

        With ``payload`` a button is pressed; see ``callbacks.Answer``.
        """
        body = await control_body(request)
        message = practice.book.messages.get(str(body.get("sid", "")))
        if message is None:
            raise ControlRefused("not_found", "no message has this sid", 404)
        text, payload, quotes = body.get("text", ""), body.get("payload"), body.get("quotes", False)
        fits = isinstance(text, str) and isinstance(payload, str | None)
        if not fits or not isinstance(quotes, bool):
            raise ControlRefused("bad_field", "text and payload are text, quotes is true or false")
        practice.book.reply(message, Answer(text, payload, quotes))
        return {"sid": message.sid}


class WorldRoutes(Controller):
    """What is seen and what goes wrong."""

    path = "/"

    @get("/journal")
    async def journal(self, practice: Practice, since: int = 0, server: str = "") -> Json:
        """Requests and deliveries after number ``since``."""
        return {"entries": practice.journal.since(since, server)}

    @get("/state")
    async def state(self, practice: Practice) -> Json:
        """Everything that exists."""
        return _state(practice)

    @get("/faults")
    async def armed(self, practice: Practice) -> Json:
        """The armed faults."""
        return {"faults": practice.faults.as_json()}

    @post("/faults", status_code=200)
    async def arm(self, request: Asked, practice: Practice) -> Json:
        """Arm one; see ``faults.Fault``."""
        try:
            return asdict(practice.faults.add(await control_body(request)))
        except FaultRefused as error:
            raise ControlRefused("bad_fault", str(error)) from None

    @delete("/faults", status_code=204)
    async def disarm(self, practice: Practice) -> None:
        """Disarm all."""
        practice.faults.clear()

    @post("/limit", status_code=200)
    async def limit(self, request: Asked, practice: Practice) -> Json:
        """How many requests a minute an account may make, 0 is any number:
        ``{"server": "razorpay", "per_minute": 300}``."""
        body = await control_body(request)
        server = body.get("server", "razorpay")
        if server not in SERVER_TARGETS:
            raise ControlRefused(
                "bad_field", f"server must be {' or '.join(sorted(SERVER_TARGETS))}"
            )
        practice.limits.set(str(server), whole_number(body, "per_minute"))
        return practice.limits.as_json()

    @post("/webhook", status_code=200)
    async def webhook(self, request: Asked, practice: Practice) -> Json:
        """Where webhooks go: ``{"url", "secret"?, "events"?}``; an empty URL ends them.

        ``"gateway": "cashfree"``: those of Cashfree, which signs with its client secret (2.5).
        """
        body = await control_body(request)
        by_cashfree = body.get("gateway") == "cashfree"
        hook = practice.cashfree_hook if by_cashfree else practice.hook
        url, secret = body.get("url", hook.url), body.get("secret", hook.secret)
        events = body.get("events", list(hook.events))
        if not isinstance(url, str) or not isinstance(secret, str) or not _words(events):
            raise ControlRefused("bad_webhook", "url and secret are text, events a list of text")
        if url and not is_local_url(url):
            raise ControlRefused("bad_webhook", "practice speaks to this machine only")
        hook.url, hook.secret, hook.events, hook.disabled = url, secret, tuple(events), False
        if not by_cashfree:
            practice.keys.webhook_secret = secret
        return asdict(hook)

    @get("/features")
    async def features(self, practice: Practice) -> Json:
        """All switches (``settings.Features``)."""
        return practice.features.as_json()

    @post("/features", status_code=200)
    async def switch(self, request: Asked, practice: Practice) -> Json:
        """Change the named switches."""
        try:
            practice.features.change(await control_body(request))
        except ValueError as error:
            raise ControlRefused("bad_feature", str(error)) from None
        return practice.features.as_json()

    @post("/keys", status_code=200)
    async def rotate(self, request: Asked, practice: Practice) -> Json:
        """Replace credentials by name, as a rotation at the provider does."""
        body, known = await control_body(request), {f.name for f in fields(practice.keys)}
        if not set(body) <= known or not _words(list(body.values())):
            raise ControlRefused("bad_key", f"keys are texts named {', '.join(sorted(known))}")
        for name, value in body.items():
            setattr(practice.keys, name, value)
        if "webhook_secret" in body:
            practice.hook.secret = body["webhook_secret"]
        return practice.announcement()

    @post("/templates", status_code=200)
    async def templates(self, request: Asked, practice: Practice) -> Json:
        """Replace the registered templates (form of ``templates/messages.json``)."""
        try:
            rows = json.loads(await request.body())
            practice.book.templates[:] = registry.read(rows)
        except ValueError as error:
            raise ControlRefused("bad_templates", str(error)) from None
        return {"templates": [template.name for template in practice.book.templates]}


def control_router(practice: Practice) -> Router:
    """All of it below ``/control``."""
    return Router(
        path="/control",
        route_handlers=[CustomerRoutes, RazorpayMoneyRoutes, CashfreeMoneyRoutes, WorldRoutes],
        dependencies={"practice": Provide(lambda: practice, sync_to_thread=False)},
    )


def _target(body: Json, practice: Practice) -> Target:
    found = practice.target(str(body.get("collect_id", "")), str(body.get("reference", "")))
    if found is None:
        raise ControlRefused("not_found", "no link or QR code has this id or reference", 404)
    return found


async def _acted(request: Asked, practice: Practice, verb: str) -> Json:
    body = await control_body(request)
    target = _target(body, practice)
    given = {k: v for k, v in body.items() if k not in ("collect_id", "reference")}
    for name, value in given.items():
        if name not in _ATTEMPT or type(value) is not _ATTEMPT[name]:
            raise ControlRefused("bad_field", f"{name} is unknown or has the wrong type")
    return customer.act(practice, verb, target, Attempt(**given))


def _words(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _state(practice: Practice) -> Json:
    register = practice.register
    shown_links = [
        entities.link_entity(register, link, payments=entities.link_payments(register, link))
        for link in register.links.values()
    ]
    return {
        "links": shown_links,
        "qrs": [
            {**entities.hook_qr(register, qr), "upi_payload": entities.upi_payload(register, qr)}
            for qr in register.qrs.values()
        ],
        "orders": [entities.order_entity(order) for order in register.orders.values()],
        "payments": [_payment(payment) for payment in register.payments.values()],
        "refunds": [entities.refund_entity(refund) for refund in register.refunds.values()],
        "cashfree": {
            **cashfree.everything(practice.cashfree),
            "webhook": asdict(practice.cashfree_hook),
        },
        "messages": [message.as_json() for message in practice.book.messages.values()],
        "webhook": asdict(practice.hook),
        "features": practice.features.as_json(),
        "faults": practice.faults.as_json(),
        "limits": practice.limits.as_json(),
    }


def _payment(payment: Payment) -> Json:
    more = {"collect_id": payment.link_id or payment.qr_id}
    return {**entities.payment_entity(payment), **more}
