"""A dump of database, folder and logs shows nothing about a customer (design relay 2)."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import msgspec

from pos_desktop.wire import seal
from pos_desktop.wire.seal import EventPlace
from tests.relay.samples import INVOICE
from tests.relay.support import Relay, Shop, Till, batch, captured_log, chain, running
from tests.relay.test_hooks import LINK_PAID, send
from tests.relay.test_pages import new_token

COUNT = 1000
ROUND = 200  # as many as one sync batch takes
SHOP_KEY = bytes(range(32))


def numbers() -> list[str]:
    """1,000 Indian mobiles, none of which turns up by chance."""
    return [f"98{70_000_000 + 7919 * n:08d}"[:10] for n in range(COUNT)]


def spellings(number: str) -> list[bytes]:
    """How a number might be found: plain, grouped, encoded."""
    plain = [number, f"{number[:5]} {number[5:]}", quote("+91" + number), number.encode().hex()]
    return [*(text.encode() for text in plain), base64.b64encode(number.encode())[:12]]


def test_a_thousand_planted_numbers_are_nowhere(tmp_path: Path) -> None:
    planted = numbers()
    assert len(set(planted)) == COUNT
    with captured_log() as lines, running(tmp_path / "data") as relay:
        shop = relay.shop()
        till = relay.enrol(shop)
        for start in range(0, COUNT, ROUND):
            some = planted[start : start + ROUND]
            _sync(relay, till, some, start)
            _page(relay, till, some)
            _hooks(relay, shop, some)
            _callbacks(relay, shop, some)
        assert len(relay.hints(till)) > 25
        kept = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    dump = b"\n".join(kept) + "\n".join(lines).encode()
    assert len(kept) > 12
    texts = [text for number in planted for text in spellings(number)]
    # Five bytes first: 1,000 numbers in five spellings share few beginnings.
    begun = {start for start in {text[:5] for text in texts} if start in dump}
    assert [text for text in texts if text[:5] in begun and text in dump] == []
    for secret in (till.answer.token, shop.callback_secret, shop.hook_key, "Asha P", "ashapays"):
        assert secret.encode() not in dump


def _sync(relay: Relay, till: Till, some: list[str], start: int) -> None:
    """Ledger bodies full of numbers, sealed as a counter seals them."""
    entries = chain(start + ROUND)[start:]
    for entry, number in zip(entries, some, strict=True):
        place = EventPlace(till.answer.device, 1, entry["seq"], entry["kind"])
        plain = json.dumps({"phone": "+91" + number, "name": "Asha P"}).encode()
        entry["sealed"] = seal.encode(seal.seal_event(SHOP_KEY, place, plain))
    reply = relay.http.post("/v1/sync", json=batch(entries), headers=till.headers)
    assert reply.status_code == 200
    poison = {**chain(start + ROUND + 1)[-1], "kind": some[0], "note": some[1], "hash": some[2]}
    last = {"epoch": 1, "from_seq": start + ROUND + 1, "events": [poison]}
    if start + ROUND == COUNT:
        assert relay.http.post("/v1/sync", json=last, headers=till.headers).status_code == 422


def _page(relay: Relay, till: Till, some: list[str]) -> None:
    """A bill that names numbers (ours never do), opened by its customer."""
    token = new_token()
    content = msgspec.structs.replace(INVOICE, buyer=tuple(some), cashier="Asha P")
    assert relay.publish(till, token, content, pdf=" ".join(some).encode()).status_code == 200
    for path in (f"/i/{token}", f"/i?{token}", f"/i/{token}.pdf"):
        assert some[0] in relay.http.get(path).text
    for number in some[:1]:
        assert relay.http.get(f"/i/{number}").status_code == 404
        assert relay.http.get(f"/i?{number}&to=+91{number}").status_code == 404


def _hooks(relay: Relay, shop: Shop, some: list[str]) -> None:
    """Webhooks with numbers where the gateway and careless notes put them."""
    for number in some[:4]:
        event = json.loads(LINK_PAID)
        link = event["payload"]["payment_link"]["entity"]
        link["reference_id"] = f"order-{number}"
        link["customer"] = {"contact": "+91" + number, "name": "Asha P"}
        payment = event["payload"]["payment"]["entity"]
        payment |= {"contact": "+91" + number, "vpa": "ashapays@bank", "id": number}
        event["event"] = number
        reply = send(relay, shop, json.dumps(event).encode(), event_id=number)
        assert reply.status_code == 200


def _callbacks(relay: Relay, shop: Shop, some: list[str]) -> None:
    """Callbacks name the customer's number in many fields; only sid and label are wanted."""
    for number in some[20:23]:
        form = {"SmsSid": f"sid{number[:5]}x", "To": "0" + number, "Status": "sent"}
        form |= {"CustomField": number, "DetailedStatus": number, "From": number}
        url = f"/cb/exotel/sms/{shop.tenant}/{shop.callback_secret}"
        assert relay.http.post(url, data=form).status_code == 200
        entry: dict[str, object] = {
            "sid": number,
            "to": "+91" + number,
            "custom_data": "m1.X" + number[:4],
        }
        entry |= {"exo_status_code": 30002, "description": f"to {number}", "profile_name": "Asha P"}
        array = {"whatsapp": {"messages": [entry, {**entry, "callback_type": "icm"}]}}
        url = f"/cb/exotel/wa/{shop.tenant}/{shop.callback_secret}"
        assert relay.http.post(url, json=array).status_code == 200


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
