"""The table of design payments 4, row by row."""

import pytest

from pos_desktop.domain.payment import Collect, CollectKind, CollectState
from pos_desktop.services.schedule import (
    after_paid,
    interval,
    next_ask,
    spread,
    watch_after,
    widened,
)

LINK, QR = CollectKind.LINK, CollectKind.QR
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
DAY = 24 * HOUR


def collect(
    kind: CollectKind, state: CollectState = CollectState.OPEN, closed_at: int | None = None
) -> Collect:
    return Collect("B-1", "B", 1, kind, state, "razorpay", 100, 0, "plink_1", closed_at=closed_at)


@pytest.mark.parametrize(
    ("kind", "age", "with_push", "without"),
    [
        (QR, 0, 10 * SECOND, 3 * SECOND),
        (QR, 2 * MINUTE - 1, 10 * SECOND, 3 * SECOND),
        (QR, 2 * MINUTE, 10 * SECOND, 5 * SECOND),
        (QR, 30 * MINUTE, 10 * SECOND, 5 * SECOND),
        (LINK, 0, 30 * SECOND, 5 * SECOND),
        (LINK, 3 * MINUTE - 1, 30 * SECOND, 5 * SECOND),
        (LINK, 3 * MINUTE, 30 * SECOND, 15 * SECOND),
        (LINK, 15 * MINUTE - 1, 30 * SECOND, 15 * SECOND),
        (LINK, 15 * MINUTE, 30 * SECOND, 60 * SECOND),
        (LINK, 3 * HOUR, 30 * SECOND, 60 * SECOND),
    ],
)
def test_while_it_is_open(kind: CollectKind, age: int, with_push: int, without: int) -> None:
    assert interval(collect(kind), age, push=True) == with_push
    assert interval(collect(kind), age, push=False) == without


@pytest.mark.parametrize("push", [True, False])
@pytest.mark.parametrize(
    "state", [CollectState.EXPIRED, CollectState.CANCELLED, CollectState.REFUSED]
)
def test_after_it_was_closed(state: CollectState, push: bool) -> None:
    ended, now, moments = collect(LINK, state, closed_at=MINUTE), MINUTE, []
    while (wait := interval(ended, now, push=push)) is not None:
        now += wait
        moments.append(now - MINUTE)
    assert moments == [
        5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR,
        DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY,
    ]  # fmt: skip


def test_closed_at_an_unknown_moment_counts_from_its_making() -> None:
    assert interval(collect(LINK, CollectState.CANCELLED), 6 * DAY, push=False) is None


def test_a_paid_one_is_never_asked_again() -> None:
    paid = collect(QR, CollectState.PAID)
    assert interval(paid, SECOND, push=False) is None
    assert next_ask(paid, SECOND, push=False, jitter=0.5) is None
    assert watch_after(paid, SECOND).next_ask_at is None


def test_a_paid_one_with_another_attempt_is_asked_for_five_days() -> None:
    paid, now, moments = collect(LINK, CollectState.PAID), MINUTE, []
    while (wait := after_paid(paid, now)) is not None:
        now += wait
        moments.append(now)
    days = [2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY]
    assert moments == [10 * MINUTE, HOUR, 6 * HOUR, DAY, *days]


@pytest.mark.parametrize(("jitter", "wait"), [(0.0, 4000), (0.5, 5000), (0.999, 5998)])
def test_every_interval_is_spread_by_a_fifth(jitter: float, wait: int) -> None:
    assert next_ask(collect(LINK), 7, push=False, jitter=jitter) in (7 + wait - 1, 7 + wait)


@pytest.mark.parametrize(("jitter", "soonest"), [(0.0, 51_840), (1.0, 54_000)])
def test_once_a_minute_leaves_time_to_repeat_and_is_hardly_spread(
    jitter: float, soonest: int
) -> None:
    assert spread(collect(LINK), MINUTE, jitter) == soonest
    assert spread(collect(LINK), 54 * SECOND, jitter) == soonest
    assert spread(collect(LINK), 108 * SECOND, jitter) == 2 * soonest
    assert spread(collect(LINK), 50 * SECOND, 1.0) == 54 * SECOND
    closed = collect(LINK, CollectState.CANCELLED)
    assert spread(closed, HOUR, jitter) == int(HOUR * (0.8 + 0.4 * jitter))


@pytest.mark.parametrize(
    ("kind", "wait", "factor", "with_push", "without"),
    [
        (LINK, 5 * SECOND, 1, 5 * SECOND, 5 * SECOND),
        (LINK, 5 * SECOND, 2, 54 * SECOND, 54 * SECOND),
        (LINK, 30 * SECOND, 2, 60 * SECOND, 54 * SECOND),
        (LINK, 30 * SECOND, 32, 108 * SECOND, 54 * SECOND),
        (LINK, MINUTE, 2, 108 * SECOND, MINUTE),
        (LINK, HOUR, 2, HOUR, HOUR),
        (QR, 3 * SECOND, 2, 6 * SECOND, 6 * SECOND),
        (QR, 3 * SECOND, 16, 48 * SECOND, 48 * SECOND),
        (QR, 10 * SECOND, 32, 54 * SECOND, 54 * SECOND),
    ],
)
def test_where_the_account_is_limited(
    kind: CollectKind, wait: int, factor: int, with_push: int, without: int
) -> None:
    assert widened(collect(kind), wait, factor, push=True) == with_push
    assert widened(collect(kind), wait, factor, push=False) == without


def test_closing_is_watched_like_an_open_one_and_closed_is_stamped_once() -> None:
    closing = watch_after(collect(QR, CollectState.CLOSING), MINUTE)
    assert (closing.next_ask_at, closing.closed_at) == (MINUTE + 3 * SECOND, None)
    ended = watch_after(collect(QR, CollectState.EXPIRED), MINUTE)
    assert (ended.next_ask_at, ended.closed_at) == (MINUTE + 5 * SECOND, MINUTE)


def test_what_has_no_id_at_the_gateway_cannot_be_asked() -> None:
    nameless = Collect("B-1", "B", 1, LINK, CollectState.UNKNOWN, "razorpay", 100, 0)
    assert watch_after(nameless, 5).next_ask_at is None
