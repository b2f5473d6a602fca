"""Every registered template with sample values, as customers would read it: what the shop sees
before the first of them goes wrong."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import LinkStyle, Options
from pos_desktop.domain.sale import Channel, PricedLine
from pos_desktop.messaging.gsm7 import is_gsm7, units
from pos_desktop.messaging.registration import VARIABLE
from pos_desktop.messaging.registry import MessageTemplate, TemplateRegistry
from pos_desktop.messaging.templates import RESEND, TemplateComposer
from pos_desktop.net.urls import is_loopback, split_url
from pos_desktop.ports import MessageFacts, Sample

_TO = "+919876543210"
_TOKEN = "K7Q2ZPabcdefghijkl_-34"  # noqa: S105 - a page that does not exist
_TOTAL = 124_950
_GOODS = (("Amul Taaza Toned Milk 1 L", 2000), ("Tata Salt 1 kg", 1000), ("Surf Excel 1 kg", 3000))


@dataclass(frozen=True, slots=True)
class RegisteredSamples:
    """``ports.Samples`` over the shop's registry and settings; ``channel``: the one in use now."""

    registry: TemplateRegistry
    composer: TemplateComposer
    options: Options
    channel: Callable[[], Channel]

    def all(self) -> Sequence[Sample]:
        """In the order of the file, those of the shop's channel first."""
        channel = self.channel()
        made = [self._sample(template, channel) for template in self.registry.templates]
        return sorted(made, key=lambda sample: not sample.used)

    def filled(self, name: str, message: Message, token: str) -> Message:
        """``message`` as the template of this name says it. Raises InputError."""
        template = self.registry.named(name)
        if template is None:
            raise InputError("template_missing", purpose=name, channel="")
        return self.composer.fill(template, message, self._facts(template, token))

    def _sample(self, template: MessageTemplate, channel: Channel) -> Sample:
        message = Message(
            "sample", "", Purpose.PAYMENT_REQUEST, 1, "", _TO, MessageState.WAITING, 0
        )
        problem, params, filled = self._missing(template), {}, message
        try:
            filled = self.filled(template.name, message, _TOKEN)
        except InputError as error:
            problem, params = problem or error.code, dict(error.params)
        body = filled.body or template.body
        by_sms = template.provider == "sms"
        return Sample(
            name=template.name,
            purpose=template.purpose,
            provider=template.provider,
            used=self._used(template, channel),
            header=template.header,
            button=template.button,
            problem=problem,
            params=params,
            head=_head(template, filled),
            body=body,
            link=filled.url or "",
            units=units(body) if by_sms else 0,
            gsm7=is_gsm7(body),
        )

    def _missing(self, template: MessageTemplate) -> str:
        """What the settings lack without which this template cannot be sent, or ""."""
        exotel = self.options.exotel
        if template.provider == "whatsapp":
            return "" if exotel.whatsapp_from else "no_whatsapp_number"
        if not (template.dlt_entity_id or exotel.dlt_entity_id):
            return "no_dlt_entity"
        return "" if exotel.sms_from or template.sms_sender else "no_sms_sender"

    def _used(self, template: MessageTemplate, channel: Channel) -> bool:
        if channel is Channel.SMS_LINK:
            return template.provider == "sms"
        by_page = self.options.link_style is LinkStyle.PAGE
        uses = {"whatsapp_receipt", "whatsapp_page" if by_page else "whatsapp_link"}
        if channel is Channel.WHATSAPP_QR:
            uses.add("whatsapp_qr")
        return template.channel in uses

    def _facts(self, template: MessageTemplate, token: str) -> MessageFacts:
        relay, counter = self.options.relay, self.options.counter
        root = (relay.public_url or relay.base_url).rstrip("/")
        request = template.purpose in (Purpose.PAYMENT_REQUEST, RESEND)
        link = f"{root}/i{'?' if template.provider == 'sms' else '/'}{token}"
        document = template.header == "document"
        series = counter.series or "C1A"
        return MessageFacts(
            shop=self.options.shop.name,
            token_no=17,
            total=_TOTAL,
            lines=[_line(name, qty) for name, qty in _GOODS],
            link=self._pay_link() if request and template.button == "gateway" else link,
            media_url=f"{root}/i/{token}.pdf" if document else f"{root}/q/{token}.png",
            invoice_number=f"{series}/2627/000123",
            credit_note=f"{series}/2627/000124",
        )

    def _pay_link(self) -> str:
        """An address below the gateway's link host at which nothing can be paid."""
        gateway = self.options.gateway
        if is_loopback(self.options.exotel.base_url):
            parts = split_url(gateway.base_url)
            return f"{parts.scheme}://{parts.netloc}/sample"
        return f"https://{next(iter(gateway.pay_hosts), 'rzp.io')}/sample"


def _head(template: MessageTemplate, filled: Message) -> str:
    """What stands above the text: a line, or the name of the file."""
    if not template.header_field:
        return template.header_text
    value = filled.parameters[-1] if filled.parameters else ""
    if template.header == "document":
        return value
    return VARIABLE.sub(value, template.header_text)


def _line(name: str, qty: int) -> PricedLine:
    """Only its name and quantity are ever said."""
    price = 100
    return PricedLine(
        name=name,
        qty=qty,
        price=price,
        price_includes_tax=True,
        gst_rate=0,
        gross=price,
        discount=0,
        bill_discount=0,
        net=price,
        taxable=price,
        cgst=0,
        sgst=0,
        igst=0,
        cess=0,
        total=price,
    )
