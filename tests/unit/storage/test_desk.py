"""Outbox, ledger, numbers, pages, flags: what they keep and how they answer."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.ports import Effect, Page, Picture
from pos_desktop.storage.store import SqliteStore
from pos_desktop.storage.uow import WriteUnit
from pos_desktop.wire.chain import GENESIS, link
from tests.unit.storage.samples import FY, NOW, SERIES, order_id, sale, sell


def _ids(effects: "list[Effect] | tuple[Effect, ...]") -> list[str]:
    return [effect.subject for effect in effects]


def _queue(unit: WriteUnit) -> None:
    unit.outbox.put("send", "m1", "o1", 10)
    unit.outbox.put("create", "c1", "o1", 5, not_before=100)
    unit.outbox.put("send", "m2", "o2", 20)
    unit.outbox.put("send", "m1", "o9", 99, not_before=5)


def test_outbox_claims_what_is_due_oldest_first(store: SqliteStore) -> None:
    with store.write() as unit:
        _queue(unit)
        assert unit.outbox.unsent() == (3, 5)
        assert unit.outbox.next_due(["create"]) == 100
        assert unit.outbox.next_due(("send", "create")) == 0
        assert unit.outbox.next_due(["publish"]) is None
        assert list(unit.outbox.claim(50, [], 9)) == []
        claimed = list(unit.outbox.claim(50, {"send": 1, "create": 2}, 9))
        assert _ids(claimed) == ["m1", "m2"]
        assert [(e.attempts, e.state.value, e.order_id) for e in claimed] == [
            (1, "doing", "o1"),
            (1, "doing", "o2"),
        ]
        assert _ids(list(unit.outbox.interrupted())) == ["m1", "m2"]
        assert list(unit.outbox.claim(50, ["send"], 9)) == []
        unit.outbox.retry(claimed[0].effect_id, 60, "offline")
        unit.outbox.done(claimed[1].effect_id, 55)
        assert unit.outbox.unsent() == (2, 5)
        (again,) = unit.outbox.claim(60, ["send"], 9)
        assert (again.attempts, again.last_error, again.subject) == (2, "offline", "m1")
        unit.outbox.drop(again.effect_id, "stale", 61)
        unit.outbox.retry(again.effect_id, 0, "too late")
        assert unit.outbox.next_due(["send"]) is None
        assert _ids(list(unit.outbox.claim(100, ["create", "send"], 1))) == ["c1"]


def test_what_waits_for_the_printer_is_not_still_to_be_sent(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.outbox.put("paper.print", "o1:2:1", "o1", 10)
        assert unit.outbox.unsent() == (0, None)
        unit.outbox.put("send", "m1", "o1", 20)
        assert unit.outbox.unsent() == (1, 20)


def test_a_dropped_effect_is_never_asked_for_again(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.outbox.put("send", "m3", "o1", 30)
        (doing,) = unit.outbox.claim(50, ["send"], 1)
        assert _ids(list(unit.outbox.interrupted())) == ["m3"]
        unit.outbox.drop(doing.effect_id, "settled", 60)
        unit.outbox.put("send", "m3", "o1", 70)
        assert list(unit.outbox.claim(99, ["send"], 9)) == []
        assert unit.outbox.unsent() == (0, None)


def test_a_clock_put_back_holds_no_effect_up(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.outbox.put("send", "m3", "o1", 30, not_before=9_000)
        assert list(unit.outbox.claim(100, ["send"], 9)) == []
        unit.outbox.hurry(100)
        assert _ids(list(unit.outbox.claim(100, ["send"], 9))) == ["m3"]


def test_ledger_is_a_chain(store: SqliteStore) -> None:
    with store.write() as unit:
        assert unit.ledger.head() == (0, GENESIS)
        first = unit.ledger.append("sale.issued", "Asha", NOW, {"due": 100, "name": "आटा"})
        second = unit.ledger.append("sale.abandoned", "Ravi", NOW + 1, {})
        assert first.hash == link(GENESIS, 1, "sale.issued", "Asha", NOW, first.body)
        assert (second.seq, second.prev_hash) == (2, first.hash)
        assert unit.ledger.head() == (2, second.hash)
        assert list(unit.ledger.after(0, 10)) == [first, second]
        assert list(unit.ledger.after(1, 10)) == [second]
        assert list(unit.ledger.after(0, 1)) == [first]
        with pytest.raises(TypeError):
            unit.ledger.append("x", "y", 1, {"amount": 1.5})


def test_numbers_end_and_names_are_checked(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.session.change("INSERT INTO numbers VALUES ('C2A', '2627', 999998)")
        assert unit.numbers.take(SERIES, FY) == 999_999
        with pytest.raises(DomainError) as caught:
            unit.numbers.take(SERIES, FY)
        assert caught.value.code == "series_exhausted"
        for series, fy in (("C2A/", FY), ("", FY), ("c2a", FY), (SERIES, "26-27")):
            with pytest.raises(DomainError) as caught:
                unit.numbers.take(series, fy)
            assert caught.value.code == "series_invalid"


def test_pages_are_sealed_once(store: SqliteStore) -> None:
    with store.write() as unit:
        unit.sales.add(sale(1))
        unit.commit()
    page = Page(order_id(1), 1, b"sealed", None, acknowledged=False)
    with store.write() as unit:
        assert unit.pages.latest(order_id(1)) is None
        unit.pages.save(page)
        unit.pages.save(replace(page, pdf=b"pdf"))
        unit.pages.save(replace(page, pdf=b"other"))
        assert unit.pages.latest(order_id(1)) == replace(page, pdf=b"pdf")
        with pytest.raises(DomainError, match="once"):
            unit.pages.save(replace(page, content=b"other"))
        unit.pages.acknowledge(order_id(1), 1)
        unit.pages.save(page)
        assert unit.pages.latest(order_id(1)) == replace(page, pdf=b"pdf", acknowledged=True)
        newer = replace(page, revision=2, content=b"paid")
        unit.pages.save(newer)
        assert unit.pages.latest(order_id(1)) == newer
        # Under a corrected number's link everything begins anew.
        assert unit.pages.latest(order_id(1), 1) is None
        other = replace(page, contact=1)
        unit.pages.save(other)
        unit.pages.acknowledge(order_id(1), 1, 1)
        assert unit.pages.latest(order_id(1), 1) == replace(other, acknowledged=True)
        assert unit.pages.latest(order_id(1)) == newer


def test_pictures(store: SqliteStore) -> None:
    picture = Picture("c1", "token", None, acknowledged=False)
    with store.write() as unit:
        assert unit.pages.picture("c1") is None
        unit.pages.save_picture(picture)
        assert unit.pages.picture("c1") == picture
        full = Picture("c1", "token", b"png", acknowledged=True, closed=True)
        unit.pages.save_picture(full)
        assert unit.pages.picture("c1") == full


def test_flags_are_raised_once(store: SqliteStore) -> None:
    with store.write() as unit:
        assert unit.flags.raise_flag("o1", "late", 500, NOW, "pay_1", "refund")
        assert not unit.flags.raise_flag("o1", "late", 900, NOW, "pay_1", "refund")
        assert unit.flags.raise_flag("o1", "late", 700, NOW - 1, "pay_2", "refund")
        assert [(f.amount, f.detail, f.state) for f in unit.flags.open()] == [
            (700, "pay_2", "open"),
            (500, "pay_1", "open"),
        ]
        assert [f.detail for f in unit.flags.of("o1")] == ["pay_1", "pay_2"]
        assert list(unit.flags.of("o2")) == []


def test_reads_of_the_desk_use_their_indices(store: SqliteStore) -> None:
    from pos_desktop.storage.repositories import collects, desk, messages, outbox, sales

    sell(store, 1)
    for sql, count in (
        (sales._WAITING, 0),
        (sales._WAITING_LINES, 0),
        (sales._LAST, 0),
        (sales._GET, 1),
        (collects._DUE, 2),
        (collects._NEXT_DUE, 0),
        (collects._BY_GATEWAY_ID, 1),
        (messages._BY_SID, 1),
        (messages._TO_POLL, 2),
        (outbox._CLAIM, 3),
        (outbox._INTERRUPTED, 0),
        (outbox._NEXT, 1),
        (outbox._UNSENT, 0),
        (outbox._HURRY, 2),
        (desk._OPEN, 0),
    ):
        with store.write() as unit:
            plan = [
                row[3] for row in unit.session.rows(f"EXPLAIN QUERY PLAN {sql}", ["[]"] * count)
            ]
        scans = [step for step in plan if step.startswith("SCAN") and " USING " not in step]
        # What a subquery has found is read as a whole; how it found it is a step of its own.
        tables = [s for s in scans if "json_each" not in s and "(subquery-" not in s]
        assert tables == [], (sql, plan)
