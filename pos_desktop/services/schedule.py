"""When the gateway is asked about a collect: the only schedule (design payments 4); pure."""

from dataclasses import replace

from pos_desktop.domain.payment import OWN_UPI, Collect, CollectKind, CollectState

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

# After close, expiry or cancel; then daily to five days.
_AFTER = (5 * _SECOND, 30 * _SECOND, 2 * _MINUTE, 10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY)
_AFTER_PAID = (10 * _MINUTE, _HOUR, 6 * _HOUR, _DAY)
_WATCH_FOR = 5 * _DAY
_CLOSED = frozenset({CollectState.EXPIRED, CollectState.CANCELLED, CollectState.REFUSED})
# Whatever the jitter and however slow the account: what takes money is asked once a minute, with
# some seconds left for a question that has to be repeated. A link of which a push would tell waits
# twice as long: an account that is slow needs the room for those that were paid.
_LONGEST = 54 * _SECOND
_LONGEST_PUSHED = 2 * _LONGEST


def interval(collect: Collect, now: int, *, push: bool) -> int | None:
    """Milliseconds to the next question about this collect; None when no more is needed.

    A paid collect is not asked again, unless an attempt was under way beside the one that paid
    (``after_paid``). Nor is the shop's own UPI QR: nobody could tell.
    """
    age = now - collect.created_at
    if collect.state is CollectState.PAID or collect.gateway == OWN_UPI:
        return None
    if collect.state in _CLOSED:
        return _closed_interval(now - (collect.closed_at or collect.created_at))
    if collect.kind is CollectKind.QR:
        if push:
            return 10 * _SECOND
        return 3 * _SECOND if age < 2 * _MINUTE else 5 * _SECOND
    if push:
        return 30 * _SECOND
    if age < 3 * _MINUTE:
        return 5 * _SECOND
    return 15 * _SECOND if age < 15 * _MINUTE else 60 * _SECOND


def after_paid(collect: Collect, now: int) -> int | None:
    """Milliseconds to the next question about a paid one on which another attempt was begun: money
    of that may be captured days later, and the hook that tells of it may be lost."""
    age = now - collect.created_at
    for moment in _AFTER_PAID:
        if age < moment:
            return moment - age
    return _DAY if age < _WATCH_FOR else None


def widened(collect: Collect, wait: int, factor: int, *, push: bool) -> int:
    """An interval (ms) where the account is limited: so many times as long, within limits."""
    if factor == 1:
        return wait
    if collect.kind is CollectKind.QR:
        return max(wait, min(wait * factor, _LONGEST))
    # A link is asked once a minute sooner or later; the first refusal brings that forward.
    longest = _LONGEST_PUSHED if push else _LONGEST
    return max(wait, min(max(wait, _LONGEST // 2) * factor, longest))


def _closed_interval(since: int) -> int | None:
    for moment in _AFTER:
        if since < moment:
            return moment - since
    return _DAY if since < _WATCH_FOR else None


def takes_money(collect: Collect) -> bool:
    """Whether it is, as far as we know, still payable: asked often, and shown to a customer."""
    return collect.state not in _CLOSED and collect.state is not CollectState.PAID


def spread(collect: Collect, wait: int, jitter: float) -> int:
    """An interval with its jitter: ``jitter`` in [0, 1) moves it by +-20 %."""
    spread_out = int(wait * (0.8 + 0.4 * jitter))
    if not takes_money(collect):
        return spread_out
    if wait < _LONGEST:
        return min(spread_out, _LONGEST)
    # Seldom already: to ask sooner would cost a slow account what it has not got.
    most = wait if wait > _MINUTE else _LONGEST
    return int(most * (0.96 + 0.04 * jitter))


def next_ask(collect: Collect, now: int, *, push: bool, jitter: float) -> int | None:
    """The moment of the next question."""
    wait = interval(collect, now, push=push)
    return None if wait is None else now + spread(collect, wait, jitter)


def watch_after(collect: Collect, now: int) -> Collect:
    """The collect as it enters a new state: when it was closed and when it is asked next.

    What the gateway never gave an id for cannot be asked; its watch begins when the id is known.
    """
    closed = now if collect.state in _CLOSED else collect.closed_at
    moved = replace(collect, closed_at=closed)
    known = collect.gateway_id is not None
    moment = next_ask(moved, now, push=False, jitter=0.5) if known else None
    return replace(moved, next_ask_at=moment)
