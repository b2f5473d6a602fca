"""One practice run: keys, switches, both providers' state, journal, faults, courier."""

import asyncio
import time
from dataclasses import dataclass, field

from pos_desktop.sandbox.cashfree import links as cashfree_links
from pos_desktop.sandbox.cashfree import orders as cashfree_orders
from pos_desktop.sandbox.cashfree import payments as cashfree_payments
from pos_desktop.sandbox.cashfree.hooks import CashfreeAnnouncer
from pos_desktop.sandbox.cashfree.objects import Link as CashfreeLink
from pos_desktop.sandbox.cashfree.objects import Order as CashfreeOrder
from pos_desktop.sandbox.cashfree.objects import Register as CashfreeRegister
from pos_desktop.sandbox.courier import Courier
from pos_desktop.sandbox.exotel import registry
from pos_desktop.sandbox.exotel.book import Book
from pos_desktop.sandbox.faults import Faults
from pos_desktop.sandbox.journal import Journal
from pos_desktop.sandbox.limits import Limits
from pos_desktop.sandbox.razorpay import links, payments, qrs
from pos_desktop.sandbox.razorpay.hooks import Announcer
from pos_desktop.sandbox.razorpay.objects import Link, Qr, Register
from pos_desktop.sandbox.settings import Features, Hook, Keys, practice_keys
from pos_desktop.sandbox.shapes import Json

Target = Link | Qr | CashfreeLink | CashfreeOrder
"""What a customer can pay."""


def _seconds() -> int:
    return int(time.time())


@dataclass(slots=True)
class Practice:
    """Everything behind one port. State lives in memory and ends with the process."""

    origin: str
    keys: Keys
    features: Features
    hook: Hook
    faults: Faults
    limits: Limits
    journal: Journal
    courier: Courier
    register: Register
    book: Book
    hooks: Announcer = field(repr=False)
    cashfree: CashfreeRegister
    cashfree_hook: Hook

    async def start(self) -> None:
        """Begin to deliver and to expire."""
        await self.courier.start()
        self.courier.spawn(self._expire())

    def target(self, collect_id: str, reference: str) -> Target | None:
        """The payable object with this gateway id, else the newest with our reference.

        A QR code carries the reference as one of its notes' values; at Cashfree it is the id.
        """
        register = self.register
        ours = self._cashfree_target(collect_id or reference)
        if collect_id:
            return register.links.get(collect_id) or register.qrs.get(collect_id) or ours
        found: list[Target] = [] if ours is None else [ours]
        found += [link for link in register.links.values() if link.ask.reference_id == reference]
        found += [qr for qr in register.qrs.values() if reference in qr.notes.values()]
        return max(found, key=lambda item: item.created_at, default=None)

    def _cashfree_target(self, name: str) -> CashfreeLink | CashfreeOrder | None:
        return self.cashfree.links.get(name) or self.cashfree.orders.get(name)

    def announcement(self) -> Json:
        """The one line of ``raseed practice``."""
        keys = self.keys
        return {
            "razorpay": f"{self.origin}/razorpay",
            "cashfree": f"{self.origin}/cashfree/pg",
            "exotel": f"{self.origin}/exotel",
            "control": f"{self.origin}/control",
            "key_id": keys.key_id,
            "key_secret": keys.key_secret,
            "test_key_id": keys.test_key_id,
            "webhook_secret": keys.webhook_secret,
            "exotel_sid": keys.exotel_sid,
            "exotel_key": keys.exotel_key,
            "exotel_token": keys.exotel_token,
            "dlt_entity_id": keys.dlt_entity_id,
            "cashfree_id": keys.cashfree_id,
            "cashfree_secret": keys.cashfree_secret,
        }

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            links.expire_due(self.register)
            qrs.expire_due(self.register)
            payments.expire_due(self.register)
            cashfree_links.expire_due(self.cashfree)
            cashfree_orders.settle_due(self.cashfree)
            cashfree_payments.expire_due(self.cashfree)


def open_practice(origin: str) -> Practice:
    """A new run whose pages and pictures live at ``origin``. Raises FileNotFoundError, ValueError
    where the shipped templates are missing or wrong."""
    keys, features, hook = practice_keys(), Features(), Hook()
    hook.secret = keys.webhook_secret
    faults, journal = Faults(), Journal()
    courier = Courier(faults, journal)
    hooks = Announcer(courier, keys, hook, features)

    def emit(event: str, entities: dict[str, Json]) -> None:
        hooks.emit(event, entities, _seconds())

    register = Register(keys=keys, features=features, origin=origin, now=_seconds, emit=emit)
    cashfree_hook = Hook()
    announcer = CashfreeAnnouncer(courier, keys, cashfree_hook, features)
    cashfree = CashfreeRegister(keys, features, origin, _seconds, announcer.emit)
    book = Book(
        keys=keys, features=features, courier=courier, templates=registry.shipped(), origin=origin
    )
    return Practice(
        origin=origin,
        keys=keys,
        features=features,
        hook=hook,
        faults=faults,
        limits=Limits(),
        journal=journal,
        courier=courier,
        register=register,
        book=book,
        hooks=hooks,
        cashfree=cashfree,
        cashfree_hook=cashfree_hook,
    )
