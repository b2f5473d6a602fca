"""A counter that the relay proves to be an older or second copy: no more numbers, nothing lost."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError, RaseedError, StoreError
from pos_desktop.domain.numbering import financial_year
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import Taken
from pos_desktop.services.fence import AHEAD, STRANGER
from pos_desktop.storage.marker import NumberMarker
from pos_desktop.wire import v1
from tests.support.money_till import DUE, MoneyTill
from tests.support.till import Till

SERIES = "P2A"


def told(till: Till, kind: str) -> list[dict[str, object]]:
    """The bodies of this kind of ledger entry."""
    with till.store.read() as uow:
        return [dict(e.body) for e in uow.ledger.after(0, 1000) if e.kind == kind]


def sell(till: Till) -> str:
    return till.checkout.cash(till.order(phone=None), 23700).invoice_number or ""


def mark(till: Till, highest: int, series: str = SERIES) -> v1.Mark:
    return v1.Mark(series=series, fy=financial_year(till.clock.now()), highest=highest)


@pytest.mark.parametrize("code", ["relay_ahead", "relay_fork"])
def test_a_proof_of_the_relay_locks_the_series_for_good(till: Till, code: str) -> None:
    sell(till)
    till.relay.held = RaseedError(code, last_seq=99)
    till.run(40)
    assert till.desk.state().trouble == code
    with pytest.raises(DomainError, match="must not go on") as refused:
        sell(till)
    assert refused.value.params["reason"] == code
    assert told(till, "numbers.locked") == [{"series": SERIES, "reason": code}]
    till.relay.held = None
    till.restart()
    till.run(2)
    assert till.desk.state().trouble == code, "the relay's later word opens nothing"
    with pytest.raises(DomainError, match="must not go on"):
        sell(till)


def test_a_counter_without_sales_is_found_out_at_its_start(till: Till) -> None:
    till.relay.held = RaseedError("relay_ahead", last_seq=12)
    till.run(1)
    assert till.heard.changes == 1
    assert till.desk.state().trouble == "relay_ahead"


def test_it_tells_where_it_stands_once_and_from_time_to_time(till: Till) -> None:
    till.run(60)
    assert [head.seq for head in till.relay.heads] == [0]
    till.run(900)
    assert len(till.relay.heads) == 2
    till.clock.pass_seconds(-7200)
    till.run(1)
    assert len(till.relay.heads) == 3, "a clock that was put back keeps nobody silent"


def test_the_highest_numbers_go_along_its_own_first(till: Till) -> None:
    for _ in range(3):
        sell(till)
    till.run(2)
    assert list(till.relay.heads[-1].marks) == [mark(till, 3)]
    till.options = replace(till.options, counter=replace(till.options.counter, series="N2A"))
    till.restart()
    sell(till)
    till.run(2)
    assert list(till.relay.heads[-1].marks) == [mark(till, 1, "N2A"), mark(till, 3)]


def test_a_mark_beyond_our_own_was_given_out_by_somebody(till: Till) -> None:
    sell(till)
    till.relay.marks = (mark(till, 1), mark(till, 77, "A7A"))
    till.run(2)
    assert till.desk.state().trouble == "", "an older series goes on nowhere"
    till.relay.marks = (mark(till, 2),)
    sell(till)
    till.run(2)
    assert till.desk.state().trouble == "", "as high as our own"
    till.relay.marks = (mark(till, 1, f"{SERIES}C"),)
    sell(till)
    till.run(2)
    assert till.desk.state().trouble == "relay_ahead"
    assert told(till, "numbers.locked") == [{"series": SERIES, "reason": "relay_ahead"}]


def test_a_gap_behind_our_own_head_is_none(till: Till) -> None:
    sell(till)
    till.relay.held = RaseedError("relay_gap", last_seq=99)
    till.run(2)
    assert (till.syncing.problem, till.desk.state().trouble) == ("relay_ahead", "relay_ahead")


@pytest.mark.parametrize("code", sorted(STRANGER))
def test_who_is_turned_away_sells_on(till: Till, code: str) -> None:
    till.relay.held = RaseedError(code)
    till.run(1)
    assert till.desk.state().trouble == code
    assert sell(till).startswith(f"{SERIES}/")
    till.run(40)
    assert till.desk.state().unsent > 0
    till.relay.held = None
    till.run(40)
    assert till.desk.state().trouble == ""


def test_an_entry_that_nobody_can_read_is_told_once_and_the_rest_goes_on(till: Till) -> None:
    for parked in ((2, 3), (3,), (), (7,)):
        sell(till)
        with till.store.read() as uow:
            till.relay.held = Taken(uow.ledger.head()[0], parked=parked)
        till.run(1)
        # The entry of the inbox is an entry of the ledger, too.
        till.relay.held = None
        till.run(1)
        assert till.syncing.unsent() == (0, None)
    assert {f.kind for f in till.flags()} == {"relay_parked"}
    assert [f.detail for f in till.flags()] == ["2 3", "7"]


def test_a_lock_that_cannot_be_written_is_tried_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("marker", "The disk is full.")

    monkeypatch.setattr(NumberMarker, "lock", full)
    till.relay.held = RaseedError("relay_fork")
    till.run(1)
    assert till.told() == ["The disk is full."]
    assert till.desk.state().trouble == "relay_fork", "until then it holds in memory"
    monkeypatch.undo()
    till.run(5)
    assert told(till, "numbers.locked") == [{"series": SERIES, "reason": "relay_fork"}]
    till.store.close()
    till.path.with_name("counter.db.numbers").unlink()
    till.start()
    assert till.desk.state().trouble == "relay_fork", "the note holds without the file"


def test_credit_notes_stop_with_their_bills(till: Till) -> None:
    till.store.fence.lock(SERIES, AHEAD)
    assert till.store.fence.reason(f"{SERIES}C") == AHEAD
    assert till.store.fence.reason("P2B") is None
    with till.store.write() as uow, pytest.raises(DomainError, match="must not go on"):
        uow.numbers.take(f"{SERIES}C", "2627")


def test_a_paid_bill_waits_for_a_number(money: MoneyTill) -> None:
    money.sold()
    sale, reference = money.waiting()
    money.relay.held = RaseedError("relay_ahead", last_seq=99)
    money.restart()
    money.run(2)
    money.gateway.pay(reference, now=money.clock.now())
    money.run(10)
    assert money.sale(sale.order_id).state is SaleState.AWAITING
    assert money.entry("mismatch").detail == "no number series_locked"
    assert money.entry("mismatch").amount == DUE


def in_emergency(till: Till) -> None:
    till.options = replace(till.options, counter=replace(till.options.counter, series="E7KQ"))
    till.restart()


@pytest.mark.parametrize("code", ["relay_ahead", "relay_fork"])
def test_an_emergency_series_goes_on_until_the_counter_joins_anew(till: Till, code: str) -> None:
    sell(till)
    in_emergency(till)
    till.relay.held = RaseedError(code, last_seq=99)
    till.run(2)
    assert till.desk.state().trouble == "emergency"
    assert sell(till).startswith("E7KQ/")
    till.relay.held = RaseedError("relay_revoked")
    till.run(40)
    assert till.desk.state().trouble == "relay_revoked"


def test_two_machines_with_one_emergency_series_are_found_out(till: Till) -> None:
    in_emergency(till)
    sell(till)
    till.relay.marks = (mark(till, 2, "E7KQ"),)
    till.run(2)
    assert till.desk.state().trouble == "relay_ahead"
