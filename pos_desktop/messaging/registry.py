"""The templates that a tenant has registered, as ``resources/templates/README.md`` describes them.

A file that breaks a rule of registration (reference exotel 5) is refused when it is loaded, not
when a customer waits.
"""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from pos_desktop.domain.delivery import Message
from pos_desktop.domain.errors import InputError
from pos_desktop.messaging.registration import SHOP, TAG, VARIABLE, problem

LONGEST_BRAND = 60
"""Signs of the shop's name in an SMS: it is part of the registered text."""


class MessageTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One registered text; the keys are those of the file."""

    purpose: Literal["payment_request", "receipt", "refund_note", "resend"]
    channel: str
    name: str
    language: str
    provider: Literal["whatsapp", "sms"]
    header: Literal["none", "text", "image", "document"]
    parameters: int
    fields: tuple[str, ...]
    button: Literal["none", "gateway", "page"]
    body: str
    header_text: str = ""
    header_field: str = ""
    dlt_template_id: str = ""
    dlt_entity_id: str = ""
    sms_sender: str = ""
    brand: str = ""
    url_prefixes: tuple[str, ...] = ()

    @property
    def tags(self) -> tuple[str, ...]:
        """The DLT tags of an SMS text in order, without the brand name's."""
        return tuple(tag for tag in TAG.findall(self.body) if tag != SHOP)

    @property
    def has_media(self) -> bool:
        """Whether its header is a file that WhatsApp fetches."""
        return self.header in ("image", "document")

    def fill(self, values: tuple[str, ...], shop: str) -> str:
        """The text with its variables filled in order."""
        if self.provider == "whatsapp":
            return VARIABLE.sub(lambda match: values[int(match[1]) - 1], self.body)
        following: Iterator[str] = iter(values)
        return TAG.sub(lambda match: shop if match[1] == SHOP else next(following), self.body)

    def allows(self, url: str) -> bool:
        """Whether ``url`` begins with one of the registered addresses and goes on after it."""
        return any(url.startswith(known) and url != known for known in self.url_prefixes)

    def still_says(self, message: Message) -> bool:
        """Whether ``message`` is this template filled: the registry may have changed since it was
        composed, and the operators stop what differs by one letter."""
        if len(message.parameters) != self.parameters + bool(self.header_field):
            return False
        if (message.media_url is not None) != self.has_media:
            return False
        if (message.url_suffix is not None) != (self.button != "none"):
            return False
        body = message.body or ""
        if self.provider == "whatsapp":
            return body == self.fill(message.parameters, "")
        if self.url_prefixes and not self.allows(message.url or ""):
            return False
        return self._pattern(message.parameters).fullmatch(body) is not None

    def _pattern(self, values: tuple[str, ...]) -> re.Pattern[str]:
        following, parts, last = iter(values), [], 0
        shop = re.escape(self.brand) if self.brand else f".{{1,{LONGEST_BRAND}}}"
        for found in TAG.finditer(self.body):
            parts.append(re.escape(self.body[last : found.start()]))
            parts.append(shop if found[1] == SHOP else re.escape(next(following)))
            last = found.end()
        return re.compile("".join([*parts, re.escape(self.body[last:])]))


class TemplateRegistry:
    """Templates by name, and by what they are for. Immutable."""

    def __init__(self, templates: tuple[MessageTemplate, ...]) -> None:
        for template in templates:
            _check(template)
        self.templates = templates
        self._by_name = {template.name: template for template in templates}
        if len(self._by_name) != len(templates):
            raise InputError("template_twice", "Two templates have the same name.")
        self._by_use: dict[tuple[str, str, str], MessageTemplate] = {
            (t.purpose, t.channel, t.language): t for t in templates
        }

    @classmethod
    def load(cls, raw: bytes) -> "TemplateRegistry":
        """Read a ``messages.json``. Raises InputError that names what is wrong."""
        try:
            rows = msgspec.json.decode(raw, type=tuple[MessageTemplate, ...])
        except (msgspec.DecodeError, RecursionError) as error:
            raise InputError("template_file", f"The template file is wrong: {error}") from error
        return cls(rows)

    def named(self, name: str) -> MessageTemplate | None:
        """The template with this name."""
        return self._by_name.get(name)

    def look(self, purpose: str, channel: str, language: str) -> MessageTemplate | None:
        """The template for this use, in English where the language has none; None without one."""
        return self._by_use.get((purpose, channel, language)) or self._by_use.get(
            (purpose, channel, "en")
        )

    def find(self, purpose: str, channel: str, language: str) -> MessageTemplate:
        """As ``look``; raises InputError ``template_missing``."""
        found = self.look(purpose, channel, language)
        if found is None:
            raise InputError("template_missing", purpose=purpose, channel=channel)
        return found


def _check(template: MessageTemplate) -> None:
    found = problem(template)
    if found is not None:
        text = f"Template {template.name!r}: {found}."
        raise InputError("template_rule", text, name=template.name)
