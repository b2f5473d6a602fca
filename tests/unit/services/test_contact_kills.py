"""The till is killed between every two steps of correcting a wrong number."""

from pathlib import Path

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.payment import GatewayStatus
from pos_desktop.domain.sale import Channel, Consent, Sale, SaleState
from tests.support.till import PHONE
from tests.unit.services.test_kills import MOST_STEPS, Play

NEW = "+919812345678"
REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT
# Longer than the second look for a page that the relay does not hold.
LONG_QUIET = 75
EVERY_WAY = (Channel.WHATSAPP_LINK, Channel.WHATSAPP_QR, Channel.SMS_LINK)


class Corrected(Play):
    """Ask, correct the number ``after`` so many pieces of work, pay whatever is open, receipt."""

    def __init__(self, folder: Path, channel: Channel, after: int) -> None:
        super().__init__(folder, channel, PHONE)
        self.after = after
        self.before = 0
        self.corrected = False

    def piece(self) -> bool:
        worked = super().piece()
        if not self.corrected and self.pieces >= self.after:
            self.correct()
        return worked

    def correct(self) -> None:
        till = self.till
        consent = Consent("bill", "Ravi", till.clock.now(), "2")
        till.contacts.correct(self.sale.order_id, NEW, consent, "Ravi")
        self.corrected = True
        # What the provider has by now may have gone; what comes later must not be to her.
        self.before = len(till.messenger.sent)

    def play(self, *, late: bool) -> Sale:
        """``late``: the customer pays what was opened last, else what the gateway shows first."""
        till = self.till
        self.sale = till.checkout.request(till.order(PHONE))
        quiet, paid = 0, False
        while quiet < LONG_QUIET:
            pieces = self.pieces
            self.turn()
            quiet = quiet + 1 if self.pieces == pieces else 0
            live = [r for r, s in till.gateway.seen.items() if s.status is GatewayStatus.OPEN]
            assert len(live) <= 1, "two can be paid at once"
            if live and not paid and self.corrected and (not late or quiet > 3):
                till.gateway.pay(live[-1])
                paid, quiet = True, 0
        return till.sale(self.sale.order_id)


def check(play: Corrected, sale: Sale, case: object) -> None:
    till = play.till
    assert (sale.state, sale.phone, sale.contact) == (SaleState.ISSUED, NEW, 1), case
    with till.store.read() as uow:
        messages = uow.messages.of(sale.order_id)
        former = uow.sales.contacts(sale.order_id)
        rows, _ = uow.outbox.unsent()
        written = [e for e in uow.ledger.after(0, 100) if e.kind == "number.corrected"]
    assert (rows, len(written), till.flags()) == (0, 1, ()), case
    sent = [(message.purpose, message.to) for message in till.messenger.sent]
    # One call may have been in the net lane in the very moment of the correction.
    assert all(to == NEW for _, to in sent[play.before + 1 :]), case
    assert not any(to == PHONE for purpose, to in sent if purpose is RECEIPT), case
    assert len(set(sent)) == len(sent), case
    (old,) = former
    assert old.phone == PHONE, case
    if old.link_token in till.relay.pages:
        assert old.link_token in till.relay.revoked, case
    assert sale.link_token not in till.relay.revoked, case
    assert [revision for revision, _, _ in till.relay.pages[sale.link_token]][-1] == 2, case
    (receipt,) = (message for message in messages if message.purpose is RECEIPT)
    assert receipt.to == NEW, case
    assert receipt.state in (MessageState.ACCEPTED, MessageState.UNKNOWN), case


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("channel", EVERY_WAY)
def test_killed_after_any_piece_of_work(tmp_path: Path, channel: Channel, late: bool) -> None:
    for after in (0, 6):
        (tmp_path / f"quiet{after}").mkdir()
        quiet = Corrected(tmp_path / f"quiet{after}", channel, after)
        check(quiet, quiet.play(late=late), f"corrected after {after}, no kill")
        quiet.till.store.close()
        for piece in range(after + 1, min(quiet.pieces, MOST_STEPS) + 1):
            folder = tmp_path / f"{after}-{piece}"
            folder.mkdir()
            play = Corrected(folder, channel, after)
            play.kills = {piece}
            check(play, play.play(late=late), f"corrected after {after}, killed after {piece}")
            play.till.store.close()


@pytest.mark.parametrize("every", range(2, 9))
@pytest.mark.parametrize("channel", EVERY_WAY)
def test_killed_again_and_again(tmp_path: Path, channel: Channel, every: int) -> None:
    play = Corrected(tmp_path, channel, 5)
    play.every = every
    check(play, play.play(late=True), f"killed after every {every} pieces")
    play.till.store.close()
