"""The registered templates and the checks that Meta and the DLT operators make against them."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pos_desktop import assets
from pos_desktop.sandbox.shapes import Json, is_loopback

TEMPLATE_ERROR, PARAM_ERROR, NOT_FOUND, TOO_LONG = 30022, 30023, 30024, 30025
DLT_ENTITY_NOT_FOUND, DLT_TEMPLATE_NOT_FOUND = 23281, 23182
DLT_DOES_NOT_MATCH, DLT_LENGTH_EXCEEDED, DLT_SCRUBBING_ERROR = 23185, 23186, 23083

LONGEST_BODY = 1024
LONGEST_VALUES = {"v": 30, "a": 40}
LONGEST_LINK = 50
_TAG = re.compile(r"\{#(\w+)#\}")
_PATTERNS = {
    "numeric": r"(?P<v{n}>\d+)",
    "alphanumeric": r"(?P<a{n}>[A-Za-z0-9 ]+)",
    "cbn": r"(?P<v{n}>\+?\d+)",
    "email": r"(?P<a{n}>[^\s@]+@[^\s@]+)",
    "url": r"(?P<u{n}>\S+)",
    "urlott": r"(?P<u{n}>\S+)",
    "var": r"(?P<v{n}>.+?)",
    "shop": r"(?P<s{n}>.{{1,60}}?)",
}


@dataclass(frozen=True, slots=True)
class Template:
    """One registered text (``resources/templates/README.md``)."""

    name: str
    language: str
    provider: str
    header: str
    parameters: int
    button: str
    body: str
    dlt_template_id: str
    sms_sender: str
    header_field: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What a WhatsApp template message carries, as far as it could be read."""

    name: str = ""
    language: str = ""
    parameters: tuple[str, ...] = ()
    media_url: str | None = None
    suffix: str | None = None


def shipped() -> list[Template]:
    """The templates of ``templates/messages.json``. Raises FileNotFoundError."""
    return read(json.loads(assets.path("templates/messages.json").read_text("utf-8")))


def read(rows: object) -> list[Template]:
    """Templates from parsed JSON. Raises ValueError where a row has not the right form."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("templates must be a list of objects")
    return [_template(row) for row in rows]


def _template(row: Json) -> Template:
    values = {name: row.get(name) for name in Template.__slots__}
    values["header_field"] = row.get("header_field", "")
    count = values.pop("parameters")
    if type(count) is not int or not all(isinstance(v, str) for v in values.values()):
        raise ValueError(f"template {row.get('name')!r} has a missing or wrong field")
    return Template(parameters=count, **{k: str(v) for k, v in values.items()})


def read_filled(template: Json) -> Filled:
    """Read a ``template`` object without judging it."""
    media = suffix = None
    values: tuple[str, ...] = ()
    for part in _components(template):
        kind, given = str(part.get("type", "")).lower(), _parameters(part)
        if kind == "header" and given:
            image = given[0].get(str(given[0].get("type", "")).lower())
            media = image.get("link") if isinstance(image, dict) else None
        elif kind == "body":
            values = tuple(str(p.get("text", "")) for p in given)
        elif kind == "button" and given:
            suffix = str(given[0].get("text", ""))
    language = template.get("language")
    code = language.get("code", "") if isinstance(language, dict) else ""
    return Filled(str(template.get("name", "")), str(code), values, media, suffix)


def judge_whatsapp(known: list[Template], template: Json) -> int | None:
    """The failure code Meta would give this ``template`` object, None if it is right (3.1, 3.6)."""
    filled = read_filled(template)
    matching = [t for t in known if t.provider == "whatsapp" and t.name == filled.name]
    approved = next((t for t in matching if t.language == filled.language), None)
    if approved is None:
        return NOT_FOUND
    parts = {str(part.get("type", "")).lower(): part for part in _components(template)}
    if not _header_fits(approved, parts.get("header"), filled):
        return PARAM_ERROR
    if not _body_fits(approved, parts.get("body")) or not _button_fits(
        approved, parts.get("button")
    ):
        return PARAM_ERROR
    if not all(_clean(value) for value in filled.parameters):
        return TEMPLATE_ERROR
    return TOO_LONG if len(render(approved, filled.parameters)) > LONGEST_BODY else None


def render(template: Template, values: tuple[str, ...]) -> str:
    """The text that the customer reads."""
    text = template.body
    for number, value in enumerate(values, 1):
        text = text.replace("{{%d}}" % number, value)  # noqa: UP031 - braces are the placeholder
    return text


def judge_sms(known: list[Template], form: dict[str, str], entity: str) -> int | None:
    """The failure code the DLT operators would give this SMS, None if it passes (2.4, 5)."""
    if form.get("DltEntityId", entity) != entity:
        return DLT_ENTITY_NOT_FOUND
    candidates = [t for t in known if t.provider == "sms"]
    wanted = form.get("DltTemplateId")
    if wanted:
        candidates = [t for t in candidates if t.dlt_template_id == wanted]
        if not candidates:
            return DLT_TEMPLATE_NOT_FOUND
    for template in candidates:
        match = _sms_pattern(template.body).fullmatch(form["Body"])
        if match is not None:
            return _judge_values(match.groupdict())
    return DLT_DOES_NOT_MATCH


def sender_of(known: list[Template], dlt_template_id: str) -> str | None:
    """The header a DLT template belongs to, None for an unknown one."""
    sms = (t for t in known if t.provider == "sms")
    return next((t.sms_sender for t in sms if t.dlt_template_id == dlt_template_id), None)


def _sms_pattern(body: str) -> re.Pattern[str]:
    parts, last = [], 0
    for number, tag in enumerate(_TAG.finditer(body)):
        pattern = _PATTERNS.get(tag[1], _PATTERNS["var"])
        parts += [re.escape(body[last : tag.start()]), pattern.format(n=number)]
        last = tag.end()
    return re.compile("".join([*parts, re.escape(body[last:])]))


def _judge_values(values: dict[str, str]) -> int | None:
    for name, value in values.items():
        if len(value) > LONGEST_VALUES.get(name[0], len(value)):
            return DLT_LENGTH_EXCEEDED
        if name.startswith("u"):
            if len(value) > LONGEST_LINK:
                return DLT_LENGTH_EXCEEDED
            if not _whitelisted(value):
                return DLT_SCRUBBING_ERROR
    return None


def _whitelisted(url: str) -> bool:
    """A dynamic link ``https://host/i?token``; plain http and IPs only on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    local = is_loopback(host)
    named = parts.scheme == "https" and any(c.isalpha() for c in host)
    return (local or named) and parts.path.endswith("/i") and bool(parts.query)


def _components(template: Json) -> list[Json]:
    parts = template.get("components")
    return [p for p in parts if isinstance(p, dict)] if isinstance(parts, list) else []


def _parameters(part: Json) -> list[Json]:
    given = part.get("parameters")
    return [p for p in given if isinstance(p, dict)] if isinstance(given, list) else []


def _header_fits(approved: Template, part: Json | None, filled: Filled) -> bool:
    plain = approved.header == "text" and not approved.header_field
    if approved.header == "none" or plain:
        return part is None
    given = _parameters(part or {})
    if approved.header == "text":
        return len(given) == 1 and isinstance(given[0].get("text"), str)
    return (
        len(given) == 1
        and str(given[0].get("type", "")).lower() == approved.header
        and isinstance(filled.media_url, str)
    )


def _body_fits(approved: Template, part: Json | None) -> bool:
    given = _parameters(part or {})
    texts = [p for p in given if str(p.get("type", "")).lower() == "text"]
    return len(given) == len(texts) == approved.parameters and all(
        isinstance(p.get("text"), str) for p in texts
    )


def _button_fits(approved: Template, part: Json | None) -> bool:
    if approved.button == "none":
        return part is None
    given = _parameters(part or {})
    if part is None or len(given) != 1 or part.get("index") != "0":
        return False
    suffix = given[0].get("text")
    return (
        str(part.get("sub_type", "")).lower() == "url"
        and isinstance(suffix, str)
        and bool(suffix)
        and not any(c.isspace() for c in suffix)
    )


def _clean(value: str) -> bool:
    """Not empty, no newline or tab, at most four spaces in a row (5)."""
    return bool(value.strip()) and not re.search(r"[\n\r\t]| {5}", value)
