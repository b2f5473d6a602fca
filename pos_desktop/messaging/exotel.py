"""Exotel: one SMS or one WhatsApp template message at a time (reference exotel 9, client).

A send is written to the wire at most once; whatever is in doubt stays :class:`Unknown`.
"""

import logging

from pos_desktop.domain.delivery import DeliverySeen, Message
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.options import ExotelOptions
from pos_desktop.domain.sale import Channel
from pos_desktop.messaging import exotel_wire as wire
from pos_desktop.messaging.registry import MessageTemplate, TemplateRegistry
from pos_desktop.net.http import HttpAnswer, HttpClient, NotWritten, OutcomeUnknown
from pos_desktop.net.urls import segment
from pos_desktop.ports import NotSent, Rejected, SendResult, Unknown

log = logging.getLogger(__name__)

_SETUP = frozenset({401, 402, 403})
_SOON = 4.0


class ExotelMessenger:
    """``ports.Messenger``. ``http`` carries base address and Basic auth (key, token)."""

    def __init__(
        self,
        http: HttpClient,
        options: ExotelOptions,
        templates: TemplateRegistry,
        channel: Channel | None = None,
    ) -> None:
        self._http = http
        self._options = options
        self._templates = templates
        by_whatsapp = bool(options.whatsapp_from)
        self._by_sms = channel is Channel.SMS_LINK if channel is not None else not by_whatsapp

    def send(self, message: Message) -> SendResult:
        """Hand over one composed message. Raises nothing; see the classes of results.

        Rejected before the wire: ``template_gone``, ``template_changed``, ``other_channel``,
        ``sms_with_media``.
        """
        template = self._templates.named(message.template)
        if template is None:
            return _unsent(message, "template_gone")
        barred = _barred(message, template)
        if barred is not None:
            return _unsent(message, barred)
        try:
            result = self._send(message, template)
        except NotWritten as error:
            result = NotSent(_SOON, str(error))
        except OutcomeUnknown as error:
            result = Unknown(str(error))
        log.info("message %s by %s: %s", message.message_id, message.channel, _outcome(result))
        return result

    def _send(self, message: Message, template: MessageTemplate) -> SendResult:
        account = segment(self._options.account_sid)
        if template.provider == "sms":
            # The bare path would answer in XML; the body is a form in both cases.
            path = f"/v1/Accounts/{account}/Sms/send.json"
            form = wire.sms_form(message, template, self._options)
            return wire.sms_result(self._http.request("POST", path, form=form))
        path = f"/v2/accounts/{account}/messages"
        body = wire.whatsapp_body(message, template, self._options)
        return wire.whatsapp_result(self._http.request("POST", path, json=body))

    def renew(self, options: ExotelOptions) -> None:
        """From now on with these: the address for reports has a new secret."""
        self._options = options

    def poll(self, sid: str) -> DeliverySeen | None:
        """Ask about an SMS; None where Exotel has no answer (a WhatsApp id among them)."""
        answer = self._http.request("GET", self._details(sid))
        if answer.status == 404:
            return None
        self._require_service(answer)
        return wire.sms_seen(sid, answer)

    def ping(self) -> None:
        """Ask for something cheap of the channel in use; "not found" is an answer, too."""
        account = segment(self._options.account_sid)
        path = f"/v2/accounts/{account}/templates?limit=1"
        answer = self._http.request("GET", self._details("ping") if self._by_sms else path)
        if answer.status not in (400, 404, 429):
            self._require_service(answer)

    def _details(self, sid: str) -> str:
        account = segment(self._options.account_sid)
        return f"/v1/Accounts/{account}/SMS/Messages/{segment(sid)}.json"

    @staticmethod
    def _require_service(answer: HttpAnswer) -> None:
        if answer.status in _SETUP:
            text = wire.refusal_code(answer.status)
            raise Unavailable("exotel_setup", text, status=answer.status)
        if not answer.ok:
            raise Unavailable("exotel_down", "Exotel does not answer.", status=answer.status)


def _unsent(message: Message, why: str) -> Rejected:
    log.warning("message %s is not sent: %s", message.message_id, why)
    return Rejected(0, None, why)


def _barred(message: Message, template: MessageTemplate) -> str | None:
    """Why this message must not reach the wire; None where nothing is wrong.

    What was composed is looked at once more: the shop's registry may be another one by now, and
    Exotel accepts what the operators then stop.
    """
    if template.provider != message.channel:
        return "other_channel"
    if message.channel == "sms" and message.media_url is not None:
        return "sms_with_media"
    return None if template.still_says(message) else "template_changed"


def _outcome(result: SendResult) -> str:
    match result:
        case Rejected(status, code, _, _):
            return f"rejected {status} {code or ''}".strip()
        case _:
            return type(result).__name__.lower()
