"""One story on the stage: real window and keys, real HTTP to relay and practice servers."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.payment import Collect, CollectState
from pos_desktop.domain.sale import SaleState
from pos_desktop.sandbox.surroundings import Surroundings
from pos_desktop.storage.verify import verify_database
from pos_desktop.story.books import Bill, Books
from pos_desktop.story.cashier import Cashier
from pos_desktop.story.customer import Customer
from pos_desktop.story.far import FarWindow
from pos_desktop.story.folder import SHOP
from pos_desktop.story.plays.goods import PHONE
from pos_desktop.story.record import Broken, Record
from pos_desktop.story.report import write_report
from pos_desktop.story.window import HereWindow, Place, Window
from pos_desktop.story.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pos_desktop.story.ending import Ending
    from pos_desktop.story.plays.goods import Goods
    from pos_desktop.story.scenes import Story

_LAMPS = ("internet", "gateway", "messages", "relay", "printer")
_TROUBLE = ("down", "slow", "…")
_FINAL = frozenset({MessageState.DELIVERED, MessageState.READ})


def perform(story: Story, out: Path, ending: Ending) -> dict[str, object]:
    """Play it; the content of ``story.json``. Raises TooLate or Broken, and what ``ending`` says.

    ``out`` is a folder of ``story.folder.story_folder``.
    """
    shop = out / SHOP
    counter = shop / "counter"
    with (
        Surroundings(shop) as around,
        ending.patient(),
        World(around, cables=story.cables) as world,
    ):
        place = Place(counter, world.endpoints, story.wanted)
        stage = Stage(story, out, place, world, ending.check)
        try:
            stage.begin()
            story.play(stage)
            told = write_report(stage)
        finally:
            stage.close()
    shutil.copyfile(counter / DATABASE, out / DATABASE)
    checked = verify_database(out / DATABASE)
    if not checked.ok:
        raise Broken(f"the books do not verify: {checked.problem}")
    return told


class Stage:
    """Everybody and everything that a play needs: the cashier with her window, the customer, the
    world around, the books, and the record of what was seen."""

    def __init__(
        self, story: Story, out: Path, place: Place, world: World, check: Callable[[], None]
    ) -> None:
        self.story = story
        self.out = out
        self.world = world
        self._place = place
        self._check = check
        self.record = Record()
        self._pays_at: float | None = None
        self.books = Books(place.data / DATABASE)
        self.customer = Customer(world.control)
        self._window = self._opened()
        self.cashier = Cashier(self._window, out, self.record)

    def begin(self) -> None:
        """Wait until the counter is open and every lamp is green."""
        self.cashier.until("the counter is open", self._window.ready, 30)
        self.cashier.until("the lamps are known", lambda: all(map(self.lamp_ok, _LAMPS)), 20)

    def sell(self, goods: Goods, phone: str = PHONE, *, shots: bool = False) -> None:
        """Scan the goods and type the phone, if there is one; what comes next is how to pay."""
        self.cashier.scan(goods, "scan" if shots else "")
        if phone:
            self.cashier.phone(phone, "phone" if shots else "")

    def park(self, key: str, *, payable: bool = True) -> Bill:
        """Press the key that parks the bill on the screen; the bill, ``payable`` if so asked."""
        known = {bill.order_id for bill in self.books.bills()}

        def new() -> Bill | None:
            found = [bill for bill in self.books.bills() if bill.order_id not in known]
            return next((b for b in found if not payable or live(b) is not None), None)

        # From the key on: while it is pressed the program has its turns as well.
        began = time.perf_counter()
        self.cashier.press(key)
        self.cashier.until("the bill waits for money", lambda: new() is not None)
        if payable and self.record.request_to_qr is None:
            self.record.request_to_qr = round(time.perf_counter() - began, 3)
        bill = new()
        if bill is None:
            raise Broken("the bill that was parked is gone")
        return bill

    def pay(self, bill: Bill, **more: object) -> str:
        """The customer pays what is payable of this bill; its payment id. Nothing is waited for."""
        collect = live(self.again(bill)) or bill.collects[-1]
        self._pays_at = time.perf_counter()
        return self.customer.pay(collect.reference, **more)

    def green(self, bill: Bill, seconds: float = 20) -> Bill:
        """Wait for the green strip of this bill; the bill as it is issued."""
        token = f"Token {bill.sale.token_no} "
        began = time.perf_counter() if self._pays_at is None else self._pays_at
        self.cashier.until(
            f"{token}turns green", lambda: token in self.cashier.see().strip + " ", seconds
        )
        if self.record.paid_to_green is None:
            self.record.paid_to_green = round(time.perf_counter() - began, 3)
        self.cashier.until(
            f"{token}is issued", lambda: self.again(bill).sale.state is SaleState.ISSUED
        )
        return self.again(bill)

    def again(self, bill: Bill) -> Bill:
        """The same bill as the database has it now."""
        return self.books.bill(bill.order_id)

    def delivered(self, bill: Bill, seconds: float = 40) -> None:
        """Wait until the message that matters now has arrived."""
        token = bill.sale.token_no
        self.cashier.until(
            f"every message of token {token} is delivered",
            lambda: _delivered(self.again(bill)),
            seconds,
        )

    def print_bill(self) -> None:
        """Ctrl+P, and the paper."""
        folder = self._place.data / "printouts"
        self.cashier.press("Ctrl+P")
        self.cashier.until("the bill is printed", lambda: any(folder.glob("*.pdf")))

    def prove(self, sentence: str, holds: bool) -> None:
        """Note what was looked up and holds. Raises Broken where it does not."""
        self.record.prove(sentence, holds)

    def soon(self, sentence: str, holds: Callable[[], bool], seconds: float = 15) -> None:
        """Wait until it holds, then note it."""
        self.cashier.until(sentence, holds, seconds)
        self.prove(sentence, holds())

    def lamp_ok(self, name: str) -> bool:
        """Whether this lamp is green."""
        words = self.cashier.lamp(name)
        return not any(trouble in words for trouble in _TROUBLE)

    def kill(self) -> None:
        """SIGKILL the counter, which has a process of its own in this story."""
        self.books.close()
        if not isinstance(self._window, FarWindow):
            raise Broken("only a counter in a process of its own can be killed")
        self._window.kill()

    def reopen(self) -> None:
        """Start the counter again on what it left behind."""
        self._window = self.cashier.window = self._opened()
        self.cashier.until("the counter is open again", self._window.ready, 30)

    def sleep(self, minutes: int) -> None:
        """The lid of the counter's computer is closed for so long; only in this process."""
        self._place.clock.sleep(minutes)

    def close(self) -> None:
        """End the counter in order."""
        self.books.close()
        self._window.end()

    def _opened(self) -> Window:
        if self.story.apart:
            return FarWindow(self.story.name, self._place, self._check)
        return HereWindow(self._place, self._check)


def live(bill: Bill) -> Collect | None:
    """What a customer could pay of this bill now."""
    return next((c for c in reversed(bill.collects) if c.state is CollectState.OPEN), None)


def _delivered(bill: Bill) -> bool:
    issued = bill.sale.state is SaleState.ISSUED
    wanted = {Purpose.RECEIPT} if issued else {Purpose.PAYMENT_REQUEST}
    dropped = {m.purpose for m in bill.messages if m.state is MessageState.DROPPED}
    here = {m.purpose for m in bill.messages if m.state in _FINAL}
    return bill.sale.phone is None or wanted - dropped <= here
