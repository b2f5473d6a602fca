"""What the relay holds of this counter's ledger and the database lacks.

It is listed, never played back: a document that was issued stays issued, and the gap that it leaves
here is written down (reliability (d)).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pos_desktop.ports import KeptEntry, Relay, Store, UnitOfWork
from pos_desktop.services.syncing import cursor_of
from pos_desktop.wire import v1


@dataclass(frozen=True, slots=True)
class LostBill:
    """A document that the relay's copy names: its number, its bill, paise, when it was issued."""

    number: str
    order_id: str
    due: int
    at: int


@dataclass(frozen=True, slots=True)
class Copy:
    """``entries`` that the database lacks, ``unread`` of them without a body; ``agreed`` is the
    last entry from which a new epoch may go on."""

    entries: int = 0
    unread: int = 0
    bills: tuple[LostBill, ...] = ()
    marks: tuple[v1.Mark, ...] = ()
    agreed: int = 0


def read_copy(relay: Relay, store: Store, *, but_epoch: int = 0) -> Copy:
    """Ask the relay; blocks. ``but_epoch``: a new epoch, in which there is nothing yet.

    Raises what the relay raises.
    """
    with store.read() as uow:
        cursor = cursor_of(uow)
    first = relay.ledger(cursor)
    epochs = [epoch for epoch in first.epochs if epoch.epoch != but_epoch]
    lost: list[KeptEntry] = []
    for epoch in epochs:
        if epoch.last_seq > cursor:
            with store.read() as uow:
                lost += _lacking(uow, _entries(relay, cursor, epoch.epoch))
    return Copy(
        entries=len(lost),
        unread=sum(entry.body is None for entry in lost),
        bills=tuple(dict.fromkeys(_bills(lost))),
        marks=first.marks,
        agreed=cursor if _agrees(relay, store, epochs, cursor) else 0,
    )


def _entries(relay: Relay, after: int, epoch: int) -> Iterator[KeptEntry]:
    more = True
    while more:
        page = relay.ledger(after, epoch)
        yield from page.entries
        more = page.more
        after = page.entries[-1].seq if page.entries else after


def _lacking(uow: UnitOfWork, entries: Iterator[KeptEntry]) -> Iterator[KeptEntry]:
    for entry in entries:
        here = uow.ledger.after(entry.seq - 1, 1)
        if not here or here[0].hash != entry.hash:
            yield entry


def _bills(entries: Sequence[KeptEntry]) -> Iterator[LostBill]:
    for entry in entries:
        body = entry.body or {}
        number, order_id, due = body.get("number"), body.get("order_id"), body.get("due")
        if isinstance(number, str):
            yield LostBill(
                number,
                order_id if isinstance(order_id, str) else "",
                due if isinstance(due, int) else 0,
                entry.at,
            )


def _agrees(relay: Relay, store: Store, epochs: Sequence[v1.LedgerEpoch], cursor: int) -> bool:
    """Whether the entry at the cursor is the one from which the relay lets a new epoch branch off:
    it takes that of the newest epoch that has one of this number."""
    held = [epoch for epoch in epochs if epoch.base_seq < cursor <= epoch.last_seq]
    if not held:
        return True
    (there,) = relay.ledger(cursor - 1, held[-1].epoch).entries[:1]
    with store.read() as uow:
        here = uow.ledger.after(cursor - 1, 1)
    # Without a hash it is one that the relay could not read.
    return bool(here) and there.hash in ("", here[0].hash)
