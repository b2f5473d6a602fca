"""What counters push: sealed pages, PDFs and QR pictures."""

import msgspec
from litestar import post, put
from litestar.params import FromPath, JSONBody

from pos_desktop.wire import v1
from pos_relay.errors import refused
from pos_relay.node import Node
from pos_relay.routes.common import (
    BEARER,
    BIGGEST_REVISION,
    Asked,
    checked_page_id,
    counter_of,
    needs_counter,
    node_of,
    not_found,
    sealed_bytes,
)
from pos_relay.settings import LIMITS
from pos_relay.store import pages
from pos_relay.store.files import digest
from pos_relay.store.pages import PageFiles, Put


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What a push came to: ``stored``, or ``same`` for an honest retry."""

    result: str


def body_size(*sealed: int) -> int:
    """Sealed bytes travel as base64url."""
    return sum(sealed) * 4 // 3 + 4096


@put(
    "/v1/pages/{page_id:str}",
    guards=[needs_counter],
    security=BEARER,
    sync_to_thread=True,
    request_max_body_size=body_size(LIMITS.page_content, LIMITS.page_pdf),
)
def put_page(request: Asked, page_id: FromPath[str], data: JSONBody[v1.PagePush]) -> Stored:
    """Store one sealed revision; it is durable when this answers 200.

    409 ``conflict``: other content for the same revision; 409 ``stale``: a newer one is stored.
    """
    node, counter = node_of(request), counter_of(request)
    limits = node.settings.limits
    page_id = checked_page_id(page_id)
    if not 1 <= data.revision <= BIGGEST_REVISION:
        raise refused(400, "bad_revision", "revisions count from 1")
    content = sealed_bytes(data.content, limits.page_content)
    pdf = None if data.pdf is None else sealed_bytes(data.pdf, limits.page_pdf)
    _keep(node, page_id, content)
    if pdf is not None:
        _keep(node, page_id, pdf)
    pdf_hash = None if pdf is None else digest(pdf)
    new = PageFiles(data.revision, digest(content), pdf_hash)
    with node.store.database.write() as sql:
        outcome = pages.put(sql, counter.tenant, page_id, new, node.now())
    return _said(outcome)


@post(
    "/v1/pages/{page_id:str}/revoke",
    status_code=200,
    guards=[needs_counter],
    security=BEARER,
    sync_to_thread=True,
)
def revoke_page(request: Asked, page_id: FromPath[str]) -> Stored:
    """End a link for good (it went to a wrong number); again changes nothing."""
    node, counter = node_of(request), counter_of(request)
    with node.store.database.write() as sql:
        found = pages.revoke(sql, counter.tenant, checked_page_id(page_id), node.now())
    if not found:
        raise not_found()
    return Stored(result="stored")


@put(
    "/v1/pictures/{page_id:str}",
    guards=[needs_counter],
    security=BEARER,
    sync_to_thread=True,
    request_max_body_size=body_size(LIMITS.picture),
)
def put_picture(request: Asked, page_id: FromPath[str], data: JSONBody[v1.PicturePush]) -> Stored:
    """Store a sealed payment QR; 409 ``conflict`` for other bytes under the same token."""
    node, counter = node_of(request), counter_of(request)
    page_id = checked_page_id(page_id)
    sealed = sealed_bytes(data.sealed, node.settings.limits.picture)
    _keep(node, page_id, sealed)
    with node.store.database.write() as sql:
        outcome = pages.put_picture(sql, counter.tenant, page_id, digest(sealed), node.now())
    return _said(outcome)


@post(
    "/v1/pictures/{page_id:str}/close",
    status_code=200,
    guards=[needs_counter],
    security=BEARER,
    sync_to_thread=True,
)
def close_picture(request: Asked, page_id: FromPath[str]) -> Stored:
    """Show "payment closed" from now on; again changes nothing."""
    node, counter = node_of(request), counter_of(request)
    page_id = checked_page_id(page_id)
    with node.store.database.write() as sql:
        content_hash = pages.close_picture(sql, counter.tenant, page_id, node.now())
    if content_hash is None:
        raise not_found()
    # Nobody may pay it any more: the sealed QR itself can go, once the close is durable.
    node.store.folder.drop(page_id, content_hash)
    return Stored(result="stored")


def _keep(node: Node, page_id: str, sealed: bytes) -> None:
    """Make the file durable before the row that names it; a refused one is an orphan at worst."""
    node.store.folder.put(page_id, digest(sealed), sealed)


def _said(outcome: Put) -> Stored:
    if outcome is Put.FOREIGN:
        raise not_found()
    if outcome is Put.CONFLICT:
        raise refused(409, "conflict", "other content is stored for this revision")
    if outcome is Put.STALE:
        raise refused(409, "stale", "a newer revision is stored")
    return Stored(result=outcome.value)
