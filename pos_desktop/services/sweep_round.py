"""The round at the end of the day where a gateway has no list: what was paid is asked once more.

One by one, so that nobody who stands before a QR waits for it: what such a look tells, money that
went back, is limited to 30 requests a minute for all counters of the account (gateways 2.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from pos_desktop.domain.payment import Collect
from pos_desktop.ports import UnitOfWork
from pos_desktop.services.refund_watch import Asking
from pos_desktop.services.sweep_accounts import YOUNG_MS
from pos_desktop.services.sweep_result import Tally, keep_result, last_result

_LEFT = "sweep.round"
# Counters close at the same hour: they begin at different moments.
_START_MS = 120_000
_EVERY_MS = 5_000
_BUSY_MS = 1_000
# Whoever cannot be asked for so long lets the others pass.
_PATIENCE_MS = 3_600_000


@dataclass
class PaidRound:
    """``step`` runs in the db lane: it wakes one collect after the other, and the watcher asks."""

    asking: Asking
    _left: tuple[str, ...] | None = None
    _next: int | None = None
    _woken_at: int | None = None

    def begin(self, uow: UnitOfWork, references: Sequence[str]) -> None:
        """Ask about these, and then about those that could not be asked yet (part of the caller's
        transaction)."""
        self._left = tuple(dict.fromkeys((*references, *self._read(uow))))
        self._woken_at = None
        _write(uow, self._left)

    def step(self, now: int) -> int | None:
        """Wake the next one when its turn has come; when to come again, or None."""
        if self._left is None:
            with self.asking.store.read() as uow:
                self._left = self._read(uow)
        if not self._left:
            return None
        if self._next is None or self._next > now + _PATIENCE_MS:
            self._next, self._woken_at = now + self._spread(_START_MS), None
        if now >= self._next:
            self._next = now + self._turn(self._left[0], now)
        return self._next

    def _turn(self, reference: str, now: int) -> int:
        """How long until the next look (ms)."""
        with self.asking.store.read() as uow:
            collect = uow.collects.get(reference)
            somebody_waits = bool(uow.collects.due(now, 1))
        if collect is None or collect.gateway_id is None or self._answered(collect):
            self._pass_on(again=False)
            return self._spread(_EVERY_MS)
        if self._woken_at is not None and not 0 <= now - self._woken_at < _PATIENCE_MS:
            self._pass_on(again=now - collect.created_at < YOUNG_MS)
            return self._spread(_EVERY_MS)
        if self._woken_at is not None or somebody_waits:
            return _BUSY_MS
        quiet = self.asking.traffic.narrow_until(collect.gateway, now)
        if quiet is not None:
            return quiet - now + self._spread(_EVERY_MS)
        with self.asking.store.write() as uow:
            uow.collects.save(replace(collect, next_ask_at=now))
            uow.commit()
        self._woken_at = now
        return _BUSY_MS

    def _answered(self, collect: Collect) -> bool:
        """Whether the gateway has told about it since it was woken."""
        if self._woken_at is None or collect.asked_at is None:
            return False
        return collect.asked_at >= self._woken_at

    def _pass_on(self, *, again: bool) -> None:
        """The next one's turn; ``again``: this one has another after all the others."""
        with self.asking.store.write() as uow:
            first, *others = self._read(uow)
            left = (*others, first) if again else tuple(others)
            _write(uow, left)
            if not left:
                _told(uow, self.asking.gateways.primary.name)
            uow.commit()
        self._left, self._woken_at = left, None
        if not left:
            self._next = None
            self.asking.listener.changed()

    def _read(self, uow: UnitOfWork) -> tuple[str, ...]:
        text = uow.notes.get(_LEFT)
        return msgspec.json.decode(text, type=tuple[str, ...]) if text else ()

    def _spread(self, wait: int) -> int:
        return int(wait * (0.5 + self.asking.traffic.jitter()))


def _write(uow: UnitOfWork, left: Sequence[str]) -> None:
    uow.notes.put(_LEFT, msgspec.json.encode(left).decode())


def _told(uow: UnitOfWork, gateway: str) -> None:
    """The round is through: what was asked again has been told again."""
    last = last_result(uow)
    if last is not None and last.gateway == gateway and last.whole_day and last.asked.count:
        keep_result(uow, replace(last, matched=last.asked, asked=Tally()))
