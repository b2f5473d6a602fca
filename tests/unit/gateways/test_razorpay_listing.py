"""The account's list of payments: every one once, and whose each was with as few questions."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
import responses
from responses import matchers

from pos_desktop.domain.payment import PaymentStatus
from pos_desktop.gateways import razorpay_listing
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.ports import GatewayError, GatewayErrorKind, ListedPayment
from tests.unit.gateways.answers import (
    INTENT,
    LINK_ID,
    LINKS,
    ORDER,
    PAY,
    PING,
    QR_COLLECT,
    QR_ID,
    QR_INTENT,
    QRS,
    bad,
    fresh_link,
    items,
    payment,
    qr,
    timed,
)
from tests.unit.gateways.conftest import BASE, DATE, NOW

Json = dict[str, Any]
START, END = NOW - 3_600_000, NOW
OURS = {"bill": "01JD8Q6W7X", "counter": "C2", "intent": "FM01-2627-000123-q1"}
OTHERS = {"bill": "01JD8Q6W7Y", "counter": "C3", "intent": "FM03-2627-000777-1"}


def by_qr(number: int = 0, **changes: object) -> Json:
    more = {"order_id": None, "description": "QRv2 Payment", "id": f"pay_Qr{number:012d}"}
    return payment(**{**more, **changes})


def by_link(number: int, **changes: object) -> Json:
    more = {"id": f"pay_Link{number:010d}", "description": f"#Link{number:010d}"}
    return payment(**{**more, "order_id": f"order_Link{number:08d}", **changes})


def some_link(number: int, **changes: object) -> Json:
    more = {"id": f"plink_Link{number:010d}", "reference_id": f"REF-{number}", "notes": OTHERS}
    return fresh_link(**{**more, **changes})


def asked(query: Json) -> Any:
    return matchers.query_param_matcher({name: str(value) for name, value in query.items()})


def lists(api: responses.RequestsMock, *payments: object) -> None:
    api.get(PING, json=items(*payments))


def one(listed: Iterable[ListedPayment]) -> tuple[str | None, str | None, str | None]:
    (each,) = listed
    return each.gateway_id, each.reference, each.counter


def test_time_is_asked_in_whole_seconds_around_it(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    query = {"from": START // 1000, "to": END // 1000 + 1, "count": 100, "skip": 0}
    api.get(PING, json=items(), match=[asked(query)])
    assert list(gateway.payments_between(START + 999, END + 1)) == []


def test_a_wrong_clock_hides_nothing(api: responses.RequestsMock, gateway: RazorpayGateway) -> None:
    """Ours is 90 s behind: what lies in that time by either clock is listed."""
    api.get(PING, json=items(), headers={"Date": DATE}, match=[asked({"count": 1})])
    gateway.ping()
    query = {"from": START // 1000, "to": END // 1000 + 91, "count": 100, "skip": 0}
    api.get(PING, json=items(), match=[asked(query)])
    assert list(gateway.payments_between(START, END)) == []


def test_pages_are_read_to_the_last_and_each_payment_told_once(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    newest = [by_qr(n, notes=OURS, created_at=2000 - n) for n in range(100)]
    # Two came in while the first page was read: they pushed two of it onto the second.
    rest = [*newest[-2:], *[by_qr(n, notes=OURS, created_at=2000 - n) for n in range(100, 130)]]
    time = {"from": START // 1000, "to": END // 1000, "count": 100}
    api.get(PING, json=items(*newest), match=[asked({**time, "skip": 0})])
    api.get(PING, json=items(*rest), match=[asked({**time, "skip": 100})])
    listed = gateway.payments_between(START, END)
    assert len(listed) == 130
    moments = [each.fact.created_at for each in listed]
    assert moments == sorted(moments)
    assert (moments[0], moments[-1]) == (1_871_000, 2_000_000)


def test_a_list_without_end_is_not_believed(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, *[by_qr(n, notes=OURS) for n in range(100)])
    with pytest.raises(GatewayError) as caught:
        gateway.payments_between(START, END)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE
    assert len(api.calls) == 200


def test_notes_on_the_payment_itself_are_enough(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, by_qr(notes=OURS))
    assert one(gateway.payments_between(START, END)) == (None, OURS["intent"], "C2")
    assert len(api.calls) == 1


def test_the_qr_of_a_payment_is_asked_by_the_payment(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, by_qr())
    api.get(QRS, json=items(qr(notes=OURS)), match=[asked({"payment_id": "pay_Qr000000000000"})])
    assert one(gateway.payments_between(START, END)) == (QR_ID, OURS["intent"], "C2")
    # The next sweep knows it.
    assert one(gateway.payments_between(START, END)) == (QR_ID, OURS["intent"], "C2")
    assert len(api.calls) == 3


def test_few_links_are_asked_one_by_one(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, *[by_link(n) for n in range(3)])
    for n in range(3):
        query = asked({"payment_id": f"pay_Link{n:010d}"})
        api.get(LINKS, json={"payment_links": [some_link(n)]}, match=[query])
    listed = gateway.payments_between(START, END)
    assert [each.reference for each in listed] == ["REF-0", "REF-1", "REF-2"]
    assert {each.counter for each in listed} == {"C3"}
    assert len(api.calls) == 4


def test_many_links_are_read_from_their_list(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, *[by_link(n) for n in range(90)])
    since = START // 1000 - 25 * 3600
    query = {"from": since, "to": END // 1000, "count": 100, "skip": 0}
    links = [some_link(n) for n in range(100)]
    api.get(LINKS, json={"payment_links": links}, match=[asked(query)])
    listed = gateway.payments_between(START, END)
    assert [each.reference for each in listed] == [f"REF-{n}" for n in range(90)]
    assert listed[7].gateway_id == "plink_Link0000000007"
    assert len(api.calls) == 2


def test_an_order_that_no_link_has_is_for_nobody(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    """A web shop on the same account costs no look-ups: the links are read, its orders are none."""
    web = [by_link(n, description="Web shop", order_id=f"order_Web{n}") for n in range(60)]
    lists(api, *web, by_link(1, id="pay_Ours", description=None))
    shown = [{**some_link(n), "order_id": f"order_Link{n:08d}"} for n in range(4)]
    api.get(LINKS, json={"payment_links": shown})
    listed = {each.fact.payment_id: each for each in gateway.payments_between(START, END)}
    assert (listed["pay_Ours"].gateway_id, listed["pay_Ours"].reference) == (
        "plink_Link0000000001",
        "REF-1",
    )
    assert listed["pay_Link0000000001"].reference is None
    assert listed["pay_Link0000000001"].counter is None
    assert len(api.calls) == 2
    gateway.payments_between(START, END)
    assert len(api.calls) == 3


def test_a_link_that_their_list_does_not_show_is_asked_after_all(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, *[by_link(n) for n in range(5)])
    shown = [some_link(n) for n in range(4)]
    api.get(LINKS, json={"payment_links": shown}, match=[_without("payment_id")])
    query = asked({"payment_id": "pay_Link0000000004"})
    api.get(LINKS, json={"payment_links": [some_link(4)]}, match=[query])
    listed = gateway.payments_between(START, END)
    assert [each.reference for each in listed] == [f"REF-{n}" for n in range(5)]
    assert len(api.calls) == 3


def test_a_list_of_links_without_end_is_given_up(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, *[by_link(n) for n in range(4)])
    strangers = [some_link(1000 + n) for n in range(100)]
    api.get(LINKS, json={"payment_links": strangers}, match=[_without("payment_id")])
    for n in range(4):
        query = asked({"payment_id": f"pay_Link{n:010d}"})
        api.get(LINKS, json={"payment_links": [some_link(n)]}, match=[query])
    listed = gateway.payments_between(START, END)
    assert [each.counter for each in listed] == ["C3"] * 4
    assert len(api.calls) == 1 + 20 + 4


def test_look_ups_are_bounded_and_go_on_the_next_time(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, *[by_qr(n) for n in range(40)])
    api.get(QRS, json=items(qr(notes=OTHERS)))
    with pytest.raises(GatewayError) as caught:
        gateway.payments_between(START, END)
    assert caught.value.kind is GatewayErrorKind.STATE
    assert len(api.calls) == 26
    listed = gateway.payments_between(START, END)
    assert {each.counter for each in listed} == {"C3"}
    assert len(api.calls) == 26 + 1 + 15


def test_what_this_counter_made_is_never_asked(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    timed(api)
    api.post(LINKS, json=fresh_link(notes=OURS))
    gateway.create(INTENT)
    api.replace(responses.GET, PING, json=items(payment(description=f"#{LINK_ID[6:]}")))
    before = len(api.calls)
    assert one(gateway.payments_between(START, END)) == (LINK_ID, INTENT.reference, "C2")
    assert len(api.calls) == before + 1


def test_what_this_counter_saw_on_its_qr_is_never_asked(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    api.get(PING, json=items(), headers={"Date": DATE})
    api.post(QRS, json=qr(notes=OURS))
    gateway.create(replace(QR_INTENT, counter="C2"))
    api.get(f"{QRS}/{QR_ID}/payments", json=items(by_qr(id=PAY)))
    api.get(f"{QRS}/{QR_ID}", json=qr(notes=OURS))
    api.get(f"{BASE}/v1/payments/{PAY}", json=by_qr(id=PAY))
    gateway.fetch(QR_COLLECT)
    api.replace(responses.GET, PING, json=items(by_qr(id=PAY)))
    before = len(api.calls)
    assert one(gateway.payments_between(START, END)) == (QR_ID, QR_INTENT.reference, "C2")
    assert len(api.calls) == before + 1


@pytest.mark.parametrize(
    "strange",
    [
        payment(description="Donation", order_id=None, method="card"),
        payment(description=None, order_id=None, method=None),
        payment(description="# 5", order_id=None, method="netbanking", notes={"order": "55"}),
    ],
)
def test_money_for_nothing_of_ours_names_nobody(
    api: responses.RequestsMock, gateway: RazorpayGateway, strange: Json
) -> None:
    lists(api, strange)
    assert one(gateway.payments_between(START, END)) == (None, None, None)
    assert len(api.calls) == 1


def test_money_of_another_product_is_looked_for_and_names_nobody(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    web = payment(description="Web shop", order_id=ORDER)
    till = by_qr(description="Till 3", id="pay_Till")
    lists(api, web, till)
    api.get(LINKS, json={"payment_links": []}, match=[asked({"payment_id": PAY})])
    api.get(QRS, json=bad("The requested URL was not found on the server."), status=400)
    for each in gateway.payments_between(START, END):
        assert (each.gateway_id, each.reference, each.counter) == (None, None, None)


def test_attempts_without_money_are_told_and_not_looked_up(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    failed = by_link(7, status="failed", captured=False)
    lists(api, failed, by_qr(status="created", captured=False))
    listed = gateway.payments_between(START, END)
    told = {each.fact.status: each.gateway_id for each in listed}
    assert told == {PaymentStatus.FAILED: "plink_Link0000000007", PaymentStatus.CREATED: None}
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        items(payment(amount="124950")),
        items(payment(id=None)),
        {"items": "none"},
        {"items": [[1]]},
        items({**payment(), "amount": 1249.5}),
    ],
)
def test_a_list_with_something_unreadable_says_nothing(
    api: responses.RequestsMock, gateway: RazorpayGateway, answer: Json
) -> None:
    api.get(PING, json=answer)
    with pytest.raises(GatewayError) as caught:
        gateway.payments_between(START, END)
    assert caught.value.kind is GatewayErrorKind.UNAVAILABLE


def test_a_link_without_id_teaches_nothing_of_links(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, payment(order_id=ORDER, description=None))
    api.get(LINKS, json={"payment_links": [some_link(1, id=None)]})
    assert one(gateway.payments_between(START, END)) == (None, "REF-1", "C3")


def test_memory_has_an_end(
    api: responses.RequestsMock, gateway: RazorpayGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(razorpay_listing, "_KEPT", 2)
    api.get(QRS, json=items(qr(notes=OURS)))
    for number, requests in ((0, 2), (1, 4), (2, 6), (2, 7), (0, 9)):
        api.remove(responses.GET, PING)
        lists(api, by_qr(number))
        assert one(gateway.payments_between(START, END)) == (QR_ID, OURS["intent"], "C2")
        assert len(api.calls) == requests
    # What it cannot keep is never said to be for nobody.
    api.replace(responses.GET, PING, json=items(by_qr(3), by_qr(4), by_qr(5)))
    with pytest.raises(GatewayError) as caught:
        gateway.payments_between(START, END)
    assert caught.value.kind is GatewayErrorKind.STATE


def test_a_look_up_that_fails_says_nothing(
    api: responses.RequestsMock, gateway: RazorpayGateway
) -> None:
    lists(api, by_qr())
    api.get(QRS, json=bad("Authentication failed"), status=401)
    with pytest.raises(GatewayError) as caught:
        gateway.payments_between(START, END)
    assert caught.value.kind is GatewayErrorKind.AUTH


def _without(name: str) -> Any:
    def fits(request: Any) -> tuple[bool, str]:
        return name not in request.params, f"{name} is asked"

    return fits
