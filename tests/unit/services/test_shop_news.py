"""What a counter does about the news of its shop."""

from collections.abc import Collection, Iterator

import msgspec
import pytest

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.ports import KeptEntry, Page
from pos_desktop.services.fence import Numbering
from pos_desktop.services.shop_news import ShopNews
from pos_desktop.wire import seal, v1
from pos_desktop.wire.store import CredentialState, StoreState
from tests.support.till import Till

TOKEN, OTHER = "A" * 21 + "A", "B" * 21 + "A"


class Shop:
    """A till with its news; ``secrets`` are those that it was told."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.secrets: list[str] = []
        self.wanted: list[Collection[str]] = []
        self.connect()

    def connect(self) -> None:
        till = self.till
        numbering = Numbering(till.store.fence, till.options.counter.series)
        self.news = ShopNews(
            till.store,
            till.lanes,
            till.relay,
            numbering,
            till.heard,
            self.renew,
            self.find,
        )

    def renew(self, told: StoreState) -> dict[str, int]:
        self.secrets.append(told.callback_secret)
        return {one.name: one.mine for one in told.credentials}

    def keys_told(self) -> list[object]:
        with self.till.store.read() as uow:
            return [each.body for each in uow.ledger.after(0, 100) if each.kind == "shop.keys"]

    def find(self, ids: Collection[str]) -> Iterator[tuple[str, Page]]:
        self.wanted.append(ids)
        if seal.page_id(TOKEN) in ids:
            yield TOKEN, Page("01X", 3, b"content", b"pdf", acknowledged=True)

    def turn(self, seconds: float = 0) -> int | None:
        self.till.clock.pass_seconds(seconds)
        moment = self.news.step(self.till.clock.now())
        self.till.lanes.drain()
        return moment


@pytest.fixture
def shop(till: Till) -> Shop:
    return Shop(till)


def event(seq: int, kind: str) -> v1.FeedEvent:
    return v1.FeedEvent(seq=seq, kind=kind, at=1)


def test_it_asks_at_a_start_and_then_every_hour(shop: Shop) -> None:
    assert shop.turn() is None
    assert shop.turn(3599) == shop.till.clock.now() + 1000
    assert shop.secrets == ["secret"]
    shop.turn(1)
    assert shop.secrets == ["secret"] * 2
    shop.turn(-7200)
    assert len(shop.secrets) == 3, "a clock that was put back keeps nobody waiting"


def test_one_question_at_a_time(shop: Shop) -> None:
    shop.news.step(shop.till.clock.now())
    assert shop.news.step(shop.till.clock.now()) is None
    assert len(shop.till.lanes.queue) == 1
    shop.till.lanes.drain()


@pytest.mark.parametrize(
    ("kind", "asked"), [("callback", 2), ("credentials", 2), ("revoked", 2), ("catalogue", 1)]
)
def test_the_feed_makes_it_ask_at_once(shop: Shop, kind: str, asked: int) -> None:
    shop.turn()
    shop.till.hints.apply(event(5, kind))
    shop.turn(1)
    shop.turn(1)
    assert len(shop.secrets) == asked


def has_key(shop: Shop) -> None:
    relay = shop.till.relay
    new = CredentialState(name="gateway.key_secret", version=2, mine=2)
    relay.state = msgspec.structs.replace(relay.state, credentials=(new,))


def test_a_new_key_of_the_shop_stands_in_the_ledger_once(shop: Shop) -> None:
    has_key(shop)
    shop.turn()
    assert shop.keys_told() == [{"versions": {"gateway.key_secret": 2}}]
    shop.connect()
    shop.turn(3600)
    assert len(shop.keys_told()) == 1, "a start tells nothing again"


def test_a_key_that_was_kept_before_the_relay_went_is_told_later(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise Unavailable("relay_down", "away")

    has_key(shop)
    with monkeypatch.context() as patch:
        patch.setattr(type(shop.till.relay), "ledger", away)
        shop.turn()
    assert shop.keys_told() == []
    shop.turn(60)
    assert len(shop.keys_told()) == 1


def test_a_rotated_secret_is_handed_on(shop: Shop) -> None:
    shop.turn()
    relay = shop.till.relay
    relay.state = msgspec.structs.replace(relay.state, callback_secret="new")
    shop.till.hints.apply(event(1, "callback"))
    shop.turn(1)
    assert shop.secrets == ["secret", "new"]


def test_pages_that_the_relay_lost_are_published_again_once(shop: Shop) -> None:
    relay = shop.till.relay
    lost = tuple(seal.page_id(token) for token in (TOKEN, OTHER))
    relay.state = msgspec.structs.replace(relay.state, lost_pages=lost)
    shop.turn()
    assert relay.pages == {TOKEN: [(3, b"content", b"pdf")]}
    shop.turn(3600)
    assert relay.pages == {TOKEN: [(3, b"content", b"pdf")]}
    assert shop.wanted == [set(lost), {lost[1]}], "the other one is another counter's"


@pytest.mark.parametrize("refusal", [Unavailable("relay_down"), RaseedError("relay_revoked")])
def test_a_relay_that_does_not_answer_is_asked_again_in_a_minute(
    shop: Shop, refusal: RaseedError
) -> None:
    shop.till.relay.trouble.append(refusal)
    shop.turn()
    assert shop.turn(59) == shop.till.clock.now() + 1000
    assert shop.secrets == []
    shop.turn(1)
    assert shop.secrets == ["secret"]


def test_a_bug_is_told(shop: Shop) -> None:
    shop.till.relay.trouble.append(ValueError("bug"))
    shop.turn()
    assert shop.till.told() == ["bug"]


def test_another_machine_with_this_identity_stops_the_numbers(shop: Shop) -> None:
    till = shop.till
    till.relay.copies = {1: [KeptEntry(1, "sale.issued", 1, "0" * 64, None)]}
    shop.turn()
    assert till.desk.state().trouble == ""
    till.relay.forked = True
    changes = till.heard.changes
    shop.turn(3600)
    shop.turn(3600)
    assert till.desk.state().trouble == "relay_fork"
    assert till.heard.changes == changes + 1


def test_an_emergency_series_is_not_meant_by_it(shop: Shop) -> None:
    till = shop.till
    till.relay.copies, till.relay.forked = {1: []}, True
    shop.news.numbering = Numbering(till.store.fence, "E7KQ")
    shop.turn()
    assert till.store.fence.reason("E7KQ") is None
