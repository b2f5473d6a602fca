"""From a link's token to the page as HTML: looked up, unsealed, checked, rendered."""

from dataclasses import dataclass

import msgspec

from pos_desktop.wire import seal, v1
from pos_relay.node import Node
from pos_relay.page_texts import language
from pos_relay.pages import PageLinks, other_language, render
from pos_relay.payhosts import may_lead_to
from pos_relay.ports import View


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
    if content.pay and not may_lead_to(content.pay.url, view.pay_hosts, practice=view.practice):
        content = msgspec.structs.replace(content, pay=None)
    if view.practice:
        # A practice shop cannot publish what looks like a real bill.
        content = msgspec.structs.replace(content, practice=True)
    return render(content, _links(link, content, pdf=view.pdf_hash is not None)).encode()


def _links(link: Link, content: v1.PageContent, *, pdf: bool) -> PageLinks:
    here = link.form.format(link.token)
    other = other_language(language(link.lang, content.lang), content.lang)
    switch = f"{here}{'&' if '?' in here else '?'}lang={other}"
    return PageLinks(f"/i/{link.token}.pdf" if pdf else "", switch, link.lang)
