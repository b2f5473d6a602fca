"""The Exotel client: what it sends, and each class of result, written or not."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses

from pos_desktop.domain.delivery import Message, MessageState
from pos_desktop.domain.errors import Unavailable
from pos_desktop.domain.sale import Channel
from pos_desktop.messaging.exotel import ExotelMessenger
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.states import sms_state, whatsapp_state
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.net.http import HttpClient
from pos_desktop.ports import Accepted, Messenger, NotSent, Rejected, SendResult, Unknown
from tests.support.scripted_server import Script, answer, scripted
from tests.support.wire_samples import raw, sample
from tests.unit.messaging.conftest import EXOTEL, FACTS, OPTIONS, PAY_LINK, PICTURE, SMS_PAGE

BASE = "https://api.in.exotel.com"
SMS = f"{BASE}/v1/Accounts/shree1/Sms/send.json"
WHATSAPP = f"{BASE}/v2/accounts/shree1/messages"
DETAILS = f"{BASE}/v1/Accounts/shree1/SMS/Messages"
SID = "9f0c2a5f4be14f6e8a7d1c0b3e5a6d71"
SLOW = {"RestException": {"Status": 429, "Message": "Too Many Requests"}}


@pytest.fixture
def api() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def messenger(registry: TemplateRegistry) -> ExotelMessenger:
    return ExotelMessenger(HttpClient(BASE, auth=("key", "token")), EXOTEL, registry)


@pytest.fixture
def sms(registry: TemplateRegistry, message: Message) -> Message:
    composer = TemplateComposer(registry, OPTIONS)
    return composer.payment_request(Channel.SMS_LINK, message, replace(FACTS, link=SMS_PAGE))


@pytest.fixture
def whatsapp(registry: TemplateRegistry, message: Message) -> Message:
    composer = TemplateComposer(registry, OPTIONS)
    facts = replace(FACTS, media_url=PICTURE)
    return composer.payment_request(Channel.WHATSAPP_QR, message, facts)


def form_of(request: requests.PreparedRequest) -> str:
    assert isinstance(request.body, bytes)
    return request.body.decode("ascii")


def test_sms_form(api: responses.RequestsMock, messenger: ExotelMessenger, sms: Message) -> None:
    api.post(SMS, json=sample("exotel/sms_send_answer"))
    port: Messenger = messenger
    assert port.send(sms) == Accepted(SID)
    request = api.calls[0].request
    form = {name: values[0] for name, values in parse_qs(form_of(request)).items()}
    documented = parse_qs(raw("exotel/sms_send_request.form").decode())
    assert set(form) == set(documented)
    assert form == {
        "From": "SHRSTO",
        "To": "+919812345670",
        "Body": sms.body,
        "EncodingType": "plain",
        "SmsType": "transactional",
        "DltEntityId": "1101000000000000001",
        "DltTemplateId": "1107000000000000002",
        "CustomField": "m1.01JD8Q6W7X",
        "StatusCallback": "https://relay.example/cb/exotel/sms/shree/s3cret",
    }
    assert request.headers["Authorization"] == "Basic a2V5OnRva2Vu"
    assert request.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def test_a_rotated_secret_goes_into_the_next_message(
    api: responses.RequestsMock, messenger: ExotelMessenger, whatsapp: Message
) -> None:
    api.post(WHATSAPP, json=sample("exotel/whatsapp_send_answer"), status=202)
    address = "https://relay.example/cb/exotel/{channel}/shree/new"
    messenger.renew(replace(EXOTEL, callback_url=address))
    messenger.send(whatsapp)
    body = json.loads(api.calls[0].request.body or b"")
    assert body["status_callback"] == "https://relay.example/cb/exotel/wa/shree/new"


def test_whatsapp_body(
    api: responses.RequestsMock, messenger: ExotelMessenger, whatsapp: Message
) -> None:
    api.post(WHATSAPP, json=sample("exotel/whatsapp_send_answer"), status=202)
    assert messenger.send(whatsapp) == Accepted("7hK2mQ0aVx9LtR4cYb31Zd")
    body = json.loads(api.calls[0].request.body or b"")
    assert body["custom_data"] == "m1.01JD8Q6W7X"
    assert body["status_callback"] == "https://relay.example/cb/exotel/wa/shree/s3cret"
    (entry,) = body["whatsapp"]["messages"]
    assert (entry["from"], entry["to"]) == ("+918047100000", "+919812345670")
    assert entry["custom_data"] == "m1.01JD8Q6W7X"
    template = entry["content"]["template"]
    documented = sample("exotel/whatsapp_template")
    assert template["language"] == documented["language"]
    assert template["components"][0] == {
        "type": "header",
        "parameters": [{"type": "image", "image": {"link": PICTURE}}],
    }
    assert [p["text"] for p in template["components"][1]["parameters"]] == list(whatsapp.parameters)
    assert len(template["components"]) == 2


def test_whatsapp_button(
    api: responses.RequestsMock,
    messenger: ExotelMessenger,
    registry: TemplateRegistry,
    message: Message,
) -> None:
    api.post(WHATSAPP, json=sample("exotel/whatsapp_send_answer"), status=202)
    composer = TemplateComposer(registry, OPTIONS)
    linked = composer.payment_request(Channel.WHATSAPP_LINK, message, replace(FACTS, link=PAY_LINK))
    messenger.send(linked)
    body = json.loads(api.calls[0].request.body or b"")
    components = body["whatsapp"]["messages"][0]["content"]["template"]["components"]
    button = sample("exotel/whatsapp_template")["components"][2]
    button["parameters"][0]["text"] = "rzp/Ab3dE9k"
    assert components[1:] == [button]


def test_without_a_relay_there_is_no_callback(
    api: responses.RequestsMock, registry: TemplateRegistry, sms: Message, whatsapp: Message
) -> None:
    api.post(SMS, json=sample("exotel/sms_send_answer"))
    api.post(WHATSAPP, json=sample("exotel/whatsapp_send_answer"), status=202)
    alone = replace(EXOTEL, callback_url="", dlt_entity_id="", sms_from="")
    messenger = ExotelMessenger(HttpClient(BASE), alone, registry)
    messenger.send(sms)
    messenger.send(whatsapp)
    form = parse_qs(form_of(api.calls[0].request))
    assert {"StatusCallback", "DltEntityId"}.isdisjoint(form)
    assert form["From"] == ["RASEED"]
    assert "status_callback" not in json.loads(api.calls[1].request.body or b"")


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (200, b'{"SMSMessage":{"Sid":"s1","Status":"queued"}}', Accepted("s1")),
        (202, b'{"SMSMessage":{"Sid":"s1"}}', Accepted("s1")),
        (200, b'{"SMSMessage":{"Sid":""}}', Unknown),
        (200, b'{"SMSMessage":{"Sid":17}}', Unknown),
        (200, b'{"SMSMessage":[]}', Unknown),
        (200, b"<TwilioResponse/>", Unknown),
        (200, b"", Unknown),
        (302, b"", Unknown),
        (400, raw("exotel/error.xml"), Rejected),
        (401, b"", Rejected),
        (402, b"", Rejected),
        (403, b"", Rejected),
        (404, b"", Rejected),
        (405, b"", Rejected),
        (408, b"", Unknown),
        (409, b"", Unknown),
        (429, raw("exotel/error.json"), NotSent),
        (503, b"", NotSent),
        (500, b"", Unknown),
        (502, b"<html>", Unknown),
        (504, b"", Unknown),
    ],
)
def test_every_class_of_sms_result(
    api: responses.RequestsMock,
    messenger: ExotelMessenger,
    sms: Message,
    status: int,
    body: bytes,
    result: SendResult | type,
) -> None:
    api.post(SMS, body=body, status=status)
    got = messenger.send(sms)
    assert got == result if isinstance(result, Accepted) else type(got) is result
    if isinstance(got, Rejected):
        assert (got.http_status, got.setup) == (status, status in (401, 402, 403))
    assert len(api.calls) == 1


def envelope(entry: dict[str, Any] | None) -> bytes:
    body = sample("exotel/whatsapp_send_answer")
    body["response"]["whatsapp"]["messages"] = [] if entry is None else [entry]
    return json.dumps(body).encode()


OK = {"code": 202, "error_data": None, "status": "success", "data": {"sid": "w1"}}


@pytest.mark.parametrize(
    ("status", "body", "result"),
    [
        (202, envelope(OK), Accepted("w1")),
        (200, envelope(OK), Accepted("w1")),
        (202, envelope({**OK, "code": "202"}), Accepted("w1")),
        (202, envelope({**OK, "data": {"message_id": "w2"}}), Accepted("w2")),
        (202, envelope({**OK, "data": {"sid": ""}}), Unknown),
        (202, envelope({**OK, "data": None}), Unknown),
        (202, envelope(None), Unknown),
        (202, b'{"sid":"elsewhere"}', Unknown),
        (202, b"<html>", Unknown),
        (202, envelope({**OK, "code": 400, "status": "failure", "data": None}), Rejected),
        (202, envelope({**OK, "code": 402, "status": "failure", "data": None}), Rejected),
        (202, envelope({"status": "failure", "data": None}), Rejected),
        (202, envelope({**OK, "code": 429, "data": None}), NotSent),
        (202, envelope({**OK, "code": 500, "data": None}), Unknown),
        (400, raw("exotel/whatsapp_send_failure.json"), Rejected),
        (400, b'{"RestException":{"Status":400,"Message":"x"}}', Rejected),
        (400, b'{"error":{"code":1001,"message":"x"}}', Rejected),
        (400, b'{"errors":[1]}', Rejected),
        (401, b"nonsense", Rejected),
        (429, b"", NotSent),
        (503, b"", NotSent),
        (500, b"", Unknown),
    ],
)
def test_every_class_of_whatsapp_result(
    api: responses.RequestsMock,
    messenger: ExotelMessenger,
    whatsapp: Message,
    status: int,
    body: bytes,
    result: SendResult | type,
) -> None:
    api.post(WHATSAPP, body=body, status=status)
    got = messenger.send(whatsapp)
    assert got == result if isinstance(result, Accepted) else type(got) is result
    assert len(api.calls) == 1


def test_failure_sample_keeps_the_code_but_not_the_sentence(
    api: responses.RequestsMock, messenger: ExotelMessenger, whatsapp: Message
) -> None:
    api.post(WHATSAPP, body=raw("exotel/whatsapp_send_failure.json"), status=400)
    got = messenger.send(whatsapp)
    assert isinstance(got, Rejected)
    assert (got.http_status, got.code, got.setup) == (400, 1001, False)
    assert "required" not in got.text


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("900", 60.0), (None, 15.0)])
def test_wait_that_was_asked_for(
    api: responses.RequestsMock,
    messenger: ExotelMessenger,
    sms: Message,
    header: str | None,
    seconds: float,
) -> None:
    headers = {} if header is None else {"Retry-After": header}
    api.post(SMS, json=SLOW, status=429, headers=headers)
    got = messenger.send(sms)
    assert isinstance(got, NotSent) and got.retry_after == seconds


def test_template_of_another_channel_never_leaves(
    messenger: ExotelMessenger, message: Message
) -> None:
    for template, channel in (("", "sms"), ("bill_pay_sms", "whatsapp"), ("gone", "whatsapp")):
        got = messenger.send(replace(message, template=template, channel=channel))
        assert isinstance(got, Rejected) and got.http_status == 0


def at(url: str, registry: TemplateRegistry) -> ExotelMessenger:
    return ExotelMessenger(HttpClient(url, timeouts=(1, 0.2)), EXOTEL, registry)


def hang(peer: object, _request: bytes) -> None:
    time.sleep(0.5)


@pytest.mark.parametrize(
    "script", [hang, lambda peer, _request: peer.close(), answer(b"x" * 300_000)]
)
def test_in_doubt_is_unknown_and_sent_once(
    registry: TemplateRegistry, sms: Message, whatsapp: Message, script: Script
) -> None:
    for message in (sms, whatsapp):
        with scripted(script) as server:
            assert isinstance(at(server.url, registry).send(message), Unknown)
        assert len(server.requests) == 1


def test_unreachable_is_not_sent(registry: TemplateRegistry, sms: Message) -> None:
    with scripted(answer(b"{}")) as server:
        url = server.url
    got = at(url, registry).send(sms)
    assert isinstance(got, NotSent) and got.retry_after > 0


def test_poll(api: responses.RequestsMock, messenger: ExotelMessenger) -> None:
    details = sample("exotel/sms_send_answer")
    details["SMSMessage"] |= {"Status": "sent", "DetailedStatusCode": 20005, "Price": "0.18"}
    api.get(f"{DETAILS}/{SID}.json", json=details)
    seen = messenger.poll(SID)
    assert seen is not None
    assert (seen.sid, seen.state, seen.code) == (SID, MessageState.DELIVERED, 20005)
    assert seen.to_last10 == "9812345670"


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"Status": "queued", "DetailedStatusCode": 21010}, MessageState.ACCEPTED),
        ({"Status": "failed", "DetailedStatusCode": "23010"}, MessageState.FAILED),
        ({"Status": "mystery", "DetailedStatusCode": None}, MessageState.ACCEPTED),
        ({"DetailedStatus": "DELIVERED_TO_HANDSET"}, MessageState.DELIVERED),
    ],
)
def test_poll_states(
    api: responses.RequestsMock,
    messenger: ExotelMessenger,
    fields: dict[str, object],
    state: MessageState,
) -> None:
    api.get(f"{DETAILS}/s1.json", json={"SMSMessage": fields})
    seen = messenger.poll("s1")
    assert seen is not None and seen.state is state


@pytest.mark.parametrize("body", [b"", b"[]", b'{"SMSMessage":null}', b"<TwilioResponse/>"])
def test_poll_that_tells_nothing(
    api: responses.RequestsMock, messenger: ExotelMessenger, body: bytes
) -> None:
    api.get(f"{DETAILS}/s1.json", body=body)
    assert messenger.poll("s1") is None


def test_poll_of_an_id_that_is_no_sms(
    api: responses.RequestsMock, messenger: ExotelMessenger
) -> None:
    api.get(f"{DETAILS}/a%2Fb.json", status=404)
    assert messenger.poll("a/b") is None


@pytest.mark.parametrize(("status", "code"), [(403, "exotel_setup"), (500, "exotel_down")])
def test_poll_refused(
    api: responses.RequestsMock, messenger: ExotelMessenger, status: int, code: str
) -> None:
    api.get(f"{DETAILS}/s1.json", status=status)
    with pytest.raises(Unavailable) as caught:
        messenger.poll("s1")
    assert caught.value.code == code


@pytest.mark.parametrize("status", [200, 404, 400, 429])
def test_ping_reaches(api: responses.RequestsMock, registry: TemplateRegistry, status: int) -> None:
    http = HttpClient(BASE)
    api.get(f"{BASE}/v2/accounts/shree1/templates", status=status)
    ExotelMessenger(http, EXOTEL, registry).ping()
    api.get(f"{DETAILS}/ping.json", status=status)
    ExotelMessenger(http, EXOTEL, registry, Channel.SMS_LINK).ping()
    ExotelMessenger(http, replace(EXOTEL, whatsapp_from=""), registry).ping()
    assert len(api.calls) == 3


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "exotel_setup"), (402, "exotel_setup"), (403, "exotel_setup"), (503, "exotel_down")],
)
def test_ping_needs_attention(
    api: responses.RequestsMock, messenger: ExotelMessenger, status: int, code: str
) -> None:
    api.get(f"{BASE}/v2/accounts/shree1/templates", status=status)
    with pytest.raises(Unavailable) as caught:
        messenger.ping()
    assert caught.value.code == code


def test_log_names_no_phone_body_or_link(
    api: responses.RequestsMock,
    messenger: ExotelMessenger,
    sms: Message,
    caplog: pytest.LogCaptureFixture,
) -> None:
    api.post(
        SMS, json={"RestException": {"Message": "Invalid Recipient [09812345670]"}}, status=400
    )
    with caplog.at_level(logging.DEBUG):
        got = messenger.send(sms)
    told = caplog.text + str(got)
    assert "rejected 400" in caplog.text
    for secret in ("9812345670", "Shree Stores", SMS_PAGE, "s3cret", "a2V5OnRva2Vu"):
        assert secret not in told


def test_callback_samples_in_our_words() -> None:
    (dlr,) = sample("exotel/whatsapp_callback_dlr")["whatsapp"]["messages"]
    assert whatsapp_state(dlr["exo_detailed_status"], dlr["exo_status_code"]) == (
        MessageState.DELIVERED,
        None,
    )
    form = parse_qs(raw("exotel/sms_callback.form").decode())
    word, code = form["Status"][0], int(form["DetailedStatusCode"][0])
    assert sms_state(word, code) == (MessageState.DELIVERED, None)
