"""How long a wish is carried out without asking again."""

import pytest

from pos_desktop.domain.wish import LASTING, WISH_LIFE_MS, Wish, WishKind

AT = 1_795_409_130_000


@pytest.mark.parametrize("kind", list(WishKind))
def test_only_giving_up_outlives_two_minutes(kind: WishKind) -> None:
    wish = Wish("01", kind, AT, "Asha")
    assert wish.still_wanted(AT)
    assert wish.still_wanted(AT + WISH_LIFE_MS)
    assert wish.still_wanted(AT + WISH_LIFE_MS + 1) == (kind in LASTING)
    assert wish.still_wanted(AT - 1) == (kind in LASTING), "the clock was put back"


@pytest.mark.parametrize("kind", list(WishKind))
def test_what_was_refused_once_is_not_done_by_itself(kind: WishKind) -> None:
    refused = Wish("01", kind, AT, "Asha", reason="cash_limit_day")
    assert refused.still_wanted(AT) == (kind in LASTING), "why a bill is given up is no refusal"


def test_what_lasts() -> None:
    assert {WishKind.ABANDON, WishKind.EDIT} == LASTING
    assert WISH_LIFE_MS == 120_000
