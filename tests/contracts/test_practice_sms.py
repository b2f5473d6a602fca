"""The practice Exotel's SMS answers and reports as documented (exotel 2, 4, 9)."""

import re
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.contracts.exotel_case import (
    BODY,
    details,
    final,
    send_sms,
    send_wa,
    sms_form,
    sms_path,
    wa_body,
)
from tests.contracts.practice_case import assert_same_shape
from tests.support.practice import Listener, Practice, wait_for
from tests.support.wire_samples import raw, sample


@pytest.fixture(autouse=True)
def _quick(practice: Practice) -> None:
    practice.features(pace_ms=15, retry_ms=30)


def test_an_sms_answer_has_the_documented_shape(practice: Practice) -> None:
    seen = []
    for _ in range(2):
        answer = send_sms(practice)
        assert answer.status_code == 200
        assert_same_shape(sample("exotel/sms_send_answer"), answer.json())
        message = answer.json()["SMSMessage"]
        assert (message["Status"], message["DetailedStatusCode"]) == ("queued", 21010)
        assert re.fullmatch(r"[0-9a-f]{32}", message["Sid"])
        seen.append((message["From"], message["To"], message["DateSent"]))
    # Numbers and the unsent date come in either of two forms.
    assert sorted(seen, key=str) == [
        ("08047100000/RASEED", "09812345600", None),
        ("RASEED", "+919812345600", "1970-01-01 05:30:00"),
    ]


def test_without_json_in_the_path_the_answer_is_xml(practice: Practice) -> None:
    answer = practice.exotel.post(sms_path(practice, ""), data=sms_form())
    assert answer.headers["content-type"].startswith("application/xml")
    assert answer.text.startswith("<TwilioResponse><SMSMessage><Sid>")
    refused = practice.exotel.post(sms_path(practice, ""), data=sms_form("04"))
    assert refused.status_code == 400
    assert refused.text == raw("exotel/error.xml").decode().strip()


def test_an_sms_goes_its_way_and_can_be_polled(practice: Practice) -> None:
    sid = send_sms(practice).json()["SMSMessage"]["Sid"]
    wait_for(lambda: bool(details(practice, sid)["Status"] == "sent"))
    done = details(practice, sid)
    assert (done["DetailedStatusCode"], done["DetailedStatus"]) == (20005, "DELIVERED_TO_HANDSET")
    assert done["SmsUnits"] == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", done["DateSent"])
    unknown = practice.exotel.get(f"/v1/Accounts/{practice.line['exotel_sid']}/SMS/Messages/x.json")
    assert (unknown.status_code, unknown.json()["RestException"]["Status"]) == (404, 404)


def test_the_sms_callback_is_a_form(practice: Practice, hearing: Listener) -> None:
    form = sms_form(StatusCallback=hearing.url + "/cb/secret")
    sid = practice.exotel.post(sms_path(practice), data=form).json()["SMSMessage"]["Sid"]
    heard = hearing.wait(1)[0]
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    got = dict(parse_qsl(heard.body.decode()))
    assert set(got) == set(dict(parse_qsl(raw("exotel/sms_callback.form").decode().strip())))
    assert (got["SmsSid"], got["Status"], got["To"]) == (sid, "sent", "09812345600")
    assert got["CustomField"] == form["CustomField"]
    assert len(hearing.heard) == 1


def test_the_sms_callback_can_be_json_without_label(practice: Practice, hearing: Listener) -> None:
    json_type = "application/json"
    send_sms(
        practice,
        StatusCallback=hearing.url,
        StatusCallbackContentType=json_type,
        CustomField=None,
    )
    heard = hearing.wait(1)[0]
    assert heard.headers["content-type"] == json_type
    assert heard.json["DetailedStatusCode"] == "20005"
    assert "CustomField" not in heard.json


@pytest.mark.parametrize("ending", ["00", "01", "12", "13", "14", "42", "99"])
def test_these_numbers_get_their_sms(practice: Practice, ending: str) -> None:
    form = sms_form(ending)
    practice.exotel.post(sms_path(practice), data=form).raise_for_status()
    assert final(practice, form["CustomField"])["fate"] == "delivered"


@pytest.mark.parametrize(
    ("ending", "status", "code"), [("02", "failed_dnd", 23005), ("03", "failed", 23185)]
)
def test_these_numbers_do_not(practice: Practice, ending: str, status: str, code: int) -> None:
    form = sms_form(ending)
    practice.exotel.post(sms_path(practice), data=form).raise_for_status()
    message = final(practice, form["CustomField"])
    assert (message["status"], message["code"]) == (status, code)


@pytest.mark.parametrize(
    ("ending", "status"), [("04", 400), ("05", 402), ("06", 403), ("07", 429), ("08", 503)]
)
def test_numbers_that_are_refused_at_once(practice: Practice, ending: str, status: int) -> None:
    form = sms_form(ending)
    whatsapp = wa_body(ending)
    answers = [practice.exotel.post(sms_path(practice), data=form), send_wa(practice, whatsapp)]
    assert [a.status_code for a in answers] == [status, status]
    assert_same_shape(sample("exotel/error"), answers[0].json())
    if status == 429:
        assert [a.headers["retry-after"] for a in answers] == ["1", "1"]
    labels = {form["CustomField"], whatsapp["custom_data"]}
    assert not labels & {m["label"] for m in practice.state()["messages"]}


def test_a_500_after_accepting_is_healed_by_the_callback(
    practice: Practice, hearing: Listener
) -> None:
    form = sms_form("09", StatusCallback=hearing.url)
    assert practice.exotel.post(sms_path(practice), data=form).status_code == 500
    got = dict(parse_qsl(hearing.wait(1)[0].body.decode()))
    assert got["CustomField"] == form["CustomField"]
    body = wa_body("09", hearing.url)
    assert send_wa(practice, body).status_code == 500
    hearing.wait(3)
    assert hearing.heard[1].json["whatsapp"]["messages"][0]["custom_data"] == body["custom_data"]


def test_accepted_and_never_answered(practice: Practice, hearing: Listener) -> None:
    with pytest.raises(httpx.ReadTimeout):
        practice.exotel.post(
            sms_path(practice), data=sms_form("10", StatusCallback=hearing.url), timeout=0.4
        )
    hearing.wait(1)
    with pytest.raises(httpx.ReadTimeout):
        path = f"/v2/accounts/{practice.line['exotel_sid']}/messages"
        practice.exotel.post(path, json=wa_body("10", hearing.url), timeout=0.4)
    hearing.wait(3)


def test_accepted_without_a_sid(practice: Practice) -> None:
    assert "Sid" not in send_sms(practice, "11").json()["SMSMessage"]
    answer = send_wa(practice, wa_body("11"))
    assert answer.status_code == 202
    entry = answer.json()["response"]["whatsapp"]["messages"][0]
    assert (entry["status"], entry["data"]) == ("success", {})


@pytest.mark.parametrize(
    "changes",
    [
        {"From": None},
        {"To": None},
        {"Body": None},
        {"To": "12345"},
        {"To": "+915812345600"},
        {"Body": "x" * 2001},
        {"EncodingType": "utf8"},
        {"Priority": "urgent"},
        {"SmsType": "spam"},
        {"DltEntityId": "abc"},
        {"Body": BODY + " ₹"},
        {"From": "OTHERS"},
    ],
)
def test_bad_sms_requests(practice: Practice, changes: dict[str, str | None]) -> None:
    answer = send_sms(practice, **changes)
    assert answer.status_code == 400
    assert answer.json()["RestException"]["Status"] == 400


def test_an_sms_must_be_a_form(practice: Practice) -> None:
    answer = practice.exotel.post(sms_path(practice), json=sms_form())
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Body": BODY.replace("token", "number")}, 23185),
        ({"Body": BODY.replace("1249", "1,249")}, 23185),
        ({"Body": BODY.replace("Tea", "Tea/Milk")}, 23185),
        ({"Body": BODY.replace("Tea", "T" * 31)}, 23186),
        ({"Body": BODY + "x" * 20}, 23186),
        ({"Body": BODY.replace("/i?", "/pay?")}, 23083),
        ({"Body": BODY.replace("http://127.0.0.1:8000", "http://example.in")}, 23083),
        ({"Body": BODY.replace("http://127.0.0.1:8000", "https://10.0.0.1")}, 23083),
        ({"Body": BODY.replace("http://127.0.0.1:8000", "https://b.shree.in")}, 20005),
        ({"DltTemplateId": "1107000000000000009"}, 23182),
        ({"DltTemplateId": None}, 20005),
        ({"DltEntityId": None}, 20005),
        ({"DltEntityId": "1101000000000000009"}, 23281),
        ({"Body": "Big sale today", "DltTemplateId": None}, 23185),
    ],
)
def test_the_operators_compare_with_the_template(
    practice: Practice, changes: dict[str, str | None], code: int
) -> None:
    form = sms_form(**changes)
    practice.exotel.post(sms_path(practice), data=form).raise_for_status()
    assert final(practice, form["CustomField"])["code"] == code
