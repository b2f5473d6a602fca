"""Scenes of money for the pictures (see ``shots``): tenders, PINs, inbox, refunds, services off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from pos_desktop.domain.options import OwnUpiOptions
from pos_desktop.domain.payment import CollectKind
from pos_desktop.domain.sale import TenderKind
from pos_desktop.gui.keys import Command
from pos_desktop.services.views import DeskState, Lamp, LampState, Offered, PayableQr, Tone
from tests.gui.message_scenes import MESSAGES
from tests.gui.number_scenes import NUMBERS
from tests.support.money_views import (
    ENTRIES,
    FRESH,
    GATEWAY_OFF,
    MESSAGES_OFF,
    OFFER,
    OWED,
    SPLIT,
    STORY,
    desk,
    many_bills,
    worded,
)
from tests.support.window_fakes import NOW, waiting_bills

if TYPE_CHECKING:
    from tests.gui.shots import Studio

Act = Callable[["Studio"], None]
UPI = "upi://pay?pa=freshmart@okbank&pn=Fresh%20Mart&tr=01JA17-2&am=1249.50&cu=INR"


def own_upi(studio: Studio) -> None:
    """The shop has a UPI address of its own. Before the window reads its options."""
    studio.played.options = replace(studio.played.options, own_upi=OwnUpiOptions("shop@bank"))


def shown(studio: Studio, state: DeskState) -> None:
    """The desk is read."""
    studio.bill()
    studio.played.desk.now = state
    studio.counter.wiring.on_changed()
    studio.settle()


def head(studio: Studio) -> None:
    """Something to decide, a slow gateway, and a bill that leaves by delivery."""
    bills = waiting_bills()
    remote = replace(bills[2], remote=True, words="last_attempt_failed")
    bills = (*bills[:2], remote, *bills[3:])
    state = DeskState(bills, 0, None, 1, inbox=3, owed=2, longest_unasked_at=NOW - 45_000)
    shown(studio, state)


def owed(studio: Studio) -> None:
    """Only money that is owed."""
    shown(studio, desk(owed=2, outage_until=NOW + 37 * 60_000))


def cut_off(studio: Studio) -> None:
    """Nothing is reached and the outage window is open: the top bar has most to say."""
    state = desk(outage_until=NOW + 59 * 60_000, unsent=13, oldest_unsent_at=NOW - 11_000)
    shown(studio, state)
    names = ("internet", "gateway", "messages", "relay")
    down = tuple(Lamp(name, LampState.DOWN) for name in names)
    studio.counter.presenters.status.on_lamps(down)


def words(studio: Studio) -> None:
    """The long words."""
    codes = ("closing_for_cash", "part_paid", "own_upi_waiting", "closing_to_edit")
    bills = tuple(
        worded(code, order_id=f"W{at}", token_no=30 + at, received=50_000 * (code == "part_paid"))
        for at, code in enumerate(codes)
    )
    shown(studio, desk(waiting=bills))


def loud(studio: Studio) -> None:
    """What nobody may overlook: goods that left, requests that did not arrive."""
    seen = {"attention": True, "can_show_qr": True}
    failed = {"message_words": "failed", "message_reason": "Exotel does not know the key"}
    bills = (
        worded("waiting_payment", order_id="W0", token_no=30, given=True, **seen),
        worded(
            "part_paid", order_id="W1", token_no=31, given=True, received=500_00,
            open_amount=749_50, **seen,
        ),
        worded("waiting_payment", order_id="W2", token_no=32, **failed, **seen),
        worded(
            "gateway_refuses_key", order_id="W3", token_no=33, tone=Tone.FAILED, attention=True
        ),
    )  # fmt: skip
    shown(studio, desk(waiting=bills, inbox=2))


def two_hundred(studio: Studio) -> None:
    """200 waiting bills."""
    shown(studio, desk(waiting=many_bills(200), inbox=12))
    studio.counter.presenters.waiting.on_key()


def menu_of(words: str, **changes: object) -> Act:
    """The menu of token 17 in this state."""

    def act(studio: Studio) -> None:
        shown(studio, desk(waiting=(worded(words, **changes),)))
        studio.counter.presenters.menu.open("A17")

    return act


def closing(studio: Studio) -> None:
    """Cash was counted, the gateway is closing the link."""
    shown(studio, desk())
    bill = next(b for b in waiting_bills() if b.order_id == "A17")
    studio.counter.presenters.menu._acts._closing(bill, 1_300_00)


def risk(studio: Studio) -> None:
    """Cash before the link is closed."""
    shown(studio, desk(waiting=(worded("closing_for_cash"),)))
    studio.counter.presenters.menu.open("A17")
    studio.counter.presenters.money.choices.on_choice("menu_cash_risk")


def reason(studio: Studio) -> None:
    """Another reason to give a bill up."""
    menu_of("waiting_payment")(studio)
    choices = studio.counter.presenters.money.choices
    choices.on_choice("menu_abandon")
    choices.on_choice("abandon_other")


def reasons(studio: Studio) -> None:
    """Why a bill is given up."""
    menu_of("waiting_payment")(studio)
    studio.counter.presenters.money.choices.on_choice("menu_abandon")


def split(studio: Studio) -> None:
    """F11 on the bill of the screen."""
    shown(studio, desk())
    studio.counter.presenters.money.split.on_key()
    studio.counter.window.money_sheets.split.form.amountField.setText("500")


def split_parts(studio: Studio) -> None:
    """Two tenders were taken."""
    shown(studio, desk())
    studio.played.tendering.now = SPLIT
    bill = next(b for b in waiting_bills() if b.order_id == "A17")
    studio.counter.presenters.money.split.open_waiting(bill)
    studio.counter.window.money_sheets.split.form.amountField.setText("600")


def split_own(studio: Studio) -> None:
    """The UTR of a payment to the shop's own UPI."""
    split_parts(studio)
    studio.counter.presenters.money.split.on_kind("own_upi")
    studio.counter.window.money_sheets.split.form.referenceField.setText("43218765")


def split_outage(studio: Studio) -> None:
    """The same while the internet is out."""
    split_own(studio)
    studio.played.desk.now = desk(outage_until=NOW + 37 * 60_000)
    studio.counter.wiring.on_changed()
    studio.counter.window.money_sheets.split.form.referenceField.setText("432187654321")


def split_card(studio: Studio) -> None:
    """A card number where a reference belongs."""
    split_parts(studio)
    studio.counter.presenters.money.split.on_kind("card")
    studio.counter.window.money_sheets.split.form.referenceField.setText("4111 1111 1111 1111")


def split_credit(studio: Studio) -> None:
    """Every kind of tender, and a high amount."""
    shown(studio, desk())
    kinds = (*(TenderKind.CASH, TenderKind.CARD), *(TenderKind.OWN_UPI, TenderKind.STORE_CREDIT))
    studio.played.tendering.now = replace(SPLIT, kinds=kinds, due=1_23_456_78, open=1_22_756_78)
    bill = next(b for b in waiting_bills() if b.order_id == "A17")
    studio.counter.presenters.money.split.open_waiting(bill, "store_credit")


def split_live(studio: Studio) -> None:
    """A link can still be paid."""
    shown(studio, desk())
    studio.played.tendering.now = replace(FRESH, collect_words="waiting_payment")
    bill = next(b for b in waiting_bills() if b.order_id == "A17")
    studio.counter.presenters.money.split.open_waiting(bill)


def pin(studio: Studio) -> None:
    """A decision of the manager."""
    menu_of("waiting_payment")(studio)
    studio.counter.presenters.money.choices.on_choice("menu_unpaid")
    studio.counter.window.money_sheets.pin.form.pinField.setText("4829")


def pin_wrong(studio: Studio) -> None:
    """A wrong PIN, over the sheet of tenders."""
    split_own(studio)
    studio.counter.window.money_sheets.split.form.referenceField.setText("432187654321")
    studio.counter.presenters.money.split.on_enter()
    studio.counter.presenters.money.pin.on_typed("000000")
    studio.counter.presenters.money.pin.on_enter()


def pin_locked(studio: Studio) -> None:
    """Too many."""
    pin(studio)
    studio.played.people.lock(90)
    studio.counter.presenters.money.pin.on_enter()


def first_pin(studio: Studio) -> None:
    """Nobody has a PIN yet."""
    studio.played.people.pin = None
    menu_of("waiting_payment")(studio)
    studio.counter.presenters.money.choices.on_choice("menu_unpaid")
    form = studio.counter.window.money_sheets.first_pin.form
    form.nameField.setText("Meera Joshi")
    form.pinField.setText("123456")


def inbox(studio: Studio) -> None:
    """What has to be decided, and what is owed."""
    shown(studio, desk(inbox=4, owed=2))
    studio.played.inbox.now = ENTRIES
    studio.played.refunds.money = OWED
    studio.counter.presenters.money.inbox.on_key()


def inbox_owed(studio: Studio) -> None:
    """A refund that failed."""
    inbox(studio)
    studio.counter.presenters.money.inbox.on_select(5)


def attach(studio: Studio) -> None:
    """Choosing the bill that takes the money."""
    inbox(studio)
    studio.counter.presenters.money.inbox.on_choice("act_attach")


def inbox_empty(studio: Studio) -> None:
    """Nothing to decide."""
    shown(studio, desk())
    studio.counter.presenters.money.inbox.on_key()


def accept(studio: Studio) -> None:
    """Closing an entry wants a reason."""
    inbox(studio)
    studio.counter.presenters.money.inbox.on_select(3)
    studio.counter.presenters.money.inbox.on_choice("act_accept")


def story(studio: Studio) -> None:
    """Payment details."""
    inbox(studio)
    studio.played.desk.told = STORY
    studio.counter.presenters.money.story.open("A11")


def refund_find(studio: Studio) -> None:
    """Ctrl+T."""
    shown(studio, desk())
    studio.counter.presenters.money.refund.on_key(None)


def refund(studio: Studio) -> None:
    """Choosing what comes back."""
    shown(studio, desk())
    studio.played.refunds.offered = OFFER
    studio.counter.presenters.money.refund.on_key("A09")
    studio.counter.presenters.money.refund.on_step(1)
    studio.counter.presenters.money.refund.on_move(1)


def refund_bad(studio: Studio) -> None:
    """More than was sold."""
    refund(studio)
    studio.counter.presenters.money.refund.on_quantity("2")


def more(studio: Studio) -> None:
    """Ctrl+O."""
    shown(studio, desk())
    studio.counter.wiring.on_command(Command.MENU)


def more_off(studio: Studio) -> None:
    """Ctrl+O with everything that it can offer."""
    shown(studio, desk(services_off=(GATEWAY_OFF,)))
    studio.counter.wiring.on_command(Command.MENU)


def gateway_off(studio: Studio) -> None:
    """The gateway refuses the shop's key."""
    shown(studio, desk(services_off=(GATEWAY_OFF,)))


def messages_off(studio: Studio) -> None:
    """No credit for messages."""
    shown(studio, desk(services_off=(MESSAGES_OFF,)))


def numbers_locked(studio: Studio) -> None:
    """A copy of this counter's disk sells elsewhere."""
    shown(studio, desk(trouble="relay_fork", services_off=(GATEWAY_OFF,)))


def emergency(studio: Studio) -> None:
    """Numbers that the counter gave itself."""
    shown(studio, desk(trouble="emergency"))


def own_qr(studio: Studio) -> None:
    """The shop's own QR on the screen."""
    shown(studio, desk())
    studio.played.desk.qr = PayableQr(
        "A17", 17, 1_249_50, CollectKind.QR, UPI, None, None, "own_upi_waiting"
    )
    studio.counter.presenters.qr.open("A17", 17, 1_249_50)


def no_qr(studio: Studio) -> None:
    """An account without QR codes. Before the window reads its options."""
    gateway = replace(studio.played.options.gateway, qr_enabled=False)
    studio.played.options = replace(studio.played.options, gateway=gateway)
    studio.played.desk.now = replace(studio.played.desk.now, offers=Offered(qr=False))


MONEY: dict[str, tuple[Act, Act | None]] = {
    **MESSAGES,
    **NUMBERS,
    "head": (head, None),
    "owed": (owed, None),
    "cut-off": (cut_off, None),
    "words": (words, None),
    "loud": (loud, None),
    "two-hundred": (two_hundred, None),
    "menu-part": (menu_of("part_paid", received=50_000, open_amount=749_50), own_upi),
    "menu-expired": (menu_of("link_expired"), own_upi),
    "menu-closing": (menu_of("closing_for_cash"), None),
    "menu-own": (menu_of("own_upi_waiting", can_show_qr=True), own_upi),
    "closing": (closing, None),
    "risk": (risk, None),
    "reason": (reason, None),
    "reasons": (reasons, None),
    "split": (split, None),
    "split-parts": (split_parts, own_upi),
    "split-own": (split_own, own_upi),
    "split-outage": (split_outage, own_upi),
    "split-card": (split_card, own_upi),
    "split-credit": (split_credit, own_upi),
    "split-live": (split_live, own_upi),
    "pin": (pin, None),
    "pin-wrong": (pin_wrong, own_upi),
    "pin-locked": (pin_locked, None),
    "first-pin": (first_pin, None),
    "inbox": (inbox, None),
    "inbox-owed": (inbox_owed, None),
    "inbox-empty": (inbox_empty, None),
    "attach": (attach, None),
    "accept": (accept, None),
    "story": (story, None),
    "refund-find": (refund_find, None),
    "refund": (refund, None),
    "refund-bad": (refund_bad, None),
    "more": (more, own_upi),
    "more-off": (more_off, own_upi),
    "gateway-off": (gateway_off, None),
    "messages-off": (messages_off, None),
    "numbers-locked": (numbers_locked, None),
    "emergency": (emergency, None),
    "own-qr": (own_qr, own_upi),
    "no-qr": (head, no_qr),
}
"""Scene -> (what happens, what the shop is like before)."""
