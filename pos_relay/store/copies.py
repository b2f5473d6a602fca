"""Reading the ledgers back: what a restored counter lost, and what the manager looks through."""

from sqlalchemy import Connection, select

from pos_desktop.wire import seal, v1
from pos_relay.store import marks
from pos_relay.store.tables import epochs, events

_MOST_BYTES = 1_000_000


def page(
    connection: Connection, tenant: str, device: str, epoch: int, after: int, *, most: int
) -> v1.LedgerPage:
    """At most ``most`` entries and 1 MB of one epoch after a number, in order."""
    held = _epochs(connection, tenant, device)
    here = (events.c.tenant == tenant, events.c.device == device, events.c.epoch == epoch)
    query = select(events).where(*here, events.c.seq > after).order_by(events.c.seq).limit(most)
    entries: list[v1.LedgerEntry] = []
    size = 0
    for row in connection.execute(query):
        size += len(row.sealed)
        if entries and size > _MOST_BYTES:
            break
        entries.append(
            v1.LedgerEntry(
                epoch=row.epoch,
                seq=row.seq,
                kind=row.kind,
                at=row.at,
                prev_hash=row.prev_hash,
                hash=row.hash,
                sealed=seal.encode(row.sealed),
                parked=row.fault is not None,
            )
        )
    last = next((one.last_seq for one in held if one.epoch == epoch), 0)
    return v1.LedgerPage(
        device=device,
        epochs=held,
        entries=tuple(entries),
        more=bool(entries) and entries[-1].seq < last,
        marks=marks.of_device(connection, tenant, device),
    )


def _epochs(connection: Connection, tenant: str, device: str) -> tuple[v1.LedgerEpoch, ...]:
    query = (
        select(epochs)
        .where(epochs.c.tenant == tenant, epochs.c.device == device)
        .order_by(epochs.c.epoch)
    )
    return tuple(
        v1.LedgerEpoch(
            epoch=row.epoch,
            series=row.series,
            base_seq=row.base_seq,
            last_seq=row.last_seq,
            head=row.head,
            forked=row.fork_seq is not None,
        )
        for row in connection.execute(query)
    )
