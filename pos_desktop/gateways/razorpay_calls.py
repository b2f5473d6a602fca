"""Calls to the Razorpay API: its answers as objects, its lists page by page (gateways 1.1)."""

from collections.abc import Iterator, Mapping

from pos_desktop.gateways.calling import ask
from pos_desktop.gateways.razorpay_errors import entity
from pos_desktop.gateways.reading import as_list
from pos_desktop.gateways.spare import SpareLooks
from pos_desktop.net.http import HttpClient
from pos_desktop.net.urls import segment, with_query
from pos_desktop.ports import Clock, GatewayError, GatewayErrorKind

PAGE = 100


class TooLong(GatewayError):
    """A list has more pages than may be read; to stop quietly would say "there is no more"."""

    def __init__(self) -> None:
        super().__init__(GatewayErrorKind.UNAVAILABLE, "The gateway's list is too long to be read.")


class RazorpayCalls:
    """One account; raises GatewayError for everything that is no answer."""

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self.looks = SpareLooks(clock)

    def ping(self) -> None:
        """List one payment: proves key and network, and tells the server's time."""
        self.get("/v1/payments?count=1")

    @property
    def skew(self) -> int:
        """The server's clock minus ours in milliseconds, as far as it has told its time."""
        return self._http.clock_skew_ms

    @property
    def now(self) -> int:
        """UTC milliseconds on this computer's clock."""
        return self._clock.now()

    def server_now(self) -> int:
        """UTC milliseconds at the gateway; asks for them where they are not known yet."""
        if not self._http.skew_known:
            # Expiry is reckoned by the server's clock; a wrong PC clock must not refuse the sale.
            self.ping()
        return self.now + self.skew

    def get(self, path: str) -> dict[str, object]:
        """What stands there."""
        with self.looks.heeding():
            return entity(ask(self._http, "GET", path), write=False)

    def post(
        self, path: str, body: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> dict[str, object]:
        """What came of it."""
        with self.looks.heeding():
            return entity(ask(self._http, "POST", path, body, headers), write=True)

    def patch(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """What it is now. The same change again changes nothing."""
        with self.looks.heeding():
            return entity(ask(self._http, "PATCH", path, body), write=True)

    def pages(
        self, path: str, query: Mapping[str, int], *, name: str = "items", most: int
    ) -> Iterator[list[dict[str, object]]]:
        """The pages of a list, newest first; raises TooLong after ``most`` full ones."""
        for number in range(most):
            asked = {**query, "count": PAGE, "skip": number * PAGE}
            items = as_list(self.get(with_query(path, asked)).get(name))
            yield items
            if len(items) < PAGE:
                return
        raise TooLong


def link_path(link_id: str) -> str:
    """Where a payment link stands."""
    return f"/v1/payment_links/{segment(link_id)}"


def qr_path(qr_id: str) -> str:
    """Where a QR code stands."""
    return f"/v1/payments/qr_codes/{segment(qr_id)}"


def payment_path(payment_id: str) -> str:
    """Where a payment stands."""
    return f"/v1/payments/{segment(payment_id)}"
