"""The templates that a tenant has registered, as ``resources/templates/README.md`` describes them.

A file that breaks a rule of registration (reference exotel 5) is refused when it is loaded, not
when a customer waits.
"""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from pos_desktop.domain.errors import InputError

_VARIABLE = re.compile(r"\{\{(\d+)\}\}")
_TAG = re.compile(r"\{#(\w+)#\}")
_TAGS = frozenset({"numeric", "alphanumeric", "url", "var"})
_SHOP = "shop"
_BODY_LIMIT = 1024
FIELDS = frozenset(
    {
        "shop",
        "token_no",
        "items",
        "total",
        "rupees",
        "paise",
        "link",
        "invoice_number",
        "invoice_series",
        "invoice_year",
        "invoice_serial",
    }
)


class MessageTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One registered text; the keys are those of the file."""

    purpose: Literal["payment_request", "receipt"]
    channel: str
    name: str
    language: str
    provider: Literal["whatsapp", "sms"]
    header: Literal["none", "image"]
    parameters: int
    fields: tuple[str, ...]
    button: Literal["none", "gateway", "page"]
    body: str
    dlt_template_id: str = ""
    sms_sender: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """The DLT tags of an SMS text in order, without the brand name's."""
        return tuple(tag for tag in _TAG.findall(self.body) if tag != _SHOP)

    def fill(self, values: tuple[str, ...], shop: str) -> str:
        """The text with its variables filled in order."""
        if self.provider == "whatsapp":
            return _VARIABLE.sub(lambda match: values[int(match[1]) - 1], self.body)
        following: Iterator[str] = iter(values)
        return _TAG.sub(lambda match: shop if match[1] == _SHOP else next(following), self.body)


class TemplateRegistry:
    """Templates by name, and by what they are for. Immutable."""

    def __init__(self, templates: tuple[MessageTemplate, ...]) -> None:
        for template in templates:
            _check(template)
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

    def find(self, purpose: str, channel: str, language: str) -> MessageTemplate:
        """The template for this use, in English where the language has none. Raises InputError."""
        found = self._by_use.get((purpose, channel, language)) or self._by_use.get(
            (purpose, channel, "en")
        )
        if found is None:
            text = f"No template is registered for {purpose} by {channel}."
            raise InputError("template_missing", text, purpose=purpose, channel=channel)
        return found


def _check(template: MessageTemplate) -> None:
    problem = _problem(template)
    if problem is not None:
        text = f"Template {template.name!r}: {problem}."
        raise InputError("template_rule", text, name=template.name)


def _problem(template: MessageTemplate) -> str | None:
    unknown = set(template.fields) - FIELDS
    if unknown:
        return f"unknown field {sorted(unknown)[0]!r}"
    if len(template.fields) != template.parameters:
        return "the number of fields is not the number of parameters"
    if template.provider == "sms":
        return _sms_problem(template)
    return _whatsapp_problem(template)


def _sms_problem(template: MessageTemplate) -> str | None:
    if len(template.tags) != template.parameters:
        return "the number of tags is not the number of parameters"
    unknown = set(template.tags) - _TAGS
    if unknown:
        return f"unknown tag {sorted(unknown)[0]!r}"
    if template.header != "none" or template.button != "none":
        return "an SMS has neither picture nor button"
    for tag, name in zip(template.tags, template.fields, strict=True):
        if (tag == "url") != (name == "link"):
            return "the link and only the link belongs to the url tag"
    if not template.dlt_template_id.isdigit():
        return "the DLT template id must be digits"
    return None


def _whatsapp_problem(template: MessageTemplate) -> str | None:
    body = template.body
    numbers = [int(number) for number in _VARIABLE.findall(body)]
    if numbers != list(range(1, template.parameters + 1)):
        return "the variables are not {{1}} to the number of parameters, in order"
    if _VARIABLE.match(body) or re.search(r"\{\{\d+\}\}\s*$", body):
        return "the text must not begin or end with a variable"
    if re.search(r"\}\}\s*\{\{", body):
        return "two variables stand side by side"
    words = len(_VARIABLE.sub(" ", body).split())
    if words < 2 * template.parameters + 1:
        return "too few fixed words for the number of variables"
    return "the text is too long" if len(body) > _BODY_LIMIT else None
