"""The gateway's own QR picture: a short link that leads, by a few redirects, to a PNG.

Where the picture came with the answer itself (Cashfree), its address is a ``data:`` URI.
"""

import base64
import binascii
from urllib.parse import urljoin, urlsplit

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.net.http import HttpClient, Limits
from pos_desktop.net.urls import is_ip_host, is_loopback

_HOPS = 4
_DATA = "data:image/png;base64,"
_PNG = b"\x89PNG\r\n\x1a\n"
_MOVED = frozenset({301, 302, 303, 307, 308})
# A poster with logo and text, not an answer of an API.
_LIMITS = Limits(max_bytes=2 * 1024 * 1024)


def fetch_png(url: str) -> bytes:
    """The picture's bytes (reference gateways 1.4, ``image_url``; 2.3, ``qrcode``). Blocks.

    Every hop must be https to a named host; only a link that begins on this machine (practice) may
    stay on it. Raises Unavailable ``picture`` where no PNG comes back, InputError for an address
    that is not allowed.
    """
    if url.startswith(_DATA):
        return inline_png(url)
    address, practice = url, is_loopback(url)
    for _ in range(_HOPS):
        if is_loopback(address) != practice or (is_ip_host(address) and not practice):
            # A redirect must not reach what only this machine or the shop's network can.
            raise InputError("bad_url", "The picture's address is not allowed.")
        parts = urlsplit(address)
        client = HttpClient(f"{parts.scheme}://{parts.netloc}", limits=_LIMITS)
        try:
            query = f"?{parts.query}" if parts.query else ""
            answer = client.request("GET", f"{parts.path or '/'}{query}")
        finally:
            client.close()
        onward = answer.headers.get("Location")
        if answer.status in _MOVED and onward:
            address = urljoin(address, onward)
            continue
        if answer.status == 200 and answer.body.startswith(_PNG):
            return answer.body
        break
    raise _unreadable()


def inline_png(uri: str) -> bytes:
    """The bytes of ``data:image/png;base64,...``. Raises Unavailable ``picture``."""
    try:
        png = base64.b64decode(uri.removeprefix(_DATA), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable() from error
    if not uri.startswith(_DATA) or not png.startswith(_PNG):
        raise _unreadable()
    return png


def _unreadable() -> Unavailable:
    return Unavailable("picture", "The gateway's QR picture could not be read.")
