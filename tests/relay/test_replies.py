"""Customers who want no more messages: the shop is told who, and of their answer nothing else."""

import json
from typing import Any

import pytest

from pos_desktop.wire.tags import phone_tag
from tests.relay.support import OPERATOR, Relay, Shop, Till

PHONE = "+919812345670"
OURS = "7hK2mQ0aVx9LtR4cYb31Zd"


def text(said: str, **more: object) -> dict[str, object]:
    return {"type": "text", "text": {"body": said}, **more}


def answer(content: object, **more: object) -> dict[str, object]:
    return {
        "callback_type": "incoming_message",
        "sid": "in_51f2",
        "from": PHONE,
        "to": "+918047100000",
        "timestamp": "2026-11-23T10:16:40.000Z",
        "profile_name": "Asha",
        "content": content,
        **more,
    }


def post(relay: Relay, shop: Shop, *entries: dict[str, Any], secret: str = "") -> None:
    url = f"/cb/exotel/wa/{shop.tenant}/{secret or shop.callback_secret}"
    reply = relay.http.post(url, json={"whatsapp": {"messages": entries}})
    assert (reply.status_code, reply.json()) == (200, {})


def rotate(relay: Relay, shop: Shop) -> str:
    url = f"/v1/operator/tenants/{shop.tenant}/callback"
    answered = relay.http.post(url, headers={"authorization": f"Bearer {OPERATOR}"})
    secret: str = answered.json()["callback_secret"]
    return secret


@pytest.mark.parametrize("kind", ["icm", "incoming_message"])
def test_a_stop_names_the_customer_by_a_tag(
    relay: Relay, shop: Shop, till: Till, kind: str
) -> None:
    post(relay, shop, answer(text("STOP"), callback_type=kind))
    (hint,) = relay.hints(till)
    tag = phone_tag(shop.callback_secret, "9812345670")
    assert (hint.kind, hint.channel, hint.tag, hint.sid) == ("stop", "whatsapp", tag, "")
    said = (hint.label, hint.status, hint.detail, hint.code, hint.event, hint.event_id)
    assert said == ("", "", "", None, "", "")


@pytest.mark.parametrize(
    "said",
    [
        *("STOP", " Stop. ", '"stop!"', "Stop all", "STOP-ALL", "stopall", "UNSUBSCRIBE"),
        *("Opt-out", "Stop\n promotions", "बंद", "बन्द", " बंद करो ", "रोको", "रोकें।"),
        *("थांबवा", "நிறுத்து"),
    ],
)
def test_opt_out_words_however_they_are_typed(
    relay: Relay, shop: Shop, till: Till, said: str
) -> None:
    post(relay, shop, answer(text(said)))
    assert [hint.kind for hint in relay.hints(till)] == ["stop"]


@pytest.mark.parametrize(
    "content",
    [
        *(text(said) for said in ("paid", "", "Do not stop", "stop by at 6?", "non-stop", "end")),
        text("stop" + " " * 200 + "ping here is fun"),
        {"type": "image", "image": {"caption": "STOP"}},
        {"type": "button", "button": {"text": "I have paid", "payload": "paid"}},
        {"type": "text", "text": ["STOP"]},
        {"type": "text", "text": {"body": 7}},
        "STOP",
        None,
    ],
)
def test_other_answers_leave_nothing(relay: Relay, shop: Shop, till: Till, content: object) -> None:
    post(relay, shop, answer(content))
    assert relay.hints(till) == []


@pytest.mark.parametrize(
    "content",
    [
        {"type": "button", "button": {"text": "Stop", "payload": "x1"}},
        {"type": "button", "button": {"text": "No more of these", "payload": "STOP"}},
        {"type": "interactive", "interactive": {"button_reply": {"id": "7", "title": "STOP"}}},
        {"type": "text", "text": "unsubscribe"},
    ],
)
def test_a_button_counts_like_a_word(relay: Relay, shop: Shop, till: Till, content: Any) -> None:
    post(relay, shop, answer({**content, "context": {"id": OURS}}))
    (hint,) = relay.hints(till)
    assert (hint.kind, hint.sid) == ("stop", OURS)
    assert hint.tag == phone_tag(shop.callback_secret, PHONE)


@pytest.mark.parametrize(
    "context",
    [{"sid": OURS}, {"message_sid": OURS}, {"message_id": OURS}, {"from": PHONE, "id": OURS}],
)
def test_the_answered_message_is_named_in_any_way(
    relay: Relay, shop: Shop, till: Till, context: object
) -> None:
    post(relay, shop, answer(text("STOP", context=context)))
    assert [hint.sid for hint in relay.hints(till)] == [OURS]


@pytest.mark.parametrize(
    "context", [OURS, [], {"id": PHONE}, {"id": {"a": 1}}, {"id": "wamid.HBgMOTE5ODEyMzQ1Njcw"}]
)
def test_what_names_a_person_or_nothing_is_left_out(
    relay: Relay, shop: Shop, till: Till, context: object
) -> None:
    post(relay, shop, answer(text("STOP", context=context)))
    assert [(hint.kind, hint.sid) for hint in relay.hints(till)] == [("stop", "")]


def test_without_a_number_the_answered_message_tells_who(
    relay: Relay, shop: Shop, till: Till
) -> None:
    stop = answer(text("STOP", context={"id": OURS}), sid="in_1")
    post(relay, shop, {**stop, "from": None}, {**answer(text("STOP")), "from": "asha"})
    assert [(hint.tag, hint.sid) for hint in relay.hints(till)] == [("", OURS)]


def test_a_stop_repeated_by_the_provider_is_one_and_a_later_one_is_new(
    relay: Relay, shop: Shop, till: Till
) -> None:
    first = answer(text("STOP"))
    post(relay, shop, first)
    post(relay, shop, first, first)
    later = answer(text("STOP"), sid="in_51f3")
    unnamed = {**later, "sid": "", "timestamp": "2026-11-24T09:00:00.000Z"}
    post(relay, shop, later, unnamed, unnamed)
    assert len(relay.hints(till)) == 3


def test_reports_carry_the_tag_of_their_number(relay: Relay, shop: Shop, till: Till) -> None:
    entry = {"callback_type": "dlr", "exo_status_code": 30002}
    numbers = [PHONE, "919812345670", "09812345670", 919812345670, "", None, "12345"]
    post(relay, shop, *({**entry, "sid": f"s{n}", "to": to} for n, to in enumerate(numbers)))
    form = {"SmsSid": "sms", "To": "09812345670", "Status": "sent"}
    url = f"/cb/exotel/sms/{shop.tenant}/{shop.callback_secret}"
    assert relay.http.post(url, data=form).status_code == 200
    tag = phone_tag(shop.callback_secret, "9812345670")
    assert [hint.tag for hint in relay.hints(till)] == [tag] * 4 + [""] * 3 + [tag]


def test_the_newest_secret_makes_the_tags_whichever_address_was_used(
    relay: Relay, shop: Shop, till: Till
) -> None:
    fresh = rotate(relay, shop)
    for secret in (shop.callback_secret, fresh):
        post(relay, shop, answer(text("STOP"), sid=secret[:5]), secret=secret)
        report = {"sid": f"d{secret[:5]}", "to": PHONE, "exo_status_code": 30001}
        post(relay, shop, report, secret=secret)
    told = [hint for hint in relay.hints(till) if hint.kind in ("stop", "delivery")]
    assert len(told) == 4
    assert {hint.tag for hint in told} == {phone_tag(fresh, PHONE)}


def test_counters_read_the_secret_of_the_tags(relay: Relay, shop: Shop, till: Till) -> None:
    fresh = rotate(relay, shop)
    post(relay, shop, answer(text("STOP")), secret=shop.callback_secret)
    state = relay.http.get("/v1/store", headers=till.headers).json()
    assert state["callback_secret"] == fresh
    stop = relay.hints(till)[-1]
    assert stop.tag == phone_tag(state["callback_secret"], PHONE)


def test_nothing_of_the_answer_is_stored(relay: Relay, shop: Shop, till: Till) -> None:
    post(relay, shop, answer(text("STOP", context={"id": OURS, "from": PHONE})))
    with relay.node.store.database.read() as sql:
        rows = sql.exec_driver_sql("SELECT dedupe, body FROM feed").all()
    kept = json.dumps([list(row) for row in rows])
    assert OURS in kept
    for said in ("9812345670", "in_51f2", "Asha", "STOP", "8047100000", "10:16:40"):
        assert said not in kept
