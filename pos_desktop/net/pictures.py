"""The gateway's own QR picture: a short link that leads, by a few redirects, to a PNG."""

from urllib.parse import urljoin, urlsplit

from pos_desktop.domain.errors import Unavailable
from pos_desktop.net.http import HttpClient

_HOPS = 4
_PNG = b"\x89PNG\r\n\x1a\n"
_MOVED = frozenset({301, 302, 303, 307, 308})


def fetch_png(url: str) -> bytes:
    """The picture's bytes (reference gateways 1.4, ``image_url``). Blocks.

    Every hop must be https (or this machine), with the usual limits on time and size. Raises
    Unavailable ``picture`` where no PNG comes back, InputError for an address that is not allowed.
    """
    address = url
    for _ in range(_HOPS):
        parts = urlsplit(address)
        client = HttpClient(f"{parts.scheme}://{parts.netloc}")
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
    raise Unavailable("picture", "The gateway's QR picture could not be read.")
