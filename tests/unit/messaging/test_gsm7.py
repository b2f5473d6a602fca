"""Units of an SMS as they are billed."""

import pytest

from pos_desktop.messaging.gsm7 import is_gsm7, plain, units


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("{" * 80, 1),
        ("{" * 81, 2),
        ("€" * 80, 1),
        ("च" * 70, 1),
        ("च" * 71, 2),
        ("च" * 134, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("₹" + "a" * 70, 2),
    ],
)
def test_units(text: str, count: int) -> None:
    assert units(text) == count


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("₹ 12", "Rs 12"),
        ("₹12", "Rs 12"),
        ("a’s “b” – c…", 'a\'s "b" - c...'),
        ("x\u00a0y", "x y"),
        ("plain", "plain"),
    ],
)
def test_plain(text: str, result: str) -> None:
    assert plain(text) == result
    assert is_gsm7(plain(text))


@pytest.mark.parametrize("text", ["₹", "’", "–", "च", "`", "ç"])
def test_not_gsm7(text: str) -> None:
    assert not is_gsm7(text)
