"""The vigil: tells a person what lasts too long, and closes the entry when it is over.

Three things do: a collect whose fate nobody knows, a gateway that does not answer, and an RRN that
only a person has told of (design payments 1 and 7).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.payment import Collect, CollectState
from pos_desktop.domain.sale import Tender
from pos_desktop.ports import Flag, Gateways, Store, UnitOfWork
from pos_desktop.services.entries import close_entry, open_entry
from pos_desktop.services.outbox import Listener
from pos_desktop.services.sweep_accounts import accounts
from pos_desktop.services.traffic import Traffic

_EVERY_MS = 30_000
_PATIENCE_MS = 10 * 60 * 1000
_ASSERTED_MS = 3 * 24 * 3600 * 1000
# It looks at every RRN that was ever told, and three days are long.
_ASSERTED_EVERY_MS = 10 * 60 * 1000
_DOUBT = (CollectState.REQUESTED, CollectState.UNKNOWN, CollectState.CLOSING)
_ALWAYS = 1 << 62
# Since when each collect is seen in ``closing``: it has no moment of its own for that.
_CLOSING = "vigil.closing"
_UNKNOWN, _UNREACHABLE, _ASSERTED = "unknown_outcome", "gateway_unreachable", "asserted_unconfirmed"


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look found: collects in doubt by reference, since when each is closing, the open
    entries of the kinds that this module opens, and the gateways that nobody asks any more."""

    now: int
    doubts: Mapping[str, Collect]
    closing: Mapping[str, int]
    flags: Sequence[Flag]
    unused: Collection[str] = ()

    def long_in_doubt(self) -> Iterator[Collect]:
        """Those that nobody was told of yet."""
        told = {_name(flag) for flag in self.flags if flag.kind == _UNKNOWN}
        for reference, collect in self.doubts.items():
            since = self.closing.get(reference, collect.created_at)
            if reference not in told and self.now - since >= _PATIENCE_MS:
                yield collect

    def over(self, traffic: Traffic) -> Iterator[Flag]:
        """Entries that have solved themselves."""
        for flag in self.flags:
            name = _name(flag)
            if flag.kind == _UNREACHABLE and (traffic.answers(name) or name in self.unused):
                yield flag
            if flag.kind == _UNKNOWN and name not in self.doubts:
                yield flag


@dataclass
class Vigil:
    """``step`` runs in the db lane; it writes only where there is something to write.

    ``gateways``: a former one that is not asked any more need not answer.
    """

    store: Store
    traffic: Traffic
    listener: Listener
    gateways: Gateways | None = None
    _looked_at: int | None = None
    _asserted_at: int | None = None

    def step(self, now: int) -> int:
        """Look every half minute; when to come again."""
        if self._looked_at is None or not 0 <= now - self._looked_at < _EVERY_MS:
            self._looked_at = now
            if self._round(now):
                self.listener.changed()
        return self._looked_at + _EVERY_MS

    def _round(self, now: int) -> bool:
        """True if an entry was opened or closed."""
        with self.store.read() as uow:
            noted = uow.notes.get(_CLOSING) or ""
            look = _look(uow, _read(noted), now)
            look = replace(look, unused=self._unused(uow, look))
            asserted = self._asserted(uow, now)
        told = {_name(flag) for flag in look.flags if flag.kind == _UNREACHABLE}
        silent = [name for name in self.traffic.silent(_PATIENCE_MS) if name not in told]
        opening, over = list(look.long_in_doubt()), list(look.over(self.traffic))
        entries = bool(opening or over or silent or asserted)
        if not entries and _written(look.closing) == noted:
            return False
        with self.store.write() as uow:
            uow.notes.put(_CLOSING, _written(look.closing))
            for collect in opening:
                state, reference = collect.state.value, collect.reference
                _open(uow, collect.order_id, _UNKNOWN, collect.amount, now, (state, reference))
            for name in silent:
                _open(uow, "", _UNREACHABLE, 0, now, ("", name))
            for order_id, tender in asserted:
                open_entry(uow, order_id, _ASSERTED, tender.amount, now, tender.reference)
            for flag in over:
                close_entry(uow, flag, now, _how(uow, flag, look.unused))
            uow.commit()
        return entries

    def _unused(self, uow: UnitOfWork, look: _Look) -> Collection[str]:
        told = {_name(flag) for flag in look.flags if flag.kind == _UNREACHABLE}
        if not told or self.gateways is None:
            return ()
        return told - {gateway.name for gateway in accounts(uow, self.gateways, look.now)}

    def _asserted(self, uow: UnitOfWork, now: int) -> list[tuple[str, Tender]]:
        """What a person said three days ago, nobody has confirmed, and no entry tells yet."""
        at = self._asserted_at
        if at is not None and 0 <= now - at < _ASSERTED_EVERY_MS:
            return []
        self._asserted_at = now
        return [
            (order_id, tender)
            for order_id, tender in uow.tenders.unconfirmed(now - _ASSERTED_MS)
            if not _told(uow, order_id, tender.reference)
        ]


def _look(uow: UnitOfWork, known: Mapping[str, int], now: int) -> _Look:
    doubts = {c.reference: c for c in uow.collects.in_states(_DOUBT, _ALWAYS) if _doubtful(c)}
    # A moment that is still to come is one of a clock that has been put back since.
    closing = {
        reference: min(known.get(reference, now), now)
        for reference, collect in doubts.items()
        if collect.state is CollectState.CLOSING
    }
    mine = (_UNKNOWN, _UNREACHABLE)
    flags = [flag for flag in uow.flags.open() if flag.kind in mine and not _of_refund(flag)]
    return _Look(now, doubts, closing, flags)


def _doubtful(collect: Collect) -> bool:
    """One that was only just asked for has no error yet."""
    return collect.state is not CollectState.REQUESTED or collect.last_error is not None


def _of_refund(flag: Flag) -> bool:
    """Refunds have entries of the same kind, which their book opens and closes."""
    states = {state.value for state in _DOUBT}
    return flag.kind == _UNKNOWN and flag.detail.split(" ")[0] not in states


def _told(uow: UnitOfWork, order_id: str, rrn: str) -> bool:
    return any(f.kind == _ASSERTED and _name(f) == rrn for f in uow.flags.of(order_id))


def _open(
    uow: UnitOfWork, order_id: str, kind: str, amount: int, now: int, said: tuple[str, str]
) -> None:
    """``said``: a word and the name of what it is about. A second time it is numbered, because an
    entry that was closed never opens again."""
    word, name = said
    times = sum(f.kind == kind and _name(f) == name for f in uow.flags.of(order_id))
    number = str(times + 1) if times else ""
    detail = " ".join(part for part in (word, number, name) if part)
    open_entry(uow, order_id, kind, amount, now, detail)


def _name(flag: Flag) -> str:
    """What an entry is about: the last word of its detail."""
    return flag.detail.rpartition(" ")[2]


def _how(uow: UnitOfWork, flag: Flag, unused: Collection[str]) -> str:
    if flag.kind == _UNREACHABLE:
        return "not used any more" if _name(flag) in unused else "it answers"
    collect = uow.collects.get(_name(flag))
    return "gone" if collect is None else f"it is {collect.state.value}"


def _read(noted: str) -> dict[str, int]:
    words = (entry.rpartition(" ") for entry in noted.split(";") if entry)
    return {reference: int(since) for reference, _, since in words}


def _written(closing: Mapping[str, int]) -> str:
    return ";".join(f"{reference} {since}" for reference, since in sorted(closing.items()))
