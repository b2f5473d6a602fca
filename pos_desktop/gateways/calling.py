"""One HTTP call to a gateway, with the port's errors; shared by all adapters."""

from collections.abc import Mapping

from pos_desktop.gateways.reading import unreadable
from pos_desktop.net.http import GarbledAnswer, HttpAnswer, HttpClient, NotWritten, OutcomeUnknown
from pos_desktop.ports import GatewayError, GatewayErrorKind


def ask(
    http: HttpClient,
    method: str,
    path: str,
    body: Mapping[str, object] | bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpAnswer:
    """The answer, whatever its status. Raises GatewayError where none came.

    A ``body`` of bytes is JSON already.

    Everything but GET may have acted: then the outcome of a call without answer is unknown, unless
    nothing of it was written.
    """
    write = method != "GET"
    try:
        return http.request(method, path, json=body, headers=headers)
    except NotWritten as error:
        raise GatewayError(GatewayErrorKind.UNAVAILABLE, str(error)) from error
    except GarbledAnswer as error:
        raise unreadable(error.status or 0, write) from error
    except OutcomeUnknown as error:
        timed_out = error.code == "net_timeout"
        kind = GatewayErrorKind.TIMEOUT if timed_out else GatewayErrorKind.UNAVAILABLE
        kind = GatewayErrorKind.UNKNOWN_OUTCOME if write and not timed_out else kind
        raise GatewayError(kind, str(error), outcome_unknown=write) from error
