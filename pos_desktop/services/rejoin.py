"""Joining the shop anew after a roll-back, a copy or a revocation: a new series, the old one never
again, and everything that is known to be missing written down.

Bills that wait and their money stay as they are: they get their numbers from the new series.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.errors import InputError, RaseedError
from pos_desktop.domain.numbering import invoice_number, is_series
from pos_desktop.ports import Clock, Store, UnitOfWork
from pos_desktop.services.entries import NO_NUMBER, open_entry
from pos_desktop.services.rejoin_copy import Copy, LostBill
from pos_desktop.services.sweep_result import doubts, keep_mark, watermark
from pos_desktop.services.syncing import set_cursor

Key = tuple[str, str]
_AT_ONCE = 50
_TOLD = "numbers.missing"
# So long money may come for what a lost life of this counter had asked.
_WATCHED_MS = 5 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """Who the counter is from now on; ``epoch`` 0 for an emergency series made offline.
    ``gateways``: whose lists of payments are read again for the time that may be lost."""

    old_series: str
    series: str
    device: str = ""
    epoch: int = 0
    gateways: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """Numbers that somebody was told and whose bills the database lacks."""

    series: str
    fy: str
    first: int
    last: int

    @property
    def text(self) -> str:
        """``C2A/2627/000039 - 000041``, as people read it."""
        digits = 6 if is_series(self.series) else 5
        first = f"{self.series}/{self.fy}/{self.first:0{digits}d}"
        return first if self.first == self.last else f"{first} - {self.last:0{digits}d}"


@dataclass(frozen=True, slots=True)
class Account:
    """What a rejoining found: gaps, numbers that two bills have, bills that only the relay has."""

    missing: tuple[Missing, ...] = ()
    doubled: tuple[str, ...] = ()
    lost: tuple[LostBill, ...] = ()


def number_of(text: str) -> tuple[Key, int]:
    """What a manager types from the newest receipt: ``C2A/2627/000123``.

    Raises InputError ``number_invalid``.
    """
    plain = text.strip().upper()
    series, _, rest = plain.partition("/")
    fy, _, digits = rest.partition("/")
    try:
        fits = digits.isdecimal() and invoice_number(series, fy, int(digits)) == plain
    except RaseedError:
        fits = False
    if not fits:
        raise InputError("number_invalid", f"{text} is no number of a bill, as C2A/2627/000123.")
    return (series, fy), int(digits)


def write_down(
    store: Store,
    clock: Clock,
    who: NewIdentity,
    copy: Copy,
    typed: Mapping[Key, int],
) -> Account:
    """The old series ends and the books say why; db lane, before the settings name the new one.

    ``typed``: numbers of the newest receipts that people have. Raises StoreError.
    """
    now, fence = clock.now(), store.fence
    # The highest of the three places, and of what people hold in their hands.
    told = [fence.highest(), {(m.series, m.fy): m.highest for m in copy.marks}, typed]
    with store.write() as uow:
        missing = _missing(fence.recorded(), [*told, _told_before(uow)])
        _tell(uow, missing)
        fresh = [gap for gap in missing if _note_gap(uow, gap, now)]
        doubled = tuple(bill.number for bill in copy.bills if _note_double(uow, bill, now))
        _list(uow, copy.bills, now)
        body: dict[str, object] = {
            "old_series": who.old_series,
            "series": who.series,
            "device": who.device,
            "epoch": who.epoch,
            "reason": fence.reason(who.old_series) or "",
            "lost_entries": copy.entries,
            "unread_entries": copy.unread,
        }
        uow.ledger.append("counter.rejoined", "machine", now, body)
        if who.epoch:
            set_cursor(uow, copy.agreed)
        _ask_again(uow, now)
        for gateway in who.gateways:
            _sweep_again(uow, gateway, now)
        uow.commit()
    if who.old_series:
        fence.lock(who.old_series, "rejoined")
    return Account(tuple(fresh), doubled, copy.bills)


def _missing(recorded: Mapping[Key, int], told: Iterable[Mapping[Key, int]]) -> list[Missing]:
    highest: dict[Key, int] = {}
    for place in told:
        for key, number in place.items():
            highest[key] = max(number, highest.get(key, 0))
    return [
        Missing(*key, recorded.get(key, 0) + 1, number)
        for key, number in sorted(highest.items())
        if number > recorded.get(key, 0)
    ]


def _told_before(uow: UnitOfWork) -> Mapping[Key, int]:
    """How far the gaps of an earlier rejoining went: a part of one is no news."""
    numbers = (uow.notes.get(_TOLD) or "").split()
    return {(s, fy): int(last) for s, fy, last in (text.split("/") for text in numbers)}


def _tell(uow: UnitOfWork, missing: Sequence[Missing]) -> None:
    uow.notes.put(_TOLD, " ".join(f"{gap.series}/{gap.fy}/{gap.last}" for gap in missing))


def _note_gap(uow: UnitOfWork, gap: Missing, now: int) -> bool:
    """False where an earlier rejoining told of it."""
    if not open_entry(uow, "", "numbers_missing", 0, now, gap.text):
        return False
    body = {"series": gap.series, "fy": gap.fy, "first": gap.first, "last": gap.last}
    uow.ledger.append("numbers.missing", "machine", now, body)
    return True


def _note_double(uow: UnitOfWork, bill: LostBill, now: int) -> bool:
    """Two bills with one number, both in customers' hands: both stay, a person corrects one by a
    credit note and a new bill."""
    here = uow.sales.numbered(bill.number)
    if here is None or here == bill.order_id:
        return False
    return open_entry(uow, here, "number_doubled", bill.due, now, bill.number)


def _list(uow: UnitOfWork, bills: Sequence[LostBill], now: int) -> None:
    """The bills that only the relay's copy has, a few with each entry: one holds 64 KiB."""
    for start in range(0, len(bills), _AT_ONCE):
        listed = [
            {"number": bill.number, "order_id": bill.order_id, "due": bill.due, "at": bill.at}
            for bill in bills[start : start + _AT_ONCE]
        ]
        uow.ledger.append("bills.missing", "machine", now, {"bills": listed})


def _ask_again(uow: UnitOfWork, now: int) -> None:
    """What was paid and waits for a number is looked at once more: now it can have one."""
    for flag in uow.flags.open():
        if flag.detail.startswith(NO_NUMBER):
            for collect in uow.collects.of(flag.order_id):
                uow.collects.save(replace(collect, next_ask_at=now))


def _sweep_again(uow: UnitOfWork, gateway: str, now: int) -> None:
    """Payments for bills that are lost have no bill here: the sweep finds them in the list."""
    read = watermark(uow, gateway)
    since = now - _WATCHED_MS
    if read is None or read > since:
        keep_mark(uow, gateway, since, doubts(uow, gateway))
