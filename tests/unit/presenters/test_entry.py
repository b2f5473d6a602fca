"""What comes into the bill."""

from tests.support.window_fakes import MILK, QUICK, TOMATO, Inline, Played
from tests.unit.presenters.screen import Room


def test_a_scan_adds_and_a_quantity_before_it_counts(room: Room) -> None:
    room.entry.on_scan(MILK.barcode)
    room.entry.on_scan(MILK.barcode, "3*")
    assert room.cart.lines[0].qty == 4000
    assert room.page.cleared == 2


def test_half_a_name_does_not_spoil_a_scan(room: Room) -> None:
    room.entry.on_scan(MILK.barcode, "bisc")
    assert room.cart.lines[0].qty == 1000


def test_a_wrong_quantity_before_a_scan_adds_nothing(room: Room) -> None:
    room.entry.on_scan(MILK.barcode, "0*")
    assert not len(room.sale.draft.cart)
    assert room.said == "qty_not_positive"


def test_an_unknown_code_stops_scanning_until_it_is_seen(room: Room) -> None:
    room.entry.on_scan("8901234567894")
    assert room.notices.blocking
    assert room.page.notice is not None
    assert "8901234567894" in room.page.notice.text
    room.entry.on_scan(MILK.barcode)
    assert not len(room.sale.draft.cart)
    assert room.played.tones.played == ["error", "error"]
    room.entry.on_enter("")
    assert room.said == ""
    room.entry.on_scan(MILK.barcode)
    assert len(room.sale.draft.cart) == 1


def test_a_payment_qr_is_no_item(room: Room) -> None:
    room.entry.on_scan("upi://pay?pa=someone@bank")
    assert room.said == "not_a_product"


def test_enter_takes_the_marked_match_or_the_exact_code(room: Room) -> None:
    room.entry.on_enter("2*milk", MILK)
    assert room.cart.lines[0].qty == 2000
    room.entry.on_enter(MILK.barcode)
    assert room.cart.lines[0].qty == 3000
    room.entry.on_enter("milk")
    assert room.said == "unknown_code"


def test_names_are_offered_and_figures_mark_nothing(room: Room) -> None:
    room.entry.on_text("t")
    assert room.offered() == ([], "", False)
    room.entry.on_text("3*tom")
    assert room.offered() == ([TOMATO.name], "tom", True)
    room.entry.on_text("89012")
    assert room.offered() == ([], "", False)
    room.entry.on_text("zebra")
    assert room.offered() == ([], "zebra", True)


def test_loose_goods_ask_their_weight(room: Room) -> None:
    room.entry.on_quick(QUICK[0])
    assert room.sheets.quantity is not None
    assert not room.sheets.quantity.ready
    room.quantity.on_typed("0.75")
    room.quantity.on_enter()
    assert room.cart.lines[0].qty == 750
    room.entry.on_quick(QUICK[1], "1.2*")
    assert room.cart.lines[1].qty == 1200
    room.entry.on_quick(QUICK[4])
    assert room.cart.lines[2].qty == 1000


def test_scans_during_a_commit_belong_to_the_next_bill() -> None:
    room = Room(Played(runner=Inline(held=True)))
    room.sale.add(MILK, 1000)
    room.pay.on_qr()
    room.entry.on_scan(MILK.barcode)
    room.entry.on_scan(MILK.barcode)
    room.sale.on_step(1)
    assert room.said == "busy"
    room.played.runner.go()
    name, order = room.played.checkout.calls[0]
    assert name == "screen_qr"
    assert room.cart.lines[0].qty == 2000
    assert len(room.played.checkout.calls) == 1
    assert order is not None
