"""Whose turn it is to be asked about: pure.

A QR on a screen goes before a link, and both go before what is closed and only watched for late
money. Nobody waits for ever: after two QRs it is a link's turn, after four that take money the turn
of a closed one, which so gets a fifth of the budget where the others want all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from pos_desktop.domain.payment import Collect, CollectKind
from pos_desktop.services.schedule import takes_money

_SHOWN_IN_A_ROW = 2
_PAYABLE_IN_A_ROW = 4


class Rank(IntEnum):
    """In the order of ``Collects.due``."""

    SHOWN = 0
    LINK = 1
    CLOSED = 2


@dataclass
class Turns:
    """Remembers who had turns in a row: QRs since the last link, and both since the last closed
    one."""

    shown: int = 0
    payable: int = 0

    def pick(self, due: Sequence[Collect]) -> Collect | None:
        """The next of ``due``, which stands in the order of ``Collects.due``."""
        order = [Rank.SHOWN, Rank.LINK] if self.shown < _SHOWN_IN_A_ROW else [Rank.LINK, Rank.SHOWN]
        order.insert(0 if self.payable >= _PAYABLE_IN_A_ROW else 2, Rank.CLOSED)
        return min(due, key=lambda collect: order.index(rank(collect)), default=None)

    def took(self, collect: Collect) -> None:
        """It had its turn."""
        if rank(collect) is Rank.CLOSED:
            self.payable = 0
        else:
            self.payable += 1
            self.shown = self.shown + 1 if rank(collect) is Rank.SHOWN else 0


def rank(collect: Collect) -> Rank:
    """How urgent it is: a customer may be standing before it, may pay it, or should not."""
    if not takes_money(collect):
        return Rank.CLOSED
    return Rank.SHOWN if collect.kind is CollectKind.QR else Rank.LINK


def hidden(due: Sequence[Collect], free: Sequence[Collect], limit: int) -> bool:
    """Whether somebody whose turn it might be stands behind ``due``, the first ``limit`` of every
    rank: where none of a rank's first is ``free``."""
    some = {rank(collect) for collect in free}
    ranks = [rank(collect) for collect in due]
    return any(ranks.count(each) == limit and each not in some for each in Rank)
