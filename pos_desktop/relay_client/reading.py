"""What the relay gives back of this counter's own ledger, opened with the shop's key."""

import msgspec

from pos_desktop.ports import KeptEntry, KeptLedger
from pos_desktop.wire import seal, v1


class _Plain(msgspec.Struct):
    """What ``batches.sealed_event`` sealed."""

    actor: str
    body: dict[str, object]


def opened(page: v1.LedgerPage, shop_key: bytes) -> KeptLedger:
    """The page with its bodies; None for one that was parked or does not open."""
    return KeptLedger(
        epochs=page.epochs,
        entries=tuple(_opened(page.device, entry, shop_key) for entry in page.entries),
        more=page.more,
        marks=page.marks,
    )


def _opened(device: str, entry: v1.LedgerEntry, shop_key: bytes) -> KeptEntry:
    place = seal.EventPlace(device, entry.epoch, entry.seq, entry.kind)
    body: dict[str, object] | None = None
    if not entry.parked:
        try:
            plain = seal.open_event(shop_key, place, seal.decode(entry.sealed))
            body = msgspec.json.decode(plain, type=_Plain).body
        except (seal.SealError, msgspec.MsgspecError, UnicodeDecodeError):
            # Sealed under a key that this counter has not: number and kind stand beside it.
            body = None
    return KeptEntry(entry.seq, entry.kind, entry.at, entry.hash, body)
