"""Whose turn it is."""

from pos_desktop.domain.payment import Collect, CollectKind, CollectState
from pos_desktop.services.turns import Turns, on_screen

LINK = Collect("L", "B", 1, CollectKind.LINK, CollectState.OPEN, "razorpay", 100, 0)
QR = Collect("Q", "B", 1, CollectKind.QR, CollectState.OPEN, "razorpay", 100, 0)
CLOSED = Collect("C", "B", 1, CollectKind.QR, CollectState.EXPIRED, "razorpay", 100, 0)


def test_nobody_stands_before_a_closed_qr() -> None:
    assert [on_screen(collect) for collect in (QR, LINK, CLOSED)] == [True, False, False]


def test_after_two_qrs_it_is_the_turn_of_somebody_else() -> None:
    turns, order = Turns(), []
    for _ in range(7):
        due = [QR, CLOSED, LINK]
        picked = turns.pick(due)
        assert picked is not None
        turns.took(picked)
        order.append(picked.reference)
    assert "".join(order) == "QQCQQCQ"


def test_nobody_has_to_give_way_to_nobody() -> None:
    turns = Turns()
    for _ in range(5):
        assert turns.pick([QR]) is QR
        turns.took(QR)
    assert turns.others_wait([QR, QR])
    assert not turns.others_wait([QR, LINK])
    turns.took(LINK)
    assert not turns.others_wait([QR])
    assert turns.pick([]) is None
