"""Identities: sortable and unique, whatever threads and clocks do."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.host.ids import SystemIds

NOW = 1_795_409_130_000
CROCKFORD = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@given(st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=50))
def test_later_calls_sort_later_whatever_the_clock_says(moments: list[int]) -> None:
    ids = SystemIds()
    made = [ids.order_id(moment) for moment in moments]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert all(len(one) == 26 and set(one) <= CROCKFORD for one in made)


def test_the_first_ten_characters_are_the_moment() -> None:
    first, later = SystemIds().order_id(NOW), SystemIds().order_id(NOW + 1)
    assert first[:10] < later[:10]
    value = 0
    for character in first[:10]:
        value = value * 32 + sorted(CROCKFORD).index(character)
    assert value == NOW


def test_two_counters_in_the_same_millisecond_differ() -> None:
    made = {SystemIds().order_id(NOW) for _ in range(1000)}
    assert len(made) == 1000


def test_threads_never_share_an_identity() -> None:
    ids = SystemIds()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: ids.order_id(NOW - number % 7), range(4000)))
    assert len(set(made)) == 4000


def test_tokens_have_128_bits_and_fit_into_a_link() -> None:
    ids = SystemIds()
    tokens = {ids.token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) == 22 and token.isascii() for token in tokens)
    assert not any(set(token) & set("+/=") for token in tokens)


def test_jitter_is_from_nought_to_below_one_and_spreads() -> None:
    ids = SystemIds()
    seen = [ids.jitter() for _ in range(500)]
    assert all(0 <= value < 1 for value in seen)
    assert min(seen) < 0.2
    assert max(seen) > 0.8
