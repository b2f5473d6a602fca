"""Who wants no messages: a customer's STOP, the cashier's word, and what follows from them.

A number that refused is kept by its tag alone, under a key that this database makes for itself: so
the number can be forgotten everywhere (DPDP, reference domain 3.2) while its refusal stands. The
key is in the database and not in the key store, because a refusal must survive the restoring of a
backup on another machine; it hides the number from readers, not from who tries out all numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pos_desktop.domain.delivery import Message, MessageState, OptKind, OptOut
from pos_desktop.domain.numbering import ist_day
from pos_desktop.ports import Clock, Ids, Store, UnitOfWork
from pos_desktop.services.outbox import Listener
from pos_desktop.wire import v1
from pos_desktop.wire.tags import phone_tag

OPTED_OUT = "opted_out"
"""Why a message to such a number was not sent."""
STOP = "stop"
COUNTER = "counter"

_KEY = "phones.key"
_UNSENT = frozenset({MessageState.WAITING, MessageState.QUEUED})
# A STOP names a message that may be weeks old; whoever was written to longer ago is known by the
# tag of the feed.
_DAYS = 30
_MOST = 20_000


def _none() -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Refusals:
    """The numbers that want no messages; every method is part of the caller's transaction.

    ``secrets``: the shop's callback secrets, the present one first: the feed names by them who is
    not known here. Cheap: it is asked with every message.
    """

    secrets: Callable[[], Sequence[str]] = _none

    def refused(self, uow: UnitOfWork, phone: str | None) -> bool:
        """Whether nothing may be sent to this number."""
        return phone is not None and self._word(uow, phone) is not None

    def entering(self, uow: UnitOfWork, ids: Ids, message: Message) -> Message:
        """A message as it may be added: dropped at once where its number wants none."""
        word = self._word(uow, message.to)
        if word is None:
            return message
        if word.tag != phone_tag(uow.notes.get(_KEY) or "", message.to):
            # Told by the feed before this counter knew the number; the shop's secret may change.
            note(uow, ids, message.to, word)
        return replace(message, state=MessageState.DROPPED, reason=OPTED_OUT)

    def named(self, uow: UnitOfWork, tag: str, now: int) -> str | None:
        """The number that a tag of the feed means, among those written to in the last 30 days."""
        secrets = self.secrets()
        for phone in uow.messages.recipients(ist_day(now) - _DAYS, _MOST) if secrets else ():
            if tag in (phone_tag(secret, phone) for secret in secrets):
                return phone
        return None

    def _word(self, uow: UnitOfWork, phone: str) -> OptOut | None:
        """The refusal that stands for this number."""
        keys = (uow.notes.get(_KEY) or "", *self.secrets())
        tags = [tag for tag in (phone_tag(key, phone) for key in keys) if tag]
        word = uow.opt_outs.latest(phone, tags)
        return word if word is not None and word.kind is OptKind.OUT else None


UNTOLD = Refusals()
"""Where the relay's feed has no names for numbers."""


def note(uow: UnitOfWork, ids: Ids, phone: str, word: OptOut) -> None:
    """Write a word about this number down, under the database's own key."""
    key = uow.notes.get(_KEY)
    if key is None:
        key = ids.token() + ids.token()
        uow.notes.put(_KEY, key)
    uow.opt_outs.add(replace(word, phone=None, tag=phone_tag(key, phone)))


def silence(uow: UnitOfWork, phone: str, now: int, by: str) -> bool:
    """Drop what waits to be sent about the bills on the panel; whether there are any. What is not
    on it any more is dropped when it would leave (``SendMessage.prepare``)."""
    bills = [bill for bill in uow.panel.bills() if bill.phone == phone]
    for message in (message for bill in bills for message in bill.messages):
        if message.state in _UNSENT:
            dropped = replace(message, state=MessageState.DROPPED, reason=OPTED_OUT)
            uow.messages.save(dropped, now, by)
    return bool(bills)


@dataclass(frozen=True, slots=True)
class Stops:
    """STOP, as the relay's feed tells of it; part of the transaction that moves the cursor."""

    refusals: Refusals
    ids: Ids

    def apply(self, uow: UnitOfWork, event: v1.FeedEvent, now: int) -> bool:
        """Whether a bill on the panel is concerned. Who is not known here is kept by the tag."""
        answered = uow.messages.match(event.sid, None) if event.sid else None
        phone = answered.to if answered is not None and answered.to else None
        if phone is None and event.tag:
            phone = self.refusals.named(uow, event.tag, now)
        if phone is None and not event.tag:
            return False
        if phone is None and _known(uow, event.tag):
            return False
        if phone is not None and self.refusals.refused(uow, phone):
            return False
        word = OptOut(None, event.tag, now, OptKind.OUT, STOP)
        if phone is None:
            uow.opt_outs.add(word)
        else:
            note(uow, self.ids, phone, word)
        uow.ledger.append("messages.refused", "customer", now, {"source": STOP})
        return phone is not None and silence(uow, phone, now, STOP)


def _known(uow: UnitOfWork, tag: str) -> bool:
    word = uow.opt_outs.latest("", (tag,))
    return word is not None and word.kind is OptKind.OUT


class Consents:
    """What the customer says at the counter; db lane."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, refusals: Refusals, listener: Listener
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._refusals = refusals
        self._listener = listener

    def refused(self, phone: str) -> bool:
        """Whether this number wants no messages."""
        with self._store.read() as uow:
            return self._refusals.refused(uow, phone)

    def refuse(self, phone: str, by: str) -> None:
        """No messages for this number from now on; again changes nothing."""
        self._say(phone, by, OptKind.OUT)

    def refuse_for(self, order_id: str, by: str) -> None:
        """The same for the number of this bill; nothing where it has none."""
        with self._store.read() as uow:
            sale = uow.sales.get(order_id)
        if sale is not None and sale.phone is not None:
            self.refuse(sale.phone, by)

    def agree(self, phone: str, by: str) -> None:
        """The customer asked for messages again; the consent itself is asked with the bill."""
        self._say(phone, by, OptKind.IN)

    def _say(self, phone: str, by: str, kind: OptKind) -> None:
        now, out = self._clock.now(), kind is OptKind.OUT
        with self._store.write() as uow:
            if self._refusals.refused(uow, phone) is out:
                return
            note(uow, self._ids, phone, OptOut(None, None, now, kind, COUNTER, by))
            name = "messages.refused" if out else "messages.wanted"
            uow.ledger.append(name, by, now, {"source": COUNTER})
            if out:
                silence(uow, phone, now, by)
            uow.commit()
        self._listener.changed()
