"""What the relay gives back of this counter's own ledger, opened with the shop's key."""

from collections.abc import Sequence

import msgspec

from pos_desktop.ports import KeptEntry, KeptLedger
from pos_desktop.wire import seal, v1


class _Plain(msgspec.Struct):
    """What ``batches.sealed_event`` sealed."""

    actor: str
    body: dict[str, object]


def opened(page: v1.LedgerPage, shop_keys: Sequence[bytes]) -> KeptLedger:
    """The page with its bodies; None for one that was parked or opens with none of the keys."""
    return KeptLedger(
        epochs=page.epochs,
        entries=tuple(_opened(page.device, entry, shop_keys) for entry in page.entries),
        more=page.more,
        marks=page.marks,
    )


def _opened(device: str, entry: v1.LedgerEntry, shop_keys: Sequence[bytes]) -> KeptEntry:
    place = seal.EventPlace(device, entry.epoch, entry.seq, entry.kind)
    bodies = (_body(entry, place, key) for key in shop_keys) if not entry.parked else ()
    body = next((body for body in bodies if body is not None), None)
    return KeptEntry(entry.seq, entry.kind, entry.at, entry.hash, body)


def _body(entry: v1.LedgerEntry, place: seal.EventPlace, key: bytes) -> dict[str, object] | None:
    try:
        plain = seal.open_event(key, place, seal.decode(entry.sealed))
        return msgspec.json.decode(plain, type=_Plain).body
    except (seal.SealError, msgspec.MsgspecError, UnicodeDecodeError):
        # Sealed under a key that this counter has not: number and kind stand beside it.
        return None
