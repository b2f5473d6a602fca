"""What is taken for a bill by hand: how much of it counts, and what is typed to prove it; pure."""

import re
from dataclasses import dataclass

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.sale import TenderKind
from pos_desktop.domain.text import ascii_digits, bare, one_line

#: Taken by a person; the other kinds are the books' record of a gateway's captures.
BY_HAND = frozenset({TenderKind.CASH, TenderKind.OWN_UPI, TenderKind.CARD, TenderKind.STORE_CREDIT})

_OFFERED = (TenderKind.CASH, TenderKind.CARD, TenderKind.OWN_UPI, TenderKind.STORE_CREDIT)
_RRN = re.compile(r"[0-9]{12}")
_SLIP = range(4, 25)
_CODE = range(1, 41)
_CARD_NUMBER = range(12, 20)


@dataclass(frozen=True, slots=True)
class Counted:
    """What of a tender the bill keeps (``amount``), what was given and what goes back, in paise."""

    amount: int
    tendered: int
    change: int


def offered(*, own_upi: bool, credit: bool) -> tuple[TenderKind, ...]:
    """What a shop takes by hand, the usual first: ``own_upi`` where it has an address of its own,
    ``credit`` where it has a book of credit notes."""
    needs = {TenderKind.OWN_UPI: own_upi, TenderKind.STORE_CREDIT: credit}
    return tuple(kind for kind in _OFFERED if needs.get(kind, True))


def count(kind: TenderKind, amount: int, tendered: int, open_amount: int) -> Counted:
    """How much of ``amount`` counts for a bill with this much open. ``tendered`` is the cash given
    (0: just the amount). Only cash may exceed what is open, and then only that is kept.

    Raises DomainError: ``nothing_to_pay``, ``amount_not_positive``, ``tender_too_big`` (``open``),
    ``cash_too_little`` (``due``, ``tendered``), ``not_by_hand``.
    """
    if kind not in BY_HAND:
        raise DomainError("not_by_hand", kind=kind.value)
    if open_amount <= 0:
        raise DomainError("nothing_to_pay")
    if amount <= 0:
        raise DomainError("amount_not_positive")
    kept = min(amount, open_amount)
    if kind is not TenderKind.CASH:
        if amount > open_amount:
            raise DomainError("tender_too_big", open=open_amount)
        return Counted(amount, 0, 0)
    given = tendered or amount
    if given < kept:
        raise DomainError("cash_too_little", due=kept, tendered=given)
    return Counted(kept, given, given - kept)


def rrn(text: str) -> str:
    """The 12 digits of a UPI reference as it was typed, spaces and scripts apart.

    Raises DomainError ``rrn_invalid``.
    """
    digits = _tight(text)
    if not _RRN.fullmatch(digits):
        raise DomainError("rrn_invalid")
    return digits


def slip(text: str) -> str:
    """The reference on a card terminal's slip, 4 to 24 characters.

    Raises DomainError: ``slip_needed``, ``slip_invalid``, ``card_number_refused``: card numbers may
    not be stored (PCI DSS), whatever stands around them.
    """
    cleaned = one_line(ascii_digits(text))
    if not cleaned:
        raise DomainError("slip_needed")
    if holds_card_number(cleaned):
        raise DomainError("card_number_refused")
    if len(cleaned) not in _SLIP:
        raise DomainError("slip_invalid", shortest=_SLIP[0], longest=_SLIP[-1])
    return cleaned


def credit_code(text: str) -> str:
    """The code on a credit note, capital letters and no spaces. Raises DomainError
    ``credit_code_needed``, ``no_such_credit`` (longer than any)."""
    code = _tight(text).upper()
    if not code:
        raise DomainError("credit_code_needed")
    if len(code) not in _CODE:
        raise DomainError("no_such_credit")
    return code


def holds_card_number(text: str) -> bool:
    """Whether 12 to 19 digits in it, written together or in groups, pass the check of card
    numbers (Luhn)."""
    digits = ascii_digits(text)
    groups = re.findall(r"[0-9]+(?:[ .-]?[0-9]+)*", digits)
    runs = {re.sub(r"[^0-9]", "", group) for group in groups} | set(re.findall(r"[0-9]+", digits))
    return any(len(run) in _CARD_NUMBER and _luhn(run) for run in runs)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _tight(text: str) -> str:
    return re.sub(r"[\s-]", "", bare(ascii_digits(text)))
