"""What the relay's answers mean: a value, a refusal by name, or "try again later"."""

from typing import TypeVar

import msgspec

from pos_desktop.domain.errors import RaseedError, Unavailable
from pos_desktop.net.http import HttpAnswer
from pos_desktop.wire import v1

_LATER = {408, 425, 429, 500, 502, 503, 504, 507}
Wanted = TypeVar("Wanted")


def checked(reply: HttpAnswer) -> HttpAnswer:
    """The answer if it is 2xx; else raises what :func:`refusal` makes of it."""
    if reply.ok:
        return reply
    raise refusal(reply.status, reply.body)


def refusal(status: int, body: bytes) -> RaseedError:
    """Unavailable for what passes by itself, else RaseedError("relay_" + the problem's code)."""
    if status in _LATER:
        return Unavailable("relay_busy", f"The relay answered with status {status}.")
    told = problem(status, body)
    return RaseedError(f"relay_{told.code.lower()}", told.text, last_seq=told.last_seq)


def problem(status: int, body: bytes) -> v1.Problem:
    """The error body; a page of some proxy counts as a problem named by its status."""
    try:
        return msgspec.json.decode(body, type=v1.Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return v1.Problem(code=f"http_{status}", text="an answer that is not the relay's")


def decoded(body: bytes | str, kind: type[Wanted]) -> Wanted:
    """The body as a struct of wire v1. Raises Unavailable: a proxy's page is not an answer."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Unavailable("relay_garbled", "The relay's answer cannot be read.") from error
