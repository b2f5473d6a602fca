"""Every route that takes a body, with a body that it accepts; and plain sockets to knock with."""

import json
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pysqlite3 import dbapi2
from sqlalchemy import update

from pos_desktop.wire import enrolment, seal
from pos_relay.codes import code_halves
from pos_relay.store.tables import devices, metadata
from tests.relay.samples import BILL, PDF
from tests.relay.support import OPERATOR, Relay, Shop, Till, batch, chain, enrol_body
from tests.relay.test_hooks import LINK_PAID, sign
from tests.relay.test_pages import PNG, new_token

JSON = {"content-type": "application/json"}
# These take no body: what is sent with them is not read.
BODILESS = {
    "/v1/pages/{page_id}/revoke",
    "/v1/pictures/{page_id}/close",
    "/v1/operator/counters/{device}/revoke",
    "/v1/operator/tenants/{tenant}/callback",
    "/v1/store/counters/{device}/revoke",
}


@dataclass(frozen=True)
class Door:
    """One route: ``pattern`` as the OpenAPI names it, and a request that it accepts."""

    method: str
    pattern: str
    path: str
    headers: dict[str, str]
    body: bytes

    def signed(self, body: bytes) -> dict[str, str]:
        """Headers for another body: a hook's signature must fit, or the body is never read."""
        if self.pattern.startswith("/hook/"):
            return {**self.headers, "x-razorpay-signature": sign(body)}
        return self.headers


def doors(relay: Relay, shop: Shop, till: Till) -> Iterator[Door]:
    """Fresh requests, each for the first time."""
    page, picture = new_token(), new_token()
    counter = {**JSON, **till.headers}
    operator = {**JSON, "authorization": f"Bearer {OPERATOR}"}
    push = {
        "revision": 1,
        "content": seal.encode(seal.seal(page, seal.PAGE, 1, msgspec.json.encode(BILL))),
        "pdf": seal.encode(seal.seal(page, seal.PDF, 1, PDF)),
    }
    qr = {"sealed": seal.encode(seal.seal(picture, seal.PICTURE, 0, PNG))}
    delivery = {"SmsSid": f"sid{page[:8]}", "Status": "sent", "CustomField": "m1"}
    pages, pictures = (f"/v1/{what}/" for what in ("pages", "pictures"))

    enrolling = enrol_body(relay.code(shop), Ed25519PrivateKey.generate())
    yield door("POST", "/v1/enrol", "/v1/enrol", JSON, enrolling)
    yield door("POST", "/v1/sync", "/v1/sync", counter, batch(chain(3)))
    yield door("PUT", f"{pages}{{page_id}}", pages + seal.page_id(page), counter, push)
    yield door("PUT", f"{pictures}{{page_id}}", pictures + seal.page_id(picture), counter, qr)
    hook = {**JSON, "x-razorpay-signature": sign(LINK_PAID), "x-razorpay-event-id": page}
    yield door(
        "POST", "/hook/{gateway}/{tenant_key}", f"/hook/razorpay/{shop.hook_key}", hook, LINK_PAID
    )
    yield door(
        "POST",
        "/cb/exotel/{channel}/{tenant}/{secret}",
        f"/cb/exotel/sms/{shop.tenant}/{shop.callback_secret}",
        JSON,
        delivery,
    )
    codes = f"/v1/operator/tenants/{shop.tenant}/codes"
    yield door("POST", "/v1/operator/tenants/{tenant}/codes", codes, operator, {"label": "Till 2"})
    yield from store_doors(relay, till.answer.device, counter)


def store_doors(relay: Relay, device: str, counter: dict[str, str]) -> Iterator[Door]:
    """What the manager's counter does for its store; the shop's first counter is one."""
    sealed = seal.encode(b"\x01" + secrets.token_bytes(40))
    lookup, secret = code_halves()
    proof_hash = enrolment.proof_hash(enrolment.proof(secret))
    carried = {"name": "shop_key", "version": 1, "sealed": sealed}
    code = {"lookup": lookup, "proof_hash": proof_hash, "parcels": [carried]}
    versions, credentials = (f"/v1/store/{what}/" for what in ("versions", "credentials"))
    catalogue = {"version": 1, "sealed": sealed}
    yield door("PUT", f"{versions}{{name}}", f"{versions}catalogue", counter, catalogue)
    with relay.node.store.database.write() as sql:  # as if it had enrolled with a sealing key
        mine = update(devices).where(devices.c.device == device)
        sql.execute(mine.values(sealing_key=seal.encode(secrets.token_bytes(32))))
    given = {"version": 1, "parcels": [{"target": device, "sealed": sealed}]}
    yield door("PUT", f"{credentials}{{name}}", f"{credentials}shop_key", counter, given)
    yield door("POST", "/v1/store/codes", "/v1/store/codes", counter, code)


def door(method: str, pattern: str, path: str, headers: dict[str, str], body: Any) -> Door:
    """A request with a body that is written as JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Door(method, pattern, path, headers, raw)


def stored(relay: Relay) -> tuple[dict[str, list[Any]], list[str]]:
    """Everything in the database, and the names of the files in the folder."""
    database = dbapi2.connect(str(relay.node.settings.database))
    try:
        rows = {
            name: database.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608 - our own names
            for name in metadata.tables
        }
    finally:
        database.close()
    return rows, sorted(path.name for path in relay.node.settings.folder.rglob("*.*"))


def knock(relay: Relay, raw: bytes, *, end: bool = False) -> bytes:
    """Send bytes as they are; what comes back until the relay hangs up or says nothing more.

    ``end``: stop sending (half-close) after them, as a caller whose line broke.
    """
    place = urlsplit(relay.base_url)
    with socket.create_connection((place.hostname, place.port), 5) as line:
        line.settimeout(5)
        said = b""
        try:
            line.sendall(raw)
            if end:
                line.shutdown(socket.SHUT_WR)
            while chunk := line.recv(65536):
                said += chunk
                head, found, body = said.partition(b"\r\n\r\n")
                if found and len(body) >= _length(head):
                    break
        except (ConnectionError, TimeoutError):
            return said  # hung up on while it still sent: what was said before counts
        return said


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def raw_request(door: Door, body: bytes, **more: str) -> bytes:
    """A request as bytes; ``more`` are headers beside or instead of the door's own."""
    headers = {"host": "relay", "content-length": str(len(body)), **door.signed(body)}
    headers |= {name.replace("_", "-"): value for name, value in more.items()}
    lines = [f"{door.method} {door.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
