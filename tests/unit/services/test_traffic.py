"""One budget per counter, and when a gateway is asked less."""

from itertools import repeat

import pytest

from pos_desktop.ports import GatewayError, GatewayErrorKind
from pos_desktop.services.traffic import Budget, Traffic, definite

Kind = GatewayErrorKind
RAZORPAY, CASHFREE = "razorpay", "cashfree"
NOW = 1_795_409_130_000
LIMITED = GatewayError(Kind.RATE_LIMITED)
DOWN = GatewayError(Kind.UNAVAILABLE)


@pytest.fixture
def traffic() -> Traffic:
    return Traffic(lambda: 0.5)


def limit(traffic: Traffic, now: int, times: int = 1) -> None:
    for _ in range(times):
        traffic.told(RAZORPAY, LIMITED, now)


def fail(traffic: Traffic, now: int, times: int, error: Exception = DOWN) -> None:
    for _ in range(times):
        traffic.told(RAZORPAY, error, now)


def test_the_budget_is_five_at_once_and_two_a_second() -> None:
    budget = Budget(filled_at=1000)
    assert [budget.take(1000) for _ in range(6)] == [True] * 5 + [False]
    assert budget.free_at(1000) == 1500
    assert [budget.take(1500), budget.take(1500)] == [True, False]
    assert budget.take(1400) is False  # a clock that was put back gives nothing
    assert budget.free_at(1400) == 1900  # and takes nothing either
    assert [budget.take(9000) for _ in range(6)] == [True] * 5 + [False]


def test_all_gateways_of_a_counter_share_its_budget(traffic: Traffic) -> None:
    assert [traffic.take(name, NOW) for name in (RAZORPAY, CASHFREE) * 3] == [True] * 5 + [False]


def test_a_customer_never_waits_for_the_budget_but_the_watch_pays_for_it(traffic: Traffic) -> None:
    for _ in range(100):
        traffic.made(RAZORPAY, "made", NOW)
    assert not traffic.take(RAZORPAY, NOW)
    # Ten are owed, no more: the watch begins again after five and a half seconds.
    assert traffic.budget.free_at(NOW) == NOW + 5500
    assert not traffic.take(RAZORPAY, NOW + 5400)
    assert traffic.take(RAZORPAY, NOW + 5500)


class Counted:
    """What went out, as the connections count it."""

    def __init__(self) -> None:
        self.made = 0
        self.traffic = Traffic(lambda: 0.5, lambda: self.made)

    def ask(self, requests: int, now: int = NOW) -> bool:
        """A question that takes so many requests."""
        taken = self.traffic.take(RAZORPAY, now)
        if taken:
            self.made += requests
            self.traffic.told(RAZORPAY, "an answer", now)
        return taken


def test_a_question_costs_as_many_as_it_takes_requests() -> None:
    counted = Counted()
    assert [counted.ask(1) for _ in range(2)] == [True, True]
    assert counted.ask(3)
    assert counted.traffic.budget.free_at(NOW) == NOW + 500
    counted.made += 4
    counted.traffic.made(RAZORPAY, "made", NOW + 5000)
    assert counted.traffic.budget.free_at(NOW + 5000) == NOW + 5000
    assert counted.ask(1, NOW + 5000)
    assert not counted.ask(1, NOW + 5000)


def test_questions_that_overlap_are_paid_once_each() -> None:
    counted = Counted()
    traffic = counted.traffic
    assert traffic.take(RAZORPAY, NOW)
    assert traffic.take(RAZORPAY, NOW)
    counted.made = 5
    traffic.told(RAZORPAY, "an answer", NOW)
    counted.made = 6
    traffic.told(RAZORPAY, "an answer", NOW)
    assert traffic.budget.free_at(NOW) == NOW + 1000


def test_a_long_list_keeps_no_push_waiting() -> None:
    counted = Counted()
    assert counted.ask(100)
    assert not counted.traffic.take(RAZORPAY, NOW)
    assert counted.traffic.take(RAZORPAY, NOW, urgent=True)
    assert not counted.traffic.take(RAZORPAY, NOW, urgent=True)


def test_questions_that_never_left_are_no_credit() -> None:
    counted = Counted()
    for second in range(100):
        assert counted.ask(0, NOW + second * 1000)
    now = NOW + 200_000
    assert counted.ask(1 + 6 + 4, now)
    assert not counted.ask(1, now)


def test_a_push_may_borrow_five_questions(traffic: Traffic) -> None:
    assert [traffic.take(RAZORPAY, NOW, urgent=True) for _ in range(11)] == [True] * 10 + [False]
    assert not traffic.take(RAZORPAY, NOW + 2900)
    assert traffic.take(RAZORPAY, NOW + 3000)


def test_five_failures_in_a_row_open_the_circuit_for_half_a_minute(traffic: Traffic) -> None:
    fail(traffic, NOW, 4)
    assert not traffic.shut(RAZORPAY, NOW)
    fail(traffic, NOW, 1)
    assert traffic.shut(RAZORPAY, NOW)
    assert traffic.quiet_until(RAZORPAY, NOW) == NOW + 30_000
    assert traffic.again(RAZORPAY, NOW) == NOW + 30_000
    assert not traffic.take(RAZORPAY, NOW + 29_999)
    assert not traffic.take(RAZORPAY, NOW + 29_999, urgent=True)
    assert traffic.take(CASHFREE, NOW + 29_999)
    assert traffic.take(RAZORPAY, NOW + 30_000)


def test_nobody_asks_a_gateway_that_is_off(traffic: Traffic) -> None:
    traffic.stopped = (RAZORPAY,)
    assert not traffic.take(RAZORPAY, NOW)
    assert not traffic.take(RAZORPAY, NOW, urgent=True)
    assert traffic.quiet_until(RAZORPAY, NOW) == NOW + 30_000
    assert traffic.take(CASHFREE, NOW)


def test_the_next_failure_opens_it_again_and_an_answer_closes_it(traffic: Traffic) -> None:
    fail(traffic, NOW, 5)
    later = NOW + 30_000
    fail(traffic, later, 1)
    assert traffic.shut(RAZORPAY, later)
    # A bill that was made meanwhile got through: nobody waits any longer.
    traffic.made(RAZORPAY, "made", later + 1000)
    assert traffic.take(RAZORPAY, later + 1000)
    fail(traffic, later + 2000, 4)
    assert not traffic.shut(RAZORPAY, later + 2000)


@pytest.mark.parametrize("kind", [Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.UNKNOWN_OUTCOME, Kind.AUTH])
def test_what_counts_for_the_circuit(traffic: Traffic, kind: GatewayErrorKind) -> None:
    fail(traffic, NOW, 5, GatewayError(kind))
    assert traffic.shut(RAZORPAY, NOW)


@pytest.mark.parametrize(
    "kind", [Kind.NOT_FOUND, Kind.STATE, Kind.VALIDATION, Kind.DUPLICATE, Kind.FEATURE_OFF]
)
def test_an_answer_about_one_object_shows_that_all_is_well(
    traffic: Traffic, kind: GatewayErrorKind
) -> None:
    assert definite(GatewayError(kind))
    fail(traffic, NOW, 4)
    fail(traffic, NOW, 1, GatewayError(kind))
    fail(traffic, NOW, 4)
    assert not traffic.shut(RAZORPAY, NOW)


def test_a_limit_never_opens_the_circuit(traffic: Traffic) -> None:
    fail(traffic, NOW, 4)
    limit(traffic, NOW, 50)
    assert not traffic.shut(RAZORPAY, NOW)


def test_errors_back_off_from_one_to_thirty_seconds(traffic: Traffic) -> None:
    waits = []
    now = NOW
    for _ in range(4):
        fail(traffic, now, 1, ValueError("bug"))
        waits.append(traffic.again(RAZORPAY, now) - now)
    fail(traffic, now, 3)
    assert waits == [1000, 2000, 4000, 8000]
    assert traffic.again(RAZORPAY, now + 30_000) == now + 60_000
    assert traffic.again(CASHFREE, now) == now + 1000


def test_one_limit_doubles_the_intervals_for_ten_minutes(traffic: Traffic) -> None:
    limit(traffic, NOW)
    assert traffic.factor(RAZORPAY, NOW) == 2
    assert traffic.factor(CASHFREE, NOW) == 1
    assert traffic.factor(RAZORPAY, NOW + 599_999) == 2
    assert traffic.factor(RAZORPAY, NOW + 600_000) == 1


def test_each_further_limit_widens_more_up_to_a_bound(traffic: Traffic) -> None:
    factors = []
    for _ in range(6):
        limit(traffic, NOW)
        factors.append(traffic.factor(RAZORPAY, NOW))
    assert factors == [2, 4, 8, 16, 32, 32]


def test_the_way_back_is_felt_out_by_halves(traffic: Traffic) -> None:
    limit(traffic, NOW, 3)
    minutes = [0, 9, 10, 19, 20, 29, 30, 31]
    factors = [traffic.factor(RAZORPAY, NOW + m * 60_000) for m in minutes]
    assert factors == [8, 8, 4, 4, 2, 2, 1, 1]


def test_an_account_that_stays_small_is_felt_out_less_and_less(traffic: Traffic) -> None:
    minute, now, held = 60_000, NOW, []
    for _ in range(6):
        limit(traffic, now)
        begun = now
        while traffic.factor(RAZORPAY, now) > 1:
            now += minute
        held.append((now - begun) // minute)
        now += 9 * minute
    assert held == [10, 20, 40, 80, 80, 80]
    # After a while in peace it is as at first.
    now += 200 * minute
    limit(traffic, now)
    assert traffic.factor(RAZORPAY, now + 10 * minute) == 1


def test_counters_that_were_refused_together_do_not_come_back_together() -> None:
    back = []
    for jitter in (0.0, 0.5, 0.999):
        traffic = Traffic(repeat(jitter).__next__)
        limit(traffic, NOW)
        ends = [m for m in range(7, 14) if traffic.factor(RAZORPAY, NOW + m * 60_000) == 1]
        back.append(ends[0])
    assert back == [8, 10, 12]


def test_a_long_night_without_questions_forgets_the_limit(traffic: Traffic) -> None:
    limit(traffic, NOW, 9)
    assert traffic.factor(RAZORPAY, NOW + 8 * 3_600_000) == 1


def test_after_a_limit_the_counter_is_silent_for_some_seconds(traffic: Traffic) -> None:
    waits = []
    for _ in range(6):
        limit(traffic, NOW)
        waits.append((traffic.quiet_until(RAZORPAY, NOW) or 0) - NOW)
    assert waits == [1000, 2000, 4000, 6000, 6000, 6000]
    assert traffic.again(RAZORPAY, NOW) == NOW + 6000
    traffic.told(RAZORPAY, "an answer", NOW + 8000)
    limit(traffic, NOW + 9000)
    assert traffic.quiet_until(RAZORPAY, NOW + 9000) == NOW + 10_000


def test_a_push_asks_through_the_silence_and_again_sooner(traffic: Traffic) -> None:
    limit(traffic, NOW)
    assert not traffic.take(RAZORPAY, NOW)
    assert traffic.take(RAZORPAY, NOW, urgent=True)
    limit(traffic, NOW)
    assert traffic.again(RAZORPAY, NOW, urgent=True) == NOW + 500
    assert traffic.again(RAZORPAY, NOW) == NOW + 2000


def test_what_the_gateway_asks_to_wait_is_waited_by_all(traffic: Traffic) -> None:
    traffic.told(RAZORPAY, GatewayError(Kind.RATE_LIMITED, retry_after=45), NOW)
    assert traffic.quiet_until(RAZORPAY, NOW, urgent=True) == NOW + 45_000
    assert not traffic.take(RAZORPAY, NOW + 44_999, urgent=True)
    assert traffic.take(RAZORPAY, NOW + 45_000)
    traffic.told(RAZORPAY, GatewayError(Kind.RATE_LIMITED, retry_after=1e9), NOW)
    assert traffic.quiet_until(RAZORPAY, NOW) == NOW + 300_000


def test_a_limit_that_does_not_end_is_asked_less_and_less(traffic: Traffic) -> None:
    """Some servers count what they refuse: only silence ends it."""
    limit(traffic, NOW)
    limit(traffic, NOW + 60_000)
    assert traffic.quiet_until(RAZORPAY, NOW + 60_000, urgent=True) is None
    limit(traffic, NOW + 60_001)
    assert traffic.quiet_until(RAZORPAY, NOW + 60_001, urgent=True) == NOW + 90_001
    # Counted from a clock that was put back it is not long any more.
    limit(traffic, NOW - 3_600_000)
    assert traffic.quiet_until(RAZORPAY, NOW - 3_600_000) == NOW - 3_600_000 + 6000
    assert traffic.quiet_until(RAZORPAY, NOW - 3_600_000, urgent=True) is None


def test_a_clock_that_is_put_back_freezes_nothing(traffic: Traffic) -> None:
    before = NOW - 3_600_000
    fail(traffic, NOW, 5)
    limit(traffic, NOW)
    assert traffic.quiet_until(RAZORPAY, before) is None
    assert traffic.factor(RAZORPAY, before) == 1
    assert traffic.take(RAZORPAY, before)
    fail(traffic, before, 1)
    assert traffic.unreachable_since(RAZORPAY) == before


def test_it_knows_since_when_nobody_answers(traffic: Traffic) -> None:
    assert (traffic.unreachable_since(RAZORPAY), traffic.answers(RAZORPAY)) == (None, False)
    fail(traffic, NOW, 1)
    assert traffic.unreachable_since(RAZORPAY) == NOW
    assert traffic.silent(1) == []
    fail(traffic, NOW + 700_000, 1, ValueError("bug"))
    assert traffic.unreachable_since(RAZORPAY) == NOW
    assert (traffic.silent(700_000), traffic.silent(700_001)) == ([RAZORPAY], [])
    traffic.told(CASHFREE, "an answer", NOW)
    assert (traffic.answers(CASHFREE), traffic.unreachable_since(CASHFREE)) == (True, None)
    fail(traffic, NOW, 1)
    assert not traffic.answers(RAZORPAY)


def test_it_knows_whether_the_account_was_well_a_minute_ago(traffic: Traffic) -> None:
    assert not traffic.heard(RAZORPAY, NOW)
    traffic.told(RAZORPAY, "an answer", NOW)
    moments = (NOW - 1, NOW, NOW + 59_999, NOW + 60_000)
    assert [traffic.heard(RAZORPAY, at) for at in moments] == [False, True, True, False]
    limit(traffic, NOW + 1)
    assert traffic.heard(RAZORPAY, NOW + 1), "it is there, and has enough of questions"
    fail(traffic, NOW + 2, 1, GatewayError(Kind.AUTH))
    assert not traffic.heard(RAZORPAY, NOW + 2)
    traffic.told(RAZORPAY, "an answer", NOW + 3)
    fail(traffic, NOW + 4, 1)
    assert not traffic.heard(RAZORPAY, NOW + 4)


@pytest.mark.parametrize("kind", [Kind.RATE_LIMITED, Kind.AUTH, Kind.NOT_FOUND])
def test_a_refusal_is_an_answer(traffic: Traffic, kind: GatewayErrorKind) -> None:
    fail(traffic, NOW, 1)
    fail(traffic, NOW + 700_000, 1, GatewayError(kind))
    assert (traffic.unreachable_since(RAZORPAY), traffic.silent(1)) == (None, [])
    assert traffic.answers(RAZORPAY)


def test_a_limit_of_what_tells_of_refunds_stops_nothing_else(traffic: Traffic) -> None:
    full = GatewayError(Kind.RATE_LIMITED, retry_after=60, narrow=True)
    traffic.told(CASHFREE, full, NOW)
    assert traffic.factor(CASHFREE, NOW) == 1
    assert traffic.answers(CASHFREE)
    assert traffic.silent(0) == []
    assert traffic.take(CASHFREE, NOW)
    assert not traffic.take(CASHFREE, NOW, narrow=True)
    assert traffic.narrow_until(CASHFREE, NOW) == NOW + 60_000
    assert traffic.take(CASHFREE, NOW + 60_000, narrow=True)
    assert traffic.take(RAZORPAY, NOW, narrow=True)
