"""The till is killed between every two steps of a sale: small and exhaustive.

A kill drops what the process holds; the file, the gateway, the provider and the relay stay. After
every one of them there is one link, one request at most, one receipt, one number - and the sale
ends as soon as its money comes.
"""

from pathlib import Path

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.sale import Channel, Sale, SaleState
from tests.support.till import PHONE, Till

REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT
MOST_STEPS = 60
# More seconds without any work than any of the schedules waits here.
LONG_QUIET = 45
EVERY_WAY = [
    (Channel.WHATSAPP_LINK, PHONE),
    (Channel.WHATSAPP_QR, PHONE),
    (Channel.SMS_LINK, PHONE),
    (Channel.WHATSAPP_LINK, None),
]


class Play:
    """One sale, step by step: ``kills`` says after which pieces of work the process dies."""

    def __init__(self, folder: Path, channel: Channel, phone: str | None) -> None:
        self.till = Till(folder, channel)
        self.phone = phone
        self.pieces = 0
        self.kills: set[int] = set()
        self.every = 0

    def piece(self) -> bool:
        """One piece of work of any lane, perhaps the last one of this process."""
        if not self.till.lanes.step():
            return False
        self.pieces += 1
        dies = self.pieces in self.kills or (self.every and self.pieces % self.every == 0)
        if dies and self.pieces <= MOST_STEPS:
            self.till.restart()
        return True

    def turn(self) -> None:
        """One turn of the loop; a process that dies in it takes its unfinished work along."""
        till = self.till
        till.clock.pass_seconds(1)
        now = till.clock.now()
        till.outbox.step(now)
        till.watcher.step(now)
        till.syncing.step(now)
        till.polls.step(now)
        while self.piece():
            continue

    def sell(self, *, eager: bool) -> Sale:
        """Ask, wait, pay, receipt. An eager customer pays what the gateway shows, known or not."""
        till = self.till
        sale = till.checkout.request(till.order(self.phone))
        reference = f"{sale.order_id}-1"
        paid, quiet = False, 0
        while quiet < LONG_QUIET:
            before = self.pieces
            self.turn()
            quiet = quiet + 1 if self.pieces == before else 0
            if reference in till.gateway.seen and not paid and (eager or quiet > 3):
                till.gateway.pay(reference)
                paid, quiet = True, 0
        return till.sale(sale.order_id)


def check(play: Play, sale: Sale, case: object) -> None:
    till = play.till
    assert sale.state is SaleState.ISSUED, case
    assert sale.invoice_number == "P2A/2627/000001", case
    assert len(till.gateway.seen) == 1, case
    assert [c for c in till.gateway.calls if c.startswith("create")], case
    with till.store.read() as uow:
        messages = uow.messages.of(sale.order_id)
        tenders = uow.tenders.of(sale.order_id)
        rows, _ = uow.outbox.unsent()
        issued = [e for e in uow.ledger.after(0, 100) if e.kind == "sale.issued"]
    assert rows == 0, case
    assert sum(tender.amount for tender in tenders) == sale.due, case
    assert len(issued) == 1, case
    assert till.flags() == (), case
    assert till.desk.state().unsent == 0, case
    assert [revision for revision, _, _ in till.relay.pages[sale.link_token]][-1] == 2, case
    sent = [message.purpose for message in till.messenger.sent]
    assert sent.count(REQUEST) <= 1, case
    assert sent.count(RECEIPT) <= 1, case
    receipts = [m for m in messages if m.purpose is RECEIPT]
    assert len(receipts) == (1 if play.phone else 0), case
    for receipt in receipts:
        went = receipt.state is MessageState.ACCEPTED and sent.count(RECEIPT) == 1
        # Killed with the request in hand: it may have gone, so it says so and is not repeated.
        assert went or receipt.state is MessageState.UNKNOWN, case


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize(("channel", "phone"), EVERY_WAY)
def test_killed_once_after_any_piece_of_work(
    tmp_path: Path, channel: Channel, phone: str | None, eager: bool
) -> None:
    (tmp_path / "quiet").mkdir()
    quiet = Play(tmp_path / "quiet", channel, phone)
    sale = quiet.sell(eager=eager)
    check(quiet, sale, "no kill")
    busy = min(quiet.pieces, MOST_STEPS)
    quiet.till.store.close()
    assert busy > 6
    for piece in range(1, busy + 1):
        folder = tmp_path / str(piece)
        folder.mkdir()
        play = Play(folder, channel, phone)
        play.kills = {piece}
        check(play, play.sell(eager=eager), f"killed after piece {piece}")
        play.till.store.close()


@pytest.mark.parametrize("every", range(2, 12))
@pytest.mark.parametrize(("channel", "phone"), EVERY_WAY)
def test_killed_again_and_again(
    tmp_path: Path, channel: Channel, phone: str | None, every: int
) -> None:
    play = Play(tmp_path, channel, phone)
    play.every = every
    check(play, play.sell(eager=True), f"killed after every {every} pieces")
    play.till.store.close()
