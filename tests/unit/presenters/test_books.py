"""The inbox, money that is owed, payment details, goods that come back."""

from dataclasses import replace

import pytest

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval
from pos_desktop.gui.presenters.entries import detail_of, row_of
from pos_desktop.gui.presenters.inbox import InboxState
from pos_desktop.gui.presenters.refund import RefundState
from pos_desktop.gui.presenters.returns import Basket
from pos_desktop.gui.presenters.story import detail_words, story_state, who_words
from pos_desktop.services.views import InboxChoice, ReturnOrder
from tests.support.money_fakes import PIN
from tests.support.money_views import (
    ASSERTED,
    ENTRIES,
    LATE,
    OFFER,
    OWED,
    PART,
    STORY,
    UNSURE,
    desk,
)
from tests.support.window_fakes import CONTENT, NOW, Inline, Played
from tests.unit.presenters.screen import Room


@pytest.fixture
def inbox(room: Room) -> Room:
    """Four entries, two owed; the sheet is open."""
    room.played.desk.now = desk(inbox=4, owed=2)
    room.desk.on_changed()
    room.played.inbox.now = ENTRIES
    room.played.refunds.money = OWED
    room.money.inbox.on_key()
    return room


def shown(room: Room) -> InboxState:
    """What the sheet of the inbox shows."""
    assert room.sheets.entries is not None
    return room.sheets.entries


def codes(room: Room) -> list[str]:
    """The buttons of the marked entry."""
    detail = shown(room).detail
    return [] if detail is None else [choice.code for choice in detail.choices]


def approve(room: Room) -> None:
    """The manager types her PIN."""
    room.money.pin.on_typed(PIN)
    room.money.pin.on_enter()


def test_entries_come_first_then_what_is_owed(inbox: Room) -> None:
    assert [row.section for row in shown(inbox).rows] == ["To decide"] * 4 + ["Money owed"] * 2
    assert shown(inbox).summary == "4 to decide · 2 owed"
    first = shown(inbox).rows[0]
    assert (first.what, first.whose, first.amount, first.age) == (
        "Paid after closing",
        "Token 11",
        "₹320.00",
        "12 min ago",
    )
    detail = shown(inbox).detail
    assert detail is not None
    assert "₹320.00 arrived after the payment was closed" in detail.sentence
    assert ("UTR", "432187650001") in detail.facts
    assert codes(inbox) == ["act_refund", "act_attach", "inbox_story"]
    assert detail.choices[0].text == "Refund ₹320.00 · PIN"


def test_a_refund_is_one_decision_of_a_manager(inbox: Room) -> None:
    inbox.money.inbox.on_choice("act_refund")
    assert inbox.played.inbox.calls == []
    assert inbox.sheets.pin is not None
    approve(inbox)
    approval = Approval("Meera", NOW, "inbox_refund")
    choice = InboxChoice(1, "refund", "Meera", approval)
    assert inbox.played.inbox.calls == [("act", choice)]
    assert inbox.said == "act_refund_done"


def test_attaching_asks_for_the_bill(inbox: Room) -> None:
    inbox.money.inbox.on_choice("act_attach")
    assert codes(inbox) == ["to A17", "to A21", "inbox_not_attach"]
    inbox.money.inbox.on_choice("inbox_not_attach")
    assert codes(inbox)[0] == "act_refund"
    inbox.money.inbox.on_choice("act_attach")
    inbox.money.inbox.on_back()
    assert codes(inbox)[0] == "act_refund"
    inbox.money.inbox.on_choice("act_attach")
    inbox.money.inbox.on_choice("to A21")
    approve(inbox)
    name, choice = inbox.played.inbox.calls[0]
    assert isinstance(choice, InboxChoice)
    assert (name, choice.action, choice.target) == ("act", "attach", "A21")


def test_what_needs_no_manager_is_done_at_once(inbox: Room) -> None:
    inbox.money.inbox.on_move(2)
    assert codes(inbox) == ["act_check_again", "inbox_story"]
    inbox.money.inbox.on_choice("act_check_again")
    assert inbox.played.inbox.calls == [("act", InboxChoice(3, "check_again", "Asha"))]


def test_accepting_wants_a_reason_and_a_pin(inbox: Room) -> None:
    inbox.money.inbox.on_select(3)
    inbox.money.inbox.on_choice("act_accept")
    assert inbox.sheets.why is not None
    assert "Checked with the bank" in inbox.sheets.why.usual
    inbox.money.reason.on_typed("Checked with the bank")
    inbox.money.reason.on_enter()
    approve(inbox)
    _, choice = inbox.played.inbox.calls[0]
    assert isinstance(choice, InboxChoice)
    assert (choice.reason, choice.flag_id) == ("Checked with the bank", 4)


def test_the_rest_is_collected_from_the_menu_of_the_bill(inbox: Room) -> None:
    inbox.money.inbox.on_select(1)
    inbox.money.inbox.on_choice("act_collect_rest")
    assert inbox.closed("entries")
    assert inbox.sheets.menu is not None
    assert inbox.sheets.menu.title.startswith("Token 20")


def test_the_rest_of_a_bill_that_is_not_on_the_panel_is_asked_for_by_the_service(
    inbox: Room,
) -> None:
    inbox.played.inbox.now = (replace(PART, order_id="GONE"),)
    inbox.money.inbox.on_key()
    inbox.money.inbox.on_choice("act_collect_rest")
    assert inbox.played.inbox.calls == [("act", InboxChoice(2, "collect_rest", "Asha"))]


def test_a_failed_refund_is_tried_again(inbox: Room) -> None:
    inbox.money.inbox.on_select(4)
    assert codes(inbox) == ["inbox_story"]
    inbox.money.inbox.on_select(5)
    detail = shown(inbox).detail
    assert detail is not None
    assert ("The bank said", "Your refund could not be made by the bank") in detail.facts
    inbox.money.inbox.on_choice("act_refund_again")
    approve(inbox)
    name, told = inbox.played.refunds.calls[0]
    assert (name, told) == ("again", ("dup-pay_2", Approval("Meera", NOW, "refund_again")))


def test_the_mark_stays_on_its_entry_when_others_go(inbox: Room) -> None:
    inbox.money.inbox.on_select(2)
    inbox.played.inbox.now = (UNSURE, ASSERTED)
    inbox.desk.on_changed()
    assert shown(inbox).selected == 0
    inbox.played.inbox.now = ()
    inbox.played.refunds.money = ()
    inbox.desk.on_changed()
    assert (shown(inbox).selected, shown(inbox).detail) == (-1, None)
    assert shown(inbox).empty == "Nothing to decide and nothing owed."
    inbox.money.inbox.on_choice("act_refund")
    assert inbox.played.inbox.calls == []


def test_a_refusal_is_said_and_the_entries_are_read_again(inbox: Room) -> None:
    inbox.money.inbox.on_select(2)
    inbox.played.inbox.refuse = DomainError("entry_closed")
    inbox.played.inbox.now = (LATE,)
    inbox.money.inbox.on_choice("act_check_again")
    assert inbox.said == "entry_closed"
    assert len(shown(inbox).rows) == 3


def test_pressing_twice_decides_once() -> None:
    runner = Inline(held=True)
    room = Room(Played(runner=runner))
    room.played.inbox.now = (UNSURE,)
    room.money.inbox.on_key()
    runner.go()
    room.money.inbox.on_choice("act_check_again")
    room.money.inbox.on_choice("act_check_again")
    runner.go()
    assert len(room.played.inbox.calls) == 1


def test_esc_closes_and_a_late_reading_does_not_bring_it_back() -> None:
    runner = Inline(held=True)
    room = Room(Played(runner=runner))
    room.money.inbox.on_key()
    room.money.inbox.on_back()
    runner.go()
    assert room.closed("entries")


def test_ages_move_while_it_is_open(inbox: Room) -> None:
    inbox.played.clock.time += 60_000
    inbox.money.inbox.on_tick()
    assert shown(inbox).rows[0].age == "13 min ago"


@pytest.mark.parametrize(
    "kind",
    [
        *("late", "duplicate", "over", "part", "mismatch", "unknown_outcome", "refund_failed"),
        *("unmatched", "gateway_unreachable", "asserted_unconfirmed", "risk_taken"),
        "handed_over_unpaid",
    ],
)
def test_every_kind_has_a_name_and_a_sentence(kind: str) -> None:
    entry = replace(LATE, kind=kind, token_no=None, invoice_number=None)
    assert row_of(entry, NOW).what not in (kind, "")
    assert "unexpected" not in detail_of(entry, NOW).sentence
    assert row_of(entry, NOW).whose == "no bill"


def test_a_kind_of_tomorrow_is_shown_as_it_is() -> None:
    entry = replace(LATE, kind="moon", detail="full")
    assert row_of(entry, NOW).what == "moon"
    assert "manager" in detail_of(entry, NOW).sentence
    assert ("Detail", "full") in detail_of(entry, NOW).facts


@pytest.mark.parametrize("state", ["asked", "unknown", "pending", "failed"])
def test_money_that_is_owed_says_how_it_stands(state: str) -> None:
    owed = replace(OWED[0], state=state)
    assert "unexpected" not in row_of(owed, NOW).what
    assert "₹139.00" in detail_of(owed, NOW).sentence


def test_money_that_is_owed_says_for_which_bill() -> None:
    assert row_of(OWED[0], NOW).whose == "Token 9 · C2A/2627/000101"
    given_up = replace(OWED[0], invoice_number=None, reason="late")
    assert row_of(given_up, NOW).whose == "Token 9"
    facts = detail_of(given_up, NOW).facts
    assert ("Bill", "Token 9") in facts
    assert ("Reason", "Paid after closing") in facts
    assert ("Since", "23-11 09:52:00 · 50 min ago") in facts
    nobodys = replace(given_up, token_no=None)
    assert row_of(nobodys, NOW).whose == "no bill"


def test_the_payment_detail_tells_what_when_and_who(room: Room) -> None:
    room.played.desk.told = STORY
    room.money.story.open("A11")
    told = room.sheets.told
    assert told is not None
    assert told.sums[0] == ("To pay", "₹320.00")
    assert told.sums[-1] == ("Too much", "₹320.00")
    assert told.flags == ("Paid twice",)
    assert (told.lines[0].at, told.lines[0].what) == ("23-11 10:27:00", "Payment asked for: link")
    assert (told.lines[1].who, told.lines[1].tone) == ("Razorpay", "pending")
    assert told.lines[3].what == "Cash taken: change ₹180.00"
    assert told.lines[6].what == "Paid: UTR 432187650001"
    assert told.lines[7].what == "For the inbox: Paid twice"
    assert told.lines[-1].amount == "– ₹320.00"
    assert told.lines[-1].who == "Meera"


def test_the_payment_detail_follows_its_bill(room: Room) -> None:
    room.money.story.reload()
    assert room.closed("told")
    room.played.desk.told = STORY
    room.money.story.open("A11")
    room.played.desk.told = replace(STORY, lines=STORY.lines[:2])
    room.money.story.reload()
    assert room.sheets.told is not None
    assert len(room.sheets.told.lines) == 2
    room.money.story.on_back()
    room.money.story.reload()
    assert room.closed("told")
    room.played.desk.told = None
    room.money.story.open("GONE")
    assert (room.closed("told"), room.said) == (True, "no_such_bill")


def test_words_of_a_line_are_ours_where_there_are_some() -> None:
    assert detail_words("wish_cash") == "for cash"
    assert detail_words("BAD_REQUEST something") == "BAD_REQUEST something"
    assert (who_words("cashfree"), who_words("Asha")) == ("Cashfree", "Asha")
    nothing = story_state(replace(STORY, lines=(), excess=0, invoice_number=None))
    assert (nothing.number, len(nothing.sums)) == ("no bill number yet", 4)


def refund(room: Room) -> RefundState:
    """What the sheet of goods that come back shows."""
    assert room.sheets.returned is not None
    return room.sheets.returned


@pytest.fixture
def returning(room: Room) -> Room:
    """The lines of a sold bill."""
    room.played.refunds.offered = OFFER
    room.money.refund.on_key("A09")
    return room


def test_a_bill_is_found_by_its_number_or_as_the_last_one(room: Room) -> None:
    room.money.refund.on_key(None)
    assert (refund(room).finding, refund(room).ready) == (True, False)
    room.money.refund.on_enter()
    assert room.played.refunds.calls == []
    room.money.refund.on_number(" 999 ")
    room.money.refund.on_enter()
    assert (refund(room).hint, refund(room).bad) == ("No bill has the number 999.", True)
    room.played.desk.content = CONTENT
    room.played.refunds.offered = OFFER
    room.money.refund.on_other()
    assert "C2A/2627/000124" in refund(room).hint
    room.money.refund.on_enter()
    assert ("find", "C2A/2627/000124") in room.played.refunds.calls
    assert refund(room).title == "Goods come back · C2A/2627/000101"


def test_lines_are_chosen_by_figures_steps_and_at_once(returning: Room) -> None:
    money = returning.money.refund
    money.on_step(1)
    assert (refund(returning).rows[0].chosen, refund(returning).amount) == ("1", "₹72.00")
    money.on_step(5)
    assert refund(returning).rows[0].chosen == "2"
    money.on_step(-5)
    assert (refund(returning).rows[0].chosen, refund(returning).ready) == ("", False)
    money.on_move(1)
    money.on_step(1)
    assert refund(returning).rows[1].chosen == "1.235 kg"
    money.on_quantity("0.5")
    assert (refund(returning).rows[1].amount, refund(returning).quantity) == ("₹21.50", "0.5")
    money.on_quantity("0.50")
    assert refund(returning).quantity == "0.50"
    money.on_quantity("x")
    assert (refund(returning).bad, refund(returning).ready) == (True, False)
    money.on_quantity("2")
    assert refund(returning).hint == "Only 1.235 kg of this line can still come back."
    money.on_quantity("")
    assert (refund(returning).bad, refund(returning).amount) == (False, "₹0.00")
    money.on_select(99)
    assert refund(returning).selected == 3
    money.on_all()
    assert refund(returning).amount == "₹362.00"


def test_the_last_return_brings_the_rounding_along() -> None:
    basket = Basket(OFFER)
    basket.everything()
    assert sum(line.left_amount for line in OFFER.lines) == 36_211
    assert basket.amount == OFFER.rest == 36_200


def test_more_than_the_payments_allow_is_refused(room: Room) -> None:
    room.played.refunds.offered = replace(OFFER, payable=5_000)
    room.money.refund.on_key("A09")
    room.money.refund.on_step(1)
    assert (refund(room).ready, refund(room).bad) == (False, True)
    room.played.refunds.offered = replace(OFFER, payable=0)
    room.money.refund.on_key("A09")
    assert refund(room).hint.startswith("No payment of this bill")


def test_goods_come_back_with_a_reason_and_a_pin(returning: Room) -> None:
    money = returning.money.refund
    money.on_enter()
    assert returning.closed("why")
    money.on_step(1)
    money.on_enter()
    assert returning.sheets.why is not None
    returning.money.reason.on_typed("Damaged")
    returning.money.reason.on_enter()
    assert returning.sheets.pin is not None
    assert returning.sheets.pin.what == "Give back ₹72.00 of bill C2A/2627/000101."
    returning.played.refunds.money = (replace(OWED[0], amount=7_200),)
    approve(returning)
    approval = Approval("Meera", NOW, "refund")
    order = ReturnOrder("A09", ((1, 1000),), "Damaged", "Asha", approval)
    assert returning.played.refunds.calls[-1] == ("give_back", order)
    assert (returning.closed("returned"), returning.said) == (True, "return_asked")


def test_a_refused_refund_stays_in_the_sheet(returning: Room) -> None:
    returning.money.refund.on_step(1)
    returning.money.refund.on_enter()
    returning.money.reason.on_typed("Damaged")
    returning.money.reason.on_enter()
    returning.played.refunds.refuse = DomainError("returned_too_much")
    approve(returning)
    assert returning.said == "returned_too_much"
    assert refund(returning).ready


def test_a_bill_that_is_not_issued_has_nothing_to_give_back(room: Room) -> None:
    room.money.refund.on_key("A17")
    assert (room.said, refund(room).finding) == ("not_issued", True)
    room.money.refund.on_step(1)
    room.money.refund.on_back()
    assert room.closed("returned")


def test_a_bill_without_a_number_is_not_the_gateways_doing() -> None:
    entry = replace(LATE, kind="mismatch", detail="no number series_locked")
    assert "enrol" in detail_of(entry, NOW).sentence
    assert "dashboard" not in detail_of(entry, NOW).sentence


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("numbers_missing", "C2A/2627/000039 - 000041"),
        ("number_doubled", "C2A/2627/000039"),
        ("relay_parked", "77 78"),
    ],
)
def test_what_a_rejoining_found_names_its_numbers(kind: str, detail: str) -> None:
    told = detail_of(replace(LATE, kind=kind, detail=detail), NOW)
    assert detail in told.sentence
    assert told.title != kind


def test_a_refund_tells_the_reason_of_its_entry() -> None:
    told = story_state(replace(STORY, lines=(STORY.lines[-1],)))
    assert told.lines[0].what == "Refund asked: Paid twice"
    by_person = replace(STORY.lines[-1], detail="broken seal")
    assert story_state(replace(STORY, lines=(by_person,))).lines[0].what.endswith(": broken seal")
