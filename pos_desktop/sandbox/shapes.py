"""Small shared words of the practice servers: JSON objects, ids, times, signatures."""

import hashlib
import hmac
import ipaddress
import secrets
import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]
"""A JSON object."""

IST = timezone(timedelta(hours=5, minutes=30))
_ALPHANUMERIC = string.ascii_letters + string.digits


def tail(length: int = 14) -> str:
    """``length`` random case-sensitive letters and digits: the end of every gateway id."""
    return "".join(secrets.choice(_ALPHANUMERIC) for _ in range(length))


def reference_number(moment: int) -> str:
    """A 12-digit UPI reference (RRN) of ``moment`` (seconds): year digit, day of year, 8 digits."""
    day = datetime.fromtimestamp(moment, IST)
    return f"{day.year % 10}{day.timetuple().tm_yday:03d}{secrets.randbelow(10**8):08d}"


def ist_text(moment: int) -> str:
    """``YYYY-MM-DD HH:mm:ss`` in IST, as SMS answers carry it (reference exotel 2.1)."""
    return datetime.fromtimestamp(moment, IST).strftime("%Y-%m-%d %H:%M:%S")


def ist_iso(milliseconds: int) -> str:
    """ISO 8601 with milliseconds and +05:30, as WhatsApp callbacks carry it (exotel 3.5)."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(IST)
    return moment.isoformat(timespec="milliseconds")


def signature(secret: str, message: bytes) -> str:
    """Lower-case hex HMAC-SHA256 (reference gateways 1.3 and 1.8)."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """True for ``localhost`` and addresses of this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_local_url(url: str) -> bool:
    """True for an http(s) URL of this machine: practice never speaks to another one."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and host is not None and is_loopback(host)
