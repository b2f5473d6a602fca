"""What the account behind the gateway of new bills can do: it decides what the screen offers.

That an account has no QR codes shows only when one is asked for. It is kept beside the bills, so
that no restart sends a customer into the same refusal again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_desktop.domain.payment import CollectKind
from pos_desktop.ports import (
    Capabilities,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
    UnitOfWork,
)
from pos_desktop.services.views import Offered

_NOTE = "gateway.qr_off"


@dataclass(frozen=True, slots=True)
class Offers:
    """``capabilities``: what settings and adapter know; every method is part of the caller's
    transaction. What was learnt counts for the gateway ``name`` only, and until a test again or
    a QR proves otherwise."""

    name: str
    capabilities: Callable[[], Capabilities]

    def now(self, uow: UnitOfWork) -> Capabilities:
        """What may be offered for a bill now."""
        can = self.capabilities()
        return replace(can, qr=can.qr and not self._refused(uow))

    def shown(self, uow: UnitOfWork) -> Offered:
        """The same for the screen."""
        can = self.now(uow)
        return Offered(links=can.links, qr=can.qr, refused=self._refused(uow))

    def asked(self, uow: UnitOfWork, outcome: object, making: CollectKind | None, now: int) -> None:
        """What came of a call to this gateway, which was ``making`` something payable or not."""
        if making is not CollectKind.QR:
            return
        if isinstance(outcome, CollectSeen):
            self.forget(uow, now)
        elif _says_off(outcome) and not self._refused(uow):
            uow.notes.put(_NOTE, self.name)
            uow.ledger.append("qr.off", "machine", now, {"gateway": self.name})

    def forget(self, uow: UnitOfWork, now: int) -> bool:
        """The next QR is asked for again; False where nothing was learnt."""
        if not self._refused(uow):
            return False
        uow.notes.put(_NOTE, "")
        uow.ledger.append("qr.on", "machine", now, {"gateway": self.name})
        return True

    def _refused(self, uow: UnitOfWork) -> bool:
        return uow.notes.get(_NOTE) == self.name


def _says_off(outcome: object) -> bool:
    return isinstance(outcome, GatewayError) and outcome.kind is GatewayErrorKind.FEATURE_OFF
