"""What a sweep found, as values that the day close reads."""

from dataclasses import dataclass, field

import msgspec

from pos_desktop.ports import UnitOfWork

_LAST = "sweep.last"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many payments, and their sum in paise."""

    count: int = 0
    amount: int = 0


@dataclass(frozen=True, slots=True)
class SweptPayment:
    """One payment that did not just match. ``kind``: asked, learnt, extra, missing, unnamed."""

    kind: str
    payment_id: str
    amount: int
    at: int
    order_id: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SweepResult:
    """One look at the account's own list of payments made in ``[start, end]`` (UTC ms).

    ``matched``: on our bills and in the list. ``asked``: for one of our bills and not on it yet;
    the gateway is asked about that at once. ``learnt``: still not on it at the next look, so that
    it was taken from the list. ``extra``: names this counter and no bill of it. ``missing``: on our
    bills and, looked for twice, not in the list. ``unnamed``: names nobody (only where the
    manager is). ``others``: of other counters. ``whole_day``: everything since midnight is in it,
    and ``day`` (``yyyymmdd``) is whose.
    """

    gateway: str
    start: int
    end: int
    whole_day: bool = False
    matched: Tally = Tally()
    asked: Tally = Tally()
    learnt: Tally = Tally()
    extra: Tally = Tally()
    missing: Tally = Tally()
    unnamed: Tally = Tally()
    others: Tally = Tally()
    entries: tuple[SweptPayment, ...] = ()
    day: int = 0

    @property
    def clean(self) -> bool:
        """Whether every rupee is where it belongs."""
        doubted = (self.asked, self.extra, self.missing, self.unnamed)
        return not any(tally.count for tally in doubted)


@dataclass(frozen=True, slots=True)
class Doubts:
    """Payments that are looked for once more: asked about, or not in the list."""

    asked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass
class Sheet:
    """Counts while a list is read."""

    entries: list[SweptPayment] = field(default_factory=list)
    tallies: dict[str, Tally] = field(default_factory=dict)

    def count(self, kind: str, amount: int) -> None:
        """One more payment of this kind."""
        tally = self.tallies.get(kind, Tally())
        self.tallies[kind] = Tally(tally.count + 1, tally.amount + amount)

    def add(self, entry: SweptPayment) -> None:
        """Count it and name it."""
        self.entries.append(entry)
        self.count(entry.kind, entry.amount)


def keep_result(uow: UnitOfWork, result: SweepResult) -> None:
    """Keep it as the last one, and as that of its day if the whole day is in it."""
    text = msgspec.json.encode(result).decode()
    uow.notes.put(_LAST, text)
    if result.whole_day:
        uow.notes.put(_of_day(result.day), text)


def day_done(uow: UnitOfWork, gateway: str) -> int | None:
    """The last day (``yyyymmdd``) that was looked over after its end; None for the first time."""
    text = uow.notes.get(f"sweep.day_done.{gateway}")
    return int(text) if text else None


def keep_day_done(uow: UnitOfWork, gateway: str, day: int) -> None:
    """This day needs no look any more."""
    uow.notes.put(f"sweep.day_done.{gateway}", str(day))


def last_result(uow: UnitOfWork, day: int | None = None) -> SweepResult | None:
    """The last sweep, or that of a whole day (``yyyymmdd``); None where there was none."""
    text = uow.notes.get(_LAST if day is None else _of_day(day))
    return msgspec.json.decode(text, type=SweepResult) if text else None


def watermark(uow: UnitOfWork, gateway: str) -> int | None:
    """Up to when the list was read before; None for the first time."""
    text = uow.notes.get(f"sweep.until.{gateway}")
    return int(text) if text else None


def doubts(uow: UnitOfWork, gateway: str) -> Doubts:
    """What the last sweep wants to see again."""
    text = uow.notes.get(f"sweep.doubts.{gateway}")
    return msgspec.json.decode(text, type=Doubts) if text else Doubts()


def keep_mark(uow: UnitOfWork, gateway: str, until: int, left: Doubts) -> None:
    """Where the next sweep begins, and what it looks for."""
    uow.notes.put(f"sweep.until.{gateway}", str(until))
    uow.notes.put(f"sweep.doubts.{gateway}", msgspec.json.encode(left).decode())


def _of_day(day: int) -> str:
    return f"sweep.day.{day}"
