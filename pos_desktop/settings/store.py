"""The settings file: read strictly, written atomically, with the last good copy beside it.

JSON with the names of ``domain.options``. A mistake in it names the key and its line and never
stops the shop: the last settings that were good are used until it is mended (reliability (f) 82).
"""

import dataclasses
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import Channel, GatewayOptions, Options
from pos_desktop.domain.printer import check_printer
from pos_desktop.domain.quiet import quiet_hours
from pos_desktop.domain.upi import UpiPayment, upi_link
from pos_desktop.net.urls import base_address, split_url
from pos_desktop.settings.files import write_atomically

log = logging.getLogger(__name__)

_LARGEST = 1_048_576
_INDEX = re.compile(r"\[([0-9]{1,4})\]")
_WHERE = re.compile(r" - at `\$\.?(?P<path>[^`]*)`")

# Whole minutes and paise that the gateway and the law allow; (lowest, highest).
_GATEWAY_RANGES = {
    "link_minutes": (20, 259_200),
    "screen_qr_minutes": (2, 120),
    "message_qr_minutes": (2, 120),
    "share_and_pay_cap": (0, 10_000_000),
    "remote_link_minutes": (20, 24 * 60),
}
_RANGES = {
    "counter.number": (1, 999),
    "counter.epoch": (0, 2**31),
    "shop.hsn_digits": (0, 8),
    # UPI moves at most one lakh at once for an ordinary shop (gateways 4.3).
    "own_upi.outage_limit": (0, 10_000_000),
}
_ADDRESSES = ("exotel.base_url", "relay.base_url", "relay.public_url")
_GATEWAYS = ("razorpay", "cashfree")
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_CATEGORY = re.compile(r"[0-9]{4}|")
_OWN_UPI_FAULTS = {
    "vpa_invalid": ("own_upi.vpa", "is not a UPI address; it looks like name@bank"),
    "payee_name_empty": ("own_upi.payee", "must say whom customers pay: the shop's name"),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and where they are from; ``problem`` says what is wrong with the file."""

    options: Options
    source: Literal["file", "last_good", "default"]
    problem: InputError | None = None


class OptionsFile:
    """One settings file. Blocks on the disk; safe to call from one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._good = path.with_name(f"{path.name}.good")

    def load(self) -> Loaded:
        """The settings to start with; never raises for what is in the file."""
        if not self.path.exists() and not self._good.exists():
            return Loaded(Options(), "default")
        try:
            options = self.read()
        except InputError as problem:
            return self._last_good(problem)
        self._remember()
        return Loaded(options, "file")

    def read(self) -> Options:
        """The settings in the file. Raises InputError that names what is wrong."""
        return parse_options(_content(self.path))

    def save(self, options: Options) -> None:
        """Check and write. Raises InputError (nothing is written) or OSError."""
        check_options(options)
        raw = msgspec.json.format(msgspec.json.encode(options), indent=1) + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, raw)
        write_atomically(self._good, raw)

    def keep_channel(self, channel: Channel) -> bool:
        """Write another channel beside whatever else stands in the file; False where that cannot
        be done: a file with a mistake is the owner's to mend, and is not written over."""
        try:
            self.save(dataclasses.replace(self.read(), channel=channel))
        except (InputError, OSError) as error:
            log.warning("the channel could not be written into the settings: %s", error)
            return False
        return True

    def _last_good(self, problem: InputError) -> Loaded:
        try:
            return Loaded(parse_options(_content(self._good)), "last_good", problem)
        except InputError:
            return Loaded(Options(), "default", problem)

    def _remember(self) -> None:
        try:
            raw = self.path.read_bytes()
            if not self._good.exists() or self._good.read_bytes() != raw:
                write_atomically(self._good, raw)
        except OSError as error:
            # The settings themselves are good; without a copy the next mistake falls to defaults.
            log.warning("no copy of the settings could be kept: %s", error.strerror)


def parse_options(raw: bytes) -> Options:
    """Settings from JSON. Raises InputError ``settings_...`` with ``key`` and ``line``."""
    text = _text(raw)
    try:
        plain = json.loads(text, object_pairs_hook=lambda pairs: _object(text, pairs))
    except json.JSONDecodeError as error:
        message = f"Line {error.lineno} of the settings is not JSON: {error.msg}."
        raise InputError("settings_json", message, line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise InputError("settings_json", "The settings cannot be understood.") from error
    _refuse_unknown(text, plain, Options, "")
    try:
        options = msgspec.convert(plain, Options)
    except msgspec.ValidationError as error:
        raise _wrong_type(text, str(error)) from error
    check_options(options, text)
    return options


def check_options(options: Options, text: str = "") -> None:
    """Ranges and addresses. Raises InputError ``settings_value`` that names the key."""
    for key, limits in _RANGES.items():
        _check_range(text, key, _at(options, key), limits)
    for key in _ADDRESSES:
        _check_address(text, key, _at(options, key))
    _check_gateways(text, options)
    _check_own_upi(text, options)
    _check_logo(text, options.shop.logo)
    _check_quiet(text, options.messages_quiet)
    _check_printer(text, options)
    callback = options.exotel.callback_url
    if callback:
        try:
            split_url(callback.replace("{channel}", "sms").replace("{secret}", "s"))
        except InputError as error:
            raise _wrong(text, "exotel.callback_url", str(error)) from error
        if "{channel}" not in callback:
            raise _wrong(text, "exotel.callback_url", "must contain {channel}")


def _check_range(text: str, key: str, value: int, limits: tuple[int, int]) -> None:
    lowest, highest = limits
    if not lowest <= value <= highest:
        raise _wrong(text, key, f"must be between {lowest} and {highest}")


def _check_address(text: str, key: str, address: str) -> None:
    if address:
        try:
            base_address(address)
        except InputError as error:
            raise _wrong(text, key, str(error)) from error


def _check_gateways(text: str, options: Options) -> None:
    """The present gateway and former ones, whose old bills are still watched: one of each name."""
    present: list[tuple[str, GatewayOptions]] = [("gateway", options.gateway)]
    former = [(f"former_gateways[{n}]", each) for n, each in enumerate(options.former_gateways)]
    seen: set[str] = set()
    for path, gateway in present + former:
        if gateway.name not in _GATEWAYS:
            raise _wrong(text, f"{path}.name", f"must be {' or '.join(_GATEWAYS)}")
        if gateway.name in seen:
            raise _wrong(text, f"{path}.name", f"stands there twice: {gateway.name}")
        seen.add(gateway.name)
        _check_address(text, f"{path}.base_url", gateway.base_url)
        if gateway.name != _GATEWAYS[0] and gateway.base_url == GatewayOptions().base_url:
            raise _wrong(text, f"{path}.base_url", f"must be the address of {gateway.name}")
        for name, limits in _GATEWAY_RANGES.items():
            _check_range(text, f"{path}.{name}", getattr(gateway, name), limits)


def _check_own_upi(text: str, options: Options) -> None:
    own = options.own_upi
    if not _CATEGORY.fullmatch(own.category):
        raise _wrong(text, "own_upi.category", "must be the four digits that the bank gave")
    if own.vpa:
        try:
            upi_link(UpiPayment(own.vpa, own.payee))
        except InputError as error:
            key, what = _OWN_UPI_FAULTS[error.code]
            raise _wrong(text, key, what) from error


def _check_quiet(text: str, hours: str) -> None:
    try:
        quiet_hours(hours)
    except InputError as error:
        what = 'must look like 21:00-08:00, or be "" for none'
        raise _wrong(text, "messages_quiet", what) from error


def _check_printer(text: str, options: Options) -> None:
    try:
        check_printer(options.printer, options.paper)
    except InputError as error:
        key = "paper" if error.code == "printer_paper" else "printer.address"
        raise _wrong(text, key, str(error)) from error


def _check_logo(text: str, logo: str) -> None:
    """The file itself is looked at when pages are made: the shop opens without it too."""
    if logo and not (Path(logo).is_absolute() and logo.lower().endswith(_PICTURES)):
        raise _wrong(text, "shop.logo", "must be the whole path of a PNG, JPEG or WebP picture")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        text = f"The settings {path} cannot be read: {error.strerror}."
        raise InputError("settings_unreadable", text) from error
    if len(raw) > _LARGEST:
        raise InputError("settings_large", "The settings file is larger than 1 MB.")
    return raw


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")  # Notepad puts a mark in front
    except UnicodeDecodeError as error:
        raise InputError("settings_json", "The settings are not UTF-8 text.") from error


def _object(text: str, pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _wrong(text, key, "stands there twice")
        found[key] = value
    return found


def _refuse_unknown(text: str, value: object, shape: type[Any], path: str) -> None:
    if not (isinstance(value, dict) and dataclasses.is_dataclass(shape)):
        return  # msgspec names the wrong type
    hints = get_type_hints(shape)
    known = {field.name for field in dataclasses.fields(shape)}
    for key, inner in value.items():
        full = f"{path}.{key}" if path else key
        if key not in known:
            raise _wrong(text, full, "is not a setting")
        if dataclasses.is_dataclass(hints[key]):
            _refuse_unknown(text, inner, hints[key], full)
        elif get_origin(hints[key]) is tuple and isinstance(inner, list):
            shape = get_args(hints[key])[0]
            for number, each in enumerate(inner):
                _refuse_unknown(text, each, shape, f"{full}[{number}]")


def _wrong_type(text: str, message: str) -> InputError:
    where = _WHERE.search(message)
    key = where["path"] if where else ""
    return _wrong(text, key, f"is wrong: {_WHERE.sub('', message)}")


def _wrong(text: str, key: str, what: str) -> InputError:
    line = _line_of(text, key)
    place = f" (line {line})" if line else ""
    return InputError("settings_value", f"Setting {key}{place} {what}.", key=key, line=line)


def _line_of(text: str, key: str) -> int | None:
    """The line of the last occurrence below its parents, good enough to point at."""
    position = 0
    # An index at the end is one of plain values, which no brace begins.
    for part in re.split(r"\.|(?=\[)", re.sub(rf"{_INDEX.pattern}$", "", key)):
        index = _INDEX.fullmatch(part)
        for wanted in ["{"] * (int(index[1]) + 1) if index else [f'"{part}"']:
            found = text.find(wanted, position + 1)
            if found < 0:
                return _line_at(text, position)
            position = found
    return _line_at(text, position)


def _line_at(text: str, position: int) -> int | None:
    return text.count("\n", 0, position) + 1 if position else None


def _at(options: Options, key: str) -> Any:  # noqa: ANN401 - the tables above name typed fields
    section, name = key.split(".")
    return getattr(getattr(options, section), name)
