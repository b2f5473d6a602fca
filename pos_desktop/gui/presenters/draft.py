"""The bill that is being made, with its customer, and those put aside with F4; kept as text."""

import json
from dataclasses import asdict, dataclass, field

from pos_desktop.domain.cart import Cart
from pos_desktop.domain.errors import InputError, RaseedError
from pos_desktop.domain.sale import Consent
from pos_desktop.gui.presenters.ports import Drafts, Runner

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Customer:
    """``phone`` is E.164; a consent belongs to it."""

    phone: str | None = None
    consent: Consent | None = None


@dataclass(slots=True)
class Draft:
    """What would be lost by a power cut."""

    cart: Cart = field(default_factory=Cart)
    customer: Customer = field(default_factory=Customer)
    parked: list[tuple[Cart, Customer]] = field(default_factory=list)

    def park(self) -> None:
        """Put the bill aside and begin an empty one."""
        self.parked.append((self.cart, self.customer))
        self.renew()

    def take_back(self) -> None:
        """The bill that was put aside first; call only where one is parked."""
        self.cart, self.customer = self.parked.pop(0)

    def renew(self) -> None:
        """Begin an empty bill."""
        self.cart = Cart()
        self.customer = Customer()

    def left(self) -> str:
        """``to_text`` of what stays when this bill is sold: the bills put aside."""
        return Draft(parked=self.parked).to_text()

    def to_text(self) -> str:
        """JSON for ``Drafts.save``; "" where nothing would be lost."""
        if not self.cart.lines and not self.parked:
            return ""
        bills = [(self.cart, self.customer), *self.parked]
        kept = [{"cart": c.to_json(), "customer": asdict(customer)} for c, customer in bills]
        return json.dumps({"v": _VERSION, "bills": kept}, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> "Draft":
        """The draft that ``to_text`` wrote; raises InputError ``draft_damaged``."""
        try:
            bills = [
                (Cart.from_json(bill["cart"]), _customer(bill["customer"]))
                for bill in json.loads(text)["bills"]
            ]
            return cls(*bills[0], bills[1:])
        except (ValueError, KeyError, TypeError, IndexError, RaseedError) as error:
            raise InputError("draft_damaged") from error


def _customer(kept: dict[str, object]) -> Customer:
    phone, consent = kept["phone"], kept["consent"]
    if phone is not None and not isinstance(phone, str):
        raise ValueError("phone")
    return Customer(phone, Consent(**consent) if isinstance(consent, dict) else None)


class DraftKeeper:
    """Saves drafts in the db lane, one at a time; only the newest of those that wait is written."""

    def __init__(self, runner: Runner, drafts: Drafts) -> None:
        self._runner = runner
        self._drafts = drafts
        self._saving = False
        self._next: str | None = None
        self._kept = ""
        self.broken = False

    def keep(self, text: str) -> None:
        """Remember ``text`` soon; equal to the last one kept, it costs nothing."""
        if self._saving:
            self._next = text
        elif text != self._kept:
            self._save(text)

    def forget(self) -> None:
        """What waits to be written is not written: a sale is about to write the draft itself."""
        self._next = None

    def _save(self, text: str) -> None:
        self._saving = True

        def saved(_: None) -> None:
            self._kept = text
            self.broken = False
            self._go_on()

        def failed(error: Exception) -> None:
            self.broken = True
            self._go_on()

        self._runner.run("db", lambda: self._drafts.save(text), saved, failed)

    def _go_on(self) -> None:
        self._saving = False
        waiting, self._next = self._next, None
        if waiting is not None and waiting != self._kept:
            self._save(waiting)
