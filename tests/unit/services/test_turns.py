"""Whose turn it is."""

from dataclasses import replace

from pos_desktop.domain.payment import Collect, CollectKind, CollectState
from pos_desktop.services.turns import Rank, Turns, hidden, rank

LINK = Collect("L", "B", 1, CollectKind.LINK, CollectState.OPEN, "razorpay", 100, 0)
QR = Collect("Q", "B", 1, CollectKind.QR, CollectState.OPEN, "razorpay", 100, 0)
CLOSED = Collect("C", "B", 1, CollectKind.QR, CollectState.EXPIRED, "razorpay", 100, 0)

PAID = Collect("P", "B", 1, CollectKind.LINK, CollectState.PAID, "razorpay", 100, 0)
ASKED = Collect("A", "B", 1, CollectKind.QR, CollectState.REQUESTED, "razorpay", 100, 0)


def played(due: list[Collect], turns: int) -> str:
    """Who had a turn, one after another, where all of ``due`` want the next as well."""
    line, order = Turns(), ""
    for _ in range(turns):
        picked = line.pick(due)
        assert picked is not None
        line.took(picked)
        order += picked.reference
    return order


def test_nobody_stands_before_a_closed_qr() -> None:
    ranks = [rank(collect) for collect in (QR, ASKED, LINK, CLOSED, PAID)]
    assert ranks == [Rank.SHOWN, Rank.SHOWN, Rank.LINK, Rank.CLOSED, Rank.CLOSED]


def test_after_two_qrs_a_link_after_four_that_take_money_a_closed_one() -> None:
    assert played([QR, LINK, CLOSED], 15) == "QQLQCQLQQCLQQLC"
    assert played([QR, CLOSED], 11) == "QQQQCQQQQCQ"
    assert played([LINK, CLOSED], 11) == "LLLLCLLLLCL"
    assert played([QR, LINK], 7) == "QQLQQLQ"


def test_nobody_has_to_give_way_to_nobody() -> None:
    assert (played([QR], 5), played([LINK], 5), played([CLOSED], 5)) == ("QQQQQ", "LLLLL", "CCCCC")
    assert Turns().pick([]) is None


def test_the_first_of_a_rank_has_its_turn() -> None:
    second = replace(LINK, reference="M")
    assert Turns().pick([LINK, second, CLOSED]) is LINK
    assert Turns().pick([second, LINK, CLOSED]) is second


def test_somebody_may_stand_behind_a_rank_of_whom_none_may_be_asked() -> None:
    assert not hidden([], [], 2)
    assert not hidden([QR, LINK, CLOSED], [], 2), "there are no more of any rank"
    assert hidden([QR, QR, LINK], [LINK], 2)
    assert hidden([LINK, CLOSED, CLOSED], [LINK], 2)
    assert not hidden([QR, QR, LINK, LINK], [QR, LINK], 2)
