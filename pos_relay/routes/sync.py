"""POST /v1/sync: the counters' sealed ledgers."""

import msgspec
from litestar import Response, post
from litestar.datastructures import ResponseHeader
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import RawBody

from pos_desktop.wire import v1
from pos_relay.errors import refused
from pos_relay.routes.common import BEARER, Asked, counter_of, needs_counter, node_of
from pos_relay.settings import LIMITS, Limits
from pos_relay.store import ledger

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
_BATCH = Schema(
    type=OpenAPIType.OBJECT,
    required=["epoch", "from_seq", "events"],
    properties={
        "epoch": _NUMBER,
        "from_seq": _NUMBER,
        "head_seq": _NUMBER,
        "events": Schema(type=OpenAPIType.ARRAY, items=_EVENT),
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
        answer = ledger.take(sql, counter, batch, node.now(), biggest)
    if isinstance(answer, v1.SyncAnswer):
        node.meters.sync_events.labels("ok").inc()
        return Response(answer, status_code=200)
    node.meters.sync_events.labels(answer.code.lower()).inc()
    return Response(answer, status_code=422 if answer.code == "POISON" else 409)


def _batch(body: bytes, limits: Limits) -> ledger.Batch:
    try:
        batch = msgspec.json.decode(body, type=ledger.Batch)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise refused(400, "bad_batch", "the batch cannot be read") from error
    if len(batch.events) > limits.sync_events:
        raise refused(413, "too_many", f"at most {limits.sync_events} events in a batch")
    return batch
