"""What is said before much cash is taken, and what is refused."""

import pytest

from pos_desktop.services.cash import CASH_LIMIT, CASH_NOTICE, cash_notice


@pytest.mark.parametrize(
    ("amount", "known", "code"),
    [
        (CASH_NOTICE - 1, False, ""),
        (CASH_NOTICE - 1, True, ""),
        (CASH_NOTICE, False, "cash_unnamed"),
        (CASH_NOTICE, True, "cash_elsewhere"),
        (CASH_LIMIT - 1, False, "cash_unnamed"),
        (CASH_LIMIT - 1, True, "cash_elsewhere"),
        (CASH_LIMIT, False, ""),
        (CASH_LIMIT, True, ""),
    ],
)
def test_much_cash_is_spoken_of(amount: int, known: bool, code: str) -> None:
    assert cash_notice(amount, known=known) == code
