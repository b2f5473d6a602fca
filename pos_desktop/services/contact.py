"""A wrong number on a waiting bill: whoever has it gets nothing more, and can open nothing more.

The number, its consent and the link are replaced in the transaction that asks the gateway to close
what was sent; the new request waits as a wish until that has ended (``services/switching.py``).
Money that comes on the old link meanwhile pays the bill; its receipt goes to the new number.
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.errors import DomainError, RaseedError
from pos_desktop.domain.sale import Consent, Sale, SaleState
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.ports import Clock, Effect, Relay, Store, UnitOfWork
from pos_desktop.services import effects
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Listener, Recorded
from pos_desktop.services.switching import Switching

CORRECTED = "number_corrected"
"""Why a message to the former number was not sent."""

# What the relay says of a page that it does not hold.
_UNKNOWN_THERE = "relay_not_found"
_NOT_FOUND = "not_found"
# Longer than any call lasts.
_NEXT_LOOK_S = 60
_UNSENT = frozenset({MessageState.WAITING, MessageState.QUEUED})


class Contacts:
    """Corrects numbers; db lane."""

    def __init__(
        self, store: Store, clock: Clock, switching: Switching, listener: Listener
    ) -> None:
        self._store = store
        self._clock = clock
        self._switching = switching
        self._listener = listener

    def correct(self, order_id: str, phone: str | None, consent: Consent | None, by: str) -> None:
        """Another number for a waiting bill, or none (then it is paid from the screen).

        Raises DomainError ``not_waiting``, ``no_number`` (there is none to correct),
        ``same_number``, ``consent_needed``, ``phone_needed`` (a phone order without one).
        """
        now = self._clock.now()
        with self._store.write() as uow:
            sale = uow.sales.get(order_id)
            if sale is None or sale.state is not SaleState.AWAITING:
                raise DomainError("not_waiting")
            _check(sale, phone, consent)
            asked = _take_back(uow, sale, now, by)
            token = self._switching.opener.ids.token()
            uow.sales.change_contact(order_id, phone, token, now, by, consent)
            if uow.pages.latest(order_id, sale.contact) is not None:
                subject = effects.contact_subject(order_id, sale.contact)
                uow.outbox.put(effects.PAGE_REVOKE, subject, order_id, now)
            body = {"order_id": order_id, "contact": sale.contact + 1, "number": phone is not None}
            uow.ledger.append("number.corrected", by, now, body)
            if asked:
                self._ask_anew(uow, order_id, by, now)
            uow.commit()
        self._listener.changed()

    def _ask_anew(self, uow: UnitOfWork, order_id: str, by: str, now: int) -> None:
        """Unless somebody wished for something else, which goes on as it was wished."""
        sale, wish = uow.sales.get(order_id), uow.wishes.get(order_id)
        if wish is not None and (wish.kind is WishKind.CASH or wish.still_wanted(now)):
            return
        if sale is not None and self._switching.open(uow, sale) > 0:
            self._switching.wish(uow, sale, Wish(order_id, WishKind.CONTACT, now, by))


def _check(sale: Sale, phone: str | None, consent: Consent | None) -> None:
    if sale.phone is None:
        raise DomainError("no_number")
    if phone == sale.phone:
        raise DomainError("same_number")
    if phone is not None and consent is None:
        raise DomainError("consent_needed")
    if phone is None and sale.remote:
        # Who is not in the shop sees no screen.
        raise DomainError("phone_needed")


def _take_back(uow: UnitOfWork, sale: Sale, now: int, by: str) -> bool:
    """Drop what has not gone to the former number; whether it was asked for money at all."""
    messages = uow.messages.of(sale.order_id)
    for message in messages:
        if message.state in _UNSENT:
            dropped = replace(message, state=MessageState.DROPPED, reason=CORRECTED)
            uow.messages.save(dropped, now, by)
    return any(message.purpose is Purpose.PAYMENT_REQUEST for message in messages)


@dataclass(frozen=True, slots=True)
class _Revoke:
    relay: Relay
    token: str

    def perform(self) -> bool:
        """False where the relay holds no such page."""
        try:
            self.relay.revoke_page(self.token)
        except RaseedError as error:
            if error.code == _UNKNOWN_THERE:
                return False
            raise
        return True


@dataclass(frozen=True, slots=True)
class RevokePage:
    """``page.revoke``: the link that went to a wrong number opens nothing any more."""

    relay: Relay
    target: str = "relay"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        order_id, contact = effects.contact_of(effect.subject)
        former = [old for old in uow.sales.contacts(order_id) if old.contact == contact]
        return _Revoke(self.relay, former[0].link_token) if former else Dropped("no_such_link")

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        if outcome is True:
            return Done()
        if outcome is not False:
            return Later(outcome.code if isinstance(outcome, RaseedError) else repr(outcome))
        if effect.last_error != _NOT_FOUND:
            # A push of the page that is still on its way would bring it back: once it is over, the
            # look is repeated.
            return Later(_NOT_FOUND, _NEXT_LOOK_S)
        return Done()

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """Nothing to note."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return Later("stopped while revoking", 0)
