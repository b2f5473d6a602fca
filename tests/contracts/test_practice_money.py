"""The practice Razorpay's money over time: attempts, refunds, limits (reference gateways 1.11)."""

import threading
import time

import httpx
import pytest

from tests.contracts.practice_case import assert_refused, get, new_link, new_qr, open_page
from tests.support.practice import Json, Listener, Practice, wait_for

LINKS = "/v1/payment_links"
QRS = "/v1/payments/qr_codes"
RUNNING = "Request failed because another request is in progress with the same idempotency key"


def payment_of(practice: Practice, payment_id: str) -> Json:
    return get(practice, f"/v1/payments/{payment_id}")


def refund(practice: Practice, payment_id: str, **body: object) -> httpx.Response:
    key = {"X-Refund-Idempotency": str(body.pop("key", f"key-{time.time_ns()}"))}
    return practice.razorpay.post(f"/v1/payments/{payment_id}/refund", json=body, headers=key)


# -- attempts --------------------------------------------------------------------------------------


def test_an_attempt_waits_for_the_customers_pin(practice: Practice) -> None:
    link = new_link(practice)
    waiting = practice.do("attempt", collect_id=link["id"])
    assert waiting["status"] == "created"
    order = get(practice, f"{LINKS}/{link['id']}")["order_id"]
    (shown,) = get(practice, f"/v1/orders/{order}/payments")["items"]
    assert (shown["id"], shown["status"], shown["captured"]) == (
        waiting["payment_id"],
        "created",
        False,
    )
    practice.pay(link["id"], payment_id=waiting["payment_id"])
    assert payment_of(practice, waiting["payment_id"])["status"] == "captured"


def test_no_answer_of_the_bank_fails_in_the_end_and_may_succeed_late(
    practice: Practice, hearing: Listener
) -> None:
    practice.webhook(hearing.url, events=["payment.failed", "payment.captured"])
    practice.features(attempt_s=1)
    link = new_link(practice)
    waiting = practice.do("attempt", collect_id=link["id"])["payment_id"]
    wait_for(lambda: payment_of(practice, waiting)["status"] == "failed")
    assert payment_of(practice, waiting)["error_reason"] == "payment_timed_out"
    practice.pay(link["id"], payment_id=waiting)
    assert payment_of(practice, waiting)["status"] == "captured"
    # Delivered at least once: a slow listener hears the same event again.
    wait_for(lambda: "payment.captured" in hearing.events())
    assert list(dict.fromkeys(hearing.events())) == ["payment.failed", "payment.captured"]


def test_what_nobody_captures_goes_back_in_the_end(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url, events=["refund.created", "refund.processed"])
    practice.features(capture_s=1)
    link = new_link(practice)
    held = practice.do("authorise", collect_id=link["id"])["payment_id"]
    wait_for(lambda: payment_of(practice, held)["status"] == "refunded")
    back = payment_of(practice, held)
    assert (back["captured"], back["amount_refunded"]) == (False, 124950)

    def told() -> list[tuple[str, bool]]:
        return [
            (heard.json["event"], heard.json["payload"]["payment"]["entity"]["captured"])
            for heard in hearing.heard
            if heard.json["payload"]["payment"]["entity"]["id"] == held
        ]

    wait_for(lambda: len(told()) == 2)
    assert told() == [("refund.created", False), ("refund.processed", False)]


def test_an_authorisation_after_the_end_shows_at_the_order(practice: Practice) -> None:
    link = new_link(practice)
    open_page(practice, link)
    practice.do("expire", collect_id=link["id"])
    assert practice.control.post("/authorise", json={"collect_id": link["id"]}).status_code == 409
    late = practice.do("authorise", collect_id=link["id"], late=True)["payment_id"]
    fetched = get(practice, f"{LINKS}/{link['id']}")
    assert (fetched["status"], fetched["payments"]) == ("expired", [])
    (shown,) = get(practice, f"/v1/orders/{fetched['order_id']}/payments")["items"]
    assert (shown["id"], shown["status"]) == (late, "authorized")


def test_a_second_authorisation_of_a_paid_order_goes_back_at_once(practice: Practice) -> None:
    link = new_link(practice)
    practice.pay(link["id"])
    second = practice.do("authorise", collect_id=link["id"], late=True)
    assert second["status"] == "refunded"
    shown = payment_of(practice, second["payment_id"])
    assert (shown["captured"], shown["refund_status"]) == (False, "full")


# -- refunds ---------------------------------------------------------------------------------------


def test_the_same_key_while_the_first_runs_is_409(practice: Practice) -> None:
    payment_id = practice.pay(new_qr(practice)["id"])
    practice.features(refund_pause_ms=600)
    answers: list[httpx.Response] = []

    def first() -> None:
        answers.append(refund(practice, payment_id, amount=500, key="running-key"))

    thread = threading.Thread(target=first)
    thread.start()
    time.sleep(0.2)
    assert_refused(refund(practice, payment_id, amount=500, key="running-key"), RUNNING, 409)
    thread.join()
    assert answers[0].status_code == 200
    again = refund(practice, payment_id, amount=500, key="running-key").json()
    assert again["id"] == answers[0].json()["id"]
    assert payment_of(practice, payment_id)["amount_refunded"] == 500


@pytest.mark.parametrize("ending", ["processed", "failed"])
def test_a_refund_ends_when_the_tester_says_so(
    practice: Practice, hearing: Listener, ending: str
) -> None:
    practice.features(refunds="pending", refund_ms=0)
    payment_id = practice.pay(new_qr(practice)["id"])
    practice.webhook(hearing.url, events=[f"refund.{ending}"])
    made = refund(practice, payment_id, amount=500).json()
    time.sleep(0.1)
    assert get(practice, f"/v1/refunds/{made['id']}")["status"] == "pending"
    assert practice.do(f"refunds/{made['id']}", status=ending)["status"] == ending
    told = hearing.wait(1)[0].json["payload"]["refund"]["entity"]
    assert (told["id"], told["status"]) == (made["id"], ending)
    left = 500 if ending == "processed" else 0
    assert payment_of(practice, payment_id)["amount_refunded"] == left
    again = practice.control.post(f"/refunds/{made['id']}", json={"status": ending})
    assert (again.status_code, again.json()["code"]) == (409, "not_pending")


def test_the_banks_reference_may_come_later(practice: Practice) -> None:
    practice.features(refund_ms=0, refund_ref_ms=500)
    payment_id = practice.pay(new_qr(practice)["id"])
    path = f"/v1/refunds/{refund(practice, payment_id, amount=500).json()['id']}"
    wait_for(lambda: get(practice, path)["status"] == "processed")
    assert get(practice, path)["acquirer_data"] == {"arn": None}
    wait_for(lambda: bool(get(practice, path)["acquirer_data"].get("rrn")))


def test_refusals_of_refunds(practice: Practice) -> None:
    old = practice.pay(new_qr(practice)["id"], age_s=200 * 86_400)
    assert_refused(
        refund(practice, old, amount=500),
        "Refund is not supported by the bank because the payment is more than 6 months old",
    )
    payment_id = practice.pay(new_qr(practice)["id"])
    practice.features(refunds="low_balance")
    text = "Your account does not have enough balance to carry out the refund operation."
    assert_refused(refund(practice, payment_id, amount=500), text)
    practice.features(refunds="processed")
    assert refund(practice, payment_id, amount=124950).status_code == 200
    assert_refused(
        refund(practice, payment_id, amount=100), "The payment has been fully refunded already."
    )
    held = practice.do("authorise", collect_id=new_link(practice)["id"])["payment_id"]
    assert_refused(
        refund(practice, held), "The payment status should be captured for action to be taken"
    )


def test_refunds_of_a_payment_are_paged(practice: Practice) -> None:
    payment_id = practice.pay(new_qr(practice)["id"])
    made = [refund(practice, payment_id, amount=100).json()["id"] for _ in range(12)]
    path = f"/v1/payments/{payment_id}/refunds"
    assert [r["id"] for r in get(practice, path)["items"]] == made[:1:-1]
    rest = get(practice, path, count=100, skip=10)["items"]
    assert [r["id"] for r in rest] == made[1::-1]


# -- lists -----------------------------------------------------------------------------------------


def test_lists_find_what_a_payment_was_for(practice: Practice) -> None:
    link, qr = new_link(practice), new_qr(practice)
    by_link, by_qr = practice.pay(link["id"]), practice.pay(qr["id"])
    (found,) = get(practice, LINKS, payment_id=by_link)["payment_links"]
    assert (found["id"], found["status"], found["payments"]) == (link["id"], "paid", [])
    assert found["notes"] == link["notes"]
    assert get(practice, LINKS, payment_id=by_qr)["payment_links"] == []
    assert [q["id"] for q in get(practice, QRS, payment_id=by_qr)["items"]] == [qr["id"]]
    assert get(practice, QRS, payment_id=by_link)["items"] == []


def test_old_payments_stand_at_their_time(practice: Practice) -> None:
    qr = new_qr(practice)
    old = practice.pay(qr["id"], age_s=7200)
    new = practice.pay(new_qr(practice)["id"])
    now = int(time.time())
    recent = get(practice, "/v1/payments", **{"from": now - 60, "count": 100})["items"]
    ids = [p["id"] for p in recent]
    assert (new in ids, old in ids) == (True, False)
    window = {"from": now - 7230, "to": now - 7170, "count": 100}
    assert old in [p["id"] for p in get(practice, "/v1/payments", **window)["items"]]
    newest = [p["created_at"] for p in get(practice, "/v1/payments", count=100)["items"]]
    assert newest == sorted(newest, reverse=True)


def test_money_that_is_for_nothing_of_ours(practice: Practice, hearing: Listener) -> None:
    practice.webhook(hearing.url)
    stray = practice.do("stray", amount=7700, notes={"order": "web-55"})["payment_id"]
    shown = payment_of(practice, stray)
    assert (shown["amount"], shown["status"], shown["captured"]) == (7700, "captured", True)
    assert (shown["description"], shown["order_id"]) == ("Donation", None)
    assert shown["notes"] == {"order": "web-55"}
    hearing.wait(1)
    assert hearing.events() == ["payment.captured"]


# -- the account -----------------------------------------------------------------------------------


def test_the_account_takes_so_many_requests_a_minute(practice: Practice) -> None:
    assert practice.do("limit", server="razorpay", per_minute=3) == {"razorpay": 3}
    answers = [practice.razorpay.get("/v1/payments") for _ in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["error"]["description"] == "Too Many Requests"
    limited = [e for e in practice.journal("razorpay") if e["fault"] == "limit"]
    assert [e["status"] for e in limited[-2:]] == [429, 429]
    assert practice.state()["limits"] == {"razorpay": 3}
    assert practice.do("limit", server="razorpay", per_minute=0) == {}
    assert practice.razorpay.get("/v1/payments").status_code == 200


def test_a_stale_read_is_the_last_one_again(practice: Practice) -> None:
    link = new_link(practice)
    path = f"{LINKS}/{link['id']}"
    before = get(practice, path)
    practice.pay(link["id"])
    practice.fault("razorpay", "stale", path=link["id"])
    assert get(practice, path) == before
    assert get(practice, path)["status"] == "paid"
    # What was never read before cannot be stale.
    other = new_link(practice)
    practice.fault("razorpay", "stale", path=other["id"])
    assert get(practice, f"{LINKS}/{other['id']}")["status"] == "created"


def test_a_login_page_has_status_200(practice: Practice) -> None:
    practice.fault("razorpay", "login_page")
    answer = practice.razorpay.get("/v1/payments")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    assert "<html>" in answer.text


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/refunds/rfnd_nobody", {"status": "processed"}, "not_found"),
        ("/stray", {}, "bad_field"),
        ("/stray", {"amount": 100, "notes": []}, "bad_field"),
        ("/stray", {"amount": 100, "age_s": -1}, "bad_field"),
        ("/limit", {"server": "bank", "per_minute": 5}, "bad_field"),
        ("/limit", {"server": "razorpay", "per_minute": "5"}, "bad_field"),
        ("/attempt", {"collect_id": "plink_nobody"}, "not_found"),
    ],
)
def test_control_of_money_refuses_clearly(
    practice: Practice, path: str, body: Json, code: str
) -> None:
    answer = practice.control.post(path, json=body)
    assert answer.status_code in (400, 404)
    assert answer.json()["code"] == code


def test_a_refund_cannot_end_otherwise(practice: Practice) -> None:
    practice.features(refunds="pending", refund_ms=0)
    made = refund(practice, practice.pay(new_qr(practice)["id"]), amount=500).json()
    answer = practice.control.post(f"/refunds/{made['id']}", json={"status": "lost"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_field")
