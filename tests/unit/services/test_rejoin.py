"""A counter that joins anew: everything that is known to be missing is written down, and the bills
that waited get their numbers from the new series."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop.domain.errors import DomainError, InputError, Unavailable
from pos_desktop.domain.numbering import emergency_series
from pos_desktop.domain.sale import SaleState
from pos_desktop.ports import KeptEntry, LedgerEntry
from pos_desktop.services.rejoin import Account, Missing, NewIdentity, number_of, write_down
from pos_desktop.services.rejoin_copy import Copy, LostBill, read_copy
from pos_desktop.services.sweep_result import doubts, keep_mark, watermark
from pos_desktop.services.syncing import cursor_of, set_cursor
from pos_desktop.wire import v1
from tests.support.money_till import DUE, MoneyTill
from tests.support.till import Till

SERIES, FY = "P2A", "2627"
WHO = NewIdentity(SERIES, "N2A", "D2", 2)


def sell(till: Till, bills: int = 1) -> None:
    for _ in range(bills):
        till.checkout.cash(till.order(phone=None), 23700)


def entries(till: Till) -> Sequence[LedgerEntry]:
    with till.store.read() as uow:
        return uow.ledger.after(0, 1000)


def bodies(till: Till, kind: str) -> list[dict[str, object]]:
    return [dict(entry.body) for entry in entries(till) if entry.kind == kind]


def kept(entry: LedgerEntry) -> KeptEntry:
    return KeptEntry(entry.seq, entry.kind, entry.at, entry.hash, entry.body)


def other(seq: int, number: str | None, **body: object) -> KeptEntry:
    """An entry of a life that this database does not know."""
    told = {"number": number, **body} if number else body
    return KeptEntry(seq, "sale.issued", 5, f"{seq:064d}", told)


def at_cursor(till: Till, seq: int) -> None:
    with till.store.write() as uow:
        set_cursor(uow, seq)
        uow.commit()


def test_what_only_the_relay_has_is_read_page_by_page(till: Till) -> None:
    sell(till, 2)
    mine = [kept(entry) for entry in entries(till)]
    lost = [
        other(len(mine) + 1, "P2A/2627/000003", order_id="01X", due=4200),
        other(len(mine) + 2, None),
        other(len(mine) + 3, "P2A/2627/000004"),
        replace(other(len(mine) + 4, None), body=None),
    ]
    till.relay.copies = {1: mine + lost}
    till.relay.marks = (v1.Mark(series=SERIES, fy=FY, highest=4),)
    at_cursor(till, 1)
    copy = read_copy(till.relay, till.store)
    assert (copy.entries, copy.unread, copy.agreed, copy.marks) == (4, 1, 1, till.relay.marks)
    assert copy.bills == (
        LostBill("P2A/2627/000003", "01X", 4200, 5),
        LostBill("P2A/2627/000004", "", 0, 5),
    )


def test_an_epoch_that_has_just_begun_is_not_asked_for(till: Till) -> None:
    till.relay.copies = {1: [other(1, "P2A/2627/000001")], 2: [], 3: [other(1, "N2A/2627/000001")]}
    copy = read_copy(till.relay, till.store, but_epoch=3)
    assert [bill.number for bill in copy.bills] == ["P2A/2627/000001"]
    till.relay.down = True
    with pytest.raises(Unavailable):
        read_copy(till.relay, till.store)


@pytest.mark.parametrize(
    ("hash_there", "agreed"), [(None, 2), ("", 2), ("f" * 64, 0)], ids=["same", "parked", "other"]
)
def test_a_new_epoch_branches_off_only_where_both_agree(
    till: Till, hash_there: str | None, agreed: int
) -> None:
    sell(till, 3)
    mine = [kept(entry) for entry in entries(till)]
    if hash_there is not None:
        mine[1] = replace(mine[1], hash=hash_there)
    till.relay.copies = {1: [other(1, None)], 2: mine[:2]}
    at_cursor(till, 2)
    assert read_copy(till.relay, till.store).agreed == agreed


def test_a_new_database_branches_off_nothing(till: Till) -> None:
    till.relay.copies = {1: [other(1, None), other(2, None)]}
    at_cursor(till, 2)
    assert read_copy(till.relay, till.store).agreed == 0


def test_where_the_relay_has_nothing_it_asks_for_what_it_wants(till: Till) -> None:
    sell(till, 2)
    at_cursor(till, 2)
    assert read_copy(till.relay, till.store) == Copy(agreed=2)


def with_gaps(till: Till) -> Account:
    """Two bills here, more in the other places and on paper."""
    sell(till, 2)
    return write_down(till.store, till.clock, WHO, marked(), dict([number_of(" p2a/2627/000007 ")]))


def marked() -> Copy:
    marks = (
        v1.Mark(series=SERIES, fy=FY, highest=5),
        v1.Mark(series=SERIES, fy="2728", highest=1),
        v1.Mark(series=f"{SERIES}C", fy=FY, highest=2),
        v1.Mark(series="P1A", fy=FY, highest=0),
    )
    return Copy(entries=3, unread=1, marks=marks, agreed=1)


def test_gaps_of_all_three_places_and_of_paper_are_written_down(till: Till) -> None:
    account = with_gaps(till)
    gaps = (
        Missing(SERIES, FY, 3, 7),
        Missing(SERIES, "2728", 1, 1),
        Missing(f"{SERIES}C", FY, 1, 2),
    )
    assert account == Account(missing=gaps)
    texts = ["P2A/2627/000003 - 000007", "P2A/2728/000001", "P2AC/2627/00001 - 00002"]
    assert [gap.text for gap in gaps] == texts
    assert [(f.kind, f.detail) for f in till.flags()] == [("numbers_missing", t) for t in texts]
    again = write_down(till.store, till.clock, WHO, marked(), {})
    assert again == Account(), "told once"
    assert len(bodies(till, "numbers.missing")) == 3
    assert bodies(till, "numbers.missing")[0] == {
        "series": SERIES, "fy": FY, "first": 3, "last": 7,
    }  # fmt: skip


def test_the_old_series_ends_and_the_books_say_so(till: Till) -> None:
    with_gaps(till)
    assert bodies(till, "counter.rejoined") == [
        {
            "old_series": SERIES,
            "series": "N2A",
            "device": "D2",
            "epoch": 2,
            "reason": "",
            "lost_entries": 3,
            "unread_entries": 1,
        }
    ]
    with till.store.read() as uow:
        assert cursor_of(uow) == 1
    assert till.store.fence.reason(SERIES) == "rejoined"
    with pytest.raises(DomainError, match="must not go on"):
        sell(till)


def test_lost_bills_are_listed_and_doubled_numbers_told(till: Till) -> None:
    sell(till, 2)
    with till.store.read() as uow:
        here = uow.sales.numbered("P2A/2627/000002")
    assert here is not None
    first = LostBill("P2A/2627/000001", uow_order(till, "P2A/2627/000001"), 23700, 5)
    bills = [LostBill("P2A/2627/000002", "01OTHER", 4200, 6), first]
    bills += [LostBill(f"P2A/2627/{n:06d}", f"01{n}", n, n) for n in range(3, 60)]
    account = write_down(till.store, till.clock, WHO, Copy(bills=tuple(bills)), {})
    assert account.doubled == ("P2A/2627/000002",), "the other one is the same bill"
    (flag,) = till.flags()
    assert (flag.kind, flag.order_id, flag.amount) == ("number_doubled", here, 4200)
    listed = [body["bills"] for body in bodies(till, "bills.missing")]
    assert [len(some) for some in listed if isinstance(some, list)] == [50, 9]
    assert listed[0] == [
        {"number": b.number, "order_id": b.order_id, "due": b.due, "at": b.at} for b in bills[:50]
    ]


def uow_order(till: Till, number: str) -> str:
    with till.store.read() as uow:
        return uow.sales.numbered(number) or ""


def test_offline_the_ledger_stays_where_it_was(till: Till) -> None:
    sell(till)
    at_cursor(till, 1)
    till.store.fence.lock(SERIES, "rolled_back")
    who = NewIdentity(SERIES, emergency_series("7KQ"))
    write_down(till.store, till.clock, who, Copy(), {})
    with till.store.read() as uow:
        assert cursor_of(uow) == 1
    (told,) = bodies(till, "counter.rejoined")
    assert (told["series"], told["epoch"], told["reason"]) == ("E7KQ", 0, "rolled_back")


def test_a_counter_that_had_no_series_locks_none(till: Till) -> None:
    write_down(till.store, till.clock, NewIdentity("", "N2A", "D1", 1), Copy(), {})
    assert till.store.fence.reason("") is None


def test_money_of_the_lost_time_is_found_by_the_sweep(money: MoneyTill, tmp_path: Path) -> None:
    """A backup is put back; what was asked afterwards was paid meanwhile, and days pass."""
    counter = replace(money.options.counter, device="D1")
    money.options = replace(money.options, counter=counter)
    money.connect()
    money.sold()
    money.swept()
    money.store.close()
    backup = shutil.copyfile(money.path, tmp_path / "backup.db")
    money.start()
    _, reference = money.waiting()
    paid = money.gateway.pay(reference, now=money.clock.now())
    money.run(10)
    money.store.close()
    shutil.copyfile(backup, money.path)
    money.start()
    assert money.store.fence.reason(SERIES) == "rolled_back"
    money.clock.pass_seconds(4 * 24 * 3600)
    with money.store.write() as uow:
        # The counter ran on for days before anybody joined it anew, with its line cut.
        keep_mark(uow, "razorpay", money.clock.now(), doubts(uow, "razorpay"))
        uow.commit()
    who = replace(WHO, device="D1", gateways=("razorpay", "cashfree"))
    account = write_down(money.store, money.clock, who, Copy(), {})
    assert account.missing == (Missing(SERIES, FY, 2, 2),)
    money.options = replace(money.options, counter=replace(counter, series="N2A", epoch=2))
    money.restart()
    for _ in range(8):
        money.clock.pass_seconds(3700)
        money.swept()
    found = [entry for entry in money.inbox.entries() if entry.kind == "unmatched"]
    assert [(entry.payment_id, entry.amount) for entry in found] == [(paid.payment_id, DUE)]
    with money.store.read() as uow:
        assert (watermark(uow, "cashfree") or 0) < money.clock.now() - 5 * 24 * 3600 * 1000


def test_a_list_that_was_read_less_far_is_read_from_there(till: Till) -> None:
    long_ago = till.clock.now() - 9 * 24 * 3600 * 1000
    with till.store.write() as uow:
        keep_mark(uow, "razorpay", long_ago, doubts(uow, "razorpay"))
        uow.commit()
    write_down(till.store, till.clock, replace(WHO, gateways=("razorpay",)), Copy(), {})
    with till.store.read() as uow:
        assert watermark(uow, "razorpay") == long_ago


@pytest.mark.parametrize(
    "text", ["", "P2A", "P2A/2627", "P2A/2627/7", "P2A/2627/000000", "P2A/2628/000001",
             "P2A/2627/00000x", "98765/2627/000001", "P2A/2627/000001/1", "P2A/2627/१२३४५६"],
)  # fmt: skip
def test_what_is_no_number_of_a_bill_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        number_of(text)
    assert refused.value.code == "number_invalid"


def test_waiting_bills_go_on_in_the_new_series_by_themselves(money: MoneyTill) -> None:
    money.sold()
    sale, reference = money.waiting()
    money.store.fence.lock(SERIES, "rolled_back")
    money.gateway.pay(reference, now=money.clock.now())
    money.run(10)
    assert money.sale(sale.order_id).state is SaleState.AWAITING
    write_down(money.store, money.clock, WHO, Copy(), {})
    counter = replace(money.options.counter, series="N2A", device="D2", epoch=2)
    money.options = replace(money.options, counter=counter)
    money.restart()
    money.run(10)
    assert money.sale(sale.order_id).invoice_number == "N2A/2627/000001"
    assert money.flags() == ()
    sold, _ = money.sold()
    assert sold.invoice_number == "N2A/2627/000002"
