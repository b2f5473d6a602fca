"""What was asked for while a payable object still has to be closed first (design payments 3)."""

from dataclasses import dataclass
from enum import StrEnum


class WishKind(StrEnum):
    """What to do when every collect of the bill is closed unpaid.

    ``qr``, ``link``, ``own_qr``: ask again in that way. ``contact``: ask again at the number that
    was corrected. ``cash``: take the tendered cash.
    ``abandon``: give the bill up. ``edit``: give it up, its lines go back to the cart. ``split``:
    just be free for other tenders.
    """

    QR = "qr"
    LINK = "link"
    OWN_QR = "own_qr"
    CONTACT = "contact"
    CASH = "cash"
    ABANDON = "abandon"
    EDIT = "edit"
    SPLIT = "split"


#: A wish older than this is not carried out by itself any more: whoever wished it has moved on.
WISH_LIFE_MS = 2 * 60 * 1000
#: These do not grow old: giving a bill up stays right whenever the gateway answers.
LASTING = frozenset({WishKind.ABANDON, WishKind.EDIT})


@dataclass(frozen=True, slots=True)
class Wish:
    """One per bill; a new one replaces it. ``tendered`` in paise for cash. ``reason``: why the bill
    is given up, or why the cash was not taken (a code)."""

    order_id: str
    kind: WishKind
    at: int
    by: str
    tendered: int = 0
    reason: str = ""

    def still_wanted(self, now: int) -> bool:
        """Whether it may be carried out without asking again."""
        fresh = 0 <= now - self.at <= WISH_LIFE_MS
        return self.kind in LASTING or (fresh and not self.reason)
