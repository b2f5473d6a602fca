"""What customers open: bills, PDFs and QR pictures, by a link that carries the token.

GET has no side effect; unknown, revoked and malformed tokens take the same way to the same bytes.
"""

import re
from importlib.resources import files
from urllib.parse import unquote

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from pos_desktop.wire import seal, v1
from pos_relay import codes
from pos_relay.errors import Missing
from pos_relay.node import Node
from pos_relay.page_texts import language
from pos_relay.pages import PageLinks, other_language, plain, render
from pos_relay.payhosts import may_lead_to
from pos_relay.routes.common import Asked, node_of
from pos_relay.store import pages, tenants
from pos_relay.store.pages import PageFiles

CLOSED_PNG = (files("pos_relay") / "assets" / "closed.png").read_bytes()
SLOW = plain("slow")
RETURN = plain("return")
HTML = "text/html"
_HEADER = re.compile(r"[A-Za-z0-9]{3,11}")
Answer = Response[bytes]


@get("/i/{name:str}", sync_to_thread=True)
def open_link(request: Asked, name: FromPath[str]) -> Answer:
    """The page of ``{token}``, or the PDF of ``{token}.pdf``."""
    return _open(request, "/i/{}", name)


@get("/i", sync_to_thread=True)
def open_query_link(request: Asked) -> Answer:
    """``/i?{token}``: the form for DLT's dynamic URLs, whose registered part ends in ``?``."""
    first = request.scope["query_string"].decode("latin-1").split("&", 1)[0]
    return _open(request, "/i?{}", unquote(first).removesuffix("="))


@get("/{header:str}/{name:str}", sync_to_thread=True)
def open_header_link(request: Asked, header: FromPath[str], name: FromPath[str]) -> Answer:
    """``/{HEADER}/{token}``: the form for DLT's short URLs, which must show the SMS header."""
    if not _HEADER.fullmatch(header):
        name = ""
    return _open(request, f"/{header}/{{}}", name)


@get("/q/{name:str}", sync_to_thread=True)
def open_picture(request: Asked, name: FromPath[str]) -> Answer:
    """The payment QR as ``{token}.png``; once its collect is closed, a neutral picture."""
    node = node_of(request)
    if answer := _slowed(request, node):
        return answer
    token = name.removesuffix(".png") if name.endswith(".png") else ""
    page_id = _page_id(request, token)
    with node.store.database.read() as sql:
        picture = pages.picture(sql, page_id, node.now())
    if picture is None:
        raise _missed(request, node)
    if picture.closed:
        return Response(CLOSED_PNG, media_type="image/png")
    try:
        sealed = node.store.folder.get(page_id, picture.content_hash)
    except FileNotFoundError:
        # Closed since the look above: a close removes the file.
        with node.store.database.read() as sql:
            now = pages.picture(sql, page_id, node.now())
        if now is None or not now.closed:
            raise
        return Response(CLOSED_PNG, media_type="image/png")
    png = seal.open_sealed(token, seal.PICTURE, 0, sealed)
    return Response(png, media_type="image/png")


@get("/p/{tenant:str}/return")
async def payment_return(tenant: FromPath[str]) -> Answer:
    """Where gateways send customers back: trusts nothing, looks nothing up."""
    return Response(RETURN, media_type=HTML)


def _open(request: Asked, form: str, name: str) -> Answer:
    node = node_of(request)
    if answer := _slowed(request, node):
        return answer
    token = name.removesuffix(".pdf")
    page_id = _page_id(request, token)
    with node.store.database.read() as sql:
        page = pages.current(sql, page_id)
        shop = tenants.get(sql, page.tenant) if page else None
        hosts = tenants.allowed_hosts(sql, page.tenant) if page else frozenset[str]()
    if page is None or shop is None:
        raise _missed(request, node)
    if name != token:
        return _pdf(request, node, token, page)
    sealed = node.store.folder.get(page_id, page.content_hash)
    plain_bytes = seal.open_sealed(token, seal.PAGE, page.revision, sealed)
    content = msgspec.json.decode(plain_bytes, type=v1.PageContent)
    if content.pay and not may_lead_to(content.pay.url, hosts, practice=shop.practice):
        content = msgspec.structs.replace(content, pay=None)
    if shop.practice:
        # A practice shop cannot publish what looks like a real bill.
        content = msgspec.structs.replace(content, practice=True)
    wanted: str | None = request.query_params.get("lang")
    links = _links(form.format(token), token, wanted, page, content)
    return Response(render(content, links).encode(), media_type=HTML)


def _links(
    here: str, token: str, asked: str | None, page: PageFiles, content: v1.PageContent
) -> PageLinks:
    other = other_language(language(asked, content.lang))
    switch = f"{here}{'&' if '?' in here else '?'}lang={other}"
    return PageLinks(f"/i/{token}.pdf" if page.pdf_hash else "", switch, asked)


def _pdf(request: Asked, node: Node, token: str, page: PageFiles) -> Answer:
    if page.pdf_hash is None:
        raise _missed(request, node)
    sealed = node.store.folder.get(seal.page_id(token), page.pdf_hash)
    pdf = seal.open_sealed(token, seal.PDF, page.revision, sealed)
    headers = {"content-disposition": 'attachment; filename="invoice.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _page_id(request: Asked, token: str) -> str:
    """Under which id to look; a malformed token is looked up like any other and not found."""
    try:
        page_id = seal.page_id(token)
    except seal.SealError:
        page_id = codes.hashed(token)
    request.state.page = page_id
    return page_id


def _address(request: Asked) -> str:
    return request.client.host if request.client else "unknown"


def _slowed(request: Asked, node: Node) -> Answer | None:
    """429 for an address that guesses, whatever it asks for."""
    seconds = node.limiter.wait(_address(request))
    if not seconds:
        return None
    headers = {"retry-after": str(seconds)}
    return Response(SLOW, status_code=429, media_type=HTML, headers=headers)


def _missed(request: Asked, node: Node) -> Missing:
    node.limiter.missed(_address(request))
    return Missing()
