"""Calls to Cashfree: its headers, and exact amounts in the body."""

from collections.abc import Mapping
from uuid import uuid4

import msgspec

from pos_desktop.gateways.calling import ask
from pos_desktop.gateways.cashfree_errors import entity, listing
from pos_desktop.gateways.spare import SpareLooks
from pos_desktop.net.http import HttpClient
from pos_desktop.net.urls import segment
from pos_desktop.ports import Clock, GatewayError, GatewayErrorKind

API_VERSION = "2025-01-01"
# Amounts are decimals with two places on this wire; a float would write 170.1 as 170.09999.
_JSON = msgspec.json.Encoder(decimal_format="number")


def headers_of(client_id: str, client_secret: str) -> dict[str, str]:
    """What goes with every call (2.1)."""
    return {
        "x-client-id": client_id,
        "x-client-secret": client_secret,
        "x-api-version": API_VERSION,
    }


class CashfreeCalls:
    """One account; raises GatewayError for everything that is no answer.

    Cashfree keeps the first answer to an idempotency key and repeats it even if it was a 500 (2.1).
    Where an id of ours makes a repeat harmless, no key is sent, so that such an answer cannot
    stick.
    """

    def __init__(self, http: HttpClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self.looks = SpareLooks(clock)

    def ping(self) -> None:
        """Ask for an order that cannot be: "not found" proves key, address and network, and tells
        the server's time."""
        self.find(order_path("ping"))

    def server_now(self) -> int:
        """UTC milliseconds at the gateway; asks for them where they are not known yet."""
        if not self._http.skew_known:
            # Expiry is reckoned by the server's clock; a wrong PC clock must not refuse the sale.
            self.ping()
        return self._clock.now() + self._http.clock_skew_ms

    def monotonic(self) -> float:
        """Seconds on a clock that only goes forwards."""
        return self._clock.monotonic()

    def get(self, path: str) -> dict[str, object]:
        """An object."""
        with self.looks.heeding():
            return entity(ask(self._http, "GET", path, headers=_named()), write=False)

    def find(self, path: str) -> dict[str, object] | None:
        """An object, or None where the gateway says that there is none."""
        try:
            return self.get(path)
        except GatewayError as error:
            if error.kind is GatewayErrorKind.NOT_FOUND:
                return None
            raise

    def get_list(self, path: str) -> list[dict[str, object]]:
        """An array of objects."""
        with self.looks.heeding():
            return listing(ask(self._http, "GET", path, headers=_named()))

    def post(
        self, path: str, body: Mapping[str, object], key: str | None = None
    ) -> dict[str, object]:
        """The object that was made or changed; ``key`` makes a repeat answer the same."""
        headers = _named() if key is None else {**_named(), "x-idempotency-key": key}
        return self._write("POST", path, body, headers)

    def patch(self, path: str, body: Mapping[str, object]) -> dict[str, object]:
        """The object that was changed."""
        return self._write("PATCH", path, body, _named())

    def _write(
        self, method: str, path: str, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> dict[str, object]:
        with self.looks.heeding():
            return entity(ask(self._http, method, path, _JSON.encode(body), headers), write=True)


def link_path(link_id: str) -> str:
    """Where a payment link stands."""
    return f"/links/{segment(link_id)}"


def order_path(order_id: str) -> str:
    """Where an order stands."""
    return f"/orders/{segment(order_id)}"


def _named() -> dict[str, str]:
    return {"x-request-id": uuid4().hex}
