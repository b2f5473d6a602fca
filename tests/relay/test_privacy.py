"""A dump of database, folder and logs shows nothing about a customer (design relay 2)."""

import hashlib
import hmac
import json
from base64 import b64encode
from pathlib import Path

import msgspec

from pos_desktop.wire import seal, v1
from pos_desktop.wire.seal import EventPlace
from pos_desktop.wire.tags import phone_tag
from tests.relay.doors import doors
from tests.relay.planted import COUNT, Customer, customers, needles, seen_in, spellings
from tests.relay.samples import INVOICE
from tests.relay.support import Relay, Shop, Till, batch, captured_log, chain, running
from tests.relay.test_hooks import LINK_PAID, send
from tests.relay.test_pages import new_token, push_picture

ROUND = 200  # as many as one sync batch takes
SHOP_KEY = bytes(range(32))


def test_a_thousand_planted_customers_are_nowhere(tmp_path: Path) -> None:
    """Numbers, names, amounts and goods, in every spelling, while it serves and after its end."""
    planted = customers()
    data = tmp_path / "data"
    with captured_log() as lines, running(data) as relay:
        shop = relay.shop()
        till = relay.enrol(shop)
        for start in range(0, COUNT, ROUND):
            some = planted[start : start + ROUND]
            _sync(relay, till, some, start)
            _page(relay, till, some)
            _picture(relay, till, some[0])
            _hooks(relay, shop, some[:8])
            _callbacks(relay, shop, some[20:24])
            _strays(relay, shop, till, some[40])
        assert len(relay.hints(till)) > 25
        dumps = [_files(data)]
    dumps += [_files(data), "\n".join(lines).encode()]
    dump = b"\n".join(dumps)
    assert len(dump) > 1_000_000
    assert seen_in(dump, needles()) == []
    _only_keyed_tags(dump, shop, planted[20:24])
    for secret in (till.answer.token, shop.callback_secret, shop.hook_key, "ashapays"):
        assert secret.encode() not in dump


def _only_keyed_tags(dump: bytes, shop: Shop, some: list[Customer]) -> None:
    """Who has the dump has everything but the relay's key: nothing in it makes the tags."""
    keys = [word.encode() for word in (shop.tenant, shop.hook_key, "", "raseed")]
    for one in some:
        assert phone_tag(shop.callback_secret, one.phone).encode() in dump
        for text in (one.phone, f"+91{one.phone}", f"91{one.phone}", f"0{one.phone}"):
            guesses = [hashlib.new(name, text.encode()) for name in ("sha256", "sha1", "md5")]
            digests = [guess.hexdigest() for guess in guesses]
            digests += [hmac.new(key, text.encode(), "sha256").hexdigest() for key in keys]
            assert not [digest for digest in digests if digest[:32].encode() in dump]


def test_the_search_would_find_every_spelling() -> None:
    """Each one by itself, in the middle of what else there is."""
    wanted = needles()
    noise = hashlib.shake_256(b"noise").digest(3000)
    assert (
        len({one.phone for one in customers()}) == len({one.name for one in customers()}) == COUNT
    )
    one = customers()[617]
    for name, text in spellings(one).items():
        assert any(one.name in whose for whose in seen_in(noise + text + noise, wanted)), name
    assert seen_in(noise, wanted) == []


def _files(data: Path) -> bytes:
    """Names and bytes of everything in the data folder."""
    kept = [path for path in sorted(data.rglob("*")) if path.is_file()]
    assert len(kept) > 12
    return b"\n".join(path.name.encode() + b"\n" + path.read_bytes() for path in kept)


def _facts(one: Customer) -> dict[str, object]:
    """What a bill says of its customer."""
    return {
        "phone": "+91" + one.phone,
        "name": one.name,
        "total": one.paise,
        "shown": f"Rs {one.rupees}",
        "item": one.item,
    }


def _sync(relay: Relay, till: Till, some: list[Customer], start: int) -> None:
    """Ledger bodies full of customers, sealed as a counter seals them."""
    entries = chain(start + ROUND)[start:]
    for entry, one in zip(entries, some, strict=True):
        place = EventPlace(till.answer.device, 1, entry["seq"], entry["kind"])
        plain = json.dumps(_facts(one)).encode()
        entry["sealed"] = seal.encode(seal.seal_event(SHOP_KEY, place, plain))
    reply = relay.http.post("/v1/sync", json=batch(entries), headers=till.headers)
    assert reply.status_code == 200
    poison = {**chain(start + ROUND + 1)[-1], "kind": some[0].phone, "hash": some[2].name}
    poison |= {"note": some[1].name, "at": some[3].paise / 100, "sealed": some[4].rupees}
    last = {"epoch": 1, "from_seq": start + ROUND + 1, "events": [poison]}
    if start + ROUND == COUNT:
        assert relay.http.post("/v1/sync", json=last, headers=till.headers).status_code == 422


def _page(relay: Relay, till: Till, some: list[Customer]) -> None:
    """A bill that names customers (ours never do), opened by one of them."""
    token = new_token()
    lines = [
        v1.BillLine(name=one.item, qty="1", price=one.rupees, amount=one.rupees) for one in some
    ]
    content = msgspec.structs.replace(
        INVOICE,
        buyer=tuple(f"{one.name} {one.phone}" for one in some),
        cashier=some[0].name,
        lines=tuple(lines),
        total=f"₹{some[0].rupees}",
    )
    pdf = json.dumps([_facts(one) for one in some]).encode()
    assert relay.publish(till, token, content, pdf=pdf).status_code == 200
    for path in (f"/i/{token}", f"/i?{token}"):
        shown = relay.http.get(path).text
        assert all(fact in shown for fact in (some[0].phone, some[0].name, some[0].rupees))
    assert relay.http.get(f"/i/{token}.pdf").content == pdf


def _picture(relay: Relay, till: Till, one: Customer) -> None:
    """A payment QR: its address tells the amount."""
    token = new_token()
    png = f"upi://pay?am={one.paise // 100}.{one.paise % 100:02d}&pn={one.name}".encode()
    assert push_picture(relay, till, token, png).status_code == 200
    assert relay.http.get(f"/q/{token}.png").content == png


def _hooks(relay: Relay, shop: Shop, some: list[Customer]) -> None:
    """Webhooks with customers where the gateway and careless notes put them."""
    for one in some:
        event = json.loads(LINK_PAID)
        link = event["payload"]["payment_link"]["entity"]
        link["reference_id"] = f"order-{one.phone}"
        link["customer"] = {"contact": "+91" + one.phone, "name": one.name}
        link |= {"amount": one.paise, "amount_paid": one.paise, "description": one.item}
        link["notes"] = {"bill": f"Rs {one.rupees}", "for": one.name}
        payment = event["payload"]["payment"]["entity"]
        payment |= {"contact": "+91" + one.phone, "vpa": "ashapays@bank", "id": one.phone}
        payment |= {"amount": one.paise, "fee": one.paise, "status": one.name}
        event["event"] = one.phone
        reply = send(relay, shop, json.dumps(event).encode(), event_id=one.phone)
        assert reply.status_code == 200


def _callbacks(relay: Relay, shop: Shop, some: list[Customer]) -> None:
    """Callbacks name the customer in many fields; only sid and label are wanted."""
    for one in some:
        body = f"Dear {one.name}, Rs {one.rupees} for {one.item}"
        form = {"SmsSid": f"sid{one.phone[:5]}x", "To": "0" + one.phone, "Status": "sent"}
        form |= {"CustomField": one.phone, "DetailedStatus": one.phone, "From": one.phone}
        form |= {"Body": body, "Price": one.rupees}
        url = f"/cb/exotel/sms/{shop.tenant}/{shop.callback_secret}"
        assert relay.http.post(url, data=form).status_code == 200
        entry: dict[str, object] = {"sid": one.phone, "to": "+91" + one.phone, "text": body}
        entry |= {"custom_data": "m1.X" + one.phone[:4], "exo_status_code": 30002}
        entry |= {"description": body, "profile_name": one.name, "amount": one.paise}
        context = {"from": one.phone, "id": "wamid." + b64encode(one.phone.encode()).decode()}
        said = {"type": "text", "text": {"body": "STOP"}, "context": context, "note": body}
        icm = {**entry, "callback_type": "icm", "from": "91" + one.phone}
        stop = {**icm, "callback_type": "incoming_message", "content": said}
        array = {"whatsapp": {"messages": [entry, icm, stop]}}
        url = f"/cb/exotel/wa/{shop.tenant}/{shop.callback_secret}"
        assert relay.http.post(url, json=array).status_code == 200


def _strays(relay: Relay, shop: Shop, till: Till, one: Customer) -> None:
    """What customers and broken callers send that nobody asked for, on every route."""
    said = {"to": one.phone, "name": one.name, "am": one.rupees, "p": str(one.paise)}
    headers = {"user-agent": f"{one.name} {one.phone}", "referer": f"https://x/{one.phone}"}
    headers |= {"cookie": f"am={one.paise}", "last-event-id": one.phone}
    for path in (
        f"/i/{one.phone}",
        f"/i/{one.name}",
        f"/q/{one.paise}.png",
        "/i",
        f"/{one.name}/x",
    ):
        assert relay.http.get(path, params=said, headers=headers).status_code == 404
    assert relay.http.get("/p/x/return", params=said, headers=headers).status_code == 200
    for door in doors(relay, shop, till):
        broken = json.dumps({"label": _facts(one), "revision": one.phone, "epoch": one.name})
        sent = {**door.signed(broken.encode()), **headers}
        reply = relay.http.request(door.method, door.path, content=broken + "x", headers=sent)
        assert 400 <= reply.status_code < 500, door.pattern
        wrong = f"{door.path}/{one.phone}/{one.paise}"
        assert relay.http.post(wrong, content=broken, headers=headers).status_code in {
            401,
            404,
            405,
        }
    feed = relay.http.get("/v1/feed", params={"after": one.name}, headers=till.headers)
    assert feed.status_code == 400


def test_the_log_tells_routes_not_tokens(tmp_path: Path) -> None:
    with captured_log() as lines, running(tmp_path / "data") as relay:
        till = relay.enrol(relay.shop())
        token = new_token()
        relay.publish(till, token, INVOICE)
        relay.http.get(f"/i/{token}")
        relay.http.get(f"/i?{token}")
        relay.http.get("/FRSHMT/" + token)
    text = "\n".join(lines)
    assert token not in text
    opened = [json.loads(line) for line in lines if '"/i/{name}"' in line]
    assert [(entry["status"], entry["page"]) for entry in opened] == [
        (200, seal.page_id(token)[:6])
    ]


def test_a_failure_is_logged_without_what_was_asked(tmp_path: Path) -> None:
    with captured_log() as lines, running(tmp_path / "data") as relay:
        till = relay.enrol(relay.shop())
        token = new_token()
        relay.publish(till, token, INVOICE)
        for path in relay.node.settings.folder.rglob("*.*"):
            path.unlink()
        reply = relay.http.get(f"/i/{token}")
        assert (reply.status_code, reply.content) == (404, relay.http.get("/i/x").content)
    text = "\n".join(lines)
    assert json.dumps({"lost": "missing", "page": seal.page_id(token)[:6]}) in text
    assert token not in text
