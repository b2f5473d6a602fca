"""Faults on demand, counted: the n-th matching request or delivery meets them, never chance."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import count as counter

from pos_desktop.sandbox.shapes import Json

SERVER_TARGETS = frozenset({"razorpay", "exotel", "cashfree"})
DELIVERY_TARGETS = frozenset({"webhooks", "callbacks"})
SERVER_KINDS = frozenset(
    {
        "html",
        "login_page",
        "stale",
        "hang",
        "hang_after_work",
        "refuse",
        "refuse_after_work",
        "delay",
    }
)
DELIVERY_KINDS = frozenset({"lose", "duplicate", "delay", "reorder", "wrong_signature"})
_STATUS = re.compile(r"status_[45]\d\d")


class FaultRefused(Exception):
    """The asked fault does not exist; the sentence says why."""


@dataclass(slots=True)
class Fault:
    """One armed fault.

    It meets the next ``count`` matches (after leaving ``skip`` alone), or every match until
    ``until`` (monotonic seconds). ``method`` (several with commas) and ``path`` (a part of it)
    narrow requests, ``event`` deliveries. ``delay_ms``: for ``delay``, and the longest wait of
    ``reorder``. ``retry_after``: seconds of the header on a status fault. ``stale``: a GET is
    answered as the last time.
    ``login_page``: HTML with status 200, as a hotel's network answers.
    """

    number: int
    target: str
    kind: str
    count: int | None
    until: float | None
    skip: int = 0
    method: str = ""
    path: str = ""
    event: str = ""
    delay_ms: int = 1500
    retry_after: int | None = None

    def matches(self, method: str, path: str) -> bool:
        """Whether this request (or event, given as ``path``) is meant."""
        return (not self.method or method in self.method.split(",")) and self.path in path


class Faults:
    """The armed faults of one practice run, in the order in which they were added."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._armed: list[Fault] = []
        self._numbers = counter(1)

    def add(self, body: Json) -> Fault:
        """Arm what ``body`` describes (fields of ``Fault``, plus ``seconds``); FaultRefused."""
        target, kind = body.get("target"), body.get("kind")
        unknown = set(body) - _FIELDS
        if unknown:
            raise FaultRefused(f"unknown field {', '.join(sorted(unknown))}")
        if not isinstance(target, str) or target not in SERVER_TARGETS | DELIVERY_TARGETS:
            raise FaultRefused("target must be razorpay, cashfree, exotel, webhooks or callbacks")
        if not isinstance(kind, str) or not _known(target, kind):
            raise FaultRefused(f"kind {kind!r} is not known for {target}")
        seconds, count = _number(body, "seconds"), _number(body, "count")
        if seconds is None and count is None:
            count = 1
        fault = Fault(
            number=next(self._numbers),
            target=target,
            kind=kind,
            count=count,
            until=None if seconds is None else self._monotonic() + seconds,
            skip=_number(body, "skip") or 0,
            method=_text(body, "method").upper(),
            path=_text(body, "path") or _text(body, "event"),
            event=_text(body, "event"),
            delay_ms=_number(body, "delay_ms") or 1500,
            retry_after=_number(body, "retry_after"),
        )
        self._armed.append(fault)
        return replace(fault)

    def take(self, target: str, method: str, path: str) -> Fault | None:
        """The fault that this request or delivery meets, counted as used; None if it is well."""
        now = self._monotonic()
        self._armed = [f for f in self._armed if f.until is None or f.until > now]
        for fault in self._armed:
            if fault.target != target or not fault.matches(method, path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._armed.remove(fault)
            return replace(fault)
        return None

    def clear(self) -> None:
        """Disarm everything."""
        self._armed.clear()

    def as_json(self) -> list[Json]:
        """What is armed, with what is left of it."""
        return [asdict(fault) for fault in self._armed]


_FIELDS = {
    "target",
    "kind",
    "count",
    "seconds",
    "skip",
    "method",
    "path",
    "event",
    "delay_ms",
    "retry_after",
}


def _known(target: str, kind: str) -> bool:
    if target in DELIVERY_TARGETS:
        return kind in DELIVERY_KINDS
    return kind in SERVER_KINDS or _STATUS.fullmatch(kind) is not None


def _number(body: Json, name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FaultRefused(f"{name} must be a whole number")
    return value


def _text(body: Json, name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise FaultRefused(f"{name} must be text")
    return value
