"""The shipped templates as a shop sees them, and a stand-in that sends tests of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_desktop import assets
from pos_desktop.domain.delivery import MessageState
from pos_desktop.domain.options import ExotelOptions, Options, RelayOptions, Shop
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.samples import RegisteredSamples
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.ports import Sample
from pos_desktop.services.trying import Trial

OPTIONS = Options(
    shop=Shop(name="Fresh Mart"),
    exotel=ExotelOptions(
        base_url="https://api.in.exotel.com",
        sms_from="FRSHMT",
        dlt_entity_id="1101000000000000001",
        whatsapp_from="+918047100000",
    ),
    relay=RelayOptions(base_url="https://relay.example", public_url="https://b.fresh.in"),
)


def samples(channel: Channel = Channel.WHATSAPP_QR, **lacking: str) -> Sequence[Sample]:
    """The shipped templates of a shop; ``lacking``: other Exotel settings."""
    exotel = replace(OPTIONS.exotel, **lacking)
    options = replace(OPTIONS, channel=channel, exotel=exotel)
    known = TemplateRegistry.load(assets.path("templates/messages.json").read_bytes())
    return RegisteredSamples(
        known, TemplateComposer(known, options), options, lambda: options.channel
    ).all()


@dataclass
class Trials:
    """gui.presenters.ports.Trying. ``fates`` are told one after the other, the last for good."""

    known: Sequence[Sample] = field(default_factory=samples)
    fates: list[tuple[MessageState, str]] = field(
        default_factory=lambda: [(MessageState.ACCEPTED, "")]
    )
    refuse: Exception | None = None
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    asked: int = 0
    changed: list[tuple[Channel, str]] = field(default_factory=list)
    dropped: int = 0

    def samples(self) -> Sequence[Sample]:
        return self.known

    def change_channel(self, channel: Channel, approval: Approval) -> int:
        self._raise()
        self.changed.append((channel, approval.what))
        self.known = samples(channel)
        return self.dropped

    def send(self, name: str, phone: str, approval: Approval) -> Trial:
        self._raise()
        self.sent.append((name, phone, approval.what))
        return self._trial()

    def ask(self) -> Trial | None:
        self.asked += 1
        self._raise()
        return self._trial()

    def _raise(self) -> None:
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error

    def _trial(self) -> Trial:
        state, reason = self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]
        ended = state in (MessageState.READ, MessageState.FAILED)
        return Trial(self.sent[-1][0], self.sent[-1][1], state, reason, ended)
