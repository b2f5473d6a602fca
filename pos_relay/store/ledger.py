"""The copy of the counters' ledgers: append-only, chained, one poison event blocks nothing.

Rules of reference reliability (d). Everything here happens inside one write transaction, which is
to be committed whatever the answer is: a FORK is remembered, and a 422 has stored the rest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from sqlalchemy import ColumnElement, Connection, insert, select, update

from pos_desktop.wire import seal, v1
from pos_relay.store import marks
from pos_relay.store.devices import Counter
from pos_relay.store.tables import devices, epochs, events

_HASH = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_LATEST = 2**53  # beyond it a JSON number is not exact everywhere


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """``SyncBatch`` with its events still raw, so that one bad event spoils no other."""

    epoch: Annotated[int, msgspec.Meta(ge=1, le=_LATEST)]
    from_seq: Annotated[int, msgspec.Meta(ge=1, le=_LATEST)]
    events: tuple[msgspec.Raw, ...]
    head_seq: Annotated[int, msgspec.Meta(ge=0, le=_LATEST)] = 0
    marks: tuple[msgspec.Raw, ...] = ()


class _Chain(msgspec.Struct, frozen=True):
    """What is still wanted of an event that is otherwise unreadable."""

    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One event ready to store. A poison event (``fault``) keeps no content, only its hashes."""

    seq: int
    hash: str
    prev_hash: str
    fault: str | None
    kind: str = ""
    at: int = 0
    sealed: bytes = b""


@dataclass(slots=True)
class Standing:
    """What the relay holds of one (device, epoch) while a batch is taken in."""

    counter: Counter
    epoch: int
    base_seq: int
    last_seq: int
    head: str
    parked: list[int] = field(default_factory=list)

    def no(self, code: str, text: str) -> v1.Problem:
        """The refusal with what is held."""
        return v1.Problem(
            code=code,
            text=text,
            last_seq=self.last_seq,
            head=self.head,
            parked=tuple(sorted(self.parked)),
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch came to: the answer, or the Problem GAP, AHEAD, FORK, EPOCH (409) or POISON
    (422); and how many of its marks could not be believed."""

    answer: v1.SyncAnswer | v1.Problem
    refused_marks: int = 0


def take(connection: Connection, counter: Counter, batch: Batch, now: int, biggest: int) -> Taken:
    """Store what is new. ``biggest`` caps the sealed bytes of one event."""
    standing = _standing(connection, counter, batch)
    if standing is None:
        text = "this epoch was never given to this counter"
        return Taken(v1.Problem(code="EPOCH", text=text))
    # Also where the entries are refused: a number that was given out was given out.
    refused = 0
    if batch.marks:
        refused = marks.note(connection, counter.tenant, counter.device, batch.marks, now)
    return Taken(_stored(connection, standing, batch, now, biggest), refused)


def _stored(
    connection: Connection, standing: Standing, batch: Batch, now: int, biggest: int
) -> v1.SyncAnswer | v1.Problem:
    counter = standing.counter
    if not standing.base_seq < batch.from_seq <= standing.last_seq + 1:
        return standing.no("GAP", "send again from the entry after last_seq")
    judged = [_judge(raw, batch.from_seq + i, biggest) for i, raw in enumerate(batch.events)]
    known = [event for event in judged if event.seq <= standing.last_seq]
    fresh = [event for event in judged if event.seq > standing.last_seq]
    fork = _differing(connection, standing, known) or _broken_link(standing, fresh)
    if fork:
        _remember_fork(connection, standing, fork, now)
        return standing.no("FORK", "another history is stored under these numbers")
    _store(connection, standing, fresh, now)
    if 0 < batch.head_seq < standing.last_seq:
        return standing.no("AHEAD", "the relay holds more than the counter has")
    if standing.parked:
        return standing.no("POISON", "unreadable events were parked, the rest is stored")
    held = marks.of_device(connection, counter.tenant, counter.device)
    return v1.SyncAnswer(
        last_seq=standing.last_seq, head=standing.head, server_time=now, marks=held
    )


def _standing(connection: Connection, counter: Counter, batch: Batch) -> Standing | None:
    row = connection.execute(select(epochs).where(*_epoch(counter, batch.epoch))).first()
    if row is None:
        return None
    standing = Standing(counter, batch.epoch, row.base_seq, row.last_seq, row.head)
    if row.last_seq == 0 and batch.epoch > 1 and batch.from_seq > 1:
        _branch_off(connection, standing, batch.from_seq - 1)
    return standing


def _branch_off(connection: Connection, standing: Standing, seq: int) -> None:
    """Let a new epoch go on from an entry that an earlier epoch of this counter stored."""
    row = connection.execute(
        select(events.c.hash)
        .where(
            events.c.tenant == standing.counter.tenant,
            events.c.device == standing.counter.device,
            events.c.epoch < standing.epoch,
            events.c.seq == seq,
        )
        .order_by(events.c.epoch.desc())
    ).first()
    if row is not None:
        standing.base_seq = standing.last_seq = seq
        standing.head = row.hash


def _judge(raw: msgspec.Raw, seq: int, biggest: int) -> Judged:
    try:
        event = msgspec.json.decode(raw, type=v1.SyncEvent)
    except _UNREADABLE:
        return _poison(raw, seq, "shape")
    try:
        sealed = seal.decode(event.sealed)
    except seal.SealError:
        return _poison(raw, seq, "sealed")
    faults = {
        "seq": event.seq == seq,
        "kind": bool(_KIND.fullmatch(event.kind)),
        "at": 0 < event.at < _LATEST,
        "hash": bool(_HASH.fullmatch(event.hash)),
        "prev_hash": bool(_HASH.fullmatch(event.prev_hash)) or (seq == 1 and not event.prev_hash),
        "sealed": seal.OVERHEAD <= len(sealed) <= biggest,
    }
    fault = next((name for name, fine in faults.items() if not fine), None)
    if fault is not None:
        return _poison(raw, seq, fault)
    return Judged(seq, event.hash, event.prev_hash, None, event.kind, event.at, sealed)


def _poison(raw: msgspec.Raw, seq: int, fault: str) -> Judged:
    try:
        chain = msgspec.json.decode(raw, type=_Chain)
    except _UNREADABLE:
        chain = _Chain("", "")
    hashes = [text if _HASH.fullmatch(text) else "" for text in (chain.hash, chain.prev_hash)]
    return Judged(seq, hashes[0], hashes[1], fault)


def _differing(connection: Connection, standing: Standing, known: Sequence[Judged]) -> int | None:
    """The first entry that is stored with another hash; notes parked ones on the way."""
    if not known:
        return None
    where = (
        events.c.tenant == standing.counter.tenant,
        events.c.device == standing.counter.device,
        events.c.epoch == standing.epoch,
        events.c.seq.between(known[0].seq, known[-1].seq),
    )
    query = select(events.c.seq, events.c.hash, events.c.fault).where(*where)
    stored = {row.seq: row for row in connection.execute(query)}
    for event in known:
        row = stored[event.seq]
        if row.hash != event.hash:
            return event.seq
        if row.fault is not None:
            standing.parked.append(event.seq)
    return None


def _broken_link(standing: Standing, fresh: Sequence[Judged]) -> int | None:
    """The first new entry that does not follow from what stands before it.

    An unknown hash ("", of a poison event) cannot be compared; the counter can still verify.
    """
    head = standing.head
    for event in fresh:
        if head and event.prev_hash and event.prev_hash != head:
            return event.seq
        head = event.hash
    return None


def _store(connection: Connection, standing: Standing, fresh: Sequence[Judged], now: int) -> None:
    counter = standing.counter
    connection.execute(
        update(devices)
        .where(devices.c.tenant == counter.tenant, devices.c.device == counter.device)
        .values(seen_at=now)
    )
    if not fresh:
        return
    place = {"tenant": counter.tenant, "device": counter.device, "epoch": standing.epoch}
    rows = [
        {
            **place,
            "seq": event.seq,
            "kind": event.kind,
            "at": event.at,
            "prev_hash": event.prev_hash,
            "hash": event.hash,
            "sealed": event.sealed,
            "received_at": now,
            "fault": event.fault,
        }
        for event in fresh
    ]
    connection.execute(insert(events), rows)
    standing.parked += [event.seq for event in fresh if event.fault is not None]
    standing.last_seq, standing.head = fresh[-1].seq, fresh[-1].hash
    connection.execute(
        update(epochs)
        .where(*_epoch(counter, standing.epoch))
        .values(base_seq=standing.base_seq, last_seq=standing.last_seq, head=standing.head)
    )


def _remember_fork(connection: Connection, standing: Standing, seq: int, now: int) -> None:
    connection.execute(
        update(epochs)
        .where(*_epoch(standing.counter, standing.epoch), epochs.c.fork_seq.is_(None))
        .values(fork_seq=seq, fork_at=now)
    )


def _epoch(counter: Counter, epoch: int) -> tuple[ColumnElement[bool], ...]:
    return (
        epochs.c.tenant == counter.tenant,
        epochs.c.device == counter.device,
        epochs.c.epoch == epoch,
    )
