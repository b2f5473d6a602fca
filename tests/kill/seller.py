"""A counter without a window that sells until it is killed: ``python -m tests.kill.seller
PRACTICE_FILE FOLDER``.

Everything is imported once; each line ``sell SEED`` or ``settle SECONDS`` on standard input forks a
process that opens the counter as a start of the program does: the real engine, lanes, adapters and
database. What a method of the counter has acknowledged is written out as one JSON line at once.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import httpx

from pos_desktop.bootstrap.counter import Counter, Machine, build_counter
from pos_desktop.bootstrap.practice import Endpoints, enrolled, practice_options
from pos_desktop.domain.cart import Cart
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import CollectState
from pos_desktop.domain.sale import Consent, Item, Sale
from pos_desktop.host.clock import SystemClock
from pos_desktop.host.ids import SystemIds
from pos_desktop.host.lanes import ThreadLanes
from pos_desktop.services.order import Order
from pos_desktop.services.views import Lamp, PaidNews
from pos_desktop.settings.paths import folders
from pos_desktop.settings.secrets import PracticeSecrets

T = TypeVar("T")
GOODS = (
    Item(1, "8901234000011", "Milk", 7200, mrp=7400, gst_rate=50_000, hsn="0401"),
    Item(2, "8901234000028", "Oil", 16500, mrp=16800, gst_rate=50_000, hsn="1507"),
)
LONGEST_S = 30.0


class Quiet:
    """Nobody listens."""

    def changed(self) -> None:
        """Some bill changed."""

    def paid(self, news: PaidNews) -> None:
        """A bill was issued."""


class Seller:
    """One life of the program."""

    def __init__(self, practice: Path, folder: Path) -> None:
        self.places = folders(folder)
        self.places.make()
        self.ends = Endpoints.read(practice)
        options = practice_options(self.places, self.ends)
        self.options: Options = enrolled(self.places, self.ends, options)
        self.lanes = ThreadLanes(self.on_failure)
        machine = Machine(
            clock=SystemClock(),
            ids=SystemIds(),
            lanes=self.lanes,
            secrets=PracticeSecrets(self.places.practice_secrets),
            listener=Quiet(),
            on_lamps=self.on_lamps,
            on_failure=self.on_failure,
            printer=lambda: None,
        )
        database = self.places.data / "counter.db"
        self.counter: Counter = build_counter(database, self.options, machine)
        self.counter.engine.start()

    def on_failure(self, error: Exception) -> None:
        tell("failure", error=repr(error))

    def on_lamps(self, lamps: tuple[Lamp, ...]) -> None:
        """Nobody looks."""

    def do(self, work: Callable[[], T]) -> T:
        """In the db lane, as the window does it. Raises what it raised."""
        over, found, wrong = Event(), list[T](), list[Exception]()

        def done(value: T) -> None:
            found.append(value)
            over.set()

        def failed(error: Exception) -> None:
            wrong.append(error)
            over.set()

        self.lanes.submit("db", work, done, failed)
        if not over.wait(LONGEST_S):
            raise TimeoutError("the db lane does not answer")
        if wrong:
            raise wrong[0]
        self.counter.engine.wake()
        return found[0]

    def order(self, chance: random.Random) -> Order:
        cart = Cart()
        for item in chance.sample(GOODS, chance.randint(1, 2)):
            cart.add(item)
        # The practice Exotel takes the last two digits as what is to happen: here, nothing odd.
        phone = f"+9198123{chance.randint(100, 999)}70" if chance.random() < 0.8 else None
        consent = Consent("bill", "Asha", 1, "1") if phone else None
        return Order(cart.priced(self.options.shop), phone, consent, "Asha")


class Cashier:
    """Works as fast as the counter answers; ``customer`` pays whatever is payable."""

    def __init__(self, seller: Seller, seed: int) -> None:
        self.seller = seller
        self.chance = random.Random(seed)
        self.customer = httpx.Client(base_url=seller.ends.control, timeout=5, trust_env=False)

    def work(self) -> None:
        """One thing that a cashier or her customer does."""
        checkout = self.seller.counter.checkout
        chance = self.chance.random()
        if chance < 0.15:
            sale = self.seller.do(lambda: checkout.request(self.seller.order(self.chance)))
            tell("asked", order=sale.order_id, due=sale.due)
        elif chance < 0.3:
            self._issued(lambda: checkout.cash(self.seller.order(self.chance), 100_000))
        elif chance < 0.75:
            self._pay()
        else:
            self._decide(self.chance.choice(("cash", "risk", "qr", "again", "leave", "give")))

    def _decide(self, what: str) -> None:
        """Something about a bill that waits."""
        desk, checkout = self.seller.counter.desk, self.seller.counter.checkout
        waiting = self.seller.do(desk.state).waiting
        if not waiting:
            return
        order = self.chance.choice(waiting).order_id
        try:
            if what in ("cash", "risk"):
                risk = what == "risk"
                self._issued(lambda: checkout.cash_for_waiting(order, 100_000, "Ravi", risk=risk))
            elif what == "qr":
                self.seller.do(lambda: checkout.show_qr(order, "Ravi"))
            elif what == "again":
                self.seller.do(lambda: checkout.send_again(order, "Ravi"))
            elif what == "leave":
                self.seller.do(lambda: checkout.abandon(order, "left", "Ravi"))
            else:
                self.seller.do(lambda: checkout.hand_over(order, "Ravi"))
                tell("given", order=order)
        except DomainError as error:
            # Not every bill allows everything; the cashier reads why and goes on.
            tell("refused", order=order, code=error.code)

    def _issued(self, work: Callable[[], Sale]) -> None:
        sale = self.seller.do(work)
        if sale.invoice_number is not None:
            tell("issued", order=sale.order_id, number=sale.invoice_number, due=sale.due)

    def _pay(self) -> None:
        store = self.seller.counter.store
        with store.read() as uow:
            bills = list(uow.panel.bills())
        references = [c.reference for bill in bills for c in bill.collects]
        if references:
            # Also what was closed: the gateway refuses, as the customer's phone would say.
            chosen = self.chance.choice(references)
            self.customer.post("/pay", json={"reference": chosen})


def tell(what: str, **more: Any) -> None:
    """One line, in one write: what is cut off by a kill was not acknowledged."""
    os.write(1, (json.dumps({"what": what, **more}) + "\n").encode())


def sell(practice: Path, folder: Path, seed: int) -> None:
    """Until somebody kills this process."""
    seller = Seller(practice, folder)
    cashier = Cashier(seller, seed)
    seller.do(lambda: None)  # the loop's first turn is through
    tell("opened")
    while True:
        cashier.work()


def settle(practice: Path, folder: Path, seconds: float) -> None:
    """Let the counter finish what it can; ends in order."""
    opened = SystemClock().now()
    seller = Seller(practice, folder)
    end = time.monotonic() + seconds
    rows, asked, quiet = 0, list[int](), False
    while time.monotonic() < end and not quiet:
        time.sleep(0.2)
        with seller.counter.store.read() as uow:
            rows, _ = uow.outbox.unsent()
            watched = uow.collects.in_states(list(CollectState), SystemClock().now())
        asked = [c.asked_at or 0 for c in watched if c.next_ask_at is not None]
        # The gateway has been asked about everything that may still receive money.
        quiet = rows == 0 and min(asked, default=opened) >= opened
    seller.counter.engine.stop()
    seller.lanes.close()
    seller.counter.close()
    unasked = sum(at < opened for at in asked)
    tell("settled", quiet=quiet, rows=rows, unasked=unasked)


def main(practice: Path, folder: Path) -> None:
    """Fork a life for each line; the line ``PID`` names it. A life never returns here."""
    for line in sys.stdin:
        verb, number = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                if verb == "sell":
                    sell(practice, folder, int(number))
                else:
                    settle(practice, folder, float(number))
            except BaseException as error:
                tell("broken", error=repr(error))
            finally:
                os._exit(0)
        tell("born", pid=pid)
        os.waitpid(pid, 0)
        tell("dead", pid=pid)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
