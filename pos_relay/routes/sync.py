"""The counters' sealed ledgers: POST /v1/sync takes them in, GET /v1/ledger gives them back."""

import json
import logging

import msgspec
from litestar import Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromQuery, RawBody

from pos_desktop.wire import v1
from pos_relay.errors import refused
from pos_relay.routes.common import BEARER, Asked, counter_of, needs_counter, node_of, number
from pos_relay.settings import LIMITS, Limits
from pos_relay.store import copies, ledger

log = logging.getLogger("raseed.relay")

_TEXT = Schema(type=OpenAPIType.STRING)
_NUMBER = Schema(type=OpenAPIType.INTEGER)
_EVENT = Schema(
    type=OpenAPIType.OBJECT,
    properties={
        "seq": _NUMBER,
        "kind": _TEXT,
        "at": _NUMBER,
        "prev_hash": _TEXT,
        "hash": _TEXT,
        "sealed": _TEXT,
    },
)
_MARK = Schema(
    type=OpenAPIType.OBJECT, properties={"series": _TEXT, "fy": _TEXT, "highest": _NUMBER}
)
_BATCH = Schema(
    type=OpenAPIType.OBJECT,
    required=["epoch", "from_seq", "events"],
    properties={
        "epoch": _NUMBER,
        "from_seq": _NUMBER,
        "head_seq": _NUMBER,
        "events": Schema(type=OpenAPIType.ARRAY, items=_EVENT),
        "marks": Schema(type=OpenAPIType.ARRAY, items=_MARK),
    },
)


class _SyncOperation(Operation):
    """The body is read event by event, so the schema is written down here."""

    def __post_init__(self) -> None:
        self.request_body = RequestBody(
            required=True, content={"application/json": OpenAPIMediaType(schema=_BATCH)}
        )


@post(
    "/v1/sync",
    status_code=200,
    guards=[needs_counter],
    security=BEARER,
    operation_class=_SyncOperation,
    sync_to_thread=True,
    request_max_body_size=LIMITS.sync_body,
    response_headers=[ResponseHeader(name="x-relay-wire", value="1")],
)
def sync(request: Asked, body: RawBody) -> Response[v1.SyncAnswer | v1.Problem]:
    """Take a batch in: 200, 409 GAP/AHEAD/FORK/EPOCH, or 422 with the rest stored."""
    node = node_of(request)
    counter = counter_of(request)
    batch = _batch(body, node.settings.limits)
    with node.store.database.write() as sql:
        biggest = node.settings.limits.event_sealed
        taken = ledger.take(sql, counter, batch, node.now(), biggest)
    if taken.refused_marks:
        node.meters.marks.inc(taken.refused_marks)
        log.warning(json.dumps({"marks_refused": taken.refused_marks, "device": counter.device}))
    answer = taken.answer
    if isinstance(answer, v1.SyncAnswer):
        node.meters.sync_events.labels("ok").inc()
        return Response(answer, status_code=200)
    node.meters.sync_events.labels(answer.code.lower()).inc()
    return Response(answer, status_code=422 if answer.code == "POISON" else 409)


@get("/v1/ledger", guards=[needs_counter], security=BEARER, sync_to_thread=True)
def own_ledger(
    request: Asked, after: FromQuery[str | None] = None, epoch: FromQuery[str | None] = None
) -> v1.LedgerPage:
    """This device's own entries of an epoch (the newest unless told) after a number."""
    node, counter = node_of(request), counter_of(request)
    wanted, most = number(epoch) or counter.epoch, node.settings.limits.sync_events
    with node.store.database.read() as sql:
        return copies.page(sql, counter.tenant, counter.device, wanted, number(after), most=most)


def _batch(body: bytes, limits: Limits) -> ledger.Batch:
    try:
        batch = msgspec.json.decode(body, type=ledger.Batch)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise refused(400, "bad_batch", "the batch cannot be read") from error
    if len(batch.events) > limits.sync_events:
        raise refused(413, "too_many", f"at most {limits.sync_events} events in a batch")
    return batch
