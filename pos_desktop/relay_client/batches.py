"""Ledger entries as sync batches: sealed, at most 200 and about 1 MB each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pos_desktop.ports import Head, LedgerEntry
from pos_desktop.wire import seal, v1
from pos_desktop.wire.chain import canonical

MOST_EVENTS = 200
MOST_CHARACTERS = 1_000_000
BIGGEST_SEALED = 65_536


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose ledger it is, and the key under which its bodies are sealed."""

    device: str
    epoch: int
    shop_key: bytes


def batches(entries: Sequence[LedgerEntry], origin: Origin, head: Head) -> Iterator[v1.SyncBatch]:
    """Batches in order, each with the counter's head; without entries one that only tells it."""
    pending: list[v1.SyncEvent] = []
    size = 0
    for entry in entries:
        place = seal.EventPlace(origin.device, origin.epoch, entry.seq, entry.kind)
        event = sealed_event(entry, place, origin.shop_key)
        if pending and (len(pending) == MOST_EVENTS or size + len(event.sealed) > MOST_CHARACTERS):
            yield _batch(pending, origin.epoch, head)
            pending, size = [], 0
        pending.append(event)
        size += len(event.sealed)
    if pending or not entries:
        yield _batch(pending, origin.epoch, head)


def sealed_event(entry: LedgerEntry, place: seal.EventPlace, shop_key: bytes) -> v1.SyncEvent:
    """One entry; actor and body are sealed, so that the hash can be checked with the shop key.

    An entry too large for the relay goes without its body: the relay parks it and says so, instead
    of refusing everything behind it for good.
    """
    plain = canonical({"actor": entry.actor, "body": dict(entry.body)})
    sealed = seal.seal_event(shop_key, place, plain)
    return v1.SyncEvent(
        seq=entry.seq,
        kind=entry.kind,
        at=entry.at,
        prev_hash=entry.prev_hash,
        hash=entry.hash,
        sealed=seal.encode(sealed) if len(sealed) <= BIGGEST_SEALED else "",
    )


def _batch(events: list[v1.SyncEvent], epoch: int, head: Head) -> v1.SyncBatch:
    return v1.SyncBatch(
        epoch=epoch,
        from_seq=events[0].seq if events else head.seq + 1,
        events=tuple(events),
        head_seq=head.seq,
        marks=head.marks,
    )
