"""Services that stop for the owner's reasons: after three refusals in a row one is off for all
bills, until somebody tests it again (design payments 5).

While it is off nothing is tried: a dead key, an empty account or a paused template answers the
same each time, and some of these answers cost money.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pos_desktop.domain.delivery import Message, MessageState
from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.payment import CollectKind
from pos_desktop.ports import (
    Accepted,
    Clock,
    GatewayError,
    GatewayErrorKind,
    Lanes,
    Rejected,
    SendResult,
    Store,
    UnitOfWork,
)
from pos_desktop.services.lanes import record
from pos_desktop.services.offers import Offers
from pos_desktop.services.outbox import Listener
from pos_desktop.services.views import ServiceOff

GATEWAY: Final = "gateway"
MESSAGES: Final = "messages"
#: The outbox target whose rows wait while the service is off.
TARGETS: Final = {GATEWAY: "gateway", MESSAGES: "exotel"}

_NOTE = "services.off"
_STRIKES = 3
# Reports come later than the answer to the sending, so they are counted by themselves.
_REPORTS = "reports"
# What a gateway writes about an account (reference gateways 1.2); all else is the key.
_ACCOUNT_WORDS = {"suspended": "suspended", "live mode": "not_activated"}
_BY_STATUS = {401: "auth", 402: "credit", 403: "suspended"}
# WhatsApp tells in the answer that a template is paused, rejected or unknown (exotel 3.6).
_TEMPLATE_CODES = range(30022, 30027)
_NOT_SET_UP = 30006
_FINE = frozenset({MessageState.DELIVERED, MessageState.READ})


@dataclass
class Standing:
    """Counts in memory (db lane), keeps what is off in the database.

    ``primary`` names the gateway of new bills: the keys of a former one switch nothing off.
    ``pings`` asks each service by its name and raises RaseedError.
    """

    primary: str
    store: Store
    lanes: Lanes
    clock: Clock
    listener: Listener
    offers: Offers
    pings: Mapping[str, Callable[[], None]]
    _strikes: Counter[str] = field(default_factory=Counter)

    def off(self, uow: UnitOfWork) -> tuple[ServiceOff, ...]:
        """What is off now; one statement."""
        entries = (uow.notes.get(_NOTE) or "").split(";")
        return tuple(_read(entry) for entry in entries if entry)

    def is_off(self, uow: UnitOfWork, name: str) -> bool:
        """Whether ``gateway`` or ``messages`` is off."""
        return any(service.name == name for service in self.off(uow))

    def held(self, uow: UnitOfWork) -> Collection[str]:
        """The outbox targets whose rows wait."""
        return {TARGETS[service.name] for service in self.off(uow)}

    def asked(
        self,
        uow: UnitOfWork,
        gateway: str,
        outcome: object,
        now: int,
        making: CollectKind | None = None,
    ) -> bool:
        """What came of a call to a gateway, which was ``making`` something payable or not. True if
        that switched the gateway off."""
        if gateway != self.primary:
            return False
        self.offers.asked(uow, outcome, making, now)
        reason = _why(outcome, making)
        if reason is not None:
            return self._strike(uow, GATEWAY, GATEWAY, reason, now)
        if not isinstance(outcome, Exception):
            self._strikes[GATEWAY] = 0
        return False

    def sent(self, uow: UnitOfWork, result: SendResult, now: int) -> None:
        """What came of handing a message over."""
        if isinstance(result, Accepted):
            self._strikes[MESSAGES] = 0
        elif isinstance(result, Rejected):
            reason = _refusal(result)
            if reason is not None:
                self._strike(uow, MESSAGES, MESSAGES, reason, now)

    def reported(
        self, uow: UnitOfWork, before: Message | None, after: Message | None, now: int
    ) -> None:
        """What a report changed about a message that had been handed over."""
        if before is None or after is None or before.state is after.state:
            return
        if after.state in _FINE:
            self._strikes[_REPORTS] = 0
            return
        reason = _failure(after)
        if reason is not None:
            self._strike(uow, _REPORTS, MESSAGES, reason, now)

    def test_again(self, name: str) -> bool:
        """Lane net: ask the service; True if it is on again, and what waited goes on. What was
        learnt about the account is tried anew."""
        try:
            self.pings[name]()
        except RaseedError:
            return False
        record(self.lanes, partial(self._on, name))
        return True

    def _strike(self, uow: UnitOfWork, count: str, name: str, reason: str, now: int) -> bool:
        self._strikes[count] += 1
        off = self.off(uow)
        if self._strikes[count] < _STRIKES or any(service.name == name for service in off):
            return False
        _write(uow, (*off, ServiceOff(name, reason, now)))
        body = {"service": name, "reason": reason}
        uow.ledger.append("service.off", "machine", now, body)
        return True

    def _on(self, name: str) -> None:
        now = self.clock.now()
        with self.store.write() as uow:
            off = self.off(uow)
            left = tuple(service for service in off if service.name != name)
            if left != off:
                _write(uow, left)
                uow.ledger.append("service.on", "machine", now, {"service": name})
            if name == GATEWAY:
                self.offers.forget(uow, now)
            uow.commit()
        for count in (name, _REPORTS) if name == MESSAGES else (name,):
            self._strikes[count] = 0
        self.listener.changed()


def _why(outcome: object, making: CollectKind | None) -> str | None:
    """The reason code of a refusal that is about the account, or None."""
    if not isinstance(outcome, GatewayError):
        return None
    if outcome.kind is GatewayErrorKind.FEATURE_OFF:
        # An account without QR codes still has links; without links it has nothing.
        return "not_activated" if making is CollectKind.LINK else None
    if outcome.kind is not GatewayErrorKind.AUTH:
        return None
    text = outcome.text.lower()
    return next((code for words, code in _ACCOUNT_WORDS.items() if words in text), "auth")


def _refusal(result: Rejected) -> str | None:
    if result.setup:
        return _BY_STATUS.get(result.http_status, "auth")
    if result.code == _NOT_SET_UP:
        return "not_activated"
    return "template" if result.code in _TEMPLATE_CODES else None


def _failure(message: Message) -> str | None:
    """``reason`` is the class of the failure (messaging/states.py)."""
    if message.state is not MessageState.FAILED:
        return None
    if message.code == _NOT_SET_UP:
        return "not_activated"
    if message.reason == "template":
        return "template"
    # An SMS that the operators' registry stops: sender, entity or text is not the registered one.
    by_registry = message.reason in {"dlt", "setup"} and message.channel == "sms"
    return "dlt" if by_registry else None


def _read(entry: str) -> ServiceOff:
    name, reason, since = entry.split()
    return ServiceOff(name, reason, int(since))


def _write(uow: UnitOfWork, off: Collection[ServiceOff]) -> None:
    entries = (f"{service.name} {service.reason} {service.since}" for service in off)
    uow.notes.put(_NOTE, ";".join(entries))
