"""What takes money now has its turn before what is only watched, which never waits for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from pos_desktop.domain.payment import CollectKind
from pos_desktop.domain.sale import Sale
from pos_desktop.storage.session import Row, Session, Values
from tests.support.closed_links import add_closed_links
from tests.support.street import Account, Street, StreetCounter
from tests.support.till import PHONE, Till

CLOSED = 150


def opened(till: Till, phone: str | None = PHONE) -> Sale:
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    return sale


def asked(till: Till, reference: str) -> int:
    return till.gateway.calls.count(f"fetch {reference}")


def moments(till: Till, reference: str, seconds: int) -> list[int]:
    """When this one is asked about in the next seconds."""
    found, before = [], asked(till, reference)
    for _ in range(seconds * 4):
        till.run(0.25, step=0.25)
        if asked(till, reference) > before:
            found.append(till.clock.now())
            before = asked(till, reference)
    return found


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are run meanwhile."""
    seen: list[str] = []
    rows = Session.rows

    def noted(self: Session, sql: str, values: Values = ()) -> list[Row]:
        seen.append(sql)
        return rows(self, sql, values)

    with monkeypatch.context() as patch:
        patch.setattr(Session, "rows", noted)
        yield seen


@pytest.mark.parametrize("begun", ["start", "sleep"])
def test_a_live_link_does_not_queue_behind_those_that_are_closed(till: Till, begun: str) -> None:
    sale = opened(till)
    closed = add_closed_links(till, sale, CLOSED)
    till.run(10)
    if begun == "start":
        till.restart()
    else:
        till.watcher.resume()
    since = till.clock.now()
    seen = moments(till, f"{sale.order_id}-1", 90)
    assert max(later - earlier for earlier, later in pairwise([since, *seen])) <= 7000
    # The rest of the budget went to the others.
    assert all(asked(till, reference) == 1 for reference in closed)


def test_links_in_plenty_do_not_starve_what_is_closed(till: Till) -> None:
    """Fifteen new links are more than the budget: every fifth question is for late money."""
    links = [opened(till) for _ in range(15)]
    closed = add_closed_links(till, links[0], 20)
    till.restart()
    till.run(60, step=0.25)
    assert all(asked(till, reference) == 1 for reference in closed)
    live = [asked(till, f"{sale.order_id}-1") for sale in links]
    assert min(live) >= 5
    assert max(live) - min(live) <= 2, "and the links take turns among themselves"


def test_what_is_closed_and_overdue_shows_in_the_age(till: Till) -> None:
    """From the moment on at which it was to be asked: until then nobody waits for it."""
    sale = opened(till)
    add_closed_links(till, sale, CLOSED)
    till.run(7)
    link = till.collect(sale.order_id).asked_at
    assert link is not None
    assert till.desk.state().longest_unasked_at == link, "not due for an hour"
    begun = till.clock.now()
    till.restart()
    till.run(40, step=0.25)
    assert till.desk.state().longest_unasked_at == begun
    till.run(60, step=0.25)
    later = till.desk.state().longest_unasked_at
    assert later is not None
    assert till.clock.now() - later <= 7000


def test_a_turn_of_the_watcher_reads_as_much_however_many_are_closed(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = opened(till)
    counts = []
    for more in (1, CLOSED):
        add_closed_links(till, sale, more)
        till.clock.pass_seconds(60)
        till.watcher.resume()
        with counted(monkeypatch) as statements:
            till.watcher.step(till.clock.now())
        counts.append(len(statements))
        till.lanes.drain()
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(("phone", "most"), [(None, 4500), (PHONE, 7000)])
def test_after_a_start_few_bills_are_seen_as_soon_as_ever(
    tmp_path: Path, phone: str | None, most: int
) -> None:
    """By polling alone, five live ones at a time, while all that is closed is due as well."""
    street = Street()
    counter = StreetCounter(Account(street=street), tmp_path)
    first = counter.ask(phone)
    street.run(8)
    counter.pay(counter.waiting()[0])
    street.run(10)
    assert counter.green.at.keys() == {first}
    closed = add_closed_links(counter, counter.sale(first), CLOSED)
    begun = street.clock.at
    for turn in range(6):
        for _ in range(5):
            counter.ask(phone)
        street.run(8)
        counter.watcher.resume()
        for collect in counter.waiting():
            assert collect.kind is (CollectKind.LINK if phone else CollectKind.QR)
            street.run(street.chance.uniform(1, 20))
            counter.pay(collect)
        street.run(10)
        assert len(counter.green.at) == 1 + (turn + 1) * 5
    took = counter.delays(begun)
    assert len(took) == 30
    assert max(took) <= most
    with counter.store.read() as uow:
        told = [uow.collects.get(reference) for reference in closed]
    assert all(collect is not None and (collect.asked_at or 0) > begun for collect in told)
    counter.store.close()
