"""The Razorpay adapter looks and closes: what it believes about money."""

import json
from dataclasses import replace
from typing import Any

import pytest
import responses
from responses import matchers

from pos_desktop.domain.payment import GatewayStatus, PaymentStatus
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.ports import GatewayError, GatewayErrorKind
from tests.support.wire_samples import sample
from tests.unit.gateways.answers import (
    COLLECT,
    INTENT,
    LINK_ID,
    LINKS,
    ORDER,
    PAY,
    QR_COLLECT,
    QR_ID,
    QR_INTENT,
    QRS,
    bad,
    fresh_link,
    items,
    link,
    payment,
    qr,
    timed,
)
from tests.unit.gateways.conftest import BASE, NOW

SKEW = 90_500
"""What the server's clock (``timed``) is ahead of ours."""


def test_find_link_asks_the_link_itself_because_the_list_hides_payments(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    stranger = fresh_link(id="plink_Other", reference_id="FM01-2627-000123-12")
    api.get(LINKS, json={"payment_links": [stranger, link(payments=[])]})
    api.get(f"{LINKS}/{LINK_ID}", json=link())
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    seen = gateway.find(INTENT)
    assert seen is not None
    assert (seen.status, [p.payment_id for p in seen.payments]) == (GatewayStatus.PAID, [PAY])


def test_find_link_nothing(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(LINKS, json={"payment_links": []})
    assert gateway.find(INTENT) is None


def test_find_qr_matches_the_note_across_pages(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    others = [qr(id=f"qr_{n}", notes=[] if n % 2 else {"intent": "other"}) for n in range(100)]
    since = {"count": "100", "from": str(NOW // 1000 - 90 - 120)}
    first = matchers.query_param_matcher({**since, "skip": "0"})
    second = matchers.query_param_matcher({**since, "skip": "100"})
    api.get(QRS, json=items(*others), match=[first])
    api.get(QRS, json=items(qr()), match=[second])
    api.get(f"{QRS}/{QR_ID}/payments", json=items())
    seen = gateway.find(QR_INTENT)
    assert seen is not None
    assert (seen.gateway_id, seen.reference) == (QR_ID, QR_INTENT.reference)


def test_find_qr_nothing(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(QRS, json=items(qr(notes=None)))
    assert gateway.find(QR_INTENT) is None


def test_find_qr_never_says_no_while_there_is_more_to_search(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(QRS, json=items(*[qr(notes=[]) for _ in range(100)]))
    with pytest.raises(GatewayError) as caught:
        gateway.find(QR_INTENT)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE


def test_fetch_open_link_never_opened(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=fresh_link(notes=[], reminders=[], customer=[]))
    seen = gateway.fetch(COLLECT)
    assert (seen.status, seen.payments, len(api.calls)) == (GatewayStatus.OPEN, (), 1)


def test_fetch_shows_attempts_of_the_order(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    failed = sample("razorpay/hook_payment_failed")["payload"]["payment"]["entity"]
    api.get(f"{LINKS}/{LINK_ID}", json=link(status="created", payments=[]))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(failed))
    seen = gateway.fetch(COLLECT)
    assert seen.status is GatewayStatus.OPEN
    assert [(p.status, p.error_reason) for p in seen.payments] == [
        (PaymentStatus.FAILED, "payment_cancelled")
    ]


def test_captures_are_believed_only_from_the_payment_itself(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=link(status="created"))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment(status="authorized", captured=False))
    seen = gateway.fetch(COLLECT)
    assert seen.status is GatewayStatus.OPEN
    assert [p.status for p in seen.payments] == [PaymentStatus.AUTHORISED]


def test_a_look_at_a_paid_link_goes_on_where_a_slow_account_broke_it_off(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=link())
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=bad("slow down"), status=429)
    for _ in range(2):
        with pytest.raises(GatewayError) as caught:
            gateway.fetch(COLLECT)
        assert caught.value.kind is GatewayErrorKind.RATE_LIMITED
    api.replace(responses.GET, f"{BASE}/v1/payments/{PAY}", json=payment())
    assert gateway.fetch(COLLECT).status is GatewayStatus.PAID
    asked = [str(call.request.url).split("?")[0] for call in api.calls]
    assert asked.count(f"{LINKS}/{LINK_ID}") == 1
    assert gateway.fetch(COLLECT).status is GatewayStatus.PAID
    asked = [str(call.request.url).split("?")[0] for call in api.calls]
    assert asked.count(f"{LINKS}/{LINK_ID}") == 2


def test_another_payments_answer_is_refused(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    entity = link()
    del entity["order_id"]
    api.get(f"{LINKS}/{LINK_ID}", json=entity)
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment(id="pay_Other"))
    with pytest.raises(GatewayError) as caught:
        gateway.fetch(COLLECT)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE


def test_late_money_on_an_expired_link(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/{LINK_ID}", json=link(status="expired", payments=[]))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    seen = gateway.fetch(COLLECT)
    assert (seen.status, seen.close_reason) == (GatewayStatus.PAID, "expired")


def test_fetch_does_not_hide_money_behind_a_bad_address(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    entity = fresh_link(short_url="https://evil.example/")
    api.get(f"{LINKS}/{LINK_ID}", json=entity)
    assert gateway.fetch(COLLECT).url is None


def test_fetch_qr_with_payment(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    credited = sample("razorpay/hook_qr_code_credited")["payload"]["payment"]["entity"]
    credited["notes"] = qr()["notes"]
    api.get(f"{QRS}/{QR_ID}", json=qr())
    api.get(f"{QRS}/{QR_ID}/payments", json=items(credited))
    api.get(f"{BASE}/v1/payments/{credited['id']}", json=credited)
    seen = gateway.fetch(QR_COLLECT)
    assert seen.status is GatewayStatus.PAID
    assert [(p.rrn, p.provider_order_id) for p in seen.payments] == [("632712345679", None)]


def test_close_link(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.post(f"{LINKS}/{LINK_ID}/cancel", json=fresh_link() | {"status": "cancelled"})
    seen = gateway.close(COLLECT)
    assert (seen.status, seen.close_reason) == (GatewayStatus.CANCELLED, "cancelled")


@pytest.mark.parametrize(
    "text",
    [
        "cannot cancel or expire an already paid/partially paid link",
        "cannot cancel or expire an expired link",
        "some new wording",
    ],
)
def test_payment_wins_over_close(
    api: responses.RequestsMock, gateway: RazorpayGateway, text: str
) -> None:
    api.post(f"{LINKS}/{LINK_ID}/cancel", json=bad(text), status=400)
    api.get(f"{LINKS}/{LINK_ID}", json=link())
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    assert gateway.close(COLLECT).status is GatewayStatus.PAID


def part(**changes: object) -> dict[str, Any]:
    """A link of which a part is paid, with a day to go."""
    paid = [{**link()["payments"][0], "amount": 24950}]
    much_later = NOW // 1000 + 24 * 3600
    return link(
        **{"status": "partially_paid", "amount_paid": 24950, "payments": paid}
        | {"expire_by": much_later}
        | changes
    )


def part_paid(api: responses.RequestsMock, **changes: object) -> None:
    """Its cancelling is refused, its payments are told."""
    refusal = bad("cannot cancel or expire an already paid/partially paid link")
    api.post(f"{LINKS}/{LINK_ID}/cancel", json=refusal, status=400)
    api.get(f"{LINKS}/{LINK_ID}", json=part(**changes))
    api.get(f"{BASE}/v1/orders/{ORDER}/payments", json=items(payment(amount=24950)))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment(amount=24950))


def test_a_part_paid_link_that_cannot_be_closed_ends_soon(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    part_paid(api)
    soon = NOW // 1000 + 16 * 60
    change = api.patch(f"{LINKS}/{LINK_ID}", json=part(expire_by=soon))
    seen = gateway.close(COLLECT)
    assert (seen.status, [p.amount for p in seen.payments]) == (GatewayStatus.PART, [24950])
    assert seen.expires_at == soon * 1000 - SKEW
    assert json.loads(change.calls[0].request.body or "") == {"expire_by": soon}


def test_one_that_ends_soon_is_left_alone(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    part_paid(api, expire_by=NOW // 1000 + 60)
    assert gateway.close(COLLECT).status is GatewayStatus.PART


def test_one_that_may_not_be_changed_is_told_as_it_stands(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    part_paid(api)
    api.patch(f"{LINKS}/{LINK_ID}", json=bad("update can only be made in created"), status=400)
    assert gateway.close(COLLECT).status is GatewayStatus.PART


def test_one_whose_change_got_no_answer_is_closed_again(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    part_paid(api)
    api.patch(f"{LINKS}/{LINK_ID}", body="<html>", status=502)
    with pytest.raises(GatewayError) as caught:
        gateway.close(COLLECT)
    assert caught.value.outcome_unknown


def test_close_qr_that_was_paid_meanwhile(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(f"{QRS}/{QR_ID}/close", json=qr(status="closed", close_reason="on_demand"))
    api.get(f"{QRS}/{QR_ID}/payments", json=items(payment()))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment())
    assert gateway.close(QR_COLLECT).status is GatewayStatus.PAID


def test_a_qr_that_is_closed_already_answers_as_it_stands(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(f"{QRS}/{QR_ID}/close", json=bad("The QR code is already closed."), status=400)
    api.get(f"{QRS}/{QR_ID}", json=qr(status="closed", close_reason="paid"))
    api.get(f"{QRS}/{QR_ID}/payments", json=items(payment(order_id=None)))
    api.get(f"{BASE}/v1/payments/{PAY}", json=payment(order_id=None))
    seen = gateway.close(QR_COLLECT)
    assert (seen.status, [p.payment_id for p in seen.payments]) == (GatewayStatus.PAID, [PAY])


@pytest.mark.parametrize(
    ("text", "status", "kind", "doubt"),
    [
        ("Authentication failed", 401, GatewayErrorKind.AUTH, False),
        ("We are facing some trouble", 500, GatewayErrorKind.UNKNOWN_OUTCOME, True),
    ],
)
def test_a_close_that_cannot_be_looked_after(
    api: responses.RequestsMock,
    gateway: RazorpayGateway,
    text: str,
    status: int,
    kind: GatewayErrorKind,
    doubt: bool,
) -> None:
    api.post(f"{QRS}/{QR_ID}/close", json=qr(status="closed", close_reason="on_demand"))
    api.get(f"{QRS}/{QR_ID}/payments", json=bad(text), status=status)
    with pytest.raises(GatewayError) as caught:
        gateway.close(QR_COLLECT)
    assert (caught.value.kind, caught.value.outcome_unknown) == (kind, doubt)


def test_close_without_the_gateways_id(gateway: RazorpayGateway) -> None:
    for call in (gateway.close, gateway.fetch):
        with pytest.raises(GatewayError) as caught:
            call(replace(COLLECT, gateway_id=None))
        assert caught.value.kind is GatewayErrorKind.NOT_FOUND


def test_ids_cannot_climb_out_of_the_path(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(f"{LINKS}/..%2Forders%3Fx", json=fresh_link(id="../orders?x"))
    gateway.fetch(replace(COLLECT, gateway_id="../orders?x"))
    assert api.calls[0].request.url == f"{LINKS}/..%2Forders%3Fx"


def test_close_that_is_not_allowed_is_told(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.post(f"{LINKS}/{LINK_ID}/cancel", json=bad("Authentication failed"), status=401)
    with pytest.raises(GatewayError) as caught:
        gateway.close(COLLECT)
    assert caught.value.kind is GatewayErrorKind.AUTH


def test_a_qr_without_id_is_refused(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    api.get(f"{QRS}/{QR_ID}/payments", json=items())
    api.get(f"{QRS}/{QR_ID}", json=qr(id=None))
    with pytest.raises(GatewayError) as caught:
        gateway.fetch(QR_COLLECT)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE
