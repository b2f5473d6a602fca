"""Small rules about addresses: which are loopback, which may be called, how a path is built."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, quote, urlencode, urlsplit

from pos_desktop.domain.errors import InputError


def split_url(url: str) -> SplitResult:
    """The parts of an absolute http(s) address without user name. Raises InputError."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError("bad_url", "The address cannot be read.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise InputError("bad_url", "The address must begin with https:// and name a host.")
    if parts.username is not None or parts.password is not None:
        raise InputError("bad_url", "The address must not carry a user name or password.")
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in url):
        raise InputError("bad_url", "The address must not contain spaces or control signs.")
    return parts


def is_loopback(url: str) -> bool:
    """Whether ``url`` leads to this machine (practice servers); False where it cannot be read."""
    try:
        host = split_url(url).hostname or ""
    except InputError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_ip_host(url: str) -> bool:
    """Whether the host of ``url`` is a bare IP address (DLT refuses such links)."""
    try:
        ipaddress.ip_address(split_url(url).hostname or "")
    except (InputError, ValueError):
        return False
    return True


def base_address(url: str) -> str:
    """``url`` as a base to which a path is added: https, or http on this machine.

    Raises InputError: plain http, user name, query and fragment are refused (reliability (e)).
    """
    parts = split_url(url)
    if parts.scheme != "https" and not is_loopback(url):
        raise InputError("insecure_url", "The address must begin with https://.")
    if parts.query or parts.fragment:
        raise InputError("bad_url", "The address must not carry a query.")
    return url.rstrip("/")


def segment(text: str) -> str:
    """One path segment with every special sign escaped, dots included where they would climb."""
    return quote(text, safe="") if text.strip(".") else quote(text, safe="").replace(".", "%2E")


def with_query(path: str, query: Mapping[str, str | int]) -> str:
    """``path`` and its query; spaces become ``%20``."""
    return f"{path}?{urlencode(query, quote_via=quote)}" if query else path
