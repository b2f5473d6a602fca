"""A test message to a phone of the shop: what it is made of, and who tells its fate."""

from collections.abc import Callable
from pathlib import Path

from pos_desktop import assets
from pos_desktop.bootstrap.machine import Machine
from pos_desktop.bootstrap.peers import Peers, registry
from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.domain.delivery import DeliverySeen
from pos_desktop.domain.options import Channel, Options
from pos_desktop.messaging.samples import RegisteredSamples
from pos_desktop.messaging.states import delivery_from_feed
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.ports import Relay
from pos_desktop.relay_client.sealer import TokenSealer
from pos_desktop.services.trying import Trying, is_trial
from pos_desktop.wire import v1

_SAYS = "Raseed"
"""What the QR of a test says: nothing that anybody could pay."""


def trying_of(
    options: Options, machine: Machine, peers: Peers, channel: Callable[[], Channel]
) -> Trying:
    """The shop's own templates, by the same Exotel and relay as its bills'; ``channel`` tells which
    the shop uses now."""
    known = registry(machine.templates)
    samples = RegisteredSamples(known, TemplateComposer(known, options), options, channel)
    picture = _picture(peers.relay, assets.path("fonts"))
    return Trying(samples, peers.messenger, machine.clock, machine.ids, picture)


def reader_of(trying: Trying) -> Callable[[v1.FeedEvent], DeliverySeen | None]:
    """Reads what the relay says about messages; that of a test goes to ``trying`` alone."""

    def read(event: v1.FeedEvent) -> DeliverySeen | None:
        seen = delivery_from_feed(event)
        if seen is None:
            return None
        trying.heard(seen)
        return None if is_trial(seen) else seen

    return read


def _picture(relay: Relay, fonts: Path) -> Callable[[str], None]:
    def publish(token: str) -> None:
        png = RaseedRenderer(fonts).qr_png(_SAYS)
        relay.publish_picture(token, TokenSealer().picture(token, png))

    return publish
