"""A street of counters on one gateway account: one thread, and a clock that jumps to what is next.

The services and the databases are the real ones; the account is played and lets only so many
requests through in any minute.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from pos_desktop.domain.payment import Collect, CollectKind, CollectState, GatewayStatus
from pos_desktop.domain.sale import Channel
from pos_desktop.gateways.spare import SpareLooks
from pos_desktop.ports import CollectIntent, CollectSeen, GatewayError, GatewayErrorKind
from pos_desktop.services.views import PaidNews
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire import v1
from tests.support.rig import START, CountedIds, FixedClock, PlayedGateway, options
from tests.support.till import PHONE, Services

T = TypeVar("T")
Act = Callable[[], object]
_MINUTE = 60_000
# The engine's loop turns at least so often (host/engine.py).
_LOOP_MS = 500


class Street:
    """Virtual time and what happens in it."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = FixedClock(START)
        self.chance = Random(seed)
        self._queue: list[tuple[int, int, Act]] = []
        self._put = 0

    def after(self, ms: float, act: Act) -> None:
        """Let something happen so much later."""
        self._put += 1
        heapq.heappush(self._queue, (self.clock.at + int(ms), self._put, act))

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        end = self.clock.at + int(seconds * 1000)
        while self._queue and self._queue[0][0] <= end:
            moment, _, act = heapq.heappop(self._queue)
            self.clock.at = moment
            act()
        self.clock.at = end


@dataclass
class TravelLanes:
    """Calls to the outside travel for some hundred milliseconds; the db lane answers at once."""

    street: Street
    written: Act

    def submit(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """See ports.Lanes."""
        way = 0 if lane == "db" else self.street.chance.randrange(60, 160)

        def act() -> None:
            try:
                result = work()
            except Exception as error:
                self.street.after(way, partial(failed, error))
                return
            self.street.after(way, partial(done, result))
            if lane == "db":
                self.written()

        self.street.after(way, act)


@dataclass
class Account:
    """Answers ``limit`` requests in any sixty seconds; ``asked`` are the moments of all.

    ``seen`` and ``opened`` are what stands there, and which links a customer has looked at.
    """

    street: Street
    limit: int = 300
    refused: int = 0
    asked: list[int] = field(default_factory=list)
    seen: dict[str, CollectSeen] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    _answered: deque[int] = field(default_factory=deque)

    def let_through(self) -> None:
        """One request. Raises GatewayError ``rate_limited``."""
        now = self.street.clock.at
        self.asked.append(now)
        while self._answered and self._answered[0] <= now - _MINUTE:
            self._answered.popleft()
        if len(self._answered) >= self.limit:
            self.refused += 1
            raise GatewayError(GatewayErrorKind.RATE_LIMITED)
        self._answered.append(now)


class Adapter(PlayedGateway):
    """One counter's way to the account: it asks as often as Razorpay's adapter does
    (tests/contracts/test_razorpay_account.py, what a look costs), and counts."""

    def __init__(self, account: Account) -> None:
        super().__init__(seen=account.seen)
        self.made = 0
        self._account = account
        self._looks = SpareLooks(account.street.clock)
        self._unconfirmed: set[str] = set()

    def create(self, intent: CollectIntent) -> CollectSeen:
        self._request()
        return super().create(intent)

    def fetch(self, collect: Collect) -> CollectSeen:
        seen = self.seen[collect.reference]
        if collect.reference in self._unconfirmed:
            self._unconfirmed.remove(collect.reference)
        else:
            self._request()
        try:
            self._look_further(collect, seen)
        except GatewayError:
            if collect.kind is CollectKind.LINK and seen.status is GatewayStatus.PAID:
                self._unconfirmed.add(collect.reference)
            raise
        return seen

    def _look_further(self, collect: Collect, seen: CollectSeen) -> None:
        if collect.kind is CollectKind.LINK and collect.reference in self._account.opened:
            # Its order knows of attempts, and alone of late money.
            tells = seen.status in (GatewayStatus.OPEN, GatewayStatus.PAID)
            if not tells or self._looks.take():
                self._request()
        elif collect.kind is CollectKind.QR and seen.status is not GatewayStatus.OPEN:
            self._request()
        for _ in seen.payments:
            # Money is believed from the payment itself.
            self._request()

    def _trouble(self, call: str) -> None:
        self._request()
        super()._trouble(call)

    def _request(self) -> None:
        self.made += 1
        try:
            self._account.let_through()
        except GatewayError:
            self._looks.rest()
            raise


class StreetIds(CountedIds):
    """Identities of one counter; its jitter is its own."""

    def __init__(self, number: int, chance: Random) -> None:
        super().__init__()
        self.count = number * 1_000_000
        self._chance = chance

    def jitter(self) -> float:
        return self._chance.random()


class Green(list[PaidNews]):
    """The news of a counter, and when each bill turned green."""

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self.at: dict[str, int] = {}
        self._clock = clock

    def append(self, news: PaidNews) -> None:
        """One more."""
        self.at[news.order_id] = self._clock.at
        super().append(news)


class StreetCounter(Services):
    """One counter of the street, with its own database and budget."""

    gateway: Adapter
    clock: FixedClock

    def __init__(self, account: Account, folder: Path, number: int = 1) -> None:
        street = account.street
        self.street, self.clock = street, street.clock
        self.options = options(Channel.WHATSAPP_LINK)
        self.ids = StreetIds(number, Random(number))
        self.lanes = TravelLanes(street, self._look_soon)
        self.meet()
        self.account = account
        self.gateway = Adapter(account)
        self.store = SqliteStore(_blank(folder, number)).open()
        self.connect()
        self.traffic.requests = lambda: self.gateway.made
        self.green = Green(street.clock)
        self.heard.news = self.green
        self.paid_at: dict[str, int] = {}
        self._hints = 0
        self._turn_at = self.clock.at
        self._come_back(street.chance.randrange(_LOOP_MS))

    def ask(self, phone: str | None = PHONE) -> str:
        """A bill is made and asked for; its order id."""
        sale = self.checkout.request(self.order(phone))
        self._come_back(10)  # the engine is woken by it
        # Every customer looks at the link, most of them long before they pay.
        reference = f"{sale.order_id}-1"
        opens = self.street.chance.randrange(2_000, 40_000)
        self.street.after(opens, lambda: self.account.opened.add(reference))
        return sale.order_id

    def waiting(self) -> list[Collect]:
        """What could be paid now."""
        with self.store.read() as uow:
            found = uow.collects.in_states([CollectState.OPEN], 1 << 62)
        return [collect for collect in found if collect.order_id not in self.paid_at]

    def pay(self, collect: Collect) -> None:
        """The customer pays; the gateway's hook travels by the relay, if there is push."""
        self.account.opened.add(collect.reference)
        self.gateway.pay(collect.reference, now=self.clock.at)
        self.paid_at[collect.order_id] = self.clock.at
        if self.watcher.push_connected:
            self.street.after(self.street.chance.randrange(50, 250), lambda: self._hint(collect))

    def delays(self, since: int = 0) -> list[int]:
        """Milliseconds from paid to green of every payment since then; those that are not green yet
        count until now."""
        return [
            self.green.at.get(order_id, self.clock.at) - at
            for order_id, at in self.paid_at.items()
            if at >= since
        ]

    def _hint(self, collect: Collect) -> None:
        self._hints += 1
        hint = v1.FeedEvent(seq=self._hints, kind="hook", at=0, reference=collect.reference)
        self.hints.apply(hint)
        self._come_back(10)  # the engine is woken by it

    def _look_soon(self) -> None:
        """Something was written: the loop sees it in its next turn."""
        if self._turn_at > self.clock.at + _LOOP_MS // 2:
            self._come_back(_LOOP_MS // 2)

    def _turn(self) -> None:
        now = self.clock.at
        moments = self._steps(now)
        assert not self.traffic.shut(self.gateway.name, now), "the circuit is open"
        later = min((moment for moment in moments if moment is not None), default=now + _MINUTE)
        self._come_back(max(20, min(later - now, _MINUTE)))

    def _steps(self, now: int) -> list[int | None]:
        """What runs by itself; when each wants to come again."""
        return [self.outbox.step(now), self.watcher.step(now)]

    def _come_back(self, ms: int) -> None:
        moment = self._turn_at = self.clock.at + ms

        def turn() -> None:
            # Else another moment was agreed on meanwhile.
            if self._turn_at == moment:
                self._turn()

        self.street.after(ms, turn)


def _blank(folder: Path, number: int) -> Path:
    """An empty database; making one takes longer than copying it."""
    first, path = folder / "blank.db", folder / f"{number}.db"
    if not first.exists():
        SqliteStore(first).open().close()
    path.write_bytes(first.read_bytes())
    return path
