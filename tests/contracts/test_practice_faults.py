"""Faults on demand, the journal and the control API of the practice servers."""

import time

import httpx
import pytest

from tests.contracts.practice_case import get, link_body, new_link, new_qr
from tests.support.practice import Json, Practice

LINKS = "/v1/payment_links"


def test_statuses_come_exactly_as_often_as_asked(practice: Practice) -> None:
    practice.fault("razorpay", "status_429", count=2, retry_after=7)
    answers = [practice.razorpay.get(LINKS) for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert answers[0].json()["error"]["code"] == "BAD_REQUEST_ERROR"


def test_a_server_error_does_no_work(practice: Practice) -> None:
    practice.fault("razorpay", "status_500")
    asked = link_body()
    answer = practice.razorpay.post(LINKS, json=asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "SERVER_ERROR")
    assert get(practice, LINKS, reference_id=asked["reference_id"])["payment_links"] == []


def test_html_instead_of_json(practice: Practice) -> None:
    practice.fault("razorpay", "html")
    answer = practice.razorpay.get(LINKS)
    assert answer.status_code == 502
    assert answer.headers["content-type"] == "text/html"
    assert "<html>" in answer.text


@pytest.mark.parametrize(("kind", "worked"), [("hang", 0), ("hang_after_work", 1)])
def test_hanging(practice: Practice, kind: str, worked: int) -> None:
    practice.fault("razorpay", kind, method="POST", path="/payment_links")
    asked = link_body()
    with pytest.raises(httpx.ReadTimeout):
        practice.razorpay.post(LINKS, json=asked, timeout=0.4)
    found = get(practice, LINKS, reference_id=asked["reference_id"])["payment_links"]
    assert len(found) == worked
    entry = [e for e in practice.journal("razorpay") if e["fault"] == kind][-1]
    assert entry["status"] is None


@pytest.mark.parametrize(("kind", "worked"), [("refuse", 0), ("refuse_after_work", 1)])
def test_closing_without_an_answer(practice: Practice, kind: str, worked: int) -> None:
    practice.fault("razorpay", kind, method="POST")
    asked = link_body()
    with pytest.raises(httpx.RemoteProtocolError):
        practice.razorpay.post(LINKS, json=asked, timeout=5)
    found = get(practice, LINKS, reference_id=asked["reference_id"])["payment_links"]
    assert len(found) == worked


def test_delay_and_skip(practice: Practice) -> None:
    practice.fault("razorpay", "delay", skip=1, delay_ms=400)
    begun = time.monotonic()
    practice.razorpay.get(LINKS)
    assert time.monotonic() - begun < 0.3
    begun = time.monotonic()
    assert practice.razorpay.get(LINKS).status_code == 200
    assert time.monotonic() - begun >= 0.4


def test_faults_for_a_time_and_their_end(practice: Practice) -> None:
    practice.fault("exotel", "status_503", seconds=60)
    path = f"/v2/accounts/{practice.line['exotel_sid']}/templates"
    for _ in range(3):
        assert practice.exotel.get(path).json()["RestException"]["Status"] == 503
    assert practice.razorpay.get(LINKS).status_code == 200
    practice.control.delete("/faults").raise_for_status()
    assert practice.exotel.get(path).status_code == 200
    assert practice.control.get("/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"target": "bank", "kind": "hang"},
        {"target": "razorpay", "kind": "lose"},
        {"target": "webhooks", "kind": "status_500"},
        {"target": "razorpay", "kind": "status_200"},
        {"target": "razorpay", "kind": "hang", "count": -1},
        {"target": "razorpay", "kind": "hang", "count": True},
        {"target": "razorpay", "kind": "hang", "path": 5},
        {"target": "razorpay", "kind": "hang", "colour": "red"},
    ],
)
def test_faults_that_do_not_exist(practice: Practice, body: Json) -> None:
    answer = practice.control.post("/faults", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_fault")


def test_the_journal_tells_what_came(practice: Practice) -> None:
    last = practice.journal()[-1]["n"] if practice.journal() else 0
    asked = link_body()
    practice.razorpay.post(LINKS, json=asked)
    practice.razorpay.get(LINKS, params={"reference_id": asked["reference_id"]})
    made, read = practice.journal("razorpay", since=last)
    assert (made["method"], made["path"], made["status"]) == ("POST", LINKS, 200)
    assert made["json"] == asked
    assert made["n"] < read["n"]
    assert read["query"] == f"reference_id={asked['reference_id']}"
    assert abs(read["at"] - time.time() * 1000) < 5000


def test_state_shows_everything(practice: Practice) -> None:
    link, qr = new_link(practice), new_qr(practice)
    payment = practice.pay(qr["id"])
    state = practice.state()
    assert link["id"] in {x["id"] for x in state["links"]}
    shown = next(x for x in state["qrs"] if x["id"] == qr["id"])
    assert shown["upi_payload"] == qr["image_content"]
    paid = next(x for x in state["payments"] if x["id"] == payment)
    assert (paid["collect_id"], paid["status"]) == (qr["id"], "captured")
    assert state["features"]["qr"] is True


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/pay", {"collect_id": "plink_nobody"}, "not_found"),
        ("/pay", {"reference": "nobody"}, "not_found"),
        ("/features", {"colour": "red"}, "bad_feature"),
        ("/features", {"qr": "no"}, "bad_feature"),
        ("/features", {"refunds": "maybe"}, "bad_feature"),
        ("/webhook", {"url": 5}, "bad_webhook"),
        ("/webhook", {"url": "", "events": "all"}, "bad_webhook"),
        ("/keys", {"password": "x"}, "bad_key"),
        ("/keys", {"key_secret": 5}, "bad_key"),
        ("/templates", [{"name": "x"}], "bad_templates"),
        ("/templates", {}, "bad_templates"),
        ("/reply", {"sid": "x"}, "not_found"),
        ("/features", [], "bad_json"),
        ("/nothing", {}, "bad_request"),
    ],
)
def test_control_refuses_clearly(practice: Practice, path: str, body: object, code: str) -> None:
    answer = practice.control.post(path, json=body)
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] == code


def test_payment_fields_are_checked(practice: Practice) -> None:
    link = new_link(practice)
    for more in ({"amount": "5"}, {"colour": "red"}, {"late": 1}):
        answer = practice.control.post("/pay", json={"collect_id": link["id"], **more})
        assert answer.json()["code"] == "bad_field"
    wrong = {"collect_id": link["id"], "payment_id": "pay_nobody"}
    assert practice.control.post("/pay", json=wrong).json()["code"] == "not_payable"


def test_odd_amounts_and_methods_are_possible(practice: Practice) -> None:
    link = new_link(practice)
    payment = practice.pay(link["id"], amount=100, method="netbanking", fee=24, tax=4)
    seen = get(practice, f"/v1/payments/{payment}")
    assert (seen["amount"], seen["fee"], seen["tax"]) == (100, 24, 4)
    assert set(seen["acquirer_data"]) == {"bank_transaction_id"}
    assert seen["bank"] == "HDFC"
    assert get(practice, f"{LINKS}/{link['id']}")["status"] == "partially_paid"
