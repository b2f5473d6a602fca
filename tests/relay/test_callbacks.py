"""Exotel's callbacks: secret address, every documented shape, never a phone number."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.relay.support import Relay, Shop, Till

SAMPLES = Path(__file__).parents[1] / "contracts" / "wire" / "exotel"
SMS = (SAMPLES / "sms_callback.form").read_bytes().strip()
DLR = (SAMPLES / "whatsapp_callback_dlr.json").read_bytes()
INCOMING = (SAMPLES / "whatsapp_callback_incoming.json").read_bytes()
FORM = "application/x-www-form-urlencoded"


def url(shop: Shop, channel: str = "sms", secret: str | None = None) -> str:
    return f"/cb/exotel/{channel}/{shop.tenant}/{secret or shop.callback_secret}"


def post(
    relay: Relay, shop: Shop, body: bytes, kind: str = "application/json", channel: str = "wa"
) -> httpx.Response:
    headers = {"content-type": kind}
    return relay.http.post(url(shop, channel), content=body, headers=headers)


def test_sms_form(relay: Relay, shop: Shop, till: Till) -> None:
    reply = post(relay, shop, SMS, FORM, "sms")
    assert (reply.status_code, reply.json()) == (200, {})
    (hint,) = relay.hints(till)
    assert (hint.kind, hint.channel) == ("delivery", "sms")
    assert hint.sid == "9f0c2a5f4be14f6e8a7d1c0b3e5a6d71"
    assert hint.label == "m1.01JD8Q6W7X"
    assert (hint.status, hint.detail, hint.code) == ("sent", "DELIVERED_TO_HANDSET", 20005)


def test_sms_json_and_multipart_say_the_same(relay: Relay, shop: Shop, till: Till) -> None:
    fields = dict(pair.split("=", 1) for pair in SMS.decode().split("&"))
    for name, reply in (
        ("json", relay.http.post(url(shop), json={**fields, "SmsSid": "json"})),
        ("multi", relay.http.post(url(shop), data={**fields, "SmsSid": "multi"}, files={"x": b""})),
        ("form", relay.http.post(url(shop), data={**fields, "SmsSid": "form"})),
    ):
        assert reply.status_code == 200, (name, reply.text)
    hints = relay.hints(till)
    assert [hint.sid for hint in hints] == ["json", "multi", "form"]
    assert {(h.label, h.status, h.detail, h.code) for h in hints} == {
        ("m1.01JD8Q6W7X", "sent", "DELIVERED_TO_HANDSET", 20005)
    }


def test_a_wrong_content_type_loses_no_report(relay: Relay, shop: Shop, till: Till) -> None:
    fields = dict(pair.split("=", 1) for pair in SMS.decode().split("&"))
    for sid, kind in (("a", FORM), ("b", "text/plain"), ("c", "")):
        body = json.dumps({**fields, "SmsSid": sid}).encode()
        assert post(relay, shop, body, kind, "sms").status_code == 200
    for sid, kind in (("d", "text/plain"), ("e", "")):
        body = SMS.replace(fields["SmsSid"].encode(), sid.encode())
        assert post(relay, shop, body, kind, "sms").status_code == 200
    hints = relay.hints(till)
    assert [hint.sid for hint in hints] == ["a", "b", "c", "d", "e"]
    assert {hint.code for hint in hints} == {20005}


def test_whatsapp_delivery(relay: Relay, shop: Shop, till: Till) -> None:
    assert post(relay, shop, DLR).status_code == 200
    (hint,) = relay.hints(till)
    assert hint.channel == "whatsapp"
    assert (hint.sid, hint.label) == ("7hK2mQ0aVx9LtR4cYb31Zd", "m1.01JD8Q6W7X")
    assert (hint.status, hint.code) == ("EX_MESSAGE_DELIVERED", 30002)


def test_all_entries_of_an_array_count(relay: Relay, shop: Shop, till: Till) -> None:
    entry = json.loads(DLR)["whatsapp"]["messages"][0]
    more = [{**entry, "exo_status_code": str(code)} for code in (30001, 30002, 30003)]
    body = {"whatsapp": {"messages": [*more, *json.loads(INCOMING)["whatsapp"]["messages"], 7]}}
    assert post(relay, shop, json.dumps(body).encode()).status_code == 200
    assert [hint.code for hint in relay.hints(till)] == [30001, 30002, 30003]


@pytest.mark.parametrize(
    "body",
    [
        {"sid": "s1", "status": "delivered"},
        {"message_sid": "s1", "exo_detailed_status": "EX_MESSAGE_SEEN"},
        {"SmsSid": "s1", "Status": "FAILED_DND", "ExoStatusCode": "23005"},
        {"custom_data": "m1.X", "exo_status_code": 30002},
        {"SmsSid": "s1", "Status": "failed-dnd", "ExternalRef": "m1.X"},
    ],
)
def test_flat_variants(relay: Relay, shop: Shop, till: Till, body: dict[str, Any]) -> None:
    assert post(relay, shop, json.dumps(body).encode(), channel="sms").status_code == 200
    (hint,) = relay.hints(till)
    assert hint.sid or hint.label
    assert hint.status or hint.code


def test_incoming_messages_leave_nothing(relay: Relay, shop: Shop, till: Till) -> None:
    assert post(relay, shop, INCOMING).status_code == 200
    icm = INCOMING.replace(b"incoming_message", b"icm")
    assert post(relay, shop, icm).status_code == 200
    assert relay.hints(till) == []


def test_duplicates_have_one_effect_and_progress_has_more(
    relay: Relay, shop: Shop, till: Till
) -> None:
    for body in (DLR, DLR, DLR.replace(b"30002", b"30003"), DLR):
        assert post(relay, shop, body).status_code == 200
    assert [hint.code for hint in relay.hints(till)] == [30002, 30003]


def test_verification_echo(relay: Relay, shop: Shop, till: Till) -> None:
    sample = (SAMPLES / "callback_verification.json").read_bytes()
    assert post(relay, shop, sample).json() == {"challenge": json.loads(sample)["challenge"]}
    long = json.dumps({"type": "verification", "challenge": "x" * 9000}).encode()
    assert post(relay, shop, long).json() == {"challenge": "x" * 256}
    strange = json.dumps({"type": "verification", "challenge": {"a": 1}}).encode()
    assert post(relay, shop, strange).json() == {}
    assert relay.hints(till) == []


def test_only_the_secret_address_answers(relay: Relay, shop: Shop, till: Till) -> None:
    other = relay.shop("Other")
    echo = b'{"type":"verification","challenge":"x"}'
    wrong = [
        url(shop, secret="x"),
        url(shop, secret=other.callback_secret),
        url(shop, secret=shop.callback_secret + "A"),
        url(shop, secret="%F0%9F%98%80"),
        url(shop, channel="mail"),
        url(Shop("T000000000", "", shop.callback_secret)),
    ]
    answers = {
        (reply.status_code, reply.content)
        for reply in (relay.http.post(path, content=echo) for path in wrong)
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert relay.hints(till) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 60_000, "application/json"),
        (b"\xff=\xfe", FORM),
        (b"&".join(b"a=1" for _ in range(500)), FORM),
        (b"no boundary", "multipart/form-data"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    ],
)
def test_unreadable_bodies(relay: Relay, shop: Shop, body: bytes, kind: str) -> None:
    assert post(relay, shop, body, kind).status_code in {200, 400}
    if kind == "application/json":
        assert post(relay, shop, body, kind).status_code == 400


@pytest.mark.parametrize("body", [b"[]", b"7", b"null", b'"x"', b'{"whatsapp":[]}', b"{}"])
def test_unknown_shapes_are_taken_and_left(
    relay: Relay, shop: Shop, till: Till, body: bytes
) -> None:
    assert post(relay, shop, body).status_code == 200
    assert relay.hints(till) == []


def test_sizes(relay: Relay, shop: Shop) -> None:
    assert post(relay, shop, b" " * 65_537).status_code == 413
    assert post(relay, shop, b"a=" + b"x" * 65_536, FORM).status_code == 413
