"""The receipt once more, and what the story of a bill says of its messages."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.gui.presenters.story import story_state
from pos_desktop.services.views import DeskState, HistoryLine
from tests.support.money_views import STORY
from tests.support.window_fakes import NOW, waiting_bills
from tests.unit.presenters.screen import Room

PAID = next(bill for bill in waiting_bills() if bill.words == "paid_give_goods")
UNPAID = next(bill for bill in waiting_bills() if bill.paid_at is None)


@pytest.fixture
def waiting(room: Room) -> Room:
    room.waiting.on_desk(DeskState(waiting_bills(), 0, None, 0))
    return room


def test_the_sheet_of_a_paid_bill_sends_its_receipt_again(waiting: Room) -> None:
    assert waiting.menu.open(PAID.order_id)
    assert "menu_receipt" in waiting.codes
    waiting.choose("menu_receipt")
    assert waiting.played.checkout.calls == [("receipt_again", (PAID.order_id, "Asha"))]
    assert waiting.said == "receipt_again"


def test_without_a_phone_there_is_no_receipt_to_send(room: Room) -> None:
    bill = replace(PAID, phone_last4=None)
    room.waiting.on_desk(DeskState((bill,), 0, None, 0))
    assert room.menu.open(PAID.order_id)
    assert "menu_receipt" not in room.codes


def test_the_key_is_for_the_marked_paid_bill(waiting: Room) -> None:
    waiting.menu.receipt_again()
    assert waiting.said == "which_receipt"
    waiting.waiting.on_mark(UNPAID.order_id)
    waiting.menu.receipt_again()
    assert waiting.played.checkout.calls == []
    waiting.waiting.on_mark(PAID.order_id)
    waiting.menu.receipt_again()
    assert waiting.played.checkout.calls == [("receipt_again", (PAID.order_id, "Asha"))]


@pytest.mark.parametrize("code", ["too_many_receipts", "still_on_its_way", "channel_changed"])
def test_a_refusal_is_told_in_words(waiting: Room, code: str) -> None:
    waiting.waiting.on_mark(PAID.order_id)
    waiting.played.checkout.refuse = DomainError(code, limit=3)
    waiting.menu.receipt_again()
    assert waiting.said == code


@pytest.mark.parametrize(
    ("what", "who", "attempt", "why", "said"),
    [
        ("queued", "machine", 1, "", ("Receipt queued", "Raseed", "pending")),
        ("accepted", "answer", 2, "", ("Receipt no. 2 taken by Exotel", "Exotel’s answer", "info")),
        ("read", "push", 1, "", ("Receipt read", "Exotel’s report", "paid")),
        ("delivered", "poll", 1, "", ("Receipt delivered", "Exotel, asked", "paid")),
        (
            "no_report", "machine", 1, "",
            ("Receipt without a report for a day", "Raseed", "pending"),
        ),
        (
            "failed", "push", 1, "dlt",
            ("Receipt not delivered: the DLT check stopped it", "Exotel’s report", "failed"),
        ),
        (
            "dropped", "Meera", 3, "channel_changed",
            ("Receipt no. 3 not sent: the shop sends another way now", "Meera", "parked"),
        ),
        (
            "unknown", "answer", 1, "no line",
            ("Receipt may have gone: no line", "Exotel’s answer", "pending"),
        ),
    ],
)  # fmt: skip
def test_every_step_of_a_message_has_its_words(
    what: str, who: str, attempt: int, why: str, said: tuple[str, str, str]
) -> None:
    line = HistoryLine(NOW, f"message_{what}", who, 0, "", why, "receipt", attempt)
    (shown,) = story_state(replace(STORY, lines=(line,))).lines
    assert (shown.what, shown.who, shown.tone) == said
    assert (shown.amount, shown.reference) == ("", "")
