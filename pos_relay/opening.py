"""From a link's token to the page as HTML: looked up, unsealed, checked, rendered."""

from dataclasses import dataclass

import msgspec

from pos_desktop.wire import seal, v1
from pos_relay.errors import Lost
from pos_relay.node import Node
from pos_relay.page_code import harmless_json
from pos_relay.page_texts import language
from pos_relay.pages import PageLinks, other_language, render
from pos_relay.payhosts import may_lead_to
from pos_relay.ports import View

# What a page says once but shows many times, in characters: notes name seller and buyer again, and
# rates the codes of their goods. Of 1000 credit notes it would be half of this.
_MOST_REPEATED = 1_000_000
_TAGS = 30


@dataclass(frozen=True, slots=True)
class Link:
    """What was asked for: the address with ``{}`` for the token, and a language."""

    form: str
    token: str
    page_id: str
    lang: str | None


def opened(node: Node, link: Link, view: View) -> bytes:
    """The page of a link that is known. Lost or MsgspecError where what is stored is no page."""
    plain = node.store.unsealed(link.token, seal.PAGE, view.revision, view.content_hash)
    content = msgspec.json.decode(plain, type=v1.PageContent)
    if _repeated(content) > _MOST_REPEATED:
        # No shop has such a bill: who made it wants everybody's views to wait for it.
        raise Lost("garbled", link.page_id)
    if content.pay and not may_lead_to(content.pay.url, view.pay_hosts, practice=view.practice):
        content = msgspec.structs.replace(content, pay=None)
    if view.practice:
        # A practice shop cannot publish what looks like a real bill.
        content = msgspec.structs.replace(content, practice=True)
    links = _links(link, content, pdf=view.pdf_hash is not None)
    return render(content, links, harmless_texts=harmless_json(plain)).encode()


def _repeated(content: v1.PageContent) -> int:
    """About how many characters the page shows more than once; its own size bounds the rest."""
    sheets: tuple[v1.PageContent | v1.CreditNote, ...] = (content, *content.credit_notes)
    codes = sum(
        len(sheet.tax_rows) * sum(len(line.hsn) for line in sheet.lines) for sheet in sheets
    )
    parties = (content.shop_name, content.gstin, *content.shop_address, *content.buyer)
    invoice = (content.number, content.date, content.state_tax_label)
    once = sum(len(text) + _TAGS for text in parties + invoice)
    return codes + len(content.credit_notes) * once


def _links(link: Link, content: v1.PageContent, *, pdf: bool) -> PageLinks:
    here = link.form.format(link.token)
    other = other_language(language(link.lang, content.lang), content.lang)
    switch = f"{here}{'&' if '?' in here else '?'}lang={other}"
    return PageLinks(f"/i/{link.token}.pdf" if pdf else "", switch, link.lang)
