"""The addresses that customers get: one place, so that message, page, PDF and screen agree."""

from dataclasses import dataclass

from pos_desktop.domain.options import LinkStyle, Options
from pos_desktop.domain.sale import Channel, Sale


@dataclass(frozen=True, slots=True)
class Links:
    """Public addresses at the relay (design relay 1 and 3)."""

    options: Options

    @property
    def root(self) -> str:
        """What every customer's link begins with, without a trailing slash."""
        relay = self.options.relay
        return (relay.public_url or relay.base_url).rstrip("/")

    def page(self, sale: Sale) -> str:
        """The bill's link: opens the bill, later the invoice, for good.

        An SMS carries the form whose fixed part ends in a question mark, because that is how a
        dynamic URL is registered under DLT (reference exotel 5).
        """
        if sale.channel is Channel.SMS_LINK:
            return f"{self.root}/i?{sale.link_token}"
        return f"{self.root}/i/{sale.link_token}"

    def picture(self, token: str) -> str:
        """The payment QR for WhatsApp's fetcher."""
        return f"{self.root}/q/{token}.png"


def by_page(sale: Sale) -> bool:
    """Whether the payment request leads to our page (SMS always) or to the gateway's."""
    return sale.channel is Channel.SMS_LINK or sale.link_style is LinkStyle.PAGE
