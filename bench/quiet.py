"""The counter's surroundings with nothing going on in them."""

from pos_desktop.bootstrap.peers import registry
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.options import CounterOptions, Options, Shop
from pos_desktop.host.clock import SystemClock
from pos_desktop.host.ids import SystemIds
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.ports import Capabilities
from pos_desktop.services.checkout import Checkout
from pos_desktop.services.issuing import Issuer
from pos_desktop.services.links import Links
from pos_desktop.services.messages import Outgoing
from pos_desktop.services.opening import Opener
from pos_desktop.services.switching import Switching
from pos_desktop.services.views import DeskState, LampState, PaidNews, PayableQr, PaymentStory
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire.v1 import PageContent

_CAN = Capabilities(True, True, True, True, max_qr_seconds=7200, min_link_seconds=1200)
OPTIONS = Options(
    shop=Shop(name="Fresh Mart", address=("FC Road", "Pune"), state="27", gstin="27AAPFU0939F1ZV"),
    counter=CounterOptions(series="B2A"),
)


class Quiet:
    """A desk without bills, a printer without paper, tones without a loudspeaker."""

    def state(self) -> DeskState:
        """Nothing waits."""
        return DeskState((), 0, None, 0)

    def payable(self, order_id: str) -> PayableQr | None:
        """Nothing is payable."""
        return None

    def history(self, order_id: str) -> PaymentStory | None:
        """Nothing has happened."""
        return None

    def document(self, order_id: str | None) -> PageContent:
        """Raises DomainError."""
        raise DomainError("no_such_sale")

    def changed(self) -> None:
        """Bills changed."""

    def paid(self, news: PaidNews) -> None:
        """A bill was paid."""

    def play(self, tone: str) -> None:
        """No sound."""


class NoPrinter:
    """A printer that is down."""

    def print(self, content: PageContent, kind: str) -> None:
        """Raises DomainError."""
        raise DomainError("printer_missing")

    def state(self) -> LampState:
        """Down."""
        return LampState.DOWN


def checkout(store: SqliteStore) -> Checkout:
    """The real checkout on a store; nobody listens."""
    ids = SystemIds()
    switching = Switching(Issuer(OPTIONS, ids), Opener(OPTIONS, ids, lambda uow: _CAN))
    outgoing = Outgoing(TemplateComposer(registry(None), OPTIONS), Links(OPTIONS), ids)
    return Checkout(store, SystemClock(), Quiet(), switching, outgoing, lambda uow: False)
