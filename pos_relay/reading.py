"""How a JSON body is read: whatever is wrong with it is the caller's fault, in one answer."""

from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.exceptions import SerializationException

from pos_relay.errors import refused


class ReadingRequest(Request[Any, Any, State]):
    """The framework takes only bad syntax for the caller's fault; depth and encoding are, too."""

    async def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The decoded body; Refused (400) if it is none, nested without end, or no UTF-8."""
        try:
            return await super().json()
        except (SerializationException, UnicodeDecodeError, RecursionError) as error:
            raise refused(400, "bad_request", "the request cannot be read") from error
