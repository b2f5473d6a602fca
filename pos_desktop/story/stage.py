"""One story on the stage: real window and keys, real HTTP to relay and practice servers."""

import shutil
from pathlib import Path

from pos_desktop.bootstrap.practice import Wanted
from pos_desktop.bootstrap.window import DATABASE, Till, open_till, practice_setup
from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.payment import Collect, CollectState
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.gui.hands import Hands
from pos_desktop.sandbox.surroundings import Surroundings
from pos_desktop.services.views import PaidNews
from pos_desktop.story.customer import Customer
from pos_desktop.story.ending import Ending
from pos_desktop.story.folder import SHOP
from pos_desktop.story.report import Broken, Findings, write_report
from pos_desktop.story.scenes import Record, Story

_FINAL = frozenset({MessageState.DELIVERED, MessageState.READ})


def perform(story: Story, out: Path, ending: Ending) -> dict[str, object]:
    """Play it; the content of ``story.json``. Raises TooLate or Broken, and what ``ending`` says.

    ``out`` is a folder of ``story.folder.story_folder``.
    """
    shop = out / SHOP
    with Surroundings(shop) as around, ending.patient():
        wanted = Wanted(story.channel, "dark" if story.dark else "light")
        till = open_till(practice_setup(shop / "counter", around.file, wanted))
        try:
            actors = Actors(story, out, around, till, ending)
            actors.play()
            told = write_report(actors.findings(), out)
        finally:
            till.shut()
            till.window.window.close()
    shutil.copyfile(shop / "counter" / DATABASE, out / DATABASE)
    return told


class _Hands(Hands):
    """Stops between two turns of the event loop once the program is to end."""

    def __init__(self, till: Till, ending: Ending) -> None:
        super().__init__(till.window.window)
        self._ending = ending

    def turn(self) -> None:
        """One turn, unless it is over. Raises SystemExit."""
        self._ending.check()
        super().turn()


class Actors:
    """The cashier, her customer, and the notes of what they saw."""

    def __init__(
        self, story: Story, out: Path, around: Surroundings, till: Till, ending: Ending
    ) -> None:
        self._story = story
        self._out = out
        self._around = around
        self._till = till
        self._record = Record()
        self._hands = _Hands(till, ending)
        self._customer = Customer(str(around.endpoints["control"]))
        self._news: list[PaidNews] = []
        till.events.paid.connect(self._news.append)

    def play(self) -> None:
        """From the first scan to the delivered receipt."""
        self._till.window.start()
        store = self._till.late
        self._hands.until(lambda: store.ready, "the counter is open", 30)
        self._hands.until(self._lamps_known, "the lamps are known")
        self._scan_goods(self._story.goods, "scan")
        if self._story.phone:
            self._enter_phone()
        if self._story.relay_down:
            self._around.stop_relay()
            self._hands.until(lambda: self._lamp("relay") == "down", "the relay's lamp", 12)
            self._shot("relay-down")
        if self._story.way == "cash":
            self._pay_cash()
        else:
            self._request_and_pay()
        if self._story.relay_down:
            self._around.start_relay()
        self._hands.until(self._all_delivered, "every message is delivered", 40)
        self._hands.pause(0.3)
        self._shot("receipt")
        self._print()

    def findings(self) -> Findings:
        """Everything that the report says."""
        sale = self._sale()
        return Findings(
            story=self._story,
            sale=sale,
            collect=self._collect(),
            messages=self._messages(),
            counter=self._till.late.wait(),
            record=self._record,
            customer=self._customer,
            relay=str(self._around.endpoints["relay"]),
        )

    def _scan_goods(self, goods: tuple[tuple[str, str], ...], shot: str) -> None:
        for code, quantity in goods:
            if quantity:
                self._hands.write(quantity)
            self._record.scan_seconds.append(self._hands.scan(code))
        wanted = len({code for code, _ in goods})
        sale = self._till.window.presenters.sale
        self._hands.until(lambda: len(sale.bill.lines) == wanted, f"{wanted} lines on the bill")
        self._shot(shot)

    def _enter_phone(self) -> None:
        self._hands.press("F3")
        self._hands.write(self._story.phone)
        self._shot("phone")
        self._hands.press("Return")
        self._hands.pause(0.1)

    def _request_and_pay(self) -> None:
        self._hands.press("F9" if self._story.way == "message" else "F12")
        took = self._hands.until(self._payable, "there is something to pay")
        self._record.request_to_qr = round(took, 3)
        if not self._story.relay_down and self._story.phone:
            self._hands.until(self._all_delivered, "the request is delivered", 20)
            self._keep_picture()
        self._hands.pause(4 if self._story.relay_down else 0.4)
        self._shot("waiting")
        if self._story.next_customer:
            self._scan_goods(self._story.next_customer, "next-customer")
        collect = self._collect()
        if collect is None:
            raise Broken("a sale without a collect")
        self._customer.pay(collect.reference)
        took = self._hands.until(lambda: bool(self._news), "the bill turns green", 20)
        self._record.paid_to_green = round(took, 3)
        self._hands.pause(0.3)
        self._shot("paid")

    def _keep_picture(self) -> None:
        """The QR as it came with the message; once paid, its address shows "payment closed"."""
        for message in self._messages():
            if message.media_url:
                picture = self._customer.open(message.media_url)
                (self._out / "message-qr.png").write_bytes(picture.content)

    def _pay_cash(self) -> None:
        self._hands.press("F10")
        self._hands.pause(0.1)
        self._hands.write("2000")
        self._shot("cash")
        self._hands.press("Return")
        self._hands.until(self._issued, "the cash bill is issued")
        self._shot("change")

    def _print(self) -> None:
        folder = self._around.file.parent / "counter" / "printouts"
        self._hands.press("Ctrl+P")
        self._hands.until(lambda: any(folder.glob("*.pdf")), "the bill is printed")

    def _shot(self, name: str) -> None:
        file = f"{len(self._record.screens) + 1:02d}-{name}.png"
        self._hands.shot(self._out / file)
        self._record.screens.append(file)

    def _sale(self) -> Sale:
        with self._till.late.wait().store.read() as uow:
            waiting = list(uow.sales.waiting())
            last = waiting[-1] if waiting else uow.sales.last_issued()
        if last is None:
            raise Broken("no sale in the database")
        return last

    def _collect(self) -> Collect | None:
        with self._till.late.wait().store.read() as uow:
            collects = uow.collects.of(self._sale().order_id)
        return collects[-1] if collects else None

    def _messages(self) -> list[Message]:
        with self._till.late.wait().store.read() as uow:
            return list(uow.messages.of(self._sale().order_id))

    def _payable(self) -> bool:
        with self._till.late.wait().store.read() as uow:
            if not uow.sales.waiting():
                return False
        collect = self._collect()
        return collect is not None and collect.state is CollectState.OPEN

    def _issued(self) -> bool:
        with self._till.late.wait().store.read() as uow:
            last = uow.sales.last_issued()
        return last is not None and last.state is SaleState.ISSUED

    def _all_delivered(self) -> bool:
        messages = self._messages()
        issued = self._sale().state is SaleState.ISSUED
        dropped = {m.purpose for m in messages if m.state is MessageState.DROPPED}
        wanted = {Purpose.RECEIPT} if issued else {Purpose.PAYMENT_REQUEST}
        if not self._story.phone:
            return True
        here = {m.purpose for m in messages if m.state in _FINAL}
        return wanted - dropped <= here

    def _lamp(self, name: str) -> str:
        lamps = self._till.late.wait().health.lamps()
        return next(lamp.state.value for lamp in lamps if lamp.name == name)

    def _lamps_known(self) -> bool:
        return all(lamp.state.value == "ok" for lamp in self._till.late.wait().health.lamps())
