"""What goods that come back are worth, and which payments give the money back; pure."""

from collections.abc import Sequence

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.money import half_up

LEAST_REFUND = 100
"""No gateway gives back less than this, in paise (reference gateways 1.7)."""


def part_value(total: int, sold: int, before: int, qty: int) -> int:
    """What ``qty`` thousandths of a line are worth after ``before`` of its ``sold`` came back.

    Counted from the beginning each time, so that pieces of any size add up to ``total`` paise
    exactly (reference domain 1.10, returns).
    """
    return half_up(total * (before + qty), sold) - half_up(total * before, sold)


def spread(amount: int, limits: Sequence[int]) -> list[int]:
    """Take ``amount`` paise from payments that can give back ``limits`` each: from as few as can
    be, and nowhere less than ``LEAST_REFUND``.

    Raises DomainError ``refund_too_small`` (``least``) or ``refund_too_much`` (``limit``).
    """
    able = [limit if limit >= LEAST_REFUND else 0 for limit in limits]
    if amount < LEAST_REFUND:
        raise DomainError("refund_too_small", least=LEAST_REFUND)
    if amount > sum(able):
        raise DomainError("refund_too_much", limit=sum(able))
    parts = [0] * len(able)
    rest = amount
    largest, *others = sorted(range(len(able)), key=lambda i: -able[i])
    for i in (largest, *others):
        parts[i] = min(able[i], rest)
        rest -= parts[i]
        if 0 < parts[i] < LEAST_REFUND:
            # The last piece is too small to be asked for: the largest leaves it something.
            parts[largest] -= LEAST_REFUND - parts[i]
            parts[i] = LEAST_REFUND
    if parts[largest] < LEAST_REFUND:
        raise DomainError("refund_too_small", least=LEAST_REFUND)
    return parts
