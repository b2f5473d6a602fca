"""What of a gateway's answer may be shown: known hosts only, the right amount, on our own clock."""

from dataclasses import dataclass, replace

from pos_desktop.domain.payment import CollectKind
from pos_desktop.gateways.reading import upi_amount, url_allowed
from pos_desktop.net.http import HttpClient
from pos_desktop.net.urls import is_loopback
from pos_desktop.ports import CollectSeen, GatewayError, GatewayErrorKind


@dataclass(frozen=True, slots=True)
class Showing:
    """``hosts``: where a link or picture of this gateway may lead (in practice: this machine)."""

    http: HttpClient
    hosts: tuple[str, ...]

    def first(self, seen: CollectSeen) -> CollectSeen:
        """What was just made or found. Raises GatewayError ``validation`` for what no customer may
        be shown: a link without address or to another host, a QR that asks for another amount."""
        if seen.kind is CollectKind.LINK and seen.url is None:
            raise GatewayError(GatewayErrorKind.VALIDATION, "The gateway's link has no address.")
        shown = self.later(seen)
        # The picture of a QR that we can draw ourselves is not needed.
        needed = shown.image_url if seen.upi_payload is None else seen.image_url
        if shown.url != seen.url or needed != seen.image_url:
            raise GatewayError(
                GatewayErrorKind.VALIDATION, "The gateway's link leads to a host that is not known."
            )
        if seen.upi_payload is not None and upi_amount(seen.upi_payload) != seen.amount:
            raise GatewayError(
                GatewayErrorKind.VALIDATION, "The gateway's QR asks for another amount."
            )
        return shown

    def later(self, seen: CollectSeen) -> CollectSeen:
        """Later looks must not hide money behind a bad address: the address alone is dropped.

        Its expiry is told on this computer's clock: the server's decides, ours only counts down
        to the same moment (design payments 4).
        """
        expires = seen.expires_at
        return replace(
            seen,
            expires_at=None if expires is None else expires - self.http.clock_skew_ms,
            url=seen.url if self._allowed(seen.url) else None,
            image_url=seen.image_url if self._allowed(seen.image_url) else None,
        )

    def _allowed(self, url: str | None) -> bool:
        if url is None or url_allowed(url, self.hosts):
            return True
        return self.http.is_loopback and is_loopback(url)
