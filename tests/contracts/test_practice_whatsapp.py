"""The practice Exotel's WhatsApp answers and reports as documented (exotel 3, 4, 9)."""

import re
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from pos_desktop.sandbox.png import picture
from tests.contracts.exotel_case import (
    final,
    message_of,
    qr_template,
    send_sms,
    send_wa,
    sms_form,
    sms_path,
    wa_body,
)
from tests.contracts.practice_case import assert_same_shape, new_link
from tests.support.practice import Json, Listener, Practice, wait_for
from tests.support.wire_samples import sample

PNG = picture([[True, False], [False, True]], 4)


@pytest.fixture(autouse=True)
def _quick(practice: Practice) -> None:
    practice.features(pace_ms=15, retry_ms=30)


def test_a_whatsapp_answer_has_the_documented_shape(practice: Practice) -> None:
    answer = send_wa(practice, wa_body())
    assert answer.status_code == 202
    assert_same_shape(sample("exotel/whatsapp_send_answer"), answer.json())


def test_whatsapp_reports_each_step(practice: Practice, hearing: Listener) -> None:
    body = wa_body("01", hearing.url + "/cb")
    sid = send_wa(practice, body).json()["response"]["whatsapp"]["messages"][0]["data"]["sid"]
    heard = hearing.wait(3)
    reports = [h.json["whatsapp"]["messages"][0] for h in heard]
    for one in heard:
        assert_same_shape(sample("exotel/whatsapp_callback_dlr"), one.json)
    assert [r["exo_status_code"] for r in reports] == [30001, 30002, 30003]
    assert {(r["sid"], r["to"], r["custom_data"]) for r in reports} == {
        (sid, "+919812345601", body["custom_data"])
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30", reports[0]["timestamp"])
    message = message_of(practice, body["custom_data"])
    assert (message["fate"], message["url"]) == ("read", hearing.url + "/i/AbCdEf")
    assert message["parameters"] == ["Fresh Mart", "SSS/2627/000123", "Rs 1,249.50"]


@pytest.mark.parametrize(("ending", "code"), [("02", 30013), ("03", 30023), ("77", 30002)])
def test_whatsapp_fates(practice: Practice, ending: str, code: int) -> None:
    body = wa_body(ending)
    send_wa(practice, body).raise_for_status()
    assert final(practice, body["custom_data"])["code"] == code


def test_a_failure_inside_an_accepted_request(practice: Practice) -> None:
    answer = send_wa(practice, wa_body("12"))
    assert (answer.status_code, answer.json()["http_code"]) == (202, 202)
    assert_same_shape(sample("exotel/whatsapp_send_failure"), answer.json())
    mixed = wa_body("00")
    mixed["whatsapp"]["messages"].append(wa_body("12")["whatsapp"]["messages"][0])
    two = send_wa(practice, mixed).json()
    assert two["metadata"] == {"failed": 1, "total": 2, "success": 1}


def test_a_missing_recipient_is_400_in_the_envelope(practice: Practice) -> None:
    body = wa_body()
    del body["whatsapp"]["messages"][0]["to"]
    answer = send_wa(practice, body)
    assert answer.status_code == 400
    assert_same_shape(sample("exotel/whatsapp_send_failure"), answer.json())


def test_bad_whatsapp_requests(practice: Practice) -> None:
    path = f"/v2/accounts/{practice.line['exotel_sid']}/messages"
    flat = wa_body()["whatsapp"]["messages"][0]
    many = {"whatsapp": {"messages": [flat] * 101}}
    bodies: list[Any] = [flat, {"messages": [flat]}, {"whatsapp": {"messages": []}}, many, [], "x"]
    for body in bodies:
        assert practice.exotel.post(path, json=body).status_code == 400
    assert practice.exotel.post(path, json={"whatsapp": {"messages": ["x"]}}).status_code == 400
    assert practice.exotel.post(path, data={"a": "b"}).status_code == 400
    typed = {"Content-Type": "application/json"}
    assert practice.exotel.post(path, content=b"{", headers=typed).status_code == 400


def changed_template(**changes: object) -> Json:
    template: Json = wa_body()["whatsapp"]["messages"][0]["content"]["template"]
    return {**template, **changes}


def with_text(text: str) -> Json:
    template = changed_template()
    template["components"][0]["parameters"][1]["text"] = text
    return template


def with_button(**changes: object) -> Json:
    template = changed_template()
    template["components"][1] |= changes
    return template


@pytest.mark.parametrize(
    ("template", "code"),
    [
        (changed_template(name="never_approved"), 30024),
        (changed_template(language={"code": "hi"}), 30024),
        (with_text("two\nlines"), 30022),
        (with_text("a\ttab"), 30022),
        (with_text("five     spaces"), 30022),
        (with_text("four    spaces"), 30002),
        (with_text(" "), 30022),
        (with_text("x" * 1100), 30025),
        (with_button(index=0), 30023),
        (with_button(index="1"), 30023),
        (with_button(parameters=[]), 30023),
        (with_button(parameters=[{"type": "text", "text": ""}]), 30023),
        (with_button(sub_type="quick_reply"), 30023),
        (changed_template(components=[]), 30023),
        (changed_template(components="x"), 30023),
        (qr_template("http://127.0.0.1:1/q.png", parameters=3), 30023),
        (qr_template("http://127.0.0.1:1/q.png"), 30016),
        (qr_template("https://relay.example/q.png"), 30016),
        ({**qr_template("x"), "components": qr_template("x")["components"][1:]}, 30023),
        ({**changed_template(), "name": "bill_pay_qr"}, 30023),
    ],
)
def test_templates_are_compared_with_the_approved_ones(
    practice: Practice, template: Json, code: int
) -> None:
    body = wa_body(template=template)
    assert send_wa(practice, body).status_code == 202
    assert final(practice, body["custom_data"])["code"] == code


def test_free_text_fails_outside_the_window(practice: Practice) -> None:
    body = wa_body(content={"type": "text", "text": {"body": "hello"}})
    assert send_wa(practice, body).status_code == 202
    assert final(practice, body["custom_data"])["code"] == 30018


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ((200, "image/png", PNG), 30002),
        ((200, "image/jpeg", b"\xff\xd8\xff\xe0"), 30002),
        ((200, "image/png", b"GIF89a"), 30016),
        ((200, "text/html", PNG), 30016),
        ((404, "image/png", PNG), 30016),
        ((302, "text/plain", b"/other.png"), 30002),
        ((302, "text/plain", b"/again.png"), 30016),
        ((302, "text/plain", b"https://relay.example/q.png"), 30016),
    ],
)
def test_the_header_picture_is_really_fetched(
    practice: Practice, hearing: Listener, file: tuple[int, str, bytes], code: int
) -> None:
    hearing.files = {
        "/q.png": file,
        "/other.png": (200, "image/png", PNG),
        "/again.png": (302, "text/plain", b"/other.png"),
    }
    body = wa_body("13", template=qr_template(hearing.url + "/q.png"))
    send_wa(practice, body).raise_for_status()
    message = final(practice, body["custom_data"])
    assert message["code"] == code
    assert message["media"]["ok"] is (code == 30002)
    assert message["media_url"] == hearing.url + "/q.png"


def test_the_gateway_button_leads_to_the_link(practice: Practice) -> None:
    link = new_link(practice)
    suffix = link["short_url"].removeprefix(practice.origin + "/")
    template = qr_template("")
    template |= {"name": "bill_pay_link", "components": template["components"][1:]}
    button = wa_body()["whatsapp"]["messages"][0]["content"]["template"]["components"][1]
    button["parameters"][0]["text"] = suffix
    template["components"].append(button)
    body = wa_body(template=template)
    send_wa(practice, body).raise_for_status()
    message = final(practice, body["custom_data"])
    assert (message["fate"], message["url"]) == ("delivered", link["short_url"])


def test_callbacks_have_their_oddities(practice: Practice, hearing: Listener) -> None:
    practice.features(
        callback_to="bare",
        callback_string_codes=True,
        callback_without_label=True,
        callback_extra_keys=True,
        callback_batch=True,
    )
    send_wa(practice, wa_body("01", hearing.url)).raise_for_status()
    reports = hearing.wait(1)[0].json["whatsapp"]["messages"]
    assert [r["exo_status_code"] for r in reports] == ["30001", "30002", "30003"]
    assert all(r["to"] == "919812345601" and "custom_data" not in r for r in reports)
    assert all("pricing" in r for r in reports)
    practice.features(callback_to="zero", callback_batch=False)
    send_sms(practice, StatusCallback=hearing.url)
    got = dict(parse_qsl(hearing.wait(2)[1].body.decode()))
    assert got["To"] == "09812345600"
    assert "DateUpdated" in got
    assert "CustomField" not in got


def test_callbacks_can_be_lost_duplicated_reordered(practice: Practice, hearing: Listener) -> None:
    practice.fault("callbacks", "lose", event="EX_MESSAGE_SENT")
    practice.fault("callbacks", "duplicate", event="EX_MESSAGE_DELIVERED")
    send_wa(practice, wa_body("00", hearing.url)).raise_for_status()
    codes = [h.json["whatsapp"]["messages"][0]["exo_status_code"] for h in hearing.wait(2)]
    assert codes == [30002, 30002]
    practice.fault("callbacks", "reorder", count=3)
    send_wa(practice, wa_body("01", hearing.url)).raise_for_status()
    heard = hearing.wait(5)[2:]
    codes = [h.json["whatsapp"]["messages"][0]["exo_status_code"] for h in heard]
    assert codes == [30003, 30002, 30001]


def test_callbacks_are_repeated_a_few_times(practice: Practice, hearing: Listener) -> None:
    practice.features(callback_retries=2)
    hearing.statuses = [503] * 9
    send_sms(practice, StatusCallback=hearing.url)
    wait_for(lambda: practice.sent_to(hearing.url) == [503] * 3)
    assert len(hearing.heard) == 3


def test_callbacks_stay_on_this_machine(practice: Practice) -> None:
    body = wa_body("00", "https://relay.example/cb")
    send_wa(practice, body).raise_for_status()
    assert final(practice, body["custom_data"])["fate"] == "delivered"
    assert practice.sent_to("https://relay.example") == []


def test_a_customer_can_answer(practice: Practice, hearing: Listener) -> None:
    body = wa_body("00", hearing.url)
    sid = send_wa(practice, body).json()["response"]["whatsapp"]["messages"][0]["data"]["sid"]
    hearing.wait(2)
    practice.do("reply", sid=sid, text="STOP")
    reply = hearing.wait(3)[2].json
    assert_same_shape(sample("exotel/whatsapp_callback_incoming"), reply)
    assert reply["whatsapp"]["messages"][0]["content"]["text"]["body"] == "STOP"
    practice.do("reply", sid=sid, text="बंद", quotes=True)
    practice.do("reply", sid=sid, text="No more", payload="STOP")
    quoted, pressed = (
        heard.json["whatsapp"]["messages"][0]["content"] for heard in hearing.wait(5)[3:]
    )
    assert quoted["context"] == pressed["context"] == {"id": sid}
    assert quoted["text"] == {"body": "बंद"}
    assert (pressed["type"], pressed["button"]["payload"]) == ("button", "STOP")
    for wrong in ({"text": 7}, {"payload": 7}, {"quotes": "yes"}):
        answer = practice.control.post("/reply", json={"sid": sid, **wrong})
        assert answer.json()["code"] == "bad_field"


def test_keys_paths_and_methods(practice: Practice) -> None:
    sid, base = practice.line["exotel_sid"], practice.line["exotel"]
    assert httpx.post(base + sms_path(practice), data=sms_form()).status_code == 401
    wrong = httpx.post(base + sms_path(practice), data=sms_form(), auth=("a", "b"))
    assert (wrong.status_code, wrong.json()["RestException"]["Status"]) == (401, 401)
    for path in ("/v1/Accounts/other/Sms/send.json", "/v2/accounts/other/messages"):
        assert practice.exotel.post(path, data=sms_form()).status_code == 401
    for path in (
        f"/v1/accounts/{sid}/Sms/send.json",
        f"/v1/Accounts/{sid}/SMS/send.json",
        f"/v1/Accounts/{sid}/sms/Messages/x.json",
        f"/v2/Accounts/{sid}/messages",
    ):
        assert practice.exotel.get(path).status_code in (404, 405)
        assert practice.exotel.post(path, data=sms_form()).status_code == 404
    assert practice.exotel.get(sms_path(practice)).status_code == 405
    assert practice.exotel.get(f"/v2/accounts/{sid}/messages").status_code == 405


def test_templates_are_listed_and_can_be_replaced(practice: Practice) -> None:
    path = f"/v2/accounts/{practice.line['exotel_sid']}/templates"
    rows = practice.exotel.get(path).json()["response"]["whatsapp"]["messages"]
    assert "bill_pay_qr" in {row["data"]["name"] for row in rows}
    assert "bill_pay_sms" not in {row["data"]["name"] for row in rows}
    shipped = sample("../../../resources/templates/messages")
    renamed = [{**row, "name": row["name"] + "_v2"} for row in shipped]
    try:
        practice.control.post("/templates", json=renamed).raise_for_status()
        body = wa_body()
        send_wa(practice, body).raise_for_status()
        assert final(practice, body["custom_data"])["code"] == 30024
    finally:
        practice.control.post("/templates", json=shipped).raise_for_status()


def test_the_journal_lets_tests_count_sends(practice: Practice) -> None:
    form = sms_form()
    practice.exotel.post(sms_path(practice), data=form).raise_for_status()
    sent = [e for e in practice.journal("exotel") if (e["form"] or {}).get("Body") == form["Body"]]
    mine = [e for e in sent if e["form"].get("CustomField") == form["CustomField"]]
    assert [(e["method"], e["status"]) for e in mine] == [("POST", 200)]
