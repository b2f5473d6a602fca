"""Where a Pay button may lead: a stolen counter token must not publish a redirect elsewhere."""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

# Only what RFC 3986 allows in an address; backslashes and blanks are how parsers are fooled.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,2000}")


def may_lead_to(url: str, hosts: Collection[str], *, practice: bool) -> bool:
    """https to exactly one of ``hosts``; practice shops also to this machine, by http too."""
    if not _PLAIN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    if not host or "@" in parts.netloc:
        return False
    if practice and parts.scheme in {"http", "https"} and _is_loopback(host):
        return True
    return parts.scheme == "https" and port in {None, 443} and host in hosts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
