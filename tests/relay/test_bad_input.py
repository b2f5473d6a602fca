"""Broken, doubled, huge and hostile requests on every route: refused in words, nothing stored."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from pos_desktop.wire import seal
from tests.relay.doors import BODILESS, Door, doors, knock, raw_request, stored
from tests.relay.samples import BILL
from tests.relay.support import OPERATOR, Relay, Shop, Till, captured_log
from tests.relay.test_pages import new_token

STORE = ("version", "credential", "manager's code")
NAMES = ("enrol", "sync", "page", "picture", "hook", "callback", "code", *STORE)
MARK = "Zz9-what-was-sent"


@pytest.fixture(params=range(len(NAMES)), ids=NAMES)
def door(request: pytest.FixtureRequest, relay: Relay, shop: Shop, till: Till) -> Door:
    """Each route that takes a body, with a good body."""
    place: int = request.param
    return list(doors(relay, shop, till))[place]


@pytest.fixture
def calm(relay: Relay) -> Iterator[None]:
    """The relay has no trouble during the test, and is ready after it."""
    with captured_log() as lines:
        yield
    assert [line for line in lines if '"error"' in line or "Traceback" in line] == []
    assert relay.http.get("/readyz").json() == {"ok": True}


@pytest.fixture
def unshaken(relay: Relay, calm: None) -> Iterator[None]:
    """Nor has it stored anything."""
    before = stored(relay)
    yield
    assert stored(relay) == before


def send(relay: Relay, door: Door, body: bytes, **more: str) -> httpx.Response:
    headers = {**door.signed(body), **{k.replace("_", "-"): v for k, v in more.items()}}
    plain = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
    return relay.http.request(door.method, door.path, content=body, headers=plain)


def refusal(reply: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which never repeats what was sent."""
    assert MARK not in reply.text
    problem = reply.json()
    assert set(problem) >= {"code", "text"}
    return reply.status_code, problem["code"]


def test_every_route_with_a_body_is_tried(relay: Relay, shop: Shop, till: Till) -> None:
    paths = relay.http.get("/schema/openapi.json").json()["paths"]
    told = {path for path, ways in paths.items() if set(ways) & {"post", "put", "patch"}}
    tried = {one.pattern for one in doors(relay, shop, till)}
    assert told == tried | BODILESS
    assert len(tried) == len(NAMES)


def test_the_bodies_are_good_before_they_are_spoilt(relay: Relay, door: Door) -> None:
    before = stored(relay)
    reply = send(relay, door, door.body)
    assert reply.status_code in {200, 201}, reply.text
    assert stored(relay) != before


def test_truncated_bodies(relay: Relay, door: Door, unshaken: None) -> None:
    size = len(door.body)
    for end in (0, 1, size // 2, size - 1):
        if end == 0 and door.pattern.startswith("/cb/"):
            continue  # a form without fields; tried as such below
        assert refusal(send(relay, door, door.body[:end]))[0] == 400, end


def test_a_line_that_breaks_in_the_body(relay: Relay, door: Door, unshaken: None) -> None:
    """The length promises more than comes: whatever is answered, nothing is taken in."""
    for end in (0, 1, len(door.body) - 1):
        whole = raw_request(door, door.body)
        assert b" 200 " not in knock(relay, whole[: len(whole) - len(door.body) + end], end=True)


def test_doubled_bodies(relay: Relay, door: Door, unshaken: None) -> None:
    for between in (b"", b"\n", b","):
        assert refusal(send(relay, door, door.body + between + door.body))[0] == 400


def test_two_lengths_are_none(relay: Relay, door: Door, unshaken: None) -> None:
    """What one proxy takes for the body another takes for the next request."""
    head, _, body = raw_request(door, door.body).partition(b"\r\n\r\n")
    for twice in (("3", "3"), ("3", "4"), ("-1", "3"), ("1x", "3")):
        lines = [line for line in head.split(b"\r\n") if not line.startswith(b"content-length")]
        lines += [f"content-length: {size}".encode() for size in twice]
        assert knock(relay, b"\r\n".join(lines) + b"\r\n\r\n" + body).startswith(b"HTTP/1.1 400")
    both = raw_request(door, door.body, transfer_encoding="chunked")
    assert knock(relay, both).startswith(b"HTTP/1.1 400")


def test_broken_chunks(relay: Relay, door: Door, unshaken: None) -> None:
    head, _, _ = raw_request(door, b"", transfer_encoding="chunked").partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"content-length")]
    whole = b"\r\n".join(lines) + b"\r\n\r\n"
    for chunk in (
        b"zz\r\nabc\r\n",
        b"-5\r\nabcde\r\n",
        b"f" * 40 + b"\r\n",
        b"5\r\nab\r\n0\r\n\r\n",
    ):
        said = knock(relay, whole + chunk, end=True)
        assert b" 200 " not in said[:15], chunk
        assert b" 50" not in said[:15], chunk


def test_invalid_utf8(relay: Relay, door: Door, unshaken: None) -> None:
    bodies = [b"\xff\xfe" + door.body, door.body.decode().encode("utf-16")]
    # A text of a batch stands in an event, which is parked alone.
    if door.pattern != "/v1/sync" and re.search(rb'":\s*"', door.body):
        spoilt = re.sub(rb'(":\s*")', b"\\1\xff\xfe", door.body, count=1)
        assert spoilt != door.body
        bodies.append(spoilt)
    for body in bodies:
        assert refusal(send(relay, door, body))[0] == 400, body[:20]


BOMBS = {
    "deep list": b"[" * 16_000,
    "deep closed list": b"[" * 8_000 + b"]" * 8_000,
    "deep object": b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
    "deep in a field": b'{"events":' + b"[" * 7_000 + b"]" * 7_000 + b"}",
    "long number": b'{"revision":' + b"9" * 15_000 + b"}",
    "huge power": b'{"revision":1e999999999}',
    "not a number": b'{"revision":NaN}',
    "many names": b"{" + b",".join(b'"%d":0' % n for n in range(1_500)) + b"}",
    "same name": b"{" + b",".join([b'"revision":1'] * 1_000) + b"}",
    "escapes": b'{"label":"' + b"\\u0041" * 2_500 + b'"}',
    "wrong escape": b'{"label":"\\ud800"}',
    "nothing": b"null",
    "a number": b"7",
    "a text": b'"' + MARK.encode() + b'"',
    "blanks": b" " * 16_000,
}


def test_json_bombs(relay: Relay, door: Door, calm: None) -> None:
    lenient = door.pattern.startswith(("/hook/", "/cb/"))  # any object is an event to them
    for name, body in BOMBS.items():
        before = stored(relay)
        reply = send(relay, door, body)
        if reply.status_code < 300:
            allowed = b'{n7" ' if lenient else b"{" if "operator" in door.pattern else b""
            assert body[:1] in allowed, name
        else:
            assert refusal(reply)[0] in {400, 413}, (name, reply.text)
            assert stored(relay) == before, name


HOSTILE: tuple[object, ...] = (
    None, [], {}, "", "x" * 9_000, -1, 0, 2**63, 2**64, 10**400, 1.5, True,
    "\ud800", "a\x00b", "\u202e" + MARK, "'; DROP TABLE pages; --", "../../relay.key", "💥" * 50,
)  # fmt: skip


def test_hostile_values_in_every_field(relay: Relay, door: Door) -> None:
    """Also in fields of fields: never a 5xx, and nothing that was sent is repeated."""
    every = list(_spoilt(json.loads(door.body)))
    tried = every[:: len(every) // 200 + 1]  # a webhook has 100 fields
    for spoilt in tried:
        reply = send(relay, door, json.dumps(spoilt).encode())
        assert reply.status_code < 500, spoilt
        # Of a credential the manager's counter is told, as JSON, which of its targets is none.
        assert MARK not in reply.text or reply.json()["code"] == "unknown_target"
    assert len(tried) >= len(HOSTILE)
    assert relay.http.get("/readyz").json() == {"ok": True}


def _spoilt(value: Any) -> Iterator[Any]:
    """``value`` with one place replaced by each hostile thing (the first two items of lists)."""
    if isinstance(value, dict):
        for name in value:
            yield from ({**value, name: worse} for worse in _spoilt(value[name]))
        yield {**value, MARK: MARK}
    elif isinstance(value, list):
        for place in range(min(2, len(value))):
            head, tail = value[:place], value[place + 1 :]
            yield from ([*head, worse, *tail] for worse in _spoilt(value[place]))
    else:
        yield from HOSTILE


KINDS: tuple[str, ...] = (
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
)
KINDS += (
    "application/json; charset=utf-16",
    "multipart/form-data; boundary=x",
    "\xe9/\xff",
    "x" * 300,
)


def test_wrong_content_types(relay: Relay, door: Door) -> None:
    """A name for the body other than JSON opens no other parser."""
    for kind in KINDS:
        before = stored(relay)
        reply = send(relay, door, b"<!DOCTYPE a>" + door.body, content_type=kind)
        assert reply.status_code < 500, (kind, reply.text)
        if reply.status_code >= 400:
            assert refusal(reply)[0] in {400, 415}, kind
            assert stored(relay) == before
        else:
            assert door.pattern.startswith("/cb/"), "only callbacks come under many names"


def test_packed_bodies_are_not_unpacked(relay: Relay, door: Door, unshaken: None) -> None:
    for coding in ("gzip", "br", "deflate, gzip", "identity, x"):
        reply = send(relay, door, b"\x1f\x8b" + b"\x00" * 100, content_encoding=coding)
        assert refusal(reply) == (415, "encoding")


def test_bodies_that_are_too_large(relay: Relay, door: Door, unshaken: None) -> None:
    """By length, and by chunks without one, each on a line of its own."""
    for body in (b" " * 8_000_000, b"[" * 8_000_000):
        assert refusal(send(relay, door, body)) == (413, "bad_request")

    def chunks() -> Iterator[bytes]:
        for _ in range(100):
            yield b" " * 65_536

    try:
        reply = relay.http.request(
            door.method, door.path, content=chunks(), headers=door.signed(b" ")
        )
    except httpx.TransportError:
        return  # hung up on in the middle, which is a refusal as well
    assert reply.status_code in {401, 413}, "a hook's signature cannot fit, if it is looked at"


def test_bodies_where_none_is_wanted(relay: Relay, till: Till) -> None:
    token = new_token()
    relay.publish(till, token, BILL)
    url = f"/v1/pages/{seal.page_id(token)}/revoke"
    for body in (b"[" * 200_000, b"\xff" * 100, b"{}{}"):
        reply = relay.http.post(url, content=body, headers=till.headers)
        assert (reply.status_code, reply.json()) == (200, {"result": "stored"})


HEADS: dict[str, Callable[[], bytes]] = {
    "one header without end": lambda: b"GET /healthz HTTP/1.1\r\nhost: r\r\nx: " + b"a" * 1_000_000,
    "one huge header": lambda: b"GET /healthz HTTP/1.1\r\nx: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": lambda: (
        b"GET /healthz HTTP/1.1\r\n" + b"".join(b"x-%d: a\r\n" % n for n in range(9_000)) + b"\r\n"
    ),
    "a huge address": lambda: b"GET /i/" + b"A" * 200_000 + b" HTTP/1.1\r\nhost: r\r\n\r\n",
    "a huge query": lambda: b"GET /i?" + b"A" * 200_000 + b" HTTP/1.1\r\nhost: r\r\n\r\n",
    "an address without end": lambda: b"GET /" + b"A" * 1_000_000,
}


@pytest.mark.parametrize("head", HEADS)
def test_huge_heads(relay: Relay, head: str, unshaken: None) -> None:
    said = knock(relay, HEADS[head]())
    # Hung up on while it still sends, a caller may not get to read the answer.
    assert said.startswith(b"HTTP/1.1 431") or said == b""
    assert relay.http.get("/healthz").status_code == 200


def test_the_next_request_of_a_line_counts_anew(relay: Relay) -> None:
    """Large but bearable heads, one after another on one connection, and large bodies."""
    headers = {"x-filler": "a" * 40_000}
    with httpx.Client(base_url=relay.base_url, trust_env=False) as http:
        for _ in range(5):
            assert http.get("/healthz", headers=headers).status_code == 200
            assert http.post("/v1/enrol", content=b" " * 15_000, headers=headers).status_code == 400
        assert http.get("/healthz", headers={"x-filler": "a" * 70_000}).status_code == 431


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  /  HTTP/1.1\r\n\r\n",
        b"GET /i/\xff\xfe HTTP/1.1\r\nhost: r\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: r\r\nx\x00y: 1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: r\r\nx : 1\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: r\r\nx: a\nb: c\rd\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nhost: r\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nhost: r\r\n\r\n",
        b"GET http://evil.example/i/x HTTP/1.1\r\nhost: r\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nhost: r\r\n\r\n",
        b"QUIT\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_not_http(relay: Relay, raw: bytes, unshaken: None) -> None:
    said = knock(relay, raw, end=True)
    assert said[:10] in {b"HTTP/1.1 4", b""}, said[:200]


LONG = "A" * 60_000
WAYS_OUT = (
    "../../../../etc/passwd", "..%2f..%2frelay.db", "%2e%2e/%2e%2e/relay.key",
    "..%5c..%5crelay.key", "%00", "%2500", "....//....//relay.db", "%c0%ae%c0%ae%2frelay.db",
    "%ff%fe", "~%2frelay.key",
    "C:%5crelay.key", "file:%2f%2f%2fetc%2fpasswd", "%0d%0aset-cookie:%20a=b", "%F0%9F%98%80",
    ".", "..", "%20", ";", "A" * 23, "A" * 5_000, LONG,
)  # fmt: skip


@pytest.mark.parametrize("before", ["/i/", "/i?", "/FRSHMT/", "/q/", "/", "/v1/"])
def test_paths_that_lead_out(relay: Relay, before: str, unshaken: None) -> None:
    """One answer for all of them, the same as for a link that does not exist."""
    gone = knock(relay, f"GET /i/{new_token()} HTTP/1.1\r\nhost: r\r\n\r\n".encode())
    assert gone.startswith(b"HTTP/1.1 404")
    for way in WAYS_OUT:
        for after in ("", ".pdf", ".png"):
            path = f"{before}{way}{after}"
            said = knock(relay, f"GET {path} HTTP/1.1\r\nhost: r\r\n\r\n".encode())
            assert _dateless(said) == _dateless(gone), path


def _dateless(said: bytes) -> list[bytes]:
    return [line for line in said.split(b"\r\n") if not line.lower().startswith(b"date:")]


PLACES = (
    ("PUT", "/v1/pages/{}"), ("POST", "/v1/pages/{}/revoke"), ("PUT", "/v1/pictures/{}"),
    ("POST", "/v1/pictures/{}/close"), ("POST", "/hook/{}/x"), ("POST", "/hook/razorpay/{}"),
    ("POST", "/cb/exotel/sms/{}/x"), ("POST", "/cb/exotel/{}/x/x"),
    ("POST", "/v1/operator/tenants/{}/codes"), ("POST", "/v1/operator/counters/{}/revoke"),
    ("POST", "/v1/operator/tenants/{}/callback"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "pattern"), PLACES)
def test_names_that_lead_out(
    relay: Relay, till: Till, method: str, pattern: str, unshaken: None
) -> None:
    token = OPERATOR if "operator" in pattern else till.answer.token
    body = json.dumps({"revision": 1, "content": seal.encode(b"\x01" + bytes(60))})
    sealed = json.dumps({"sealed": seal.encode(b"\x01" + bytes(60))})
    content = sealed if "pictures" in pattern else "{}" if "operator" in pattern else body
    for way in WAYS_OUT:
        raw = (
            f"{method} {pattern.format(way)} HTTP/1.1\r\nhost: r\r\n"
            f"authorization: Bearer {token}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(content)}\r\n\r\n{content}"
        )
        said = knock(relay, raw.encode())
        if b"operator/counters" in said or (
            pattern.endswith("counters/{}/revoke") and b" 200 " in said
        ):
            assert said.endswith(b'{"revoked":false}'), way
        else:
            assert said[:12] in {b"HTTP/1.1 404", b"HTTP/1.1 405"}, (way, said[:300])


@pytest.mark.parametrize(
    "shown",
    [
        "Bearer",
        "bearer x",
        "Basic eDp4",
        "Bearer \xff\xfe",
        f"Bearer {LONG}",
        "Bearer a b",
    ],
)
def test_sessions_that_are_none(relay: Relay, shown: str, unshaken: None) -> None:
    headers = {b"authorization": shown.encode("latin-1")}
    asked = [
        relay.http.get("/v1/feed?wait=0", headers=headers),
        relay.http.post("/v1/sync", content=b"{}", headers=headers),
        relay.http.get("/v1/operator/counters", headers=headers),
    ]
    assert [refusal(reply) for reply in asked] == [(401, "unknown_session")] * 3
    assert relay.http.get("/metrics", headers=headers).status_code == 404
