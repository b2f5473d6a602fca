"""Messages of the practice Exotel and how they travel."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import httpx

from pos_desktop.sandbox.courier import Courier, Parcel
from pos_desktop.sandbox.exotel import callbacks
from pos_desktop.sandbox.exotel.outcomes import (
    MEDIA_DOWNLOAD_ERROR,
    Step,
    sms_way,
    whatsapp_way,
)
from pos_desktop.sandbox.exotel.registry import Template
from pos_desktop.sandbox.settings import Features, Keys
from pos_desktop.sandbox.shapes import Json, is_local_url

_LARGEST_IMAGE = 5 * 1024 * 1024
_IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_DOCUMENTS = {"application/pdf": b"%PDF-"}


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Sent:
    """One accepted message. ``to`` is E.164; ``fate``: accepted, sent, delivered, read, failed."""

    sid: str
    channel: str
    to: str
    sender: str
    body: str
    label: str | None
    callback_url: str
    step: Step
    created_at: int
    updated_at: int
    callback_json: bool = True
    template: str = ""
    language: str = ""
    parameters: tuple[str, ...] = ()
    media_url: str | None = None
    media: Json | None = None
    suffix: str | None = None
    url: str | None = None
    dlt_template_id: str = ""
    units: int = 0
    plain_echo: bool = False

    def as_json(self) -> Json:
        """For ``/control/state``."""
        left_out = {"step", "callback_json", "plain_echo"}
        shown = {name: getattr(self, name) for name in self.__slots__ if name not in left_out}
        step = self.step
        more = {"status": step.status, "code": step.code, "detail": step.name, "fate": step.fate}
        return {**shown, **more}


@dataclass(slots=True)
class Book:
    """Everything accepted in this run."""

    keys: Keys
    features: Features
    courier: Courier
    templates: list[Template]
    origin: str
    now: Callable[[], int] = _milliseconds
    messages: dict[str, Sent] = field(default_factory=dict)

    def accept_sms(self, message: Sent, judged: int | None) -> None:
        """Keep an SMS and let it travel; one callback at its end (2.5)."""
        self.messages[message.sid] = message
        self.courier.spawn(self._travel_sms(message, sms_way(message.to, judged)))

    def accept_whatsapp(self, message: Sent, judged: int | None) -> None:
        """Keep a WhatsApp message and let it travel; a callback for every step (3.5)."""
        self.messages[message.sid] = message
        self.courier.spawn(self._travel_whatsapp(message, judged))

    def reply(self, message: Sent, answer: callbacks.Answer) -> None:
        """The customer answers: an incoming message at the same callback URL."""
        content = answer.content(message.sid)
        body = callbacks.incoming(message.to, message.sender, content, self.now())
        self._post(message, "icm", json.dumps(body).encode(), "application/json")

    async def _travel_sms(self, message: Sent, way: tuple[Step, ...]) -> None:
        for step in way:
            await asyncio.sleep(self.features.pace_ms / 1000)
            message.step, message.updated_at = step, self.now()
        if not message.callback_url:
            return
        fields = callbacks.sms_report(message.sid, message.to, message.step, self.features)
        fields |= callbacks.sms_extras(message.label, message.units, self.now(), self.features)
        if message.callback_json:
            self._post(message, message.step.name, json.dumps(fields).encode(), "application/json")
        else:
            form = urlencode(fields).encode()
            self._post(message, message.step.name, form, "application/x-www-form-urlencoded")

    async def _travel_whatsapp(self, message: Sent, judged: int | None) -> None:
        if judged is None and message.media_url is not None:
            message.media = await self._fetch(message.media_url)
            if not message.media["ok"]:
                judged = MEDIA_DOWNLOAD_ERROR
        reports: list[Json] = []
        for step in whatsapp_way(message.to, judged):
            await asyncio.sleep(self.features.pace_ms / 1000)
            message.step, message.updated_at = step, self.now()
            report = callbacks.whatsapp_report(
                message.sid, message.to, step, message.label, self.now(), self.features
            )
            reports.append(report)
            if not self.features.callback_batch:
                self._report(message, [report])
        if self.features.callback_batch:
            self._report(message, reports)

    def _report(self, message: Sent, reports: list[Json]) -> None:
        body = json.dumps({"whatsapp": {"messages": reports}}).encode()
        self._post(message, message.step.name, body, "application/json")

    def _post(self, message: Sent, event: str, body: bytes, content_type: str) -> None:
        if not is_local_url(message.callback_url):
            return
        parcel = Parcel(
            target="callbacks",
            event=event,
            url=message.callback_url,
            body=body,
            headers={"Content-Type": content_type, "User-Agent": "Exotel-Practice"},
            timeout=10.0,
            first_pause=self.features.retry_ms / 1000,
            retries=self.features.callback_retries,
            taken=lambda status: status == 200,
        )
        self.courier.send(parcel)

    async def _fetch(self, url: str) -> Json:
        """Get a header picture as WhatsApp does: known type, at most one redirect (3.1)."""
        seen: Json = {"url": url, "status": None, "type": "", "size": 0, "ok": False, "note": ""}
        if not is_local_url(url):
            return {**seen, "note": "practice fetches from this machine only"}
        try:
            answer = await self.courier.fetch(url, 10.0)
            if answer.is_redirect:
                onward = urljoin(url, answer.headers.get("location", ""))
                if not is_local_url(onward):
                    return {**seen, "note": "redirects off this machine"}
                answer = await self.courier.fetch(onward, 10.0)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return {**seen, "note": type(error).__name__}
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        mark = {**_IMAGES, **_DOCUMENTS}.get(kind)
        good = mark is not None and answer.content.startswith(mark)
        small = len(answer.content) <= _LARGEST_IMAGE
        seen |= {"status": answer.status_code, "type": kind, "size": len(answer.content)}
        return {**seen, "ok": answer.status_code == 200 and good and small}


def button_url(book: Book, template: Template, suffix: str | None, callback_url: str) -> str | None:
    """The whole address behind the URL button, as far as practice can know it.

    A page lies below ``/i/`` of the relay: at ``page_base`` when it is set, else at the origin of
    the callback URL.
    """
    if suffix is None or template.button == "none":
        return None
    if template.button == "gateway":
        return f"{book.origin}/{suffix}"
    parts = urlsplit(callback_url)
    callback_origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
    base = (book.features.page_base or callback_origin).rstrip("/")
    return f"{base}/i/{suffix}" if base else None
