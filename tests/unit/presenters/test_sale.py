"""The bill on the screen."""

from dataclasses import replace

from pos_desktop.domain.errors import StoreError
from pos_desktop.gui.presenters.draft import Customer, Draft
from pos_desktop.gui.presenters.lines import line_view
from tests.support.window_fakes import (
    BISCUITS,
    MILK,
    PICTURED,
    SURF,
    TOMATO,
    Drafts,
    Inline,
    Played,
)
from tests.unit.presenters.screen import Room


def test_the_pictured_bill_adds_up(room: Room) -> None:
    for item, qty in PICTURED:
        assert room.sale.add(item, qty)
    cart = room.cart
    assert (cart.total, cart.pieces) == ("₹1,132.00", "10 pcs + 1.235 kg")
    assert (cart.gst, cart.round_off, cart.saved) == ("57.78", "–0.11", "25.00")
    assert cart.selected == 6
    assert room.played.tones.played == ["accepted"] * 7


def test_a_line_reads_as_pictured(room: Room) -> None:
    for item, qty in PICTURED:
        room.sale.add(item, qty)
    milk, tomato = line_view(room.cart.lines[0]), line_view(room.cart.lines[3])
    assert (milk.chip, milk.chip_tone, milk.mrp, milk.amount) == (
        "saves 4.00",
        "paid",
        "74.00",
        "144.00",
    )
    assert (tomato.chip, tomato.price, tomato.price_unit) == ("by weight", "43.00", "/kg")
    assert (tomato.mrp, tomato.qty) == ("", "1.235 kg")


def test_the_same_item_again_is_one_line_and_the_last(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.sale.add(BISCUITS, 1000)
    room.sale.add(MILK, 1000)
    assert [line.name for line in room.cart.lines] == [BISCUITS.name, MILK.name]
    assert room.cart.lines[1].qty == 2000
    assert room.cart.selected == 1


def test_steps_stop_above_zero(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.sale.on_step(1)
    assert room.cart.lines[0].qty == 2000
    room.sale.on_step(-1)
    room.sale.on_step(-1)
    assert room.cart.lines[0].qty == 1000
    assert room.said == "qty_not_positive"


def test_removing_marks_the_neighbour(room: Room) -> None:
    for item in (MILK, BISCUITS, SURF):
        room.sale.add(item, 1000)
    room.sale.on_select(1)
    room.sale.on_remove()
    assert [line.name for line in room.cart.lines] == [MILK.name, SURF.name]
    assert room.cart.selected == 1
    room.sale.on_remove()
    room.sale.on_remove()
    assert (room.cart.lines, room.cart.selected, room.cart.can_pay) == ((), -1, False)
    room.sale.on_remove()
    assert room.said == "no_line"


def test_arrows_stay_within_the_bill(room: Room) -> None:
    room.sale.on_move(-1)
    assert room.cart.selected == -1
    room.sale.add(MILK, 1000)
    room.sale.add(SURF, 1000)
    room.sale.on_move(5)
    assert room.cart.selected == 1
    room.sale.on_move(-9)
    assert room.cart.selected == 0


def test_above_mrp_must_be_seen_and_names_the_item(room: Room) -> None:
    room.sale.add(replace(MILK, price=7500), 1000)
    assert room.notices.blocking
    assert room.page.notice is not None
    assert "Amul Taaza" in room.page.notice.text
    assert "₹74.00" in room.page.notice.text
    assert room.played.tones.played == ["error"]


def test_pieces_are_whole(room: Room) -> None:
    room.sale.add(MILK, 1500)
    assert room.said == "qty_whole"
    assert not len(room.sale.draft.cart)


def test_quantity_of_the_marked_line(room: Room) -> None:
    room.sale.add(TOMATO, 1235)
    room.sale.on_quantity_key()
    assert room.sheets.quantity is not None
    assert (room.sheets.quantity.proposed, room.sheets.quantity.unit) == ("1.235", "kg")
    room.quantity.on_typed("0.5")
    assert room.sheets.quantity.price.endswith("₹21.50")
    room.quantity.on_enter()
    assert room.closed("quantity")
    assert room.cart.lines[0].qty == 500


def test_a_wrong_quantity_keeps_the_sheet(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.sale.on_quantity_key()
    sheets = room.sheets
    for text in ("0", "1.5", "abc", ""):
        room.quantity.on_typed(text)
        room.quantity.on_enter()
        assert sheets.quantity is not None
        assert not sheets.quantity.ready
    room.quantity.on_back()
    assert room.closed("quantity")
    assert room.cart.lines[0].qty == 1000


def test_a_quantity_never_lands_on_another_item(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.sale.on_quantity(SURF, 0, 3000)
    assert room.said == "no_such_line"
    assert room.cart.lines[0].qty == 1000


def test_parking_and_taking_back_keeps_customer_and_lines(room: Room) -> None:
    room.sale.add(MILK, 1000)
    room.customer.on_key()
    room.customer.on_typed("9876543210")
    room.customer.on_enter()
    room.sale.on_park()
    assert (room.cart.lines, room.cart.parked) == ((), 1)
    assert room.sale.draft.customer == Customer()
    room.sale.on_park()
    assert [line.name for line in room.cart.lines] == [MILK.name]
    assert room.sale.draft.customer.phone == "+919876543210"
    room.sale.renew()
    room.sale.on_park()
    assert room.said == "nothing_parked"


def test_the_draft_survives_an_interruption(room: Room) -> None:
    room.sale.add(SURF, 2000)
    room.sale.on_park()
    room.sale.add(MILK, 1000)
    text = room.played.drafts.kept
    after = Room()
    after.sale.restore(text)
    assert [line.name for line in after.cart.lines] == [MILK.name]
    assert after.cart.parked == 1
    assert after.said == "draft_restored"


def test_a_damaged_draft_is_said_and_changes_nothing(room: Room) -> None:
    for text in ("{", '{"bills": []}', '{"bills": [{"cart": 1, "customer": {}}]}'):
        room.sale.restore(text)
        assert room.said == "draft_damaged"
        assert not len(room.sale.draft.cart)


def test_an_empty_bill_leaves_no_draft() -> None:
    assert Draft().to_text() == ""


def test_drafts_are_saved_one_at_a_time_and_the_newest_wins() -> None:
    played = Played(runner=Inline(held=True))
    room = Room(played)
    for _ in range(20):
        room.sale.add(MILK, 1000)
    assert len(played.runner.waiting) == 1
    played.runner.go()
    assert len(played.drafts.saves) == 2
    again = Room()
    again.sale.restore(played.drafts.kept)
    assert again.cart.lines[0].qty == 20_000


def test_a_draft_that_cannot_be_saved_is_said() -> None:
    room = Room(Played(drafts=Drafts(refuse=StoreError("disk_full"))))
    room.sale.add(MILK, 1000)
    assert room.said == "draft_not_saved"
