"""What customers open: bills, PDFs and QR pictures, by a link that carries the token.

GET has no side effect; unknown, revoked and malformed tokens take the same way to the same bytes.
"""

import re
from functools import partial
from importlib.resources import files
from urllib.parse import unquote

from litestar import Response, get
from litestar.params import FromPath

from pos_desktop.wire import seal
from pos_relay import codes
from pos_relay.errors import Lost, Missing
from pos_relay.node import Node
from pos_relay.opening import Link, opened
from pos_relay.pages import plain
from pos_relay.routes.common import Asked, address_of, node_of
from pos_relay.store import pages

CLOSED_PNG = (files("pos_relay") / "assets" / "closed.png").read_bytes()
SLOW = plain("slow")
RETURN = plain("return")
HTML = "text/html"
_HEADER = re.compile(r"[A-Za-z0-9]{3,11}")
Answer = Response[bytes]


@get("/i/{name:str}")
async def open_link(request: Asked, name: FromPath[str]) -> Answer:
    """The page of ``{token}``, or the PDF of ``{token}.pdf``."""
    return await _opened(request, "/i/{}", name)


@get("/i")
async def open_query_link(request: Asked) -> Answer:
    """``/i?{token}``: the form for DLT's dynamic URLs, whose registered part ends in ``?``."""
    first = request.scope["query_string"].decode("latin-1").split("&", 1)[0]
    return await _opened(request, "/i?{}", unquote(first).removesuffix("="))


@get("/{header:str}/{name:str}")
async def open_header_link(request: Asked, header: FromPath[str], name: FromPath[str]) -> Answer:
    """``/{HEADER}/{token}``: the form for DLT's short URLs, which must show the SMS header."""
    if not _HEADER.fullmatch(header):
        name = ""
    return await _opened(request, f"/{header}/{{}}", name)


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
        png = node.store.unsealed(token, seal.PICTURE, 0, picture.content_hash)
    except Lost:
        # Closed since the look above: a close removes the file.
        with node.store.database.read() as sql:
            now = pages.picture(sql, page_id, node.now())
        if now is None or not now.closed:
            raise
        return Response(CLOSED_PNG, media_type="image/png")
    return Response(png, media_type="image/png")


@get("/p/{tenant:str}/return")
async def payment_return(tenant: FromPath[str]) -> Answer:
    """Where gateways send customers back: trusts nothing, looks nothing up."""
    return Response(RETURN, media_type=HTML)


async def _opened(request: Asked, form: str, name: str) -> Answer:
    node = node_of(request)
    if answer := _slowed(request, node):
        return answer
    token = name.removesuffix(".pdf")
    page_id = _page_id(request, token)
    wanted: str | None = request.query_params.get("lang")
    link = Link(form, token, page_id, wanted)
    answer = await node.store.views.run(partial(_pdf if name != token else _page, node, link))
    if answer is None:
        raise _missed(request, node)
    return answer


def _page(node: Node, link: Link) -> Answer | None:
    view = node.store.views.page(link.page_id)
    return Response(opened(node, link, view), media_type=HTML) if view else None


def _pdf(node: Node, link: Link) -> Answer | None:
    view = node.store.views.page(link.page_id)
    if view is None or view.pdf_hash is None:
        return None
    pdf = node.store.unsealed(link.token, seal.PDF, view.revision, view.pdf_hash)
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


def _slowed(request: Asked, node: Node) -> Answer | None:
    """429 for an address that guesses, whatever it asks for."""
    seconds = node.limiter.wait(address_of(request))
    return slow(seconds) if seconds else None


def slow(seconds: int) -> Answer:
    """The page for an address that has to wait."""
    headers = {"retry-after": str(seconds)}
    return Response(SLOW, status_code=429, media_type=HTML, headers=headers)


def _missed(request: Asked, node: Node) -> Missing:
    node.limiter.missed(address_of(request))
    return Missing()
